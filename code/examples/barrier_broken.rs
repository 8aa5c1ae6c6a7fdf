//! Two climbers wait for the rest of the rope team, in vain.

use std::thread;
use std::time::Duration;

use threading::{Barrier, BrokenBarrierError};

const TEAM: usize = 4;

fn show(who: &str, answer: Result<usize, BrokenBarrierError>) {
    match answer {
        Ok(_) => println!("{who} goes on"),
        Err(error) => println!("{who}: {error}"),
    }
}

// ANCHOR: climb
/// Two climbers wait; when both do, `then` happens.
fn climb(barrier: &Barrier, then: impl FnOnce()) {
    thread::scope(|scope| {
        let climbers = ["Ada", "Ben"].map(|name| {
            let climber = scope.spawn(|| barrier.wait());
            (name, climber)
        });
        while barrier.n_waiting() < 2 {
            thread::yield_now();
        }
        then();
        for (name, climber) in climbers {
            show(name, climber.join().unwrap());
        }
    });
}
// ANCHOR_END: climb

fn main() {
    let barrier = Barrier::new(TEAM).unwrap();

    // ANCHOR: timeout
    println!("-- timeout");
    let patience = Duration::from_millis(10);
    climb(&barrier, || show("Cyd", barrier.wait_timeout(patience)));
    show("Dan, who comes late", barrier.wait());
    // ANCHOR_END: timeout

    // ANCHOR: abort
    println!("-- abort");
    barrier.reset();
    climb(&barrier, || barrier.abort());
    println!("broken: {}", barrier.is_broken());
    // ANCHOR_END: abort

    // ANCHOR: reset
    println!("-- reset");
    barrier.reset();
    climb(&barrier, || barrier.reset());
    println!("broken: {}", barrier.is_broken());
    // ANCHOR_END: reset

    // ANCHOR: whole
    println!("-- all four");
    climb(&barrier, || {
        thread::scope(|scope| {
            let dan = scope.spawn(|| barrier.wait());
            show("Cyd", barrier.wait());
            show("Dan", dan.join().unwrap());
        });
    });
    // ANCHOR_END: whole
}
