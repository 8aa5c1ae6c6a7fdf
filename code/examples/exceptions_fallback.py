"""A hook that fails itself: Python reports the failure of the hook."""

import threading


def hook(args):
    raise RuntimeError("the log is full")


def fail():
    raise RuntimeError("out of paper")


threading.excepthook = hook
thread = threading.Thread(target=fail, name="printer")
thread.start()
thread.join()
print("main: continuing on")
