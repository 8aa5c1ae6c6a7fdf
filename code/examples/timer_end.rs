//! A timer is a thread: it has a name, it is listed, and the end of the
//! program waits for it.
//!
//! Travels with: `attributes.rs`, `main_thread.rs`, `utilities.rs`.

use std::error::Error;
use std::thread;
use std::time::Duration;

use threading::life_cycle::State;
use threading::{Timer, enumerate, main_thread, wait_at_end};

// ANCHOR: end
const SOON: Duration = Duration::from_millis(20);
const HOUR: Duration = Duration::from_secs(3600);

fn ring() {
    while main_thread().state() != State::Blocked {
        thread::yield_now(); // until `main` is at its end
    }
    println!("timer: main has returned, I ring all the same");
}

fn main() -> Result<(), Box<dyn Error>> {
    let _end = wait_at_end();

    let never = || println!("never printed");
    Timer::new(HOUR, never).daemon(true).start()?; // not waited for
    Timer::new(SOON, ring).name("kitchen clock").start()?;

    for thread in enumerate() {
        let kind = if thread.is_daemon() { ", a daemon" } else { "" };
        println!("{}{kind}", thread.name());
    }
    println!("main: returns");
    Ok(())
}
// ANCHOR_END: end
