"""A thread marks where it waits, so its state is Blocked."""

import contextlib
import queue
import threading


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


# ANCHOR: wait
told = queue.SimpleQueue()
letters = queue.SimpleQueue()
answers = queue.SimpleQueue()


def wait():
    told.put("it waits for a letter")
    return letters.get()


def task():
    with thread.blocked():
        answers.put(wait())


thread = Watched(target=task)
thread.start()

print(told.get())
print("its state:", thread.state())
letters.put("it has its letter")
print(answers.get())
thread.join()
# ANCHOR_END: wait
