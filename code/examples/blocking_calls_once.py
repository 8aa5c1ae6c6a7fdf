"""One deadline for three calls: only the first of them has time to wait."""

import queue
import time

# ANCHOR: once
LIMIT = 0.05

parcels = queue.Queue()
start = time.monotonic()
waits = 0
for _ in range(3):
    end = start + LIMIT
    rest = max(0, end - time.monotonic())
    waits += rest > 0
    try:
        parcels.get(timeout=rest)
    except queue.Empty:
        pass  # none comes
# ANCHOR_END: once
print(f"calls that waited: {waits} of 3")
long_enough = str(time.monotonic() - start >= LIMIT * waits).lower()
print(f"each for {LIMIT * 1000:.0f}ms: {long_enough}")
