//! A bounded buffer: one lock, and a condition for each thing to wait for.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;

use threading::{Condition, Lock};

const PLACES: usize = 2;

// ANCHOR: buffer
struct Buffer {
    not_full: Condition<Arc<Lock<VecDeque<u32>>>>,
    not_empty: Condition<Arc<Lock<VecDeque<u32>>>>,
}

impl Buffer {
    fn put(&self, item: u32) {
        let mut items = self.not_full.acquire();
        let not_full = |items: &VecDeque<_>| items.len() < PLACES;
        self.not_full.wait_for(&mut items, not_full);
        items.push_back(item);
        self.not_empty.notify_one(&items);
    }

    fn take(&self) -> u32 {
        let mut items = self.not_empty.acquire();
        let not_empty = |items: &VecDeque<_>| !items.is_empty();
        self.not_empty.wait_for(&mut items, not_empty);
        let item = items.pop_front().expect("the wait was for an item");
        self.not_full.notify_one(&items);
        item
    }
}
// ANCHOR_END: buffer

fn main() {
    let items = Arc::new(Lock::new(VecDeque::new()));
    let buffer = Buffer {
        not_full: Condition::new(Arc::clone(&items)),
        not_empty: Condition::new(Arc::clone(&items)),
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            for item in 1..=5 {
                buffer.put(item);
            }
        });
        for _ in 1..=5 {
            println!("took {}", buffer.take());
        }
    });
    println!("left: {}", items.acquire().len());
}
