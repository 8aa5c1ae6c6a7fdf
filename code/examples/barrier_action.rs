//! Three packers load a van, round after round; the action counts the load.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use threading::Barrier;

const PACKERS: usize = 3;
const VANS: usize = 3;

fn main() {
    let boxes = AtomicUsize::new(0);
    let mut van = 0;
    // ANCHOR: action
    // One thread runs it when all have packed and none has gone on.
    let count = || {
        van += 1;
        let load = boxes.swap(0, Ordering::Relaxed);
        println!("van {van}: {load} boxes are counted");
    };
    let barrier = Barrier::new(PACKERS).unwrap().with_action(count);
    // ANCHOR_END: action

    // ANCHOR: rounds
    let pack = |packer: usize| {
        for van in 1..=VANS {
            boxes.fetch_add(packer * van, Ordering::Relaxed);
            let index = barrier.wait().unwrap();
            if index == PACKERS - 1 {
                println!("van {van}: the last packer shuts the doors");
            }
        }
    };
    thread::scope(|scope| {
        for packer in 1..=PACKERS {
            let pack = &pack;
            scope.spawn(move || pack(packer));
        }
    });
    // ANCHOR_END: rounds
    println!("{van} vans are loaded");
}
