"""Two threads share one `local` and store different values in it."""

import threading


def in_two_threads(serve):
    """Serves order 33 in one thread and order 44 in another."""
    served = {}

    def work(order):
        served[order] = serve(order)

    waiters = [threading.Thread(target=work, args=(i,)) for i in (33, 44)]
    for waiter in waiters:
        waiter.start()
    for waiter in waiters:
        waiter.join()
    return [served[33], served[44]]


def shared_by_all():
    current_order = 0
    both_have_stored = threading.Barrier(2)

    def serve(order):
        nonlocal current_order
        current_order = order
        both_have_stored.wait()  # bad luck, made certain
        return current_order

    return in_two_threads(serve)


# ANCHOR: smallest
def one_each():
    current = threading.local()
    both_have_stored = threading.Barrier(2)

    def serve(order):
        current.order = order
        both_have_stored.wait()
        return current.order

    return in_two_threads(serve)
# ANCHOR_END: smallest


print("two waiters serve the orders 33 and 44")
one, other = shared_by_all()
print("one variable for both: they agree:", str(one == other).lower())
print("one Local for both:   ", one_each())
