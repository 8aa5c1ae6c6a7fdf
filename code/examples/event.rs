//! One set releases five clients, and every thread that comes later.

use std::thread;

use threading::Event;

// ANCHOR: smallest
fn main() {
    let start = Event::new();

    thread::scope(|scope| {
        for client in 0..5 {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                println!("client {client} sends its first request");
            });
        }

        println!("main: all clients, go");
        start.set();
    });

    start.wait();
    println!("main: a late wait returns at once");
}
// ANCHOR_END: smallest
