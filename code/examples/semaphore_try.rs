//! Asking for a permit without waiting forever, and releasing too many.

use std::time::{Duration, Instant};

use threading::{BoundedSemaphore, Semaphore};

const PATIENCE: Duration = Duration::from_millis(20);

fn yes_or_no(answer: bool) -> &'static str {
    if answer { "yes" } else { "no" }
}

// ANCHOR: ask
fn ask(semaphore: &BoundedSemaphore) {
    println!(
        "  try:     {}",
        yes_or_no(semaphore.try_acquire().is_some())
    );

    let start = Instant::now();
    match semaphore.acquire_timeout(PATIENCE) {
        Some(_permit) => println!("  timeout: yes"),
        None if start.elapsed() < PATIENCE => println!("  timeout: early"),
        None => println!("  timeout: no, after {PATIENCE:?}"),
    }
}
// ANCHOR_END: ask

fn main() {
    let semaphore = BoundedSemaphore::new(2);

    // ANCHOR: by_hand
    semaphore.acquire_by_hand();
    println!("with one of two permits taken");
    ask(&semaphore);
    semaphore.acquire_by_hand();
    println!("with both permits taken");
    ask(&semaphore);

    let released = semaphore.release_many(2).is_ok();
    println!("released two: {}", yes_or_no(released));
    ask(&semaphore);
    // ANCHOR_END: by_hand

    // ANCHOR: too_many
    println!("released once too often");
    let bounded = BoundedSemaphore::new(2);
    println!("  bounded: {}", yes_or_no(bounded.release().is_ok()));
    let plain = Semaphore::new(2);
    println!("  plain:   {}", yes_or_no(plain.release().is_ok()));
    let left = (0..).take_while(|_| plain.try_acquire_by_hand()).count();
    println!("  the plain one has permits for {left}");

    println!("released no permit at all");
    println!("  bounded: {}", yes_or_no(bounded.release_many(0).is_ok()));
    println!("  plain:   {}", yes_or_no(plain.release_many(0).is_ok()));
    // ANCHOR_END: too_many
}
