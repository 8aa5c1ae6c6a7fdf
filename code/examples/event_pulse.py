"""Set, and clear at once: who gets through?"""

import threading
import time

WAITERS = 5


class Shared:
    def __init__(self):
        self.condition = threading.Condition()
        self.is_set = False
        self.times_set = 0
        self.checks = 0
        self.released = 0


def flag_alone(shared, before):
    return shared.is_set


def flag_or_count(shared, before):
    return shared.is_set or shared.times_set != before


def wait(shared, is_over):
    with shared.condition:
        before = shared.times_set
        while not is_over(shared, before):
            shared.checks += 1  # a check that found nothing
            shared.condition.wait()
        shared.released += 1


def until(shared, number):
    """Waits until as many checks and releases are counted."""
    while True:
        with shared.condition:
            if shared.checks + shared.released >= number:
                return
        time.sleep(0)


# ANCHOR: pulse
def pulse(shared):
    with shared.condition:
        shared.is_set = True
        shared.times_set += 1
        shared.condition.notify_all()
        shared.is_set = False
# ANCHOR_END: pulse


def released_by_one_pulse(is_over):
    """How many of five sleepers one pulse releases."""
    shared = Shared()
    threads = [
        threading.Thread(target=wait, args=(shared, is_over))
        for _ in range(WAITERS)
    ]
    for thread in threads:
        thread.start()
    until(shared, WAITERS)  # all five sleep
    pulse(shared)
    until(shared, 2 * WAITERS)  # all five have checked again
    with shared.condition:
        released = shared.released
        shared.is_set = True  # lets the others go home
        shared.condition.notify_all()
    for thread in threads:
        thread.join()
    return released


print(f"set and cleared once, while {WAITERS} threads sleep")
for name, is_over in [
    ("a flag alone:      ", flag_alone),
    ("a flag and a count:", flag_or_count),
]:
    released = released_by_one_pulse(is_over)
    print(f"  {name} {released} of {WAITERS} released")

event = threading.Event()
event.set()
event.clear()
released = event.wait(timeout=0.01)
print("an event that is set and cleared before a thread waits")
print("  released:", "yes" if released else "no")
