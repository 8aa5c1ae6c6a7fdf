"""Joining: too early, with a timeout, by several, of oneself, too late."""

import threading

PATIENCE = 0.02

finish = threading.Event()
thread = threading.Thread(target=finish.wait)

try:
    thread.join()
except RuntimeError:
    print("join before the start: refused")
thread.start()
try:
    thread.start()
except RuntimeError:
    print("start again: refused")

thread.join(timeout=PATIENCE)
if thread.is_alive():
    print(f"join for {PATIENCE * 1000:.0f}ms: it still runs")

done = []


def join():
    thread.join()
    done.append(True)


joiners = [threading.Thread(target=join) for _ in range(3)]
for joiner in joiners:
    joiner.start()
finish.set()
for joiner in joiners:
    joiner.join()
print("joined by 3 at once:", str(done).lower())
thread.join(timeout=0)
again = str(not thread.is_alive()).lower()
print("join after the end returns at once:", again)


def join_myself():
    global refused
    try:
        threading.current_thread().join()
        refused = False
    except RuntimeError:
        refused = True


thread = threading.Thread(target=join_myself)
thread.start()
thread.join()
print("join itself: refused,", str(refused).lower())
