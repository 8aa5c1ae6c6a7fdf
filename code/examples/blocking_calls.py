"""One deadline for three kinds of blocking calls: it is over for all of them."""

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
            raise TimeoutError(f"not done within {LIMIT * 1000:.0f}ms")
        stream.settimeout(rest)
        try:
            part = stream.recv(size - len(received))
        except TimeoutError:
            continue  # look at the clock
        if not part:
            raise EOFError("the peer has hung up")
        received += part
    return received


def serve(bell, till, deadline):
    # On a primitive.
    rang = bell.wait(remaining(deadline))
    print("the bell:", "it rang" if rang else "silence")

    # On I/O.
    try:
        print("the till:", read_exact(till, 4, deadline))
    except TimeoutError as error:
        print("the till:", error)

    # Sleep.
    time.sleep(remaining(deadline))
    print("the pause: over")
# ANCHOR_END: smallest


bell = threading.Event()  # nobody sets it
listener = socket.create_server(("127.0.0.1", 0))
till = socket.create_connection(listener.getsockname())
silent, _ = listener.accept()  # nobody writes

start = time.monotonic()
serve(bell, till, start + LIMIT)
waited = str(time.monotonic() - start >= LIMIT).lower()
print(f"all three waited for {LIMIT * 1000:.0f}ms together: {waited}")

for stream in (till, silent, listener):
    stream.close()
