//! A thread gets a name and becomes a daemon, before it starts.
//!
//! Travels with: `attributes.rs`.

use std::error::Error;

use threading::Thread;

// ANCHOR: smallest
fn main() -> Result<(), Box<dyn Error>> {
    let hello = || println!("this message is from a daemon thread");
    let thread = Thread::new(hello).name("clock").daemon(true).start()?;

    thread.join()?; // no other line waits for a daemon
    println!("name:   {}", thread.name());
    println!("daemon: {}", thread.is_daemon());
    // ANCHOR_END: smallest

    // ANCHOR: inherit
    let make = || Thread::new(|| ()).share().is_daemon();
    let daemon = Thread::new(make).daemon(true).start()?;
    println!("made by a daemon, a daemon: {}", daemon.join()?);
    let other = Thread::new(make).start()?;
    println!("made by another, a daemon:  {}", other.join()?);
    // ANCHOR_END: inherit
    Ok(())
}
