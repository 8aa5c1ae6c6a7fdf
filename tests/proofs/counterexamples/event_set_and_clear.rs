use std::thread;

use super::module::Event;

pub fn main() {
    let event = Event::new();
    facade::show!(event);
    thread::scope(|scope| {
        scope.spawn(|| event.wait());
        scope.spawn(|| {
            event.set();
            event.clear();
        });
    });
}
