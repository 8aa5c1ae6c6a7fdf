// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! Two ways to hold several locks without a deadlock.
//!
//! [`acquire_all`] takes any set of [`Lock`]s in one call, and acquires them
//! in the order of their addresses, which is the same for every thread.
//! [`RankedLock`] has a rank, and reports the first acquisition that is out
//! of order, before anybody waits.
//!
//! Use [`acquire_all`] where one place in the code needs several locks, and
//! [`RankedLock`] where functions that know little of each other acquire one
//! each.
//! Use neither where all the data fits into one [`Lock`]: a thread that
//! never holds two locks is in no deadlock with another.
//!
//! # Before you copy it
//!
//! - `lock.rs`, which travels with it, contains `unsafe`, so a crate with
//!   `#![forbid(unsafe_code)]` can't hold the two.
//! - [`acquire_all`] takes [`Lock`]s and nothing else: no `RLock`, and no
//!   [`RankedLock`]. A `Condition` can't be built over a [`RankedLock`].
//! - The ranks that a thread holds are in a thread-local list. A thread that
//!   is running its thread-local destructors has lost the list already, so
//!   what it acquires there is not checked.
//! - A [`RankedLock`] is not `RefUnwindSafe`, for the reason that `lock.rs`
//!   gives.
//! - After a `fork`, the child has the locks as they were at that moment, and
//!   the ranks of the thread that called `fork`.
//!
//! The chapter that explains this file is `src/best_practices.md`.
//!
//! Travels with: `lock.rs`.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::ptr;
use std::time::{Duration, Instant};

use super::lock::{Lock, LockGuard};

/// Acquires all locks of a set, waiting as long as it takes, and returns
/// their guards in the order of the set.
///
/// A set is an array or a slice of references to locks around one type, or a
/// pair of references to locks around two types; see [`LockSet`].
/// The locks are acquired in the order of their addresses, whatever their
/// order in the set.
/// So threads that acquire every lock they need in *one* call never wait for
/// each other in a circle.
///
/// # Errors
///
/// [`RepeatedLock`] if a lock is in the set twice: the thread would wait for
/// itself. No lock is acquired then.
///
/// # Examples
///
/// ```
/// use threading::{Lock, acquire_all};
///
/// let (checking, savings) = (Lock::new(100), Lock::new(50));
/// let [mut from, mut to] = acquire_all([&checking, &savings])?;
/// *from -= 30;
/// *to += 30;
/// assert_eq!((*from, *to), (70, 80));
/// # Ok::<(), threading::best_practices::RepeatedLock>(())
/// ```
///
/// # Differences from Python
///
/// `with a, b:` acquires in the order in which it is written, and a lock
/// that is in it twice waits forever.
///
/// Source: [the `with` statement][python].
///
/// [python]: https://docs.python.org/3/reference/compound_stmts.html#with
#[doc(alias = "scoped_lock")]
// ANCHOR: acquire_all
pub fn acquire_all<S: LockSet>(set: S) -> Result<S::Guards, RepeatedLock> {
    match set.acquire_sorted(Patience::Until(None)) {
        Ok(guards) => Ok(guards),
        Err(AcquireAllError::Repeated(error)) => Err(error),
        Err(AcquireAllError::Held { .. }) => unreachable!("it waits forever"),
    }
}
// ANCHOR_END: acquire_all

/// Acquires all locks of a set if all of them are free, without waiting.
///
/// # Errors
///
/// [`AcquireAllError`] if a lock is held, or in the set twice.
/// The locks that were acquired before it are released.
///
/// # Examples
///
/// ```
/// use threading::{Lock, best_practices::try_acquire_all};
///
/// let (left, right) = (Lock::new(1), Lock::new(2));
/// let guard = right.acquire();
/// assert!(try_acquire_all([&left, &right]).is_err());
/// assert!(!left.is_locked());
/// # drop(guard);
/// ```
///
/// # Differences from Python
///
/// There is no such call; a loop over `lock.acquire(blocking=False)` has to
/// release what it got.
pub fn try_acquire_all<S: LockSet>(
    set: S,
) -> Result<S::Guards, AcquireAllError> {
    set.acquire_sorted(Patience::None)
}

/// Acquires all locks of a set, waiting no longer than `timeout` for all of
/// them together.
///
/// A timeout of zero tries once; one too long for the clock waits forever.
///
/// # Errors
///
/// [`AcquireAllError`] if a lock did not become free in that time, or is in
/// the set twice.
/// The locks that were acquired before it are released.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use threading::Lock;
/// use threading::best_practices::{AcquireAllError, acquire_all_timeout};
///
/// let (left, right) = (Lock::new(1), Lock::new("two"));
/// let guard = right.acquire();
/// let wait = Duration::from_millis(5);
/// let error = acquire_all_timeout((&left, &right), wait).unwrap_err();
/// assert_eq!(error, AcquireAllError::Held { position: 1 });
/// # drop(guard);
/// ```
///
/// # Differences from Python
///
/// There is no such call; `with` takes no timeout.
pub fn acquire_all_timeout<S: LockSet>(
    set: S,
    timeout: Duration,
) -> Result<S::Guards, AcquireAllError> {
    set.acquire_sorted(Patience::of(timeout))
}

