"""How many threads: an album from a server, and prime numbers."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

ROUNDS = 3
PAGES = 2
PICTURES = 8


def album(server, threads):
    """Fetches an album: each page names the next, the last the pictures."""
    last = 0
    for _ in range(PAGES):
        last = ask(server, last)
    pictures = [last + number for number in range(1, PICTURES + 1)]
    return on_threads(threads, pictures, lambda n: ask(server, n))


def amdahl(serial_part, threads):
    return 1 / (serial_part + (1 - serial_part) / threads)


def on_threads(threads, tasks, work):
    with ThreadPoolExecutor(threads) as executor:
        return list(executor.map(work, tasks))


def timed(way):
    start = time.perf_counter()
    results = way()
    return results, time.perf_counter() - start


def speed_up(one, other):
    """How many times faster the other way is."""
    serial = threaded = float("inf")
    for _ in range(ROUNDS):
        expected, time_1 = timed(one)
        results, time_2 = timed(other)
        assert results == expected
        serial, threaded = min(serial, time_1), min(threaded, time_2)
    return serial / threaded


def count_primes(limit):
    """Counts the primes below a number."""
    count = 0
    for number in range(2, limit):
        divisor = 2
        while divisor * divisor <= number and number % divisor != 0:
            divisor += 1
        count += divisor * divisor > number
    return count


def ask(server, number):
    with socket.create_connection(server) as stream:
        stream.sendall(bytes([number]))
        return stream.recv(1)[0]


def start_server():
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            client, _ = listener.accept()
            threading.Thread(target=answer, args=(client,)).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()


def answer(client):
    with client:
        question = client.recv(1)
        time.sleep(0.001)
        client.sendall(bytes([question[0] + 1]))


server = start_server()
# All requests take the same time.
serial_part = PAGES / (PAGES + PICTURES)

print("threads  album (speed-up)  Amdahl's law  primes")
for threads in [1, 2, 4, 8]:
    fetched = speed_up(
        lambda: album(server, 1), lambda: album(server, threads)
    )
    law = amdahl(serial_part, threads)
    # Fewer than in Rust: this takes longer.
    limits = [2_500] * 8
    primes = speed_up(
        lambda: [count_primes(limit) for limit in limits],
        lambda: on_threads(threads, limits, count_primes),
    )
    print(f"{threads:<7}  {fetched:>16.2f}  {law:>12.2f}  {primes:>6.2f}")
