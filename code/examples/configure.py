"""A thread gets a name and becomes a daemon, before it starts."""

import threading


# ANCHOR: smallest
def hello():
    print("this message is from a daemon thread")


thread = threading.Thread(target=hello, name="clock", daemon=True)
thread.start()
thread.join()  # no other line waits for a daemon
print("name:  ", thread.name)
print("daemon:", str(thread.daemon).lower())
# ANCHOR_END: smallest


# ANCHOR: inherit
def make():
    global inherited
    inherited = str(threading.Thread().daemon).lower()


daemon = threading.Thread(target=make, daemon=True)
daemon.start()
daemon.join()
print("made by a daemon, a daemon:", inherited)
other = threading.Thread(target=make)
other.start()
other.join()
print("made by another, a daemon: ", inherited)
# ANCHOR_END: inherit
