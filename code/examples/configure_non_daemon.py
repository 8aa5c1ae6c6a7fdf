"""The control of `configure_daemon.py`: its thread is not a daemon."""

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


threading.Thread(target=write, daemon=False).start()
half_written.wait()
