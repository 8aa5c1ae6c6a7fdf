//! Ten thousand timers wait on one thread.
//!
//! Travels with: `main_thread.rs`, `utilities.rs`.

use std::error::Error;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use threading::{TimerQueue, active_count};

const HOUR: Duration = Duration::from_secs(3600);

fn main() -> Result<(), Box<dyn Error>> {
    // ANCHOR: many
    let queue = TimerQueue::new()?;
    let limit = |connection: u32| {
        let close = move || println!("connection {connection}: closed");
        queue.after(HOUR, close)
    };
    let limits: Vec<_> = (0..10_000).map(limit).collect();
    println!("{} limits, {} threads", queue.pending(), active_count());

    // Every connection has answered in time.
    let prevented = limits.iter().filter(|limit| limit.cancel().is_ok());
    println!("prevented: {}", prevented.count());
    println!("pending: {}", queue.pending());
    // ANCHOR_END: many

    // ANCHOR: slow
    let (begun, is_running) = mpsc::channel();
    let (end, may_end) = mpsc::channel::<()>();
    let slow = move || {
        begun.send(()).unwrap();
        let _ = may_end.recv(); // until `end` is dropped
        println!("the slow callback ends");
    };
    queue.after(Duration::ZERO, slow);
    is_running.recv()?;
    // ANCHOR_END: slow

    // ANCHOR: order
    let now = Instant::now();
    let (tell, told) = mpsc::channel();
    for (delay, dish) in [(3, "soup"), (1, "salad"), (2, "bread")] {
        let tell = tell.clone();
        let done = move || tell.send(dish).unwrap();
        queue.at(now + Duration::from_millis(delay), done);
    }
    drop((tell, end));
    for dish in told {
        println!("done: {dish}");
    }
    // ANCHOR_END: order

    // ANCHOR: end
    queue.after(HOUR, || println!("never printed"));
    drop(queue);
    println!("the queue is gone, {} thread is left", active_count());
    // ANCHOR_END: end
    Ok(())
}
