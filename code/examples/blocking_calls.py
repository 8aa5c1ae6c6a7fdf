"""One deadline for three kinds of blocking calls: when it has passed, none of
them waits."""

import socket
import threading
import time

LIMIT = 0.03


# ANCHOR: smallest
def remaining(deadline):
    return max(0.0, deadline - time.monotonic())


def read_exact(stream, size, deadline):
    """Reads so many bytes; each call may take what is left."""
    received = b""
    while len(received) < size:
        rest = remaining(deadline)
        if rest == 0:  # `settimeout(0)` means: do not block
            raise TimeoutError(f"timed out after {LIMIT * 1000:.0f}ms")
        stream.settimeout(rest)
        try:
            part = stream.recv(size - len(received))
        except TimeoutError:
            continue  # check the clock
        if not part:
            raise EOFError("the peer has closed the connection")
        received += part
    return received


def deliver(door, terminal, deadline):
    # On a primitive.
    opened = door.wait(remaining(deadline))
    print("the door:", "open" if opened else "shut")
    print(f"left for the rest: {remaining(deadline):.0f}ns")

    # On I/O.
    try:
        print("the terminal:", read_exact(terminal, 4, deadline))
    except TimeoutError as error:
        print("the terminal:", error)

    # Sleep.
    time.sleep(remaining(deadline))
    print("the pause: over")
# ANCHOR_END: smallest


door = threading.Event()  # is never set
listener = socket.create_server(("127.0.0.1", 0))
terminal = socket.create_connection(listener.getsockname())
silent, _ = listener.accept()  # never writes

deliver(door, terminal, time.monotonic() + LIMIT)

for stream in (terminal, silent, listener):
    stream.close()
