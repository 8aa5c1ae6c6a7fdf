"""A server on the loopback interface that serves three clients at a time."""

import socket
import threading

CLIENTS = 9
LIMIT = 3


# ANCHOR: serve
def serve(listener, clients):
    """Serves so many clients; returns how many were connected at most."""
    connections = threading.BoundedSemaphore(LIMIT)
    lock = threading.Lock()
    connected = highest = 0

    def handle(stream):
        nonlocal connected
        try:
            with stream:
                square(stream)
        finally:
            # The stream is closed before the permit is given back.
            with lock:
                connected -= 1
            connections.release()

    threads = []
    for _ in range(clients):
        connections.acquire()
        stream, _ = listener.accept()
        with lock:
            connected += 1
            highest = max(highest, connected)
        thread = threading.Thread(target=handle, args=(stream,))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    return highest
# ANCHOR_END: serve


def square(stream):
    """Answers each number with its square until the client hangs up."""
    with stream.makefile("rw") as lines:
        for line in lines:
            print(int(line) ** 2, file=lines, flush=True)


def ask(server, number, three, answers):
    """Asks for one square, and hangs up when two others have theirs too."""
    with socket.create_connection(server) as stream:
        with stream.makefile("rw") as lines:
            print(number, file=lines, flush=True)
            answers[number] = int(lines.readline())
            three.wait()


listener = socket.create_server(("127.0.0.1", 0))
server = listener.getsockname()
three = threading.Barrier(LIMIT)
answers = {}
clients = [
    threading.Thread(target=ask, args=(server, number, three, answers))
    for number in range(1, CLIENTS + 1)
]
for client in clients:
    client.start()
highest = serve(listener, CLIENTS)
for client in clients:
    client.join()
listener.close()

print("clients served:", len(answers))
print("connected at once, at most:", highest)
for number in range(1, CLIENTS + 1):
    print(f"{number} squared is {answers[number]}")
