"""A thread fails: a report on standard error, and the others go on."""

import threading


# ANCHOR: smallest
def work():
    print("worker: working")
    raise Exception("something bad happened")


thread = threading.Thread(target=work)
thread.start()
thread.join()

print("main: continuing on")
# ANCHOR_END: smallest
