// ANCHOR: module
//! A mutual exclusion lock: one thread at a time touches the value inside.
//!
//! [`Lock`] is Python's `threading.Lock` with two additions.
//! It owns the value that it protects, and it hands out a guard that releases
//! the lock when it goes out of scope.
//!
//! Use [`Lock`] for a value that several threads change.
//! A neighbour may serve you better:
//! an atomic integer for a single counter, `parking_lot::RwLock` where many
//! threads read and few write, a channel where values change hands.
//!
//! The chapter that explains this file is `src/lock.md`.

use std::fmt;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};

// ANCHOR: types
/// A lock around a value of type `T`.
///
/// The lock is not reentrant: a thread that acquires it twice waits for
/// itself, forever.
/// Waiting threads sleep and use no processor time.
/// Which of them gets the lock next is not specified.
///
/// A panic does not poison the lock.
/// The guard of the panicking thread releases it, and the next owner finds
/// the value as the panic left it.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use threading::Lock;
///
/// let total = Lock::new(0);
/// thread::scope(|scope| {
///     for amount in 1..=4 {
///         let total = &total;
///         scope.spawn(move || *total.acquire() += amount);
///     }
/// });
/// assert_eq!(total.into_inner(), 10);
/// ```
///
/// # Differences from Python
///
/// - The value lives inside the lock, so no code can forget to acquire it.
/// - `with lock:` becomes a guard: the lock is released when the guard is
///   dropped.
/// - A second release is a compile-time error with a guard, and a
///   [`ReleaseError`] by hand. Python raises `RuntimeError` at run time.
///
/// Source: [Lock objects][python].
///
/// [python]: https://docs.python.org/3/library/threading.html#lock-objects
#[derive(Default)]
pub struct Lock<T: ?Sized = ()> {
    /// True from an acquisition by hand to its release.
    ///
    /// Only the owner of `mutex` sets it; the thread that clears it is the
    /// one that may unlock `mutex`.
    pub(crate) by_hand: AtomicBool,
    pub(crate) mutex: Mutex<T>,
}

/// Access to the value of a [`Lock`]; dropping it releases the lock.
#[must_use = "the lock is released as soon as its guard is dropped"]
pub struct LockGuard<'a, T: ?Sized> {
    pub(crate) mutex_guard: MutexGuard<'a, T>,
}

/// The error of [`Lock::release`]: nobody had acquired the lock by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleaseError {
    /// Whether the lock was held through a guard at that moment.
    ///
    /// Such a lock is released by its guard and by nothing else.
    pub held_by_guard: bool,
}
// ANCHOR_END: types

impl<T> Lock<T> {
    /// Creates an unlocked lock around `value`.
    ///
    /// ```
    /// use threading::Lock;
    ///
    /// static VISITS: Lock<u64> = Lock::new(0);
    /// assert!(!VISITS.is_locked());
    /// ```
    pub const fn new(value: T) -> Self {
        Lock {
            by_hand: AtomicBool::new(false),
            mutex: Mutex::new(value),
        }
    }

    /// Takes the value out; no guard can exist, since `self` is owned.
    ///
    /// ```
    /// use threading::Lock;
    ///
    /// let lock = Lock::new(vec!["Ada"]);
    /// lock.acquire().push("Grace");
    /// assert_eq!(lock.into_inner(), ["Ada", "Grace"]);
    /// ```
    pub fn into_inner(self) -> T {
        self.mutex.into_inner()
    }
}

