//! One round of a barrier: ours against `std`, hurdles, and a plain one.

mod support;

use std::hint;
use std::sync::Barrier as StdBarrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use criterion::Criterion;
use parking_lot::{Condvar, Mutex};
use support::{Cores, Ratio, can_pin, compare, criterion, time_threads};
use threading::Barrier;

/// A barrier as it is usually written: everything behind one mutex.
struct PlainBarrier {
    parties: usize,
    /// How many have arrived, and how many rounds are over.
    state: Mutex<(usize, u64)>,
    released: Condvar,
}

impl PlainBarrier {
    fn new(parties: usize) -> PlainBarrier {
        PlainBarrier {
            parties,
            state: Mutex::new((0, 0)),
            released: Condvar::new(),
        }
    }

    fn wait(&self) {
        let mut state = self.state.lock();
        let round = state.1;
        state.0 += 1;
        if state.0 == self.parties {
            *state = (0, round + 1);
            self.released.notify_all();
        } else {
            self.released
                .wait_while(&mut state, |state| state.1 == round);
        }
    }
}

/// A number of threads that meet `rounds` times, and where they run.
#[derive(Clone, Copy)]
struct Meeting {
    threads: usize,
    cores: Cores,
}

impl Meeting {
    fn time(self, rounds: u64, wait: impl Fn() + Sync) -> Duration {
        let workers = (0..self.threads).map(|_| &wait).collect();
        time_threads(rounds, self.cores, workers)
    }

    fn ours(self, rounds: u64) -> Duration {
        let barrier = Barrier::new(self.threads).unwrap();
        self.time(rounds, || {
            barrier.wait().unwrap();
        })
    }

    fn std(self, rounds: u64) -> Duration {
        let barrier = StdBarrier::new(self.threads);
        self.time(rounds, || {
            barrier.wait();
        })
    }

    fn plain(self, rounds: u64) -> Duration {
        let barrier = PlainBarrier::new(self.threads);
        self.time(rounds, || barrier.wait())
    }

    fn hurdles(self, rounds: u64) -> Duration {
        let barrier = hurdles::Barrier::new(self.threads);
        let worker = |_| {
            let mut barrier = barrier.clone();
            move || {
                barrier.wait();
            }
        };
        let workers = (0..self.threads).map(worker).collect();
        time_threads(rounds, self.cores, workers)
    }

    /// Measures ours against each of the others.
    fn compare(self, criterion: &mut Criterion<Ratio>, group: &str) {
        let ours = |rounds| self.ours(rounds);
        let mut against = |peer, theirs: fn(Meeting, u64) -> Duration| {
            compare(criterion, group, peer, ours, |n| theirs(self, n));
        };
        against("std::sync::Barrier", Meeting::std);
        against("hurdles::Barrier", Meeting::hurdles);
        against("a plain mutex and condvar", Meeting::plain);
    }
}

/// Runs `measure` while `number` other threads never rest.
fn beside_busy_threads(number: usize, measure: impl FnOnce()) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..number {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    hint::spin_loop();
                }
            });
        }
        measure();
        done.store(true, Ordering::Relaxed);
    });
}

fn main() {
    let mut criterion = criterion();
    let meeting = |threads, cores| Meeting { threads, cores };

    let two = meeting(2, Cores::Any);
    two.compare(&mut criterion, "barrier, 2 threads");
    let four = meeting(4, Cores::Any);
    four.compare(&mut criterion, "barrier, 4 threads");
    if can_pin() {
        let one_core = meeting(2, Cores::One);
        one_core.compare(&mut criterion, "barrier, 2 threads on one core");
    }
    beside_busy_threads(2, || {
        two.compare(&mut criterion, "barrier, 2 threads beside 2 busy ones");
    });
    criterion.final_summary();
}
