//! Two transfers that wait for each other for good, and are found out.
//!
//! It needs a feature that makes every lock slower, so it has to be asked
//! for: `--features deadlock_detection`.

use std::env;
use std::process::{self, Command};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use parking_lot::deadlock::check_deadlock;
use threading::Lock;

// ANCHOR: transfer
static CHECKING: Lock<i64> = Lock::new(100);
static SAVINGS: Lock<i64> = Lock::new(100);
static EACH_HOLDS_ONE: Barrier = Barrier::new(2);

fn transfer(from: &Lock<i64>, to: &Lock<i64>) {
    let mut from = from.acquire();
    EACH_HOLDS_ONE.wait(); // bad luck, made certain
    let mut to = to.acquire(); // never returns
    *from -= 10;
    *to += 10;
}
// ANCHOR_END: transfer

// ANCHOR: child
fn child() -> ! {
    let ada = thread::spawn(|| transfer(&CHECKING, &SAVINGS));
    let ben = thread::spawn(|| transfer(&SAVINGS, &CHECKING));
    let plans = [
        (
            ada.thread().id(),
            "Ada holds checking, and waits for savings",
        ),
        (
            ben.thread().id(),
            "Ben holds savings, and waits for checking",
        ),
    ];

    let deadlock = loop {
        match check_deadlock().pop() {
            Some(threads) => break threads,
            None => thread::sleep(Duration::from_millis(1)),
        }
    };
    println!("a deadlock of {} threads", deadlock.len());
    for (id, plan) in plans {
        if deadlock.iter().any(|stuck| stuck.thread_id() == id) {
            println!("  {plan}");
        }
    }
    process::exit(1) // what is stuck is not joined
}
// ANCHOR_END: child

// ANCHOR: parent
fn main() {
    if env::args().nth(1).as_deref() == Some("child") {
        child();
    }
    let program = env::current_exe().unwrap();
    let status = Command::new(program).arg("child").status().unwrap();
    println!("the child has ended with code {}", status.code().unwrap());
}
// ANCHOR_END: parent
