// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
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
//! # Before you copy it
//!
//! - The file contains `unsafe`, so a crate with `#![forbid(unsafe_code)]`
//!   can't hold it.
//! - It needs `parking_lot_core`, which keeps the queues of sleeping threads,
//!   and no atomic larger than a byte.
//! - The lock is not fair: a thread that releases it and wants it right back
//!   usually gets it before a thread that has to be woken.
//! - Before it sleeps, a waiting thread yields its time slice a few times.
//!   While other threads keep every core busy, each of these yields may last
//!   as long as one of their time slices.
//! - After a `fork`, the child has the lock as it was at that moment. If
//!   another thread held it, no thread of the child will ever release it.
//! - `Lock` is not `RefUnwindSafe`, unlike `std::sync::Mutex`, because it is
//!   not poisoned: after a caught panic the value may be half changed. Say
//!   with `AssertUnwindSafe` that you have thought of that.
//!
//! The chapter that explains this file is `src/lock.md`.

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::{Duration, Instant};

use raw::{Holder, RawLock};

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
#[doc(alias = "Mutex")]
#[derive(Default)]
pub struct Lock<T: ?Sized = ()> {
    pub(crate) raw: RawLock,
    /// Reached through the one guard of either type, or through `&mut Lock`.
    value: UnsafeCell<T>,
}

// SAFETY: a `&Lock` gives a thread at most a guard, and with it `&mut T` while
// no other thread has a guard. So threads use `T` in turns, and never at the
// same time: `T: Send` is what that asks for, and `T: Sync` is not.
unsafe impl<T: ?Sized + Send> Sync for Lock<T> {}

/// Access to the value of a [`Lock`]; dropping it releases the lock.
///
/// It stays on the thread that acquired the lock.
#[doc(alias = "MutexGuard")]
#[must_use = "the lock is released as soon as its guard is dropped"]
pub struct LockGuard<'a, T: ?Sized> {
    pub(crate) lock: &'a Lock<T>,
    /// Keeps the guard from being `Send`, whatever `T` is.
    on_its_thread: PhantomData<*const ()>,
}

// SAFETY: a `&LockGuard` lends nothing but `&T`, which several threads may use
// at once if `T: Sync`. The guard itself is dropped by its own thread.
unsafe impl<T: ?Sized + Sync> Sync for LockGuard<'_, T> {}

/// Access to a part of the value of a [`Lock`], made by [`LockGuard::map`];
/// dropping it releases the lock.
///
/// It stays on the thread that acquired the lock.
///
/// ```compile_fail,E0277
/// use std::thread;
/// use threading::Lock;
/// use threading::lock::LockGuard;
///
/// let pair = Lock::new((1, 2));
/// let first = LockGuard::map(pair.acquire(), |pair| &mut pair.0);
/// thread::scope(|scope| {
///     scope.spawn(move || drop(first));
/// });
/// ```
///
/// What is written through it must live as long as the value does:
///
/// ```compile_fail,E0597
/// use threading::Lock;
/// use threading::lock::LockGuard;
///
/// let names: Lock<[&'static str; 2]> = Lock::new(["Ada", "Grace"]);
/// let mut first = LockGuard::map(names.acquire(), |names| &mut names[0]);
/// let local = String::from("Edsger");
/// *first = &local;
/// drop(first);
/// ```
#[doc(alias = "MappedMutexGuard")]
#[must_use = "the lock is released as soon as its guard is dropped"]
pub struct MappedLockGuard<'a, U: ?Sized> {
    raw: &'a RawLock,
    /// A pointer, since a `&mut U` would have to stay unique until the end of
    /// the call that drops the guard, and the lock is free before that.
    part: NonNull<U>,
    /// The guard lends a `&mut U`, so it must be invariant in `U`.
    lends: PhantomData<&'a mut U>,
}

// SAFETY: as for `LockGuard`: a `&MappedLockGuard` lends nothing but `&U`. The
// guard is not `Send`, because of the pointer, so its own thread drops it.
unsafe impl<U: ?Sized + Sync> Sync for MappedLockGuard<'_, U> {}

/// Access to the value of a [`Lock`] in an [`Arc`]; dropping it releases the
/// lock.
///
/// The guard shares ownership of the lock, so it borrows nothing.
/// If `T` is `Send`, it may move to another thread, which then releases the
/// lock.
/// It belongs to no particular thread, so the deadlock detector of
/// `parking_lot` does not track it.
/// A `Condition` can't wait with it: that takes a [`LockGuard`].
#[doc(alias("OwnedMutexGuard", "ArcMutexGuard"))]
#[must_use = "the lock is released as soon as its guard is dropped"]
pub struct OwnedLockGuard<T: ?Sized> {
    lock: Arc<Lock<T>>,
}

// `Send` is derived: the guard can leave its thread if `Arc<Lock<T>>` can,
// which asks for `T: Send`. The thread that gets it has all that a thread gets
// which acquires the lock, and may drop the lock with its value.

// SAFETY: a `&OwnedLockGuard` lends nothing but `&T`, which several threads
// may use at once if `T: Sync`. They get no `Arc` from it, and can't drop the
// guard while it is borrowed.
unsafe impl<T: ?Sized + Sync> Sync for OwnedLockGuard<T> {}

