// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A reentrant lock: the thread that holds it may acquire it again.
//!
//! [`RLock`] is Python's `threading.RLock`.
//! Each acquisition goes one level deeper, each release one level up, and
//! the lock is free when the owner is back at level zero.
//!
//! Use [`RLock`] where one critical section calls another under the same
//! lock.
//! Its guard gives shared access only, because two levels may use the value
//! at once; put a `Cell` or a `RefCell` inside to change it.
//! Where nothing is nested, `Lock` is simpler and gives `&mut`.
//!
//! # Before you copy it
//!
//! - The file contains `unsafe`, so a crate with `#![forbid(unsafe_code)]`
//!   can't hold it.
//! - It needs 64-bit atomics, which a few 32-bit targets lack.
//! - Like the lock it is built on, it is not fair, and a waiting thread yields
//!   a few times before it sleeps; see the header of `lock.rs`.
//! - After a `fork`, the child has the lock as it was at that moment. If
//!   another thread held it, no thread of the child will ever release it.
//!
//! The chapter that explains this file is `src/rlock.md`.
//!
//! Travels with: `lock.rs`.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::panic::RefUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::lock::raw::{Holder, RawLock};

/// A reentrant lock around a value of type `T`.
///
/// Other threads wait while any thread holds it; the owner never does.
/// Waiting threads sleep and use no processor time.
/// A panic does not poison the lock: the guards of the panicking thread
/// release every level.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use threading::RLock;
///
/// let total = RLock::new(Cell::new(0));
///
/// let add = |amount| {
///     let total = total.acquire();
///     total.set(total.get() + amount);
/// };
///
/// let outer = total.acquire();
/// add(2); // acquires the lock again
/// add(3);
/// assert_eq!(outer.get(), 5);
/// ```
///
/// # Differences from Python
///
/// - The value lives inside the lock.
/// - Guards replace `with lock:`.
/// - A release by a thread that is not the owner can't be written with
///   guards; by hand it is a [`ReleaseError`] instead of `RuntimeError`.
///
/// Source: [RLock objects][python].
///
/// [python]: https://docs.python.org/3/library/threading.html#rlock-objects
#[doc(alias("ReentrantMutex", "ReentrantLock"))]
// ANCHOR: types
pub struct RLock<T: ?Sized = ()> {
    pub(crate) raw: RawLock,
    /// The number of the thread that holds `raw`, or zero.
    ///
    /// A thread finds its own number here only if it wrote it, so relaxed
    /// access is enough.
    pub(crate) owner: AtomicU64,
    /// How often the owner has acquired the lock; only the owner looks.
    pub(crate) depth: Cell<Depth>,
    value: T,
}

/// How often the owner holds the lock, in both ways of holding it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Depth {
    /// All acquisitions.
    pub(crate) all: u32,
    /// Those of them made by hand.
    pub(crate) by_hand: u32,
}

// SAFETY: a `&RLock` gives a thread `&T` through guards that can't leave it,
// and only while it owns `raw`. It gives `raw` up when its last guard is
// dropped, so when the next thread gets a `&T`, no other thread has one. The
// threads use `T` in turns, for which `T: Send` is enough. (A `Condition` gives
// `raw` up while guards exist, and therefore asks for `T: Sync`.) The same
// holds for `depth`, which only the owner reads and writes.
unsafe impl<T: ?Sized + Send> Sync for RLock<T> {}

// A panic can leave a value half changed only where `&T` can change it, and
// then `T` is not `RefUnwindSafe` either. The levels are right all the same:
// guards leave them while the panic unwinds.
impl<T: ?Sized + RefUnwindSafe> RefUnwindSafe for RLock<T> {}
// ANCHOR_END: types

/// Shared access to the value of an [`RLock`]; dropping it goes one level up.
///
/// It stays on its thread, and is not shared with others: `T` may be a type,
/// such as a `Cell`, that only one thread may use at a time.
#[doc(alias("ReentrantMutexGuard", "ReentrantLockGuard"))]
#[must_use = "the lock is released as soon as its guard is dropped"]
pub struct RLockGuard<'a, T: ?Sized> {
    pub(crate) lock: &'a RLock<T>,
    /// Keeps the guard from being `Send` or `Sync`.
    on_its_thread: PhantomData<*const ()>,
}

/// The error of [`RLock::release`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReleaseError {
    /// The calling thread does not hold the lock.
    NotOwner,
    /// The calling thread holds the lock through guards alone, which release
    /// it themselves.
    HeldByGuard {
        /// How many levels deep.
        depth: u32,
    },
}

