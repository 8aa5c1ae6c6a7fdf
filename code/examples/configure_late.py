"""A name and a daemon flag that come too late."""

import threading


def show(what, change):
    try:
        change()
        print(f"  {what}: set")
    except RuntimeError as error:
        print(f"  {what}: {error}")


finish = threading.Event()
thread = threading.Thread(target=finish.wait)

print("before the start")
show("name", lambda: setattr(thread, "name", "clock"))
show("daemon", lambda: setattr(thread, "daemon", True))

thread.start()
print("started")
show("name", lambda: setattr(thread, "name", "watch"))
show("daemon", lambda: setattr(thread, "daemon", False))

finish.set()
thread.join()
print(f"joined: {thread.name}, daemon: {str(thread.daemon).lower()}")
