"""A peer that sends a byte now and then: no timeout is ever over, but a
deadline is."""

import socket
import threading
import time

TIMEOUT = 0.1
LIMIT = 0.05


def trickle(client):
    """Sends a byte, and more after pauses, until the client closes."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with client:
        try:
            while True:
                client.sendall(b".")
                time.sleep(0.01)
        except ConnectionError:
            pass


def peer(listener):
    while True:
        trickle(listener.accept()[0])


def with_a_timeout(server):
    start = time.monotonic()
    with socket.create_connection(server) as client:
        client.settimeout(TIMEOUT)
        order = b""
        while len(order) < 12:
            order += client.recv(12 - len(order))  # raises nothing
    longer = str(time.monotonic() - start > TIMEOUT).lower()
    print(f"a timeout of {TIMEOUT * 1000:.0f}ms for each call: never over")
    print("and yet it took longer than that:", longer)


def with_a_deadline(server):
    deadline = time.monotonic() + LIMIT
    with socket.create_connection(server) as client:
        order = b""
        try:
            while len(order) < 12:
                rest = deadline - time.monotonic()
                if rest <= 0:
                    raise TimeoutError
                client.settimeout(rest)
                order += client.recv(12 - len(order))
            print("a deadline: all came in time")
        except TimeoutError:
            print(f"a deadline: timed out after {LIMIT * 1000:.0f}ms")


def until_undisturbed(run):
    """On a busy machine the peer itself may be held up for as long as the
    timeout; then this tries again."""
    while True:
        try:
            return run()
        except TimeoutError:
            pass


listener = socket.create_server(("127.0.0.1", 0))
server = listener.getsockname()
threading.Thread(target=peer, args=(listener,), daemon=True).start()
until_undisturbed(lambda: with_a_timeout(server))
with_a_deadline(server)
