"""Ten workers take turns: the lock lets one in at a time."""

import threading
import time

lock = threading.Lock()
turns = []
inside = 0


def work(worker):
    global inside
    with lock:
        others = inside
        inside += 1
        print(f"worker {worker} has the lock")
        time.sleep(0)  # let the others try to get in
        inside -= 1
        turns.append(others)


threads = [threading.Thread(target=work, args=(i,)) for i in range(10)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

alone = all(others == 0 for others in turns)
print(f"{len(turns)} turns, each of them alone: {str(alone).lower()}")
