//! Two threads share one `Local` and store different values in it.

use std::cell::Cell;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use threading::Local;

// ANCHOR: shared
fn shared_by_all() -> [u32; 2] {
    let current_order = AtomicU32::new(0);
    let both_have_stored = Barrier::new(2);
    let serve = |order| {
        current_order.store(order, Ordering::Relaxed);
        both_have_stored.wait(); // bad luck, made certain
        current_order.load(Ordering::Relaxed)
    };
    in_two_threads(serve)
}
// ANCHOR_END: shared

// ANCHOR: smallest
fn one_each() -> [u32; 2] {
    let current_order = Local::new(|| Cell::new(0));
    let both_have_stored = Barrier::new(2);
    let serve = |order| {
        current_order.set(order);
        both_have_stored.wait();
        current_order.get()
    };
    in_two_threads(serve)
}
// ANCHOR_END: smallest

/// Serves order 33 in one thread and order 44 in another.
fn in_two_threads(serve: impl Fn(u32) -> u32 + Sync) -> [u32; 2] {
    thread::scope(|scope| {
        let serve = &serve;
        let waiters = [33, 44].map(|order| scope.spawn(move || serve(order)));
        waiters.map(|waiter| waiter.join().unwrap())
    })
}

fn main() {
    println!("two waiters serve the orders 33 and 44");
    let [one, other] = shared_by_all();
    println!("one variable for both: they agree: {}", one == other);
    println!("one Local for both:    {:?}", one_each());
}
