use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

pub fn main() {
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| while !is_done.load(Ordering::Relaxed) {});
        is_done.store(true, Ordering::Relaxed);
    });
}
