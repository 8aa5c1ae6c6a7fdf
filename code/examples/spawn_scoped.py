"""Scoped threads borrow: in Python, every thread can reach what it likes."""

import threading

numbers = [3, 1, 4, 1, 5, 9, 2, 6]
sums = [0, 0]


def add(place, half):
    sums[place] = sum(half)


halves = enumerate([numbers[:4], numbers[4:]])
threads = [threading.Thread(target=add, args=job) for job in halves]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print("halves:", sums[0], "and", sums[1])
print("total: ", sum(sums))
