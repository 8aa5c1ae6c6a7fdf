"""Ten thousand timers wait on one thread: the loop of asyncio."""

import asyncio
import queue
import threading

HOUR = 3600

# ANCHOR: many
loop = asyncio.new_event_loop()
server = threading.Thread(target=loop.run_forever)
server.start()


def in_loop(function, *args):
    """The loop's methods may be called on its own thread alone."""
    answer = queue.SimpleQueue()
    call = lambda: answer.put(function(*args))
    loop.call_soon_threadsafe(call)
    return answer.get()


def make_limits(number):
    close = lambda connection: print(f"connection {connection}: closed")
    return [loop.call_later(HOUR, close, each) for each in range(number)]


def cancel(limits):
    for limit in limits:
        limit.cancel()


def pending(limits):
    return sum(not limit.cancelled() for limit in limits)


limits = in_loop(make_limits, 10_000)
print("limits:", pending(limits))

in_loop(cancel, limits)
print("prevented:", len(limits) - pending(limits))
print("pending:", pending(limits))
# ANCHOR_END: many

is_running = threading.Event()
may_end = threading.Event()


def slow():
    is_running.set()
    may_end.wait()
    print("the slow callback ends")


loop.call_soon_threadsafe(slow)
is_running.wait()

now = loop.time()
told = queue.SimpleQueue()
done = lambda dish: told.put((dish, threading.get_ident()))
for delay, dish in [(0.003, "soup"), (0.001, "salad"), (0.002, "bread")]:
    loop.call_soon_threadsafe(loop.call_at, now + delay, done, dish)
may_end.set()
threads = set()
for _ in range(3):
    dish, thread = told.get()
    print("done:", dish)
    threads.add(thread)
print("threads that called:", len(threads))

in_loop(loop.call_later, HOUR, lambda: print("never printed"))
loop.call_soon_threadsafe(loop.stop)
server.join()
loop.close()
print("the queue is gone")
