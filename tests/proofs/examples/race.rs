//! A planted data race: ThreadSanitizer must report it.
//!
//! `cargo book check --long` runs this program and expects that it fails. If
//! it does not, the clean runs of the primitives mean nothing.

use std::cell::UnsafeCell;
use std::thread;

use threading::{Event, Lock};

/// A number that two threads change, and that nothing protects.
struct Bare(UnsafeCell<u32>);

// SAFETY: none. This is the bug.
unsafe impl Sync for Bare {}

impl Bare {
    fn change(&self) {
        // SAFETY: none. Only one of the two threads takes the lock.
        unsafe { *self.0.get() += 1 };
    }
}

static NUMBER: Bare = Bare(UnsafeCell::new(0));
static LOCK: Lock = Lock::new(());
static START: Event = Event::new();

fn main() {
    let other = thread::spawn(|| {
        START.wait();
        NUMBER.change();
    });
    START.set();
    let guard = LOCK.acquire();
    NUMBER.change();
    drop(guard);
    other.join().expect("to change a number");
    println!("two threads changed a number, and one of them had no lock");
}
