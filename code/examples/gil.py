"""Two threads run bytecode under one interpreter lock, or under none."""

import threading

# ANCHOR: smallest
orders = 0
counting = threading.Lock()
together = threading.Barrier(2)
outside = most_outside = 0


def waiter():
    global orders, outside, most_outside
    for _ in range(100):
        with counting:  # correct on any interpreter
            orders += 1
    with counting:
        outside += 1
        most_outside = max(outside, most_outside)
    together.wait()  # the interpreter releases its lock here
    with counting:
        outside -= 1


threads = [threading.Thread(target=waiter) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print("orders taken:", orders)
print("without it:", most_outside, "at a time")
# ANCHOR_END: smallest
