//! A thread fails: a report on standard error, and the others go on.

use std::error::Error;

use threading::Thread;

// ANCHOR: smallest
fn work() {
    println!("worker: working");
    panic!("something bad happened");
}

fn main() -> Result<(), Box<dyn Error>> {
    let thread = Thread::new(work).start()?;
    let joined = thread.join();

    println!("main: continuing on");
    if let Err(error) = joined {
        println!("main: {error}");
    }
    Ok(())
}
// ANCHOR_END: smallest
