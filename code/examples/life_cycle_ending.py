"""A thread ends by returning, or by failing."""

import threading


class Printer(threading.Thread):
    def __init__(self, paper):
        super().__init__()
        self.paper = paper
        self.left = None

    def run(self):
        if self.paper == 0:
            raise RuntimeError("out of paper")
        self.left = self.paper - 1


failures = []
threading.excepthook = lambda args: failures.append(args.exc_value)

for paper in [1, 0]:
    thread = Printer(paper)
    thread.start()
    thread.join()

    print("sheets in the printer:", paper)
    print("  state:  ", "Running" if thread.is_alive() else "Terminated")
    if thread.left is not None:
        print("  it returned:", thread.left, "left")
    else:
        print("  it failed:", failures.pop())