/// The error of [`Lock::release`]: the lock was not held by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReleaseError {
    /// Whether the lock was held through a guard, owned or not, at that
    /// moment; otherwise it was free.
    ///
    /// A lock that is held through a guard is released by that guard and by
    /// nothing else.
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
            raw: RawLock::new(),
            value: UnsafeCell::new(value),
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
        self.value.into_inner()
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
    #[doc(alias = "lock")]
    // ANCHOR: acquire
    #[inline]
    pub fn acquire(&self) -> LockGuard<'_, T> {
        self.raw.acquire(Holder::Guard, None);
        self.guard()
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
    #[doc(alias = "try_lock")]
    // ANCHOR: timed
    #[inline]
    #[must_use = "the lock is released as soon as its guard is dropped"]
    pub fn try_acquire(&self) -> Option<LockGuard<'_, T>> {
        self.raw.try_acquire(Holder::Guard).then(|| self.guard())
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
    #[doc(alias = "try_lock_for")]
    #[must_use = "the lock is released as soon as its guard is dropped"]
    pub fn acquire_timeout(
        &self,
        timeout: Duration,
    ) -> Option<LockGuard<'_, T>> {
        let acquired = self.raw.acquire_timeout(Holder::Guard, timeout);
        acquired.then(|| self.guard())
    }

    /// Acquires the lock, waiting no longer than until `deadline`.
    ///
    /// Returns `None` if the lock did not become free by then.
    /// A deadline in the past tries once; `None` waits forever.
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
    #[doc(alias = "try_lock_until")]
    #[must_use = "the lock is released as soon as its guard is dropped"]
    pub fn acquire_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Option<LockGuard<'_, T>> {
        let acquired = self.raw.acquire(Holder::Guard, deadline.into());
        acquired.then(|| self.guard())
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
    #[doc(alias = "locked")]
    pub fn is_locked(&self) -> bool {
        self.raw.holder().is_some()
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
        self.value.get_mut()
    }

    /// The guard of the calling thread, which has just acquired `raw`.
    #[inline]
    fn guard(&self) -> LockGuard<'_, T> {
        LockGuard {
            lock: self,
            on_its_thread: PhantomData,
        }
    }
}

/// Guards of a part of the value.
///
/// These are associated functions, called as `LockGuard::map(guard, …)`, so
/// that they hide no method of the value.
impl<'a, T: ?Sized> LockGuard<'a, T> {
    /// Narrows the guard to a part of the value.
    ///
    /// If `part` panics, the lock is released.
    ///
    /// ```
    /// use threading::Lock;
    /// use threading::lock::LockGuard;
    ///
    /// let account = Lock::new(("Ada", 100));
    /// let mut balance =
    ///     LockGuard::map(account.acquire(), |account| &mut account.1);
    /// *balance += 10;
    /// assert!(account.is_locked());
    /// drop(balance);
    /// assert_eq!(*account.acquire(), ("Ada", 110));
    /// ```
    ///
    /// The reference that `part` gets can't be kept:
    ///
    /// ```compile_fail,E0521
    /// use threading::Lock;
    /// use threading::lock::LockGuard;
    ///
    /// let lock = Lock::new(1);
    /// let mut kept = None;
    /// let guard = LockGuard::map(lock.acquire(), |value| {
    ///     kept = Some(&*value);
    ///     value
    /// });
    /// ```
    pub fn map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut T) -> &mut U,
    ) -> MappedLockGuard<'a, U> {
        let part = NonNull::from(part(&mut guard));
        guard.narrowed(part)
    }

    /// Narrows the guard to a part of the value, if it has that part.
    ///
    /// # Errors
    ///
    /// The guard itself, if `part` returns `None`.
    ///
    /// ```
    /// use threading::Lock;
    /// use threading::lock::LockGuard;
    ///
    /// let names = Lock::new(vec!["Ada"]);
    /// let guard = names.acquire();
    /// let last = LockGuard::try_map(guard, |names| names.last_mut());
    /// assert_eq!(*last.unwrap(), "Ada");
    ///
    /// let guard = names.acquire();
    /// let second = LockGuard::try_map(guard, |names| names.get_mut(1));
    /// assert_eq!(second.unwrap_err().len(), 1);
    /// ```
    pub fn try_map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<MappedLockGuard<'a, U>, Self> {
        match part(&mut guard).map(NonNull::from) {
            Some(part) => Ok(guard.narrowed(part)),
            None => Err(guard),
        }
    }

    /// Hands the lock over to a guard of `part`, which was borrowed from this
    /// guard.
    fn narrowed<U: ?Sized>(self, part: NonNull<U>) -> MappedLockGuard<'a, U> {
        MappedLockGuard {
            raw: &ManuallyDrop::new(self).lock.raw,
            part,
            lends: PhantomData,
        }
    }
}

