//! The control of `worker.rs`: `run` is an ordinary call.

use std::error::Error;
use std::thread;

use threading::Worker;

struct Greeter;

impl Worker for Greeter {
    type Output = ();

    fn run(self) {
        let is_main = thread::current().name() == Some("main");
        println!("hello, is this the main thread? {is_main}");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // ANCHOR: run
    Greeter.run();
    // ANCHOR_END: run
    println!("main: the worker has finished");
    Ok(())
}
