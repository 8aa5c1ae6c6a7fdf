// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A condition: threads wait until another thread says that something
//! changed.
//!
//! [`Condition`] is Python's `threading.Condition`.
//! It joins a lock and a waiting room.
//! To wait is to leave the lock and enter the waiting room in one step, so a
//! notification can't slip in between.
//!
//! Use [`Condition`] where threads wait for a state that you define: work in
//! a list, room in a buffer.
//! For a flag that is set once, an event is simpler; for a number of free
//! places, a semaphore; for values that change hands, a channel.
//!
//! # Before you copy it
//!
//! - The file contains `unsafe`, so a crate with `#![forbid(unsafe_code)]`
//!   can't hold it; the files that travel with it ask for 64-bit atomics.
//! - A timeout limits the wait for a notification. Afterwards the thread
//!   acquires the lock again, and that may take longer.
//! - After a `fork`, the child has a condition on which nobody waits, over a
//!   lock as it was at that moment.
//! - A condition is `RefUnwindSafe` where its lock is: over an `RLock`, and
//!   not over a `Lock`.
//!
//! The chapter that explains this file is `src/condition.md`.
//!
//! Travels with: `lock.rs`, `rlock.rs`.

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot_core::{
    DEFAULT_PARK_TOKEN, DEFAULT_UNPARK_TOKEN, ParkResult, RequeueOp,
    UnparkResult,
};

use super::lock::raw::{Holder, RawLock};
use super::lock::{Lock, LockGuard};
use super::rlock::{Depth, RLock, RLockGuard};

// ANCHOR: types
/// A lock together with the threads that wait for a change of what it
/// protects.
///
/// `Condition::default()` brings its own reentrant lock, as Python's
/// `Condition()` does.
/// [`Condition::new`] takes a lock from you: a [`Lock`] or an [`RLock`] with
/// your data inside, or a reference or an [`Arc`] to one, so that several
/// conditions can share it.
///
/// A wait ends when this condition is notified, and at no other time: there
/// are no spurious wake-ups.
/// Wait in a loop all the same, or with [`wait_for`](Condition::wait_for):
/// between the notification and your turn another thread may have changed
/// the state again.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use threading::{Condition, Lock};
///
/// let work = Condition::new(Lock::new(Vec::new()));
/// thread::scope(|scope| {
///     scope.spawn(|| {
///         let mut list = work.acquire();
///         list.push(2);
///         work.notify_one(&list);
///     });
///
///     let mut list = work.acquire();
///     work.wait_for(&mut list, |list| !list.is_empty());
///     assert_eq!(*list, [2]);
/// });
/// ```
///
/// # Differences from Python
///
/// - To wait or to notify you show the guard, so doing either without the
///   lock is a compile-time error. Python raises `RuntimeError`.
/// - The data lives inside the lock.
/// - The notifying methods say how many threads they woke.
///
/// Source: [Condition objects][python].
///
/// [python]: https://docs.python.org/3/library/threading.html#condition-objects
#[doc(alias = "Condvar")]
#[derive(Default)]
pub struct Condition<L = RLock<()>> {
    lock: L,
    waiters: Waiters,
}

/// A lock that a [`Condition`] can be built over.
///
/// It is implemented for [`Lock`], for [`RLock`] with a value that is `Sync`,
/// and for references and [`Arc`]s to them; it can't be implemented
/// elsewhere.
///
/// A wait releases an [`RLock`] at every level, while guards of outer levels
/// may still lend references to the value.
/// The next thread that acquires the lock then uses the value at the same
/// time, which only a type that is `Sync` allows.
/// A [`Lock`] needs no such thing: its one guard is borrowed by the wait.
///
/// ```compile_fail,E0277
/// use std::cell::Cell;
/// use threading::{Condition, RLock};
///
/// let condition = Condition::new(RLock::new(Cell::new(0)));
/// ```
pub trait ConditionLock: sealed::Sealed {
    /// What the lock protects.
    type Value: ?Sized;

    /// The guard of the lock.
    type Guard<'a>: Deref<Target = Self::Value> + sealed::Guard
    where
        Self: 'a;

    /// Acquires the lock; `None` if that takes until `deadline`.
    #[doc(hidden)]
    #[track_caller]
    fn acquire(&self, deadline: Option<Instant>) -> Option<Self::Guard<'_>>;
}
// ANCHOR_END: types

/// The error of a by-hand call without the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotHeldError;

impl<L: ConditionLock> Condition<L> {
    /// Creates a condition over `lock`.
    ///
    /// Give a reference or an [`Arc`] to let several conditions share one
    /// lock.
    ///
    /// ```
    /// use threading::{Condition, Lock};
    ///
    /// let buffer = Lock::new([0; 8]);
    /// let not_empty = Condition::new(&buffer);
    /// let not_full = Condition::new(&buffer);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is `Condition(lock)`.
    /// `Condition()`, over a new reentrant lock, is `Condition::default()`.
    pub const fn new(lock: L) -> Self {
        Condition {
            lock,
            waiters: Waiters::new(),
        }
    }

    /// The lock under this condition.
    ///
    /// ```
    /// use threading::{Condition, Lock};
    ///
    /// let condition = Condition::new(Lock::new(2));
    /// assert!(!condition.lock().is_locked());
    /// ```
    pub fn lock(&self) -> &L {
        &self.lock
    }

