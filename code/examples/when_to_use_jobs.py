"""Five jobs, each done one task after the other and on threads."""

import hashlib
import os
import socket
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

TASKS = range(8)
THREADS = 4
ROUNDS = 3


def ask(server, number):
    """Asks a server, which takes 3 ms for its answer."""
    with socket.create_connection(server) as stream:
        stream.sendall(bytes([number]))
        return stream.recv(1)


def write(folder, number):
    """Writes a small file, and waits until it is on the disk."""
    with open(f"{folder}/{number}.bin", "wb") as file:
        file.write(bytes([number]) * 4096)
        file.flush()
        os.fsync(file.fileno())


def read(folder, number):
    """Reads a small file, which the system has kept in memory."""
    with open(f"{folder}/{number}.bin", "rb") as file:
        return file.read()


def hash_buffer(buffer):
    """The SHA-256 of a large buffer: calculated without the lock."""
    return hashlib.sha256(buffer).digest()


def count_primes():
    """Counts the primes below 4,000: fewer than in Rust, it takes longer."""
    count = 0
    for number in range(2, 4_000):
        divisor = 2
        while divisor * divisor <= number and number % divisor != 0:
            divisor += 1
        count += divisor * divisor > number
    return count


def timed(way):
    start = time.perf_counter()
    results = way()
    return results, time.perf_counter() - start


def on_threads(work):
    with ThreadPoolExecutor(THREADS) as executor:
        return list(executor.map(work, TASKS))


def measure(job, work):
    """Does the job eight times each way, and prints what it takes."""
    serial = threaded = float("inf")
    for _ in range(ROUNDS):
        expected, time_1 = timed(lambda: [work(task) for task in TASKS])
        results, time_2 = timed(lambda: on_threads(work))
        assert results == expected
        serial, threaded = min(serial, time_1), min(threaded, time_2)
    row(
        job,
        f"{serial * 1e3:.2f}",
        f"{threaded * 1e3:.2f}",
        f"{serial / threaded:.2f}",
    )


def row(job, serial, threaded, ratio):
    print(f"{job:<13}{serial:>13}{threaded:>14}{ratio:>10}")


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
        time.sleep(0.003)
        client.sendall(bytes([question[0] * 2]))


server = start_server()
buffers = [bytes([number]) * (1 << 20) for number in TASKS]

row("job", "serial (ms)", "threads (ms)", "speed-up")
with tempfile.TemporaryDirectory() as folder:
    measure("ask a server", lambda number: ask(server, number))
    measure("write files", lambda number: write(folder, number))
    measure("read files", lambda number: read(folder, number))
measure("hash buffers", lambda number: hash_buffer(buffers[number]))
measure("count primes", lambda _: count_primes())
