"""Waking one waiter, then two, then all of them."""

import threading

SLEEPERS = 5

in_bed = 0
called = 0  # and not up yet
awake = 0

lock = threading.Lock()
alarm = threading.Condition(lock)
changed = threading.Condition(lock)


def sleep_until_notified():
    global in_bed, called, awake
    with lock:
        in_bed += 1
        changed.notify()
        alarm.wait_for(lambda: called > 0)
        called -= 1
        awake += 1
        changed.notify()


threads = [
    threading.Thread(target=sleep_until_notified) for _ in range(SLEEPERS)
]
for thread in threads:
    thread.start()

# ANCHOR: notify
with lock:
    changed.wait_for(lambda: in_bed == SLEEPERS)

    called = 1
    alarm.notify()
    changed.wait_for(lambda: awake == 1)
    print(f"notify one: {awake} of {SLEEPERS} awake")

    called = 2
    alarm.notify(2)
    changed.wait_for(lambda: awake == 3)
    print(f"notify two: {awake} of {SLEEPERS} awake")

    called = 2
    alarm.notify_all()
    changed.wait_for(lambda: awake == SLEEPERS)
    print(f"notify all: {awake} of {SLEEPERS} awake")
# ANCHOR_END: notify

for thread in threads:
    thread.join()
