"""`main` returns while a thread still works, and the program waits for it."""

import threading


def helper():
    print("helper: started meanwhile, and finished")


def worker():
    threading.main_thread().join()  # until the main thread is at its end
    print("worker: main has returned, I still work")
    threading.Thread(target=helper).start()


def main():
    never = threading.Event()
    threading.Thread(target=never.wait, daemon=True).start()
    threading.Thread(target=worker).start()
    print("main: returns")


main()
