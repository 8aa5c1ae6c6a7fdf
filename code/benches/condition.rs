//! A round trip of two threads that wake each other in turn: `Condition`
//! against the condition variables of `std` and parking_lot.

mod support;
#[path = "support/waits.rs"]
mod waits;

use std::sync::{Condvar as StdCondvar, Mutex as StdMutex};
use std::time::Duration;

use criterion::Criterion;
use parking_lot::{Condvar, Mutex};
use support::{Cores, Ratio, can_pin, compare, criterion, time_threads};
use threading::{Condition, Lock};

/// Lets two threads call `turn` with their own side, until each has done so
/// `trips` times. `turn` waits until it is that side's turn and passes it on.
fn round_trips(
    trips: u64,
    cores: Cores,
    turn: impl Fn(bool) + Sync,
) -> Duration {
    let turn = &turn;
    let workers = [false, true].map(|side| move || turn(side));
    time_threads(trips, cores, workers.into())
}

fn ours(trips: u64, cores: Cores) -> Duration {
    let condition = Condition::new(Lock::new(false));
    round_trips(trips, cores, |side| {
        let mut turn = condition.acquire();
        while *turn != side {
            condition.wait(&mut turn);
        }
        *turn = !side;
        condition.notify_one(&turn);
    })
}

fn parking_lot(trips: u64, cores: Cores) -> Duration {
    let (mutex, condvar) = (Mutex::new(false), Condvar::new());
    round_trips(trips, cores, |side| {
        let mut turn = mutex.lock();
        while *turn != side {
            condvar.wait(&mut turn);
        }
        *turn = !side;
        condvar.notify_one();
    })
}

fn std(trips: u64, cores: Cores) -> Duration {
    let (mutex, condvar) = (StdMutex::new(false), StdCondvar::new());
    round_trips(trips, cores, |side| {
        let mut turn = mutex.lock().unwrap();
        while *turn != side {
            turn = condvar.wait(turn).unwrap();
        }
        *turn = !side;
        condvar.notify_one();
    })
}

fn compare_all(criterion: &mut Criterion<Ratio>, cores: Cores, group: &str) {
    let mut against = |peer, theirs: fn(u64, Cores) -> Duration| {
        let ours = |trips| ours(trips, cores);
        compare(criterion, group, peer, ours, |n| theirs(n, cores));
    };
    against("parking_lot::Condvar", parking_lot);
    against("std::sync::Condvar", std);
}

/// The time that a core is busy with a thread which waits long.
fn long_wait(criterion: &mut Criterion<Ratio>) {
    let ours = |n| {
        let condition = Condition::new(Lock::new(false));
        let wait = || {
            let mut is_up = condition.acquire();
            while !*is_up {
                condition.wait(&mut is_up);
            }
            *is_up = false;
        };
        waits::processor_time(n, wait, || {
            let mut is_up = condition.acquire();
            *is_up = true;
            condition.notify_one(&is_up);
        })
    };
    let theirs = |n| {
        let (mutex, condvar) = (Mutex::new(false), Condvar::new());
        let wait = || {
            let mut is_up = mutex.lock();
            while !*is_up {
                condvar.wait(&mut is_up);
            }
            *is_up = false;
        };
        waits::processor_time(n, wait, || {
            let mut is_up = mutex.lock();
            *is_up = true;
            condvar.notify_one();
        })
    };
    let group = "condition, processor time of a long wait";
    compare(criterion, group, "parking_lot::Condvar", ours, theirs);
}

fn main() {
    let mut criterion = criterion();
    compare_all(&mut criterion, Cores::Any, "condition, round trip");
    if can_pin() {
        let group = "condition, round trip on one core";
        compare_all(&mut criterion, Cores::One, group);
        long_wait(&mut criterion);
    }
    criterion.final_summary();
}
