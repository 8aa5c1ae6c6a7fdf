//! `Event` against event-listener and against a plain mutex and condition
//! variable.

mod support;

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use criterion::Criterion;
use event_listener::{Event as Listeners, Listener};
use parking_lot::{Condvar, Mutex};
use support::{
    Ratio, Surroundings, compare_in, cpu_time, criterion, time, time_pairs,
};
use threading::Event;

/// What each subject can do.
trait Flag: Default + Sync {
    fn is_set(&self) -> bool;
    fn set(&self);
    fn clear(&self);
    fn wait(&self);
}

impl Flag for Event {
    fn is_set(&self) -> bool {
        Event::is_set(self)
    }

    fn set(&self) {
        Event::set(self);
    }

    fn clear(&self) {
        Event::clear(self);
    }

    fn wait(&self) {
        Event::wait(self);
    }
}

/// An event as it is usually written: everything behind one mutex.
#[derive(Default)]
struct PlainEvent {
    /// Whether it is set, and how often it has been.
    state: Mutex<(bool, u64)>,
    was_set: Condvar,
}

impl Flag for PlainEvent {
    fn is_set(&self) -> bool {
        self.state.lock().0
    }

    fn set(&self) {
        let mut state = self.state.lock();
        if !state.0 {
            *state = (true, state.1 + 1);
            self.was_set.notify_all();
        }
    }

    fn clear(&self) {
        self.state.lock().0 = false;
    }

    fn wait(&self) {
        let mut state = self.state.lock();
        let times = state.1;
        if !state.0 {
            self.was_set
                .wait_while(&mut state, |state| state.1 == times);
        }
    }
}

/// The flag of event-listener's own example.
#[derive(Default)]
struct ListenedFlag {
    flag: AtomicBool,
    listeners: Listeners,
}

impl Flag for ListenedFlag {
    fn is_set(&self) -> bool {
        self.flag.load(Ordering::Acquire)
    }

    fn set(&self) {
        self.flag.store(true, Ordering::Release);
        self.listeners.notify(usize::MAX);
    }

    fn clear(&self) {
        self.flag.store(false, Ordering::Release);
    }

    fn wait(&self) {
        while !self.is_set() {
            let listener = self.listeners.listen();
            if !self.is_set() {
                listener.wait();
            }
        }
    }
}

/// An operation of one thread.
fn alone<F: Flag>(n: u64, flag: &F, operation: impl Fn(&F)) -> Duration {
    time(n, || operation(black_box(flag)))
}

/// Asks, and acts on the answer as programs do: with a branch.
fn ask<F: Flag>(n: u64) -> Duration {
    let flag = F::default();
    alone(n, &flag, |flag| assert!(!flag.is_set()))
}

fn wait_when_set<F: Flag>(n: u64) -> Duration {
    let flag = F::default();
    flag.set();
    alone(n, &flag, F::wait)
}

fn set_and_clear<F: Flag>(n: u64) -> Duration {
    let flag = F::default();
    alone(n, &flag, |flag| {
        flag.set();
        flag.clear();
    })
}

/// Two threads wake each other in turn, or 64 in pairs.
fn round_trips<F: Flag>(n: u64, around: Surroundings) -> Duration {
    time_pairs(n, around.threads(2), flags::<F>, pass_on)
}

/// How long two threads keep the cores busy that do so.
fn busy_round_trips<F: Flag>(n: u64) -> Duration {
    cpu_time::of_pair(n, flags::<F>, pass_on)
}

/// A flag for each side, and the first side's turn.
fn flags<F: Flag>() -> [F; 2] {
    let flags = [F::default(), F::default()];
    flags[0].set();
    flags
}

/// Waits for one side's turn, and passes it on to the other.
fn pass_on<F: Flag>(flags: &[F; 2], side: bool) {
    let [mine, other] = [side, !side].map(|side| &flags[usize::from(side)]);
    mine.wait();
    mine.clear();
    other.set();
}

/// From a `set` until the last of four sleepers has woken: the median of
/// `n` rounds, times `n`. One round that is held up by something else would
/// outweigh many others.
fn wake_four<F: Flag>(n: u64) -> Duration {
    const SLEEPERS: u64 = 4;
    /// Enough for all to fall asleep; not measured.
    const PAUSE: Duration = Duration::from_micros(300);

    let gates = [F::default(), F::default()]; // taken in turn
    let awake = AtomicU64::new(0);
    let start = Instant::now();
    let last_awake = AtomicU64::new(0);
    let all_awake = Event::new();
    let sleep_and_wake = || {
        for round in 0..n {
            gates[(round % 2) as usize].wait();
            let now = start.elapsed().as_nanos() as u64;
            last_awake.fetch_max(now, Ordering::Relaxed);
            if awake.fetch_add(1, Ordering::AcqRel) + 1 == SLEEPERS {
                all_awake.set();
            }
        }
    };
    let wake = |round: u64| {
        thread::sleep(PAUSE);
        awake.store(0, Ordering::Relaxed);
        let before = start.elapsed();
        gates[(round % 2) as usize].set();
        all_awake.wait();
        all_awake.clear();
        gates[(round % 2) as usize].clear();
        Duration::from_nanos(last_awake.load(Ordering::Relaxed)) - before
    };
    thread::scope(|scope| {
        for _ in 0..SLEEPERS {
            scope.spawn(sleep_and_wake);
        }
        let mut times: Vec<_> = (0..n).map(wake).collect();
        times.sort();
        times[times.len() / 2] * n as u32
    })
}

/// The time that a core is busy with a thread which waits long.
fn long_wait<F: Flag>(n: u64) -> Duration {
    let flag = F::default();
    let wait = || {
        flag.wait();
        flag.clear();
    };
    cpu_time::long_waits(n, wait, || flag.set())
}

fn compare_all(
    around: Surroundings,
    criterion: &mut Criterion<Ratio>,
    group: &str,
    [ours, listened, plain]: [&dyn Fn(u64) -> Duration; 3],
) {
    let mut against = |peer, theirs| {
        compare_in(around, criterion, group, peer, ours, theirs);
    };
    against("event-listener", listened);
    against("a plain mutex and condvar", plain);
}

/// A measurement for each of the three subjects.
macro_rules! of_each {
    ($measure:ident $(, $argument:expr)?) => {
        [
            &|n| $measure::<Event>(n $(, $argument)?),
            &|n| $measure::<ListenedFlag>(n $(, $argument)?),
            &|n| $measure::<PlainEvent>(n $(, $argument)?),
        ]
    };
}

fn main() {
    let mut criterion = criterion();
    let c = &mut criterion;
    let quiet = Surroundings::Quiet;
    compare_all(quiet, c, "event, is_set", of_each!(ask));
    compare_all(quiet, c, "event, wait when set", of_each!(wait_when_set));
    compare_all(quiet, c, "event, set and clear", of_each!(set_and_clear));
    compare_all(quiet, c, "event, waking 4 sleepers", of_each!(wake_four));
    for around in Surroundings::all() {
        let group = around.name("event, round trips", 2);
        compare_all(around, c, &group, of_each!(round_trips, around));
    }
    if cpu_time::can_measure() {
        let group = "event, CPU time of a long wait";
        compare_all(quiet, c, group, of_each!(long_wait));
        let group = "event, CPU time of round trips, 2 threads";
        compare_all(quiet, c, group, of_each!(busy_round_trips));
    }
    criterion.final_summary();
}
