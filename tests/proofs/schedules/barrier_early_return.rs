use std::thread;

use threading::Barrier;

pub fn main() {
    let meeting = Barrier::new(3).unwrap();
    facade::show!(meeting);
    thread::scope(|scope| {
        scope.spawn(|| meeting.wait().unwrap());
        scope.spawn(|| println!("nothing to do"));
        meeting.wait().unwrap();
    });
}
