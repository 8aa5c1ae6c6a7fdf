//! `std::time`, with a clock that goes on when the model says so.
//!
//! A model that wants time-outs to happen lets a thread call [`time_passes`].
//! The checker runs that thread at every moment, so every wait is tried with
//! its time up before, during and after whatever else happens.

use std::cell::{Cell, RefCell};
use std::ops::Add;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
pub use std::time::*;

use crate::checker::sync::Condvar;
use crate::lazy::Lazy;
use crate::parker::Parker;

/// A moment. There are two: before and after [`time_passes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(bool);

struct Clock {
    now: Cell<bool>,
    /// Who waits for time to pass.
    sleepers: RefCell<Vec<Rc<Parker>>>,
    /// Tells the checker that the clock is used. Unlike a mutex it orders no
    /// memory: to look at a clock does not, either.
    used: Condvar,
}

static CLOCK: Lazy<Clock> = Lazy::new();

fn clock() -> &'static Clock {
    let clock = CLOCK.get(|| Clock {
        now: Cell::new(false),
        sleepers: RefCell::default(),
        used: Condvar::new(),
    });
    if WATCHED.load(Ordering::Relaxed) {
        clock.used.notify_one();
    }
    clock
}

/// Whether the checker is told of each use of the clock. It tries far fewer
/// orders if it is not.
static WATCHED: AtomicBool = AtomicBool::new(true);

/// Whether [`time_passes`] was called.
static PASSES: AtomicBool = AtomicBool::new(false);

/// Tells the checker of the clock from now on if `first` lets time pass.
///
/// In a model without [`time_passes`] it does not matter when a thread reads
/// the clock.
#[cfg(loom)]
pub(crate) fn watch_if_it_passes(first: impl FnOnce()) {
    WATCHED.store(false, Ordering::Relaxed);
    PASSES.store(false, Ordering::Relaxed);
    first();
    WATCHED.store(PASSES.load(Ordering::Relaxed), Ordering::Relaxed);
}

/// Lets so much time pass that every deadline is over, of those who wait and
/// of those who will.
pub fn time_passes() {
    PASSES.store(true, Ordering::Relaxed);
    let clock = clock();
    clock.now.set(true);
    for parker in clock.sleepers.take() {
        parker.unpark();
    }
}

impl Instant {
    /// Now.
    pub fn now() -> Self {
        let clock = clock();
        crate::tell("reads the clock");
        Instant(clock.now.get())
    }

    /// The later moment, unless the duration is zero; a thousand years are
    /// more than the clock can hold.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        match duration.as_secs() {
            0 if duration.is_zero() => Some(self),
            0..30_000_000_000 => Some(Instant(true)),
            _ => None,
        }
    }

    /// A second from the first moment to the second.
    pub fn duration_since(self, earlier: Self) -> Duration {
        self.saturating_duration_since(earlier)
    }

    /// A second from the first moment to the second.
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        Duration::from_secs((self > earlier).into())
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        match self.checked_add(duration) {
            Some(instant) => instant,
            None => panic!("overflow when adding duration to instant"),
        }
    }
}

/// Parks until somebody unparks, or until `deadline`.
pub(crate) fn park_until(parker: &Rc<Parker>, deadline: Option<Instant>) {
    let Some(deadline) = deadline else {
        parker.park();
        return;
    };
    let clock = clock();
    crate::tell("reads the clock");
    if Instant(clock.now.get()) < deadline {
        clock.sleepers.borrow_mut().push(Rc::clone(parker));
        parker.park();
        let other = |sleeper: &Rc<Parker>| !Rc::ptr_eq(sleeper, parker);
        clock.sleepers.borrow_mut().retain(other);
    }
}
