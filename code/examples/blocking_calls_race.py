"""A race between a check and an act: made likely, and made certain."""

import threading
import time

ROUNDS = 100


class Account:
    def __init__(self):
        self.balance = 100
        self.lock = threading.Lock()


def withdraw(account, amount, between):
    """Takes `amount` out of the account if it is there."""
    with account.lock:
        enough = account.balance >= amount  # check
    between()
    if enough:
        with account.lock:
            account.balance -= amount  # act


def withdraw_safely(account, amount, between):
    """The same, with the check and the act in one critical section."""
    with account.lock:
        enough = account.balance >= amount  # check
        between()
        if enough:
            account.balance -= amount  # act


def two(withdraw, between):
    """Two withdrawals of 80 out of 100, at once; returns what is left."""
    account = Account()
    threads = [
        threading.Thread(target=withdraw, args=(account, 80, between))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return account.balance


def two_that_meet(withdraw, patience):
    both_have_checked = threading.Barrier(2)

    def between():
        try:
            both_have_checked.wait(patience)
        except threading.BrokenBarrierError:
            pass  # the other thread can't come

    return two(withdraw, between)


left = two(withdraw, lambda: time.sleep(0.02))
possible = str(left in (-60, 20)).lower()
print(f"with a sleep:   -60 or 20, by chance: {possible}")

rounds = (two_that_meet(withdraw, 30) for _ in range(ROUNDS))
overdrawn = sum(left == -60 for left in rounds)
print(f"with a barrier: -60 in {overdrawn} of {ROUNDS} rounds")

print("after the fix: ", two_that_meet(withdraw_safely, 0.02))
