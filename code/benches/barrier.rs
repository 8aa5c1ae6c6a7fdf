//! One round of a barrier: ours against `std`, hurdles, and a plain one.

mod support;
#[path = "support/waits.rs"]
mod waits;

use std::sync::Barrier as StdBarrier;
use std::time::Duration;

use criterion::Criterion;
use parking_lot::{Condvar, Mutex};
use support::{
    Ratio, Surroundings, compare, compare_in, criterion, time_alike,
    time_threads,
};
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

/// A number of threads that meet, and where they do.
#[derive(Clone, Copy)]
struct Meeting {
    threads: usize,
    around: Surroundings,
}

impl Meeting {
    fn ours(self, rounds: u64) -> Duration {
        let barrier = Barrier::new(self.threads).unwrap();
        time_alike(rounds, self.threads, || {
            barrier.wait().unwrap();
        })
    }

    fn std(self, rounds: u64) -> Duration {
        let barrier = StdBarrier::new(self.threads);
        time_alike(rounds, self.threads, || {
            barrier.wait();
        })
    }

    fn plain(self, rounds: u64) -> Duration {
        let barrier = PlainBarrier::new(self.threads);
        time_alike(rounds, self.threads, || barrier.wait())
    }

    fn hurdles(self, rounds: u64) -> Duration {
        let barrier = hurdles::Barrier::new(self.threads);
        let worker = |_| {
            let mut barrier = barrier.clone();
            move || {
                barrier.wait();
            }
        };
        time_threads(rounds, (0..self.threads).map(worker).collect())
    }

    /// Measures ours against each of the others.
    fn compare(self, criterion: &mut Criterion<Ratio>) {
        let group = self.around.name("barrier", self.threads);
        let ours = |rounds| self.ours(rounds);
        let mut against = |peer, theirs: fn(Meeting, u64) -> Duration| {
            let theirs = |rounds| theirs(self, rounds);
            compare_in(self.around, criterion, &group, peer, ours, theirs);
        };
        against("std::sync::Barrier", Meeting::std);
        against("hurdles::Barrier", Meeting::hurdles);
        against("a plain mutex and condvar", Meeting::plain);
    }
}

/// The time that a core is busy with a thread whose partner comes late.
fn long_wait(criterion: &mut Criterion<Ratio>) {
    fn late(waits: u64, wait: impl Fn() + Sync) -> Duration {
        waits::processor_time(waits, &wait, &wait)
    }
    let ours = |n| {
        let barrier = Barrier::new(2).unwrap();
        late(n, || {
            barrier.wait().unwrap();
        })
    };
    let std = |n| {
        let barrier = StdBarrier::new(2);
        late(n, || {
            barrier.wait();
        })
    };
    let plain = |n| {
        let barrier = PlainBarrier::new(2);
        late(n, || barrier.wait())
    };
    let group = "barrier, processor time of a long wait";
    compare(criterion, group, "std::sync::Barrier", ours, std);
    compare(criterion, group, "a plain mutex and condvar", ours, plain);
}

fn main() {
    let mut criterion = criterion();
    let c = &mut criterion;
    for around in Surroundings::all() {
        let threads = around.threads(2);
        Meeting { threads, around }.compare(c);
    }
    let around = Surroundings::BesideBusy(4);
    Meeting { threads: 2, around }.compare(c);
    for around in [0, 2, 4].map(Surroundings::beside) {
        Meeting { threads: 4, around }.compare(c);
    }
    if waits::can_measure() {
        long_wait(c);
    }
    criterion.final_summary();
}
