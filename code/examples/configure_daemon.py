"""A daemon is killed in the middle of its work when the program ends."""

import threading
import time

half_written = threading.Event()


def write():
    try:
        print("the total is ", end="", flush=True)
        half_written.set()
        time.sleep(1)  # a slow step
        print("42")
    finally:
        print("and cleaned up")


threading.Thread(target=write, daemon=True).start()
half_written.wait()