/// Acquires all locks of a set, waiting no longer than until `deadline`.
///
/// A deadline in the past tries once; `None` waits forever.
///
/// # Errors
///
/// [`AcquireAllError`] if a lock did not become free by then, or is in the
/// set twice.
/// The locks that were acquired before it are released.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, Instant};
///
/// use threading::{Lock, best_practices::acquire_all_deadline};
///
/// let forks = [Lock::new(()), Lock::new(())];
/// let deadline = Instant::now() + Duration::from_secs(1);
/// let [left, right] = forks.each_ref();
/// assert!(acquire_all_deadline([left, right], deadline).is_ok());
/// ```
///
/// # Differences from Python
///
/// There is no such call.
pub fn acquire_all_deadline<S: LockSet>(
    set: S,
    deadline: impl Into<Option<Instant>>,
) -> Result<S::Guards, AcquireAllError> {
    set.acquire_sorted(Patience::Until(deadline.into()))
}

/// What [`acquire_all`] and its kind take: several locks.
///
/// - an array, `[&a, &b, &c]`, gives an array of guards;
/// - a slice, `&locks[..]` of a `Vec<&Lock<T>>`, gives a vector of guards;
/// - a pair, `(&a, &b)`, gives a pair of guards, and the two locks may be
///   around different types.
///
/// An `Arc<Lock<T>>` is put into a set as `&*lock`.
///
/// ```
/// use std::sync::Arc;
///
/// use threading::{Lock, acquire_all};
///
/// let accounts: Vec<_> = (1..=3).map(|n| Arc::new(Lock::new(n))).collect();
/// let set: Vec<&Lock<i32>> = accounts.iter().map(|lock| &**lock).collect();
/// let guards = acquire_all(&set[..])?;
/// assert_eq!(guards.iter().map(|guard| **guard).sum::<i32>(), 6);
/// # Ok::<(), threading::best_practices::RepeatedLock>(())
/// ```
pub trait LockSet: sealed::Sealed {
    /// The guards, in the order of the locks.
    type Guards;

    /// Acquires the locks in the order of their addresses.
    #[doc(hidden)]
    fn acquire_sorted(
        self,
        patience: Patience,
    ) -> Result<Self::Guards, AcquireAllError>;
}

// ANCHOR: patience
mod sealed {
    use super::{Instant, Lock};

    /// How long to wait for a lock.
    #[derive(Clone, Copy, Debug)]
    pub enum Patience {
        None,
        /// `None`: forever.
        Until(Option<Instant>),
    }

    pub trait Sealed {}

    impl<T: ?Sized, const N: usize> Sealed for [&Lock<T>; N] {}
    impl<T: ?Sized> Sealed for &[&Lock<T>] {}
    impl<A: ?Sized, B: ?Sized> Sealed for (&Lock<A>, &Lock<B>) {}
}

use sealed::Patience;

impl Patience {
    fn of(timeout: Duration) -> Self {
        // A sum too large for the clock: no deadline.
        Patience::Until(Instant::now().checked_add(timeout))
    }

    fn ask<T: ?Sized>(self, lock: &Lock<T>) -> Option<LockGuard<'_, T>> {
        match self {
            Patience::None => lock.try_acquire(),
            Patience::Until(deadline) => lock.acquire_deadline(deadline),
        }
    }
}
// ANCHOR_END: patience

// ANCHOR: sorted
/// A lock that is borrowed does not move, so its address is its place in an
/// order that all threads share.
fn address<T: ?Sized>(lock: &Lock<T>) -> usize {
    ptr::from_ref(lock).cast::<()>().addr()
}

impl<'a, T: ?Sized> LockSet for &[&'a Lock<T>] {
    type Guards = Vec<LockGuard<'a, T>>;

    fn acquire_sorted(
        self,
        patience: Patience,
    ) -> Result<Self::Guards, AcquireAllError> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|&position| address(self[position]));
        not_repeated(self, &order)?;

        let mut held = Vec::with_capacity(order.len());
        for position in order {
            // An early return drops `held`: all or none.
            let guard = patience.ask(self[position]);
            let guard = guard.ok_or(AcquireAllError::Held { position })?;
            held.push((position, guard));
        }
        held.sort_unstable_by_key(|(position, _)| *position);
        Ok(held.into_iter().map(|(_, guard)| guard).collect())
    }
}

/// Equal addresses are neighbours in `order`, the first position first.
fn not_repeated<T: ?Sized>(
    locks: &[&Lock<T>],
    order: &[usize],
) -> Result<(), RepeatedLock> {
    for pair in order.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        if ptr::addr_eq(locks[first], locks[second]) {
            return Err(RepeatedLock { first, second });
        }
    }
    Ok(())
}
// ANCHOR_END: sorted

