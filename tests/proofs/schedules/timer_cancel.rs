use std::thread;
use std::time::{self, Duration, Instant};

use threading::Alarm;

pub fn main() {
    let alarm = Alarm::new();
    facade::show!(alarm);
    alarm.set(Instant::now().checked_add(Duration::from_secs(1)));
    thread::scope(|scope| {
        scope.spawn(|| {
            alarm.run(|| {
                println!("the first line");
                println!("the last line");
            })
        });
        scope.spawn(|| time::time_passes());
        match alarm.cancel() {
            Ok(()) => println!("in time"),
            Err(_) => println!("too late, and the log is closed"),
        }
    });
}
