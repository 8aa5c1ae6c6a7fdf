use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

pub fn main() {
    let balance = AtomicU32::new(100);
    facade::show!(balance);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let seen = balance.load(Ordering::Relaxed);
                balance.store(seen + 10, Ordering::Relaxed);
            });
        }
    });
    println!("{}", balance.load(Ordering::Relaxed));
}
