//! The same job in a thread, and in a child process.

// ANCHOR: smallest
use std::sync::atomic::{AtomicU32, Ordering};

use threading::processes::{Job, serve};

static VISITORS: AtomicU32 = AtomicU32::new(0);

/// Lets more visitors in, and tells how many it found and left.
fn let_in(more: &str) -> String {
    let more: u32 = more.parse().unwrap();
    let found = VISITORS.fetch_add(more, Ordering::Relaxed);
    format!("finds {found}, leaves {}", found + more)
}

const LET_IN: Job = Job::new("let in", let_in);

fn main() {
    serve(&[LET_IN]); // a child goes no further

    VISITORS.store(10, Ordering::Relaxed);
    println!("a thread {}", LET_IN.in_thread("5").unwrap());
    println!("here it is now {}", VISITORS.load(Ordering::Relaxed));

    VISITORS.store(10, Ordering::Relaxed);
    println!("a child process {}", LET_IN.in_process("5").unwrap());
    println!("here it is now {}", VISITORS.load(Ordering::Relaxed));
}
// ANCHOR_END: smallest
