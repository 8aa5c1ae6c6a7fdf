//! A worker of your own type, in place of a subclass of `Thread`.

use std::error::Error;
use std::thread;

use threading::Worker;

// ANCHOR: smallest
struct Greeter;

impl Worker for Greeter {
    type Output = ();

    fn run(self) {
        let is_main = thread::current().name() == Some("main");
        println!("hello, is this the main thread? {is_main}");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    Greeter.start()?.join()?;
    println!("main: the worker has finished");
    Ok(())
}
// ANCHOR_END: smallest
