// ANCHOR: module
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
//! The chapter that explains this file is `src/condition.md`.
//!
//! Travels with: `lock.rs`, `rlock.rs`.

use std::fmt;
use std::ops::Deref;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use parking_lot::lock_api::{RawCondvar as _, RawCondvarTimed as _};
use parking_lot::{Condvar, MutexGuard, RawMutex};

use super::lock::{Lock, LockGuard};
use super::rlock::{RLock, RLockGuard};

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
#[derive(Debug, Default)]
pub struct Condition<L = RLock<()>> {
    lock: L,
    waiters: Condvar,
}

/// A lock that a [`Condition`] can be built over.
///
/// It is implemented for [`Lock`] and [`RLock`], and for references and
/// [`Arc`]s to them; it can't be implemented elsewhere.
pub trait ConditionLock: sealed::Sealed {
    /// What the lock protects.
    type Value: ?Sized;

    /// The guard of the lock.
    type Guard<'a>: Deref<Target = Self::Value>
    where
        Self: 'a;

    /// Acquires the lock; `None` if that takes until `deadline`.
    fn acquire(&self, deadline: Option<Instant>) -> Option<Self::Guard<'_>>;

    /// Whether `guard` is a guard of this lock and not of another one.
    fn is_guarded_by(&self, guard: &Self::Guard<'_>) -> bool;

    /// Leaves the lock, waits on `waiters`, and acquires the lock again;
    /// tells whether it was notified before `deadline`.
    fn wait(
        guard: &mut Self::Guard<'_>,
        waiters: &Condvar,
        deadline: Option<Instant>,
    ) -> bool;

    /// Acquires the lock without a guard.
    fn acquire_by_hand(&self);

    /// Releases the lock that is held by hand.
    ///
    /// # Errors
    ///
    /// [`NotHeldError`] if it is not; nothing changes then.
    fn release(&self) -> Result<(), NotHeldError>;

    /// Whether the lock is held by hand and, where it has an owner, by this
    /// thread.
    fn is_held_by_hand(&self) -> bool;

    /// Like [`wait`](ConditionLock::wait), with the lock held by hand.
    ///
    /// # Errors
    ///
    /// [`NotHeldError`] at once if it is not.
    fn wait_by_hand(
        &self,
        waiters: &Condvar,
        deadline: Option<Instant>,
    ) -> Result<bool, NotHeldError>;
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
            waiters: Condvar::new(),
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
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<L::Guard<'_>> {
        match deadline_after(timeout) {
            None => Some(self.acquire()),
            deadline => self.lock.acquire(deadline),
        }
    }

