use std::thread;
use std::time::{self, Duration};

use threading::Timer;

pub fn main() {
    let write = || {
        println!("the first line");
        println!("the last line");
    };
    let timer = Timer::new(Duration::from_secs(1), write);
    let timer = timer.start().unwrap();
    thread::spawn(|| time::time_passes());
    match timer.cancel() {
        Ok(()) => println!("in time"),
        Err(_) => println!("too late, and the log is closed"),
    }
    timer.join().unwrap();
}
