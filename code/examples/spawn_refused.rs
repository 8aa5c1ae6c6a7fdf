//! The system refuses a thread: an error, and the program goes on.

use std::error::Error;

use threading::Thread;
use threading::spawn::StartError;

// ANCHOR: refused
fn main() -> Result<(), Box<dyn Error>> {
    // No system has memory for a stack like this.
    let huge = Thread::new(|| "done").stack_size(usize::MAX / 2).share();
    match huge.start() {
        Err(StartError::Refused(_)) => println!("refused by the system"),
        other => println!("{other:?}"),
    }
    println!("its state: {}", huge.state());

    let small = Thread::new(|| "done").start()?;
    println!("another thread: {}", small.join()?);
    Ok(())
}
// ANCHOR_END: refused
