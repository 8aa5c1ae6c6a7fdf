use std::thread;

use threading::Event;

pub fn main() {
    let door = Event::new();
    facade::show!(door);
    thread::scope(|scope| {
        scope.spawn(|| door.wait());
        door.set();
        door.clear();
    });
}