impl<'a, U: ?Sized> MappedLockGuard<'a, U> {
    /// Narrows the guard further; see [`LockGuard::map`].
    ///
    /// ```
    /// use threading::Lock;
    /// use threading::lock::{LockGuard, MappedLockGuard};
    ///
    /// let nested = Lock::new((1, (2, 3)));
    /// let inner = LockGuard::map(nested.acquire(), |all| &mut all.1);
    /// let last = MappedLockGuard::map(inner, |inner| &mut inner.1);
    /// assert_eq!(*last, 3);
    /// ```
    pub fn map<V: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut U) -> &mut V,
    ) -> MappedLockGuard<'a, V> {
        let part = NonNull::from(part(&mut guard));
        guard.narrowed(part)
    }

    /// Narrows the guard further, if there is such a part; see
    /// [`LockGuard::try_map`].
    ///
    /// # Errors
    ///
    /// The guard itself, if `part` returns `None`.
    ///
    /// ```
    /// use threading::Lock;
    /// use threading::lock::{LockGuard, MappedLockGuard};
    ///
    /// let pair = Lock::new((1, vec![2, 3]));
    /// let list = LockGuard::map(pair.acquire(), |pair| &mut pair.1);
    /// let last = MappedLockGuard::try_map(list, |list| list.last_mut());
    /// assert_eq!(*last.unwrap(), 3);
    /// ```
    pub fn try_map<V: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut U) -> Option<&mut V>,
    ) -> Result<MappedLockGuard<'a, V>, Self> {
        match part(&mut guard).map(NonNull::from) {
            Some(part) => Ok(guard.narrowed(part)),
            None => Err(guard),
        }
    }

    /// As in `LockGuard`.
    fn narrowed<V: ?Sized>(self, part: NonNull<V>) -> MappedLockGuard<'a, V> {
        MappedLockGuard {
            raw: ManuallyDrop::new(self).raw,
            part,
            lends: PhantomData,
        }
    }
}

/// Owned guards, for a lock in an [`Arc`]: the guard may move into another
/// thread, or into a struct without a lifetime.
///
/// The `Arc` is cloned only if the lock is acquired.
impl<T: ?Sized> Lock<T> {
    /// Acquires the lock, waiting as long as it takes, and returns a guard
    /// that may move to another thread.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::thread;
    /// use threading::Lock;
    ///
    /// let total = Arc::new(Lock::new(3));
    /// let mut guard = total.acquire_owned();
    /// let adder = thread::spawn(move || *guard += 4); // releases it
    /// assert_eq!(*total.acquire(), 7);
    /// # adder.join().unwrap();
    /// ```
    #[doc(alias("lock_owned", "lock_arc"))]
    pub fn acquire_owned(self: &Arc<Self>) -> OwnedLockGuard<T> {
        self.raw.acquire(Holder::Owned, None);
        self.owned_guard()
    }

    /// Acquires the lock if it is free, without waiting.
    ///
    /// Returns `None` if it is held.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use threading::Lock;
    ///
    /// let lock = Arc::new(Lock::new(7));
    /// let guard = lock.try_acquire_owned().unwrap();
    /// assert!(lock.try_acquire_owned().is_none());
    /// assert_eq!(*guard, 7);
    /// ```
    #[doc(alias("try_lock_owned", "try_lock_arc"))]
    #[must_use = "the lock is released as soon as its guard is dropped"]
    pub fn try_acquire_owned(self: &Arc<Self>) -> Option<OwnedLockGuard<T>> {
        let acquired = self.raw.try_acquire(Holder::Owned);
        acquired.then(|| self.owned_guard())
    }

    /// Acquires the lock, waiting no longer than `timeout`.
    ///
    /// Returns `None` if the lock did not become free in that time.
    /// A timeout of zero tries once; one too long for the clock waits
    /// forever.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Duration;
    /// use threading::Lock;
    ///
    /// let lock = Arc::new(Lock::new(()));
    /// let guard = lock.acquire();
    /// let wait = Duration::from_millis(5);
    /// assert!(lock.acquire_owned_timeout(wait).is_none());
    /// # drop(guard);
    /// ```
    #[doc(alias = "try_lock_arc_for")]
    #[must_use = "the lock is released as soon as its guard is dropped"]
    pub fn acquire_owned_timeout(
        self: &Arc<Self>,
        timeout: Duration,
    ) -> Option<OwnedLockGuard<T>> {
        let acquired = self.raw.acquire_timeout(Holder::Owned, timeout);
        acquired.then(|| self.owned_guard())
    }

    /// Acquires the lock, waiting no longer than until `deadline`.
    ///
    /// Returns `None` if the lock did not become free by then.
    /// A deadline in the past tries once; `None` waits forever.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Instant;
    /// use threading::Lock;
    ///
    /// let lock = Arc::new(Lock::new(()));
    /// assert!(lock.acquire_owned_deadline(Instant::now()).is_some());
    /// ```
    #[doc(alias = "try_lock_arc_until")]
    #[must_use = "the lock is released as soon as its guard is dropped"]
    pub fn acquire_owned_deadline(
        self: &Arc<Self>,
        deadline: impl Into<Option<Instant>>,
    ) -> Option<OwnedLockGuard<T>> {
        let acquired = self.raw.acquire(Holder::Owned, deadline.into());
        acquired.then(|| self.owned_guard())
    }

