"""What a blocked thread costs: three threads that block, and one that spins."""

import socket
import threading
import time

WAIT = 0.06
ROUNDS = 3


def costs(wait):
    """What waiting in this way costs, in a new thread each time; the smallest
    cost comes first."""
    costs = []

    def measure():
        before = time.thread_time()
        wait()
        costs.append(time.thread_time() - before)

    for _ in range(ROUNDS):
        thread = threading.Thread(target=measure)
        thread.start()
        thread.join()
    return sorted(costs)


def read():
    terminal.settimeout(WAIT)
    try:
        terminal.recv(1)
    except TimeoutError:
        pass


def spin():
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        pass


door = threading.Event()  # is never set
listener = socket.create_server(("127.0.0.1", 0))
terminal = socket.create_connection(listener.getsockname())
silent, _ = listener.accept()  # never writes

# Other programs on this machine add to the cost of a thread that blocks, and
# take a core away from one that spins.
least = {
    "event": costs(lambda: door.wait(WAIT))[0],
    "socket": costs(read)[0],
    "sleep": costs(lambda: time.sleep(WAIT))[0],
}
most = costs(spin)[-1]

print("of the time that a thread waited,")
for name, used in least.items():
    share = "less" if used < WAIT / 100 else "more"
    print(f"  {name}: it used {share} than a hundredth")
more = str(most > sum(least.values())).lower()
print("spinning costs more than all three:", more)

for stream in (terminal, silent, listener):
    stream.close()
