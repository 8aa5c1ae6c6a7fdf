"""Eight questions to a slow server, one after the other and on threads."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

ROUNDS = 3
CITIES = [
    "Bergen", "Lisbon", "Ghent", "Turin", "Graz", "Split", "Vilnius", "Cork",
]


# ANCHOR: compare
def timed(way):
    """What `way` returns, and how many seconds it takes."""
    start = time.perf_counter()
    results = way()
    return results, time.perf_counter() - start


def on_threads(threads, tasks, work):
    with ThreadPoolExecutor(threads) as executor:
        return list(executor.map(work, tasks))


def compare(threads, tasks, work):
    """The shortest time in turn, and the shortest on threads."""
    serial = threaded = float("inf")
    for _ in range(ROUNDS):
        expected, time_1 = timed(lambda: [work(task) for task in tasks])
        results, time_2 = timed(lambda: on_threads(threads, tasks, work))
        assert results == expected
        serial, threaded = min(serial, time_1), min(threaded, time_2)
    return serial, threaded
# ANCHOR_END: compare


def start_server():
    """Starts a server on the loopback interface; it ends with the program."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            client, _ = listener.accept()
            threading.Thread(target=answer, args=(client,)).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()


def answer(client):
    """Takes its time, and tells the weather."""
    with client, client.makefile("r") as lines:
        city = lines.readline()
        time.sleep(0.005)
        weather = "rain" if len(city) % 2 else "sun"
        client.sendall(f"{city.strip()}: {weather}".encode())


# ANCHOR: smallest
def ask(server, city):
    """Asks the server for the weather in a city."""
    with socket.create_connection(server) as stream:
        stream.sendall(f"{city}\n".encode())
        with stream.makefile("r") as answer:
            return answer.read()


server = start_server()
print(ask(server, "Bergen"))

serial, threaded = compare(4, CITIES, lambda city: ask(server, city))
print(
    f"{serial * 1e3:.1f} ms in turn, {threaded * 1e3:.1f} ms on threads, "
    f"speed-up: {serial / threaded:.2f}"
)
# ANCHOR_END: smallest