    /// The guard of `raw`, which has just been acquired for it.
    fn owned_guard(self: &Arc<Self>) -> OwnedLockGuard<T> {
        OwnedLockGuard {
            lock: Arc::clone(self),
        }
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
        self.raw.acquire(Holder::Hand, None);
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
    #[must_use = "if it did, the caller owes a release"]
    pub fn try_acquire_by_hand(&self) -> bool {
        self.raw.try_acquire(Holder::Hand)
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
    #[must_use = "if it did, the caller owes a release"]
    pub fn acquire_by_hand_timeout(&self, timeout: Duration) -> bool {
        self.raw.acquire_timeout(Holder::Hand, timeout)
    }

    /// Acquires the lock without a guard, waiting no longer than until
    /// `deadline`; tells whether it did.
    ///
    /// A deadline in the past tries once; `None` waits forever.
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::Lock;
    ///
    /// let lock = Lock::new(());
    /// assert!(lock.acquire_by_hand_deadline(Instant::now()));
    /// assert!(!lock.acquire_by_hand_deadline(Instant::now()));
    /// lock.release()?;
    /// # Ok::<(), threading::lock::ReleaseError>(())
    /// ```
    #[must_use = "if it did, the caller owes a release"]
    pub fn acquire_by_hand_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> bool {
        self.raw.acquire(Holder::Hand, deadline.into())
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
    #[doc(alias = "unlock")]
    pub fn release(&self) -> Result<(), ReleaseError> {
        // SAFETY: a lock that is held by hand gives no access to the value.
        match unsafe { self.raw.free(Holder::Hand) } {
            Ok(state) => {
                self.raw.wake_if_any(state);
                Ok(())
            }
            Err(state) => Err(ReleaseError {
                held_by_guard: raw::holder(state).is_some(),
            }),
        }
    }
    // ANCHOR_END: by_hand
}

impl<T: ?Sized> Drop for LockGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the guard exists, so its thread, which is this one, holds
        // the lock through it. No borrow of the value outlives the guard.
        unsafe { self.lock.raw.release(Holder::Guard) };
    }
}

impl<T: ?Sized> Deref for LockGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: there is one guard at a time, so nothing reaches the value
        // but through this one, and it is borrowed here, as the answer is.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> DerefMut for LockGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`; the guard is borrowed mutably, so no other
        // borrow of the value exists.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<U: ?Sized> Drop for MappedLockGuard<'_, U> {
    fn drop(&mut self) {
        // SAFETY: as in `LockGuard`, whose hold on the lock this guard has
        // taken over.
        unsafe { self.raw.release(Holder::Guard) };
    }
}

impl<U: ?Sized> Deref for MappedLockGuard<'_, U> {
    type Target = U;

    fn deref(&self) -> &U {
        // SAFETY: the pointer was a `&mut U`, borrowed from a guard that holds
        // the lock for as long as this one exists: nothing else reaches the
        // part. `map` let nobody keep that reference, since the lifetime of
        // its argument is any that the closure does not know.
        unsafe { self.part.as_ref() }
    }
}

impl<U: ?Sized> DerefMut for MappedLockGuard<'_, U> {
    fn deref_mut(&mut self) -> &mut U {
        // SAFETY: as in `deref`; the guard is borrowed mutably, so no other
        // borrow of the part exists.
        unsafe { self.part.as_mut() }
    }
}

impl<T: ?Sized> Drop for OwnedLockGuard<T> {
    fn drop(&mut self) {
        // SAFETY: the guard exists, so the lock is held through it, and its
        // `Arc` keeps the lock alive until the release is over. No borrow of
        // the value outlives the guard.
        unsafe { self.lock.raw.release(Holder::Owned) };
    }
}

impl<T: ?Sized> Deref for OwnedLockGuard<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: as in `LockGuard`; there is one guard at a time, of either
        // type. Only a clone of the `Arc` could reach the value in another
        // way, and it gives `&Lock`, never `&mut Lock`, while this one exists.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> DerefMut for OwnedLockGuard<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`; the guard is borrowed mutably, so no other
        // borrow of the value exists.
        unsafe { &mut *self.lock.value.get() }
    }
}

/// The lock without its value, which `RLock` and `Condition` are built on too.
pub(crate) mod raw {
    use std::sync::atomic::{AtomicU8, Ordering};
    use std::time::{Duration, Instant};

    use parking_lot_core::{
        DEFAULT_PARK_TOKEN, DEFAULT_UNPARK_TOKEN, ParkResult, SpinWait,
        deadlock,
    };

    // ANCHOR: raw
    /// No thread holds the lock, and none sleeps.
    const FREE: u8 = 0;
    /// The bits that say who holds the lock; zero if it is free.
    const HOLDER: u8 = 0b011;
    /// What they are while the lock is held by hand.
    const HAND: u8 = 0b010;
    /// What they are while the lock is held through an owned guard.
    const OWNED: u8 = 0b011;
    /// Threads sleep in the queue until the lock is released.
    const SLEEPERS: u8 = 0b100;

    /// How a lock is held.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[repr(u8)]
    pub enum Holder {
        /// By a thread, until its guard is dropped.
        Guard = 0b001,
        /// By hand, until any thread releases it.
        Hand = HAND,
        /// Through a guard that any thread may drop.
        Owned = OWNED,
    }

    /// Who holds a lock whose byte is `state`.
    pub fn holder(state: u8) -> Option<Holder> {
        match state & HOLDER {
            FREE => None,
            HAND => Some(Holder::Hand),
            OWNED => Some(Holder::Owned),
            _ => Some(Holder::Guard),
        }
    }

    /// A lock without a value: one byte that says who holds it and whether
    /// threads sleep until it is free.
    ///
    /// The sleepers are in a queue that `parking_lot_core` keeps for the
    /// address of the byte, behind a lock of its own.
    /// Whenever the queue is unlocked and has a thread in it, `SLEEPERS` is
    /// set.
    ///
    /// Every change of the byte is one atomic read-modify-write operation, so
    /// an acquisition sees what each earlier release made visible, whichever
    /// thread made it.
    #[derive(Default)]
    pub struct RawLock {
        state: AtomicU8,
    }
    // ANCHOR_END: raw

    // ANCHOR: raw_acquire
    impl RawLock {
        pub const fn new() -> Self {
            RawLock {
                state: AtomicU8::new(FREE),
            }
        }

        /// Who holds the lock right now.
        pub fn holder(&self) -> Option<Holder> {
            holder(self.state.load(Ordering::Relaxed))
        }

