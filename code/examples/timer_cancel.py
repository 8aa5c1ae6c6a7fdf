"""A timer is cancelled: in time, and too late."""

import threading

HOUR = 3600


# ANCHOR: cancel
def cancel(when, timer, called):
    timer.cancel()  # does not say whether it came in time
    in_time = not called.is_set()  # this does, where no race is on
    print(f"cancelled {when}: {'in time' if in_time else 'too late'}")
# ANCHOR_END: cancel


def was_called(timer, called):
    timer.join()
    print("  the function was called:", str(called.is_set()).lower())


called = threading.Event()
timer = threading.Timer(HOUR, called.set)
cancel("before the start", timer, called)
timer.start()
was_called(timer, called)

timer = threading.Timer(HOUR, called.set)
timer.start()
cancel("while it waits", timer, called)
was_called(timer, called)

may_end = threading.Event()


def ring():
    called.set()
    may_end.wait()
    print("  it rings")


timer = threading.Timer(0, ring)
timer.start()
called.wait()
cancel("while the function runs", timer, called)
may_end.set()
was_called(timer, called)
cancel("after the end", timer, called)
