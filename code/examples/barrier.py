"""Five workers and the main thread meet when all results are there."""

from threading import Barrier, Thread

WORKERS = 5


def calculate(worker):
    return sum(range(1, worker * 1_000 + 1))


def work(worker, results, barrier):
    results[worker] = calculate(worker)
    barrier.wait()


barrier = Barrier(WORKERS + 1)
results = {}
threads = []
for worker in range(1, WORKERS + 1):
    thread = Thread(target=work, args=(worker, results, barrier))
    thread.start()
    threads.append(thread)

print(f"the main thread waits for {WORKERS} workers")
barrier.wait()
print("all workers have their result")
for worker in range(1, WORKERS + 1):
    print(f"worker {worker}: {results[worker]}")

for thread in threads:
    thread.join()
