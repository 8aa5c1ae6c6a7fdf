//! Permits taken and given back: `Semaphore` against tokio, async-lock,
//! std-semaphore, the C library's semaphore, and a plain one.

mod support;
#[path = "support/waits.rs"]
mod waits;

use std::hint::black_box;
use std::time::Duration;

use async_lock::Semaphore as AsyncLock;
use criterion::Criterion;
use parking_lot::{Condvar, Mutex};
use std_semaphore::Semaphore as StdSemaphore;
use support::{Cores, Ratio, can_pin, compare, criterion, time, time_threads};
use threading::Semaphore;
use tokio::sync::Semaphore as Tokio;

/// What each subject can do.
trait Permits: Sync {
    fn new(permits: usize) -> Self;
    fn acquire(&self);
    fn release(&self);

    /// Takes a permit, and gives it back as its users usually do.
    fn hold(&self) {
        self.acquire();
        self.release();
    }
}

impl Permits for Semaphore {
    fn new(permits: usize) -> Self {
        Semaphore::new(permits)
    }

    fn acquire(&self) {
        self.acquire_by_hand();
    }

    fn release(&self) {
        Semaphore::release(self).unwrap();
    }

    fn hold(&self) {
        drop(Semaphore::acquire(self));
    }
}

/// A semaphore as it is usually written: everything behind one mutex.
struct PlainSemaphore {
    permits: Mutex<usize>,
    released: Condvar,
}

impl Permits for PlainSemaphore {
    fn new(permits: usize) -> Self {
        PlainSemaphore {
            permits: Mutex::new(permits),
            released: Condvar::new(),
        }
    }

    fn acquire(&self) {
        let mut permits = self.permits.lock();
        while *permits == 0 {
            self.released.wait(&mut permits);
        }
        *permits -= 1;
    }

    fn release(&self) {
        let mut permits = self.permits.lock();
        *permits += 1;
        self.released.notify_one();
    }
}

impl Permits for Tokio {
    fn new(permits: usize) -> Self {
        Tokio::new(permits)
    }

    fn acquire(&self) {
        let acquire = Tokio::acquire(self);
        pollster::block_on(acquire).unwrap().forget();
    }

    fn release(&self) {
        self.add_permits(1);
    }

    fn hold(&self) {
        let acquire = Tokio::acquire(self);
        drop(pollster::block_on(acquire).unwrap());
    }
}

impl Permits for AsyncLock {
    fn new(permits: usize) -> Self {
        AsyncLock::new(permits)
    }

    fn acquire(&self) {
        self.acquire_blocking().forget();
    }

    fn release(&self) {
        self.add_permits(1);
    }

    fn hold(&self) {
        drop(self.acquire_blocking());
    }
}

impl Permits for StdSemaphore {
    fn new(permits: usize) -> Self {
        StdSemaphore::new(permits.try_into().unwrap())
    }

    fn acquire(&self) {
        StdSemaphore::acquire(self);
    }

    fn release(&self) {
        StdSemaphore::release(self);
    }

    fn hold(&self) {
        drop(self.access());
    }
}

#[cfg(target_os = "linux")]
mod posix {
    use std::cell::UnsafeCell;
    use std::mem::MaybeUninit;

    use super::Permits;

    /// The C library's `sem_t`, which must not move.
    pub struct Posix(Box<UnsafeCell<MaybeUninit<libc::sem_t>>>);

    // SAFETY: a `sem_t` is made to be used by several threads at once.
    unsafe impl Sync for Posix {}

    impl Posix {
        fn sem(&self) -> *mut libc::sem_t {
            self.0.get().cast()
        }
    }

    impl Permits for Posix {
        fn new(permits: usize) -> Self {
            let posix = Posix(Box::new(UnsafeCell::new(MaybeUninit::uninit())));
            let permits = permits.try_into().unwrap();
            // SAFETY: there is room for a `sem_t` at that place.
            assert_eq!(unsafe { libc::sem_init(posix.sem(), 0, permits) }, 0);
            posix
        }

