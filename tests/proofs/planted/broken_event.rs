use std::thread;

use super::super::event::Event;

pub fn main() {
    let door = Event::new();
    thread::scope(|scope| {
        scope.spawn(|| door.wait());
        door.set();
    });
}
