//! Acquire and release: `RLock` against parking_lot's `ReentrantMutex`.

#[expect(dead_code, reason = "nothing is pinned to a core here")]
mod support;

use std::cell::Cell;
use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use parking_lot::ReentrantMutex;
use support::{Cores, Ratio, compare, criterion, time, time_threads};
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
        "rlock, nested twice",
        PEER,
        |n| time(n, || nested(&black_box(&lock).0)),
        |n| time(n, || nested_of_peer(&black_box(&mutex).0)),
    );
}

fn contended(criterion: &mut Criterion<Ratio>, threads: usize) {
    fn all(n: u64, threads: usize, step: impl Fn() + Sync) -> Duration {
        let workers = (0..threads).map(|_| &step).collect();
        time_threads(n, Cores::Any, workers)
    }

    let lock = Apart(RLock::new(Cell::new(0)));
    let mutex = Apart(ReentrantMutex::new(Cell::new(0)));
    compare(
        criterion,
        &format!("rlock, nested twice, {threads} threads"),
        PEER,
        |n| all(n, threads, || nested(&lock.0)),
        |n| all(n, threads, || nested_of_peer(&mutex.0)),
    );
}

fn main() {
    let mut criterion = criterion();
    alone(&mut criterion);
    contended(&mut criterion, 2);
    contended(&mut criterion, 4);
    criterion.final_summary();
}