/// The error of an acquisition that would overflow the level count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TooDeepError {
    /// The depth that the owner has reached.
    pub depth: u32,
}

/// The number of the calling thread: never zero, never used again.
// ANCHOR: this_thread
fn this_thread() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    thread_local!(static NUMBER: Cell<u64> = const { Cell::new(0) });

    NUMBER.with(|number| {
        if number.get() == 0 {
            number.set(number_after(&LAST));
        }
        number.get()
    })
}

/// Counts one further; 64 bits last for centuries, and must not wrap even so,
/// since zero is the number of no thread.
fn number_after(last: &AtomicU64) -> u64 {
    let relaxed = Ordering::Relaxed;
    let next = |number: u64| number.checked_add(1);
    match last.fetch_update(relaxed, relaxed, next) {
        Ok(before) => before + 1,
        Err(before) => panic!("there is no thread number after {before}"),
    }
}
// ANCHOR_END: this_thread

impl<T> RLock<T> {
    /// Creates an unlocked lock around `value`.
    ///
    /// ```
    /// use threading::RLock;
    ///
    /// static LOCK: RLock = RLock::new(());
    /// assert!(!LOCK.is_locked());
    /// ```
    pub const fn new(value: T) -> Self {
        RLock {
            raw: RawLock::new(),
            owner: AtomicU64::new(0),
            depth: Cell::new(Depth { all: 0, by_hand: 0 }),
            value,
        }
    }

    /// Takes the value out; no guard can exist, since `self` is owned.
    ///
    /// ```
    /// use threading::RLock;
    ///
    /// assert_eq!(RLock::new(7).into_inner(), 7);
    /// ```
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T: ?Sized> RLock<T> {
    /// Acquires the lock, or goes one level deeper if this thread holds it.
    ///
    /// # Panics
    ///
    /// If this thread already holds the lock `u32::MAX` times, which takes
    /// guards that were forgotten.
    ///
    /// # Differences from Python
    ///
    /// `lock.acquire()` returns `True`, and the caller owes a `release()`.
    /// Here the returned guard pays that debt.
    ///
    /// # Examples
    ///
    /// ```
    /// use threading::RLock;
    ///
    /// let lock = RLock::new(7);
    /// let outer = lock.acquire();
    /// let inner = lock.acquire();
    /// assert_eq!(*outer + *inner, 14);
    /// ```
    #[doc(alias = "lock")]
    #[inline]
    #[track_caller]
    pub fn acquire(&self) -> RLockGuard<'_, T> {
        self.enter(|raw| raw.acquire(Holder::Guard, None));
        self.guard()
    }

