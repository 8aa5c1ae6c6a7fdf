"""Running a task is not the same as starting a thread."""

import threading


def where_am_i():
    global place
    main = threading.main_thread()
    here = threading.current_thread()
    place = "in the main thread" if here is main else "in another thread"


thread = threading.Thread(target=where_am_i)
thread.run()
print("run alone:", place)

thread = threading.Thread(target=where_am_i)
thread.start()
thread.join()
print("started:  ", place)
