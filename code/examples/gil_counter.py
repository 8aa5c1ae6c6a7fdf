"""How many updates of a counter get lost, by where the interpreter checks."""

import dis
import sys
import threading

# ANCHOR: counter
ROUNDS = 100_000


def one():
    return 1


def plain():
    global counter
    for _ in range(ROUNDS):
        counter += 1


def called():
    global counter
    for _ in range(ROUNDS):
        counter += one()


def checks_inside(function):
    """How many calls stand between the load and the store."""
    steps = [(i.opname, i.argval) for i in dis.get_instructions(function)]
    load = steps.index(("LOAD_GLOBAL", "counter"))
    store = steps.index(("STORE_GLOBAL", "counter"))
    return sum(name.startswith("CALL") for name, _ in steps[load:store])


def lost(function):
    global counter
    counter = 0
    threads = [threading.Thread(target=function) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 100 * (1 - counter / (2 * ROUNDS))  # in percent


sys.setswitchinterval(1e-6)
print("statement         checks inside  updates lost (%)")
for statement, function in [
    ("counter += 1    ", plain),
    ("counter += one()", called),
]:
    print(f"{statement}  {checks_inside(function)}  {lost(function):28.1f}")
# ANCHOR_END: counter
