//! A ranked lock reports the first acquisition that is out of order.

use std::sync::Barrier;
use std::thread;

use threading::RankedLock;
use threading::best_practices::OrderViolation;

// ANCHOR: ranks
static CHECKING: RankedLock<i64> = RankedLock::new(1, "checking", 100);
static SAVINGS: RankedLock<i64> = RankedLock::new(2, "savings", 100);

fn save(in_between: impl Fn()) -> Result<(), OrderViolation> {
    let mut checking = CHECKING.checked_acquire()?;
    in_between();
    let mut savings = SAVINGS.checked_acquire()?;
    *checking -= 10;
    *savings += 10;
    Ok(())
}

fn spend(in_between: impl Fn()) -> Result<(), OrderViolation> {
    let mut savings = SAVINGS.checked_acquire()?;
    in_between();
    let mut checking = CHECKING.checked_acquire()?; // out of order
    *savings -= 10;
    *checking += 10;
    Ok(())
}
// ANCHOR_END: ranks

fn show(name: &str, result: Result<(), OrderViolation>) {
    match result {
        Ok(()) => println!("  {name}: done"),
        Err(violation) => println!("  {name}: {violation}"),
    }
}

// ANCHOR: main
fn main() {
    println!("one thread, and nobody to wait for");
    show("save", save(|| ()));
    show("spend", spend(|| ()));

    println!("two threads, and each holds one lock");
    let each_holds_one = &Barrier::new(2);
    let bad_luck = || {
        each_holds_one.wait();
    };
    let (saved, spent) = thread::scope(|scope| {
        let ada = scope.spawn(|| save(bad_luck));
        let ben = scope.spawn(|| spend(bad_luck));
        (ada.join().unwrap(), ben.join().unwrap())
    });
    show("save", saved);
    show("spend", spent);

    let (checking, savings) = (CHECKING.acquire(), SAVINGS.acquire());
    println!("checking {checking}, savings {savings}");
}
// ANCHOR_END: main
