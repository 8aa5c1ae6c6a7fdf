use std::thread;

use threading::Semaphore;

pub fn main() {
    let permits = Semaphore::new(2);
    facade::show!(permits);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let _first = permits.acquire();
                let _second = permits.acquire();
            });
        }
    });
}
