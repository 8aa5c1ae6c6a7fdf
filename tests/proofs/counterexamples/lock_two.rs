use std::thread;

use super::module::Lock;

pub fn main() {
    let lock = Lock::new(());
    facade::show!(lock);
    thread::scope(|scope| {
        scope.spawn(|| drop(lock.acquire()));
        scope.spawn(|| drop(lock.acquire()));
    });
}
