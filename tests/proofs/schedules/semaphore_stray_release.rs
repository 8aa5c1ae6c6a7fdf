use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use threading::Semaphore;

pub fn main() {
    let permits = Semaphore::new(1);
    let inside = AtomicU32::new(0);
    facade::show!(permits, inside);
    thread::scope(|scope| {
        let visit = || {
            let _permit = permits.acquire();
            let others = inside.fetch_add(1, Ordering::Relaxed);
            assert!(others == 0, "two are inside");
            inside.fetch_sub(1, Ordering::Relaxed);
        };
        scope.spawn(visit);
        scope.spawn(|| permits.release().unwrap());
        scope.spawn(visit);
    });
}
