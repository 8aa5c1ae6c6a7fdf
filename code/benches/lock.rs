//! Acquire and release: `Lock` against the mutexes of `std` and parking_lot.
//!
//! None of them is fair: any thread may take the lock as soon as it is free.

mod support;

use std::hint::black_box;
use std::sync::Mutex as StdMutex;
use std::time::Duration;

use criterion::Criterion;
use parking_lot::Mutex;
use support::{
    Apart, Ratio, Surroundings, compare, compare_in, cpu_time, criterion, time,
    time_alike,
};
use threading::Lock;

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
fn contended(
    criterion: &mut Criterion<Ratio>,
    usual_threads: usize,
    around: Surroundings,
) {
    let threads = around.threads(usual_threads);
    let group = around.name("lock", usual_threads);
    let lock = Apart(Lock::new(0_u64));
    let mutex = Apart(Mutex::new(0_u64));
    let std_mutex = Apart(StdMutex::new(0_u64));
    let mut against = |peer, theirs: &dyn Fn(u64) -> Duration| {
        let ours = |n| time_alike(n, threads, || *lock.0.acquire() += 1);
        compare_in(around, criterion, &group, peer, ours, theirs);
    };
    against("parking_lot::Mutex", &|n| {
        time_alike(n, threads, || *mutex.0.lock() += 1)
    });
    against("std::sync::Mutex", &|n| {
        time_alike(n, threads, || *std_mutex.0.lock().unwrap() += 1)
    });
}

/// How long a core is busy with a thread that waits for a lock which another
/// thread holds for long.
fn long_wait(criterion: &mut Criterion<Ratio>) {
    let group = "lock, CPU time of a long wait";
    let lock = Lock::new(0_u64);
    let mutex = Mutex::new(0_u64);
    let std_mutex = StdMutex::new(0_u64);
    let mut against = |peer, theirs: &dyn Fn(u64) -> Duration| {
        let ours = |n| cpu_time::while_held(n, || lock.acquire());
        compare(criterion, group, peer, ours, theirs);
    };
    against("parking_lot::Mutex", &|n| {
        cpu_time::while_held(n, || mutex.lock())
    });
    against("std::sync::Mutex", &|n| {
        cpu_time::while_held(n, || std_mutex.lock().unwrap())
    });
}

/// How long threads keep the cores busy that take the same lock as often as
/// they can.
fn busy(criterion: &mut Criterion<Ratio>) {
    let group = "lock, CPU time, 4 threads";
    let lock = Apart(Lock::new(0_u64));
    let mutex = Apart(Mutex::new(0_u64));
    let std_mutex = Apart(StdMutex::new(0_u64));
    let mut against = |peer, theirs: &dyn Fn(u64) -> Duration| {
        let count = || *lock.0.acquire() += 1;
        let ours = |n| cpu_time::of_alike(n, 4, count);
        compare(criterion, group, peer, ours, theirs);
    };
    against("parking_lot::Mutex", &|n| {
        cpu_time::of_alike(n, 4, || *mutex.0.lock() += 1)
    });
    against("std::sync::Mutex", &|n| {
        cpu_time::of_alike(n, 4, || *std_mutex.0.lock().unwrap() += 1)
    });
}

fn main() {
    let mut criterion = criterion();
    alone(&mut criterion);
    for around in Surroundings::all() {
        contended(&mut criterion, 2, around);
    }
    contended(&mut criterion, 4, Surroundings::Quiet);
    if cpu_time::can_measure() {
        long_wait(&mut criterion);
        busy(&mut criterion);
    }
    criterion.final_summary();
}
