"""What a blocked thread costs: three threads that block, and one that spins."""

import socket
import threading
import time

WAIT = 0.015
ROUNDS = 3


def cost(wait):
    """What it costs to wait in this way, in a new thread."""
    used = []

    def measure():
        before = time.thread_time()
        wait()
        used.append(time.thread_time() - before)

    for _ in range(ROUNDS):
        thread = threading.Thread(target=measure)
        thread.start()
        thread.join()
    # The smallest counts: other programs disturb the others.
    return min(used)


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

event = cost(lambda: bell.wait(WAIT))
on_socket = cost(read)
sleep = cost(lambda: time.sleep(WAIT))
spinning = cost(spin)

print("of the time that a thread waited,")
for name, used in [
    ("on an event", event),
    ("on a socket", on_socket),
    ("in a sleep", sleep),
]:
    share = "less" if used < WAIT / 10 else "more"
    print(f"  {name} it used {share} than a tenth")
most = str(spinning > event + on_socket + sleep).lower()
print("to spin costs more than all three:", most)

for stream in (till, silent, listener):
    stream.close()
