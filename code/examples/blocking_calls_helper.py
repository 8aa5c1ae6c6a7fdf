"""Calls that have no timeout: accept, a pipe, a file."""

import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time

# Set in the child process, which is this program once more.
CHILD = "BLOCKING_CALLS_HELPER_CHILD"
SHORT = 0.02  # runs out
LONG = 30  # is long enough
TIMED_OUT = f"timed out after {SHORT * 1000:.0f}ms"
END = object()


def helper(calls):
    """Makes calls that have no timeout; `get(timeout=…)` waits for each."""
    values = queue.Queue(maxsize=1)

    def help():
        for value in calls:
            values.put(value)
        values.put(END)

    # At exit, the program would wait for a non-daemon in its call.
    threading.Thread(target=help, daemon=True).start()
    return values


def accept():
    # Python's `accept` has a timeout: it asks the kernel with `poll` first.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SHORT)
        try:
            listener.accept()
        except TimeoutError:
            print("accept:", TIMED_OUT)
        listener.settimeout(LONG)
        with socket.create_connection(listener.getsockname()) as late:
            client, address = listener.accept()
            same = address == late.getsockname()
            print("accept: the late client:", str(same).lower())
            client.close()


def pipe():
    child = subprocess.Popen(
        [sys.executable, __file__],
        env={**os.environ, CHILD: "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = helper(child.stdout)

    print("pipe:", lines.get(timeout=LONG).strip())
    try:
        lines.get(timeout=SHORT)
    except queue.Empty:
        print("pipe:", TIMED_OUT)
        child.kill()  # closes the pipe: no other process holds it
    end = lines.get(timeout=LONG)
    print("pipe: closed:", str(end is END).lower())
    child.wait()
    child.stdout.close()


def file():
    with tempfile.NamedTemporaryFile("w+") as menu:
        menu.write("soup, salad")
        menu.seek(0)
        text = helper(menu.read() for _ in range(1))
        print("file:", text.get(timeout=LONG))


if CHILD in os.environ:
    print("the soup is ready", flush=True)
    time.sleep(LONG)
else:
    accept()
    pipe()
    file()
