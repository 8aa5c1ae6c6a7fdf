"""A worker of your own type: a subclass of `Thread`."""

import threading


# ANCHOR: smallest
class Greeter(threading.Thread):
    def run(self):
        is_main = threading.current_thread() is threading.main_thread()
        print("hello, is this the main thread?", str(is_main).lower())


greeter = Greeter()
greeter.start()
greeter.join()
print("main: the worker has finished")
# ANCHOR_END: smallest
