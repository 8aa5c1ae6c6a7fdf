"""The control of `spawn.py`: the main thread joins before it reads."""

import threading

begin = threading.Event()


def read_emma():
    begin.wait()
    print("thread: reads Emma")


emma = threading.Thread(target=read_emma)
emma.start()

begin.set()
emma.join()
print("main: reads Dracula")
print("main: both are read")
