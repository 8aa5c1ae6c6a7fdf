use std::thread;
use std::time::{self, Duration};

use threading::Timer;

pub fn main() {
    let ring = || println!("it rings");
    let timer = Timer::new(Duration::from_secs(1), ring);
    let timer = timer.start().unwrap();
    thread::spawn(|| time::time_passes());
    match timer.cancel() {
        Ok(()) => println!("in time"),
        Err(_) => println!("too late"),
    }
    timer.join().unwrap();
}
