//! Ten thousand timers wait on one thread.

use std::collections::HashSet;
use std::error::Error;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use threading::TimerQueue;

const HOUR: Duration = Duration::from_secs(3600);

fn main() -> Result<(), Box<dyn Error>> {
    // ANCHOR: many
    let queue = TimerQueue::new()?;
    let limit = |connection: u32| {
        let close = move || println!("connection {connection}: closed");
        queue.after(HOUR, close)
    };
    let limits: Vec<_> = (0..10_000).map(limit).collect();
    println!("limits: {}", queue.pending());

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
        let done = move || tell.send((dish, thread::current().id())).unwrap();
        queue.at(now + Duration::from_millis(delay), done);
    }
    drop((tell, end));
    let mut threads = HashSet::new();
    for (dish, thread) in told {
        println!("done: {dish}");
        threads.insert(thread);
    }
    println!("threads that called: {}", threads.len());
    // ANCHOR_END: order

    // ANCHOR: end
    queue.after(HOUR, || println!("never printed"));
    drop(queue);
    println!("the queue is gone");
    // ANCHOR_END: end
    Ok(())
}
