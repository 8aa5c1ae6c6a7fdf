"""The same nesting with a lock that is not reentrant, and with one that is."""

import threading

PATIENCE = 0.02


def yes_or_no(answer):
    return "yes" if answer else "no"


def in_a_thread(task):
    answers = []
    thread = threading.Thread(target=lambda: answers.append(task()))
    thread.start()
    thread.join()
    return yes_or_no(answers[0])


lock = threading.Lock()
lock.acquire()
print("Lock, acquired again:", yes_or_no(lock.acquire(timeout=PATIENCE)))

rlock = threading.RLock()
rlock.acquire()
print("RLock, acquired again:", yes_or_no(rlock.acquire(timeout=PATIENCE)))


def try_to_acquire():
    got_it = rlock.acquire(blocking=False)
    if got_it:
        rlock.release()
    return got_it


print("by another thread:", in_a_thread(try_to_acquire))
rlock.release()
print("after one release:", in_a_thread(try_to_acquire))
rlock.release()
print("after two:", in_a_thread(try_to_acquire))


def release():
    try:
        rlock.release()
        return True
    except RuntimeError:
        return False


rlock.acquire()
print("released by a stranger:", in_a_thread(release))
print("released by its owner:", yes_or_no(release()))
