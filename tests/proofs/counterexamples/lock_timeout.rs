use std::thread;
use std::time::{self, Duration};

use super::module::Lock;

pub fn main() {
    let lock = Lock::new(());
    facade::show!(lock);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| drop(lock.acquire()));
        }
        scope.spawn(|| drop(lock.acquire_timeout(Duration::from_secs(1))));
        scope.spawn(|| time::time_passes());
    });
}
