"""A hook of the program's own, and the default one again."""

import threading


def fail(message):
    raise RuntimeError(message)


def hook(args):
    print("thread failed:", args.exc_value)
    print("  its name:", args.thread.name)
    print("  it is still alive:", str(args.thread.is_alive()).lower())
    known = args.exc_traceback is not None
    print("  the place is known:", str(known).lower())


old, threading.excepthook = threading.excepthook, hook
thread = threading.Thread(target=fail, args=["out of paper"], name="printer")
thread.start()
thread.join()

new, threading.excepthook = threading.excepthook, old
print("the old hook is back, and the new one is ours again")


def one_more(args):
    print("one more:", args.exc_value)
    new(args)


threading.excepthook = one_more
thread = threading.Thread(target=fail, args=["out of ink"], name="plotter")
thread.start()
thread.join()
print("main: finished")
