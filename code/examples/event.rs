//! One set releases five workers, and everybody who comes later.

use std::sync::OnceLock;
use std::thread;

use threading::Event;

// ANCHOR: smallest
fn main() {
    let settings = OnceLock::new();
    let loaded = Event::new();

    thread::scope(|scope| {
        for worker in 0..5 {
            let (settings, loaded) = (&settings, &loaded);
            scope.spawn(move || {
                loaded.wait();
                let port = settings.get().unwrap();
                println!("worker {worker} starts on port {port}");
            });
        }

        println!("main: loading the settings");
        settings.set(8080).unwrap();
        loaded.set();
    });

    loaded.wait();
    println!("main: a late wait returns at once");
}
// ANCHOR_END: smallest