impl<T: ?Sized> Lock<T> {
    /// Acquires the lock, waiting as long as it takes.
    ///
    /// Returns the guard, through which the value is read and changed.
    /// The calling thread must not hold the lock already: it would wait
    /// forever.
    ///
    /// ```
    /// use threading::Lock;
    ///
    /// let names = Lock::new(vec!["Ada"]);
    /// names.acquire().push("Grace");
    /// assert_eq!(*names.acquire(), ["Ada", "Grace"]);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// `lock.acquire()` returns `True`, and the caller owes a `release()`.
    /// Here the returned guard pays that debt.
    // ANCHOR: acquire
    #[inline]
    pub fn acquire(&self) -> LockGuard<'_, T> {
        LockGuard::new(self.mutex.lock())
    }
    // ANCHOR_END: acquire

    /// Acquires the lock if it is free, without waiting.
    ///
    /// Returns `None` if it is held, even by the calling thread.
    ///
    /// ```
    /// use threading::Lock;
    ///
    /// let lock = Lock::new(7);
    /// let guard = lock.acquire();
    /// assert!(lock.try_acquire().is_none());
    /// drop(guard);
    /// assert_eq!(*lock.try_acquire().unwrap(), 7);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is `lock.acquire(blocking=False)`, with `None` for `False`.
    // ANCHOR: timed
    #[inline]
    pub fn try_acquire(&self) -> Option<LockGuard<'_, T>> {
        self.mutex.try_lock().map(LockGuard::new)
    }

    /// Acquires the lock, waiting no longer than `timeout`.
    ///
    /// Returns `None` if the lock did not become free in that time.
    /// A timeout of zero tries once; one too long for the clock waits
    /// forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Lock;
    ///
    /// let lock = Lock::new(());
    /// let guard = lock.acquire();
    /// let wait = Duration::from_millis(5);
    /// assert!(lock.acquire_timeout(wait).is_none());
    /// # drop(guard);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is `lock.acquire(timeout=seconds)`.
    /// Python takes `-1` for "forever" and rejects other negative values; a
    /// [`Duration`] can't be negative.
    pub fn acquire_timeout(
        &self,
        timeout: Duration,
    ) -> Option<LockGuard<'_, T>> {
        self.mutex.try_lock_for(timeout).map(LockGuard::new)
    }

    /// Acquires the lock, waiting no longer than until `deadline`.
    ///
    /// Returns `None` if the lock did not become free by then.
    /// A deadline in the past tries once.
    ///
    /// A deadline is the better bound for a series of steps: each step gets
    /// what the earlier ones left.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use threading::Lock;
    ///
    /// let (left, right) = (Lock::new(1), Lock::new(2));
    /// let deadline = Instant::now() + Duration::from_secs(1);
    /// let left = left.acquire_deadline(deadline).unwrap();
    /// let right = right.acquire_deadline(deadline).unwrap();
    /// assert_eq!(*left + *right, 3);
    /// ```
    pub fn acquire_deadline(
        &self,
        deadline: Instant,
    ) -> Option<LockGuard<'_, T>> {
        self.mutex.try_lock_until(deadline).map(LockGuard::new)
    }
    // ANCHOR_END: timed

    /// Tells whether some thread holds the lock right now.
    ///
    /// The answer may be out of date when you read it.
    /// It is for logs and tests; to act on a free lock, use
    /// [`try_acquire`](Lock::try_acquire).
    ///
    /// ```
    /// use threading::Lock;
    ///
    /// let lock = Lock::new(());
    /// let guard = lock.acquire();
    /// assert!(lock.is_locked());
    /// drop(guard);
    /// assert!(!lock.is_locked());
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is `lock.locked()`.
    pub fn is_locked(&self) -> bool {
        self.mutex.is_locked()
    }

    /// Reaches the value without locking: `&mut self` proves that no other
    /// thread can see it.
    ///
    /// ```
    /// use threading::Lock;
    ///
    /// let mut lock = Lock::new(1);
    /// *lock.get_mut() += 1;
    /// assert_eq!(*lock.acquire(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        self.mutex.get_mut()
    }
}

/// The by-hand pair, for callers that can't keep a guard: two functions far
/// apart, a callback, a binding to another language.
///
/// A by-hand owner has no access to the value, so this pair suits a
/// `Lock<()>` that protects something elsewhere.
/// Prefer guards: they can't be forgotten.
impl<T: ?Sized> Lock<T> {
    /// Acquires the lock without a guard, waiting as long as it takes.
    ///
    /// The caller owes one [`release`](Lock::release), from any thread.
    ///
    /// ```
    /// use std::thread;
    /// use threading::Lock;
    ///
    /// static PRINTER: Lock = Lock::new(());
    ///
    /// PRINTER.acquire_by_hand();
    /// // Another thread may release it.
    /// thread::spawn(|| PRINTER.release()).join().unwrap()?;
    /// assert!(!PRINTER.is_locked());
    /// # Ok::<(), threading::lock::ReleaseError>(())
    /// ```
    // ANCHOR: by_hand
    pub fn acquire_by_hand(&self) {
        self.keep_by_hand(self.mutex.lock());
    }

    /// Acquires the lock without a guard if it is free; tells whether it did.
    ///
    /// ```
    /// use threading::Lock;
    ///
    /// let lock = Lock::new(());
    /// assert!(lock.try_acquire_by_hand());
    /// assert!(!lock.try_acquire_by_hand());
    /// lock.release()?;
    /// # Ok::<(), threading::lock::ReleaseError>(())
    /// ```
    pub fn try_acquire_by_hand(&self) -> bool {
        self.mutex
            .try_lock()
            .map(|guard| self.keep_by_hand(guard))
            .is_some()
    }