        /// Acquires the lock; `false` if that takes longer than until
        /// `deadline`.
        #[inline]
        pub fn acquire(
            &self,
            holder: Holder,
            deadline: Option<Instant>,
        ) -> bool {
            let acquired = self.take(FREE, holder).is_ok()
                || self.acquire_slowly(holder, deadline);
            self.note(acquired, holder)
        }

        /// Acquires the lock if it is free.
        #[inline]
        pub fn try_acquire(&self, holder: Holder) -> bool {
            let acquired = self.take_if_free(holder);
            self.note(acquired, holder)
        }

        #[inline]
        fn take_if_free(&self, holder: Holder) -> bool {
            let mut state = FREE; // a guess, corrected below
            while state & HOLDER == 0 {
                match self.take(state, holder) {
                    Ok(_) => return true,
                    Err(actual) => state = actual,
                }
            }
            false
        }

        /// Acquires the lock; `false` if that takes longer than `timeout`.
        pub fn acquire_timeout(
            &self,
            holder: Holder,
            timeout: Duration,
        ) -> bool {
            // No deadline: the sum is too large for the clock.
            let deadline = Instant::now().checked_add(timeout);
            self.acquire(holder, deadline)
        }

        /// One try to acquire a lock that is free, if its byte is still
        /// `state`.
        #[inline]
        fn take(&self, state: u8, holder: Holder) -> Result<u8, u8> {
            // `Acquire` pairs with `release` and `free`.
            let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
            let held = state | holder as u8;
            self.state
                .compare_exchange_weak(state, held, acquire, relaxed)
        }

        #[cold]
        fn acquire_slowly(
            &self,
            holder: Holder,
            deadline: Option<Instant>,
        ) -> bool {
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return self.take_if_free(holder);
            }
            let mut spin = SpinWait::new();
            loop {
                let state = self.state.load(Ordering::Relaxed);
                if state & HOLDER == 0 {
                    if self.take(state, holder).is_ok() {
                        return true;
                    }
                } else if state & SLEEPERS != 0 || !spin.spin() {
                    if self.sleep(deadline) == ParkResult::TimedOut {
                        return false;
                    }
                    spin.reset();
                }
            }
        }

        /// Sleeps until a release wakes this thread, or until `deadline`;
        /// returns at once if the lock is free.
        fn sleep(&self, deadline: Option<Instant>) -> ParkResult {
            let still_held = || self.announce_sleeper();
            let time_is_up = |_, was_last| {
                if was_last {
                    self.state.fetch_and(!SLEEPERS, Ordering::Relaxed);
                }
            };
            let (key, token) = (self.queue(), DEFAULT_PARK_TOKEN);
            // SAFETY: the key is the address of our own byte. No closure
            // panics or uses parking_lot.
            unsafe {
                parking_lot_core::park(
                    key,
                    still_held,
                    || {},
                    time_is_up,
                    token,
                    deadline,
                )
            }
        }

        /// Sets `SLEEPERS`, with the queue locked; `false` if the lock is
        /// free.
        pub fn announce_sleeper(&self) -> bool {
            // `SLEEPERS` carries nothing but itself: whoever sees it locks the
            // queue before it does anything about it.
            let relaxed = Ordering::Relaxed;
            let announce =
                |state| (state & HOLDER != 0).then_some(state | SLEEPERS);
            self.state.fetch_update(relaxed, relaxed, announce).is_ok()
        }
        // ANCHOR_END: raw_acquire

        // ANCHOR: raw_release
        /// Releases the lock and wakes a sleeper if there is one.
        ///
        /// # Safety
        ///
        /// `holder` is a guard, owned or of the calling thread, and holds the
        /// lock. Neither the guard nor what the lock protects is used through
        /// it from now on.
        #[inline]
        pub unsafe fn release(&self, holder: Holder) {
            self.forget(holder);
            // `Release` pairs with `take`.
            let guard = holder as u8;
            let before = self.state.fetch_sub(guard, Ordering::Release);
            self.wake_if_any(before);
        }

        /// Frees the lock if `holder` holds it, and wakes no sleeper; returns
        /// the byte as it was, in both cases.
        ///
        /// Checking and freeing are one step, so when several threads release
        /// one acquisition by hand, exactly one of them succeeds.
        ///
        /// # Safety
        ///
        /// If `holder` is a guard, it belongs to the calling thread, and until
        /// the lock is acquired again nobody uses what the lock protects in a
        /// way that its next holder must not see.
        pub unsafe fn free(&self, holder: Holder) -> Result<u8, u8> {
            // `Release` pairs with `take`.
            let (release, relaxed) = (Ordering::Release, Ordering::Relaxed);
            self.state.fetch_update(release, relaxed, |state| {
                (state & HOLDER == holder as u8).then_some(state & !HOLDER)
            })
        }

        /// Wakes a sleeper if there was one in `state`.
        #[inline]
        pub fn wake_if_any(&self, state: u8) {
            if state & SLEEPERS != 0 {
                self.wake_one();
            }
        }

        #[cold]
        fn wake_one(&self) {
            // SAFETY: the key is the address of our own byte. The closure
            // neither panics nor uses parking_lot.
            unsafe {
                parking_lot_core::unpark_one(self.queue(), |result| {
                    if !result.have_more_threads {
                        self.state.fetch_and(!SLEEPERS, Ordering::Relaxed);
                    }
                    DEFAULT_UNPARK_TOKEN
                });
            }
        }
        // ANCHOR_END: raw_release

