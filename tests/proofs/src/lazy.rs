//! Objects of the checker behind constructors that are `const`.

use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the executions, so that a `static` starts anew in each.
static EXECUTION: AtomicU64 = AtomicU64::new(0);

/// Begins an execution: what was made in an earlier one is not used again.
pub(crate) fn next_execution() {
    EXECUTION.fetch_add(1, Ordering::Relaxed);
}

/// The number of the current execution.
pub(crate) fn execution() -> u64 {
    EXECUTION.load(Ordering::Relaxed)
}

/// A value that is made on first use in an execution.
///
/// loom demands that the first use of an atomic happens before all others.
/// That is what a model sees to when it touches its primitives before it
/// starts threads.
pub(crate) struct Lazy<T> {
    execution: Cell<u64>,
    value: UnsafeCell<Option<T>>,
}

// SAFETY: a checker runs all its threads on one thread of the system, one at
// a time, and changes between them only inside calls to it. No such call is
// made while `value` is borrowed mutably.
unsafe impl<T> Sync for Lazy<T> {}
// SAFETY: as above.
unsafe impl<T> Send for Lazy<T> {}

impl<T> Lazy<T> {
    pub(crate) const fn new() -> Self {
        Lazy {
            execution: Cell::new(0),
            value: UnsafeCell::new(None),
        }
    }

    pub(crate) fn get(&self, make: impl FnOnce() -> T) -> &T {
        if self.execution.get() != execution() {
            // Another thread may run in here, and make one, too.
            let value = make();
            if self.execution.replace(execution()) != execution() {
                // SAFETY: no thread holds a reference from an earlier
                // execution, and none has got one of this execution yet.
                unsafe { *self.value.get() = Some(value) };
            }
        }
        // SAFETY: it is changed once an execution, by the first to come.
        match unsafe { &*self.value.get() } {
            Some(value) => value,
            None => unreachable!("it was made above"),
        }
    }

    /// The value, if it was made in this execution; it is not there any more
    /// afterwards.
    pub(crate) fn take(&mut self) -> Option<T> {
        let made = self.execution.replace(0) == execution();
        self.value.get_mut().take().filter(|_| made)
    }
}
