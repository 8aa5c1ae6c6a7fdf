//! A guard releases the lock on every way out; a release by hand does not.

use std::num::ParseIntError;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU32, Ordering};

use threading::Lock;

// ANCHOR: guard
fn withdraw(balance: &Lock<u32>, amount: &str) -> Result<(), ParseIntError> {
    let mut balance = balance.acquire();
    let amount: u32 = amount.parse()?;
    assert!(amount <= *balance, "there is not enough money");
    *balance -= amount;
    Ok(())
}
// ANCHOR_END: guard

// ANCHOR: by_hand
fn withdraw_by_hand(
    lock: &Lock,
    balance: &AtomicU32,
    amount: &str,
) -> Result<(), ParseIntError> {
    lock.acquire_by_hand();
    let amount: u32 = amount.parse()?; // leaves without the release
    let before = balance.load(Ordering::Relaxed);
    assert!(amount <= before, "there is not enough money"); // and so here
    balance.store(before - amount, Ordering::Relaxed);
    lock.release().expect("it was acquired above");
    Ok(())
}
// ANCHOR_END: by_hand

fn show<T>(
    amount: &str,
    lock: &Lock<T>,
    withdraw: impl FnOnce() -> Result<(), ParseIntError>,
) {
    let end = match panic::catch_unwind(AssertUnwindSafe(withdraw)) {
        Ok(Ok(())) => "done",
        Ok(Err(_)) => "returned early",
        Err(_) => "failed",
    };
    let state = if lock.is_locked() {
        "still held"
    } else {
        "free"
    };
    println!("  {amount:>4}: {end}, and the lock is {state}");
}

fn main() {
    panic::set_hook(Box::new(|_| ())); // the panics here are on purpose
    let amounts = ["10", "ten", "1000"];

    println!("with a guard");
    for amount in amounts {
        let balance = Lock::new(100);
        show(amount, &balance, || withdraw(&balance, amount));
    }

    println!("by hand");
    for amount in amounts {
        let (lock, balance) = (Lock::new(()), AtomicU32::new(100));
        show(amount, &lock, || withdraw_by_hand(&lock, &balance, amount));
    }
}