        /// The name of the queue: an address that nothing else uses for one.
        pub fn queue(&self) -> usize {
            self.state.as_ptr() as usize
        }

        /// Tells parking_lot's deadlock detector, if it is on, that this
        /// thread has `acquired` the lock, and returns `acquired`.
        ///
        /// A lock that is held by hand or through an owned guard belongs to no
        /// thread: any other may release it, so the detector must not wait for
        /// this one.
        #[inline]
        pub fn note(&self, acquired: bool, holder: Holder) -> bool {
            if acquired && holder == Holder::Guard {
                // SAFETY: no callback of parking_lot is running.
                unsafe { deadlock::acquire_resource(self.queue()) };
            }
            acquired
        }

        /// Takes back what [`note`](RawLock::note) has said.
        #[inline]
        pub fn forget(&self, holder: Holder) {
            if holder == Holder::Guard {
                // SAFETY: as in `note`.
                unsafe { deadlock::release_resource(self.queue()) };
            }
        }
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

impl<U: ?Sized + fmt::Debug> fmt::Debug for MappedLockGuard<'_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<U: ?Sized + fmt::Display> fmt::Display for MappedLockGuard<'_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for OwnedLockGuard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for OwnedLockGuard<T> {
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
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::{self, RecvTimeoutError};
    use std::thread;

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
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

    /// Waits until a thread sleeps on a lock that is held.
    fn wait_for_a_sleeper<T>(lock: &Lock<T>) {
        while byte(lock) <= Holder::Owned as u8 {
            thread::yield_now();
        }
    }

    /// Who holds a lock, and whether threads sleep.
    fn byte<T>(lock: &Lock<T>) -> u8 {
        let other = match lock.raw.holder() {
            Some(Holder::Hand) => Holder::Guard,
            _ => Holder::Hand,
        };
        // SAFETY: nothing is freed, since the lock is held in another way.
        unsafe { lock.raw.free(other) }.unwrap_err()
    }

    #[test]
    fn no_increment_is_lost() {
        in_time(|| {
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
        });
    }

    #[test]
    fn by_hand_excludes_other_threads() {
        in_time(|| {
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
        });
    }

    #[test]
    fn try_acquire_fails_while_held_and_succeeds_after() {
        in_time(|| {
            let lock = Lock::new(1);
            let guard = lock.acquire();
            assert!(lock.is_locked());
            assert!(lock.try_acquire().is_none());
            assert!(!lock.try_acquire_by_hand());
            drop(guard);
            assert!(!lock.is_locked());
            assert!(lock.try_acquire().is_some());
            assert!(lock.try_acquire_by_hand());
        });
    }

    #[test]
    fn a_timeout_does_not_end_early() {
        in_time(|| {
            let lock = Lock::new(());
            let guard = lock.acquire();
            let (start, wait) = (Instant::now(), Duration::from_millis(20));
            assert!(lock.acquire_timeout(wait).is_none());
            assert!(lock.acquire_deadline(start + wait * 2).is_none());
            assert!(!lock.acquire_by_hand_timeout(wait));
            assert!(!lock.acquire_by_hand_deadline(start + wait * 4));
            assert!(start.elapsed() >= wait * 4);
            drop(guard);
        });
    }

    #[test]
    fn zero_and_expired_timeouts_try_once() {
        in_time(|| {
            let lock = Lock::new(());
            let past = Instant::now();
            assert!(lock.acquire_timeout(Duration::ZERO).is_some());
            assert!(lock.acquire_deadline(past).is_some());
            assert!(lock.acquire_by_hand_timeout(Duration::ZERO));
            assert!(lock.acquire_timeout(Duration::ZERO).is_none());
            assert!(lock.acquire_deadline(past).is_none());
            assert!(!lock.acquire_by_hand_timeout(Duration::ZERO));
            assert!(!lock.acquire_by_hand_deadline(past));
            lock.release().unwrap();
            assert!(lock.acquire_by_hand_deadline(past));
        });
    }

    #[test]
    fn the_longest_timeout_waits_instead_of_panicking() {
        in_time(|| {
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
        });
    }

    #[test]
    fn no_deadline_means_to_wait_forever() {
        in_time(|| {
            let lock = Arc::new(Lock::new(()));
            let by_hand = || {
                lock.acquire_by_hand_deadline(None) && lock.release().is_ok()
            };
            thread::scope(|scope| {
                let guard = lock.acquire();
                let waiters = [
                    scope.spawn(|| lock.acquire_deadline(None).is_some()),
                    scope.spawn(|| lock.acquire_owned_deadline(None).is_some()),
                    scope.spawn(by_hand),
                ];
                drop(guard);
                for waiter in waiters {
                    assert!(waiter.join().unwrap());
                }
            });
        });
    }

    #[test]
    fn release_without_acquire_is_an_error_and_changes_nothing() {
        in_time(|| {
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
        });
    }

    #[test]
    fn release_leaves_a_guard_alone() {
        in_time(|| {
            let lock = Lock::new(3);
            let guard = lock.acquire();
            assert!(lock.release().unwrap_err().held_by_guard);
            assert!(lock.try_acquire().is_none());
            drop(guard);
        });
    }

    #[test]
    fn an_owned_guard_is_released_by_the_thread_that_drops_it() {
        in_time(|| {
            let lock = Arc::new(Lock::new(1));
            let (go, told_to_go) = mpsc::channel();
            let mut guard = lock.acquire_owned();
            let other = thread::spawn(move || {
                told_to_go.recv_timeout(LONG).unwrap();
                *guard += 1;
            });
            assert!(lock.try_acquire().is_none());
            go.send(()).unwrap();
            assert_eq!(*lock.acquire_timeout(LONG).unwrap(), 2);
            other.join().unwrap();
        });
    }

