"""A timer calls a function with its arguments after a delay."""

import threading
import time


# ANCHOR: smallest
DELAY = 0.03


def ring(dish, plates):
    global served
    print(f"timer: the {dish} is done")
    served = f"{plates} plates of {dish}"


dish = "soup"
print(f"main: the {dish} is on the stove")

start = time.monotonic()
timer = threading.Timer(DELAY, ring, args=(dish, 3))
timer.start()
timer.join()

too_early = time.monotonic() - start < DELAY
print("main: too early:", str(too_early).lower())
print("main: serves", served)
# ANCHOR_END: smallest
