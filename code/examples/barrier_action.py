"""Three packers load a van, round after round; the action counts the load."""

from threading import Barrier, Lock, Thread

PACKERS = 3
VANS = 3

boxes = 0
boxes_lock = Lock()
counted = 0


# One thread runs it when all have packed and none has gone on.
def count():
    global boxes, counted
    counted += 1
    print(f"van {counted}: {boxes} boxes are counted")
    boxes = 0


barrier = Barrier(PACKERS, action=count)


def pack(packer):
    global boxes
    for van in range(1, VANS + 1):
        with boxes_lock:
            boxes += packer * van
        index = barrier.wait()
        if index == PACKERS - 1:
            print(f"van {van}: the last packer shuts the doors")


threads = [Thread(target=pack, args=(n,)) for n in range(1, PACKERS + 1)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"{counted} vans are loaded")
