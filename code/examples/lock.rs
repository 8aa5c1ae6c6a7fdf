//! A deposit gets lost, and a lock keeps that from happening.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use threading::Lock;

// ANCHOR: race
fn without_a_lock() -> u32 {
    let balance = AtomicU32::new(100);
    let both_have_read = Barrier::new(2);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let seen = balance.load(Ordering::Relaxed);
                both_have_read.wait(); // bad luck, made certain
                balance.store(seen + 10, Ordering::Relaxed);
            });
        }
    });
    balance.into_inner()
}
// ANCHOR_END: race

// ANCHOR: smallest
fn with_a_lock() -> u32 {
    let balance = Lock::new(100);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut balance = balance.acquire();
                let seen = *balance;
                *balance = seen + 10;
            });
        }
    });
    balance.into_inner()
}
// ANCHOR_END: smallest

fn main() {
    println!("two deposits of 10 into 100");
    println!("without a lock: {}", without_a_lock());
    println!("with a lock:    {}", with_a_lock());
}
