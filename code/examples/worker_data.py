"""A worker with data, and with methods for its steps."""

import threading


class Printer(threading.Thread):
    def __init__(self, title, pages):
        super().__init__()
        self.title = title
        self.pages = pages

    def print_page(self, page):
        print(f"{self.title}, page {page} of {self.pages}")

    def run(self):
        for page in range(1, self.pages + 1):
            self.print_page(page)


printer = Printer("Threading", pages=3)
printer.start()
printer.join()
