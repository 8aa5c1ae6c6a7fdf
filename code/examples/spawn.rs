//! A task runs in a thread of its own, alongside `main`.

use std::error::Error;
use std::sync::mpsc;

use threading::Thread;

// ANCHOR: smallest
fn main() -> Result<(), Box<dyn Error>> {
    let (begin, wait) = mpsc::channel::<()>();
    let emma = Thread::new(move || {
        let _ = wait.recv(); // until `begin` is dropped
        println!("thread: reads Emma");
    });
    let emma = emma.start()?;

    println!("main: reads Dracula");
    drop(begin);
    emma.join()?;
    println!("main: both are read");
    Ok(())
}
// ANCHOR_END: smallest
