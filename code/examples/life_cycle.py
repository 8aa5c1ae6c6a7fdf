"""A thread goes through the four states of its life."""

import contextlib
import threading
import time


# ANCHOR: state
class Watched(threading.Thread):
    """A thread that says where it is in its life."""

    waiting = False

    def state(self):
        if self.ident is None:
            return "New"
        if not self.is_alive():
            return "Terminated"
        return "Blocked" if self.waiting else "Running"

    @contextlib.contextmanager
    def blocked(self):
        self.waiting = True
        try:
            yield
        finally:
            self.waiting = False
# ANCHOR_END: state


# ANCHOR: smallest
def task():
    print("at work: ", thread.state())
    with thread.blocked():
        wake.wait()
    print("at work: ", thread.state())


wake = threading.Event()
thread = Watched(target=task)
print("made:    ", thread.state())

thread.start()
while thread.state() != "Blocked":
    time.sleep(0)  # until it waits
print("waiting: ", thread.state())
wake.set()

thread.join()
print("joined:  ", thread.state())
try:
    thread.start()
except RuntimeError:
    print("a second start is refused: it is", thread.state())
# ANCHOR_END: smallest
