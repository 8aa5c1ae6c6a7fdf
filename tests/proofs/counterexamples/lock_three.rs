use std::thread;

use super::module::Lock;

pub fn main() {
    let lock = Lock::new(());
    facade::show!(lock);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| drop(lock.acquire()));
        }
    });
}
