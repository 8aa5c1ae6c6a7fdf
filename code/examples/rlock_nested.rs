//! The same nesting with a lock that is not reentrant, and with one that is.

use std::thread;
use std::time::Duration;

use threading::rlock::ReleaseError;
use threading::{Lock, RLock};

const PATIENCE: Duration = Duration::from_millis(20);

fn yes_or_no(answer: bool) -> &'static str {
    if answer { "yes" } else { "no" }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // ANCHOR: lock
    let lock = Lock::new(());
    let _outer = lock.acquire();
    let inner = lock.acquire_timeout(PATIENCE);
    println!("Lock, acquired again: {}", yes_or_no(inner.is_some()));
    // ANCHOR_END: lock

    // ANCHOR: rlock
    let rlock = RLock::new(());
    let outer = rlock.acquire();
    let inner = rlock.acquire_timeout(PATIENCE);
    println!("RLock, acquired again: {}", yes_or_no(inner.is_some()));

    let elsewhere = || {
        thread::scope(|scope| {
            let other = scope.spawn(|| rlock.try_acquire().is_some());
            yes_or_no(other.join().unwrap())
        })
    };
    println!("by another thread: {}", elsewhere());
    drop(inner);
    println!("after one release: {}", elsewhere());
    drop(outer);
    println!("after two: {}", elsewhere());
    // ANCHOR_END: rlock

    // ANCHOR: by_hand
    rlock.acquire_by_hand()?;
    let stranger = thread::scope(|scope| {
        let other = scope.spawn(|| rlock.release());
        other.join().unwrap()
    });
    assert_eq!(stranger, Err(ReleaseError::NotOwner));
    println!("released by a stranger: {}", yes_or_no(stranger.is_ok()));
    let owner = rlock.release();
    println!("released by its owner: {}", yes_or_no(owner.is_ok()));
    // ANCHOR_END: by_hand
    Ok(())
}
