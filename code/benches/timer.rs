//! `Timer` and `TimerQueue` against the crate `timer`, and against a thread
//! for each timer, which is Python's way.

mod support;

use std::hint::black_box;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use support::{Surroundings, compare, compare_in, criterion};
use threading::{Timer, TimerQueue};
use timer::Timer as CrateTimer;

/// How many timers wait at a time.
const MANY: u32 = 10_000;

/// How many do if each has a thread: a system may refuse ten thousand.
const FEWER: u32 = 1_000;

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

fn in_queue(number: u32) -> Duration {
    let queue = TimerQueue::new().unwrap();
    let start = || queue.after(HOUR, ring);
    start_and_cancel(number, start, |timer| timer.cancel().unwrap())
}

/// What the caller waits for: the crate's own thread works on after that.
fn in_crate(number: u32) -> Duration {
    let timer = CrateTimer::new();
    let hour = chrono::Duration::from_std(HOUR).unwrap();
    let start = || timer.schedule_with_delay(hour, ring);
    start_and_cancel(number, start, drop)
}

fn in_threads(number: u32) -> Duration {
    let start = || ThreadTimer::start(HOUR, ring);
    start_and_cancel(number, start, |timer| {
        timer.cancel();
        timer.thread.join().unwrap();
    })
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
fn times(measure: impl Fn() -> Duration) -> impl FnMut(u64) -> Duration {
    move |n| (0..n).map(|_| measure()).sum()
}

fn main() {
    let mut criterion = criterion();
    let c = &mut criterion;
    let (the_crate, threads) = ("the timer crate", "a thread each");

    let ours = |number| times(move || in_queue(number));
    let (many, fewer) = (times(|| in_crate(MANY)), times(|| in_threads(FEWER)));
    let group = "timer, 10,000 pending then cancelled";
    compare(c, group, the_crate, ours(MANY), many);
    let group = "timer, 1,000 pending then cancelled";
    compare(c, group, threads, ours(FEWER), fewer);

    for around in Surroundings::without_crowd() {
        let late = "timer, lateness of 3 ms";
        let group = format!("{late}{}", around.suffix());
        for (peer, theirs) in [
            (the_crate, late_in_crate as fn() -> _),
            (threads, late_thread),
        ] {
            let (ours, theirs) = (times(late_in_queue), times(theirs));
            compare_in(around, c, &group, peer, ours, theirs);
        }
        let group = format!("{late}, with a thread each{}", around.suffix());
        let (ours, theirs) = (times(late_timer), times(late_thread));
        compare_in(around, c, &group, "a bare thread", ours, theirs);
    }
    criterion.final_summary();
}
