"""The control of `main_thread_wait.py`: its worker is a daemon."""

import threading
import time


def helper():
    print("helper: started by the worker, and finished")


def worker():
    threading.main_thread().join()  # until the main thread is at its end
    time.sleep(1)  # a slow step
    print("worker: main returned a second ago")
    threading.Thread(target=helper).start()


def main():
    never = threading.Event()
    threading.Thread(target=never.wait, daemon=True).start()
    threading.Thread(target=worker, daemon=True).start()
    print("main: returns")


main()
