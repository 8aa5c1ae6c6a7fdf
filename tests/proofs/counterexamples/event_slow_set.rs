use std::thread;
use std::time::Instant;

use super::module::Event;

pub fn main() {
    let event = Event::new();
    facade::show!(event);
    thread::scope(|scope| {
        scope.spawn(|| event.wait());
        scope.spawn(|| event.set());
        scope.spawn(|| {
            if event.is_set() {
                event.clear();
                let released = event.wait_deadline(Instant::now());
                assert!(!released, "released by a set that is undone");
            }
        });
    });
}
