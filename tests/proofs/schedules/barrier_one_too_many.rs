use std::thread;

use threading::Barrier;

pub fn main() {
    let meeting = Barrier::new(2).unwrap();
    facade::show!(meeting);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| meeting.wait().unwrap());
        }
    });
}
