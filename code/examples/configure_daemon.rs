//! A daemon is killed in the middle of its work when the program ends.
//!
//! Travels with: `main_thread.rs`.

use std::error::Error;
use std::io::{Write, stdout};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use threading::{Thread, wait_at_end};

// ANCHOR: daemon
/// Says so when it is dropped.
struct Farewell;

impl Drop for Farewell {
    fn drop(&mut self) {
        println!("and cleaned up");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let _end = wait_at_end();
    let (tell, told) = mpsc::channel();
    let write = move || {
        let _farewell = Farewell;
        print!("the total is ");
        stdout().flush().unwrap();
        tell.send(()).unwrap(); // half of it is written
        thread::sleep(Duration::from_secs(1)); // a slow step
        println!("42");
    };
    Thread::new(write).daemon(true).start()?;
    told.recv()?;
    Ok(())
}
// ANCHOR_END: daemon
