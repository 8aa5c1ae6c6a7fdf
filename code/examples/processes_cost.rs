//! What it costs to start a thread, and what a process, and to wait for it.

// ANCHOR: cost
use std::time::{Duration, Instant};

use threading::processes::{Job, serve};

const ROUNDS: u32 = 20;
const NOTHING: Job = Job::new("nothing", |_| String::new());

fn time(run: impl Fn()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn main() {
    serve(&[NOTHING]);

    // The shortest time counts: other programs disturb the longer ones.
    let (mut thread, mut process) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        thread = thread.min(time(|| drop(NOTHING.in_thread("").unwrap())));
        process = process.min(time(|| drop(NOTHING.in_process("").unwrap())));
    }

    let one = thread.as_secs_f64();
    println!("started          µs  times a thread");
    for (what, time) in [("a thread", thread), ("a process", process)] {
        let seconds = time.as_secs_f64();
        println!("{what:9}  {:8.1}  {:14.1}", seconds * 1e6, seconds / one);
    }
}
// ANCHOR_END: cost