    /// Acquires the lock if it is free or held by this thread; never waits.
    ///
    /// # Panics
    ///
    /// Like [`acquire`](RLock::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use threading::RLock;
    ///
    /// let lock = RLock::new(());
    /// let guard = lock.acquire();
    /// assert!(lock.try_acquire().is_some());
    /// thread::scope(|scope| {
    ///     scope.spawn(|| assert!(lock.try_acquire().is_none()));
    /// });
    /// # drop(guard);
    /// ```
    #[doc(alias = "try_lock")]
    #[inline]
    #[track_caller]
    #[must_use = "the lock is released as soon as its guard is dropped"]
    pub fn try_acquire(&self) -> Option<RLockGuard<'_, T>> {
        self.enter(|raw| raw.try_acquire(Holder::Guard))
            .then(|| self.guard())
    }

    /// Acquires the lock, waiting no longer than `timeout`.
    ///
    /// Returns `None` if another thread held it all that time.
    /// A timeout of zero tries once; one too long for the clock waits
    /// forever.
    ///
    /// # Panics
    ///
    /// Like [`acquire`](RLock::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use std::time::Duration;
    /// use threading::RLock;
    ///
    /// let lock = RLock::new(());
    /// let guard = lock.acquire();
    /// let wait = Duration::from_millis(5);
    /// thread::scope(|scope| {
    ///     scope.spawn(|| assert!(lock.acquire_timeout(wait).is_none()));
    /// });
    /// # drop(guard);
    /// ```
    #[doc(alias = "try_lock_for")]
    #[track_caller]
    #[must_use = "the lock is released as soon as its guard is dropped"]
    pub fn acquire_timeout(
        &self,
        timeout: Duration,
    ) -> Option<RLockGuard<'_, T>> {
        self.enter(|raw| raw.acquire_timeout(Holder::Guard, timeout))
            .then(|| self.guard())
    }

    /// Acquires the lock, waiting no longer than until `deadline`.
    ///
    /// Returns `None` if another thread held it until then.
    /// A deadline in the past tries once; `None` waits forever.
    ///
    /// # Panics
    ///
    /// Like [`acquire`](RLock::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::RLock;
    ///
    /// let lock = RLock::new(());
    /// assert!(lock.acquire_deadline(Instant::now()).is_some());
    /// ```
    #[doc(alias = "try_lock_until")]
    #[track_caller]
    #[must_use = "the lock is released as soon as its guard is dropped"]
    pub fn acquire_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Option<RLockGuard<'_, T>> {
        let deadline = deadline.into();
        self.enter(|raw| raw.acquire(Holder::Guard, deadline))
            .then(|| self.guard())
    }

    /// Tells whether some thread holds the lock right now.
    ///
    /// The answer may be out of date when you read it.
    ///
    /// ```
    /// use threading::RLock;
    ///
    /// let lock = RLock::new(());
    /// let guard = lock.acquire();
    /// assert!(lock.is_locked());
    /// # drop(guard);
    /// ```
    #[doc(alias = "locked")]
    pub fn is_locked(&self) -> bool {
        self.raw.holder().is_some()
    }

    /// Tells whether the calling thread holds the lock.
    ///
    /// ```
    /// use std::thread;
    /// use threading::RLock;
    ///
    /// let lock = RLock::new(());
    /// let guard = lock.acquire();
    /// assert!(lock.is_owned());
    /// thread::scope(|scope| {
    ///     scope.spawn(|| assert!(!lock.is_owned()));
    /// });
    /// # drop(guard);
    /// ```
    #[doc(alias("is_owned_by_current_thread", "isHeldByCurrentThread"))]
    #[inline]
    pub fn is_owned(&self) -> bool {
        self.owner.load(Ordering::Relaxed) == this_thread()
    }

    /// How many times the calling thread holds the lock; zero if it does not.
    ///
    /// ```
    /// use threading::RLock;
    ///
    /// let lock = RLock::new(());
    /// let guards = [lock.acquire(), lock.acquire()];
    /// assert_eq!(lock.depth(), 2);
    /// # drop(guards);
    /// ```
    #[doc(alias = "getHoldCount")]
    pub fn depth(&self) -> u32 {
        if self.is_owned() {
            self.depth.get().all
        } else {
            0
        }
    }

    /// Reaches the value without locking: `&mut self` proves that no other
    /// thread can see it.
    ///
    /// ```
    /// use threading::RLock;
    ///
    /// let mut lock = RLock::new(1);
    /// *lock.get_mut() += 1;
    /// assert_eq!(*lock.acquire(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.value
    }

    /// One level deeper; `take` gets the raw lock if it is not ours yet.
    #[inline]
    #[track_caller]
    fn enter(&self, take: impl FnOnce(&RawLock) -> bool) -> bool {
        match self.try_enter(take) {
            Ok(entered) => entered,
            Err(error) => panic!("{error}"),
        }
    }

    // ANCHOR: enter
    #[inline]
    fn try_enter(
        &self,
        take: impl FnOnce(&RawLock) -> bool,
    ) -> Result<bool, TooDeepError> {
        let me = this_thread();
        if self.owner.load(Ordering::Relaxed) == me {
            let mut depth = self.depth.get();
            let error = TooDeepError { depth: depth.all };
            depth.all = depth.all.checked_add(1).ok_or(error)?;
            self.depth.set(depth);
        } else if take(&self.raw) {
            self.owner.store(me, Ordering::Relaxed);
            self.depth.set(Depth { all: 1, by_hand: 0 });
        } else {
            return Ok(false);
        }
        Ok(true)
    }
    // ANCHOR_END: enter

    // ANCHOR: leave
    /// One level up; the caller is the owner.
    #[inline]
    fn leave(&self) {
        let mut depth = self.depth.get();
        depth.all -= 1;
        self.depth.set(depth);
        if depth.all == 0 {
            self.owner.store(0, Ordering::Relaxed);
            // SAFETY: the calling thread owns `raw`, and this was its last
            // level, so none of its guards exists.
            unsafe { self.raw.release(Holder::Guard) };
        }
    }
    // ANCHOR_END: leave

    #[inline]
    fn guard(&self) -> RLockGuard<'_, T> {
        RLockGuard {
            lock: self,
            on_its_thread: PhantomData,
        }
    }
}

