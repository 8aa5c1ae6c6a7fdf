//! A timer is cancelled: in time, and too late.

use std::error::Error;
use std::sync::mpsc;
use std::time::Duration;

use threading::Timer;

const HOUR: Duration = Duration::from_secs(3600);

// ANCHOR: cancel
fn cancel(when: &str, timer: &Timer) {
    match timer.cancel() {
        Ok(()) => println!("cancelled {when}: in time"),
        Err(_) => println!("cancelled {when}: too late"),
    }
}
// ANCHOR_END: cancel

// ANCHOR: called
fn was_called(timer: &Timer) -> Result<(), Box<dyn Error>> {
    let called = timer.join()?.is_some();
    println!("  the function was called: {called}");
    Ok(())
}
// ANCHOR_END: called

fn main() -> Result<(), Box<dyn Error>> {
    // ANCHOR: in_time
    let timer = Timer::new(HOUR, || println!("never printed")).share();
    cancel("before the start", &timer);
    timer.start()?;
    was_called(&timer)?;

    let timer = Timer::new(HOUR, || println!("never printed")).start()?;
    cancel("while it waits", &timer);
    was_called(&timer)?;
    // ANCHOR_END: in_time

    // ANCHOR: too_late
    let (begun, is_running) = mpsc::channel();
    let (end, may_end) = mpsc::channel::<()>();
    let ring = move || {
        begun.send(()).unwrap();
        let _ = may_end.recv(); // until `end` is dropped
        println!("  it rings");
    };
    let timer = Timer::new(Duration::ZERO, ring).start()?;
    is_running.recv()?;
    cancel("while the function runs", &timer);
    drop(end);
    was_called(&timer)?;
    cancel("after the end", &timer);
    // ANCHOR_END: too_late
    Ok(())
}
