use std::thread;
use std::time::{self, Duration};

use super::module::Event;

pub fn main() {
    let event = Event::new();
    facade::show!(event);
    thread::scope(|scope| {
        scope.spawn(|| event.wait());
        scope.spawn(|| {
            let _ = event.wait_timeout(Duration::from_secs(1));
        });
        scope.spawn(|| event.set());
        scope.spawn(|| time::time_passes());
    });
}
