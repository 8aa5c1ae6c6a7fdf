//! A worker of your own type, in place of a subclass of `Thread`.

use std::error::Error;

use threading::Worker;

// ANCHOR: smallest
struct Greeter;

impl Worker for Greeter {
    type Output = ();

    fn run(self) {
        println!("hello from another thread");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let thread = Greeter.start()?;
    thread.join()?;
    println!("main: the worker has finished");
    Ok(())
}
// ANCHOR_END: smallest