/// The by-hand pair, for callers that can't keep a guard.
///
/// Only the owner can release, as in Python.
impl<T: ?Sized> RLock<T> {
    /// Acquires the lock without a guard, or goes one level deeper.
    ///
    /// The calling thread owes one [`release`](RLock::release).
    ///
    /// # Errors
    ///
    /// [`TooDeepError`] if this thread already holds the lock `u32::MAX`
    /// times; nothing changes then.
    ///
    /// ```
    /// use threading::RLock;
    ///
    /// let lock = RLock::new(());
    /// lock.acquire_by_hand()?;
    /// assert!(lock.is_owned());
    /// lock.release()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn acquire_by_hand(&self) -> Result<(), TooDeepError> {
        self.enter_by_hand(|raw| raw.acquire(Holder::Guard, None))
            .map(drop)
    }

    /// Acquires the lock without a guard if it is free or held by this
    /// thread; tells whether it did.
    ///
    /// # Errors
    ///
    /// Like [`acquire_by_hand`](RLock::acquire_by_hand).
    ///
    /// ```
    /// use threading::RLock;
    ///
    /// let lock = RLock::new(());
    /// assert!(lock.try_acquire_by_hand()?);
    /// lock.release()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "if it did, the caller owes a release"]
    pub fn try_acquire_by_hand(&self) -> Result<bool, TooDeepError> {
        self.enter_by_hand(|raw| raw.try_acquire(Holder::Guard))
    }

    /// Acquires the lock without a guard, waiting no longer than `timeout`;
    /// tells whether it did.
    ///
    /// # Errors
    ///
    /// Like [`acquire_by_hand`](RLock::acquire_by_hand).
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::RLock;
    ///
    /// let lock = RLock::new(());
    /// assert!(lock.acquire_by_hand_timeout(Duration::ZERO)?);
    /// lock.release()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "if it did, the caller owes a release"]
    pub fn acquire_by_hand_timeout(
        &self,
        timeout: Duration,
    ) -> Result<bool, TooDeepError> {
        self.enter_by_hand(|raw| raw.acquire_timeout(Holder::Guard, timeout))
    }

    /// Acquires the lock without a guard, waiting no longer than until
    /// `deadline`; tells whether it did.
    ///
    /// A deadline in the past tries once; `None` waits forever.
    ///
    /// # Errors
    ///
    /// Like [`acquire_by_hand`](RLock::acquire_by_hand).
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::RLock;
    ///
    /// let lock = RLock::new(());
    /// assert!(lock.acquire_by_hand_deadline(Instant::now())?);
    /// lock.release()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "if it did, the caller owes a release"]
    pub fn acquire_by_hand_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Result<bool, TooDeepError> {
        let deadline = deadline.into();
        self.enter_by_hand(|raw| raw.acquire(Holder::Guard, deadline))
    }

    /// Releases one level that this thread acquired by hand.
    ///
    /// # Errors
    ///
    /// [`ReleaseError`] if this thread is not the owner, or owes its levels
    /// to guards alone.
    /// Nothing changes then.
    ///
    /// ```
    /// use threading::RLock;
    /// use threading::rlock::ReleaseError;
    ///
    /// let lock = RLock::new(());
    /// assert_eq!(lock.release(), Err(ReleaseError::NotOwner));
    /// lock.acquire_by_hand()?;
    /// lock.acquire_by_hand()?;
    /// assert_eq!(lock.depth(), 2);
    /// lock.release()?;
    /// lock.release()?;
    /// assert!(!lock.is_locked());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// Python raises `RuntimeError: cannot release un-acquired lock`.
    #[doc(alias = "unlock")]
    // ANCHOR: release
    pub fn release(&self) -> Result<(), ReleaseError> {
        if !self.is_owned() {
            return Err(ReleaseError::NotOwner);
        }
        let mut depth = self.depth.get();
        let error = ReleaseError::HeldByGuard { depth: depth.all };
        depth.by_hand = depth.by_hand.checked_sub(1).ok_or(error)?;
        self.depth.set(depth);
        self.leave();
        Ok(())
    }
    // ANCHOR_END: release

    fn enter_by_hand(
        &self,
        take: impl FnOnce(&RawLock) -> bool,
    ) -> Result<bool, TooDeepError> {
        let entered = self.try_enter(take)?;
        if entered {
            let mut depth = self.depth.get();
            depth.by_hand += 1;
            self.depth.set(depth);
        }
        Ok(entered)
    }
}

