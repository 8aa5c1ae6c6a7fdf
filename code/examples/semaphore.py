"""Twelve workers, and a disk that serves three readers well."""

import threading

WORKERS = 12
LIMIT = 3


class Disk:
    """Counts its readers, and remembers the highest number it has seen."""

    def __init__(self):
        self.lock = threading.Lock()
        self.readers = 0
        self.highest = 0

    def read(self, others):
        """Reads until `others` says that enough others read too."""
        with self.lock:
            self.readers += 1
            self.highest = max(self.highest, self.readers)
        others.wait()
        with self.lock:
            self.readers -= 1


def in_threads(task):
    threads = [threading.Thread(target=task) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def without_a_semaphore():
    disk = Disk()
    all_read = threading.Barrier(WORKERS)
    in_threads(lambda: disk.read(all_read))
    return disk.highest


# ANCHOR: smallest
def with_a_semaphore():
    disk = Disk()
    three_read = threading.Barrier(LIMIT)
    semaphore = threading.BoundedSemaphore(LIMIT)

    def work():
        with semaphore:
            disk.read(three_read)

    in_threads(work)
    return disk.highest
# ANCHOR_END: smallest


print(f"{WORKERS} workers read, at most {LIMIT} should do so at a time")
print("without a semaphore:", without_a_semaphore())
print("with a semaphore:   ", with_a_semaphore())
