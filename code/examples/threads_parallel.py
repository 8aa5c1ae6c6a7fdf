"""The same work, done one after another and concurrently, and measured."""

import os
import time
from threading import Thread

TASKS = 2
ROUNDS = 3
# Less work than in Rust: this takes longer.
LIMIT = 50_000


def count_primes():
    """Counts the primes below `LIMIT`: it calculates, and waits for nothing."""
    count = 0
    for number in range(2, LIMIT):
        root = 2
        while root * root <= number and number % root != 0:
            root += 1
        count += root * root > number
    return count


def parallelism():
    """How many processors this process may use."""
    if hasattr(os, "process_cpu_count"):  # since Python 3.13
        return os.process_cpu_count()
    if hasattr(os, "sched_getaffinity"):  # on Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def in_turn():
    return [count_primes() for _ in range(TASKS)]


def concurrently():
    results = []
    threads = [
        Thread(target=lambda: results.append(count_primes()))
        for _ in range(TASKS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def timed(work):
    start = time.perf_counter()
    assert work() == [5_133, 5_133]
    return time.perf_counter() - start


# The shortest time counts: other programs disturb the longer ones.
one = other = float("inf")
for _ in range(ROUNDS):
    one = min(one, timed(in_turn))
    other = min(other, timed(concurrently))

print(f"threads in parallel: {parallelism()} at most")
print(f"one after the other: {one * 1000:.0f} ms")
print(f"concurrently:        {other * 1000:.0f} ms")
print(f"speed-up:            {one / other:.1f}")
