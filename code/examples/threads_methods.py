"""Three methods of one object run concurrently."""

from threading import Barrier, Thread


class Takings:
    """The takings of a week, day by day."""

    def __init__(self, days):
        self.days = days
        # Nobody calculates before all three have come.
        self.all_here = Barrier(3)

    def total(self):
        self.all_here.wait()
        return sum(self.days)

    def best(self):
        self.all_here.wait()
        return max(self.days, default=0)

    def worst(self):
        self.all_here.wait()
        return min(self.days, default=0)


def keep(answers, place, method):
    answers[place] = method()


takings = Takings([310, 280, 295, 340, 520, 610])

# A bound method carries its object along.
methods = [takings.total, takings.best, takings.worst]
answers = [None] * len(methods)
threads = [
    Thread(target=keep, args=(answers, place, method))
    for place, method in enumerate(methods)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print(f"total: {answers[0]}")
print(f"best:  {answers[1]}")
print(f"worst: {answers[2]}")
