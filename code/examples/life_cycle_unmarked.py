"""The control of life_cycle_marked: the same wait, without a mark."""

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


told = queue.SimpleQueue()
letters = queue.SimpleQueue()
answers = queue.SimpleQueue()


def wait():
    told.put("it waits for a letter")
    return letters.get()


def task():
    with contextlib.nullcontext():
        answers.put(wait())


thread = Watched(target=task)
thread.start()

print(told.get())
print("its state:", thread.state())
letters.put("it has its letter")
print(answers.get())
thread.join()
