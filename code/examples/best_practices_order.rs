//! Transfers in both directions, by many threads, and no deadlock.

use std::thread;

use threading::best_practices::RepeatedLock;
use threading::{Lock, acquire_all};

// ANCHOR: transfer
fn transfer(from: &Lock<i64>, to: &Lock<i64>) -> Result<(), RepeatedLock> {
    let [mut from, mut to] = acquire_all([from, to])?;
    *from -= 10;
    *to += 10;
    Ok(())
}
// ANCHOR_END: transfer

// ANCHOR: main
fn main() {
    let [checking, savings, travel] = &[100, 200, 300].map(Lock::new);
    let directions = [
        (checking, savings),
        (savings, checking),
        (savings, travel),
        (travel, savings),
        (travel, checking),
        (checking, travel),
    ];

    let right_sums = thread::scope(|scope| {
        for (from, to) in directions {
            scope.spawn(move || {
                for _ in 0..500 {
                    transfer(from, to).expect("two accounts");
                }
            });
        }
        // The auditor looks at all accounts while the others are at work.
        let sum = || {
            let all = acquire_all([checking, savings, travel]).unwrap();
            all.iter().map(|balance| **balance).sum::<i64>()
        };
        (0..100).filter(|_| sum() == 600).count()
    });

    println!("3000 transfers, in all directions");
    println!("the sum was right {right_sums} times out of 100");
    println!(
        "{} {} {}",
        checking.acquire(),
        savings.acquire(),
        travel.acquire()
    );

    let mistake = transfer(travel, travel);
    println!("from travel to travel: {}", mistake.unwrap_err());
}
// ANCHOR_END: main