    /// Acquires the lock without a guard, waiting no longer than `timeout`;
    /// tells whether it did.
    ///
    /// A timeout of zero tries once; one too long for the clock waits
    /// forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Lock;
    ///
    /// let lock = Lock::new(());
    /// let wait = Duration::from_millis(5);
    /// assert!(lock.acquire_by_hand_timeout(wait));
    /// assert!(!lock.acquire_by_hand_timeout(wait));
    /// lock.release()?;
    /// # Ok::<(), threading::lock::ReleaseError>(())
    /// ```
    pub fn acquire_by_hand_timeout(&self, timeout: Duration) -> bool {
        self.mutex
            .try_lock_for(timeout)
            .map(|guard| self.keep_by_hand(guard))
            .is_some()
    }

    /// Releases a lock that was acquired by hand, by this thread or another.
    ///
    /// # Errors
    ///
    /// [`ReleaseError`] if the lock is free or held through a guard.
    /// Nothing changes then.
    ///
    /// ```
    /// use threading::Lock;
    ///
    /// let lock = Lock::new(());
    /// assert!(lock.release().is_err());
    ///
    /// let guard = lock.acquire();
    /// assert!(lock.release().unwrap_err().held_by_guard);
    /// assert!(lock.is_locked());
    /// # drop(guard);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// Python raises `RuntimeError: release unlocked lock`.
    /// It can't protect a `with` block from a stray `release()`; a guard is
    /// safe from it here.
    pub fn release(&self) -> Result<(), ReleaseError> {
        // Pairs with the store in `keep_by_hand`: the lock operation of that
        // thread happens before the unlock below.
        if !self.by_hand.swap(false, Ordering::Acquire) {
            let held_by_guard = self.is_locked();
            return Err(ReleaseError { held_by_guard });
        }
        // SAFETY: whoever clears `by_hand` takes over the acquisition whose
        // guard `keep_by_hand` forgot. Only one thread can clear it, and no
        // guard and no reference to the value exists.
        unsafe { self.mutex.force_unlock(Default::default()) };
        Ok(())
    }

    /// Turns an acquisition with a guard into one by hand.
    fn keep_by_hand(&self, guard: MutexGuard<'_, T>) {
        mem::forget(guard);
        // Pairs with the swap in `release`.
        self.by_hand.store(true, Ordering::Release);
    }
    // ANCHOR_END: by_hand
}

impl<'a, T: ?Sized> LockGuard<'a, T> {
    #[inline]
    fn new(mutex_guard: MutexGuard<'a, T>) -> Self {
        LockGuard { mutex_guard }
    }
}

impl<T: ?Sized> Deref for LockGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.mutex_guard
    }
}

impl<T: ?Sized> DerefMut for LockGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.mutex_guard
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for LockGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for LockGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Lock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_acquire() {
            Some(guard) => f.debug_tuple("Lock").field(&&*guard).finish(),
            None => f.write_str("Lock(<locked>)"),
        }
    }
}

impl<T> From<T> for Lock<T> {
    fn from(value: T) -> Self {
        Lock::new(value)
    }
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.held_by_guard {
            "release of a lock that is held through a guard"
        } else {
            "release of a lock that nobody holds"
        })
    }
}

impl std::error::Error for ReleaseError {}

