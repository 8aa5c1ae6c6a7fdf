"""One set releases five clients, and every thread that comes later."""

import threading

# ANCHOR: smallest
start = threading.Event()


def request(client):
    start.wait()
    # One write: a line and its end must not be torn apart.
    print(f"client {client} sends its first request\n", end="")


clients = [threading.Thread(target=request, args=(i,)) for i in range(5)]
for client in clients:
    client.start()

print("main: all clients, go")
start.set()
for client in clients:
    client.join()

start.wait()
print("main: a late wait returns at once")
# ANCHOR_END: smallest
