"""A task runs in a thread of its own."""

import threading

# ANCHOR: smallest
print("main: starting a thread")
thread = threading.Thread(target=lambda: print("this is another thread"))
thread.start()

thread.join()
print("main: the thread has ended")
# ANCHOR_END: smallest