    /// Acquires the lock, waiting as long as it takes.
    ///
    /// ```
    /// use threading::{Condition, Lock};
    ///
    /// let work_list = Condition::new(Lock::new(vec![2]));
    /// assert_eq!(*work_list.acquire(), [2]);
    /// ```
    ///
    /// # Panics
    ///
    /// As the lock under this condition does: a reentrant one panics when
    /// its level count overflows.
    #[inline]
    #[track_caller]
    pub fn acquire(&self) -> L::Guard<'_> {
        match self.lock.acquire(None) {
            Some(guard) => guard,
            None => unreachable!("there is no deadline"),
        }
    }

    /// Acquires the lock if it is free, without waiting.
    ///
    /// ```
    /// use threading::{Condition, Lock};
    ///
    /// let condition = Condition::new(Lock::new(()));
    /// let guard = condition.acquire();
    /// assert!(condition.try_acquire().is_none());
    /// # drop(guard);
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`acquire`](Condition::acquire).
    #[track_caller]
    #[must_use = "the lock is released as soon as its guard is dropped"]
    pub fn try_acquire(&self) -> Option<L::Guard<'_>> {
        self.acquire_timeout(Duration::ZERO)
    }

    /// Acquires the lock, waiting no longer than `timeout`.
    ///
    /// A timeout of zero tries once; one too long for the clock waits
    /// forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::{Condition, Lock};
    ///
    /// let condition = Condition::new(Lock::new(()));
    /// let guard = condition.acquire();
    /// let wait = Duration::from_millis(5);
    /// assert!(condition.acquire_timeout(wait).is_none());
    /// # drop(guard);
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`acquire`](Condition::acquire).
    #[track_caller]
    #[must_use = "the lock is released as soon as its guard is dropped"]
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<L::Guard<'_>> {
        self.lock.acquire(deadline_after(timeout))
    }

    /// Acquires the lock, waiting no longer than until `deadline`.
    ///
    /// A deadline in the past tries once; `None` waits forever.
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::{Condition, Lock};
    ///
    /// let condition = Condition::new(Lock::new(()));
    /// assert!(condition.acquire_deadline(Instant::now()).is_some());
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`acquire`](Condition::acquire).
    #[track_caller]
    #[must_use = "the lock is released as soon as its guard is dropped"]
    pub fn acquire_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Option<L::Guard<'_>> {
        self.lock.acquire(deadline.into())
    }

    /// Releases the lock, waits for a notification, and acquires the lock
    /// again.
    ///
    /// Releasing and starting to wait are one step: a thread that gets the
    /// lock after this one left it finds it waiting.
    /// A reentrant lock is released at every level, and every level is
    /// restored; other guards of this thread stay what they are, and so do
    /// references into the value, which is why it must be `Sync` there.
    ///
    /// Check the state in a loop around this call, or let
    /// [`wait_for`](Condition::wait_for) do that.
    ///
    /// ```
    /// use std::thread;
    /// use threading::{Condition, Lock};
    ///
    /// let door = Condition::new(Lock::new("closed"));
    /// thread::scope(|scope| {
    ///     scope.spawn(|| {
    ///         let mut state = door.acquire();
    ///         *state = "open";
    ///         door.notify_all(&state);
    ///     });
    ///     let mut state = door.acquire();
    ///     while *state != "open" {
    ///         door.wait(&mut state);
    ///     }
    /// });
    /// ```
    ///
    /// No reference into the value of a [`Lock`] outlives a wait, because the
    /// wait borrows the guard mutably:
    ///
    /// ```compile_fail,E0502
    /// use threading::{Condition, Lock};
    ///
    /// let orders = Condition::new(Lock::new(vec!["soup"]));
    /// let mut guard = orders.acquire();
    /// let first = &guard[0];
    /// orders.wait(&mut guard); // another thread may empty the list
    /// println!("{first}");
    /// ```
    ///
    /// A guard of a part of the value is no guard to wait with, because what
    /// it points to may be gone after the wait:
    ///
    /// ```compile_fail,E0308
    /// use threading::lock::LockGuard;
    /// use threading::{Condition, Lock};
    ///
    /// let orders = Condition::new(Lock::new(vec!["soup"]));
    /// let guard = orders.acquire();
    /// let mut first = LockGuard::map(guard, |orders| &mut orders[0]);
    /// orders.wait(&mut first);
    /// ```
    ///
    /// # Panics
    ///
    /// If `guard` belongs to another lock.
    ///
    /// # Differences from Python
    ///
    /// `condition.wait()` without the lock raises `RuntimeError`.
    /// Here it does not compile, since there is no guard to show.
    #[doc(alias = "await")]
    // ANCHOR: wait
    #[inline]
    #[track_caller]
    pub fn wait(&self, guard: &mut L::Guard<'_>) {
        self.sleep(guard, None);
    }

    /// Like [`wait`](Condition::wait), for no longer than `timeout`; tells
    /// whether the thread was notified.
    ///
    /// A timeout of zero releases the lock, does not sleep, and acquires it
    /// again; one too long for the clock waits forever.
    /// A thread whose time is up is no longer a waiter: it takes no
    /// notification away from the others.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::{Condition, Lock};
    ///
    /// let condition = Condition::new(Lock::new(()));
    /// let mut guard = condition.acquire();
    /// let wait = Duration::from_millis(5);
    /// assert!(!condition.wait_timeout(&mut guard, wait));
    /// ```
    ///
    /// # Panics
    ///
    /// If `guard` belongs to another lock.
    #[track_caller]
    pub fn wait_timeout(
        &self,
        guard: &mut L::Guard<'_>,
        timeout: Duration,
    ) -> bool {
        self.sleep(guard, deadline_after(timeout))
    }

    /// Like [`wait`](Condition::wait), for no longer than until `deadline`;
    /// tells whether the thread was notified.
    ///
    /// A deadline in the past is like a timeout of zero: see
    /// [`wait_timeout`](Condition::wait_timeout). `None` waits forever.
    ///
    /// A deadline is the better bound for a loop: each wait gets what the
    /// earlier ones left.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use threading::{Condition, Lock};
    ///
    /// let door = Condition::new(Lock::new("closed"));
    /// let mut state = door.acquire();
    /// let deadline = Instant::now() + Duration::from_millis(5);
    /// while *state != "open" {
    ///     if !door.wait_deadline(&mut state, deadline) {
    ///         break; // nobody opens it
    ///     }
    /// }
    /// ```
    ///
    /// # Panics
    ///
    /// If `guard` belongs to another lock.
    #[doc(alias("wait_until", "awaitUntil"))]
    #[track_caller]
    pub fn wait_deadline(
        &self,
        guard: &mut L::Guard<'_>,
        deadline: impl Into<Option<Instant>>,
    ) -> bool {
        self.sleep(guard, deadline.into())
    }

    /// Waits with the lock held through `guard`; tells whether the thread was
    /// notified before `deadline`.
    #[track_caller]
    fn sleep(
        &self,
        guard: &mut L::Guard<'_>,
        deadline: Option<Instant>,
    ) -> bool {
        self.check(guard);
        // SAFETY: `guard` is of this lock and of this thread, since it can't
        // leave its thread, and it is borrowed mutably here.
        let notified = unsafe { self.leave_and_sleep(Holder::Guard, deadline) };
        notified.expect("the guard holds the lock")
    }

    /// Leaves the lock at every level, waits, and comes back to the same
    /// level.
    ///
    /// # Safety
    ///
    /// If `holder` is a guard, the calling thread holds the lock, and uses no
    /// guard of a `Lock` until this returns.
    unsafe fn leave_and_sleep(
        &self,
        holder: Holder,
        deadline: Option<Instant>,
    ) -> Result<bool, NotHeldError> {
        let levels = self.lock.leave();
        let raw = self.lock.raw();
        // SAFETY: a `Lock` has one guard, and the caller does not use it. Of
        // an `RLock`, this thread may have lent any number of `&T` through
        // guards of outer levels, and they stay alive while other threads
        // acquire the lock and get `&T` as well. That is right for a `T` that
        // is `Sync`, and `ConditionLock` is implemented for no other. Nobody
        // gets `&mut T`: `RLock::get_mut` asks for the lock itself.
        let notified = unsafe { self.waiters.wait(raw, holder, deadline) };
        self.lock.come_back(levels);
        notified
    }
    // ANCHOR_END: wait

    /// Waits until `predicate` holds, and returns with the lock held.
    ///
    /// The predicate is called with the lock held: once at the start, and
    /// after each notification.
    ///
    /// ```
    /// use threading::{Condition, Lock};
    ///
    /// let work_list = Condition::new(Lock::new(vec![2]));
    /// let mut list = work_list.acquire();
    /// work_list.wait_for(&mut list, |list| !list.is_empty());
    /// assert_eq!(list.pop(), Some(2));
    /// ```
    ///
    /// # Panics
    ///
    /// If `guard` belongs to another lock; and when the predicate does.
    ///
    /// # Differences from Python
    ///
    /// The predicate is given the protected value.
    /// It may return only `bool`.
    #[doc(alias = "wait_while")]
    // ANCHOR: wait_for
    #[track_caller]
    pub fn wait_for(
        &self,
        guard: &mut L::Guard<'_>,
        predicate: impl FnMut(&L::Value) -> bool,
    ) {
        self.sleep_until(guard, predicate, None);
    }

    /// Waits until `predicate` holds, for no longer than `timeout`; returns
    /// what the predicate said last.
    ///
    /// A timeout of zero asks the predicate at most twice and does not
    /// sleep; one too long for the clock waits forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::{Condition, Lock};
    ///
    /// let work_list = Condition::new(Lock::new(Vec::<u32>::new()));
    /// let mut list = work_list.acquire();
    /// let some = |list: &Vec<u32>| !list.is_empty();
    /// let wait = Duration::from_millis(5);
    /// assert!(!work_list.wait_for_timeout(&mut list, some, wait));
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`wait_for`](Condition::wait_for).
    #[doc(alias("wait_timeout_while", "wait_while_for"))]
    #[must_use = "whether the predicate holds"]
    #[track_caller]
    pub fn wait_for_timeout(
        &self,
        guard: &mut L::Guard<'_>,
        predicate: impl FnMut(&L::Value) -> bool,
        timeout: Duration,
    ) -> bool {
        self.sleep_until(guard, predicate, deadline_after(timeout))
    }

    /// Waits until `predicate` holds, for no longer than until `deadline`;
    /// returns what the predicate said last.
    ///
    /// A deadline in the past asks the predicate at most twice and does not
    /// sleep; `None` waits forever.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use threading::{Condition, Lock};
    ///
    /// let work_list = Condition::new(Lock::new(Vec::<u32>::new()));
    /// let mut list = work_list.acquire();
    /// let some = |list: &Vec<u32>| !list.is_empty();
    /// let deadline = Instant::now() + Duration::from_millis(5);
    /// assert!(!work_list.wait_for_deadline(&mut list, some, deadline));
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`wait_for`](Condition::wait_for).
    #[doc(alias = "wait_while_until")]
    #[must_use = "whether the predicate holds"]
    #[track_caller]
    pub fn wait_for_deadline(
        &self,
        guard: &mut L::Guard<'_>,
        predicate: impl FnMut(&L::Value) -> bool,
        deadline: impl Into<Option<Instant>>,
    ) -> bool {
        self.sleep_until(guard, predicate, deadline.into())
    }

    /// Sleeps until `predicate` holds; returns what it said last.
    #[track_caller]
    fn sleep_until(
        &self,
        guard: &mut L::Guard<'_>,
        mut predicate: impl FnMut(&L::Value) -> bool,
        deadline: Option<Instant>,
    ) -> bool {
        self.check(guard);
        while !predicate(guard) {
            if !self.sleep(guard, deadline) {
                return predicate(guard);
            }
        }
        true
    }
    // ANCHOR_END: wait_for

    /// Wakes one waiting thread; tells whether there was one.
    ///
    /// The woken thread goes on when it gets the lock, so not before `guard`
    /// is dropped.
    /// Which waiter is woken is not specified.
    ///
    /// ```
    /// use threading::{Condition, Lock};
    ///
    /// let work_list = Condition::new(Lock::new(Vec::new()));
    /// let mut list = work_list.acquire();
    /// list.push(2);
    /// assert!(!work_list.notify_one(&list)); // nobody waits
    /// ```
    ///
    /// # Panics
    ///
    /// If `guard` belongs to another lock.
    ///
    /// # Differences from Python
    ///
    /// This is `condition.notify()`, which returns `None`.
    #[doc(alias = "signal")]
    // ANCHOR: notify
    #[inline]
    #[track_caller]
    pub fn notify_one(&self, guard: &L::Guard<'_>) -> bool {
        self.check(guard);
        self.waiters.notify_one(self.lock.raw())
    }

    /// Wakes up to `n` waiting threads; returns how many.
    ///
    /// ```
    /// use threading::{Condition, Lock};
    ///
    /// let work_list = Condition::new(Lock::new(Vec::new()));
    /// let mut list = work_list.acquire();
    /// list.extend([2, 3]);
    /// assert_eq!(work_list.notify(&list, 2), 0); // nobody waits
    /// ```
    ///
    /// # Panics
    ///
    /// If `guard` belongs to another lock.
    ///
    /// # Differences from Python
    ///
    /// This is `condition.notify(n)`, which returns `None`.
    #[track_caller]
    pub fn notify(&self, guard: &L::Guard<'_>, n: usize) -> usize {
        self.check(guard);
        self.waiters.notify(self.lock.raw(), n)
    }

    /// Wakes every waiting thread; returns how many.
    ///
    /// ```
    /// use threading::{Condition, Lock};
    ///
    /// let closing = Condition::new(Lock::new(false));
    /// let mut closed = closing.acquire();
    /// *closed = true;
    /// assert_eq!(closing.notify_all(&closed), 0); // nobody waits
    /// ```
    ///
    /// # Panics
    ///
    /// If `guard` belongs to another lock.
    #[doc(alias("broadcast", "notifyAll", "signalAll"))]
    #[track_caller]
    pub fn notify_all(&self, guard: &L::Guard<'_>) -> usize {
        self.check(guard);
        self.waiters.notify(self.lock.raw(), usize::MAX)
    }

    #[inline]
    #[track_caller]
    fn check(&self, guard: &L::Guard<'_>) {
        let (mine, its) = (self.lock.raw(), sealed::Guard::raw(guard));
        assert!(
            ptr::eq(mine, its),
            "the guard belongs to another lock, at {its:p}, than this \
             condition's, at {mine:p}"
        );
    }
    // ANCHOR_END: notify
}

