//! Timeouts, and a plan for what to do when they expire.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use threading::Lock;

const PATIENCE: Duration = Duration::from_millis(10);

// ANCHOR: attempt
/// Moves the money and returns true, or holds nothing and returns false.
fn attempt(from: &Lock<i64>, to: &Lock<i64>, in_between: impl Fn()) -> bool {
    let Some(mut from) = from.acquire_timeout(PATIENCE) else {
        return false;
    };
    in_between();
    let Some(mut to) = to.acquire_timeout(PATIENCE) else {
        return false; // releases `from`, so that the other can go on
    };
    *from -= 10;
    *to += 10;
    true
}
// ANCHOR_END: attempt

// ANCHOR: plan
#[derive(Clone, Copy)]
struct Plan {
    pause: Duration,
    attempts: u32,
}

/// Returns the number of attempts, or `None` when it is time to report.
fn transfer(
    from: &Lock<i64>,
    to: &Lock<i64>,
    plan: Plan,
    in_between: impl Fn(u32),
) -> Option<u32> {
    for number in 1..=plan.attempts {
        if attempt(from, to, || in_between(number)) {
            return Some(number);
        }
        thread::sleep(plan.pause * number); // longer each time
    }
    None
}
// ANCHOR_END: plan

fn main() {
    let (checking, savings) = (&Lock::new(100), &Lock::new(100));
    let plan = |pause, attempts| Plan {
        pause: Duration::from_millis(pause),
        attempts,
    };

    // ANCHOR: collide
    let each_holds_one = Barrier::new(2);
    let bad_luck = |number| {
        if number == 1 {
            each_holds_one.wait();
        }
    };
    let (short, long) = (plan(1, 100), plan(3, 100));
    let (ada, ben) = thread::scope(|scope| {
        let ada = scope.spawn(|| transfer(checking, savings, short, bad_luck));
        let ben = scope.spawn(|| transfer(savings, checking, long, bad_luck));
        (ada.join().unwrap(), ben.join().unwrap())
    });
    println!("each holds one account and asks for the other's");
    println!("  Ada's transfer: {}", shown(ada));
    println!("  Ben's transfer: {}", shown(ben));
    let more_than_one = ada.max(ben) > Some(1);
    println!("  somebody had to try again: {more_than_one}");
    // ANCHOR_END: collide

    // ANCHOR: report
    println!("somebody holds an account, and does not give it back");
    let _forgotten = savings.acquire();
    let ada = transfer(checking, savings, plan(1, 3), |_| ());
    println!("  Ada's transfer: {}", shown(ada));
    println!("  checking is free: {}", !checking.is_locked());
    // ANCHOR_END: report
}

fn shown(attempts: Option<u32>) -> &'static str {
    match attempts {
        Some(_) => "done",
        None => "given up, and reported",
    }
}
