"""A transfer calls a withdrawal and a deposit under the same lock."""

import threading

# ANCHOR: smallest
lock = threading.RLock()
savings = 100
checking = 0


def withdraw(amount):
    global savings
    with lock:
        savings -= amount


def deposit(amount):
    global checking
    with lock:
        checking += amount


def transfer(amount):
    with lock:
        withdraw(amount)  # acquires the lock again
        deposit(amount)  # and so does this
# ANCHOR_END: smallest


threads = [threading.Thread(target=transfer, args=(10,)) for _ in range(10)]
for thread in threads:
    thread.start()
# Whoever looks sees no money on its way.
with lock:
    print("total:", savings + checking)
for thread in threads:
    thread.join()

print("savings:", savings)
print("checking:", checking)
