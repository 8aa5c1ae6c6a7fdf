"""A roll call of the running threads."""

import threading


# ANCHOR: smallest
def roll_call():
    print("alive:", threading.active_count())
    me = threading.current_thread()
    for thread in threading.enumerate():
        mark = "*" if thread is me else " "
        # Python adds the function's name: "Thread-1 (wait)".
        print(" ", mark, thread.name.split()[0])


roll_call()

finish = threading.Event()
slow = threading.Thread(target=finish.wait)
slow.start()
unstarted = threading.Thread(target=print)
roll_call()

other = threading.Thread(target=roll_call)
other.start()
other.join()

finish.set()
slow.join()
roll_call()
# ANCHOR_END: smallest

meet = threading.Barrier(2)
numbers = []


def tell():
    meet.wait()
    numbers.append((threading.get_ident(), threading.get_native_id()))
    meet.wait()  # both are alive


threads = [threading.Thread(target=tell) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
a, b = numbers
print("two threads, two idents:    ", str(a[0] != b[0]).lower())
print("two threads, two native ids:", str(a[1] != b[1]).lower())
