//! A name and a daemon flag that come too late.
//!
//! Travels with: `attributes.rs`.

use std::error::Error;
use std::fmt::Display;
use std::sync::mpsc;

use threading::Thread;

fn show(what: &str, answer: Result<(), impl Display>) {
    match answer {
        Ok(()) => println!("  {what}: set"),
        Err(error) => println!("  {what}: {error}"),
    }
}

// ANCHOR: late
fn main() -> Result<(), Box<dyn Error>> {
    let (finish, wait) = mpsc::channel::<()>();
    let thread = Thread::new(move || wait.recv().is_err()).share();

    println!("before the start");
    show("name", thread.set_name("clock"));
    show("daemon", thread.set_daemon(true));

    thread.start()?;
    println!("started");
    show("name", thread.set_name("watch"));
    show("daemon", thread.set_daemon(false));

    drop(finish);
    thread.join()?;
    println!("joined: {}, daemon: {}", thread.name(), thread.is_daemon());
    Ok(())
}
// ANCHOR_END: late
