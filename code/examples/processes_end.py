"""A process ends with its main thread, unless somebody waits for the others."""

import subprocess
import sys
from queue import SimpleQueue
from threading import Event, Thread


def say(words):
    print(words, flush=True)


# ANCHOR: child
def child(waits):
    """Starts a worker, and comes to the end: Python waits, if told to."""
    begun = Event()
    go_on = SimpleQueue()

    def work():
        say("worker: I begin")
        begun.set()
        go_on.get()
        say("worker: I am done")

    # Not to be waited for: a daemon.
    Thread(target=work, daemon=not waits).start()
    begun.wait()
    say("main: I am done")
    if waits:
        go_on.put(None)
    # There is no join: Python waits for the threads that are no daemons.
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