impl<'a, T: ?Sized, const N: usize> LockSet for [&'a Lock<T>; N] {
    type Guards = [LockGuard<'a, T>; N];

    fn acquire_sorted(
        self,
        patience: Patience,
    ) -> Result<Self::Guards, AcquireAllError> {
        let guards = self.as_slice().acquire_sorted(patience)?;
        let Ok(guards) = guards.try_into() else {
            unreachable!("there is a guard for each lock")
        };
        Ok(guards)
    }
}

// ANCHOR: pair
impl<'a, 'b, A: ?Sized, B: ?Sized> LockSet for (&'a Lock<A>, &'b Lock<B>) {
    type Guards = (LockGuard<'a, A>, LockGuard<'b, B>);

    fn acquire_sorted(
        self,
        patience: Patience,
    ) -> Result<Self::Guards, AcquireAllError> {
        let (a, b) = self;
        let held = |position| AcquireAllError::Held { position };
        if ptr::addr_eq(a, b) {
            return Err(RepeatedLock {
                first: 0,
                second: 1,
            }
            .into());
        }
        if address(a) < address(b) {
            let first = patience.ask(a).ok_or(held(0))?;
            let second = patience.ask(b).ok_or(held(1))?;
            Ok((first, second))
        } else {
            let first = patience.ask(b).ok_or(held(1))?;
            let second = patience.ask(a).ok_or(held(0))?;
            Ok((second, first))
        }
    }
}
// ANCHOR_END: pair

/// The error of [`acquire_all`]: a lock is in the set twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RepeatedLock {
    /// The position of the lock in the set, from zero.
    pub first: usize,
    /// The position where it stands again.
    pub second: usize,
}

/// The error of [`try_acquire_all`] and [`acquire_all_timeout`]; no lock of
/// the set is held by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AcquireAllError {
    /// A lock is in the set twice.
    Repeated(RepeatedLock),
    /// A lock did not become free in time.
    Held {
        /// The position of the lock in the set, from zero.
        position: usize,
    },
}

impl From<RepeatedLock> for AcquireAllError {
    fn from(error: RepeatedLock) -> Self {
        AcquireAllError::Repeated(error)
    }
}

impl fmt::Display for RepeatedLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RepeatedLock { first, second } = self;
        write!(f, "locks {first} and {second} of the set are the same lock")
    }
}

impl fmt::Display for AcquireAllError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AcquireAllError::Repeated(error) => error.fmt(f),
            AcquireAllError::Held { position } => {
                write!(f, "cannot acquire the set: lock {position} is held")
            }
        }
    }
}

impl Error for RepeatedLock {}
impl Error for AcquireAllError {}

// ANCHOR: ranked
/// A lock that has a place in an order, its *rank*, and a name.
///
/// A thread may acquire it only while all ranked locks that it holds have
/// lower ranks.
/// Any other acquisition is reported at once, whether or not another thread
/// is there to wait for: before it waits, `acquire` panics, and the other
/// methods return an error.
/// So one run of the code that is wrong is enough to find the mistake.
///
/// Two locks of the same rank can't be held together.
///
/// # Examples
///
/// ```
/// use threading::RankedLock;
///
/// static BALANCE: RankedLock<i64> = RankedLock::new(1, "balance", 100);
/// static LOG: RankedLock<Vec<i64>> = RankedLock::new(2, "log", Vec::new());
///
/// let mut balance = BALANCE.acquire();
/// let mut log = LOG.acquire();
/// *balance -= 30;
/// log.push(-30);
/// drop(balance);
///
/// let violation = BALANCE.checked_acquire().unwrap_err();
/// assert_eq!(violation.held.name, "log");
/// assert_eq!(violation.wanted.name, "balance");
/// ```
///
/// # Differences from Python
///
/// `threading` has no such lock.
pub struct RankedLock<T: ?Sized = ()> {
    label: Label,
    lock: Lock<T>,
}

/// The name and the rank of a [`RankedLock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// What messages call the lock.
    pub name: &'static str,
    /// Its place in the order; the lowest rank is acquired first.
    pub rank: u32,
}

/// Access to the value of a [`RankedLock`]; dropping it releases the lock.
///
/// Guards may be dropped in any order.
#[must_use = "the lock is released as soon as its guard is dropped"]
pub struct RankedLockGuard<'a, T: ?Sized> {
    guard: LockGuard<'a, T>,
    _entry: Entry,
}
// ANCHOR_END: ranked

/// The error of [`RankedLock::checked_acquire`]: the thread holds a lock of
/// the same rank or a higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderViolation {
    /// The lock of the highest rank that the thread holds.
    pub held: Label,
    /// The lock that it asked for.
    pub wanted: Label,
}

/// The error of [`RankedLock::try_acquire`] and
/// [`RankedLock::acquire_timeout`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RankedLockError {
    /// The order forbids it; nobody waited.
    OutOfOrder(OrderViolation),
    /// The lock did not become free in time.
    Held(Label),
}

