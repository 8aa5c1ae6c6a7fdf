use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use threading::Event;

pub fn main() {
    let orders = AtomicU32::new(0);
    let news = Event::new();
    facade::show!(orders, news);
    thread::scope(|scope| {
        scope.spawn(|| {
            news.clear();
            while orders.load(Ordering::Relaxed) == 0 {
                news.wait();
                news.clear();
            }
        });
        scope.spawn(|| {
            orders.store(1, Ordering::Relaxed);
            news.set();
        });
    });
}
