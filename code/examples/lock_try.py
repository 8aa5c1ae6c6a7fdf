"""Asking for a lock without waiting forever, and releasing it by hand."""

import threading
import time

PATIENCE = 0.02


def yes_or_no(answer):
    return "yes" if answer else "no"


def ask(lock):
    print("  locked: ", yes_or_no(lock.locked()))
    got_it = lock.acquire(blocking=False)
    print("  try:    ", yes_or_no(got_it))
    if got_it:
        lock.release()

    start = time.monotonic()
    if lock.acquire(timeout=PATIENCE):
        lock.release()
        print("  timeout: yes")
    elif time.monotonic() - start < PATIENCE:
        print("  timeout: early")
    else:
        print(f"  timeout: no, after {PATIENCE * 1000:.0f}ms")


lock = threading.Lock()

print("while the lock is free")
ask(lock)

lock.acquire()
print("while the lock is held")
ask(lock)


def release():
    global released
    try:
        lock.release()
        released = True
    except RuntimeError:
        released = False


other = threading.Thread(target=release)
other.start()
other.join()
print("released by another thread:", yes_or_no(released))
release()
print("released once more:", yes_or_no(released))
