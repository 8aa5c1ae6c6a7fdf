"""Set, and clear at once: who gets through?"""

import threading
import time

WAITERS = 5


def start(task):
    threads = [threading.Thread(target=task) for _ in range(WAITERS)]
    for thread in threads:
        thread.start()
    return threads


def join(threads):
    for thread in threads:
        thread.join()


def a_flag_in_a_loop():
    is_set = False
    looked_in_vain = 0
    released = 0
    changed = threading.Condition()

    def wait_for_the_flag():
        nonlocal looked_in_vain, released
        with changed:
            while not is_set:
                looked_in_vain += 1
                changed.wait()
            released += 1

    threads = start(wait_for_the_flag)
    for pulse in range(1, 101):
        # Each of the five sleeps, again and again.
        while looked_in_vain < pulse * WAITERS:
            time.sleep(0)
        with changed:
            is_set = True
            changed.notify_all()
            is_set = False  # before anybody looks: bad luck
    with changed:
        is_set = True  # lets them go home
        changed.notify_all()
        result = released
    join(threads)
    return result


# ANCHOR: event
def an_event():
    event = threading.Event()
    released = []

    def wait():
        event.wait()
        released.append(True)

    threads = start(wait)
    # A thread that does not sleep yet misses a pulse: send another.
    while len(released) < WAITERS:
        event.set()
        event.clear()
        time.sleep(0)
    join(threads)
    return len(released)
# ANCHOR_END: event


print("set, and clear at once")
print(f"  a flag in a loop: {a_flag_in_a_loop()} of {WAITERS} released")
print(f"  an event:         {an_event()} of {WAITERS} released")