/// The by-hand forms, for callers that can't keep a guard.
impl<L: ConditionLock> Condition<L> {
    /// Acquires the lock without a guard, waiting as long as it takes.
    ///
    /// The caller owes one [`release`](Condition::release).
    ///
    /// ```
    /// use threading::Condition;
    ///
    /// let condition: Condition = Condition::default();
    /// condition.acquire_by_hand();
    /// condition.release()?;
    /// # Ok::<(), threading::condition::NotHeldError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`acquire`](Condition::acquire).
    #[track_caller]
    pub fn acquire_by_hand(&self) {
        self.lock.acquire_by_hand(None);
    }

    /// Acquires the lock without a guard if that takes no waiting; tells
    /// whether it did.
    ///
    /// ```
    /// use threading::{Condition, Lock};
    ///
    /// let condition = Condition::new(Lock::new(()));
    /// assert!(condition.try_acquire_by_hand());
    /// assert!(!condition.try_acquire_by_hand());
    /// condition.release()?;
    /// # Ok::<(), threading::condition::NotHeldError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`acquire`](Condition::acquire).
    #[track_caller]
    #[must_use = "if it did, the caller owes a release"]
    pub fn try_acquire_by_hand(&self) -> bool {
        self.acquire_by_hand_timeout(Duration::ZERO)
    }

