"""When values go: with their thread, or with the `local`."""

import threading


class Tray:
    """A tray that says when it is put away."""

    def __init__(self, owner):
        self.owner = owner

    def __del__(self):
        print(f"  the tray of {self.owner} is put away")


# ANCHOR: ends
local = threading.local()


def ada():
    local.tray = Tray("Ada")


print("Ada comes and goes")
thread = threading.Thread(target=ada)
thread.start()
thread.join()

ready, may_go = threading.Event(), threading.Event()


def grace():
    local.tray = Tray("Grace")
    ready.set()
    may_go.wait()


print("Grace comes and stays")
thread = threading.Thread(target=grace)
thread.start()
ready.wait()

print("the trays are not needed any more")
del local

print("Grace goes")
may_go.set()
thread.join()
# ANCHOR_END: ends
