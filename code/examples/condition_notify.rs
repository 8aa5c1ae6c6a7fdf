//! Waking one waiter, then two, then all of them.

use std::thread;

use threading::{Condition, Lock};

const SLEEPERS: usize = 5;

#[derive(Default)]
struct Dormitory {
    in_bed: usize,
    /// How many were called and have not got up yet.
    called: usize,
    awake: usize,
}

fn main() {
    // ANCHOR: shared
    let dormitory = Lock::new(Dormitory::default());
    let alarm = Condition::new(&dormitory);
    let changed = Condition::new(&dormitory);
    // ANCHOR_END: shared

    thread::scope(|scope| {
        // ANCHOR: sleeper
        for _ in 0..SLEEPERS {
            scope.spawn(|| {
                let mut dormitory = alarm.acquire();
                dormitory.in_bed += 1;
                changed.notify_one(&dormitory);
                alarm.wait_for(&mut dormitory, |d| d.called > 0);
                dormitory.called -= 1;
                dormitory.awake += 1;
                changed.notify_one(&dormitory);
            });
        }
        // ANCHOR_END: sleeper

        // ANCHOR: notify
        let mut dormitory = changed.acquire();
        changed.wait_for(&mut dormitory, |d| d.in_bed == SLEEPERS);

        dormitory.called = 1;
        alarm.notify_one(&dormitory);
        changed.wait_for(&mut dormitory, |d| d.awake == 1);
        println!("notify one: {} of {SLEEPERS} awake", dormitory.awake);

        dormitory.called = 2;
        alarm.notify(&dormitory, 2);
        changed.wait_for(&mut dormitory, |d| d.awake == 3);
        println!("notify two: {} of {SLEEPERS} awake", dormitory.awake);

        dormitory.called = 2;
        alarm.notify_all(&dormitory);
        changed.wait_for(&mut dormitory, |d| d.awake == SLEEPERS);
        println!("notify all: {} of {SLEEPERS} awake", dormitory.awake);
        // ANCHOR_END: notify
    });
}
