use std::thread;

use threading::Barrier;

pub fn main() {
    let meeting = Barrier::new(3).unwrap();
    facade::show!(meeting);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| meeting.wait().unwrap());
        }
        meeting.wait().unwrap();
    });
}
