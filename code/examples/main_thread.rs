//! What the main thread knows about itself.
//!
//! Travels with: `attributes.rs`.

use std::error::Error;

use threading::{Thread, main_thread, wait_at_end};

// ANCHOR: smallest
fn main() -> Result<(), Box<dyn Error>> {
    let _end = wait_at_end();

    let main = main_thread();
    println!("name:   {}", main.name());
    println!("daemon: {}", main.is_daemon());
    println!("alive:  {}", main.is_alive());

    let seen = Thread::new(main_thread).start()?.join()?;
    println!("the same for another thread: {}", seen == main);
    Ok(())
}
// ANCHOR_END: smallest
