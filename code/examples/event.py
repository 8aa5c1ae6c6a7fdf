"""One set releases five workers, and everybody who comes later."""

import threading

# ANCHOR: smallest
settings = {}
loaded = threading.Event()


def work(worker):
    loaded.wait()
    port = settings["port"]
    # One write: a line and its end must not be torn apart.
    print(f"worker {worker} starts on port {port}\n", end="")


workers = [threading.Thread(target=work, args=(i,)) for i in range(5)]
for worker in workers:
    worker.start()

print("main: loading the settings")
settings["port"] = 8080
loaded.set()
for worker in workers:
    worker.join()

loaded.wait()
print("main: a late wait returns at once")
# ANCHOR_END: smallest
