//! Twelve workers, and a disk that serves three readers well.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use threading::BoundedSemaphore;

const WORKERS: usize = 12;
const LIMIT: usize = 3;

// ANCHOR: disk
/// Counts its readers, and remembers the highest number it has seen.
#[derive(Default)]
struct Disk {
    readers: AtomicUsize,
    highest: AtomicUsize,
}

impl Disk {
    /// Reads until `others` says that enough others read too.
    fn read(&self, others: &Barrier) {
        let readers = self.readers.fetch_add(1, Ordering::Relaxed) + 1;
        self.highest.fetch_max(readers, Ordering::Relaxed);
        others.wait();
        self.readers.fetch_sub(1, Ordering::Relaxed);
    }
}
// ANCHOR_END: disk

// ANCHOR: crowd
fn without_a_semaphore() -> usize {
    let disk = Disk::default();
    let all_read = Barrier::new(WORKERS);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| disk.read(&all_read));
        }
    });
    disk.highest.into_inner()
}
// ANCHOR_END: crowd

// ANCHOR: smallest
fn with_a_semaphore() -> usize {
    let disk = Disk::default();
    let three_read = Barrier::new(LIMIT);
    let semaphore = BoundedSemaphore::new(LIMIT);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let _permit = semaphore.acquire();
                disk.read(&three_read);
            });
        }
    });
    disk.highest.into_inner()
}
// ANCHOR_END: smallest

fn main() {
    println!("{WORKERS} workers read, at most {LIMIT} should do so at a time");
    println!("without a semaphore: {}", without_a_semaphore());
    println!("with a semaphore:    {}", with_a_semaphore());
}
