//! A guard releases the lock on every way out; a release by hand does not.

use std::num::NonZeroU32;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU32, Ordering};

use threading::Lock;

/// There is less than one coin for each.
struct TooLittle;

// ANCHOR: guard
fn share_out(coins: &Lock<u32>, people: u32) -> Result<(), TooLittle> {
    let mut coins = coins.acquire();
    let share = *coins / people; // panics if there are none
    let share = NonZeroU32::new(share).ok_or(TooLittle)?;
    *coins -= share.get() * people;
    Ok(())
}
// ANCHOR_END: guard

// ANCHOR: by_hand
fn share_out_by_hand(
    lock: &Lock,
    coins: &AtomicU32, // next to the lock, which has no value here
    people: u32,
) -> Result<(), TooLittle> {
    lock.acquire_by_hand();
    let before = coins.load(Ordering::Relaxed); // the lock orders it
    let share = before / people; // a panic skips the release
    let share = NonZeroU32::new(share).ok_or(TooLittle)?; // so does this
    coins.store(before - share.get() * people, Ordering::Relaxed);
    lock.release().expect("it was acquired above");
    Ok(())
}
// ANCHOR_END: by_hand

fn show<T>(
    people: u32,
    lock: &Lock<T>,
    share_out: impl FnOnce() -> Result<(), TooLittle>,
) {
    let end = match panic::catch_unwind(AssertUnwindSafe(share_out)) {
        Ok(Ok(())) => "done",
        Ok(Err(TooLittle)) => "returned early",
        Err(_) => "panicked",
    };
    let state = if lock.is_locked() {
        "still held"
    } else {
        "free"
    };
    println!("  {people:>3} people: {end}, and the lock is {state}");
}

fn main() {
    panic::set_hook(Box::new(|_| ())); // the panics here are on purpose
    let numbers = [3, 500, 0];

    println!("100 coins, with a guard");
    for people in numbers {
        let coins = Lock::new(100);
        show(people, &coins, || share_out(&coins, people));
    }

    println!("100 coins, by hand");
    for people in numbers {
        let (lock, coins) = (Lock::new(()), AtomicU32::new(100));
        show(people, &lock, || share_out_by_hand(&lock, &coins, people));
    }
}