        fn acquire(&self) {
            // SAFETY: `new` has made it.
            assert_eq!(unsafe { libc::sem_wait(self.sem()) }, 0);
        }

        fn release(&self) {
            // SAFETY: `new` has made it.
            assert_eq!(unsafe { libc::sem_post(self.sem()) }, 0);
        }
    }

    impl Drop for Posix {
        fn drop(&mut self) {
            // SAFETY: `new` has made it, and nobody borrows it any more.
            unsafe { libc::sem_destroy(self.sem()) };
        }
    }
}

/// What is measured, with a semaphore of any kind.
trait Operation {
    fn time<P: Permits>(&self, operations: u64) -> Duration;
}

/// One thread takes a free permit and gives it back.
struct Alone;

impl Operation for Alone {
    fn time<P: Permits>(&self, operations: u64) -> Duration {
        let semaphore = P::new(1);
        time(operations, || black_box(&semaphore).hold())
    }
}

/// Several threads take and give back permits as often as they can.
struct Contended {
    threads: usize,
    permits: usize,
}

impl Operation for Contended {
    fn time<P: Permits>(&self, operations: u64) -> Duration {
        let semaphore = P::new(self.permits);
        let hold = || semaphore.hold();
        let workers = (0..self.threads).map(|_| hold).collect();
        time_threads(operations, Cores::Any, workers)
    }
}

/// Two threads wake each other in turn, each by the other's semaphore.
struct RoundTrip(Cores);

impl Operation for RoundTrip {
    fn time<P: Permits>(&self, operations: u64) -> Duration {
        let (ping, pong) = (P::new(1), P::new(0));
        let workers = [(&ping, &pong), (&pong, &ping)].map(|(mine, other)| {
            move || {
                mine.acquire();
                other.release();
            }
        });
        time_threads(operations, self.0, workers.into())
    }
}

/// One thread waits long for a permit. Measured is not how long, but how
/// much of that time a core was busy with it.
struct LongWait;

impl Operation for LongWait {
    fn time<P: Permits>(&self, operations: u64) -> Duration {
        let semaphore = P::new(0);
        let (wait, wake) = (|| semaphore.acquire(), || semaphore.release());
        waits::processor_time(operations, wait, wake)
    }
}

fn against<P: Permits>(
    criterion: &mut Criterion<Ratio>,
    group: &str,
    operation: &impl Operation,
    peer: &str,
) {
    let ours = |n| operation.time::<Semaphore>(n);
    compare(criterion, group, peer, ours, |n| operation.time::<P>(n));
}

/// Measures ours against each of the others.
fn compare_all(
    criterion: &mut Criterion<Ratio>,
    group: &str,
    operation: &impl Operation,
) {
    let c = criterion;
    against::<Tokio>(c, group, operation, "tokio::sync::Semaphore");
    against::<AsyncLock>(c, group, operation, "async_lock::Semaphore");
    against::<StdSemaphore>(c, group, operation, "std_semaphore::Semaphore");
    against::<PlainSemaphore>(c, group, operation, "a plain mutex and condvar");
    #[cfg(target_os = "linux")]
    against::<posix::Posix>(c, group, operation, "sem_t of the C library");
}

fn main() {
    let mut criterion = criterion();
    let c = &mut criterion;
    compare_all(c, "semaphore, 1 thread", &Alone);
    for (threads, permits) in [(2, 1), (4, 2), (4, 1)] {
        let group = format!("semaphore, {threads} threads for {permits}");
        compare_all(c, &group, &Contended { threads, permits });
    }
    compare_all(c, "semaphore, round trip", &RoundTrip(Cores::Any));
    if can_pin() {
        let group = "semaphore, round trip on one core";
        compare_all(c, group, &RoundTrip(Cores::One));
        let group = "semaphore, processor time of a long wait";
        compare_all(c, group, &LongWait);
    }
    criterion.final_summary();
}
