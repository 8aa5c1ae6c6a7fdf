use std::thread;

use super::module::Semaphore;

pub fn main() {
    let semaphore = Semaphore::new(0);
    facade::show!(semaphore);
    thread::scope(|scope| {
        scope.spawn(|| drop(semaphore.acquire()));
        scope.spawn(|| semaphore.release().unwrap());
    });
}
