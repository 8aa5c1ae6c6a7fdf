//! Ten workers take turns: the lock lets one in at a time.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use threading::Lock;

// ANCHOR: turns
fn main() {
    let turns = Lock::new(Vec::new());
    let inside = AtomicU32::new(0);

    thread::scope(|scope| {
        for worker in 0..10 {
            let (turns, inside) = (&turns, &inside);
            scope.spawn(move || {
                let mut turns = turns.acquire();
                let others = inside.fetch_add(1, Ordering::Relaxed);
                println!("worker {worker} has the lock");
                thread::yield_now(); // let the others try to get in
                inside.fetch_sub(1, Ordering::Relaxed);
                turns.push(others);
            });
        }
    });

    let turns = turns.into_inner();
    let alone = turns.iter().all(|&others| others == 0);
    println!("{} turns, each of them alone: {alone}", turns.len());
}
// ANCHOR_END: turns
