use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

pub fn main() {
    let cancelled = AtomicBool::new(false);
    facade::show!(cancelled);
    thread::scope(|scope| {
        scope.spawn(|| {
            if !cancelled.load(Ordering::Acquire) {
                println!("the soup is done");
            }
        });
        cancelled.store(true, Ordering::Release);
        println!("cancelled");
    });
}
