"""What a thread knows about itself: before its start, alive, and joined."""

import threading


# ANCHOR: report
def report(when, thread):
    def known(number):
        return "none" if number is None else "a number"

    print(when)
    print("  name:     ", thread.name)
    print("  daemon:   ", str(thread.daemon).lower())
    print("  ident:    ", known(thread.ident))
    print("  native id:", known(thread.native_id))
    print("  alive:    ", str(thread.is_alive()).lower())
# ANCHOR_END: report


# ANCHOR: smallest
finish = threading.Event()


def task():
    finish.wait()


thread = threading.Thread(target=task)
report("before the start", thread)

thread.start()
report("started", thread)
numbers = (thread.ident, thread.native_id)

finish.set()
thread.join()
report("joined", thread)
same = numbers == (thread.ident, thread.native_id)
print("the numbers are the same as before:", str(same).lower())
# ANCHOR_END: smallest
