use std::thread;

use threading::Event;

pub fn main() {
    let door = Event::new();
    facade::show!(door);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| door.wait());
        }
        door.set();
        door.wait();
        door.clear();
    });
}
