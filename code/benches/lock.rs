//! Acquire and release: `Lock` against the mutexes of `std` and parking_lot.

#[expect(dead_code, reason = "nothing is pinned to a core here")]
mod support;

use std::hint::black_box;
use std::sync::Mutex as StdMutex;
use std::time::Duration;

use criterion::Criterion;
use parking_lot::Mutex;
use support::{Cores, Ratio, compare, criterion, time, time_threads};
use threading::Lock;

/// Keeps a lock and its value on one cache line, away from everything else:
/// where they come to lie must not decide who wins.
#[repr(align(128))]
struct Apart<T>(T);

/// One thread takes a free lock, counts, and lets go.
fn alone(criterion: &mut Criterion<Ratio>) {
    let lock = Apart(Lock::new(0_u64));
    let mutex = Apart(Mutex::new(0_u64));
    let std_mutex = Apart(StdMutex::new(0_u64));
    let mut against = |peer, theirs: &dyn Fn(u64) -> Duration| {
        let ours = |n| time(n, || *black_box(&lock).0.acquire() += 1);
        compare(criterion, "lock, 1 thread", peer, ours, theirs);
    };
    against("parking_lot::Mutex", &|n| {
        time(n, || *black_box(&mutex).0.lock() += 1)
    });
    against("std::sync::Mutex", &|n| {
        time(n, || *black_box(&std_mutex).0.lock().unwrap() += 1)
    });
}

/// Several threads take the same lock as often as they can.
fn contended(criterion: &mut Criterion<Ratio>, threads: usize, group: &str) {
    fn all(n: u64, threads: usize, step: impl Fn() + Sync) -> Duration {
        let workers = (0..threads).map(|_| &step).collect();
        time_threads(n, Cores::Any, workers)
    }

    let lock = Apart(Lock::new(0_u64));
    let mutex = Apart(Mutex::new(0_u64));
    let std_mutex = Apart(StdMutex::new(0_u64));
    let mut against = |peer, theirs: &dyn Fn(u64) -> Duration| {
        let ours = |n| all(n, threads, || *lock.0.acquire() += 1);
        compare(criterion, group, peer, ours, theirs);
    };
    against("parking_lot::Mutex", &|n| {
        all(n, threads, || *mutex.0.lock() += 1)
    });
    against("std::sync::Mutex", &|n| {
        all(n, threads, || *std_mutex.0.lock().unwrap() += 1)
    });
}

fn main() {
    let mut criterion = criterion();
    alone(&mut criterion);
    contended(&mut criterion, 2, "lock, 2 threads");
    contended(&mut criterion, 4, "lock, 4 threads");
    criterion.final_summary();
}
