"""A value per thread, made on first use; every thread starts afresh."""

import threading


# ANCHOR: init
class Waiter(threading.local):
    def __init__(self):
        print("  a waiter starts with an empty list")
        self.served = 0
        self.orders = []


waiter = None
# ANCHOR_END: init


def serve(order):
    waiter.served += 1
    waiter.orders.append(order)


def report():
    print(f"  {waiter.served} served: {', '.join(waiter.orders)}")


print("the main thread")
waiter = Waiter()  # calls __init__ for this thread at once
serve("soup")
serve("salad")
report()

print("another thread")


def work():
    serve("pie")  # the first use here: calls __init__ again
    report()


other = threading.Thread(target=work)
other.start()
other.join()

print("the main thread")
report()
