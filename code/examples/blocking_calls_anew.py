"""A timeout for each of three calls: all of them wait, one after the other."""

import queue
import time

LIMIT = 0.05

parcels = queue.Queue()
start = time.monotonic()
waits = 0
for _ in range(3):
    # ANCHOR: anew
    end = time.monotonic() + LIMIT
    # ANCHOR_END: anew
    rest = max(0, end - time.monotonic())
    waits += rest > 0
    try:
        parcels.get(timeout=rest)
    except queue.Empty:
        pass  # none comes
print(f"calls that waited: {waits} of 3")
long_enough = str(time.monotonic() - start >= LIMIT * waits).lower()
print(f"each for {LIMIT * 1000:.0f}ms: {long_enough}")
