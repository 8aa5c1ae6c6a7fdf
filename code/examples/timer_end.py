"""A timer is a thread: it has a name, it is listed, and the end of the
program waits for it."""

import threading

SOON = 0.02
HOUR = 3600


def ring():
    threading.main_thread().join()  # until the main thread is at its end
    print("timer: main has returned, I ring all the same")


def main():
    never = threading.Timer(HOUR, lambda: print("never printed"))
    never.daemon = True
    never.start()  # not waited for
    clock = threading.Timer(SOON, ring)
    clock.name = "kitchen clock"
    clock.start()

    for thread in threading.enumerate():
        kind = ", a daemon" if thread.daemon else ""
        print(f"{thread.name}{kind}")
    print("main: returns")


main()