    /// Acquires the lock without a guard, waiting no longer than `timeout`;
    /// tells whether it did.
    ///
    /// A timeout of zero tries once; one too long for the clock waits
    /// forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::{Condition, Lock};
    ///
    /// let condition = Condition::new(Lock::new(()));
    /// let guard = condition.acquire();
    /// let wait = Duration::from_millis(5);
    /// assert!(!condition.acquire_by_hand_timeout(wait));
    /// # drop(guard);
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`acquire`](Condition::acquire).
    #[track_caller]
    #[must_use = "if it did, the caller owes a release"]
    pub fn acquire_by_hand_timeout(&self, timeout: Duration) -> bool {
        self.lock.acquire_by_hand(deadline_after(timeout))
    }

    /// Acquires the lock without a guard, waiting no longer than until
    /// `deadline`; tells whether it did.
    ///
    /// A deadline in the past tries once; `None` waits forever.
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::{Condition, Lock};
    ///
    /// let condition = Condition::new(Lock::new(()));
    /// assert!(condition.acquire_by_hand_deadline(Instant::now()));
    /// condition.release()?;
    /// # Ok::<(), threading::condition::NotHeldError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`acquire`](Condition::acquire).
    #[track_caller]
    #[must_use = "if it did, the caller owes a release"]
    pub fn acquire_by_hand_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> bool {
        self.lock.acquire_by_hand(deadline.into())
    }

    /// Releases the lock that was acquired by hand.
    ///
    /// # Errors
    ///
    /// [`NotHeldError`] if the lock is not held by hand, or, where it is
    /// reentrant, not by this thread.
    /// Nothing changes then.
    ///
    /// ```
    /// use threading::Condition;
    /// use threading::condition::NotHeldError;
    ///
    /// let condition: Condition = Condition::default();
    /// assert_eq!(condition.release(), Err(NotHeldError));
    /// ```
    ///
    /// # Differences from Python
    ///
    /// Python raises `RuntimeError: cannot release un-acquired lock`.
    pub fn release(&self) -> Result<(), NotHeldError> {
        self.lock.release_by_hand()
    }

    /// Waits like [`wait`](Condition::wait), with the lock held by hand.
    ///
    /// # Errors
    ///
    /// [`NotHeldError`] at once if the lock is not held by hand, or, where
    /// it is reentrant, not by this thread.
    ///
    /// ```
    /// use threading::Condition;
    /// use threading::condition::NotHeldError;
    ///
    /// let condition: Condition = Condition::default();
    /// assert_eq!(condition.wait_by_hand(), Err(NotHeldError));
    /// ```
    ///
    /// Over a [`Lock`], which is held by no particular thread, a wait by
    /// another thread than the one that acquired it releases it all the same.
    ///
    /// # Differences from Python
    ///
    /// Python raises `RuntimeError: cannot wait on un-acquired lock`.
    pub fn wait_by_hand(&self) -> Result<(), NotHeldError> {
        self.sleep_by_hand(None).map(drop)
    }

    /// Waits like [`wait_timeout`](Condition::wait_timeout), with the lock
    /// held by hand; tells whether the thread was notified.
    ///
    /// # Errors
    ///
    /// Like [`wait_by_hand`](Condition::wait_by_hand).
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Condition;
    ///
    /// let condition: Condition = Condition::default();
    /// condition.acquire_by_hand();
    /// let wait = Duration::from_millis(5);
    /// assert!(!condition.wait_by_hand_timeout(wait)?);
    /// condition.release()?;
    /// # Ok::<(), threading::condition::NotHeldError>(())
    /// ```
    pub fn wait_by_hand_timeout(
        &self,
        timeout: Duration,
    ) -> Result<bool, NotHeldError> {
        self.sleep_by_hand(deadline_after(timeout))
    }

    /// Waits like [`wait_deadline`](Condition::wait_deadline), with the lock
    /// held by hand; tells whether the thread was notified.
    ///
    /// # Errors
    ///
    /// Like [`wait_by_hand`](Condition::wait_by_hand).
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::Condition;
    ///
    /// let condition: Condition = Condition::default();
    /// condition.acquire_by_hand();
    /// assert!(!condition.wait_by_hand_deadline(Instant::now())?);
    /// condition.release()?;
    /// # Ok::<(), threading::condition::NotHeldError>(())
    /// ```
    pub fn wait_by_hand_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Result<bool, NotHeldError> {
        self.sleep_by_hand(deadline.into())
    }

    /// Waits like [`wait_for`](Condition::wait_for), with the lock held by
    /// hand.
    ///
    /// The predicate is given nothing: a by-hand owner has no access to the
    /// value, and asks about something elsewhere.
    ///
    /// # Errors
    ///
    /// Like [`wait_by_hand`](Condition::wait_by_hand); also if the predicate
    /// asks for a wait after it has released the lock.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicBool, Ordering};
    /// use std::thread;
    /// use threading::Condition;
    ///
    /// let condition: Condition = Condition::default();
    /// let open = AtomicBool::new(false);
    /// thread::scope(|scope| {
    ///     scope.spawn(|| {
    ///         let guard = condition.acquire();
    ///         open.store(true, Ordering::Relaxed);
    ///         condition.notify_all(&guard);
    ///     });
    ///     condition.acquire_by_hand();
    ///     condition.wait_for_by_hand(|| open.load(Ordering::Relaxed))?;
    ///     condition.release()
    /// })?;
    /// # Ok::<(), threading::condition::NotHeldError>(())
    /// ```
    pub fn wait_for_by_hand(
        &self,
        predicate: impl FnMut() -> bool,
    ) -> Result<(), NotHeldError> {
        self.sleep_until_by_hand(predicate, None).map(drop)
    }

    /// Waits like [`wait_for_timeout`](Condition::wait_for_timeout), with the
    /// lock held by hand; returns what the predicate said last.
    ///
    /// # Errors
    ///
    /// Like [`wait_for_by_hand`](Condition::wait_for_by_hand).
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Condition;
    ///
    /// let condition: Condition = Condition::default();
    /// condition.acquire_by_hand();
    /// let wait = Duration::from_millis(5);
    /// assert!(!condition.wait_for_by_hand_timeout(|| false, wait)?);
    /// condition.release()?;
    /// # Ok::<(), threading::condition::NotHeldError>(())
    /// ```
    #[must_use = "whether the predicate holds"]
    pub fn wait_for_by_hand_timeout(
        &self,
        predicate: impl FnMut() -> bool,
        timeout: Duration,
    ) -> Result<bool, NotHeldError> {
        self.sleep_until_by_hand(predicate, deadline_after(timeout))
    }

    /// Waits like [`wait_for_deadline`](Condition::wait_for_deadline), with
    /// the lock held by hand; returns what the predicate said last.
    ///
    /// # Errors
    ///
    /// Like [`wait_for_by_hand`](Condition::wait_for_by_hand).
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::Condition;
    ///
    /// let condition: Condition = Condition::default();
    /// condition.acquire_by_hand();
    /// let past = Instant::now();
    /// assert!(condition.wait_for_by_hand_deadline(|| true, past)?);
    /// condition.release()?;
    /// # Ok::<(), threading::condition::NotHeldError>(())
    /// ```
    #[must_use = "whether the predicate holds"]
    pub fn wait_for_by_hand_deadline(
        &self,
        predicate: impl FnMut() -> bool,
        deadline: impl Into<Option<Instant>>,
    ) -> Result<bool, NotHeldError> {
        self.sleep_until_by_hand(predicate, deadline.into())
    }

    fn sleep_until_by_hand(
        &self,
        mut predicate: impl FnMut() -> bool,
        deadline: Option<Instant>,
    ) -> Result<bool, NotHeldError> {
        self.check_by_hand()?;
        while !predicate() {
            if !self.sleep_by_hand(deadline)? {
                return Ok(predicate());
            }
        }
        Ok(true)
    }

    fn sleep_by_hand(
        &self,
        deadline: Option<Instant>,
    ) -> Result<bool, NotHeldError> {
        self.check_by_hand()?;
        let holder = self.lock.holder_by_hand();
        // SAFETY: a `Lock` that is held by hand has no guard. An `RLock` is
        // held by this thread.
        unsafe { self.leave_and_sleep(holder, deadline) }
    }

    /// Wakes up to `n` waiting threads, with the lock held by hand; returns
    /// how many.
    ///
    /// # Errors
    ///
    /// Like [`wait_by_hand`](Condition::wait_by_hand); nobody is woken then.
    ///
    /// ```
    /// use threading::Condition;
    /// use threading::condition::NotHeldError;
    ///
    /// let condition: Condition = Condition::default();
    /// assert_eq!(condition.notify_by_hand(1), Err(NotHeldError));
    ///
    /// condition.acquire_by_hand();
    /// assert_eq!(condition.notify_by_hand(1), Ok(0));
    /// condition.release()?;
    /// # Ok::<(), NotHeldError>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// Python raises `RuntimeError: cannot notify on un-acquired lock`.
    pub fn notify_by_hand(&self, n: usize) -> Result<usize, NotHeldError> {
        self.check_by_hand()?;
        Ok(self.waiters.notify(self.lock.raw(), n))
    }

    /// Wakes every waiting thread, with the lock held by hand; returns how
    /// many.
    ///
    /// # Errors
    ///
    /// Like [`notify_by_hand`](Condition::notify_by_hand).
    ///
    /// ```
    /// use threading::Condition;
    ///
    /// let condition: Condition = Condition::default();
    /// condition.acquire_by_hand();
    /// assert_eq!(condition.notify_all_by_hand(), Ok(0)); // nobody waits
    /// condition.release()?;
    /// # Ok::<(), threading::condition::NotHeldError>(())
    /// ```
    pub fn notify_all_by_hand(&self) -> Result<usize, NotHeldError> {
        self.notify_by_hand(usize::MAX)
    }

    fn check_by_hand(&self) -> Result<(), NotHeldError> {
        let is_held = self.lock.is_held_by_hand();
        is_held.then_some(()).ok_or(NotHeldError)
    }
}

