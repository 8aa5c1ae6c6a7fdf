"""A daemon is killed in the middle of its work when the program ends.

The program starts itself once more, to look at what that leaves behind.
"""

import subprocess
import sys
import threading


def ends_too_early():
    half_written = threading.Event()
    never = threading.Event()

    def write():
        try:
            print("the total is ", end="", flush=True)
            half_written.set()
            never.wait()  # a slow step
            print("42")
        finally:
            print("and cleaned up")

    threading.Thread(target=write, daemon=True).start()
    half_written.wait()


if len(sys.argv) > 1:
    ends_too_early()
else:
    itself = [sys.executable, __file__, "child"]
    child = subprocess.run(itself, capture_output=True, text=True)
    ended = str(child.returncode == 0).lower()
    print("the program has ended:", ended)
    print(f'the result is cut off: "{child.stdout}"')