    #[test]
    fn release_leaves_an_owned_guard_alone() {
        in_time(|| {
            let lock = Arc::new(Lock::new(3));
            let guard = lock.acquire_owned();
            assert!(lock.release().unwrap_err().held_by_guard);
            assert!(lock.is_locked());
            drop(guard);
            assert!(!lock.release().unwrap_err().held_by_guard);
            assert!(!lock.is_locked());
        });
    }

    #[test]
    fn an_owned_guard_is_refused_while_the_lock_is_held() {
        in_time(|| {
            let lock = Arc::new(Lock::new(1));
            let (past, none) = (Instant::now(), Duration::ZERO);
            let guards = || {
                let at_once = lock.try_acquire_owned().is_some();
                let timeout = lock.acquire_owned_timeout(none).is_some();
                let deadline = lock.acquire_owned_deadline(past).is_some();
                [at_once, timeout, deadline]
            };
            assert_eq!(guards(), [true; 3]);
            let guard = lock.acquire();
            assert_eq!(guards(), [false; 3]);
            drop(guard);
            lock.acquire_by_hand();
            assert_eq!(guards(), [false; 3]);
            lock.release().unwrap();
            let guard = lock.acquire_owned();
            assert_eq!(guards(), [false; 3]);
            assert_eq!(format!("{guard} {guard:?}"), "1 1");
        });
    }

    #[test]
    fn an_owned_guard_keeps_the_lock_alive_and_drops_it_last() {
        in_time(|| {
            let lock = Arc::new(Lock::new(Arc::new(())));
            let value = Arc::clone(&lock.acquire());
            let guard = lock.acquire_owned();
            drop(lock);
            assert_eq!(Arc::strong_count(&value), 2);
            drop(guard);
            assert_eq!(Arc::strong_count(&value), 1);
        });
    }

    #[test]
    fn a_failed_acquisition_keeps_no_owner() {
        in_time(|| {
            let lock = Arc::new(Lock::new(1));
            let guard = lock.acquire();
            assert!(lock.try_acquire_owned().is_none());
            assert!(lock.acquire_owned_timeout(Duration::ZERO).is_none());
            assert!(lock.acquire_owned_deadline(Instant::now()).is_none());
            drop(guard);
            assert_eq!(Arc::strong_count(&lock), 1);
        });
    }

    #[test]
    fn a_mapped_guard_holds_the_lock_until_it_is_dropped() {
        in_time(|| {
            let lock = Lock::new((1, [2, 3]));
            let array = LockGuard::map(lock.acquire(), |pair| &mut pair.1);
            assert!(lock.try_acquire().is_none());
            assert!(lock.release().unwrap_err().held_by_guard);
            let slice: MappedLockGuard<'_, [i32]> =
                MappedLockGuard::map(array, |array| &mut array[..]);
            assert!(lock.try_acquire().is_none());
            let last =
                MappedLockGuard::try_map(slice, |slice| slice.last_mut());
            let mut last = last.unwrap();
            *last += 1;
            assert_eq!(format!("{last} {last:?}"), "4 4");
            assert!(lock.try_acquire().is_none());
            drop(last);
            assert_eq!(*lock.try_acquire().unwrap(), (1, [2, 4]));
        });
    }

    #[test]
    fn a_part_that_is_missing_gives_the_guard_back() {
        in_time(|| {
            let lock = Lock::new(vec![vec![1]]);
            let guard = lock.acquire();
            let missing = LockGuard::try_map(guard, |list| list.get_mut(1));
            let guard = missing.unwrap_err();
            assert!(lock.try_acquire().is_none());
            let inner = LockGuard::map(guard, |list| &mut list[0]);
            let missing =
                MappedLockGuard::try_map(inner, |list| list.get_mut(1));
            assert_eq!(*missing.unwrap_err(), [1]);
            assert!(!lock.is_locked());
        });
    }

    #[test]
    fn a_panic_while_a_part_is_chosen_releases_the_lock() {
        in_time(|| {
            let lock = Lock::new(1);
            let choose = AssertUnwindSafe(|| {
                drop(LockGuard::map(lock.acquire(), |_| -> &mut i32 {
                    panic!()
                }));
            });
            assert!(panic::catch_unwind(choose).is_err());
            assert!(!lock.is_locked());
            let choose = AssertUnwindSafe(|| {
                let whole = LockGuard::map(lock.acquire(), |value| value);
                drop(MappedLockGuard::map(whole, |_| -> &mut i32 { panic!() }));
            });
            assert!(panic::catch_unwind(choose).is_err());
            assert!(!lock.is_locked());
        });
    }

    #[test]
    fn of_many_releases_exactly_one_succeeds() {
        in_time(|| {
            let lock = Lock::new(());
            for _ in 0..500 {
                lock.acquire_by_hand();
                let released: usize = thread::scope(|scope| {
                    let tries =
                        [(); 3].map(|()| scope.spawn(|| lock.release()));
                    let tries = tries.map(|thread| thread.join().unwrap());
                    tries.iter().filter(|result| result.is_ok()).count()
                });
                assert_eq!(released, 1);
                assert!(!lock.is_locked());
            }
        });
    }

    #[test]
    fn another_thread_may_release() {
        in_time(|| {
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
        });
    }

