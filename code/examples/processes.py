"""The same job in a thread, and in a child process."""

# ANCHOR: smallest
import multiprocessing
from queue import SimpleQueue
from threading import Thread

visitors = 0


def let_in(more, answers):
    """Lets more visitors in, and tells how many it found and left."""
    global visitors
    found = visitors
    visitors += more
    answers.put(f"finds {found}, leaves {visitors}")


def in_thread(more):
    answers = SimpleQueue()
    thread = Thread(target=let_in, args=(more, answers))
    thread.start()
    thread.join()
    return answers.get()


def in_process(more):
    context = multiprocessing.get_context("spawn")
    answers = context.SimpleQueue()
    process = context.Process(target=let_in, args=(more, answers))
    process.start()
    answer = answers.get()
    process.join()
    return answer


if __name__ == "__main__":  # a child goes no further
    visitors = 10
    print(f"a thread {in_thread(5)}")
    print(f"here it is now {visitors}")

    visitors = 10
    print(f"a child process {in_process(5)}")
    print(f"here it is now {visitors}")
# ANCHOR_END: smallest
