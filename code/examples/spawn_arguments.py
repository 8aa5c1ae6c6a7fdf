"""Threads take their arguments along, and bring their results back."""

import threading

results = {}


def repeat(word, times):
    results[word] = " ".join([word] * times)


jobs = [("tick", 3), ("tock", 2)]
threads = [threading.Thread(target=repeat, args=job) for job in jobs]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

for word, _times in jobs:
    print(results[word])
