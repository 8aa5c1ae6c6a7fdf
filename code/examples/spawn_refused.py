"""The system refuses a thread: an error, and the program goes on."""

import sys
import threading

# No system has memory for a stack like this.
usual = threading.stack_size(sys.maxsize // 2 // 4096 * 4096)
huge = threading.Thread(target=lambda: None)
try:
    huge.start()
except RuntimeError:
    print("refused by the system")
print("its state:", "New" if huge.ident is None else "Running")

threading.stack_size(usual)
results = []
small = threading.Thread(target=lambda: results.append("done"))
small.start()
small.join()
print("another thread:", results.pop())
