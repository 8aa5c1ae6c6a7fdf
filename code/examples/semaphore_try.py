"""Asking for a permit without waiting forever, and releasing too many."""

import threading
import time

PATIENCE = 0.02


def yes_or_no(answer):
    return "yes" if answer else "no"


def ask(semaphore):
    got_it = semaphore.acquire(blocking=False)
    print("  try:    ", yes_or_no(got_it))
    if got_it:
        semaphore.release()

    start = time.monotonic()
    if semaphore.acquire(timeout=PATIENCE):
        semaphore.release()
        print("  timeout: yes")
    elif time.monotonic() - start < PATIENCE:
        print("  timeout: early")
    else:
        print(f"  timeout: no, after {PATIENCE * 1000:.0f}ms")


def release(semaphore, n=1):
    try:
        semaphore.release(n)
        return True
    except ValueError:
        return False


semaphore = threading.BoundedSemaphore(2)

semaphore.acquire()
print("with one of two permits taken")
ask(semaphore)
semaphore.acquire()
print("with both permits taken")
ask(semaphore)

print("released two:", yes_or_no(release(semaphore, 2)))
ask(semaphore)

print("released once too often")
bounded = threading.BoundedSemaphore(2)
print("  bounded:", yes_or_no(release(bounded)))
plain = threading.Semaphore(2)
print("  plain:  ", yes_or_no(release(plain)))
left = 0
while plain.acquire(blocking=False):
    left += 1
print("  the plain one has permits for", left)

print("released no permit at all")
print("  bounded:", yes_or_no(release(bounded, 0)))
print("  plain:  ", yes_or_no(release(plain, 0)))
