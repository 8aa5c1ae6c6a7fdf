"""A with block releases the lock on every way out; release() alone does not."""

import threading


class Chest:
    def __init__(self):
        self.lock = threading.Lock()
        self.coins = 100


def share_out(chest, people):
    with chest.lock:
        share = chest.coins // people  # raises if there are none
        if share == 0:
            return "returned early"
        chest.coins -= share * people
        return "done"


def share_out_by_hand(chest, people):
    chest.lock.acquire()
    share = chest.coins // people  # an exception skips the release
    if share == 0:
        return "returned early"  # and so does this
    chest.coins -= share * people
    chest.lock.release()
    return "done"


def show(people, chest, share_out):
    try:
        end = share_out(chest, people)
    except ZeroDivisionError:
        end = "panicked"  # in Rust's word
    state = "still held" if chest.lock.locked() else "free"
    print(f"  {people:>3} people: {end}, and the lock is {state}")


numbers = [3, 500, 0]

print("100 coins, with a guard")
for people in numbers:
    show(people, Chest(), share_out)

print("100 coins, by hand")
for people in numbers:
    show(people, Chest(), share_out_by_hand)
