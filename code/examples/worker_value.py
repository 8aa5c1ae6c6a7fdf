"""A worker's result is an attribute of the thread object."""

import threading


class Adder(threading.Thread):
    def __init__(self, numbers):
        super().__init__()
        self.numbers = numbers

    def run(self):
        self.value = sum(self.numbers)


class Counter(threading.Thread):
    def __init__(self, seen):
        super().__init__()
        self.seen = seen
        self.longest = 0

    def run(self):
        self.longest = max(map(len, self.seen), default=0)


adder = Adder([20, 22])
adder.start()
adder.join()
print("value:", adder.value)

counter = Counter(["lock", "barrier"])
counter.start()
counter.join()
print(f"seen: {len(counter.seen)}, longest: {counter.longest}")
