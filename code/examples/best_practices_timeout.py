"""Timeouts, and a plan for what to do when they expire."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

PATIENCE = 0.01


class Account:
    def __init__(self):
        self.lock = threading.Lock()
        self.balance = 100


# ANCHOR: held
@contextmanager
def held(lock, timeout):
    acquired = lock.acquire(timeout=timeout)
    try:
        yield acquired
    finally:
        if acquired:
            lock.release()
# ANCHOR_END: held


# ANCHOR: attempt
def attempt(source, target, in_between):
    with held(source.lock, PATIENCE) as acquired:
        if not acquired:
            return False
        in_between()
        with held(target.lock, PATIENCE) as acquired:
            if not acquired:
                return False  # releases `source`, so that the other can go on
            source.balance -= 10
            target.balance += 10
            return True
# ANCHOR_END: attempt


def transfer(source, target, pause, attempts, in_between):
    for number in range(1, attempts + 1):
        if attempt(source, target, lambda: in_between(number)):
            return number
        time.sleep(pause * number)  # longer each time
    return None


def shown(attempts):
    if attempts is None:
        return "given up, and reported"
    return "done"


checking, savings = Account(), Account()
each_holds_one = threading.Barrier(2)


def bad_luck(number):
    if number == 1:
        each_holds_one.wait()


with ThreadPoolExecutor(2) as pool:
    ada = pool.submit(transfer, checking, savings, 0.001, 100, bad_luck)
    ben = pool.submit(transfer, savings, checking, 0.003, 100, bad_luck)
    ada, ben = ada.result(), ben.result()
print("each holds one account and asks for the other's")
print("  Ada's transfer:", shown(ada))
print("  Ben's transfer:", shown(ben))
more_than_one = max(ada or 0, ben or 0) > 1
print("  somebody had to try again:", str(more_than_one).lower())

print("somebody holds an account, and does not give it back")
savings.lock.acquire()
ada = transfer(checking, savings, 0.001, 3, lambda number: None)
print("  Ada's transfer:", shown(ada))
print("  checking is free:", str(not checking.lock.locked()).lower())
