//! A daemon is killed in the middle of its work when the program ends.
//!
//! The program starts itself once more, to look at what that leaves behind.

use std::env;
use std::error::Error;
use std::io::{Write, stdout};
use std::process::Command;
use std::sync::mpsc;
use std::thread;

use threading::Thread;

// ANCHOR: daemon
/// Says so when it is dropped.
struct Farewell;

impl Drop for Farewell {
    fn drop(&mut self) {
        println!("and cleaned up");
    }
}

fn ends_too_early() -> Result<(), Box<dyn Error>> {
    let (tell, told) = mpsc::channel();
    let write = move || {
        let _farewell = Farewell;
        print!("the total is ");
        stdout().flush().unwrap();
        tell.send(()).unwrap(); // half of it is written
        thread::park(); // a slow step
        println!("42");
    };
    Thread::new(write).daemon(true).start()?;
    told.recv()?;
    Ok(())
}
// ANCHOR_END: daemon

// ANCHOR: main
fn main() -> Result<(), Box<dyn Error>> {
    if env::args().nth(1).is_some() {
        return ends_too_early();
    }
    let itself = env::current_exe()?;
    let child = Command::new(itself).arg("child").output()?;
    let left = String::from_utf8(child.stdout)?;
    println!("the program has ended: {}", child.status.success());
    println!("the result is cut off: \"{left}\"");
    Ok(())
}
// ANCHOR_END: main
