//! A round trip of two threads that wake each other in turn: `Condition`
//! against the condition variables of `std` and parking_lot.

mod support;

use std::sync::{Condvar as StdCondvar, Mutex as StdMutex};

use criterion::Criterion;
use parking_lot::{Condvar, Mutex};
use support::{
    Ratio, Surroundings, compare, compare_in, cpu_time, criterion, time_pairs,
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

/// How long two threads keep the cores busy that wake each other in turn.
fn busy_round_trips(criterion: &mut Criterion<Ratio>) {
    let group = "condition, CPU time of round trips, 2 threads";
    let mut against = |peer, theirs: fn() -> Turn| {
        let busy = |n, turn: fn() -> Turn| {
            cpu_time::of_pair(n, turn, |turn, side| turn(side))
        };
        let ours = |n| busy(n, ours);
        let theirs = |n| busy(n, theirs);
        compare(criterion, group, peer, ours, theirs);
    };
    against("parking_lot::Condvar", parking_lot);
    against("std::sync::Condvar", std);
}

/// How long a core is busy with a thread whose turn comes late.
fn long_wait(criterion: &mut Criterion<Ratio>) {
    let group = "condition, CPU time of a long wait";
    let mut against = |peer, theirs: fn() -> Turn| {
        let late = |n, turn: fn() -> Turn| {
            let turn = turn();
            cpu_time::long_waits(n, || turn(true), || turn(false))
        };
        let ours = |n| late(n, ours);
        let theirs = |n| late(n, theirs);
        compare(criterion, group, peer, ours, theirs);
    };
    against("parking_lot::Condvar", parking_lot);
    against("std::sync::Condvar", std);
}

fn main() {
    let mut criterion = criterion();
    for around in Surroundings::all() {
        round_trips(&mut criterion, around);
    }
    if cpu_time::can_measure() {
        long_wait(&mut criterion);
        busy_round_trips(&mut criterion);
    }
    criterion.final_summary();
}
