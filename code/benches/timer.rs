//! `Timer` and `TimerQueue` against the crate `timer`, and against a thread
//! for each timer, which is Python's way.

mod support;

use std::hint::black_box;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use criterion::Criterion;
use parking_lot::{Condvar, Mutex};
use support::{Ratio, Surroundings, compare, compare_in, cpu_time, criterion};
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
fn lateness(start: Start) -> Duration {
    const DELAY: Duration = Duration::from_millis(3);
    const TIMES: usize = 5;
    let mut late: Vec<_> = (0..TIMES).map(|_| fire(DELAY, &start)).collect();
    late.sort();
    late[TIMES / 2]
}

/// How long after its time one timer fires.
fn fire(delay: Duration, start: &Start) -> Duration {
    let (tell, told) = mpsc::channel();
    let due = Instant::now() + delay;
    start(delay, tell);
    told.recv().unwrap().duration_since(due)
}

fn tell_now(tell: Sender<Instant>) -> impl Fn() {
    move || tell.send(Instant::now()).unwrap()
}

/// How each subject starts a timer that tells when it fires.
type Start = Box<dyn Fn(Duration, Sender<Instant>)>;

fn queue() -> Start {
    let queue = TimerQueue::new().unwrap();
    Box::new(move |delay, tell| drop(queue.after(delay, tell_now(tell))))
}

fn ours_with_threads() -> Start {
    Box::new(|delay, tell| {
        Timer::new(delay, tell_now(tell)).start().unwrap();
    })
}

fn the_crate() -> Start {
    let timer = CrateTimer::new();
    Box::new(move |delay, tell| {
        let delay = chrono::Duration::from_std(delay).unwrap();
        let tell = Mutex::new(tell);
        let fire = move || tell.lock().send(Instant::now()).unwrap();
        timer.schedule_with_delay(delay, fire).ignore();
    })
}

fn threads() -> Start {
    Box::new(|delay, tell| drop(ThreadTimer::start(delay, tell_now(tell))))
}

/// How long all threads of the process keep the cores busy meanwhile.
fn busy(start: Start) -> Duration {
    fire(Duration::ZERO, &start); // its own thread, if any, is there now
    let before = cpu_time::of_this_process();
    fire(cpu_time::LONG, &start);
    cpu_time::of_this_process() - before
}

/// The sum of that many measurements.
fn times(measure: impl Fn() -> Duration) -> impl FnMut(u64) -> Duration {
    move |n| (0..n).map(|_| measure()).sum()
}

const THE_CRATE: &str = "the timer crate";
const THREADS: &str = "a thread each";

/// What to set many timers costs, and to cancel them before their time.
fn pending(c: &mut Criterion<Ratio>) {
    let ours = |number| times(move || in_queue(number));
    let (many, fewer) = (times(|| in_crate(MANY)), times(|| in_threads(FEWER)));
    let group = "timer, queue, 10,000 pending then cancelled";
    let caller = "the timer crate, its caller's part";
    compare(c, group, caller, ours(MANY), many);
    let group = "timer, queue, 1,000 pending then cancelled";
    compare(c, group, THREADS, ours(FEWER), fewer);
}

/// Ours against a peer: what `measure` says of timers that they start.
fn compare_starts(
    around: Surroundings,
    c: &mut Criterion<Ratio>,
    what: &str,
    measure: fn(Start) -> Duration,
) {
    let group = |ours| format!("timer, {ours}, {what}{}", around.suffix());
    let mut against =
        |ours, peer, start: fn() -> Start, theirs: fn() -> Start| {
            let (start, theirs) =
                (times(|| measure(start())), times(|| measure(theirs())));
            compare_in(around, c, &group(ours), peer, start, theirs);
        };
    against("queue", THE_CRATE, queue, the_crate);
    against("queue", THREADS, queue, threads);
    against("thread each", "a bare thread", ours_with_threads, threads);
}

fn main() {
    let mut criterion = criterion();
    let c = &mut criterion;
    pending(c);
    for around in Surroundings::without_crowd() {
        compare_starts(around, c, "lateness of 3 ms", lateness);
    }
    if cpu_time::can_measure() {
        let quiet = Surroundings::Quiet;
        compare_starts(quiet, c, "CPU time of a long wait", busy);
    }
    criterion.final_summary();
}