impl<T: ?Sized> Drop for RLockGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.leave();
    }
}

impl<T: ?Sized> Deref for RLockGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.lock.value
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RLockGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RLockGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_acquire() {
            Some(guard) => f.debug_tuple("RLock").field(&&*guard).finish(),
            None => f.write_str("RLock(<locked>)"),
        }
    }
}

impl<T: Default> Default for RLock<T> {
    fn default() -> Self {
        RLock::new(T::default())
    }
}

impl<T> From<T> for RLock<T> {
    fn from(value: T) -> Self {
        RLock::new(value)
    }
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReleaseError::NotOwner => f.write_str(
                "release of a reentrant lock by a thread that does not hold it",
            ),
            ReleaseError::HeldByGuard { depth } => write!(
                f,
                "release by hand of a reentrant lock whose {depth} levels \
                 are all held through guards"
            ),
        }
    }
}

impl std::error::Error for ReleaseError {}

impl fmt::Display for TooDeepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let depth = self.depth;
        write!(
            f,
            "reentrant lock acquired {depth} times and never released"
        )
    }
}

impl std::error::Error for TooDeepError {}

#[cfg(test)]
mod tests {
    use std::mem;
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::mpsc::{self, RecvTimeoutError};
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    /// Runs a test, and fails it if it hangs.
    fn in_time(test: impl FnOnce() + Send + 'static) {
        let (alive, ended) = mpsc::channel::<()>();
        let test = thread::spawn(move || {
            let _alive = alive; // until the test has returned or panicked
            test();
        });
        let ended = ended.recv_timeout(LONG);
        assert_ne!(ended, Err(RecvTimeoutError::Timeout), "the test hangs");
        if let Err(panic) = test.join() {
            panic::resume_unwind(panic);
        }
    }

    fn tried_elsewhere<T: Send>(lock: &RLock<T>) -> bool {
        thread::scope(|scope| {
            let other = scope.spawn(|| lock.try_acquire().is_some());
            other.join().unwrap()
        })
    }

    #[test]
    fn the_owner_goes_deeper_and_others_wait() {
        in_time(|| {
            let lock = RLock::new(());
            let outer = lock.acquire();
            let inner = lock.acquire();
            assert_eq!(lock.depth(), 2);
            assert!(lock.is_locked());
            assert!(!tried_elsewhere(&lock));
            drop(outer);
            assert_eq!(lock.depth(), 1);
            assert!(!tried_elsewhere(&lock));
            drop(inner);
            assert_eq!(lock.depth(), 0);
            assert!(tried_elsewhere(&lock));
        });
    }