// ANCHOR: entry
thread_local! {
    /// The ranked locks that this thread holds, by rank: each was acquired
    /// with a higher rank than those before it.
    static HELD: RefCell<Vec<Label>> = const { RefCell::new(Vec::new()) };
}

/// A lock's place in [`HELD`]; dropping it takes the lock out.
struct Entry {
    rank: u32,
}

impl Entry {
    fn new(label: Label) -> Self {
        // A thread that is ending has no `HELD` any more; what it acquires
        // then, in the destructors of its variables, goes unchecked.
        let _ = HELD.try_with(|held| held.borrow_mut().push(label));
        Entry { rank: label.rank }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let other = |label: &Label| label.rank != self.rank;
        let _ = HELD.try_with(|held| held.borrow_mut().retain(other));
    }
}

fn highest_held() -> Option<Label> {
    let last = HELD.try_with(|held| held.borrow().last().copied());
    last.unwrap_or(None)
}
// ANCHOR_END: entry

impl<T> RankedLock<T> {
    /// Creates an unlocked lock around `value`.
    ///
    /// `rank` is its place in the order, lowest first, and `name` is what
    /// messages call it.
    ///
    /// ```
    /// use threading::RankedLock;
    ///
    /// static ACCOUNTS: RankedLock<[i64; 2]> =
    ///     RankedLock::new(10, "accounts", [100, 100]);
    /// assert_eq!(ACCOUNTS.label().to_string(), "`accounts` (rank 10)");
    /// ```
    pub const fn new(rank: u32, name: &'static str, value: T) -> Self {
        let label = Label { name, rank };
        let lock = Lock::new(value);
        RankedLock { label, lock }
    }

    /// Takes the value out; no guard can exist, since `self` is owned.
    ///
    /// ```
    /// use threading::RankedLock;
    ///
    /// let lock = RankedLock::new(1, "names", vec!["Ada"]);
    /// lock.acquire().push("Grace");
    /// assert_eq!(lock.into_inner(), ["Ada", "Grace"]);
    /// ```
    pub fn into_inner(self) -> T {
        self.lock.into_inner()
    }
}

impl<T: ?Sized> RankedLock<T> {
    /// Acquires the lock, waiting as long as it takes.
    ///
    /// # Panics
    ///
    /// If this thread holds a ranked lock of the same rank or a higher one,
    /// with the names and ranks of both.
    /// [`checked_acquire`](Self::checked_acquire) returns an error instead.
    ///
    /// ```should_panic
    /// use threading::RankedLock;
    ///
    /// let balance = RankedLock::new(1, "balance", 100);
    /// let log = RankedLock::new(2, "log", vec![]);
    /// let mut log = log.acquire();
    /// log.push(*balance.acquire()); // panics, though nobody else is here
    /// ```
    #[doc(alias = "lock")]
    // ANCHOR: acquire
    #[track_caller]
    pub fn acquire(&self) -> RankedLockGuard<'_, T> {
        match self.checked_acquire() {
            Ok(guard) => guard,
            Err(violation) => panic!("{violation}"),
        }
    }

    /// Acquires the lock, waiting as long as it takes, if the order allows
    /// it.
    ///
    /// # Errors
    ///
    /// [`OrderViolation`] if this thread holds a ranked lock of the same rank
    /// or a higher one. It does not wait then.
    ///
    /// ```
    /// use threading::RankedLock;
    ///
    /// let (balance, log) =
    ///     (RankedLock::new(1, "balance", 100), RankedLock::new(2, "log", ()));
    /// let _log = log.acquire();
    /// let violation = balance.checked_acquire().unwrap_err();
    /// assert_eq!(violation.wanted, balance.label());
    /// assert_eq!(violation.held, log.label());
    /// ```
    pub fn checked_acquire(
        &self,
    ) -> Result<RankedLockGuard<'_, T>, OrderViolation> {
        self.check_order()?;
        Ok(self.enter(self.lock.acquire()))
    }

    fn check_order(&self) -> Result<(), OrderViolation> {
        let wanted = self.label;
        match highest_held() {
            Some(held) if held.rank >= wanted.rank => {
                Err(OrderViolation { held, wanted })
            }
            _ => Ok(()),
        }
    }

    fn enter<'a>(&self, guard: LockGuard<'a, T>) -> RankedLockGuard<'a, T> {
        let _entry = Entry::new(self.label);
        RankedLockGuard { guard, _entry }
    }
    // ANCHOR_END: acquire

    /// Acquires the lock if it is free and the order allows it, without
    /// waiting.
    ///
    /// # Errors
    ///
    /// [`RankedLockError`], which says what is in the way.
    ///
    /// ```
    /// use threading::RankedLock;
    ///
    /// let lock = RankedLock::new(1, "balance", 100);
    /// assert_eq!(*lock.try_acquire()?, 100);
    /// # Ok::<(), threading::best_practices::RankedLockError>(())
    /// ```
    #[doc(alias = "try_lock")]
    pub fn try_acquire(
        &self,
    ) -> Result<RankedLockGuard<'_, T>, RankedLockError> {
        self.acquire_with(Patience::None)
    }

    /// Acquires the lock if the order allows it, waiting no longer than
    /// `timeout`.
    ///
    /// A timeout of zero tries once; one too long for the clock waits
    /// forever.
    ///
    /// # Errors
    ///
    /// [`RankedLockError`], which says what is in the way.
    /// If it is the order, nobody waited.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::RankedLock;
    ///
    /// let lock = RankedLock::new(1, "balance", 100);
    /// assert!(lock.acquire_timeout(Duration::from_secs(1)).is_ok());
    /// ```
    #[doc(alias = "try_lock_for")]
    pub fn acquire_timeout(
        &self,
        timeout: Duration,
    ) -> Result<RankedLockGuard<'_, T>, RankedLockError> {
        self.acquire_with(Patience::of(timeout))
    }

    /// Acquires the lock if the order allows it, waiting no longer than until
    /// `deadline`.
    ///
    /// A deadline in the past tries once; `None` waits forever.
    ///
    /// # Errors
    ///
    /// [`RankedLockError`], which says what is in the way.
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::RankedLock;
    ///
    /// let lock = RankedLock::new(1, "balance", 100);
    /// assert!(lock.acquire_deadline(Instant::now()).is_ok());
    /// ```
    #[doc(alias = "try_lock_until")]
    pub fn acquire_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Result<RankedLockGuard<'_, T>, RankedLockError> {
        self.acquire_with(Patience::Until(deadline.into()))
    }

    fn acquire_with(
        &self,
        patience: Patience,
    ) -> Result<RankedLockGuard<'_, T>, RankedLockError> {
        self.check_order()?;
        let guard = patience.ask(&self.lock);
        let guard = guard.ok_or(RankedLockError::Held(self.label))?;
        Ok(self.enter(guard))
    }

    /// The name and the rank.
    ///
    /// ```
    /// use threading::RankedLock;
    ///
    /// let label = RankedLock::new(3, "log", ()).label();
    /// assert_eq!((label.name, label.rank), ("log", 3));
    /// ```
    pub fn label(&self) -> Label {
        self.label
    }

    /// Tells whether some thread holds the lock right now; the answer may be
    /// out of date when you read it.
    ///
    /// ```
    /// use threading::RankedLock;
    ///
    /// let lock = RankedLock::new(1, "balance", 100);
    /// let guard = lock.acquire();
    /// assert!(lock.is_locked());
    /// # drop(guard);
    /// ```
    pub fn is_locked(&self) -> bool {
        self.lock.is_locked()
    }
}

