"""A telephone call: two functions run concurrently, and take turns."""

# ANCHOR: smallest
from queue import SimpleQueue
from threading import Thread


class Phone:
    """One of two phones: what goes in at a mouth comes out at an ear."""

    def __init__(self, mouth, ear):
        self.mouth = mouth
        self.ear = ear

    def say(self, words):
        print(words)
        self.mouth.put(words)

    def listen(self):
        """Waits until somebody says something."""
        return self.ear.get()


def ada(phone):
    phone.say("Ada: Shall we eat together?")
    phone.listen()
    phone.say("Ada: When?")
    return phone.listen()


def ben(phone):
    invitation = phone.listen()
    phone.say("Ben: With pleasure.")
    phone.listen()
    phone.say("Ben: At six.")
    return invitation


def run_all(tasks):
    """A thread throws the result of its function away: keep it in a list."""
    results = [None] * len(tasks)

    def run(place, task):
        results[place] = task()

    threads = [Thread(target=run, args=job) for job in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


to_ada, to_ben = SimpleQueue(), SimpleQueue()
hers, his = Phone(to_ben, to_ada), Phone(to_ada, to_ben)

notes = run_all([lambda: ada(hers), lambda: ben(his)])

print(f"Ada's note: {notes[0]}")
print(f"Ben's note: {notes[1]}")
# ANCHOR_END: smallest
