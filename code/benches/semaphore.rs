//! Permits taken and given back: `Semaphore` against tokio, async-lock,
//! std-semaphore, the C library's semaphore, and a plain one.

mod support;

use std::hint::{self, black_box};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_lock::{Semaphore as AsyncLock, SemaphoreGuard};
use criterion::Criterion;
use parking_lot::{Condvar, Mutex};
use std_semaphore::Semaphore as StdSemaphore;
use support::{
    Apart, Ratio, Surroundings, compare_in, cpu_time, criterion, time,
    time_alike, time_pairs,
};
use threading::Semaphore;
use tokio::sync::{Semaphore as Tokio, SemaphorePermit};

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

/// Asked first, and awaited only if there is no permit: a thread that has to
/// wait needs something to drive the future, which is pollster here.
///
/// The only fair one here: a permit goes to the thread that has waited longest.
impl Permits for Tokio {
    fn new(permits: usize) -> Self {
        Tokio::new(permits)
    }

    fn acquire(&self) {
        take(self).forget();
    }

    fn release(&self) {
        self.add_permits(1);
    }

    fn hold(&self) {
        drop(take(self));
    }
}

fn take(semaphore: &Tokio) -> SemaphorePermit<'_> {
    let wait = |_| pollster::block_on(semaphore.acquire()).unwrap();
    semaphore.try_acquire().unwrap_or_else(wait)
}

/// Asked first as well; it brings its own way to block.
impl Permits for AsyncLock {
    fn new(permits: usize) -> Self {
        AsyncLock::new(permits)
    }

    fn acquire(&self) {
        take_of_async_lock(self).forget();
    }

    fn release(&self) {
        self.add_permits(1);
    }

    fn hold(&self) {
        drop(take_of_async_lock(self));
    }
}

fn take_of_async_lock(semaphore: &AsyncLock) -> SemaphoreGuard<'_> {
    let wait = || semaphore.acquire_blocking();
    semaphore.try_acquire().unwrap_or_else(wait)
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
    /// Whether a thread may have to wait: then a future has to be driven.
    const WAITS: bool = true;

    fn time<P: Permits>(&self, operations: u64) -> Duration;
}

/// One thread takes a free permit and gives it back.
struct Alone;

impl Operation for Alone {
    const WAITS: bool = false;

    fn time<P: Permits>(&self, operations: u64) -> Duration {
        let semaphore = P::new(1);
        time(operations, || black_box(&semaphore).hold())
    }
}

/// Several threads take and give back permits as often as they can.
///
/// With one permit this has two states: one thread runs ahead of the others,
/// at the price of `Alone`, or they alternate, which costs several times as
/// much. No semaphore here but tokio's chooses, because none is fair. The
/// states last for many operations, so a run may compare one with the other.
/// `InTurn` has the second state alone.
struct Contended {
    threads: usize,
    permits: usize,
}

impl Operation for Contended {
    fn time<P: Permits>(&self, operations: u64) -> Duration {
        let semaphore = Apart(P::new(self.permits));
        time_alike(operations, self.threads, || semaphore.0.hold())
    }
}

/// Two threads must take the only permit in turn. The other one's turn begins
/// while the permit is still taken, so it often has to wait.
struct InTurn;

impl Operation for InTurn {
    fn time<P: Permits>(&self, operations: u64) -> Duration {
        let new = || Apart((P::new(1), Apart(AtomicBool::new(false))));
        time_pairs(operations, 2, new, |Apart((semaphore, turn)), side| {
            while turn.0.load(Ordering::Acquire) != side {
                hint::spin_loop();
            }
            semaphore.acquire();
            turn.0.store(!side, Ordering::Release);
            semaphore.release();
        })
    }
}

/// As `Contended`, but measured is how long the cores are busy with it.
struct Busy {
    threads: usize,
    permits: usize,
}

impl Operation for Busy {
    fn time<P: Permits>(&self, operations: u64) -> Duration {
        let semaphore = Apart(P::new(self.permits));
        let hold = || semaphore.0.hold();
        cpu_time::of_alike(operations, self.threads, hold)
    }
}

/// Two threads wake each other in turn, each by the other's semaphore, or 64
/// do so in pairs.
struct RoundTrips {
    threads: usize,
}

impl Operation for RoundTrips {
    fn time<P: Permits>(&self, operations: u64) -> Duration {
        let semaphores = || [P::new(1), P::new(0)];
        time_pairs(operations, self.threads, semaphores, |both, side| {
            both[usize::from(side)].acquire();
            both[usize::from(!side)].release();
        })
    }
}

/// One thread waits long for a permit. Measured is not how long, but how
/// much of that time a core was busy with it.
struct LongWait;

impl Operation for LongWait {
    fn time<P: Permits>(&self, operations: u64) -> Duration {
        let semaphore = P::new(0);
        let (wait, wake) = (|| semaphore.acquire(), || semaphore.release());
        cpu_time::long_waits(operations, wait, wake)
    }
}

fn against<P: Permits>(
    around: Surroundings,
    criterion: &mut Criterion<Ratio>,
    group: &str,
    operation: &impl Operation,
    peer: &str,
) {
    let ours = |n| operation.time::<Semaphore>(n);
    let theirs = |n| operation.time::<P>(n);
    compare_in(around, criterion, group, peer, ours, theirs);
}

/// Measures ours against each of the others.
fn compare_all<O: Operation>(
    around: Surroundings,
    c: &mut Criterion<Ratio>,
    group: &str,
    o: &O,
) {
    let driver = if O::WAITS { ", pollster" } else { "" };
    let tokio = format!("tokio::sync::Semaphore{driver}");
    against::<Tokio>(around, c, group, o, &tokio);
    against::<AsyncLock>(around, c, group, o, "async_lock::Semaphore");
    against::<StdSemaphore>(around, c, group, o, "std_semaphore::Semaphore");
    against::<PlainSemaphore>(around, c, group, o, "a plain mutex and condvar");
    #[cfg(target_os = "linux")]
    against::<posix::Posix>(around, c, group, o, "sem_t of the C library");
}

fn main() {
    let mut criterion = criterion();
    let c = &mut criterion;
    let quiet = Surroundings::Quiet;
    compare_all(quiet, c, "semaphore, 1 thread", &Alone);
    for around in Surroundings::all() {
        let threads = around.threads(2);
        let group = around.name("semaphore, 1 permit", 2);
        compare_all(
            around,
            c,
            &group,
            &Contended {
                threads,
                permits: 1,
            },
        );
    }
    compare_all(quiet, c, "semaphore, 1 permit, 2 threads in turn", &InTurn);
    for (threads, permits) in [(4, 2), (4, 1)] {
        let unit = if permits == 1 { "permit" } else { "permits" };
        let group = format!("semaphore, {permits} {unit}, {threads} threads");
        compare_all(quiet, c, &group, &Contended { threads, permits });
    }
    for around in Surroundings::all() {
        let threads = around.threads(2);
        let group = around.name("semaphore, round trips", 2);
        compare_all(around, c, &group, &RoundTrips { threads });
    }
    if cpu_time::can_measure() {
        let group = "semaphore, CPU time of a long wait";
        compare_all(quiet, c, group, &LongWait);
        let group = "semaphore, 1 permit, CPU time, 4 threads";
        let (threads, permits) = (4, 1);
        compare_all(quiet, c, group, &Busy { threads, permits });
    }
    criterion.final_summary();
}
