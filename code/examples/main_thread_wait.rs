//! `main` returns while a thread still works, and the program waits for it.

use std::error::Error;
use std::thread;

use threading::life_cycle::State;
use threading::{Thread, main_thread, wait_at_end};

// ANCHOR: wait
fn helper() {
    println!("helper: started meanwhile, and finished");
}

fn worker() {
    while main_thread().state() != State::Blocked {
        thread::yield_now(); // until `main` is at its end
    }
    println!("worker: main has returned, I still work");
    Thread::new(helper).start().unwrap();
}

fn main() -> Result<(), Box<dyn Error>> {
    let _end = wait_at_end();

    Thread::new(thread::park).daemon(true).start()?; // not waited for
    Thread::new(worker).start()?;
    println!("main: returns");
    Ok(())
}
// ANCHOR_END: wait
