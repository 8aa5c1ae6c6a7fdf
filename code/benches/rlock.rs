//! Acquire and release: `RLock` against parking_lot's `ReentrantMutex`.

mod support;

use std::cell::Cell;
use std::hint::black_box;

use criterion::Criterion;
use parking_lot::ReentrantMutex;
use support::{
    Apart, Ratio, Surroundings, compare, compare_in, cpu_time, criterion, time,
    time_alike,
};
use threading::RLock;

const PEER: &str = "parking_lot::ReentrantMutex";

fn count(counter: &Cell<u64>) {
    counter.set(counter.get() + 1);
}

/// Takes the lock, takes it once more, counts, and lets go of both.
fn nested(lock: &RLock<Cell<u64>>) {
    let _outer = lock.acquire();
    count(&lock.acquire());
}

fn nested_of_peer(mutex: &ReentrantMutex<Cell<u64>>) {
    let _outer = mutex.lock();
    count(&mutex.lock());
}

fn alone(criterion: &mut Criterion<Ratio>) {
    let lock = Apart(RLock::new(Cell::new(0)));
    let mutex = Apart(ReentrantMutex::new(Cell::new(0)));
    compare(
        criterion,
        "rlock, acquired twice, 1 thread",
        PEER,
        |n| time(n, || nested(&black_box(&lock).0)),
        |n| time(n, || nested_of_peer(&black_box(&mutex).0)),
    );
}

fn contended(
    criterion: &mut Criterion<Ratio>,
    usual_threads: usize,
    around: Surroundings,
) {
    let threads = around.threads(usual_threads);
    let lock = Apart(RLock::new(Cell::new(0)));
    let mutex = Apart(ReentrantMutex::new(Cell::new(0)));
    compare_in(
        around,
        criterion,
        &around.name("rlock, acquired twice", usual_threads),
        PEER,
        |n| time_alike(n, threads, || nested(&lock.0)),
        |n| time_alike(n, threads, || nested_of_peer(&mutex.0)),
    );
}

/// How long cores are busy: with a thread that waits for long, and with
/// several that take the same lock as often as they can.
fn cpu_times(criterion: &mut Criterion<Ratio>) {
    let lock = Apart(RLock::new(Cell::new(0)));
    let mutex = Apart(ReentrantMutex::new(Cell::new(0)));
    compare(
        criterion,
        "rlock, CPU time of a long wait",
        PEER,
        |n| cpu_time::while_held(n, || lock.0.acquire()),
        |n| cpu_time::while_held(n, || mutex.0.lock()),
    );
    compare(
        criterion,
        "rlock, acquired twice, CPU time, 4 threads",
        PEER,
        |n| cpu_time::of_alike(n, 4, || nested(&lock.0)),
        |n| cpu_time::of_alike(n, 4, || nested_of_peer(&mutex.0)),
    );
}

fn main() {
    let mut criterion = criterion();
    alone(&mut criterion);
    for around in Surroundings::all() {
        contended(&mut criterion, 2, around);
    }
    contended(&mut criterion, 4, Surroundings::Quiet);
    if cpu_time::can_measure() {
        cpu_times(&mut criterion);
    }
    criterion.final_summary();
}
