//! Five workers and the main thread meet when all results are there.

// ANCHOR: smallest
use std::sync::OnceLock;
use std::thread;

use threading::Barrier;

const WORKERS: usize = 5;

fn calculate(worker: usize) -> usize {
    (1..=worker * 1_000).sum()
}

fn main() {
    let barrier = Barrier::new(WORKERS + 1).unwrap();
    let results = [const { OnceLock::new() }; WORKERS];

    thread::scope(|scope| {
        for (worker, result) in (1..).zip(&results) {
            let barrier = &barrier;
            scope.spawn(move || {
                result.set(calculate(worker)).unwrap();
                barrier.wait().unwrap();
            });
        }

        println!("the main thread waits for {WORKERS} workers");
        barrier.wait().unwrap();
        println!("all workers have their result");
        for (worker, result) in (1..).zip(&results) {
            println!("worker {worker}: {}", result.get().unwrap());
        }
    });
}
// ANCHOR_END: smallest