/// When `timeout` will have passed; `None` stands for never.
fn deadline_after(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

// ANCHOR: waiters
/// The threads that wait, in a queue that `parking_lot_core` keeps for the
/// address of this flag.
///
/// While a thread is in the queue, the flag is true.
#[derive(Default)]
struct Waiters {
    any: AtomicBool,
}

impl Waiters {
    const fn new() -> Self {
        Waiters {
            any: AtomicBool::new(false),
        }
    }

    /// Frees `lock`, sleeps, and acquires it again for `holder`; tells whether
    /// a notification came before `deadline`.
    ///
    /// # Errors
    ///
    /// [`NotHeldError`] at once if `holder` does not hold `lock`.
    ///
    /// # Safety
    ///
    /// As for [`RawLock::free`].
    unsafe fn wait(
        &self,
        lock: &RawLock,
        holder: Holder,
        deadline: Option<Instant>,
    ) -> Result<bool, NotHeldError> {
        lock.forget(holder);
        // SAFETY: the caller's promise.
        let result = unsafe { self.free_and_sleep(lock, holder, deadline) };
        match result {
            Ok(_) => lock.acquire(holder, None),
            Err(NotHeldError) => lock.note(true, holder),
        };
        result
    }

    /// Frees `lock` and enters the queue in one step, as far as others can
    /// see, because both happen while the queue is locked.
    ///
    /// # Safety
    ///
    /// As for [`RawLock::free`].
    unsafe fn free_and_sleep(
        &self,
        lock: &RawLock,
        holder: Holder,
        deadline: Option<Instant>,
    ) -> Result<bool, NotHeldError> {
        let (freed, moved) = (Cell::new(Err(0)), Cell::new(false));
        let free = || {
            // Before the lock is free, so that its next holder sees it.
            self.any.store(true, Ordering::Relaxed);
            // SAFETY: the caller's promise.
            freed.set(unsafe { lock.free(holder) });
            freed.get().is_ok()
        };
        let wake = || lock.wake_if_any(freed.get().unwrap_or(0));
        let time_is_up = |queue, was_last| {
            // In the queue of the lock: it was notified in time.
            moved.set(queue != self.queue());
            if was_last && !moved.get() {
                self.any.store(false, Ordering::Relaxed);
            }
        };
        let (queue, token) = (self.queue(), DEFAULT_PARK_TOKEN);
        // SAFETY: the key is the address of our own flag. No closure panics;
        // `wake` alone uses parking_lot, and does not park.
        let result = unsafe {
            parking_lot_core::park(
                queue, free, wake, time_is_up, token, deadline,
            )
        };
        match result {
            ParkResult::Unparked(_) => Ok(true),
            ParkResult::TimedOut => Ok(moved.get()),
            ParkResult::Invalid => Err(NotHeldError),
        }
    }
    // ANCHOR_END: waiters

    // ANCHOR: wake
    fn notify(&self, lock: &RawLock, n: usize) -> usize {
        (0..n).take_while(|_| self.notify_one(lock)).count()
    }

    #[inline]
    fn notify_one(&self, lock: &RawLock) -> bool {
        // A thread that freed the lock in order to wait has stored `true`
        // before, and the caller has acquired the lock since.
        self.any.load(Ordering::Relaxed) && self.wake_one(lock)
    }

    /// Moves a waiting thread to the queue of the lock, where a release will
    /// wake it; if the lock is free already, wakes it at once.
    #[cold]
    fn wake_one(&self, lock: &RawLock) -> bool {
        let choose = || {
            let is_held = lock.announce_sleeper();
            if is_held {
                RequeueOp::RequeueOne
            } else {
                RequeueOp::UnparkOne
            }
        };
        let note = |_, result: UnparkResult| {
            if !result.have_more_threads {
                self.any.store(false, Ordering::Relaxed);
            }
            DEFAULT_UNPARK_TOKEN
        };
        let (from, to) = (self.queue(), lock.queue());
        // SAFETY: the keys are addresses of our own. No closure panics or
        // uses parking_lot.
        let result =
            unsafe { parking_lot_core::unpark_requeue(from, to, choose, note) };
        result.unparked_threads + result.requeued_threads > 0
    }
    // ANCHOR_END: wake

    /// The name of the queue: an address that nothing else uses for one.
    fn queue(&self) -> usize {
        self.any.as_ptr() as usize
    }
}

// ANCHOR: locks
mod sealed {
    use super::{Depth, Holder, Instant, NotHeldError, RawLock};

    /// Who owns a reentrant lock, and how often; nothing for another lock.
    #[derive(Default)]
    pub struct Levels {
        pub(super) owner: u64,
        pub(super) depth: Depth,
    }

    /// What a condition does with its lock.
    pub trait Sealed {
        fn raw(&self) -> &RawLock;

        /// Leaves all levels but the last, which `raw` is; the caller holds
        /// the lock.
        fn leave(&self) -> Levels;

        /// Comes back to the levels that `leave` has left.
        fn come_back(&self, levels: Levels);

        /// Acquires the lock by hand; `false` if that takes until `deadline`.
        #[track_caller]
        fn acquire_by_hand(&self, deadline: Option<Instant>) -> bool;

        fn release_by_hand(&self) -> Result<(), NotHeldError>;

        /// Whether the lock is held by hand and, where it has an owner, by
        /// this thread.
        fn is_held_by_hand(&self) -> bool;

        /// How `raw` is held by hand.
        fn holder_by_hand(&self) -> Holder;
    }

    /// A guard that shows to which lock it belongs.
    pub trait Guard {
        fn raw(&self) -> &RawLock;
    }
}

use sealed::Levels;

impl<T: ?Sized> ConditionLock for Lock<T> {
    type Value = T;
    type Guard<'a>
        = LockGuard<'a, T>
    where
        T: 'a;

    #[inline]
    fn acquire(&self, deadline: Option<Instant>) -> Option<LockGuard<'_, T>> {
        match deadline {
            None => Some(Lock::acquire(self)),
            Some(deadline) => self.acquire_deadline(deadline),
        }
    }
}

impl<T: ?Sized> sealed::Guard for LockGuard<'_, T> {
    #[inline]
    fn raw(&self) -> &RawLock {
        &self.lock.raw
    }
}

impl<T: ?Sized> sealed::Sealed for Lock<T> {
    #[inline]
    fn raw(&self) -> &RawLock {
        &self.raw
    }

    fn leave(&self) -> Levels {
        Levels::default()
    }

    fn come_back(&self, _: Levels) {}

    fn acquire_by_hand(&self, deadline: Option<Instant>) -> bool {
        self.raw.acquire(Holder::Hand, deadline)
    }

    fn release_by_hand(&self) -> Result<(), NotHeldError> {
        self.release().map_err(|_| NotHeldError)
    }

    fn is_held_by_hand(&self) -> bool {
        self.raw.holder() == Some(Holder::Hand)
    }

    fn holder_by_hand(&self) -> Holder {
        Holder::Hand
    }
}

impl<T: ?Sized + Sync> ConditionLock for RLock<T> {
    type Value = T;
    type Guard<'a>
        = RLockGuard<'a, T>
    where
        T: 'a;

    #[inline]
    #[track_caller]
    fn acquire(&self, deadline: Option<Instant>) -> Option<RLockGuard<'_, T>> {
        match deadline {
            None => Some(RLock::acquire(self)),
            Some(deadline) => self.acquire_deadline(deadline),
        }
    }
}

impl<T: ?Sized + Sync> sealed::Guard for RLockGuard<'_, T> {
    #[inline]
    fn raw(&self) -> &RawLock {
        &self.lock.raw
    }
}

impl<T: ?Sized + Sync> sealed::Sealed for RLock<T> {
    #[inline]
    fn raw(&self) -> &RawLock {
        &self.raw
    }

    fn leave(&self) -> Levels {
        let owner = self.owner.swap(0, Ordering::Relaxed);
        let depth = self.depth.take();
        Levels { owner, depth }
    }

    fn come_back(&self, levels: Levels) {
        self.owner.store(levels.owner, Ordering::Relaxed);
        self.depth.set(levels.depth);
    }

    #[track_caller]
    fn acquire_by_hand(&self, deadline: Option<Instant>) -> bool {
        match self.acquire_by_hand_deadline(deadline) {
            Ok(acquired) => acquired,
            Err(error) => panic!("{error}"),
        }
    }

    fn release_by_hand(&self) -> Result<(), NotHeldError> {
        self.release().map_err(|_| NotHeldError)
    }

