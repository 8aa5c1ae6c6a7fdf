//! `Local` against the crate `thread_local`, whose values are per instance
//! as well.

mod support;

use std::cell::Cell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use support::{Surroundings, compare, compare_in, criterion, time, time_alike};
use thread_local::ThreadLocal;
use threading::Local;

/// Lets this thread make its value in `n` new instances; only that is timed.
fn first_touch<L>(n: u64, new: fn() -> L, touch: fn(&L)) -> Duration {
    const BATCH: u64 = 500;
    let mut total = Duration::ZERO;
    for start in (0..n).step_by(BATCH as usize) {
        let size = BATCH.min(n - start);
        let locals: Vec<L> = (0..size).map(|_| new()).collect();
        let before = Instant::now();
        locals.iter().for_each(touch);
        total += before.elapsed();
    }
    total
}

/// A whole life: make an instance and this thread's value, and drop both.
fn life<L>(n: u64, new: fn() -> L, touch: fn(&L)) -> Duration {
    time(n, || {
        let local = new();
        touch(black_box(&local));
    })
}

fn main() {
    let mut criterion = criterion();
    let peer = "thread_local::ThreadLocal";

    let local = Local::<Cell<u64>>::default();
    let theirs = ThreadLocal::<Cell<u64>>::new();
    let count = || black_box(&local).with(|cell| cell.set(cell.get() + 1));
    let count_theirs = || {
        let cell = black_box(&theirs).get_or_default();
        cell.set(cell.get() + 1);
    };
    let ours = |n| time(n, count);
    let other = |n| time(n, count_theirs);
    compare(&mut criterion, "local, get, 1 thread", peer, ours, other);

    for around in Surroundings::all() {
        let threads = around.threads(2);
        let group = around.name("local, get", 2);
        let ours = |n| time_alike(n, threads, count);
        let other = |n| time_alike(n, threads, count_theirs);
        compare_in(around, &mut criterion, &group, peer, ours, other);
    }

    type Ours = Local<Cell<u64>>;
    type Theirs = ThreadLocal<Cell<u64>>;
    let touch: fn(&Ours) = |local| local.set(1);
    let touch_theirs: fn(&Theirs) = |local| local.get_or_default().set(1);
    let ours = |n| first_touch(n, Ours::default, touch);
    let other = |n| first_touch(n, Theirs::new, touch_theirs);
    compare(&mut criterion, "local, first touch", peer, ours, other);

    let ours = |n| life(n, Ours::default, touch);
    let other = |n| life(n, Theirs::new, touch_theirs);
    compare(&mut criterion, "local, a whole life", peer, ours, other);
    criterion.final_summary();
}