    #[test]
    fn no_increment_is_lost() {
        in_time(|| {
            let counter = RLock::new(Cell::new(0));
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        for _ in 0..5_000 {
                            let outer = counter.acquire();
                            let inner = counter.acquire();
                            inner.set(outer.get() + 1);
                        }
                    });
                }
            });
            assert_eq!(counter.into_inner().get(), 20_000);
        });
    }

    #[test]
    fn timeouts_expire_elsewhere_and_never_for_the_owner() {
        in_time(|| {
            let lock = RLock::new(());
            let guard = lock.acquire();
            assert!(lock.acquire_timeout(Duration::ZERO).is_some());
            assert!(lock.acquire_deadline(Instant::now()).is_some());
            assert!(lock.acquire_timeout(Duration::MAX).is_some());
            assert!(lock.acquire_deadline(None).is_some());
            assert_eq!(lock.acquire_by_hand_deadline(None), Ok(true));
            assert_eq!(lock.release(), Ok(()));
            let past = Instant::now();
            assert_eq!(lock.acquire_by_hand_deadline(past), Ok(true));
            assert_eq!(lock.release(), Ok(()));
            let none = Duration::ZERO;
            assert_eq!(lock.acquire_by_hand_timeout(none), Ok(true));
            assert_eq!(lock.release(), Ok(()));
            thread::scope(|scope| {
                scope.spawn(|| {
                    let (start, wait) =
                        (Instant::now(), Duration::from_millis(20));
                    assert!(lock.acquire_timeout(Duration::ZERO).is_none());
                    assert!(lock.acquire_timeout(wait).is_none());
                    assert!(lock.acquire_deadline(start + wait * 2).is_none());
                    assert_eq!(lock.acquire_by_hand_timeout(wait), Ok(false));
                    assert_eq!(lock.try_acquire_by_hand(), Ok(false));
                    let late = start + wait * 4;
                    assert_eq!(lock.acquire_by_hand_deadline(late), Ok(false));
                    assert!(start.elapsed() >= wait * 4);
                });
            });
            drop(guard);
            assert!(!lock.is_locked());
        });
    }

    #[test]
    fn a_waiter_gets_the_lock_when_the_last_level_is_left() {
        in_time(|| {
            let lock = RLock::new(());
            thread::scope(|scope| {
                let (outer, inner) = (lock.acquire(), lock.acquire());
                scope.spawn(|| assert!(lock.acquire_timeout(LONG).is_some()));
                drop(outer);
                drop(inner);
            });
        });
    }

    #[test]
    fn only_the_owner_releases() {
        in_time(|| {
            let lock = RLock::new(());
            assert_eq!(lock.release(), Err(ReleaseError::NotOwner));
            lock.acquire_by_hand().unwrap();
            thread::scope(|scope| {
                let other = scope.spawn(|| lock.release());
                assert_eq!(other.join().unwrap(), Err(ReleaseError::NotOwner));
            });
            assert_eq!(lock.depth(), 1);
            assert_eq!(lock.release(), Ok(()));
            assert!(!lock.is_locked());
        });
    }

    #[test]
    fn release_leaves_the_levels_of_guards_alone() {
        in_time(|| {
            let lock = RLock::new(());
            let guard = lock.acquire();
            lock.acquire_by_hand().unwrap();
            assert_eq!(lock.release(), Ok(()));
            let error = ReleaseError::HeldByGuard { depth: 1 };
            assert_eq!(lock.release(), Err(error));
            assert_eq!(lock.depth(), 1);
            drop(guard);
        });
    }

    #[test]
    fn an_overflow_is_an_error_and_changes_nothing() {
        in_time(|| {
            let lock = RLock::new(());
            lock.acquire_by_hand().unwrap();
            let depth = Depth {
                all: u32::MAX,
                by_hand: 1,
            };
            lock.depth.set(depth);
            let error = TooDeepError { depth: u32::MAX };
            assert_eq!(lock.acquire_by_hand(), Err(error));
            assert_eq!(lock.try_acquire_by_hand(), Err(error));
            assert_eq!(lock.depth(), u32::MAX);
            let deeper = AssertUnwindSafe(|| lock.acquire());
            assert!(panic::catch_unwind(deeper).is_err());
            lock.depth.set(Depth { all: 1, by_hand: 1 });
            assert_eq!(lock.release(), Ok(()));
        });
    }

    #[test]
    fn a_panic_releases_every_level() {
        in_time(|| {
            let lock = RLock::new(());
            let result = panic::catch_unwind(AssertUnwindSafe(|| {
                let _outer = lock.acquire();
                let _inner = lock.acquire();
                panic!("while the lock is held");
            }));
            assert!(result.is_err());
            assert!(tried_elsewhere(&lock));
        });
    }

    #[test]
    fn a_new_thread_is_never_taken_for_a_dead_owner() {
        in_time(|| {
            let lock = RLock::new(());
            thread::scope(|scope| {
                scope.spawn(|| mem::forget(lock.acquire()));
            });
            for _ in 0..50 {
                assert!(!tried_elsewhere(&lock));
            }
        });
    }

    #[test]
    fn thread_numbers_end_with_a_panic_and_never_wrap() {
        let last = AtomicU64::new(u64::MAX - 1);
        assert_eq!(number_after(&last), u64::MAX);
        for _ in 0..2 {
            let next = AssertUnwindSafe(|| number_after(&last));
            assert!(panic::catch_unwind(next).is_err());
        }
    }

    #[test]
    fn errors_say_how_deep_the_lock_is() {
        let shown = ReleaseError::HeldByGuard { depth: 12 }.to_string();
        assert!(shown.contains("12"), "{shown}");
        let shown = TooDeepError { depth: 34 }.to_string();
        assert!(shown.contains("34"), "{shown}");
        assert_ne!(ReleaseError::NotOwner.to_string(), "");
    }

    #[test]
    fn the_value_is_reached_and_shown() {
        in_time(|| {
            let mut lock = RLock::from(4);
            *lock.get_mut() += 1;
            let guard = lock.acquire();
            assert_eq!(format!("{lock:?} {guard} {guard:?}"), "RLock(5) 5 5");
        });
    }
}
// ANCHOR_END: module
