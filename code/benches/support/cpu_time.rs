//! How long an operation keeps cores busy, which is not how long it takes: a
//! thread that spins keeps one busy, and a thread that sleeps does not.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{each_on_a_thread, pairs, time};

/// How long a wait lasts: much longer than anybody yields.
pub const LONG: Duration = Duration::from_millis(2);

/// The time that a thread keeps a core busy in long waits: it calls `wait`
/// that many times, and each time `wake` is called a while later.
pub fn long_waits(
    waits: u64,
    wait: impl Fn() + Send,
    wake: impl Fn(),
) -> Duration {
    let (awake, is_awake) = mpsc::channel();
    let wait_and_measure = move || {
        let mut used = Duration::ZERO;
        for _ in 0..waits {
            used += used_by(&wait);
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

/// The time that a thread keeps a core busy while it waits for a lock that
/// another thread holds for long, that many times.
pub fn while_held<G>(waits: u64, acquire: impl Fn() -> G + Sync) -> Duration {
    let (held, is_held) = mpsc::channel();
    let (done, is_done) = mpsc::channel();
    let wait_and_measure = || {
        let mut used = Duration::ZERO;
        for () in is_held {
            used += used_by(|| drop(acquire()));
            done.send(()).unwrap();
        }
        used
    };
    thread::scope(|scope| {
        let waiter = scope.spawn(wait_and_measure);
        for _ in 0..waits {
            let guard = acquire();
            held.send(()).unwrap();
            thread::sleep(LONG);
            drop(guard);
            is_done.recv().unwrap();
        }
        drop(held);
        waiter.join().unwrap()
    })
}

/// Like [`time_threads`](super::time_threads), but returns how long the
/// threads keep cores busy, together.
pub fn of_threads<W: FnMut() + Send>(
    operations: u64,
    workers: Vec<W>,
) -> Duration {
    let measure = |worker| {
        used_by(|| {
            time(operations, worker);
        })
    };
    each_on_a_thread(workers, measure).into_iter().sum()
}

/// The same for several threads that do the same.
pub fn of_alike<W: FnMut() + Send + Clone>(
    operations: u64,
    threads: usize,
    worker: W,
) -> Duration {
    of_threads(operations, vec![worker; threads])
}

/// The same for two threads that take turns at one subject.
pub fn of_pair<T: Sync>(
    operations: u64,
    new: impl Fn() -> T,
    turn: impl Fn(&T, bool) + Sync,
) -> Duration {
    let subjects = [new()];
    of_threads(operations, pairs(&subjects, &turn))
}

/// How long the calling thread keeps a core busy with `work`.
fn used_by(work: impl FnOnce()) -> Duration {
    let start = of_this_thread();
    work();
    of_this_thread() - start
}

/// How long the calling thread has kept a core busy since it began.
#[cfg(target_os = "linux")]
fn of_this_thread() -> Duration {
    since_the_start(rustix::time::ClockId::ThreadCPUTime)
}

/// How long all threads of this process have kept cores busy.
#[cfg(target_os = "linux")]
pub fn of_this_process() -> Duration {
    since_the_start(rustix::time::ClockId::ProcessCPUTime)
}

#[cfg(target_os = "linux")]
fn since_the_start(clock: rustix::time::ClockId) -> Duration {
    let time = rustix::time::clock_gettime(clock);
    time.try_into().unwrap()
}

#[cfg(not(target_os = "linux"))]
fn of_this_thread() -> Duration {
    unreachable!("`can_measure` says so")
}

#[cfg(not(target_os = "linux"))]
pub fn of_this_process() -> Duration {
    unreachable!("`can_measure` says so")
}

/// Whether this system tells how long one thread has kept a core busy.
pub fn can_measure() -> bool {
    if !cfg!(target_os = "linux") {
        eprintln!("skipped: the time of a thread is read on Linux alone");
    }
    cfg!(target_os = "linux")
}
