use std::thread;

use threading::Semaphore;

pub fn main() {
    let permits = Semaphore::new(2);
    facade::show!(permits);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let _permit = permits.acquire();
            });
        }
    });
}
