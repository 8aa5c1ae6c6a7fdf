//! Asking for a lock without waiting forever, and releasing it by hand.

use std::thread;
use std::time::{Duration, Instant};

use threading::Lock;

const PATIENCE: Duration = Duration::from_millis(20);

fn yes_or_no(answer: bool) -> &'static str {
    if answer { "yes" } else { "no" }
}

// ANCHOR: ask
fn ask(lock: &Lock) {
    println!("  locked:  {}", yes_or_no(lock.is_locked()));
    println!("  try:     {}", yes_or_no(lock.try_acquire().is_some()));

    let start = Instant::now();
    match lock.acquire_timeout(PATIENCE) {
        Some(_guard) => println!("  timeout: yes"),
        None if start.elapsed() < PATIENCE => println!("  timeout: early"),
        None => println!("  timeout: no, after {PATIENCE:?}"),
    }
}
// ANCHOR_END: ask

fn main() {
    let lock = Lock::new(());

    println!("while the lock is free");
    ask(&lock);

    // ANCHOR: by_hand
    lock.acquire_by_hand();
    println!("while the lock is held");
    ask(&lock);

    let elsewhere = thread::scope(|scope| {
        let other = scope.spawn(|| lock.release().is_ok());
        other.join().unwrap()
    });
    println!("released by another thread: {}", yes_or_no(elsewhere));
    let again = lock.release().is_ok();
    println!("released once more: {}", yes_or_no(again));
    // ANCHOR_END: by_hand
}
