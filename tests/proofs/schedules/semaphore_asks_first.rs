use std::thread;

use threading::Semaphore;

pub fn main() {
    let permits = Semaphore::new(1);
    facade::show!(permits);
    thread::scope(|scope| {
        scope.spawn(|| {
            if permits.value() > 0 {
                let _permit = permits.acquire();
            }
        });
        scope.spawn(|| {
            let _permit = permits.acquire();
        });
    });
}
