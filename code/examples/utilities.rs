//! A roll call of the running threads.
//!
//! Travels with: `attributes.rs`.

use std::error::Error;
use std::sync::{Arc, Barrier, mpsc};

use threading::utilities::{get_ident, get_native_id};
use threading::{Thread, active_count, current_thread, enumerate};

// ANCHOR: smallest
fn roll_call() {
    println!("alive: {}", active_count());
    let me = current_thread();
    for thread in enumerate() {
        let mark = if thread == me { "*" } else { " " };
        println!("  {mark} {}", thread.name());
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    roll_call();

    let (finish, wait) = mpsc::channel::<()>();
    let slow = Thread::new(move || wait.recv().is_err()).start()?;
    let unstarted = Thread::new(|| ());
    roll_call();

    Thread::new(roll_call).start()?.join()?;

    drop((finish, unstarted));
    slow.join()?;
    roll_call();
    // ANCHOR_END: smallest

    // ANCHOR: numbers
    let meet = Arc::new(Barrier::new(2));
    let numbers = move || {
        meet.wait(); // both are alive
        (get_ident(), get_native_id())
    };
    let a = Thread::new(numbers.clone()).start()?;
    let b = Thread::new(numbers).start()?;
    let (a, b) = (a.join()?, b.join()?);
    println!("two threads, two idents:     {}", a.0 != b.0);
    println!("two threads, two native ids: {}", a.1 != b.1);
    // ANCHOR_END: numbers
    Ok(())
}