    /// Releases the lock, waits for a notification, and acquires the lock
    /// again.
    ///
    /// Releasing and starting to wait are one step: a thread that gets the
    /// lock after this one left it finds it waiting.
    /// A reentrant lock is released at every level, and every level is
    /// restored.
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
    /// # Panics
    ///
    /// If `guard` belongs to another lock.
    ///
    /// # Differences from Python
    ///
    /// `condition.wait()` without the lock raises `RuntimeError`.
    /// Here it does not compile, since there is no guard to show.
    // ANCHOR: wait
    #[inline]
    pub fn wait(&self, guard: &mut L::Guard<'_>) {
        self.check(guard);
        L::wait(guard, &self.waiters, None);
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
    pub fn wait_timeout(
        &self,
        guard: &mut L::Guard<'_>,
        timeout: Duration,
    ) -> bool {
        self.check(guard);
        L::wait(guard, &self.waiters, deadline_after(timeout))
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
    // ANCHOR: wait_for
    pub fn wait_for(
        &self,
        guard: &mut L::Guard<'_>,
        mut predicate: impl FnMut(&L::Value) -> bool,
    ) {
        while !predicate(guard) {
            self.wait(guard);
        }
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
    pub fn wait_for_timeout(
        &self,
        guard: &mut L::Guard<'_>,
        mut predicate: impl FnMut(&L::Value) -> bool,
        timeout: Duration,
    ) -> bool {
        self.check(guard);
        let deadline = deadline_after(timeout);
        while !predicate(guard) {
            if !L::wait(guard, &self.waiters, deadline) {
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
    // ANCHOR: notify
    #[inline]
    pub fn notify_one(&self, guard: &L::Guard<'_>) -> bool {
        self.check(guard);
        self.waiters.notify_one()
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
    pub fn notify(&self, guard: &L::Guard<'_>, n: usize) -> usize {
        self.check(guard);
        self.wake(n)
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
    pub fn notify_all(&self, guard: &L::Guard<'_>) -> usize {
        self.check(guard);
        self.waiters.notify_all()
    }

    fn wake(&self, n: usize) -> usize {
        (0..n).take_while(|_| self.waiters.notify_one()).count()
    }

    #[inline]
    fn check(&self, guard: &L::Guard<'_>) {
        assert!(
            self.lock.is_guarded_by(guard),
            "the guard belongs to another lock than this condition's"
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
    pub fn acquire_by_hand(&self) {
        self.lock.acquire_by_hand();
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
        self.lock.release()
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
    /// # Differences from Python
    ///
    /// Python raises `RuntimeError: cannot wait on un-acquired lock`.
    pub fn wait_by_hand(&self) -> Result<(), NotHeldError> {
        self.lock.wait_by_hand(&self.waiters, None).map(drop)
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
        let deadline = deadline_after(timeout);
        self.lock.wait_by_hand(&self.waiters, deadline)
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
        if self.lock.is_held_by_hand() {
            Ok(self.wake(n))
        } else {
            Err(NotHeldError)
        }
    }
}

/// When `timeout` will have passed; `None` stands for never.
fn deadline_after(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

/// Leaves `raw`, waits on `waiters` and acquires `raw` again; tells whether
/// it was notified before `deadline`.
///
/// # Safety
///
/// The caller holds `raw`, and nothing uses what it protects until this
/// function returns.
// ANCHOR: wait_raw
unsafe fn wait_raw(
    raw: &RawMutex,
    waiters: &Condvar,
    deadline: Option<Instant>,
) -> bool {
    let (waiters, mut held) = (waiters.raw(), Default::default());
    match deadline {
        // SAFETY: the caller's promise.
        None => unsafe { waiters.wait(raw, &mut held) },
        Some(deadline) => {
            // SAFETY: the caller's promise.
            return unsafe { !waiters.wait_until(raw, &mut held, &deadline) };
        }
    }
    true
}
// ANCHOR_END: wait_raw

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

    #[inline]
    fn is_guarded_by(&self, guard: &LockGuard<'_, T>) -> bool {
        ptr::addr_eq(MutexGuard::mutex(&guard.mutex_guard), &self.mutex)
    }

    #[inline]
    fn wait(
        guard: &mut LockGuard<'_, T>,
        waiters: &Condvar,
        deadline: Option<Instant>,
    ) -> bool {
        match deadline {
            None => waiters.wait(&mut guard.mutex_guard),
            Some(deadline) => {
                let result =
                    waiters.wait_until(&mut guard.mutex_guard, deadline);
                return !result.timed_out();
            }
        }
        true
    }

    fn acquire_by_hand(&self) {
        Lock::acquire_by_hand(self);
    }

    fn release(&self) -> Result<(), NotHeldError> {
        Lock::release(self).map_err(|_| NotHeldError)
    }

    fn is_held_by_hand(&self) -> bool {
        self.by_hand.load(Ordering::Relaxed)
    }

    fn wait_by_hand(
        &self,
        waiters: &Condvar,
        deadline: Option<Instant>,
    ) -> Result<bool, NotHeldError> {
        // Pairs with the release store of the by-hand acquisition.
        if !self.by_hand.swap(false, Ordering::Acquire) {
            return Err(NotHeldError);
        }
        // SAFETY: the swap took over an acquisition by hand, which gives no
        // access to the value.
        let notified = unsafe { wait_raw(self.mutex.raw(), waiters, deadline) };
        self.by_hand.store(true, Ordering::Release);
        Ok(notified)
    }
}

impl<T: ?Sized> ConditionLock for RLock<T> {
    type Value = T;
    type Guard<'a>
        = RLockGuard<'a, T>
    where
        T: 'a;

    #[inline]
    fn acquire(&self, deadline: Option<Instant>) -> Option<RLockGuard<'_, T>> {
        match deadline {
            None => Some(RLock::acquire(self)),
            Some(deadline) => self.acquire_deadline(deadline),
        }
    }

    #[inline]
    fn is_guarded_by(&self, guard: &RLockGuard<'_, T>) -> bool {
        ptr::addr_eq(guard.lock, self)
    }

    // ANCHOR: rlock_wait
    fn wait(
        guard: &mut RLockGuard<'_, T>,
        waiters: &Condvar,
        deadline: Option<Instant>,
    ) -> bool {
        let RLock {
            raw, owner, depth, ..
        } = guard.lock;
        // Leave every level, as far as the other threads can see...
        let (me, levels) = (owner.swap(0, Ordering::Relaxed), depth.take());
        // SAFETY: a guard exists, so this thread holds `raw`. Its guards
        // give shared access only, and it uses none of them meanwhile.
        let notified = unsafe { wait_raw(raw, waiters, deadline) };
        // ... and come back to the same level.
        owner.store(me, Ordering::Relaxed);
        depth.set(levels);
        notified
    }
    // ANCHOR_END: rlock_wait

    fn acquire_by_hand(&self) {
        if let Err(error) = RLock::acquire_by_hand(self) {
            panic!("{error}");
        }
    }

    fn release(&self) -> Result<(), NotHeldError> {
        RLock::release(self).map_err(|_| NotHeldError)
    }

    fn is_held_by_hand(&self) -> bool {
        self.is_owned() && self.depth.get().by_hand > 0
    }

    fn wait_by_hand(
        &self,
        waiters: &Condvar,
        deadline: Option<Instant>,
    ) -> Result<bool, NotHeldError> {
        if !self.is_held_by_hand() {
            return Err(NotHeldError);
        }
        let mut guard = RLock::acquire(self);
        Ok(<Self as ConditionLock>::wait(&mut guard, waiters, deadline))
    }
}

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
            fn acquire(
                &self,
                deadline: Option<Instant>,
            ) -> Option<L::Guard<'_>> {
                L::acquire(self, deadline)
            }

            #[inline]
            fn is_guarded_by(&self, guard: &L::Guard<'_>) -> bool {
                L::is_guarded_by(self, guard)
            }

            #[inline]
            fn wait(
                guard: &mut L::Guard<'_>,
                waiters: &Condvar,
                deadline: Option<Instant>,
            ) -> bool {
                L::wait(guard, waiters, deadline)
            }

            fn acquire_by_hand(&self) {
                L::acquire_by_hand(self);
            }

            fn release(&self) -> Result<(), NotHeldError> {
                L::release(self)
            }

            fn is_held_by_hand(&self) -> bool {
                L::is_held_by_hand(self)
            }

            fn wait_by_hand(
                &self,
                waiters: &Condvar,
                deadline: Option<Instant>,
            ) -> Result<bool, NotHeldError> {
                L::wait_by_hand(self, waiters, deadline)
            }
        }

        impl<L: ConditionLock> sealed::Sealed for $pointer {}
    )*};
}

condition_lock_through!(&L, Arc<L>);

mod sealed {
    pub trait Sealed {}
}

impl<T: ?Sized> sealed::Sealed for Lock<T> {}
impl<T: ?Sized> sealed::Sealed for RLock<T> {}

impl fmt::Display for NotHeldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the lock of the condition is not held by hand")
    }
}

impl std::error::Error for NotHeldError {}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

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
    }

    #[test]
    fn notify_wakes_n_or_as_many_as_there_are() {
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
    }

    #[test]
    fn notify_all_wakes_all() {
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
    }

    #[test]
    fn a_notification_before_the_wait_is_not_kept() {
        let condition = Condition::new(Lock::new(()));
        let mut guard = condition.acquire();
        assert!(!condition.notify_one(&guard));
        assert!(!condition.wait_timeout(&mut guard, Duration::ZERO));
    }

    #[test]
    fn wait_timeout_does_not_end_early() {
        let condition: Condition = Condition::default();
        let mut guard = condition.acquire();
        let (start, wait) = (Instant::now(), Duration::from_millis(20));
        assert!(!condition.wait_timeout(&mut guard, wait));
        assert!(!condition.wait_for_timeout(&mut guard, |()| false, wait));
        assert!(start.elapsed() >= wait * 2);
    }

    #[test]
    fn a_timed_out_waiter_takes_no_notification_away() {
        let room = Room::new();
        thread::scope(|scope| {
            scope.spawn(|| room.wait_once());
            let mut seats = room.when_waiting(1);
            let wait = Duration::from_millis(5);
            assert!(!room.condition.wait_timeout(&mut seats, wait));
            assert_eq!(room.condition.notify(&seats, 2), 1);
        });
        assert_eq!(room.condition.acquire().woken, 1);
    }

    #[test]
    fn the_longest_timeout_waits_instead_of_panicking() {
        let room = Room::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut seats = room.condition.acquire();
                seats.waiting += 1;
                assert!(room.condition.wait_timeout(&mut seats, Duration::MAX));
                let ready = |seats: &Seats| seats.woken == 1;
                assert!(room.condition.wait_for_timeout(
                    &mut seats,
                    ready,
                    Duration::MAX
                ));
            });
            let seats = room.when_waiting(1);
            room.condition.notify_all(&seats);
            drop(seats);
            let mut seats = room.condition.acquire();
            seats.woken = 1;
            room.condition.notify_all(&seats);
        });
        assert!(room.condition.acquire_timeout(Duration::MAX).is_some());
    }

    #[test]
    fn wait_for_checks_before_and_after() {
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
    }

    #[test]
    fn a_reentrant_lock_is_left_at_every_level_and_restored() {
        let condition = Condition::new(RLock::new(Cell::new(0)));
        thread::scope(|scope| {
            let outer = condition.acquire();
            let mut inner = condition.acquire();
            scope.spawn(|| {
                let value = condition.acquire();
                value.set(1);
                condition.notify_one(&value);
            });
            condition.wait_for(&mut inner, |value| value.get() == 1);
            assert_eq!(condition.lock().depth(), 2);
            drop(inner);
            assert_eq!(outer.get(), 1);
            let stolen = scope.spawn(|| condition.try_acquire().is_some());
            assert!(!stolen.join().unwrap());
        });
        assert!(!condition.lock().is_locked());
    }

    #[test]
    fn two_conditions_share_a_lock() {
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
    }

    #[test]
    fn the_guard_of_another_lock_is_refused() {
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
            condition.wait_for_timeout(&mut stranger, |_| true, timeout);
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
    }

    #[test]
    fn no_notification_is_lost_between_many_threads() {
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
    }

    #[test]
    fn a_panicking_predicate_leaves_the_lock_free() {
        let condition = Condition::new(RLock::new(RefCell::new(1)));
        let result = panic::catch_unwind(AssertUnwindSafe(|| {
            let mut guard = condition.acquire();
            condition.wait_for(&mut guard, |_| panic!("no answer"));
        }));
        assert!(result.is_err());
        assert!(!condition.lock().is_locked());
    }

    /// Waits and notifies by hand, with one thread on each side.
    fn by_hand<L: ConditionLock + Sync>(condition: &Condition<L>) {
        let missing = Err(NotHeldError);
        assert_eq!(condition.release(), missing);
        assert_eq!(condition.wait_by_hand(), missing);
        assert_eq!(condition.notify_by_hand(1), Err(NotHeldError));
        assert_eq!(
            condition.wait_by_hand_timeout(Duration::MAX),
            Err(NotHeldError)
        );

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

    #[test]
    fn by_hand_over_each_kind_of_lock() {
        by_hand(&Condition::new(Lock::new(())));
        by_hand(&Condition::<RLock<()>>::default());
        by_hand(&Condition::new(Arc::new(RLock::new(Cell::new(1)))));
        by_hand(&Condition::new(&Lock::new(())));
    }

    #[test]
    fn by_hand_restores_the_levels_of_a_reentrant_lock() {
        let condition: Condition = Condition::default();
        condition.acquire_by_hand();
        condition.acquire_by_hand();
        let timeout = Duration::ZERO;
        assert_eq!(condition.wait_by_hand_timeout(timeout), Ok(false));
        assert_eq!(condition.lock().depth(), 2);
        condition.release().unwrap();
        condition.release().unwrap();
        assert_eq!(condition.release(), Err(NotHeldError));
    }

    #[test]
    fn guards_are_out_of_reach_by_hand() {
        let condition: Condition = Condition::default();
        let guard = condition.acquire();
        assert_eq!(condition.release(), Err(NotHeldError));
        assert_eq!(condition.notify_by_hand(1), Err(NotHeldError));
        assert_eq!(condition.wait_by_hand(), Err(NotHeldError));
        assert_eq!(condition.lock().depth(), 1);
        drop(guard);
    }
}
// ANCHOR_END: module
