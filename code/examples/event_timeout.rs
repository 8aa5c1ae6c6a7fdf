//! Waiting with a timeout, clearing, and a worker that can be stopped.

use std::thread;
use std::time::{Duration, Instant};

use threading::Event;

const PATIENCE: Duration = Duration::from_millis(20);

// ANCHOR: ask
fn ask(loaded: &Event) {
    let start = Instant::now();
    let in_time = loaded.wait_timeout(PATIENCE);
    let state = if loaded.is_set() { "set" } else { "clear" };
    match in_time {
        true => println!("  {state}: released"),
        false if start.elapsed() < PATIENCE => println!("  {state}: early"),
        false => println!("  {state}: gave up after {PATIENCE:?}"),
    }
}
// ANCHOR_END: ask

// ANCHOR: heartbeat
fn heart(stop: &Event, three_beats: &Event) {
    let pause = Duration::from_millis(5);
    let mut beats = 0;
    while !stop.wait_timeout(pause) {
        beats += 1;
        if beats == 3 {
            three_beats.set();
        }
    }
}
// ANCHOR_END: heartbeat

fn main() {
    // ANCHOR: asked
    let loaded = Event::new();
    println!("a new event");
    ask(&loaded);

    println!("after set");
    loaded.set();
    ask(&loaded);

    println!("after clear");
    loaded.clear();
    ask(&loaded);
    // ANCHOR_END: asked

    // ANCHOR: stop
    let (stop, three_beats) = (Event::new(), Event::new());
    thread::scope(|scope| {
        scope.spawn(|| heart(&stop, &three_beats));
        three_beats.wait();
        println!("the heart has beaten three times");
        stop.set();
    });
    println!("the heart has stopped");
    // ANCHOR_END: stop
}
