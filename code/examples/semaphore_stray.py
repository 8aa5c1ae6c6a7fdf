"""A release by somebody who has acquired nothing."""

import threading


def yes_or_no(answer):
    return "yes" if answer else "no"


def release(semaphore):
    try:
        semaphore.release()
        return True
    except ValueError:
        return False


# ANCHOR: stray
semaphore = threading.BoundedSemaphore(1)

semaphore.acquire()
print("the only permit is taken")

stray = release(semaphore)
print("stray release accepted:", yes_or_no(stray))

second = semaphore.acquire(blocking=False)
print("somebody else is in as well:", yes_or_no(second))
if second:
    semaphore.release()

given_back = 1 if release(semaphore) else 0
print("permits that the owner gives back:", given_back)
# ANCHOR_END: stray
