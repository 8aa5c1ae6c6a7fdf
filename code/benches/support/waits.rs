//! What a long wait costs the processor.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long a wait lasts: much longer than anybody spins.
const LONG: Duration = Duration::from_millis(2);

/// The time that a thread keeps a core busy in long waits: it calls `wait`
/// that many times, and each time `wake` is called a while later.
pub fn processor_time(
    waits: u64,
    wait: impl Fn() + Send,
    wake: impl Fn(),
) -> Duration {
    let (awake, is_awake) = mpsc::channel();
    let wait_and_measure = move || {
        let mut used = Duration::ZERO;
        for _ in 0..waits {
            let start = of_this_thread();
            wait();
            used += of_this_thread() - start;
            awake.send(()).unwrap();
        }
        used
    };
    thread::scope(|scope| {
        let waiter = scope.spawn(wait_and_measure);
        for _ in 0..waits {
            thread::sleep(LONG);
            wake();
            is_awake.recv().unwrap();
        }
        waiter.join().unwrap()
    })
}

/// How long the calling thread has kept a core busy since it began.
#[cfg(target_os = "linux")]
fn of_this_thread() -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.try_into().unwrap()
}

#[cfg(not(target_os = "linux"))]
fn of_this_thread() -> Duration {
    unreachable!("`can_measure` says so")
}

/// Whether this system tells how long one thread has kept a core busy.
pub fn can_measure() -> bool {
    if !cfg!(target_os = "linux") {
        eprintln!("skipped: the time of a thread is read on Linux alone");
    }
    cfg!(target_os = "linux")
}
