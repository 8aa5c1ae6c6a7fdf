"""Waiting with a timeout, clearing, and a worker that can be stopped."""

import threading
import time

PATIENCE = 0.02


def ask(loaded):
    start = time.monotonic()
    in_time = loaded.wait(PATIENCE)
    state = "set" if loaded.is_set() else "clear"
    if in_time:
        print(f"  {state}: released")
    elif time.monotonic() - start < PATIENCE:
        print(f"  {state}: early")
    else:
        print(f"  {state}: gave up after {PATIENCE * 1000:.0f}ms")


# ANCHOR: heartbeat
def heart(stop, three_beats):
    beats = 0
    while not stop.wait(0.005):
        beats += 1
        if beats == 3:
            three_beats.set()
# ANCHOR_END: heartbeat


loaded = threading.Event()
print("a new event")
ask(loaded)

print("after set")
loaded.set()
ask(loaded)

print("after clear")
loaded.clear()
ask(loaded)

stop, three_beats = threading.Event(), threading.Event()
worker = threading.Thread(target=heart, args=(stop, three_beats))
worker.start()
three_beats.wait()
print("the heart has beaten three times")
stop.set()
worker.join()
print("the heart has stopped")