    fn is_held_by_hand(&self) -> bool {
        self.is_owned() && self.depth.get().by_hand > 0
    }

    fn holder_by_hand(&self) -> Holder {
        Holder::Guard
    }
}
// ANCHOR_END: locks

/// Lets a [`Condition`] be built over a shared lock.
macro_rules! condition_lock_through {
    ($($pointer:ty),*) => {$(
        impl<L: ConditionLock> ConditionLock for $pointer {
            type Value = L::Value;
            type Guard<'a>
                = L::Guard<'a>
            where
                Self: 'a;

            #[inline]
            #[track_caller]
            fn acquire(
                &self,
                deadline: Option<Instant>,
            ) -> Option<L::Guard<'_>> {
                L::acquire(self, deadline)
            }
        }

        impl<L: sealed::Sealed> sealed::Sealed for $pointer {
            #[inline]
            fn raw(&self) -> &RawLock {
                L::raw(self)
            }

            fn leave(&self) -> Levels {
                L::leave(self)
            }

            fn come_back(&self, levels: Levels) {
                L::come_back(self, levels);
            }

            #[track_caller]
            fn acquire_by_hand(&self, deadline: Option<Instant>) -> bool {
                L::acquire_by_hand(self, deadline)
            }

            fn release_by_hand(&self) -> Result<(), NotHeldError> {
                L::release_by_hand(self)
            }

            fn is_held_by_hand(&self) -> bool {
                L::is_held_by_hand(self)
            }

            fn holder_by_hand(&self) -> Holder {
                L::holder_by_hand(self)
            }
        }
    )*};
}

condition_lock_through!(&L, Arc<L>);

impl<L: fmt::Debug> fmt::Debug for Condition<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Condition").field(&self.lock).finish()
    }
}

impl fmt::Display for NotHeldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the lock of the condition is not held by hand")
    }
}

impl std::error::Error for NotHeldError {}

#[cfg(test)]
mod tests {
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::atomic::AtomicU32;
    use std::sync::mpsc::{self, RecvTimeoutError};
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(30);
    const RELAXED: Ordering = Ordering::Relaxed;

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

    /// Threads that wait on a condition and count themselves first.
    struct Room {
        condition: Condition<Lock<Seats>>,
    }

    #[derive(Default)]
    struct Seats {
        waiting: usize,
        woken: usize,
    }

    impl Room {
        fn new() -> Self {
            let condition = Condition::new(Lock::default());
            Room { condition }
        }

        /// Waits once; the lock is held from counting to waiting, so whoever
        /// sees the count finds the thread waiting.
        fn wait_once(&self) {
            let mut seats = self.condition.acquire();
            seats.waiting += 1;
            self.condition.wait(&mut seats);
            seats.waiting -= 1;
            seats.woken += 1;
        }

        /// Returns the guard once `n` threads are waiting.
        fn when_waiting(&self, n: usize) -> LockGuard<'_, Seats> {
            self.poll(|seats| seats.waiting == n)
        }

