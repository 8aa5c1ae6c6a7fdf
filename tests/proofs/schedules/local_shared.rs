use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

pub fn main() {
    let order = AtomicU32::new(0);
    facade::show!(order);
    thread::scope(|scope| {
        for number in [33, 44] {
            let order = &order;
            scope.spawn(move || {
                order.store(number, Ordering::Relaxed);
                println!("{}", order.load(Ordering::Relaxed));
            });
        }
    });
}
