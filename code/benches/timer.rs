//! `Timer` and `TimerQueue` against the crate `timer`, and against a thread
//! for each timer, which is Python's way.

#[expect(dead_code, reason = "no two threads do the same here")]
mod support;

use std::hint::black_box;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use support::{compare, criterion};
use threading::{Timer, TimerQueue};
use timer::Timer as CrateTimer;

/// How many timers wait at a time.
const PENDING: u32 = 10_000;

/// The same for the subject with a thread each: its time is multiplied.
const PENDING_THREADS: u32 = 200;

/// Never over.
const HOUR: Duration = Duration::from_secs(3600);

/// What a timer calls.
fn ring() {
    let _rung = black_box(1);
}

/// A thread that waits for its cancellation or its time, and nothing else.
struct ThreadTimer {
    cancelled: Arc<(Mutex<bool>, Condvar)>,
    thread: JoinHandle<()>,
}

impl ThreadTimer {
    fn start(delay: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let cancelled = Arc::new((Mutex::new(false), Condvar::new()));
        let shared = Arc::clone(&cancelled);
        let thread = thread::spawn(move || {
            let mut is_cancelled = shared.0.lock();
            let waiting = |is_cancelled: &mut bool| !*is_cancelled;
            shared.1.wait_while_for(&mut is_cancelled, waiting, delay);
            if !*is_cancelled {
                f();
            }
        });
        ThreadTimer { cancelled, thread }
    }

    fn cancel(&self) {
        *self.cancelled.0.lock() = true;
        self.cancelled.1.notify_one();
    }
}

/// Starts that many timers, then cancels them, and returns how long it took.
fn start_and_cancel<T>(
    number: u32,
    start: impl Fn() -> T,
    cancel: impl Fn(T),
) -> Duration {
    let begin = Instant::now();
    let timers: Vec<T> = (0..number).map(|_| start()).collect();
    timers.into_iter().for_each(cancel);
    begin.elapsed()
}

fn many_in_queue() -> Duration {
    let queue = TimerQueue::new().unwrap();
    let start = || queue.after(HOUR, ring);
    start_and_cancel(PENDING, start, |timer| timer.cancel().unwrap())
}

/// What the caller waits for: the crate's own thread works on after that.
fn many_in_crate() -> Duration {
    let timer = CrateTimer::new();
    let hour = chrono::Duration::from_std(HOUR).unwrap();
    let start = || timer.schedule_with_delay(hour, ring);
    start_and_cancel(PENDING, start, drop)
}

fn many_threads() -> Duration {
    let start = || ThreadTimer::start(HOUR, ring);
    let cancel = |timer: ThreadTimer| {
        timer.cancel();
        timer.thread.join().unwrap();
    };
    let time = start_and_cancel(PENDING_THREADS, start, cancel);
    time * (PENDING / PENDING_THREADS)
}

/// How long after its time a timer of 3 ms fires: the median of some.
///
/// Its time counts from before its start.
fn lateness(start: impl Fn(Duration, Sender<Instant>)) -> Duration {
    const DELAY: Duration = Duration::from_millis(3);
    const TIMES: usize = 15;
    let fire_once = |_| {
        let (tell, told) = mpsc::channel();
        let due = Instant::now() + DELAY;
        start(DELAY, tell);
        told.recv().unwrap().duration_since(due)
    };
    let mut late: Vec<_> = (0..TIMES).map(fire_once).collect();
    late.sort();
    late[TIMES / 2]
}

fn tell_now(tell: Sender<Instant>) -> impl Fn() {
    move || tell.send(Instant::now()).unwrap()
}

fn late_in_queue() -> Duration {
    let queue = TimerQueue::new().unwrap();
    lateness(|delay, tell| drop(queue.after(delay, tell_now(tell))))
}

fn late_timer() -> Duration {
    lateness(|delay, tell| {
        Timer::new(delay, tell_now(tell)).start().unwrap();
    })
}

fn late_in_crate() -> Duration {
    let timer = CrateTimer::new();
    lateness(|delay, tell| {
        let delay = chrono::Duration::from_std(delay).unwrap();
        let tell = Mutex::new(tell);
        let fire = move || tell.lock().send(Instant::now()).unwrap();
        timer.schedule_with_delay(delay, fire).ignore();
    })
}

fn late_thread() -> Duration {
    lateness(|delay, tell| drop(ThreadTimer::start(delay, tell_now(tell))))
}

/// The sum of that many measurements.
fn times(measure: fn() -> Duration) -> impl FnMut(u64) -> Duration {
    move |n| (0..n).map(|_| measure()).sum()
}

fn main() {
    let mut criterion = criterion();
    let (in_crate, threads) = ("the timer crate", "a thread each");

    let many = "timer, 10,000 pending then cancelled";
    for (peer, theirs) in [
        (in_crate, many_in_crate as fn() -> _),
        (threads, many_threads),
    ] {
        let (ours, theirs) = (times(many_in_queue), times(theirs));
        compare(&mut criterion, many, peer, ours, theirs);
    }

    let late = "timer, lateness of 3 ms";
    for (peer, theirs) in [
        (in_crate, late_in_crate as fn() -> _),
        (threads, late_thread),
    ] {
        let (ours, theirs) = (times(late_in_queue), times(theirs));
        compare(&mut criterion, late, peer, ours, theirs);
    }
    let late = "timer, lateness of 3 ms, with a thread each";
    let (ours, theirs) = (times(late_timer), times(late_thread));
    compare(&mut criterion, late, "a bare thread", ours, theirs);
    criterion.final_summary();
}