        fn poll(&self, done: impl Fn(&Seats) -> bool) -> LockGuard<'_, Seats> {
            let start = Instant::now();
            loop {
                let seats = self.condition.acquire();
                if done(&seats) {
                    return seats;
                }
                drop(seats);
                assert!(start.elapsed() < LONG, "the state is not reached");
                thread::yield_now();
            }
        }
    }

    #[test]
    fn notify_one_wakes_one() {
        in_time(|| {
            let room = Room::new();
            thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| room.wait_once());
                }
                for waiting in [3, 2, 1] {
                    let seats = room.when_waiting(waiting);
                    assert!(room.condition.notify_one(&seats));
                }
                let seats = room.when_waiting(0);
                assert_eq!(seats.woken, 3);
                assert!(!room.condition.notify_one(&seats));
            });
        });
    }

    #[test]
    fn notify_wakes_n_or_as_many_as_there_are() {
        in_time(|| {
            let room = Room::new();
            thread::scope(|scope| {
                for _ in 0..5 {
                    scope.spawn(|| room.wait_once());
                }
                let seats = room.when_waiting(5);
                assert_eq!(room.condition.notify(&seats, 0), 0);
                assert_eq!(room.condition.notify(&seats, 2), 2);
                drop(seats);
                let seats = room.when_waiting(3);
                assert_eq!(seats.woken, 2);
                assert_eq!(room.condition.notify(&seats, usize::MAX), 3);
            });
            assert_eq!(room.condition.acquire().woken, 5);
        });
    }

    #[test]
    fn notify_all_wakes_all() {
        in_time(|| {
            let room = Room::new();
            thread::scope(|scope| {
                for _ in 0..5 {
                    scope.spawn(|| room.wait_once());
                }
                let seats = room.when_waiting(5);
                assert_eq!(room.condition.notify_all(&seats), 5);
                assert_eq!(room.condition.notify_all(&seats), 0);
            });
            assert_eq!(room.condition.acquire().woken, 5);
        });
    }

    #[test]
    fn a_notification_before_the_wait_is_not_kept() {
        in_time(|| {
            let condition = Condition::new(Lock::new(()));
            let mut guard = condition.acquire();
            assert!(!condition.notify_one(&guard));
            assert!(!condition.wait_timeout(&mut guard, Duration::ZERO));
        });
    }

    #[test]
    fn wait_timeout_does_not_end_early() {
        in_time(|| {
            let condition: Condition = Condition::default();
            let mut guard = condition.acquire();
            let (start, wait) = (Instant::now(), Duration::from_millis(20));
            assert!(!condition.wait_timeout(&mut guard, wait));
            assert!(!condition.wait_for_timeout(&mut guard, |()| false, wait));
            assert!(start.elapsed() >= wait * 2);
            let until = start + wait * 3;
            assert!(!condition.wait_deadline(&mut guard, until));
            assert!(start.elapsed() >= wait * 3);
            let until = start + wait * 4;
            let never = |(): &()| false;
            assert!(!condition.wait_for_deadline(&mut guard, never, until));
            assert!(start.elapsed() >= wait * 4);
        });
    }

    #[test]
    fn a_timed_out_waiter_takes_no_notification_away() {
        in_time(|| {
            let room = Room::new();
            thread::scope(|scope| {
                scope.spawn(|| room.wait_once());
                let mut seats = room.when_waiting(1);
                let wait = Duration::from_millis(5);
                assert!(!room.condition.wait_timeout(&mut seats, wait));
                assert_eq!(room.condition.notify(&seats, 2), 1);
            });
            assert_eq!(room.condition.acquire().woken, 1);
        });
    }

    #[test]
    fn the_longest_timeout_waits_instead_of_panicking() {
        in_time(|| {
            let room = Room::new();
            thread::scope(|scope| {
                scope.spawn(|| {
                    let mut seats = room.condition.acquire();
                    seats.waiting += 1;
                    assert!(
                        room.condition.wait_timeout(&mut seats, Duration::MAX)
                    );
                    let ready = |seats: &Seats| seats.woken == 1;
                    assert!(room.condition.wait_for_timeout(
                        &mut seats,
                        ready,
                        Duration::MAX
                    ));
                    assert!(
                        room.condition
                            .wait_for_deadline(&mut seats, ready, None)
                    );
                });
                let seats = room.when_waiting(1);
                room.condition.notify_all(&seats);
                drop(seats);
                let mut seats = room.condition.acquire();
                seats.woken = 1;
                room.condition.notify_all(&seats);
            });
            assert!(room.condition.acquire_timeout(Duration::MAX).is_some());
            assert!(room.condition.acquire_deadline(None).is_some());
        });
    }

    #[test]
    fn wait_for_checks_before_and_after() {
        in_time(|| {
            let work = Condition::new(Lock::new(vec![1]));
            let mut list = work.acquire();
            work.wait_for(&mut list, |list| !list.is_empty());
            assert!(work.wait_for_timeout(
                &mut list,
                |list| list.len() == 1,
                Duration::ZERO
            ));
            drop(list);
            thread::scope(|scope| {
                scope.spawn(|| {
                    for item in 2..=3 {
                        let mut list = work.acquire();
                        list.push(item);
                        work.notify_all(&list);
                    }
                });
                let mut list = work.acquire();
                work.wait_for(&mut list, |list| list.len() == 3);
                assert_eq!(*list, [1, 2, 3]);
            });
        });
    }

    #[test]
    fn a_reentrant_lock_is_left_at_every_level_and_restored() {
        in_time(|| {
            let condition = Condition::new(RLock::new(AtomicU32::new(0)));
            thread::scope(|scope| {
                let outer = condition.acquire();
                let mut inner = condition.acquire();
                scope.spawn(|| {
                    let value = condition.acquire();
                    value.store(1, RELAXED);
                    condition.notify_one(&value);
                });
                condition
                    .wait_for(&mut inner, |value| value.load(RELAXED) == 1);
                assert_eq!(condition.lock().depth(), 2);
                drop(inner);
                assert_eq!(outer.load(RELAXED), 1);
                let stolen = scope.spawn(|| condition.try_acquire().is_some());
                assert!(!stolen.join().unwrap());
            });
            assert!(!condition.lock().is_locked());
        });
    }

    #[test]
    fn a_borrow_of_a_sync_value_lives_on_over_every_wait() {
        in_time(|| {
            let value = Lock::new(String::from("soup"));
            let condition = Condition::new(RLock::new(value));
            let outer = condition.acquire();
            let borrowed: &Lock<String> = &outer;
            thread::scope(|scope| {
                scope.spawn(|| {
                    let guard = condition.acquire();
                    *guard.acquire() = String::from("salad");
                    condition.notify_one(&guard);
                });
                let mut inner = condition.acquire();
                condition.wait(&mut inner);
            });
            assert_eq!(*borrowed.acquire(), "salad");

            condition.acquire_by_hand();
            let waited = condition.wait_by_hand_timeout(Duration::ZERO);
            assert_eq!(waited, Ok(false));
            assert_eq!(condition.release(), Ok(()));
            assert_eq!(*borrowed.acquire(), "salad");
        });
    }

    #[test]
    fn a_wait_by_hand_at_the_last_level_of_a_reentrant_lock_is_a_wait() {
        in_time(|| {
            let condition: Condition = Condition::default();
            condition.acquire_by_hand();
            let deepest = Depth {
                all: u32::MAX,
                by_hand: 1,
            };
            let lock = condition.lock();
            let before = lock.depth.replace(deepest);
            let waited = condition.wait_by_hand_timeout(Duration::ZERO);
            assert_eq!(waited, Ok(false));
            assert_eq!(lock.depth(), u32::MAX);
            lock.depth.set(before);
            assert_eq!(condition.release(), Ok(()));
        });
    }

    #[test]
    fn a_notification_of_a_free_lock_wakes_at_once() {
        in_time(|| {
            let condition = Condition::new(Lock::new(()));
            thread::scope(|scope| {
                let wait = || {
                    let mut guard = condition.acquire();
                    condition.wait_timeout(&mut guard, LONG)
                };
                let waiters = [scope.spawn(wait), scope.spawn(wait)];
                let mut woken = 0;
                while woken < 2 {
                    // As if another thread had released the lock by hand
                    // after the check.
                    let raw = &condition.lock().raw;
                    woken += condition.waiters.notify(raw, usize::MAX);
                    thread::yield_now();
                }
                let all_in_time = |waiter: thread::ScopedJoinHandle<bool>| {
                    assert!(waiter.join().unwrap());
                };
                waiters.into_iter().for_each(all_in_time);
            });
        });
    }

    #[test]
    fn a_wait_that_is_too_late_returns_the_last_answer() {
        in_time(|| {
            let condition = Condition::new(Lock::new(()));
            let mut guard = condition.acquire();
            let mut asked = 0;
            let second = |(): &()| {
                asked += 1;
                asked == 2
            };
            let none = Duration::ZERO;
            assert!(condition.wait_for_timeout(&mut guard, second, none));
            assert_eq!(asked, 2);
        });
    }

    #[test]
    fn two_conditions_share_a_lock() {
        in_time(|| {
            /// A buffer with room for one item.
            fn pass(
                condition: impl Fn() -> [Condition<Arc<Lock<Option<u32>>>>; 2],
            ) {
                let [not_empty, not_full] = condition();
                let sum = thread::scope(|scope| {
                    scope.spawn(|| {
                        for item in 1..=100 {
                            let mut slot = not_full.acquire();
                            not_full.wait_for(&mut slot, Option::is_none);
                            *slot = Some(item);
                            not_empty.notify_one(&slot);
                        }
                    });
                    let take = |_| {
                        let mut slot = not_empty.acquire();
                        not_empty.wait_for(&mut slot, Option::is_some);
                        not_full.notify_one(&slot);
                        slot.take().unwrap()
                    };
                    (0..100).map(take).sum::<u32>()
                });
                assert_eq!(sum, 5_050);
            }
            pass(|| {
                let slot = Arc::new(Lock::new(None));
                [Condition::new(Arc::clone(&slot)), Condition::new(slot)]
            });
        });
    }

    #[test]
    fn a_notification_reaches_no_other_condition() {
        in_time(|| {
            let waiting = Lock::new(0);
            let (one, two) =
                (Condition::new(&waiting), Condition::new(&waiting));
            let wait = |condition: &Condition<&Lock<i32>>| {
                let mut waiting = condition.acquire();
                *waiting += 1;
                condition.wait(&mut waiting);
            };
            thread::scope(|scope| {
                scope.spawn(|| wait(&one));
                scope.spawn(|| wait(&two));
                while *waiting.acquire() < 2 {
                    thread::yield_now();
                }
                let guard = waiting.acquire();
                assert_eq!(two.notify_all(&guard), 1);
                assert_eq!(one.notify_all(&guard), 1);
            });
        });
    }

    #[test]
    fn acquired_with_a_guard_in_each_way() {
        in_time(|| {
            let condition = Condition::new(Lock::new(()));
            let (past, none) = (Instant::now(), Duration::ZERO);
            let ways = || {
                let at_once = condition.try_acquire().is_some();
                let timeout = condition.acquire_timeout(none).is_some();
                let deadline = condition.acquire_deadline(past).is_some();
                [at_once, timeout, deadline]
            };
            assert_eq!(ways(), [true; 3]);
            let guard = condition.acquire();
            assert_eq!(ways(), [false; 3]);
            drop(guard);
        });
    }

    #[test]
    fn the_guard_of_another_lock_is_refused() {
        in_time(|| {
            let (one, two) = (Lock::new(1), Lock::new(2));
            let condition = Condition::new(&one);
            let mut stranger = two.acquire();
            let refused = |call: &mut dyn FnMut()| {
                panic::catch_unwind(AssertUnwindSafe(call)).is_err()
            };
            assert!(refused(&mut || condition.wait(&mut stranger)));
            let timeout = Duration::ZERO;
            assert!(refused(&mut || {
                condition.wait_timeout(&mut stranger, timeout);
            }));
            assert!(refused(&mut || {
                let _ = condition.wait_for_timeout(
                    &mut stranger,
                    |_| true,
                    timeout,
                );
            }));
            let past = Instant::now();
            assert!(refused(&mut || {
                condition.wait_deadline(&mut stranger, past);
            }));
            assert!(refused(&mut || {
                let _ =
                    condition.wait_for_deadline(&mut stranger, |_| true, past);
            }));
            assert!(refused(&mut || {
                condition.notify_one(&stranger);
            }));
            assert!(refused(&mut || {
                condition.notify(&stranger, 1);
            }));
            assert!(refused(&mut || {
                condition.notify_all(&stranger);
            }));
            assert!(!one.is_locked());
        });
    }

    #[test]
    fn no_notification_is_lost_between_many_threads() {
        in_time(|| {
            let work = Condition::new(Lock::new((0, 0)));
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        for _ in 0..1_000 {
                            let mut state = work.acquire();
                            work.wait_for(&mut state, |(made, _)| *made > 0);
                            state.0 -= 1;
                            state.1 += 1;
                        }
                    });
                    scope.spawn(|| {
                        for _ in 0..1_000 {
                            let mut state = work.acquire();
                            state.0 += 1;
                            work.notify_one(&state);
                        }
                    });
                }
            });
            assert_eq!(*work.acquire(), (0, 4_000));
        });
    }

    #[test]
    fn a_panicking_predicate_leaves_the_lock_free() {
        in_time(|| {
            let condition = Condition::new(RLock::new(1));
            let result = panic::catch_unwind(AssertUnwindSafe(|| {
                let mut guard = condition.acquire();
                condition.wait_for(&mut guard, |_| panic!("no answer"));
            }));
            assert!(result.is_err());
            assert!(!condition.lock().is_locked());
        });
    }

    /// Waits and notifies by hand, with one thread on each side.
    fn by_hand<L: ConditionLock + Sync>(condition: &Condition<L>) {
        let missing = Err(NotHeldError);
        assert_eq!(condition.release(), missing);
        assert_eq!(condition.wait_by_hand(), missing);
        assert_eq!(condition.notify_by_hand(1), Err(NotHeldError));
        assert_eq!(condition.notify_all_by_hand(), Err(NotHeldError));
        let (long, past) = (Duration::MAX, Instant::now());
        let unasked = || panic!("asked without the lock");
        let answers = [
            condition.wait_by_hand_timeout(long),
            condition.wait_by_hand_deadline(past),
            condition.wait_for_by_hand(unasked).map(|()| true),
            condition.wait_for_by_hand_timeout(unasked, long),
            condition.wait_for_by_hand_deadline(unasked, past),
        ];
        assert_eq!(answers, [Err(NotHeldError); 5]);

        let (held, ready) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || {
                ready.recv_timeout(LONG).unwrap();
                condition.acquire_by_hand();
                assert_eq!(condition.notify_by_hand(2), Ok(1));
                condition.release().unwrap();
            });
            condition.acquire_by_hand();
            held.send(()).unwrap();
            assert_eq!(condition.wait_by_hand_timeout(LONG), Ok(true));
            let wait = Duration::from_millis(5);
            assert_eq!(condition.wait_by_hand_timeout(wait), Ok(false));
            condition.release().unwrap();
        });
        assert_eq!(condition.release(), missing);
        assert!(condition.try_acquire().is_some());
    }

    /// Acquires by hand in each way, while it is free and while it is not.
    fn acquires_by_hand<L: ConditionLock + Sync>(condition: &Condition<L>) {
        let (past, none) = (Instant::now(), Duration::ZERO);
        let elsewhere = |acquire: &(dyn Fn() -> bool + Sync)| {
            thread::scope(|scope| scope.spawn(acquire).join().unwrap())
        };
        let ways: [&(dyn Fn() -> bool + Sync); 3] = [
            &|| condition.try_acquire_by_hand(),
            &|| condition.acquire_by_hand_timeout(none),
            &|| condition.acquire_by_hand_deadline(past),
        ];
        for acquire in ways {
            assert!(acquire());
            assert!(!elsewhere(acquire));
            condition.release().unwrap();
            assert_eq!(condition.release(), Err(NotHeldError));
        }
    }

    #[test]
    fn acquired_by_hand_in_each_way() {
        in_time(|| {
            acquires_by_hand(&Condition::new(Lock::new(())));
            acquires_by_hand(&Condition::<RLock<()>>::default());
            acquires_by_hand(&Condition::new(Arc::new(RLock::new(1))));
            acquires_by_hand(&Condition::new(&Lock::new(())));
        });
    }

    #[test]
    fn all_waiters_by_hand_are_woken_by_hand() {
        in_time(|| {
            let condition = Condition::new(Lock::new(()));
            let (waiting, open) = (AtomicU32::new(0), AtomicBool::new(false));
            let wait = || {
                condition.acquire_by_hand();
                waiting.fetch_add(1, RELAXED);
                condition.wait_for_by_hand(|| open.load(RELAXED)).unwrap();
                condition.release().unwrap();
            };
            thread::scope(|scope| {
                (0..3).for_each(|_| drop(scope.spawn(wait)));
                condition.acquire_by_hand();
                while waiting.load(RELAXED) < 3 {
                    condition.release().unwrap();
                    thread::yield_now();
                    condition.acquire_by_hand();
                }
                open.store(true, RELAXED);
                assert_eq!(condition.notify_all_by_hand(), Ok(3));
                condition.release().unwrap();
            });
        });
    }

    #[test]
    fn a_late_wait_by_hand_returns_the_last_answer() {
        in_time(|| {
            let condition: Condition = Condition::default();
            condition.acquire_by_hand();
            let (none, past) = (Duration::ZERO, Instant::now());
            let mut asked = 0;
            let mut even = || {
                asked += 1;
                asked % 2 == 0
            };
            let answer = condition.wait_for_by_hand_timeout(&mut even, none);
            assert_eq!(answer, Ok(true));
            let answer = condition.wait_for_by_hand_deadline(&mut even, past);
            assert_eq!(answer, Ok(true));
            assert_eq!(asked, 4);
            let never = condition.wait_for_by_hand_deadline(|| false, past);
            assert_eq!(never, Ok(false));
            condition.release().unwrap();
        });
    }

    #[test]
    fn a_predicate_that_releases_the_lock_ends_the_wait_with_an_error() {
        in_time(|| {
            let condition: Condition = Condition::default();
            condition.acquire_by_hand();
            let waited = condition.wait_for_by_hand(|| {
                condition.release().unwrap();
                false
            });
            assert_eq!(waited, Err(NotHeldError));
            assert!(!condition.lock().is_locked());
        });
    }

    #[test]
    fn by_hand_over_each_kind_of_lock() {
        in_time(|| {
            by_hand(&Condition::new(Lock::new(())));
            by_hand(&Condition::<RLock<()>>::default());
            by_hand(&Condition::new(Arc::new(RLock::new(1))));
            by_hand(&Condition::new(&Lock::new(())));
        });
    }

    #[test]
    fn by_hand_restores_the_levels_of_a_reentrant_lock() {
        in_time(|| {
            let condition: Condition = Condition::default();
            condition.acquire_by_hand();
            condition.acquire_by_hand();
            let timeout = Duration::ZERO;
            assert_eq!(condition.wait_by_hand_timeout(timeout), Ok(false));
            assert_eq!(condition.lock().depth(), 2);
            condition.release().unwrap();
            condition.release().unwrap();
            assert_eq!(condition.release(), Err(NotHeldError));
        });
    }

    #[test]
    fn only_the_owner_of_a_reentrant_lock_notifies_by_hand() {
        in_time(|| {
            let condition: Condition = Condition::default();
            condition.acquire_by_hand();
            thread::scope(|scope| {
                let other = scope.spawn(|| condition.notify_by_hand(1));
                assert_eq!(other.join().unwrap(), Err(NotHeldError));
            });
            assert_eq!(condition.notify_by_hand(1), Ok(0));
            condition.release().unwrap();
        });
    }

    #[test]
    fn the_condition_and_its_error_are_shown() {
        let condition = Condition::new(Lock::new(1));
        assert_eq!(format!("{condition:?}"), "Condition(Lock(1))");
        assert!(NotHeldError.to_string().contains("by hand"));
    }

    #[test]
    fn guards_are_out_of_reach_by_hand() {
        in_time(|| {
            let condition: Condition = Condition::default();
            let guard = condition.acquire();
            assert_eq!(condition.release(), Err(NotHeldError));
            assert_eq!(condition.notify_by_hand(1), Err(NotHeldError));
            assert_eq!(condition.wait_by_hand(), Err(NotHeldError));
            assert_eq!(condition.lock().depth(), 1);
            drop(guard);
        });
    }
}
// ANCHOR_END: module
