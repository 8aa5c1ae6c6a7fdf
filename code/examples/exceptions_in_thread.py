"""An exception in a thread: the others finish their work."""

import threading
import time

half_saved = threading.Event()


def start(task):
    thread = threading.Thread(target=task)
    thread.start()
    return thread


# ANCHOR: main
def print_page():
    print("printing")
    raise RuntimeError("out of paper")


def save():
    print("saving")
    half_saved.set()
    time.sleep(1)  # a slow step
    print("the document is saved")


saver = start(save)
half_saved.wait()

start(print_page).join()
saver.join()
print("finished")
# ANCHOR_END: main
