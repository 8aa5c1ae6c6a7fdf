"""A process ends with its main thread, unless somebody waits for the others."""

import subprocess
import sys
import time
from threading import Event, Thread


def say(words):
    print(words, flush=True)


# ANCHOR: child
def child(waits):
    """Starts a worker, and comes to the end: Python waits, if told to."""
    begun = Event()

    def work():
        say("worker: I begin")
        begun.set()
        time.sleep(1)  # a slow step
        say("worker: I am done")

    # A daemon is not waited for, and any other thread is.
    Thread(target=work, daemon=not waits).start()
    begun.wait()
    say("main: I am done")
    # There is no join: Python itself waits, if it has to.
# ANCHOR_END: child


def start_child(argument):
    """Starts this program again, as a child with an argument."""
    say(f"-- {argument}")
    status = subprocess.run([sys.executable, __file__, argument])
    say(f"the child has ended: {str(status.returncode == 0).lower()}")


if sys.argv[1:] == ["nobody waits"]:
    child(waits=False)
elif sys.argv[1:] == ["somebody waits"]:
    child(waits=True)
else:
    start_child("nobody waits")
    start_child("somebody waits")
