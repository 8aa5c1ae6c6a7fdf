"""Where a job runs: in which process, and on which thread of it."""

import multiprocessing
import os
from queue import SimpleQueue
from threading import Thread, current_thread, main_thread


def where_am_i(parent):
    same_process = str(os.getpid() == parent).lower()
    on_main_thread = str(current_thread() is main_thread()).lower()
    return f"same process: {same_process}, on its main thread: {on_main_thread}"


def answer(parent, answers):
    answers.put(where_am_i(parent))


def run(kind, parent, answers):
    job = kind(target=answer, args=(parent, answers))
    job.start()
    result = answers.get()
    job.join()
    return result


if __name__ == "__main__":
    me = os.getpid()
    context = multiprocessing.get_context("spawn")
    print(f"a call    {where_am_i(me)}")
    print(f"a thread  {run(Thread, me, SimpleQueue())}")
    print(f"a process {run(context.Process, me, context.SimpleQueue())}")