    #[test]
    fn what_is_locked_by_hand_can_be_released_by_any_thread() {
        in_time(|| {
            const TIMES: usize = 20_000;
            let lock = Lock::new(());
            thread::scope(|scope| {
                scope.spawn(|| (0..TIMES).for_each(|_| lock.acquire_by_hand()));
                for _ in 0..TIMES {
                    while !lock.is_locked() {
                        thread::yield_now();
                    }
                    assert_eq!(lock.release(), Ok(()));
                }
            });
        });
    }

    #[test]
    fn a_failed_release_tells_of_guards_only_where_there_are_any() {
        in_time(|| {
            let (lock, stop) = (Lock::new(()), AtomicBool::new(false));
            thread::scope(|scope| {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        lock.acquire_by_hand();
                        let _ = lock.release();
                    }
                });
                for _ in 0..100_000 {
                    let told = lock.release().err();
                    assert!(!told.is_some_and(|error| error.held_by_guard));
                }
                stop.store(true, Ordering::Relaxed);
            });
        });
    }

    #[test]
    fn an_expired_deadline_does_not_fail_on_a_lock_with_sleepers() {
        in_time(|| {
            let lock = Lock::new(());
            // As it is between a release and the moment in which the thread
            // that it woke has the lock.
            lock.acquire_by_hand();
            lock.raw.announce_sleeper();
            // SAFETY: it is held by hand, and nobody sleeps.
            unsafe { lock.raw.free(Holder::Hand) }.unwrap();
            assert!(lock.acquire_deadline(Instant::now()).is_some());
            assert!(lock.try_acquire().is_some());
            assert!(lock.acquire_timeout(Duration::ZERO).is_some());
        });
    }

    #[test]
    fn a_panic_releases_and_does_not_poison() {
        in_time(|| {
            let lock = Lock::new(1);
            let result = panic::catch_unwind(AssertUnwindSafe(|| {
                let mut guard = lock.acquire();
                *guard = 2;
                panic!("while the lock is held");
            }));
            assert!(result.is_err());
            assert_eq!(*lock.acquire(), 2);
        });
    }

    #[test]
    fn a_waiter_gets_the_lock_when_it_is_released() {
        in_time(|| {
            let lock = Lock::new(0);
            thread::scope(|scope| {
                let guard = lock.acquire();
                scope.spawn(|| *lock.acquire_timeout(LONG).unwrap() += 1);
                drop(guard);
            });
            assert_eq!(lock.into_inner(), 1);
        });
    }

    #[test]
    fn each_release_wakes_a_thread_that_sleeps() {
        /// Releases the lock while a thread sleeps on it.
        fn wakes(lock: &Lock<i32>, release: impl FnOnce()) {
            thread::scope(|scope| {
                scope.spawn(|| *lock.acquire() += 1);
                wait_for_a_sleeper(lock);
                release();
            });
            let guard = lock.acquire();
            assert_eq!(byte(lock), Holder::Guard as u8, "nobody sleeps");
            drop(guard);
        }
        in_time(|| {
            let lock = Arc::new(Lock::new(0));
            let guard = lock.acquire();
            wakes(&lock, || drop(guard));
            let guard = lock.acquire_owned();
            wakes(&lock, || drop(guard));
            let guard = LockGuard::map(lock.acquire(), |value| value);
            wakes(&lock, || drop(guard));
            lock.acquire_by_hand();
            wakes(&lock, || lock.release().unwrap());
            assert_eq!(*lock.acquire(), 4);
        });
    }

    #[test]
    fn each_lock_has_a_queue_of_its_own() {
        let (first, second) = (Lock::new(()), Lock::new(()));
        assert_ne!(first.raw.queue(), second.raw.queue());
    }

    #[test]
    fn a_sleeper_is_announced_only_while_the_lock_is_held() {
        in_time(|| {
            let lock = Lock::new(());
            assert!(!lock.raw.announce_sleeper());
            let guard = lock.acquire();
            assert_eq!(byte(&lock), Holder::Guard as u8);
            for _ in 0..2 {
                assert!(lock.raw.announce_sleeper());
                assert!(byte(&lock) > Holder::Owned as u8);
            }
            drop(guard);
        });
    }

    #[test]
    fn the_lock_knows_how_it_is_held() {
        in_time(|| {
            let lock = Arc::new(Lock::new(()));
            assert_eq!(lock.raw.holder(), None);
            let guard = lock.acquire();
            assert_eq!(lock.raw.holder(), Some(Holder::Guard));
            drop(guard);
            let guard = lock.acquire_owned();
            assert_eq!(lock.raw.holder(), Some(Holder::Owned));
            drop(guard);
            lock.acquire_by_hand();
            assert_eq!(lock.raw.holder(), Some(Holder::Hand));
            lock.release().unwrap();
        });
    }

    #[test]
    fn the_value_is_reached_and_shown() {
        in_time(|| {
            let mut lock = Lock::from(4);
            *lock.get_mut() += 1;
            assert_eq!(format!("{lock:?}"), "Lock(5)");
            let guard = lock.acquire();
            assert_eq!(
                format!("{lock:?} {guard} {guard:?}"),
                "Lock(<locked>) 5 5"
            );
        });
    }

    #[test]
    fn errors_are_sentences() {
        in_time(|| {
            let text =
                |held_by_guard| ReleaseError { held_by_guard }.to_string();
            assert_eq!(text(false), "release of a lock that nobody holds");
            assert_eq!(
                text(true),
                "release of a lock that is held through a guard"
            );
        });
    }
}
// ANCHOR_END: module
