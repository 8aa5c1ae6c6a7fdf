//! A thread that was started by other means gets a dummy.
//!
//! Travels with: `attributes.rs`.

use std::error::Error;
use std::thread;

use threading::spawn::JoinError;
use threading::{active_count, current_thread, enumerate};

// ANCHOR: dummy
fn main() -> Result<(), Box<dyn Error>> {
    let foreign = thread::spawn(|| {
        println!("before it asks, alive: {}", active_count());
        let me = current_thread();
        println!("after it asks,  alive: {}", active_count());
        println!("name:   {}", me.name());
        println!("daemon: {}", me.is_daemon());
        println!("listed: {}", enumerate().contains(&me));
        me
    });
    let dummy = foreign.join().unwrap();

    println!("ended");
    println!("alive:  {}", dummy.is_alive());
    println!("listed: {}", enumerate().contains(&dummy));
    if let Err(JoinError::Foreign) = dummy.wait() {
        println!("only its owner can join it");
    }
    Ok(())
}
// ANCHOR_END: dummy
