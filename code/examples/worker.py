"""A worker of your own type: a subclass of `Thread`."""

import threading


# ANCHOR: smallest
class Greeter(threading.Thread):
    def run(self):
        print("hello from another thread")


thread = Greeter()
thread.start()
thread.join()
print("main: the worker has finished")
# ANCHOR_END: smallest