#[cfg(test)]
mod tests {
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn no_increment_is_lost() {
        let counter = Lock::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10_000 {
                        *counter.acquire() += 1;
                    }
                });
            }
        });
        assert_eq!(counter.into_inner(), 40_000);
    }

    #[test]
    fn by_hand_excludes_other_threads() {
        let lock = Lock::new(());
        let inside = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..2_000 {
                        lock.acquire_by_hand();
                        assert!(!inside.swap(true, Ordering::Relaxed));
                        inside.store(false, Ordering::Relaxed);
                        lock.release().unwrap();
                    }
                });
            }
        });
        assert!(!lock.is_locked());
    }

    #[test]
    fn try_acquire_fails_while_held_and_succeeds_after() {
        let lock = Lock::new(1);
        let guard = lock.acquire();
        assert!(lock.is_locked());
        assert!(lock.try_acquire().is_none());
        assert!(!lock.try_acquire_by_hand());
        drop(guard);
        assert!(!lock.is_locked());
        assert!(lock.try_acquire().is_some());
    }

    #[test]
    fn a_timeout_does_not_end_early() {
        let lock = Lock::new(());
        let guard = lock.acquire();
        let (start, wait) = (Instant::now(), Duration::from_millis(20));
        assert!(lock.acquire_timeout(wait).is_none());
        assert!(lock.acquire_deadline(start + wait * 2).is_none());
        assert!(!lock.acquire_by_hand_timeout(wait));
        assert!(start.elapsed() >= wait * 3);
        drop(guard);
    }

    #[test]
    fn zero_and_expired_timeouts_try_once() {
        let lock = Lock::new(());
        let past = Instant::now();
        assert!(lock.acquire_timeout(Duration::ZERO).is_some());
        assert!(lock.acquire_deadline(past).is_some());
        assert!(lock.acquire_by_hand_timeout(Duration::ZERO));
        assert!(lock.acquire_timeout(Duration::ZERO).is_none());
        assert!(lock.acquire_deadline(past).is_none());
        assert!(!lock.acquire_by_hand_timeout(Duration::ZERO));
    }

    #[test]
    fn the_longest_timeout_waits_instead_of_panicking() {
        let lock = Lock::new(0);
        thread::scope(|scope| {
            let guard = lock.acquire();
            let waiter = scope.spawn(|| {
                let guard = lock.acquire_timeout(Duration::MAX);
                guard.map(|value| *value)
            });
            let mut guard = guard;
            *guard = 5;
            drop(guard);
            assert_eq!(waiter.join().unwrap(), Some(5));
        });
        assert!(lock.acquire_by_hand_timeout(Duration::MAX));
    }

    #[test]
    fn release_without_acquire_is_an_error_and_changes_nothing() {
        let lock = Lock::new(3);
        let free = ReleaseError {
            held_by_guard: false,
        };
        assert_eq!(lock.release(), Err(free));
        assert!(!lock.is_locked());

        lock.acquire_by_hand();
        assert_eq!(lock.release(), Ok(()));
        assert_eq!(lock.release(), Err(free));
        assert_eq!(*lock.acquire(), 3);
    }

    #[test]
    fn release_leaves_a_guard_alone() {
        let lock = Lock::new(3);
        let guard = lock.acquire();
        assert!(lock.release().unwrap_err().held_by_guard);
        assert!(lock.try_acquire().is_none());
        drop(guard);
    }

    #[test]
    fn of_many_releases_exactly_one_succeeds() {
        let lock = Lock::new(());
        for _ in 0..500 {
            lock.acquire_by_hand();
            let released: usize = thread::scope(|scope| {
                let tries = [(); 3].map(|()| scope.spawn(|| lock.release()));
                let tries = tries.map(|thread| thread.join().unwrap());
                tries.iter().filter(|result| result.is_ok()).count()
            });
            assert_eq!(released, 1);
            assert!(!lock.is_locked());
        }
    }

    #[test]
    fn another_thread_may_release() {
        let lock = Lock::new(());
        let (held, wait) = mpsc::channel();
        thread::scope(|scope| {
            let lock = &lock;
            scope.spawn(move || {
                wait.recv_timeout(LONG).unwrap();
                lock.release().unwrap();
            });
            lock.acquire_by_hand();
            held.send(()).unwrap();
            assert!(lock.acquire_timeout(LONG).is_some());
        });
    }

    #[test]
    fn a_panic_releases_and_does_not_poison() {
        let lock = Lock::new(1);
        let result = panic::catch_unwind(AssertUnwindSafe(|| {
            let mut guard = lock.acquire();
            *guard = 2;
            panic!("while the lock is held");
        }));
        assert!(result.is_err());
        assert_eq!(*lock.acquire(), 2);
    }

    #[test]
    fn a_waiter_gets_the_lock_when_it_is_released() {
        let lock = Lock::new(0);
        thread::scope(|scope| {
            let guard = lock.acquire();
            scope.spawn(|| *lock.acquire_timeout(LONG).unwrap() += 1);
            drop(guard);
        });
        assert_eq!(lock.into_inner(), 1);
    }

    #[test]
    fn the_value_is_reached_and_shown() {
        let mut lock = Lock::from(4);
        *lock.get_mut() += 1;
        assert_eq!(format!("{lock:?}"), "Lock(5)");
        let guard = lock.acquire();
        assert_eq!(format!("{lock:?} {guard} {guard:?}"), "Lock(<locked>) 5 5");
    }

    #[test]
    fn errors_are_sentences() {
        let text = |held_by_guard| ReleaseError { held_by_guard }.to_string();
        assert_eq!(text(false), "release of a lock that nobody holds");
        assert_eq!(
            text(true),
            "release of a lock that is held through a guard"
        );
    }
}
// ANCHOR_END: module
