//! One round of a barrier: ours against `std`, hurdles, and a plain one.

mod support;

use std::cell::RefCell;
use std::sync::Barrier as StdBarrier;
use std::time::Duration;

use criterion::Criterion;
use parking_lot::{Condvar, Mutex};
use support::{
    Apart, Ratio, Surroundings, compare_in, cpu_time, criterion, time_threads,
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

/// What each subject can do, in the threads that meet at it.
trait Meeting: Sync {
    fn new(parties: usize) -> Self;

    /// A call of this is one thread's part in a round.
    fn party(&self) -> impl FnMut() + Send;
}

impl Meeting for Barrier {
    fn new(parties: usize) -> Self {
        Barrier::new(parties).unwrap()
    }

    fn party(&self) -> impl FnMut() + Send {
        || {
            self.wait().unwrap();
        }
    }
}

impl Meeting for StdBarrier {
    fn new(parties: usize) -> Self {
        StdBarrier::new(parties)
    }

    fn party(&self) -> impl FnMut() + Send {
        || {
            self.wait();
        }
    }
}

impl Meeting for PlainBarrier {
    fn new(parties: usize) -> Self {
        PlainBarrier::new(parties)
    }

    fn party(&self) -> impl FnMut() + Send {
        || self.wait()
    }
}

/// Each thread has a copy, as the crate wants it.
impl Meeting for hurdles::Barrier {
    fn new(parties: usize) -> Self {
        hurdles::Barrier::new(parties)
    }

    fn party(&self) -> impl FnMut() + Send {
        let mut own = self.clone();
        move || {
            own.wait();
        }
    }
}

/// A measurement of a number of rounds.
type Measure<'a> = &'a dyn Fn(u64) -> Duration;

/// How long the rounds of that many threads take.
fn rounds<M: Meeting>(number: u64, threads: usize) -> Duration {
    let meeting = Apart(M::new(threads));
    let parties = (0..threads).map(|_| meeting.0.party()).collect();
    time_threads(number, parties)
}

/// How long that many threads keep the cores busy in the rounds.
fn busy_rounds<M: Meeting>(number: u64, threads: usize) -> Duration {
    let meeting = Apart(M::new(threads));
    let parties = (0..threads).map(|_| meeting.0.party()).collect();
    cpu_time::of_threads(number, parties)
}

/// How long a core is busy with a thread whose partner comes late.
fn late_partner<M: Meeting>(number: u64) -> Duration {
    let meeting = Apart(M::new(2));
    let waiter = RefCell::new(meeting.0.party());
    let partner = RefCell::new(meeting.0.party());
    let wait = move || (waiter.borrow_mut())();
    cpu_time::long_waits(number, wait, || (partner.borrow_mut())())
}

fn compare_all(
    around: Surroundings,
    criterion: &mut Criterion<Ratio>,
    group: &str,
    [ours, std, hurdles, plain]: [Measure; 4],
) {
    let mut against = |peer, theirs| {
        compare_in(around, criterion, group, peer, ours, theirs);
    };
    against("std::sync::Barrier", std);
    against("hurdles::Barrier", hurdles);
    against("a plain mutex and condvar", plain);
}

/// A measurement for each of the four subjects.
macro_rules! of_each {
    ($measure:ident $(, $argument:expr)?) => {
        [
            &|n| $measure::<Barrier>(n $(, $argument)?),
            &|n| $measure::<StdBarrier>(n $(, $argument)?),
            &|n| $measure::<hurdles::Barrier>(n $(, $argument)?),
            &|n| $measure::<PlainBarrier>(n $(, $argument)?),
        ]
    };
}

fn meet(criterion: &mut Criterion<Ratio>, around: Surroundings, usual: usize) {
    let threads = around.threads(usual);
    let group = around.name("barrier", usual);
    compare_all(around, criterion, &group, of_each!(rounds, threads));
}

fn cpu_times(criterion: &mut Criterion<Ratio>) {
    let quiet = Surroundings::Quiet;
    let group = "barrier, CPU time of a long wait";
    compare_all(quiet, criterion, group, of_each!(late_partner));
    let group = "barrier, CPU time, 4 threads";
    compare_all(quiet, criterion, group, of_each!(busy_rounds, 4));
}

fn main() {
    let mut criterion = criterion();
    let c = &mut criterion;
    for around in Surroundings::all() {
        meet(c, around, 2);
    }
    meet(c, Surroundings::BesideBusy(4), 2);
    for around in [0, 2, 4].map(Surroundings::beside) {
        meet(c, around, 4);
    }
    if cpu_time::can_measure() {
        cpu_times(c);
    }
    criterion.final_summary();
}
