"""`main` leaves early, and the program still waits."""

import sys
import threading


def print_page(paper):
    if paper == 0:
        raise RuntimeError("out of paper")
    return paper - 1


def save():
    threading.main_thread().join()
    print("worker: the document is saved")


def main():
    threading.Thread(target=save).start()
    print("main: printing")
    paper = print_page(0)
    print(f"main: {paper} sheets left")


try:
    main()
except RuntimeError as error:
    sys.exit(f'Error: "{error}"')
