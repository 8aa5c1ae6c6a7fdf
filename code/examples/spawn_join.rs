//! Joining: too early, with a timeout, by several, of oneself, too late.
//!
//! Travels with: `spawn.rs`, `life_cycle.rs`, `spawn_native.rs`,
//! `spawn_report.rs`.

use std::error::Error;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use threading::Thread;
use threading::spawn::JoinError;

const PATIENCE: Duration = Duration::from_millis(20);

fn main() -> Result<(), Box<dyn Error>> {
    // ANCHOR: shared
    let (finish, wait) = mpsc::channel::<()>();
    let task = move || wait.recv().is_err();
    let thread = Thread::new(task).share();

    if let Err(JoinError::NotStarted) = thread.join() {
        println!("join before the start: refused");
    }
    thread.start()?;
    if thread.start().is_err() {
        println!("start again: refused");
    }
    // ANCHOR_END: shared

    // ANCHOR: timeout
    if thread.join_timeout(PATIENCE).is_none() {
        println!("join for {PATIENCE:?}: it still runs");
    }
    // ANCHOR_END: timeout

    // ANCHOR: several
    thread::scope(|scope| {
        let waiters = [(); 3].map(|()| scope.spawn(|| thread.wait()));
        drop(finish);
        let done = waiters.map(|waiter| waiter.join().unwrap().is_ok());
        println!("joined by 3 at once: {done:?}");
    });
    let again = thread.join_timeout(Duration::ZERO).is_some();
    println!("join after the end returns at once: {again}");
    // ANCHOR_END: several

    // ANCHOR: itself
    let (give, get) = mpsc::channel::<Thread<bool>>();
    let task = move || {
        let me = get.recv().unwrap();
        matches!(me.join(), Err(JoinError::WouldDeadlock))
    };
    let thread = Thread::new(task).start()?;
    give.send(thread.clone())?;
    println!("join itself: refused, {}", thread.join()?);
    // ANCHOR_END: itself
    Ok(())
}