impl<T: ?Sized> Deref for RankedLockGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T: ?Sized> DerefMut for RankedLockGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RankedLockGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RankedLockGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RankedLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RankedLock")
            .field("name", &self.label.name)
            .field("rank", &self.label.rank)
            .field("lock", &&self.lock)
            .finish()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` (rank {})", self.name, self.rank)
    }
}

impl fmt::Display for OrderViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OrderViolation { held, wanted } = self;
        write!(f, "requested {wanted} while holding {held}")
    }
}

impl fmt::Display for RankedLockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RankedLockError::OutOfOrder(violation) => violation.fmt(f),
            RankedLockError::Held(label) => write!(f, "{label} is held"),
        }
    }
}

impl From<OrderViolation> for RankedLockError {
    fn from(violation: OrderViolation) -> Self {
        RankedLockError::OutOfOrder(violation)
    }
}

impl Error for OrderViolation {}
impl Error for RankedLockError {}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::Barrier;
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(5);

    /// Runs two functions, each in a thread; fails if they get stuck.
    fn both_end(one: impl FnOnce() + Send, two: impl FnOnce() + Send) {
        thread::scope(|scope| {
            let (done, ended) = mpsc::channel();
            let done_too = done.clone();
            scope.spawn(move || {
                one();
                done.send(()).unwrap();
            });
            scope.spawn(move || {
                two();
                done_too.send(()).unwrap();
            });
            for _ in 0..2 {
                if ended.recv_timeout(LONG).is_err() {
                    // The scope would wait for the stuck threads.
                    eprintln!("a thread is stuck, or has failed");
                    std::process::abort();
                }
            }
        });
    }

    fn free(locks: &[&Lock<u32>]) -> bool {
        locks.iter().all(|lock| !lock.is_locked())
    }

    #[test]
    fn guards_come_in_the_order_of_the_set() {
        let locks = [1, 2, 3, 4].map(Lock::new);
        let [a, b, c, d] = locks.each_ref();
        let guards = acquire_all([c, a, d, b]).unwrap();
        assert_eq!(guards.each_ref().map(|guard| **guard), [3, 1, 4, 2]);
        drop(guards);

        let guards = acquire_all(&[d, b, c, a][..]).unwrap();
        assert!(guards.iter().map(|guard| **guard).eq([4, 2, 3, 1]));
        drop(guards);
        assert!(free(&[a, b, c, d]));
    }

    #[test]
    fn a_pair_may_be_of_two_types() {
        let (number, text) = (Lock::new(1), Lock::new("one"));
        let (a, b) = acquire_all((&number, &text)).unwrap();
        assert_eq!((*a, *b), (1, "one"));
        drop((a, b));
        let (b, a) = acquire_all((&text, &number)).unwrap();
        assert_eq!((*a, *b), (1, "one"));
    }

    #[test]
    fn an_empty_set_and_a_set_of_one_are_fine() {
        assert!(acquire_all::<[&Lock<u32>; 0]>([]).unwrap().is_empty());
        let lock = Lock::new(1);
        let [guard] = acquire_all([&lock]).unwrap();
        assert_eq!(*guard, 1);
    }

    #[test]
    fn the_lowest_address_is_asked_for_first() {
        let locks = [1, 2, 3].map(Lock::new);
        let [a, b, c] = locks.each_ref();
        let first_asked = |result: Result<(), AcquireAllError>| match result {
            Err(AcquireAllError::Held { position }) => position,
            other => panic!("all are held, but: {other:?}"),
        };
        let _held = locks.each_ref().map(Lock::acquire);
        for set in [[a, b, c], [a, c, b], [b, c, a], [c, b, a]] {
            let asked = first_asked(try_acquire_all(set).map(drop));
            assert!(ptr::eq(set[asked], a));
            let asked = first_asked(try_acquire_all(&set[..]).map(drop));
            assert!(ptr::eq(set[asked], a));
        }
        assert_eq!(first_asked(try_acquire_all((a, b)).map(drop)), 0);
        assert_eq!(first_asked(try_acquire_all((b, a)).map(drop)), 1);
    }

    #[test]
    fn the_others_are_asked_for_in_the_order_of_their_addresses() {
        let locks = [1, 2, 3].map(Lock::new);
        let [a, b, c] = locks.each_ref();
        let _held = [b.acquire(), c.acquire()];
        for set in [[a, b, c], [a, c, b], [c, a, b], [c, b, a]] {
            let error = try_acquire_all(set).unwrap_err();
            let position = set.iter().position(|lock| ptr::eq(*lock, b));
            let position = position.unwrap();
            assert_eq!(error, AcquireAllError::Held { position });
        }
    }

    fn repeated(first: usize, second: usize) -> RepeatedLock {
        RepeatedLock { first, second }
    }

    #[test]
    fn a_repeated_lock_is_an_error_and_nothing_is_acquired() {
        let locks = [1, 2].map(Lock::new);
        let [a, b] = locks.each_ref();
        // First with a timeout, which ends if the check is missing.
        let error = acquire_all_timeout([b, a, b, b], SHORT).unwrap_err();
        assert_eq!(error, AcquireAllError::Repeated(repeated(0, 2)));
        let error = acquire_all([b, a, b, b]).unwrap_err();
        assert_eq!(error, repeated(0, 2));

        let error = acquire_all_timeout((a, a), SHORT).unwrap_err();
        assert_eq!(error, AcquireAllError::Repeated(repeated(0, 1)));
        assert_eq!(acquire_all((a, a)).unwrap_err(), repeated(0, 1));
        assert!(free(&[a, b]));
    }

    #[test]
    fn a_repeated_lock_is_reported_even_while_it_is_held() {
        let lock = Lock::new(1);
        let _guard = lock.acquire();
        let error = try_acquire_all([&lock, &lock]).unwrap_err();
        assert_eq!(error, AcquireAllError::Repeated(repeated(0, 1)));
        let error = try_acquire_all((&lock, &lock)).unwrap_err();
        assert_eq!(error, AcquireAllError::Repeated(repeated(0, 1)));
    }

    #[test]
    fn opposite_orders_do_not_deadlock() {
        let (a, b) = (Lock::new(0), Lock::new(0));
        let add = |first: &Lock<u32>, second: &Lock<u32>| {
            for _ in 0..2_000 {
                let [mut x, mut y] = acquire_all([first, second]).unwrap();
                *x += 1;
                *y += 1;
            }
        };
        both_end(|| add(&a, &b), || add(&b, &a));
        assert_eq!((a.into_inner(), b.into_inner()), (4_000, 4_000));
    }

    #[test]
    fn pairs_and_arrays_share_one_order() {
        let (a, b) = (Lock::new(0), Lock::new(0));
        let in_pairs = || {
            for _ in 0..2_000 {
                let (mut x, _y) = acquire_all((&b, &a)).unwrap();
                *x += 1;
            }
        };
        let in_arrays = || {
            for _ in 0..2_000 {
                let [mut x, _y] = acquire_all([&a, &b]).unwrap();
                *x += 1;
            }
        };
        both_end(in_pairs, in_arrays);
        assert_eq!((a.into_inner(), b.into_inner()), (2_000, 2_000));
    }

    #[test]
    fn five_philosophers_dine() {
        let forks = [0; 5].map(Lock::new);
        let dine = |seats: &[usize]| {
            for _ in 0..500 {
                for &seat in seats {
                    let pair = [&forks[seat], &forks[(seat + 1) % 5]];
                    let [mut left, mut right] = acquire_all(pair).unwrap();
                    *left += 1;
                    *right += 1;
                }
            }
        };
        both_end(|| dine(&[0, 1, 2]), || dine(&[4, 3]));
        let meals = forks.map(Lock::into_inner);
        assert_eq!(meals, [1_000; 5]);
    }

    #[test]
    fn all_or_none_are_taken() {
        let locks = [1, 2, 3].map(Lock::new);
        let [a, b, c] = locks.each_ref();
        for (position, lock) in locks.iter().enumerate() {
            let guard = lock.acquire();
            let held = AcquireAllError::Held { position };
            let others = || {
                let others = [a, b, c];
                let mut others = others.into_iter();
                others.all(|other| other.is_locked() == ptr::eq(other, lock))
            };
            assert_eq!(try_acquire_all([a, b, c]).unwrap_err(), held);
            assert!(others());
            let error = acquire_all_timeout(&[a, b, c][..], SHORT);
            assert_eq!(error.unwrap_err(), held);
            assert!(others());
            drop(guard);
        }
        assert!(try_acquire_all([c, b, a]).is_ok());
    }

    #[test]
    fn a_pair_is_taken_as_a_whole_or_not_at_all() {
        let (a, b) = (Lock::new(1), Lock::new(2));
        for set in [(&a, &b), (&b, &a)] {
            let guard = set.1.acquire();
            let error = acquire_all_timeout(set, SHORT).unwrap_err();
            assert_eq!(error, AcquireAllError::Held { position: 1 });
            assert!(!set.0.is_locked());
            drop(guard);
            assert!(try_acquire_all(set).is_ok());
        }
    }

    #[test]
    fn a_timeout_does_not_end_early_and_is_for_all_together() {
        let (a, b) = (Lock::new(1), Lock::new(2));
        let guard = b.acquire();
        let start = Instant::now();
        let wait = Duration::from_millis(20);
        assert!(acquire_all_timeout([&a, &b], wait).is_err());
        assert!(acquire_all_deadline([&a, &b], start + wait * 2).is_err());
        assert!(start.elapsed() >= wait * 2);
        drop(guard);
    }

    #[test]
    fn zero_and_expired_timeouts_try_once() {
        let (a, b) = (Lock::new(1), Lock::new(2));
        let past = Instant::now();
        assert!(acquire_all_timeout([&a, &b], Duration::ZERO).is_ok());
        assert!(acquire_all_deadline((&a, &b), past).is_ok());
        let guard = a.acquire();
        assert!(acquire_all_timeout([&a, &b], Duration::ZERO).is_err());
        assert!(acquire_all_deadline((&a, &b), past).is_err());
        drop(guard);
    }

    #[test]
    fn the_longest_timeout_waits_instead_of_panicking() {
        let (a, b) = (Lock::new(1), Lock::new(2));
        let ranked = RankedLock::new(1, "ranked", ());
        let guard = b.acquire();
        let (ready, wait) = mpsc::channel();
        thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                ready.send(()).unwrap();
                acquire_all_timeout([&a, &b], Duration::MAX).is_ok()
                    && ranked.acquire_timeout(Duration::MAX).is_ok()
            });
            wait.recv_timeout(LONG).unwrap();
            drop(guard);
            assert!(waiter.join().unwrap());
        });
    }

    fn three() -> [RankedLock<u32>; 3] {
        [
            RankedLock::new(1, "low", 10),
            RankedLock::new(2, "middle", 20),
            RankedLock::new(3, "high", 30),
        ]
    }

    #[test]
    fn rising_ranks_are_allowed() {
        let [low, middle, high] = three();
        let sum = *low.acquire() + *middle.acquire() + *high.acquire();
        assert_eq!(sum, 60);
        let _low = low.acquire();
        let _high = high.try_acquire().unwrap();
        assert!(low.is_locked() && high.is_locked() && !middle.is_locked());
    }

    #[test]
    fn the_first_wrong_acquisition_is_reported_with_both_names() {
        let [low, middle, _] = three();
        let _middle = middle.acquire();
        let violation = low.checked_acquire().unwrap_err();
        let (held, wanted) = (middle.label(), low.label());
        assert_eq!(violation, OrderViolation { held, wanted });
        assert!(!low.is_locked());

        let error = RankedLockError::OutOfOrder(violation);
        assert_eq!(low.try_acquire().unwrap_err(), error);
        assert_eq!(low.acquire_timeout(LONG).unwrap_err(), error);
        let later = Instant::now() + LONG;
        assert_eq!(low.acquire_deadline(later).unwrap_err(), error);
    }

    #[test]
    fn a_violation_is_reported_while_another_thread_holds_the_lock() {
        let [low, middle, _] = three();
        let step = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                let _low = low.acquire();
                step.wait(); // each holds one
                step.wait(); // the violation is reported
            });
            let _middle = middle.acquire();
            step.wait();
            let error = low.acquire_timeout(SHORT).map(drop);
            step.wait();
            let (held, wanted) = (middle.label(), low.label());
            let violation = OrderViolation { held, wanted };
            assert_eq!(error, Err(RankedLockError::OutOfOrder(violation)));
        });
    }

    #[test]
    fn the_same_rank_and_the_same_lock_are_violations() {
        let (a, b) = (RankedLock::new(1, "a", ()), RankedLock::new(1, "b", ()));
        let _a = a.acquire();
        for lock in [&a, &b] {
            let (held, wanted) = (a.label(), lock.label());
            let violation = OrderViolation { held, wanted };
            let error = lock.try_acquire().map(drop);
            assert_eq!(error, Err(RankedLockError::OutOfOrder(violation)));
            assert_eq!(lock.checked_acquire().unwrap_err(), violation);
        }
    }

    #[test]
    fn guards_may_be_dropped_in_any_order() {
        let [low, middle, high] = three();
        let guard = low.acquire();
        let second = middle.acquire();
        let third = high.acquire();
        drop(second);
        assert_eq!(middle.checked_acquire().unwrap_err().held, high.label());
        drop(third);
        let second = middle.checked_acquire().unwrap();
        drop(guard);
        assert_eq!(low.checked_acquire().unwrap_err().held, middle.label());
        drop(second);
        assert!(low.checked_acquire().is_ok());
    }

    #[test]
    fn what_other_threads_hold_does_not_matter() {
        let [low, _, high] = three();
        let _high = high.acquire();
        thread::scope(|scope| {
            scope.spawn(|| assert!(low.checked_acquire().is_ok()));
        });
        assert!(low.checked_acquire().is_err());
    }

    #[test]
    fn a_lock_that_was_not_acquired_leaves_no_trace() {
        let [low, _, high] = three();
        let step = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                let _high = high.acquire();
                step.wait();
                step.wait();
            });
            step.wait();
            let tried = high.try_acquire().map(drop);
            let waited = high.acquire_timeout(SHORT).map(drop);
            let lower = low.checked_acquire().map(drop);
            step.wait();
            let held = RankedLockError::Held(high.label());
            assert_eq!((tried, waited), (Err(held), Err(held)));
            assert_eq!(lower, Ok(()));
        });
    }

    #[test]
    fn acquire_panics_with_both_names_and_changes_nothing() {
        let [low, middle, _] = three();
        let guard = middle.acquire();
        let wrong = AssertUnwindSafe(|| drop(low.acquire()));
        let payload = panic::catch_unwind(wrong).unwrap_err();
        assert_eq!(
            payload.downcast_ref::<String>().unwrap(),
            "requested `low` (rank 1) while holding `middle` (rank 2)"
        );
        assert!(middle.is_locked() && !low.is_locked());
        drop(guard);
        assert_eq!(*low.acquire(), 10);
    }

    #[test]
    fn a_panic_releases_the_lock_and_its_rank() {
        let [low, _, high] = three();
        let result = panic::catch_unwind(AssertUnwindSafe(|| {
            *high.acquire() += 1;
            let _high = high.acquire();
            panic!("while the lock is held");
        }));
        assert!(result.is_err());
        let _low = low.acquire();
        assert_eq!(*high.acquire(), 31);
    }

    #[test]
    fn a_thread_that_is_ending_may_still_acquire() {
        static LAST: RankedLock<u32> = RankedLock::new(1, "last", 0);

        struct AtTheEnd;

        impl Drop for AtTheEnd {
            fn drop(&mut self) {
                *LAST.acquire() += 1;
            }
        }

        thread_local! {
            static EARLY: Cell<Option<AtTheEnd>> = const { Cell::new(None) };
        }
        thread::spawn(|| {
            EARLY.set(Some(AtTheEnd)); // dropped after what is made later
            drop(LAST.acquire());
        })
        .join()
        .unwrap();
        assert_eq!(*LAST.acquire(), 1);
    }

    #[test]
    fn errors_and_locks_are_shown() {
        let text = "locks 0 and 2 of the set are the same lock";
        assert_eq!(AcquireAllError::from(repeated(0, 2)).to_string(), text);
        let held = AcquireAllError::Held { position: 1 };
        assert_eq!(held.to_string(), "cannot acquire the set: lock 1 is held");
        let [low, ..] = three();
        let error = RankedLockError::Held(low.label());
        assert_eq!(error.to_string(), "`low` (rank 1) is held");
        let guard = low.acquire();
        assert_eq!(format!("{guard} {guard:?}"), "10 10");
        assert_eq!(
            format!("{low:?}"),
            "RankedLock { name: \"low\", rank: 1, lock: Lock(<locked>) }"
        );
    }
}
// ANCHOR_END: module
