//! A race between a check and an act: made likely, and made certain.
//!
//! Travels with: `barrier.rs`, `lock.rs`.

use std::thread;
use std::time::Duration;

use threading::{Barrier, Lock};

const ROUNDS: usize = 100;

// ANCHOR: race
/// Takes `amount` out of the account if it is there; returns whether it was.
///
/// `between` runs between the check and the act; a test waits there.
fn withdraw(balance: &Lock<i32>, amount: i32, between: &dyn Fn()) -> bool {
    let enough = *balance.acquire() >= amount; // check
    between();
    if enough {
        *balance.acquire() -= amount; // act
    }
    enough
}
// ANCHOR_END: race

// ANCHOR: fix
/// The same, with the check and the act in one critical section.
fn withdraw_safely(
    balance: &Lock<i32>,
    amount: i32,
    between: &dyn Fn(),
) -> bool {
    let mut balance = balance.acquire();
    let enough = *balance >= amount; // check
    between();
    if enough {
        *balance -= amount; // act
    }
    enough
}
// ANCHOR_END: fix

// ANCHOR: test
type Withdraw = fn(&Lock<i32>, i32, &dyn Fn()) -> bool;

/// Two withdrawals of 80 out of 100, at once; returns what is left.
fn two(withdraw: Withdraw, between: &(dyn Fn() + Sync)) -> i32 {
    let balance = Lock::new(100);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| withdraw(&balance, 80, between));
        }
    });
    balance.into_inner()
}

/// Two withdrawals, each of which waits between its check and its act until
/// the other has checked as well, or until its patience is over.
fn two_that_meet(withdraw: Withdraw, patience: Duration) -> i32 {
    let both_have_checked = Barrier::new(2).unwrap();
    two(withdraw, &|| {
        // An error means that the other thread can't come.
        let _ = both_have_checked.wait_timeout(patience);
    })
}
// ANCHOR_END: test

fn main() {
    // ANCHOR: sleep
    let left = two(withdraw, &|| thread::sleep(Duration::from_millis(20)));
    let possible = [-60, 20].contains(&left);
    println!("with a sleep:   -60 or 20, by chance: {possible}");
    // ANCHOR_END: sleep

    // ANCHOR: meet
    let long = Duration::from_secs(30); // no thread waits that long
    let rounds = (0..ROUNDS).map(|_| two_that_meet(withdraw, long));
    let overdrawn = rounds.filter(|&left| left == -60).count();
    println!("with a barrier: -60 in {overdrawn} of {ROUNDS} rounds");

    let short = Duration::from_millis(20);
    let left = two_that_meet(withdraw_safely, short);
    println!("after the fix:  {left}");
    // ANCHOR_END: meet
}
