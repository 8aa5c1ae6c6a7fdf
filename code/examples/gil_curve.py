"""The same job on 1, 2 and 4 threads of this interpreter: bytecode, which
needs the interpreter lock if there is one, and hashing, which releases it."""

import hashlib
import platform
import sys
import time
from threading import Thread

# ANCHOR: job
COUNT_TO = 300_000
PIECE = bytes(1 << 18)  # far above 2047 bytes
PIECES = 64


def has_lock():
    if hasattr(sys, "_is_gil_enabled"):  # since Python 3.13
        return sys._is_gil_enabled()
    return True


def counting(threads):
    """Runs bytecode."""
    number = 0
    for _ in range(COUNT_TO // threads):
        number += 1


def hashing(threads):
    """Calls C code, which releases the lock."""
    for _ in range(PIECES // threads):
        hashlib.sha256(PIECE)


def timed(job, threads):
    """The time in ms that so many threads take together."""
    crew = [Thread(target=job, args=(threads,)) for _ in range(threads)]
    start = time.perf_counter()
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    return (time.perf_counter() - start) * 1000


def best(job, threads):
    """The shortest of three: other programs disturb the longer ones."""
    return min(timed(job, threads) for _ in range(3))


version = platform.python_version()
print(f"interpreter: {platform.python_implementation()} {version}")
print(f"interpreter lock: {'on' if has_lock() else 'off'}")
print(f"switch interval: {sys.getswitchinterval() * 1000:g} ms")
print("threads  counting (ms)  hashing")
for threads in (1, 2, 4):
    count, hashes = best(counting, threads), best(hashing, threads)
    print(f"{threads:7}  {count:13.1f}  {hashes:7.1f}")
# ANCHOR_END: job
