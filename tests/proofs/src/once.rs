//! `std::sync::OnceLock`, for what the modules use of it.

use std::cell::UnsafeCell;

use crate::{Condvar, Mutex};

/// `std::sync::OnceLock`.
pub struct OnceLock<T> {
    value: UnsafeCell<Option<T>>,
    is_set: Mutex<bool>,
    changed: Condvar,
}

// SAFETY: `value` is written once, before `is_set`, with the mutex held, and
// read only by those who have seen that with the mutex held.
unsafe impl<T: Send + Sync> Sync for OnceLock<T> {}

impl<T> OnceLock<T> {
    /// Creates an empty one.
    #[allow(clippy::new_without_default, reason = "no module needs it")]
    pub const fn new() -> Self {
        OnceLock {
            value: UnsafeCell::new(None),
            is_set: Mutex::new(false),
            changed: Condvar::new(),
        }
    }

    /// Sets the value, the first time.
    ///
    /// # Errors
    ///
    /// `value`, if there is one already.
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut is_set = self.is_set.lock();
        if *is_set {
            return Err(value);
        }
        // SAFETY: nobody reads it yet, see above.
        unsafe { *self.value.get() = Some(value) };
        *is_set = true;
        self.changed.notify_all();
        Ok(())
    }

    /// Waits until it is set.
    pub fn wait(&self) -> &T {
        let mut is_set = self.is_set.lock();
        self.changed.wait_while(&mut is_set, |is_set| !*is_set);
        // SAFETY: nobody writes it any more, see above.
        match unsafe { &*self.value.get() } {
            Some(value) => value,
            None => unreachable!("it is set"),
        }
    }
}
