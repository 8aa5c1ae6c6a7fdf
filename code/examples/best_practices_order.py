"""Transfers in both directions, by many threads, and no deadlock."""

import threading
from contextlib import ExitStack, contextmanager


# ANCHOR: acquire_all
@contextmanager
def acquire_all(*locks):
    for position, lock in enumerate(locks):
        if lock in locks[:position]:
            first = locks.index(lock)
            raise ValueError(
                f"locks {first} and {position} of the set are the same lock"
            )
    with ExitStack() as held:
        for lock in sorted(locks, key=id):
            held.enter_context(lock)
        yield
# ANCHOR_END: acquire_all


class Account:
    def __init__(self, balance):
        self.lock = threading.Lock()
        self.balance = balance


# ANCHOR: transfer
def transfer(source, target):
    with acquire_all(source.lock, target.lock):
        source.balance -= 10
        target.balance += 10
# ANCHOR_END: transfer


def transfers(source, target):
    for _ in range(500):
        transfer(source, target)


def total():
    with acquire_all(checking.lock, savings.lock, travel.lock):
        return checking.balance + savings.balance + travel.balance


checking, savings, travel = Account(100), Account(200), Account(300)
directions = [
    (checking, savings),
    (savings, checking),
    (savings, travel),
    (travel, savings),
    (travel, checking),
    (checking, travel),
]
threads = [threading.Thread(target=transfers, args=d) for d in directions]
for thread in threads:
    thread.start()
# The auditor looks at all accounts while the others are at work.
right_sums = sum(total() == 600 for _ in range(100))
for thread in threads:
    thread.join()

print("3000 transfers, in all directions")
print(f"the sum was right {right_sums} times out of 100")
print(checking.balance, savings.balance, travel.balance)

try:
    transfer(travel, travel)
except ValueError as mistake:
    print("from travel to travel:", mistake)
