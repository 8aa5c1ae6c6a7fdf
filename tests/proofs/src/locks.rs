//! What the modules use of the locks of `std`: `Mutex`, `Condvar`, `LazyLock`.
//!
//! They are parking_lot's below, and never poisoned.

use std::ops::Deref;
use std::sync::LockResult;

pub use crate::MutexGuard;
use crate::lazy::Lazy;
use crate::time::Duration;

/// `std::sync::Mutex`.
#[derive(Default)]
pub struct Mutex<T: ?Sized>(crate::Mutex<T>);

#[allow(
    clippy::missing_errors_doc,
    missing_docs,
    reason = "they are std's, and never fail"
)]
impl<T> Mutex<T> {
    pub const fn new(value: T) -> Self {
        Mutex(crate::Mutex::new(value))
    }

    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        Ok(self.0.lock())
    }
}

/// `std::sync::Condvar`.
#[derive(Default)]
pub struct Condvar(crate::Condvar);

#[allow(
    clippy::missing_errors_doc,
    missing_docs,
    reason = "they are std's, and never fail"
)]
impl Condvar {
    pub const fn new() -> Self {
        Condvar(crate::Condvar::new())
    }

    pub fn wait<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
    ) -> LockResult<MutexGuard<'a, T>> {
        self.0.wait(&mut guard);
        Ok(guard)
    }

    /// Tells whether the time was up as a plain `bool`.
    pub fn wait_timeout<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let timed_out = self.0.wait_for(&mut guard, timeout).timed_out();
        Ok((guard, timed_out))
    }

    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// `std::sync::LazyLock`, made anew in each execution.
pub struct LazyLock<T> {
    value: Lazy<T>,
    make: fn() -> T,
}

impl<T> LazyLock<T> {
    /// A value that `make` makes on first use.
    pub const fn new(make: fn() -> T) -> Self {
        let value = Lazy::new();
        LazyLock { value, make }
    }
}

impl<T> Deref for LazyLock<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.get(self.make)
    }
}
