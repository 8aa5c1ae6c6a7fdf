//! A round trip of two threads that wake each other in turn: `Condition`
//! against the condition variables of `std` and parking_lot.

mod support;
#[path = "support/waits.rs"]
mod waits;

use std::sync::{Condvar as StdCondvar, Mutex as StdMutex};

use criterion::Criterion;
use parking_lot::{Condvar, Mutex};
use support::{
    Ratio, Surroundings, compare, compare_in, criterion, time_pairs,
};
use threading::{Condition, Lock};

/// One side's turn: it waits until it is that, and passes it on.
type Turn = Box<dyn Fn(bool) + Sync>;

fn ours() -> Turn {
    let condition = Condition::new(Lock::new(false));
    Box::new(move |side| {
        let mut turn = condition.acquire();
        while *turn != side {
            condition.wait(&mut turn);
        }
        *turn = !side;
        condition.notify_one(&turn);
    })
}

fn parking_lot() -> Turn {
    let (mutex, condvar) = (Mutex::new(false), Condvar::new());
    Box::new(move |side| {
        let mut turn = mutex.lock();
        while *turn != side {
            condvar.wait(&mut turn);
        }
        *turn = !side;
        condvar.notify_one();
    })
}

fn std() -> Turn {
    let (mutex, condvar) = (StdMutex::new(false), StdCondvar::new());
    Box::new(move |side| {
        let mut turn = mutex.lock().unwrap();
        while *turn != side {
            turn = condvar.wait(turn).unwrap();
        }
        *turn = !side;
        condvar.notify_one();
    })
}

fn round_trips(criterion: &mut Criterion<Ratio>, around: Surroundings) {
    let group = around.name("condition, round trips", 2);
    let mut against = |peer, theirs: fn() -> Turn| {
        let trips = |n, turn: fn() -> Turn| {
            time_pairs(n, around.threads(2), turn, |turn, side| turn(side))
        };
        let ours = |n| trips(n, ours);
        let theirs = |n| trips(n, theirs);
        compare_in(around, criterion, &group, peer, ours, theirs);
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
    for around in Surroundings::all() {
        round_trips(&mut criterion, around);
    }
    if waits::can_measure() {
        long_wait(&mut criterion);
    }
    criterion.final_summary();
}
