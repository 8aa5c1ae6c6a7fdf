"""What the main thread knows about itself."""

import threading

# ANCHOR: smallest
main = threading.main_thread()
print("name:  ", main.name)
print("daemon:", str(main.daemon).lower())
print("alive: ", str(main.is_alive()).lower())

seen = []
thread = threading.Thread(target=lambda: seen.append(threading.main_thread()))
thread.start()
thread.join()
print("the same for another thread:", str(seen[0] is main).lower())
# ANCHOR_END: smallest
