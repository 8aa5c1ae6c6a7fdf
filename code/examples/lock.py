"""A deposit gets lost, and a lock keeps that from happening."""

import threading


def in_two_threads(task):
    threads = [threading.Thread(target=task) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def without_a_lock():
    balance = 100
    both_have_read = threading.Barrier(2)

    def deposit():
        nonlocal balance
        seen = balance
        both_have_read.wait()  # bad luck, made certain
        balance = seen + 10

    in_two_threads(deposit)
    return balance


# ANCHOR: smallest
def with_a_lock():
    balance = 100
    lock = threading.Lock()

    def deposit():
        nonlocal balance
        with lock:
            seen = balance
            balance = seen + 10

    in_two_threads(deposit)
    return balance
# ANCHOR_END: smallest


print("two deposits of 10 into 100")
print("without a lock:", without_a_lock())
print("with a lock:   ", with_a_lock())
