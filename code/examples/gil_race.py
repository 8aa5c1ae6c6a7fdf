"""An update gets lost under an interpreter lock, every time."""

import contextlib
import threading


# ANCHOR: add
def add_twice(patience, lock):
    counter = 0
    loaded, added = threading.Event(), threading.Event()

    def one():
        loaded.set()
        added.wait(patience)
        return 1

    def first():
        nonlocal counter
        with lock:
            counter += one()

    def second():
        nonlocal counter
        loaded.wait()
        with lock:
            counter += 1
        added.set()

    threads = [threading.Thread(target=task) for task in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counter
# ANCHOR_END: add


print("two threads add 1 to 0")
print("without a lock:", add_twice(60, contextlib.nullcontext()))
print("with a lock:   ", add_twice(0.02, threading.Lock()))
