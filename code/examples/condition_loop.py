"""Two cooks are woken for one order: why a wait sits in a loop."""

import threading

cooks = 0
orders = []
woken_for_nothing = 0

kitchen = threading.Lock()
new_order = threading.Condition(kitchen)
report = threading.Condition(kitchen)


# ANCHOR: cook
def cook():
    global cooks, woken_for_nothing
    with kitchen:
        cooks += 1
        while not orders:
            report.notify()
            new_order.wait()
            if not orders:
                woken_for_nothing += 1
        orders.pop()
# ANCHOR_END: cook


threads = [threading.Thread(target=cook) for _ in range(2)]
for thread in threads:
    thread.start()

with kitchen:
    report.wait_for(lambda: cooks == 2)
    orders.append("soup")
    new_order.notify_all()
    print("one order, both cooks are woken")

    report.wait_for(lambda: woken_for_nothing > 0)
    print("cooks who found no order:", woken_for_nothing)
    orders.append("salad")
    new_order.notify_all()

for thread in threads:
    thread.join()
print("orders left:", len(orders))
