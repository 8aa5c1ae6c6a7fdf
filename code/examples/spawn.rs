//! A task runs in a thread of its own.

use std::error::Error;

use threading::Thread;

// ANCHOR: smallest
fn main() -> Result<(), Box<dyn Error>> {
    println!("main: starting a thread");
    let thread = Thread::new(|| println!("this is another thread"));
    let thread = thread.start()?;

    thread.join()?;
    println!("main: the thread has ended");
    Ok(())
}
// ANCHOR_END: smallest
