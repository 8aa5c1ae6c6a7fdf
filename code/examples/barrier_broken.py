"""Two climbers wait for the rest of the rope team, in vain."""

import time
from threading import Barrier, BrokenBarrierError, Thread

TEAM = 4

barrier = Barrier(TEAM)


def wait(who, answers, timeout=None):
    try:
        barrier.wait(timeout)
        answers[who] = f"{who} goes on"
    except BrokenBarrierError as error:
        # The exception does not say why.
        answers[who] = f"{who}: {type(error).__name__}"


def show(who, timeout=None):
    answers = {}
    wait(who, answers, timeout)
    print(answers[who])


def climb(then):
    """Two climbers wait; when both do, `then` happens."""
    answers = {}
    threads = {}
    for name in ["Ada", "Ben"]:
        threads[name] = Thread(target=wait, args=(name, answers))
        threads[name].start()
    while barrier.n_waiting < 2:
        time.sleep(0)
    then()
    for name, thread in threads.items():
        thread.join()
        print(answers[name])


print("-- timeout")
climb(lambda: show("Cyd", timeout=0.01))
show("Dan, who comes late")

print("-- abort")
barrier.reset()
climb(barrier.abort)
print(f"broken: {str(barrier.broken).lower()}")

print("-- reset")
barrier.reset()
climb(barrier.reset)
print(f"broken: {str(barrier.broken).lower()}")


def all_four():
    answers = {}
    dan = Thread(target=wait, args=("Dan", answers))
    dan.start()
    show("Cyd")
    dan.join()
    print(answers["Dan"])


print("-- all four")
climb(all_four)
