"""The control of `worker.py`: `run` is an ordinary call."""

import threading


class Greeter(threading.Thread):
    def run(self):
        is_main = threading.current_thread() is threading.main_thread()
        print("hello, is this the main thread?", str(is_main).lower())


greeter = Greeter()
greeter.run()
print("main: the worker has finished")
