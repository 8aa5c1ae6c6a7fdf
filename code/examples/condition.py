"""The main thread waits for work that another thread puts on a list."""

import threading

# ANCHOR: smallest
work_list = []
condition = threading.Condition()


def work():
    with condition:
        print("worker: adding 2 to the list")
        work_list.append(2)
        condition.notify()


with condition:
    worker = threading.Thread(target=work)
    worker.start()
    print("main: waiting for work")
    condition.wait_for(lambda: work_list)
    print("main: got", work_list)
worker.join()
# ANCHOR_END: smallest
