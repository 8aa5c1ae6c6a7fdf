"""A task runs in a thread of its own, alongside the main thread."""

import threading

# ANCHOR: smallest
begin = threading.Event()


def read_emma():
    begin.wait()
    print("thread: reads Emma")


emma = threading.Thread(target=read_emma)
emma.start()

print("main: reads Dracula")
begin.set()
emma.join()
print("main: both are read")
# ANCHOR_END: smallest
