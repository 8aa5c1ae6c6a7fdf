"""A ranked lock reports the first acquisition that is out of order."""

import threading
from concurrent.futures import ThreadPoolExecutor


class OrderViolation(Exception):
    pass


class RankedLock:
    _held = threading.local()

    def __init__(self, rank, name):
        self.rank = rank
        self.name = name
        self._lock = threading.Lock()

    def __str__(self):
        return f"`{self.name}` (rank {self.rank})"

    def __enter__(self):
        stack = self._held.__dict__.setdefault("stack", [])
        highest = max(stack, key=lambda lock: lock.rank, default=None)
        if highest and highest.rank >= self.rank:
            raise OrderViolation(
                f"requested {self} while holding {highest}"
            )
        self._lock.acquire()
        stack.append(self)

    def __exit__(self, *failure):
        self._held.stack.remove(self)
        self._lock.release()


checking_lock = RankedLock(1, "checking")
savings_lock = RankedLock(2, "savings")
checking = savings = 100


def save(in_between):
    global checking, savings
    with checking_lock:
        in_between()
        with savings_lock:
            checking -= 10
            savings += 10


def spend(in_between):
    global checking, savings
    with savings_lock:
        in_between()
        with checking_lock:  # out of order
            savings -= 10
            checking += 10


def show(name, work):
    try:
        work()
        print(f"  {name}: done")
    except OrderViolation as violation:
        print(f"  {name}: {violation}")


print("one thread, and nobody to wait for")
show("save", lambda: save(lambda: None))
show("spend", lambda: spend(lambda: None))

print("two threads, and each holds one lock")
each_holds_one = threading.Barrier(2)
with ThreadPoolExecutor(2) as pool:
    saved = pool.submit(save, each_holds_one.wait)
    spent = pool.submit(spend, each_holds_one.wait)
show("save", saved.result)
show("spend", spent.result)

print(f"checking {checking}, savings {savings}")
