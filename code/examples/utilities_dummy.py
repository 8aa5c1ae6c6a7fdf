"""A thread that was started by other means gets a dummy."""

import _thread
import threading

seen = []
ended = _thread.allocate_lock()
ended.acquire()


def foreign():
    print("before it asks, alive:", threading.active_count())
    me = threading.current_thread()
    print("after it asks,  alive:", threading.active_count())
    print("name:  ", me.name)
    print("daemon:", str(me.daemon).lower())
    print("listed:", str(me in threading.enumerate()).lower())
    seen.append(me)
    ended.release()


_thread.start_new_thread(foreign, ())
ended.acquire()
dummy = seen.pop()
try:
    dummy.join()
except (AssertionError, RuntimeError):
    print("only its owner can join it")
