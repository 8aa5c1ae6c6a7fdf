//! The control of `spawn.rs`: the main thread joins before it reads.

use std::error::Error;
use std::sync::mpsc;

use threading::Thread;

fn main() -> Result<(), Box<dyn Error>> {
    let (begin, wait) = mpsc::channel::<()>();
    let emma = Thread::new(move || {
        let _ = wait.recv(); // until `begin` is dropped
        println!("thread: reads Emma");
    });
    let emma = emma.start()?;

    // ANCHOR: early
    drop(begin);
    emma.join()?;
    println!("main: reads Dracula");
    // ANCHOR_END: early
    println!("main: both are read");
    Ok(())
}
