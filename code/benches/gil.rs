//! An interpreter lock against the mutexes of parking_lot, fair and not.

mod support;

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use parking_lot::{FairMutex, Mutex, MutexGuard};
use support::{Apart, Ratio, compare, cpu_time, criterion, time};
use threading::Gil;

/// Ours against each peer, in one operation.
fn compare_both(
    criterion: &mut Criterion<Ratio>,
    group: &str,
    [ours, fair, plain]: [&dyn Fn(u64) -> Duration; 3],
) {
    compare(criterion, group, "parking_lot::FairMutex", ours, fair);
    compare(criterion, group, "parking_lot::Mutex", ours, plain);
}

/// One thread takes a free lock, counts, and lets go.
fn alone(criterion: &mut Criterion<Ratio>) {
    let gil = Apart(Gil::new(0_u64));
    let fair = Apart(FairMutex::new(0_u64));
    let mutex = Apart(Mutex::new(0_u64));
    compare_both(
        criterion,
        "gil, acquire and release, 1 thread",
        [
            &|n| time(n, || *black_box(&gil).0.acquire() += 1),
            &|n| time(n, || *black_box(&fair).0.lock() += 1),
            &|n| time(n, || *black_box(&mutex).0.lock() += 1),
        ],
    );
}

/// One thread asks whether another one waits, and none does.
fn check(criterion: &mut Criterion<Ratio>) {
    let gil = Gil::new(0_u64);
    let mutex = Mutex::new(0_u64);
    let mut turn = gil.acquire();
    let mut guard = mutex.lock();
    compare(
        criterion,
        "gil, check, 1 thread",
        "parking_lot::MutexGuard::bump",
        |n| time(n, || assert!(!black_box(&mut turn).check())),
        |n| time(n, || MutexGuard::bump(black_box(&mut guard))),
    );
}

/// How long a core is busy with a thread that waits for long.
fn long_wait(criterion: &mut Criterion<Ratio>) {
    let gil = Gil::new(0_u64);
    let fair = FairMutex::new(0_u64);
    let mutex = Mutex::new(0_u64);
    compare_both(
        criterion,
        "gil, CPU time of a long wait",
        [
            &|n| cpu_time::while_held(n, || gil.acquire()),
            &|n| cpu_time::while_held(n, || fair.lock()),
            &|n| cpu_time::while_held(n, || mutex.lock()),
        ],
    );
}

fn main() {
    let mut criterion = criterion();
    alone(&mut criterion);
    check(&mut criterion);
    if cpu_time::can_measure() {
        long_wait(&mut criterion);
    }
    criterion.final_summary();
}
