//! Acquire and release: `RLock` against parking_lot's `ReentrantMutex`.

mod support;

use std::cell::Cell;
use std::hint::black_box;

use criterion::Criterion;
use parking_lot::ReentrantMutex;
use support::{
    Ratio, Surroundings, compare, compare_in, criterion, time, time_alike,
};
use threading::RLock;

const PEER: &str = "parking_lot::ReentrantMutex";

/// Keeps a lock and its value on one cache line, away from everything else.
#[repr(align(128))]
struct Apart<T>(T);

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
        "rlock, nested twice, 1 thread",
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
        &around.name("rlock, nested twice", usual_threads),
        PEER,
        |n| time_alike(n, threads, || nested(&lock.0)),
        |n| time_alike(n, threads, || nested_of_peer(&mutex.0)),
    );
}

fn main() {
    let mut criterion = criterion();
    alone(&mut criterion);
    for around in Surroundings::all() {
        contended(&mut criterion, 2, around);
    }
    contended(&mut criterion, 4, Surroundings::Quiet);
    criterion.final_summary();
}
