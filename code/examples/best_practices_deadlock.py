"""Two transfers that wait for each other for good, and where they stand."""

import linecache
import subprocess
import sys
import threading
import time


class Account:
    def __init__(self):
        self.lock = threading.Lock()
        self.balance = 100


each_holds_one = threading.Barrier(2)


def transfer(source, target):
    with source.lock:
        each_holds_one.wait()  # bad luck, made certain
        with target.lock:  # never acquired
            source.balance -= 10
            target.balance += 10


def where(threads):
    """The line of `transfer` at which each thread is, or None elsewhere."""
    frames = sys._current_frames()
    frames = [frames.get(thread.ident) for thread in threads]
    return [
        frame.f_lineno if frame and frame.f_code is transfer.__code__ else None
        for frame in frames
    ]


def child():
    checking, savings = Account(), Account()
    ada = threading.Thread(
        target=transfer, args=(checking, savings), name="Ada", daemon=True
    )
    ben = threading.Thread(
        target=transfer, args=(savings, checking), name="Ben", daemon=True
    )
    threads = [ada, ben]
    for thread in threads:
        thread.start()

    now, unchanged = where(threads), 0
    while None in now or unchanged < 5:
        time.sleep(0.03)
        before, now = now, where(threads)
        unchanged = unchanged + 1 if now == before else 0
    print("no thread moves any more")
    for thread, number in zip(threads, now):
        line = linecache.getline(__file__, number).strip()
        print(f"  {thread.name} is at: {line}")
    sys.exit(1)  # what is stuck is not joined


if sys.argv[1:] == ["child"]:
    child()
ended = subprocess.run([sys.executable, __file__, "child"])
print("the child has ended with code", ended.returncode)
