"""A with block releases the lock on every way out; release() alone does not."""

import threading


class Account:
    def __init__(self):
        self.lock = threading.Lock()
        self.balance = 100


def withdraw(account, amount):
    with account.lock:
        if not amount.isdigit():
            return "returned early"
        if int(amount) > account.balance:
            raise ValueError("there is not enough money")
        account.balance -= int(amount)
        return "done"


def withdraw_by_hand(account, amount):
    account.lock.acquire()
    if not amount.isdigit():
        return "returned early"  # leaves without the release
    if int(amount) > account.balance:
        raise ValueError("there is not enough money")  # and so here
    account.balance -= int(amount)
    account.lock.release()
    return "done"


def show(amount, account, withdraw):
    try:
        end = withdraw(account, amount)
    except ValueError:
        end = "failed"
    state = "still held" if account.lock.locked() else "free"
    print(f"  {amount:>4}: {end}, and the lock is {state}")


amounts = ["10", "ten", "1000"]

print("with a guard")
for amount in amounts:
    show(amount, Account(), withdraw)

print("by hand")
for amount in amounts:
    show(amount, Account(), withdraw_by_hand)
