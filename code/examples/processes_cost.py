"""What it costs to start a thread, and what a process, and to wait for it."""

import multiprocessing
import time
from threading import Thread

ROUNDS = 10


def nothing():
    pass


def timed(kind):
    start = time.perf_counter()
    job = kind(target=nothing)
    job.start()
    job.join()
    return time.perf_counter() - start


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    # The shortest time counts: other programs disturb the longer ones.
    thread = process = float("inf")
    for _ in range(ROUNDS):
        thread = min(thread, timed(Thread))
        process = min(process, timed(context.Process))

    print("started          µs  times a thread")
    for what, seconds in [("a thread", thread), ("a process", process)]:
        print(f"{what:9}  {seconds * 1e6:8.1f}  {seconds / thread:14.1f}")
