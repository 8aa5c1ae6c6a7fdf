"""A bounded buffer: one lock, and a condition for each thing to wait for."""

import threading
from collections import deque

PLACES = 2


# ANCHOR: buffer
class Buffer:
    def __init__(self):
        self.items = deque()
        lock = threading.Lock()
        self.not_full = threading.Condition(lock)
        self.not_empty = threading.Condition(lock)

    def put(self, item):
        with self.not_full:
            self.not_full.wait_for(lambda: len(self.items) < PLACES)
            self.items.append(item)
            self.not_empty.notify()

    def take(self):
        with self.not_empty:
            self.not_empty.wait_for(lambda: self.items)
            item = self.items.popleft()
            self.not_full.notify()
            return item
# ANCHOR_END: buffer


def produce(buffer):
    for item in range(1, 6):
        buffer.put(item)


buffer = Buffer()
producer = threading.Thread(target=produce, args=(buffer,))
producer.start()
for _ in range(1, 6):
    print("took", buffer.take())
producer.join()
print("left:", len(buffer.items))
