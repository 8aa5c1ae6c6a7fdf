"""What a blocked thread costs: three threads that block, and one that spins."""

import socket
import threading
import time

WAIT = 0.015
ROUNDS = 3


def costs(wait):
    """What it costs to wait in this way, in a new thread, each time anew; the
    smallest cost comes first."""
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
    till.settimeout(WAIT)
    try:
        till.recv(1)
    except TimeoutError:
        pass


def spin():
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        pass


bell = threading.Event()  # nobody sets it
listener = socket.create_server(("127.0.0.1", 0))
till = socket.create_connection(listener.getsockname())
silent, _ = listener.accept()  # nobody writes

# Other programs on this machine add to the cost of a thread that blocks, and
# take a processor away from one that spins.
least = {
    "event": costs(lambda: bell.wait(WAIT))[0],
    "socket": costs(read)[0],
    "sleep": costs(lambda: time.sleep(WAIT))[0],
}
most = costs(spin)[-1]

print("of the time that a thread waited,")
for name, used in least.items():
    share = "less" if used < WAIT / 10 else "more"
    print(f"  {name}: it used {share} than a tenth")
more = str(most > sum(least.values())).lower()
print("to spin costs more than all three:", more)

for stream in (till, silent, listener):
    stream.close()
