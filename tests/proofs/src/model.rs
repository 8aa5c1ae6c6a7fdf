//! Runs a model under the checker, and counts the schedules.

#[cfg(not(loom))]
use std::cell::UnsafeCell;
use std::collections::BTreeSet;
use std::sync::Mutex;
#[cfg(not(recorder))]
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(not(recorder))]
use crate::{lazy, time};

/// What was seen in the schedules so far.
static SEEN: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());

/// Notes that something happened that does not happen in every schedule.
pub fn saw(what: &'static str) {
    if let Ok(mut seen) = SEEN.lock() {
        seen.insert(what);
    }
}

/// What was noted since the last call.
pub fn all_seen() -> BTreeSet<&'static str> {
    SEEN.lock()
        .map(|mut seen| std::mem::take(&mut *seen))
        .unwrap_or_default()
}

/// Shared data that no lock or atomic protects by itself.
///
/// loom fails the model if a thread uses it without having been told of what
/// the others did to it.
pub struct Data<T>(Access<T>);

#[cfg(loom)]
type Access<T> = loom::cell::UnsafeCell<T>;
#[cfg(not(loom))]
type Access<T> = UnsafeCell<T>;

// SAFETY: the checker runs one thread at a time, and no call below gives
// another one a turn.
unsafe impl<T> Sync for Data<T> {}
// SAFETY: as above.
unsafe impl<T> Send for Data<T> {}

impl<T: Copy> Data<T> {
    /// Must be called before the threads start that use it.
    pub fn new(value: T) -> Self {
        Data(Access::new(value))
    }

    /// A copy of the value.
    pub fn get(&self) -> T {
        #[cfg(loom)]
        // SAFETY: loom checks it.
        let value = self.0.with(|value| unsafe { *value });
        #[cfg(not(loom))]
        // SAFETY: see above.
        let value = unsafe { *self.0.get() };
        value
    }

    /// Changes the value.
    pub fn set(&self, new: T) {
        #[cfg(loom)]
        // SAFETY: loom checks it.
        self.0.with_mut(|value| unsafe { *value = new });
        #[cfg(not(loom))]
        // SAFETY: see above.
        unsafe {
            *self.0.get() = new;
        }
    }
}

/// Runs `model` in every order of its threads with up to `preemptions` switches
/// that no thread asked for, or in the first so many of these; returns how many
/// orders that were.
///
/// # Panics
///
/// If the model panics, deadlocks, or has a data race.
#[cfg(loom)]
pub fn check(
    model: fn(),
    preemptions: Option<usize>,
    first: Option<usize>,
) -> usize {
    static SCHEDULES: AtomicUsize = AtomicUsize::new(0);
    SCHEDULES.store(0, Ordering::Relaxed);
    time::watch_if_it_passes(|| {
        builder(preemptions, Some(1)).check(move || run(model));
    });
    builder(preemptions, first).check(move || {
        SCHEDULES.fetch_add(1, Ordering::Relaxed);
        run(model);
    });
    SCHEDULES.load(Ordering::Relaxed)
}

#[cfg(loom)]
fn builder(
    preemptions: Option<usize>,
    first: Option<usize>,
) -> loom::model::Builder {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions;
    builder.max_branches = 20_000;
    builder.max_permutations = first;
    if let Some(number) = first {
        builder.checkpoint_interval = number; // it looks no more often
    }
    builder
}

/// Runs `model` in many orders of its threads, or in so many: half of them
/// drawn at random, half of them by priorities that change a few times (PCT).
///
/// # Panics
///
/// If the model panics or deadlocks.
#[cfg(shuttle)]
pub fn check(model: fn(), _: Option<usize>, first: Option<usize>) -> usize {
    use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};

    const SEED: u64 = 0x5eed;
    const ALL: usize = 40_000;

    fn all(scheduler: impl Scheduler + 'static, model: fn()) -> usize {
        static SCHEDULES: AtomicUsize = AtomicUsize::new(0);
        SCHEDULES.store(0, Ordering::Relaxed);
        let mut config = shuttle::Config::new();
        config.stack_size = 0x20000;
        shuttle::Runner::new(scheduler, config).run(move || {
            SCHEDULES.fetch_add(1, Ordering::Relaxed);
            run(model);
        });
        SCHEDULES.load(Ordering::Relaxed)
    }

    let each = first.unwrap_or(ALL) / 2;
    let random = RandomScheduler::new_from_seed(SEED, each);
    let priorities = PctScheduler::new_from_seed(SEED, 3, each);
    all(random, model) + all(priorities, model)
}

#[cfg(not(recorder))]
fn run(model: fn()) {
    lazy::next_execution();
    // Here, so that the clock is made before the threads.
    let _ = time::Instant::now();
    model();
    crate::local::end_thread();
}

/// How many threads are parked in a queue of `parking_lot_core` right now.
pub fn parked() -> usize {
    crate::queue::len()
}

/// A mutex that the checker does not know.
pub use std::sync::Mutex as UncheckedMutex;

/// An `Arc` that the checker knows: what threads did before they dropped
/// theirs is known to the one that drops the last.
#[cfg(loom)]
pub use loom::sync::Arc as Shared;
#[cfg(not(loom))]
pub use std::sync::Arc as Shared;

/// A place in two or more threads of which the checker tries every order.
///
/// It orders no memory.
pub struct Point(crate::checker::sync::Condvar);

impl Point {
    /// Must be called in an execution.
    #[allow(clippy::new_without_default, reason = "it is no plain value")]
    pub fn new() -> Self {
        Point(crate::checker::sync::Condvar::new())
    }

    /// This thread comes to the place.
    pub fn pass(&self) {
        self.0.notify_one();
    }
}
