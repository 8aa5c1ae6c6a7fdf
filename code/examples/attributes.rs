//! What a thread knows about itself: before its start, alive, and joined.

use std::error::Error;
use std::sync::mpsc;

use threading::{Thread, ThreadHandle};

// ANCHOR: report
fn report(when: &str, thread: &ThreadHandle) {
    let known = |is_known| if is_known { "a number" } else { "none" };
    println!("{when}");
    println!("  name:      {}", thread.name());
    println!("  daemon:    {}", thread.is_daemon());
    println!("  ident:     {}", known(thread.ident().is_some()));
    println!("  native id: {}", known(thread.native_id().is_some()));
    println!("  alive:     {}", thread.is_alive());
}
// ANCHOR_END: report

// ANCHOR: smallest
fn main() -> Result<(), Box<dyn Error>> {
    let (finish, wait) = mpsc::channel::<()>();
    let task = move || wait.recv().is_err();

    let thread = Thread::new(task).share();
    report("before the start", &thread);

    thread.start()?;
    report("started", &thread);
    let numbers = (thread.ident(), thread.native_id());

    drop(finish);
    thread.join()?;
    report("joined", &thread);
    let same = numbers == (thread.ident(), thread.native_id());
    println!("the numbers are the same as before: {same}");
    Ok(())
}
// ANCHOR_END: smallest
