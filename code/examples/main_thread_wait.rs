//! `main` returns while a thread still works, and the program waits for it.
//!
//! Travels with: `configure.rs`.

use std::error::Error;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use threading::{Thread, wait_at_end};

// ANCHOR: wait
fn helper() {
    println!("helper: started by the worker, and finished");
}

fn worker(main_is_over: Receiver<()>) {
    main_is_over.recv().unwrap_err(); // the other end is dropped
    thread::sleep(Duration::from_secs(1)); // a slow step
    println!("worker: main returned a second ago");
    Thread::new(helper).start().unwrap();
}

fn main() -> Result<(), Box<dyn Error>> {
    let _end = wait_at_end();
    let (_in_main, main_is_over) = mpsc::channel();

    Thread::new(thread::park).daemon(true).start()?; // not waited for
    Thread::new(|| worker(main_is_over)).start()?;
    println!("main: returns");
    Ok(())
}
// ANCHOR_END: wait
