// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A semaphore: at most so many threads at a time, counted in permits.
//!
//! [`Semaphore`] is Python's `threading.Semaphore`, and [`BoundedSemaphore`]
//! is `threading.BoundedSemaphore`.
//! Both hand out a guard that gives its permit back when it goes out of
//! scope.
//!
//! Use a [`BoundedSemaphore`] to limit how many threads use something at
//! once: connections, open files, workers on a processor.
//! Use a [`Semaphore`] where permits come from elsewhere, as when one thread
//! adds a permit for each piece of work that it has finished.
//! A neighbour may serve you better:
//! `Lock` protects a value and admits one thread at a time, `Event` lets
//! everybody go on at once, a channel hands over the work itself, and
//! `ClosableSemaphore` in a file of its own can end the waiting.
//!
//! # Before you copy it
//!
//! - A thread sleeps in a queue of `parking_lot_core`, which takes two
//!   `unsafe` blocks: the file can't go into a crate with
//!   `forbid(unsafe_code)`.
//! - A [`BoundedSemaphore`] keeps two numbers in one `usize`, so its limit is
//!   at most [`MAX_LIMIT`](BoundedSemaphore::MAX_LIMIT): 32,767 where a
//!   `usize` has 32 bits.
//! - Waiting threads form no line: a thread that has just given a permit back
//!   may take it again before a sleeper is awake. A thread that wants several
//!   permits at once may wait forever while others keep taking single ones.
//! - After a `fork`, the child has none of the threads that hold permits, and
//!   their permits don't come back.
//!
//! The chapter that explains this file is `src/semaphore.md`.
//!
//! # Why no wake-up is lost
//!
//! A thread finds no permit and is about to sleep.
//! Could the permit come too early, and the thread sleep forever?
//!
//! 1. The sleeper locks the queue.
//! 2. In one step it takes a permit or, if there is none, sets the bit
//!    `SLEEPERS` in the word that holds the permits.
//! 3. It enters the queue, still with the lock held, and then sleeps.
//! 4. A release adds its permit to the same word. If that comes before step
//!    2, the sleeper takes the permit. If it comes after, the release sees
//!    the bit.
//! 5. Then it locks the queue, which it gets after step 3 at the earliest,
//!    and wakes sleepers, the first first, until all its permits are spoken
//!    for or none is free. It passes over a sleeper that wants more than are
//!    free, so a sleeper behind that one gets its chance.
//! 6. The bit is taken away with the queue locked, and only when the queue is
//!    empty.
//! 7. A woken thread goes back to step 1. If another thread was quicker, that
//!    one's release comes later, and sees the bit. If it wanted several, some
//!    may be left that are too few for it: it wakes sleepers for them as in
//!    step 5, before it sleeps.
//!
//! A thread whose time is up swallows nothing: either it was woken before, and
//! goes back to step 1, or it has left the queue, and a release wakes another
//! one.

use std::error::Error;
use std::fmt;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot_core::{
    DEFAULT_UNPARK_TOKEN, FilterOp, ParkResult, ParkToken, UnparkResult,
};

// ANCHOR: word
/// The bit of the word that says: somebody sleeps, wake them.
const SLEEPERS: usize = 1 << (usize::BITS - 1);

/// The rest of the word: how many permits are free.
const fn permits(word: usize) -> usize {
    word & !SLEEPERS
}
// ANCHOR_END: word

// ANCHOR: types
/// A number of permits: a thread takes one to go on, or waits for one.
///
/// Waiting threads sleep and use no processor time.
/// Which of them gets the next permit is not specified, and a thread that has
/// not waited at all may be quicker than those that do.
///
/// A permit has no owner.
/// Every thread may [`release`](Semaphore::release), also one that has
/// acquired nothing: that adds a permit.
/// If permits are only ever given back, use a [`BoundedSemaphore`], which
/// finds the release that is one too many.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use threading::Semaphore;
///
/// let done = Semaphore::new(0);
/// thread::scope(|scope| {
///     for _ in 0..3 {
///         scope.spawn(|| done.release().unwrap());
///     }
///     for _ in 0..3 {
///         done.acquire_by_hand(); // one for each thread
///     }
/// });
/// assert_eq!(done.value(), 0);
/// ```
///
/// # Differences from Python
///
/// - `with semaphore:` becomes a guard: the permit comes back when the guard
///   is dropped.
/// - A negative number of permits is a compile-time error. Python raises
///   `ValueError`.
/// - [`value`](Semaphore::value) is public. Python keeps it in `_value`.
/// - There is a largest number, [`MAX_PERMITS`](Semaphore::MAX_PERMITS).
///
/// Source: [Semaphore objects][python].
///
/// [python]: https://docs.python.org/3/library/threading.html#semaphore-objects
pub struct Semaphore {
    permits: Permits,
}

/// A number of permits, and a queue for threads that want one.
struct Permits {
    /// How many permits are free, and the bit `SLEEPERS`; its address names
    /// the queue.
    word: AtomicUsize,
}

/// One or more permits of a semaphore; dropping it gives them back.
///
/// A permit has no owner, so a guard may move to another thread.
#[doc(alias = "SemaphorePermit")]
#[must_use = "the permit is given back as soon as its guard is dropped"]
pub struct SemaphoreGuard<'a> {
    permits: &'a Permits,
    taken: Want,
}
// ANCHOR_END: types

/// One permit of a semaphore that is kept in an [`Arc`]; dropping it gives
/// the permit back.
///
/// It borrows nothing, so it can move into a thread that outlives the
/// function, and it keeps the semaphore alive.
///
/// ```
/// use std::sync::Arc;
/// use std::thread;
/// use threading::BoundedSemaphore;
///
/// let workers = Arc::new(BoundedSemaphore::new(2));
/// let permit = workers.acquire_owned();
/// let thread = thread::spawn(move || {
///     let _permit = permit; // given back when the thread ends
/// });
/// # thread.join().unwrap();
/// # assert_eq!(workers.value(), 2);
/// ```
#[doc(alias("OwnedSemaphorePermit", "SemaphoreGuardArc"))]
#[must_use = "the permit is given back as soon as its guard is dropped"]
pub struct OwnedSemaphoreGuard {
    owner: Owner,
    taken: Want,
}

/// The semaphore that an [`OwnedSemaphoreGuard`] keeps alive.
enum Owner {
    Plain(Arc<Semaphore>),
    Bounded(Arc<BoundedSemaphore>),
}

impl Semaphore {
    /// The largest number of free permits: a quarter of what a `usize` holds.
    ///
    /// The word has room for twice as many. So there is a place for the
    /// permit of every guard, and dropping a guard can't fail. Only a guard
    /// of several permits gives back no more than fit under this number.
    pub const MAX_PERMITS: usize = usize::MAX >> 2;

    /// Creates a semaphore with so many free permits.
    ///
    /// Zero is allowed: then somebody must release before anybody acquires.
    ///
    /// ```
    /// use threading::Semaphore;
    ///
    /// static DOWNLOADS: Semaphore = Semaphore::new(4);
    /// assert_eq!(DOWNLOADS.value(), 4);
    /// ```
    ///
    /// # Panics
    ///
    /// If `permits` is more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    #[track_caller]
    pub const fn new(permits: usize) -> Self {
        if permits > Self::MAX_PERMITS {
            too_many(permits);
        }
        Semaphore {
            permits: Permits::new(permits),
        }
    }

    /// Acquires a permit, waiting as long as it takes.
    ///
    /// Returns the guard, which gives the permit back when it is dropped.
    ///
    /// ```
    /// use threading::Semaphore;
    ///
    /// let semaphore = Semaphore::new(2);
    /// let guard = semaphore.acquire();
    /// assert_eq!(semaphore.value(), 1);
    /// drop(guard);
    /// assert_eq!(semaphore.value(), 2);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// `semaphore.acquire()` returns `True`, and the caller owes a
    /// `release()`.
    /// Here the returned guard pays that debt.
    #[doc(alias("wait", "down", "P", "sem_wait"))]
    #[inline]
    pub fn acquire(&self) -> SemaphoreGuard<'_> {
        self.permits.acquire(Want::plain(1))
    }

    /// Acquires a permit if one is free, without waiting.
    ///
    /// ```
    /// use threading::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// let guard = semaphore.try_acquire();
    /// assert!(guard.is_some());
    /// assert!(semaphore.try_acquire().is_none());
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is `semaphore.acquire(blocking=False)`, with `None` for `False`.
    #[doc(alias("tryAcquire", "try_wait", "try_lock", "sem_trywait"))]
    #[inline]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn try_acquire(&self) -> Option<SemaphoreGuard<'_>> {
        self.permits.try_acquire(Want::plain(1))
    }

    /// Acquires a permit, waiting no longer than `timeout`.
    ///
    /// Returns `None` if there was no permit in that time.
    /// A timeout of zero tries once; one too long for the clock waits
    /// forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Semaphore;
    ///
    /// let semaphore = Semaphore::new(0);
    /// let wait = Duration::from_millis(5);
    /// assert!(semaphore.acquire_timeout(wait).is_none());
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is `semaphore.acquire(timeout=seconds)`.
    /// Python takes a negative timeout for zero here, while `-1` means
    /// "forever" for a `Lock`; a [`Duration`] can't be negative.
    #[doc(alias("tryAcquire", "try_acquire_for", "sem_timedwait"))]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn acquire_timeout(
        &self,
        timeout: Duration,
    ) -> Option<SemaphoreGuard<'_>> {
        self.permits.acquire_timeout(Want::plain(1), timeout)
    }

    /// Acquires a permit, waiting no longer than until `deadline`.
    ///
    /// Returns `None` if there was no permit by then.
    /// A deadline in the past tries once; `None` waits forever.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use threading::Semaphore;
    ///
    /// let (files, sockets) = (Semaphore::new(8), Semaphore::new(2));
    /// let deadline = Instant::now() + Duration::from_secs(1);
    /// let file = files.acquire_deadline(deadline).unwrap();
    /// let socket = sockets.acquire_deadline(deadline).unwrap();
    /// # drop((file, socket));
    /// ```
    #[doc(alias("try_acquire_until"))]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn acquire_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Option<SemaphoreGuard<'_>> {
        self.permits
            .acquire_deadline(Want::plain(1), deadline.into())
    }

    /// Tells how many permits are free right now.
    ///
    /// The answer may be out of date when you read it.
    /// It is for logs and tests; to act on a free permit, use
    /// [`try_acquire`](Self::try_acquire).
    ///
    /// ```
    /// use threading::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let guard = semaphore.acquire();
    /// assert_eq!(semaphore.value(), 2);
    /// # drop(guard);
    /// ```
    #[doc(alias("available_permits", "availablePermits", "sem_getvalue"))]
    pub fn value(&self) -> usize {
        permits(self.permits.word.load(Ordering::Relaxed))
    }
}

/// Several permits at once, all or none.
impl Semaphore {
    /// Acquires so many permits, waiting as long as it takes.
    ///
    /// It takes all of them in one step, and holds none while it waits: two
    /// threads that want two of two permits can't block each other.
    /// In return, threads that want fewer may overtake it again and again, and
    /// it waits as long as they do so.
    ///
    /// # Panics
    ///
    /// If `number` is more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    ///
    /// ```
    /// use threading::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let guard = semaphore.acquire_many(2);
    /// assert_eq!(semaphore.value(), 1);
    /// drop(guard);
    /// assert_eq!(semaphore.value(), 3);
    /// ```
    #[track_caller]
    pub fn acquire_many(&self, number: usize) -> SemaphoreGuard<'_> {
        self.permits.acquire(Self::several(number))
    }

    /// Acquires so many permits if they are free, without waiting.
    ///
    /// # Panics
    ///
    /// As [`acquire_many`](Self::acquire_many).
    ///
    /// ```
    /// use threading::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let guard = semaphore.try_acquire_many(2).unwrap();
    /// assert!(semaphore.try_acquire_many(2).is_none());
    /// assert_eq!(semaphore.value(), 1);
    /// # drop(guard);
    /// ```
    #[track_caller]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn try_acquire_many(
        &self,
        number: usize,
    ) -> Option<SemaphoreGuard<'_>> {
        self.permits.try_acquire(Self::several(number))
    }

    /// Acquires so many permits, waiting no longer than `timeout`.
    ///
    /// # Panics
    ///
    /// As [`acquire_many`](Self::acquire_many).
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let guard = semaphore.acquire();
    /// let wait = Duration::from_millis(5);
    /// assert!(semaphore.acquire_many_timeout(3, wait).is_none());
    /// drop(guard);
    /// assert!(semaphore.acquire_many_timeout(3, wait).is_some());
    /// ```
    #[track_caller]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn acquire_many_timeout(
        &self,
        number: usize,
        timeout: Duration,
    ) -> Option<SemaphoreGuard<'_>> {
        self.permits.acquire_timeout(Self::several(number), timeout)
    }

    /// Acquires so many permits, waiting no longer than until `deadline`.
    ///
    /// # Panics
    ///
    /// As [`acquire_many`](Self::acquire_many).
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let now = Instant::now();
    /// let guard = semaphore.acquire_many_deadline(2, now).unwrap();
    /// assert!(semaphore.acquire_many_deadline(2, now).is_none());
    /// # drop(guard);
    /// ```
    #[track_caller]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn acquire_many_deadline(
        &self,
        number: usize,
        deadline: impl Into<Option<Instant>>,
    ) -> Option<SemaphoreGuard<'_>> {
        self.permits
            .acquire_deadline(Self::several(number), deadline.into())
    }

    #[track_caller]
    fn several(number: usize) -> Want {
        if number > Self::MAX_PERMITS {
            too_many(number);
        }
        Want::plain(number)
    }
}

/// With a guard that borrows nothing, for semaphores in an [`Arc`].
impl Semaphore {
    /// Acquires a permit into a guard that borrows nothing, waiting as long
    /// as it takes.
    ///
    /// The guard keeps the [`Arc`], so that it can move into any thread.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::thread;
    /// use threading::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(2));
    /// let guard = semaphore.acquire_owned();
    /// let thread = thread::spawn(move || drop(guard));
    /// thread.join().unwrap();
    /// assert_eq!(semaphore.value(), 2);
    /// ```
    #[doc(alias("acquire_arc"))]
    pub fn acquire_owned(self: &Arc<Self>) -> OwnedSemaphoreGuard {
        self.permits.take(Want::plain(1));
        self.owned()
    }

    /// Acquires a permit into a guard that borrows nothing if one is free,
    /// without waiting.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use threading::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(1));
    /// let guard = semaphore.try_acquire_owned();
    /// assert!(guard.is_some());
    /// assert!(semaphore.try_acquire_owned().is_none());
    /// ```
    #[doc(alias("try_acquire_arc"))]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn try_acquire_owned(self: &Arc<Self>) -> Option<OwnedSemaphoreGuard> {
        let taken = self.permits.try_take(Want::plain(1));
        taken.then(|| self.owned())
    }

    /// Acquires a permit into a guard that borrows nothing, waiting no longer
    /// than `timeout`; see [`Self::acquire_timeout`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Duration;
    /// use threading::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(1));
    /// let wait = Duration::from_millis(5);
    /// let guard = semaphore.acquire_owned_timeout(wait);
    /// assert!(guard.is_some());
    /// assert!(semaphore.acquire_owned_timeout(wait).is_none());
    /// ```
    #[must_use = "`None` means that no permit was acquired"]
    pub fn acquire_owned_timeout(
        self: &Arc<Self>,
        timeout: Duration,
    ) -> Option<OwnedSemaphoreGuard> {
        let taken = self.permits.take_timeout(Want::plain(1), timeout);
        taken.then(|| self.owned())
    }

    /// Acquires a permit into a guard that borrows nothing, waiting no longer
    /// than until `deadline`; see [`Self::acquire_deadline`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Instant;
    /// use threading::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(1));
    /// let now = Instant::now();
    /// let guard = semaphore.acquire_owned_deadline(now);
    /// assert!(guard.is_some());
    /// assert!(semaphore.acquire_owned_deadline(now).is_none());
    /// ```
    #[must_use = "`None` means that no permit was acquired"]
    pub fn acquire_owned_deadline(
        self: &Arc<Self>,
        deadline: impl Into<Option<Instant>>,
    ) -> Option<OwnedSemaphoreGuard> {
        let taken = self.permits.take_deadline(Want::plain(1), deadline.into());
        taken.then(|| self.owned())
    }

    /// The owned guard of a permit that was just taken.
    fn owned(self: &Arc<Self>) -> OwnedSemaphoreGuard {
        let owner = Owner::Plain(Arc::clone(self));
        let taken = Want::plain(1);
        OwnedSemaphoreGuard { owner, taken }
    }
}

/// Without a guard: for permits that one thread takes and another gives back,
/// and for permits that nobody has taken.
impl Semaphore {
    /// Acquires a permit without a guard, waiting as long as it takes.
    ///
    /// The permit does not come back by itself.
    /// It is used up, or some thread calls [`release`](Self::release).
    ///
    /// ```
    /// use std::thread;
    /// use threading::Semaphore;
    ///
    /// static DISHES: Semaphore = Semaphore::new(0);
    ///
    /// let cook = thread::spawn(|| DISHES.release());
    /// DISHES.acquire_by_hand(); // waits for the cook, and eats
    /// cook.join().unwrap()?;
    /// assert_eq!(DISHES.value(), 0);
    /// # Ok::<(), threading::semaphore::ReleaseError>(())
    /// ```
    #[inline]
    pub fn acquire_by_hand(&self) {
        self.permits.take(Want::plain(1));
    }

    /// Acquires a permit without a guard if one is free; tells whether it
    /// did.
    ///
    /// ```
    /// use threading::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// assert!(semaphore.try_acquire_by_hand());
    /// assert!(!semaphore.try_acquire_by_hand());
    /// ```
    #[inline]
    #[must_use = "`false` means that no permit was acquired"]
    pub fn try_acquire_by_hand(&self) -> bool {
        self.permits.try_take(Want::plain(1))
    }

    /// Acquires a permit without a guard, waiting no longer than `timeout`;
    /// tells whether it did.
    ///
    /// A timeout of zero tries once; one too long for the clock waits
    /// forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// let wait = Duration::from_millis(5);
    /// assert!(semaphore.acquire_by_hand_timeout(wait));
    /// assert!(!semaphore.acquire_by_hand_timeout(wait));
    /// ```
    #[must_use = "`false` means that no permit was acquired"]
    pub fn acquire_by_hand_timeout(&self, timeout: Duration) -> bool {
        self.permits.take_timeout(Want::plain(1), timeout)
    }

    /// Acquires a permit without a guard, waiting no longer than until
    /// `deadline`; tells whether it did.
    ///
    /// A deadline in the past tries once; `None` waits forever.
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// let now = Instant::now();
    /// assert!(semaphore.acquire_by_hand_deadline(now));
    /// assert!(!semaphore.acquire_by_hand_deadline(now));
    /// ```
    #[must_use = "`false` means that no permit was acquired"]
    pub fn acquire_by_hand_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> bool {
        self.permits.take_deadline(Want::plain(1), deadline.into())
    }

    /// Adds a permit, and wakes a thread that waits for one.
    ///
    /// Any thread may do so, whether it has acquired a permit or not.
    /// No guard loses its permit by it: there is simply one more.
    ///
    /// # Errors
    ///
    /// [`ReleaseError::Overflow`] if [`MAX_PERMITS`](Self::MAX_PERMITS) are
    /// free. Nothing changes then.
    ///
    /// ```
    /// use threading::Semaphore;
    ///
    /// let semaphore = Semaphore::new(0);
    /// semaphore.release()?;
    /// assert_eq!(semaphore.value(), 1);
    /// # Ok::<(), threading::semaphore::ReleaseError>(())
    /// ```
    #[doc(alias("post", "signal", "up", "V", "sem_post"))]
    #[inline]
    pub fn release(&self) -> Result<(), ReleaseError> {
        self.release_many(1)
    }

    /// Adds so many permits at once, and wakes as many threads.
    ///
    /// # Errors
    ///
    /// [`ReleaseError::Zero`] if `number` is 0, and
    /// [`ReleaseError::Overflow`] if more than
    /// [`MAX_PERMITS`](Self::MAX_PERMITS) would be free.
    /// Nothing changes then.
    ///
    /// ```
    /// use threading::Semaphore;
    /// use threading::semaphore::ReleaseError;
    ///
    /// let semaphore = Semaphore::new(0);
    /// semaphore.release_many(3)?;
    /// assert_eq!(semaphore.value(), 3);
    /// assert_eq!(semaphore.release_many(0), Err(ReleaseError::Zero));
    /// # Ok::<(), ReleaseError>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is `semaphore.release(n)`. Python raises `ValueError` for 0.
    #[doc(alias("add_permits"))]
    #[inline]
    pub fn release_many(&self, number: usize) -> Result<(), ReleaseError> {
        if number == 0 {
            return Err(ReleaseError::Zero);
        }
        let fits = |word| {
            let room = Self::MAX_PERMITS.saturating_sub(permits(word));
            (number <= room).then(|| word + number)
        };
        self.permits.release(number, fits).map_err(|word| {
            ReleaseError::Overflow {
                number,
                value: permits(word),
            }
        })
    }
}

// ANCHOR: fast
/// What a thread wants, or has taken: so many permits of one of two kinds of
/// semaphore, for a guard or by hand.
///
/// All that in a single number: then a guard is small.
#[derive(Clone, Copy)]
struct Want(usize);

impl Want {
    const BOUNDED: usize = 1;
    const BY_HAND: usize = 2;

    /// Permits of a [`Semaphore`].
    const fn plain(number: usize) -> Self {
        Want(number << 2)
    }

    /// Permits of a [`BoundedSemaphore`], for a guard.
    const fn guarded(number: usize) -> Self {
        Want(number << 2 | Self::BOUNDED)
    }

    /// Permits of a [`BoundedSemaphore`], without a guard.
    const fn by_hand(number: usize) -> Self {
        Want(number << 2 | Self::BOUNDED | Self::BY_HAND)
    }

    const fn number(self) -> usize {
        self.0 >> 2
    }

    /// How many permits are free in a semaphore of that kind.
    const fn free(self, word: usize) -> usize {
        if self.0 & Self::BOUNDED == 0 {
            permits(word)
        } else {
            free(word)
        }
    }

    /// What becomes of the word when the permits are taken, in one step;
    /// `None` if too few are free.
    #[inline]
    fn take(self, word: usize) -> Option<usize> {
        let is_enough = self.number() <= self.free(word);
        is_enough.then(|| word - self.number() + self.noted())
    }
}

/// What both kinds of semaphore are made of.
impl Permits {
    const fn new(permits: usize) -> Self {
        Permits {
            word: AtomicUsize::new(permits),
        }
    }

    /// Takes what is wanted if it is free.
    #[inline]
    fn try_take(&self, want: Want) -> bool {
        let take = |word| want.take(word);
        // Acquire pairs with the Release of the thread that released it.
        self.word
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, take)
            .is_ok()
    }

    /// Gives back what a guard has taken.
    #[inline]
    fn give_back(&self, taken: Want) {
        let number = taken.number();
        if number == 1 {
            // Can't run into other bits: see `MAX_PERMITS` and `MAX_LIMIT`.
            let before = self.word.fetch_add(number, Ordering::Release);
            self.wake(before, number);
        } else {
            self.give_back_many(taken);
        }
    }

    #[cold]
    fn give_back_many(&self, taken: Want) {
        let add = |word| {
            let room = Semaphore::MAX_PERMITS.saturating_sub(taken.free(word));
            Some(word + taken.number().min(room))
        };
        // `add` refuses nothing.
        let _ = self.release(taken.number(), add);
    }

    /// Releases so many permits, if `change` lets it; returns the word that
    /// it refused.
    #[inline]
    fn release(
        &self,
        number: usize,
        change: impl Fn(usize) -> Option<usize>,
    ) -> Result<(), usize> {
        self.word
            .fetch_update(Ordering::Release, Ordering::Relaxed, change)
            .map(|before| self.wake(before, number))
    }
    // ANCHOR_END: fast

    /// What a guard has taken is no longer given back: it is used up, or if
    /// it is of a [`BoundedSemaphore`], held by hand.
    fn forget(&self, taken: Want) {
        if taken.0 & Want::BOUNDED != 0 {
            let noted = Want::by_hand(taken.number()).noted();
            // Release: a thread that gets the permit after a release by hand
            // sees what was done under the guard.
            self.word.fetch_add(noted, Ordering::Release);
        }
    }

    #[inline]
    fn acquire(&self, want: Want) -> SemaphoreGuard<'_> {
        self.take(want);
        self.guard(want)
    }

    #[inline]
    fn try_acquire(&self, want: Want) -> Option<SemaphoreGuard<'_>> {
        // Not `then_some`: dropping an unused guard would add a permit.
        self.try_take(want).then(|| self.guard(want))
    }

    fn acquire_timeout(
        &self,
        want: Want,
        timeout: Duration,
    ) -> Option<SemaphoreGuard<'_>> {
        self.take_timeout(want, timeout).then(|| self.guard(want))
    }

    fn acquire_deadline(
        &self,
        want: Want,
        deadline: Option<Instant>,
    ) -> Option<SemaphoreGuard<'_>> {
        self.take_deadline(want, deadline).then(|| self.guard(want))
    }

    /// The guard of what was just taken.
    #[inline]
    fn guard(&self, taken: Want) -> SemaphoreGuard<'_> {
        let permits = self;
        SemaphoreGuard { permits, taken }
    }

    #[inline]
    fn take(&self, want: Want) {
        if !self.try_take(want) {
            self.sleep_until(want, None);
        }
    }

    fn take_timeout(&self, want: Want, timeout: Duration) -> bool {
        // A sum beyond the clock is no deadline: then it waits forever.
        let deadline = || Instant::now().checked_add(timeout);
        self.try_take(want)
            || (!timeout.is_zero() && self.sleep_until(want, deadline()))
    }

    fn take_deadline(&self, want: Want, deadline: Option<Instant>) -> bool {
        self.try_take(want)
            || (deadline.is_none_or(|deadline| Instant::now() < deadline)
                && self.sleep_until(want, deadline))
    }

    // ANCHOR: sleep
    /// Sleeps until it has a permit, or no longer than until the deadline;
    /// tells whether it has one.
    #[cold]
    fn sleep_until(&self, want: Want, deadline: Option<Instant>) -> bool {
        loop {
            match self.park(want, deadline) {
                ParkResult::Invalid => return true, // took one instead
                ParkResult::TimedOut => return false,
                ParkResult::Unparked(_) if self.try_take(want) => return true,
                ParkResult::Unparked(_) => self.pass_on(want),
            }
        }
    }

    /// Another thread was quicker than this one, which was woken: lets other
    /// sleepers have what is left and is too little for it.
    fn pass_on(&self, want: Want) {
        // Of one permit nothing is left.
        if want.number() > 1 {
            self.wake_sleepers(want.number());
        }
    }

    /// Sleeps, unless it takes what it wants.
    fn park(&self, want: Want, deadline: Option<Instant>) -> ParkResult {
        let still_none = || !self.take_or_announce(want);
        let time_is_up = |_, was_last| {
            if was_last {
                self.nobody_sleeps();
            }
        };
        // SAFETY: the address is that of our own word. No closure panics or
        // uses parking_lot.
        unsafe {
            parking_lot_core::park(
                self.queue(),
                still_none,
                || {},
                time_is_up,
                ParkToken(want.0),
                deadline,
            )
        }
    }

    /// Takes a permit or, in the same step, says that somebody sleeps.
    fn take_or_announce(&self, want: Want) -> bool {
        let next = |word| want.take(word).or(Some(word | SLEEPERS));
        // Acquire as in `try_take`.
        self.word
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, next)
            .is_ok_and(|before| want.take(before).is_some())
    }
    // ANCHOR_END: sleep

    // ANCHOR: wake
    /// Wakes so many threads if the word had the bit; the permits are there.
    #[inline]
    fn wake(&self, before: usize, number: usize) {
        if before & SLEEPERS != 0 {
            self.wake_sleepers(number);
        }
    }

    /// Wakes the sleepers that are to have so many permits, and those that
    /// were left over before, when they were too few for a sleeper.
    #[cold]
    fn wake_sleepers(&self, number: usize) {
        let (mut word, mut number) = (None, number);
        let choose = |ParkToken(want)| {
            // Relaxed: it sees its own release, and those of threads that had
            // the queue's lock before. Others will look for sleepers later.
            let load = || self.word.load(Ordering::Relaxed);
            let word = word.get_or_insert_with(load);
            Want(want).choose(word, &mut number)
        };
        let chosen = |result: UnparkResult| {
            if !result.have_more_threads {
                self.nobody_sleeps();
            }
            DEFAULT_UNPARK_TOKEN
        };
        // SAFETY: the address is that of our own word. The closures neither
        // panic nor use parking_lot.
        unsafe {
            parking_lot_core::unpark_filter(self.queue(), choose, chosen);
        }
    }

    /// Takes the bit away; the queue is locked, and empty.
    fn nobody_sleeps(&self) {
        // Relaxed: the bit carries nothing but itself, and changes under the
        // queue's lock alone. As a read-modify-write it hides no release.
        self.word.fetch_and(!SLEEPERS, Ordering::Relaxed);
    }
    // ANCHOR_END: wake

    /// The name of the queue: an address that nobody else uses for one.
    fn queue(&self) -> usize {
        self.word.as_ptr() as usize
    }
}

// ANCHOR: choose
impl Want {
    /// Whether the sleeper that wants this is woken for the rest of `number`
    /// permits, where `word` is what others will leave in the word.
    fn choose(self, word: &mut usize, number: &mut usize) -> FilterOp {
        if *number == 0 || self.free(*word) == 0 {
            return FilterOp::Stop;
        }
        let Some(left) = self.take(*word) else {
            return FilterOp::Skip;
        };
        *word = left;
        *number = number.saturating_sub(self.number());
        FilterOp::Unpark
    }
}
// ANCHOR_END: choose

/// Panics with that number, which a `const fn` can't format in another way.
#[cold]
#[track_caller]
const fn too_many(permits: usize) -> ! {
    let mut text = *b"too many permits:                     ";
    let (mut rest, mut at) = (permits, 18 + permits.ilog10() as usize);
    let length = at + 1;
    while rest > 0 {
        text[at] = b'0' + (rest % 10) as u8;
        (rest, at) = (rest / 10, at - 1);
    }
    match std::str::from_utf8(text.split_at(length).0) {
        Ok(text) => panic!("{}", text),
        Err(_) => panic!("too many permits"),
    }
}

impl Default for Semaphore {
    /// A semaphore with one permit, as in Python.
    fn default() -> Self {
        Semaphore::new(1)
    }
}

impl Drop for SemaphoreGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.permits.give_back(self.taken);
    }
}

impl SemaphoreGuard<'_> {
    /// Drops the guard without giving its permits back.
    ///
    /// A permit of a [`Semaphore`] is used up.
    /// A permit of a [`BoundedSemaphore`] is held by hand from now on, and
    /// somebody owes it a [`release`](BoundedSemaphore::release).
    ///
    /// ```
    /// use threading::{BoundedSemaphore, Semaphore};
    ///
    /// let tickets = Semaphore::new(3);
    /// tickets.acquire().forget();
    /// assert_eq!(tickets.value(), 2); // and so it stays
    ///
    /// let bounded = BoundedSemaphore::new(3);
    /// bounded.acquire().forget();
    /// bounded.release()?;
    /// assert_eq!(bounded.value(), 3);
    /// # Ok::<(), threading::semaphore::ReleaseError>(())
    /// ```
    pub fn forget(self) {
        self.permits.forget(self.taken);
        mem::forget(self);
    }
}

impl Owner {
    fn permits(&self) -> &Permits {
        match self {
            Self::Plain(semaphore) => &semaphore.permits,
            Self::Bounded(semaphore) => &semaphore.permits,
        }
    }
}

impl OwnedSemaphoreGuard {
    /// Drops the guard without giving its permit back; see
    /// [`SemaphoreGuard::forget`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use threading::Semaphore;
    ///
    /// let tickets = Arc::new(Semaphore::new(3));
    /// tickets.acquire_owned().forget();
    /// assert_eq!(tickets.value(), 2);
    /// ```
    pub fn forget(mut self) {
        self.owner.permits().forget(self.taken);
        self.taken = Want::plain(0); // gives nothing back, frees the `Arc`
    }
}

impl Drop for OwnedSemaphoreGuard {
    fn drop(&mut self) {
        self.owner.permits().give_back(self.taken);
    }
}

// ANCHOR: bounded
/// A semaphore that never has more permits than it was made with.
///
/// Each permit is free, held by a guard, or held by hand.
/// By hand only what was acquired by hand can be released, so a stray
/// release is an error at the place where it happens, and takes the permit
/// of no guard.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use threading::BoundedSemaphore;
///
/// static CONNECTIONS: BoundedSemaphore = BoundedSemaphore::new(3);
///
/// let threads: Vec<_> = (0..10)
///     .map(|_| {
///         thread::spawn(|| {
///             let _connection = CONNECTIONS.acquire();
///             assert!(CONNECTIONS.value() < 3);
///         })
///     })
///     .collect();
/// # threads.into_iter().for_each(|thread| thread.join().unwrap());
/// ```
///
/// # Differences from Python
///
/// - Python compares the value with the limit alone. While some thread holds
///   a permit, it lets another thread release it, and raises `ValueError`
///   later, in the thread that did nothing wrong. Here the stray release
///   is the error.
/// - [`limit`](BoundedSemaphore::limit) is public. Python keeps it in
///   `_initial_value`.
/// - There is a largest limit, [`MAX_LIMIT`](BoundedSemaphore::MAX_LIMIT).
///
/// Source: [Semaphore objects][python].
///
/// [python]: https://docs.python.org/3/library/threading.html#semaphore-objects
pub struct BoundedSemaphore {
    /// The free permits in the low half of the word. Above them, how many
    /// permits are held by hand; these alone may be released so.
    permits: Permits,
    limit: usize,
}

/// The word's step for a permit that is held by hand.
const ONE_BY_HAND: usize = 1 << (usize::BITS / 2);

const fn free(word: usize) -> usize {
    word % ONE_BY_HAND
}

const fn by_hand(word: usize) -> usize {
    (word & !SLEEPERS) / ONE_BY_HAND
}

impl Want {
    /// What the word notes of permits that are held by hand.
    const fn noted(self) -> usize {
        if self.0 & Self::BY_HAND == 0 {
            0
        } else {
            self.number() * ONE_BY_HAND
        }
    }
}
// ANCHOR_END: bounded

impl BoundedSemaphore {
    /// The largest limit: half as many bits as a `usize` has, less one.
    ///
    /// ```
    /// use threading::BoundedSemaphore;
    ///
    /// let bits = usize::BITS / 2 - 1;
    /// assert_eq!(BoundedSemaphore::MAX_LIMIT, (1 << bits) - 1);
    /// ```
    pub const MAX_LIMIT: usize = usize::MAX >> (usize::BITS / 2 + 1);

    /// Creates a semaphore with so many permits, all of them free.
    ///
    /// # Panics
    ///
    /// If `limit` is more than [`MAX_LIMIT`](Self::MAX_LIMIT).
    ///
    /// ```
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(2);
    /// assert_eq!((semaphore.value(), semaphore.limit()), (2, 2));
    /// ```
    #[track_caller]
    pub const fn new(limit: usize) -> Self {
        if limit > Self::MAX_LIMIT {
            too_many(limit);
        }
        BoundedSemaphore {
            permits: Permits::new(limit),
            limit,
        }
    }

    /// The number of permits that the semaphore was made with.
    ///
    /// ```
    /// use threading::BoundedSemaphore;
    ///
    /// assert_eq!(BoundedSemaphore::default().limit(), 1);
    /// ```
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Tells how many permits are free right now; see [`Semaphore::value`].
    ///
    /// ```
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(3);
    /// let guard = semaphore.acquire();
    /// assert_eq!(semaphore.value(), 2);
    /// # drop(guard);
    /// ```
    #[doc(alias("available_permits", "availablePermits", "sem_getvalue"))]
    pub fn value(&self) -> usize {
        free(self.permits.word.load(Ordering::Relaxed))
    }

    /// Acquires a permit, waiting as long as it takes; see
    /// [`Semaphore::acquire`].
    ///
    /// ```
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(1);
    /// let guard = semaphore.acquire();
    /// assert_eq!(semaphore.value(), 0);
    /// # drop(guard);
    /// ```
    #[doc(alias("wait", "down", "P", "sem_wait"))]
    #[inline]
    pub fn acquire(&self) -> SemaphoreGuard<'_> {
        self.permits.acquire(Want::guarded(1))
    }

    /// Acquires a permit if one is free, without waiting.
    ///
    /// ```
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(1);
    /// let guard = semaphore.acquire();
    /// assert!(semaphore.try_acquire().is_none());
    /// # drop(guard);
    /// ```
    #[doc(alias("tryAcquire", "try_wait", "try_lock", "sem_trywait"))]
    #[inline]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn try_acquire(&self) -> Option<SemaphoreGuard<'_>> {
        self.permits.try_acquire(Want::guarded(1))
    }

    /// Acquires a permit, waiting no longer than `timeout`; see
    /// [`Semaphore::acquire_timeout`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(1);
    /// let wait = Duration::from_millis(5);
    /// let guard = semaphore.acquire_timeout(wait).unwrap();
    /// assert!(semaphore.acquire_timeout(wait).is_none());
    /// # drop(guard);
    /// ```
    #[doc(alias("tryAcquire", "try_acquire_for", "sem_timedwait"))]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn acquire_timeout(
        &self,
        timeout: Duration,
    ) -> Option<SemaphoreGuard<'_>> {
        self.permits.acquire_timeout(Want::guarded(1), timeout)
    }

    /// Acquires a permit, waiting no longer than until `deadline`; see
    /// [`Semaphore::acquire_deadline`].
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(1);
    /// let now = Instant::now();
    /// let guard = semaphore.acquire_deadline(now).unwrap();
    /// assert!(semaphore.acquire_deadline(now).is_none());
    /// # drop(guard);
    /// ```
    #[doc(alias("try_acquire_until"))]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn acquire_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Option<SemaphoreGuard<'_>> {
        self.permits
            .acquire_deadline(Want::guarded(1), deadline.into())
    }
}

/// Several permits at once, all or none.
impl BoundedSemaphore {
    /// Acquires so many permits, waiting as long as it takes.
    ///
    /// It takes all of them in one step, and may be overtaken; see
    /// [`Semaphore::acquire_many`].
    ///
    /// # Panics
    ///
    /// If `number` is more than the [`limit`](Self::limit): no wait could end.
    ///
    /// ```
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(3);
    /// let guard = semaphore.acquire_many(2);
    /// assert_eq!(semaphore.value(), 1);
    /// drop(guard);
    /// assert_eq!(semaphore.value(), 3);
    /// ```
    #[track_caller]
    pub fn acquire_many(&self, number: usize) -> SemaphoreGuard<'_> {
        self.permits.acquire(self.several(number))
    }

    /// Acquires so many permits if they are free, without waiting.
    ///
    /// # Panics
    ///
    /// As [`acquire_many`](Self::acquire_many).
    ///
    /// ```
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(3);
    /// let guard = semaphore.try_acquire_many(2).unwrap();
    /// assert!(semaphore.try_acquire_many(2).is_none());
    /// assert_eq!(semaphore.value(), 1);
    /// # drop(guard);
    /// ```
    #[track_caller]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn try_acquire_many(
        &self,
        number: usize,
    ) -> Option<SemaphoreGuard<'_>> {
        self.permits.try_acquire(self.several(number))
    }

    /// Acquires so many permits, waiting no longer than `timeout`.
    ///
    /// # Panics
    ///
    /// As [`acquire_many`](Self::acquire_many).
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(3);
    /// let guard = semaphore.acquire();
    /// let wait = Duration::from_millis(5);
    /// assert!(semaphore.acquire_many_timeout(3, wait).is_none());
    /// drop(guard);
    /// assert!(semaphore.acquire_many_timeout(3, wait).is_some());
    /// ```
    #[track_caller]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn acquire_many_timeout(
        &self,
        number: usize,
        timeout: Duration,
    ) -> Option<SemaphoreGuard<'_>> {
        self.permits.acquire_timeout(self.several(number), timeout)
    }

    /// Acquires so many permits, waiting no longer than until `deadline`.
    ///
    /// # Panics
    ///
    /// As [`acquire_many`](Self::acquire_many).
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(3);
    /// let now = Instant::now();
    /// let guard = semaphore.acquire_many_deadline(2, now).unwrap();
    /// assert!(semaphore.acquire_many_deadline(2, now).is_none());
    /// # drop(guard);
    /// ```
    #[track_caller]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn acquire_many_deadline(
        &self,
        number: usize,
        deadline: impl Into<Option<Instant>>,
    ) -> Option<SemaphoreGuard<'_>> {
        self.permits
            .acquire_deadline(self.several(number), deadline.into())
    }

    #[track_caller]
    fn several(&self, number: usize) -> Want {
        let limit = self.limit;
        assert!(number <= limit, "{number} permits of at most {limit}");
        Want::guarded(number)
    }
}

/// With a guard that borrows nothing, for semaphores in an [`Arc`].
impl BoundedSemaphore {
    /// Acquires a permit into a guard that borrows nothing, waiting as long
    /// as it takes; see [`Semaphore::acquire_owned`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::thread;
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = Arc::new(BoundedSemaphore::new(2));
    /// let guard = semaphore.acquire_owned();
    /// let thread = thread::spawn(move || drop(guard));
    /// thread.join().unwrap();
    /// assert_eq!(semaphore.value(), 2);
    /// ```
    #[doc(alias("acquire_arc"))]
    pub fn acquire_owned(self: &Arc<Self>) -> OwnedSemaphoreGuard {
        self.permits.take(Want::guarded(1));
        self.owned()
    }

    /// Acquires a permit into a guard that borrows nothing if one is free,
    /// without waiting.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = Arc::new(BoundedSemaphore::new(1));
    /// let guard = semaphore.try_acquire_owned();
    /// assert!(guard.is_some());
    /// assert!(semaphore.try_acquire_owned().is_none());
    /// ```
    #[doc(alias("try_acquire_arc"))]
    #[must_use = "`None` means that no permit was acquired"]
    pub fn try_acquire_owned(self: &Arc<Self>) -> Option<OwnedSemaphoreGuard> {
        let taken = self.permits.try_take(Want::guarded(1));
        taken.then(|| self.owned())
    }

    /// Acquires a permit into a guard that borrows nothing, waiting no longer
    /// than `timeout`; see [`Semaphore::acquire_timeout`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Duration;
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = Arc::new(BoundedSemaphore::new(1));
    /// let wait = Duration::from_millis(5);
    /// let guard = semaphore.acquire_owned_timeout(wait);
    /// assert!(guard.is_some());
    /// assert!(semaphore.acquire_owned_timeout(wait).is_none());
    /// ```
    #[must_use = "`None` means that no permit was acquired"]
    pub fn acquire_owned_timeout(
        self: &Arc<Self>,
        timeout: Duration,
    ) -> Option<OwnedSemaphoreGuard> {
        let taken = self.permits.take_timeout(Want::guarded(1), timeout);
        taken.then(|| self.owned())
    }

    /// Acquires a permit into a guard that borrows nothing, waiting no longer
    /// than until `deadline`; see [`Semaphore::acquire_deadline`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Instant;
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = Arc::new(BoundedSemaphore::new(1));
    /// let now = Instant::now();
    /// let guard = semaphore.acquire_owned_deadline(now);
    /// assert!(guard.is_some());
    /// assert!(semaphore.acquire_owned_deadline(now).is_none());
    /// ```
    #[must_use = "`None` means that no permit was acquired"]
    pub fn acquire_owned_deadline(
        self: &Arc<Self>,
        deadline: impl Into<Option<Instant>>,
    ) -> Option<OwnedSemaphoreGuard> {
        let taken = self
            .permits
            .take_deadline(Want::guarded(1), deadline.into());
        taken.then(|| self.owned())
    }

    /// The owned guard of a permit that was just taken.
    fn owned(self: &Arc<Self>) -> OwnedSemaphoreGuard {
        let owner = Owner::Bounded(Arc::clone(self));
        let taken = Want::guarded(1);
        OwnedSemaphoreGuard { owner, taken }
    }
}

/// The by-hand pair, for callers that can't keep a guard: two functions far
/// apart, a callback, a binding to another language.
///
/// Prefer guards: they can't be forgotten.
impl BoundedSemaphore {
    /// Acquires a permit without a guard, waiting as long as it takes.
    ///
    /// The caller owes one [`release`](Self::release), from any thread.
    ///
    /// ```
    /// use std::thread;
    /// use threading::BoundedSemaphore;
    ///
    /// static PRINTERS: BoundedSemaphore = BoundedSemaphore::new(2);
    ///
    /// PRINTERS.acquire_by_hand();
    /// thread::spawn(|| PRINTERS.release()).join().unwrap()?;
    /// assert_eq!(PRINTERS.value(), 2);
    /// # Ok::<(), threading::semaphore::ReleaseError>(())
    /// ```
    pub fn acquire_by_hand(&self) {
        self.permits.take(Want::by_hand(1));
    }

    /// Acquires a permit without a guard if one is free; tells whether it
    /// did.
    ///
    /// ```
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(1);
    /// assert!(semaphore.try_acquire_by_hand());
    /// assert!(!semaphore.try_acquire_by_hand());
    /// semaphore.release()?;
    /// # Ok::<(), threading::semaphore::ReleaseError>(())
    /// ```
    #[must_use = "`false` means that no permit was acquired"]
    pub fn try_acquire_by_hand(&self) -> bool {
        self.permits.try_take(Want::by_hand(1))
    }

    /// Acquires a permit without a guard, waiting no longer than `timeout`;
    /// tells whether it did.
    ///
    /// A timeout of zero tries once; one too long for the clock waits
    /// forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(1);
    /// let wait = Duration::from_millis(5);
    /// assert!(semaphore.acquire_by_hand_timeout(wait));
    /// assert!(!semaphore.acquire_by_hand_timeout(wait));
    /// semaphore.release()?;
    /// # Ok::<(), threading::semaphore::ReleaseError>(())
    /// ```
    #[must_use = "`false` means that no permit was acquired"]
    pub fn acquire_by_hand_timeout(&self, timeout: Duration) -> bool {
        self.permits.take_timeout(Want::by_hand(1), timeout)
    }

    /// Acquires a permit without a guard, waiting no longer than until
    /// `deadline`; tells whether it did.
    ///
    /// A deadline in the past tries once; `None` waits forever.
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(1);
    /// let now = Instant::now();
    /// assert!(semaphore.acquire_by_hand_deadline(now));
    /// assert!(!semaphore.acquire_by_hand_deadline(now));
    /// semaphore.release()?;
    /// # Ok::<(), threading::semaphore::ReleaseError>(())
    /// ```
    #[must_use = "`false` means that no permit was acquired"]
    pub fn acquire_by_hand_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> bool {
        self.permits
            .take_deadline(Want::by_hand(1), deadline.into())
    }

    /// Gives back a permit that was acquired by hand, by this thread or
    /// another.
    ///
    /// # Errors
    ///
    /// [`ReleaseError::OverLimit`] if no permit is held by hand: all are free
    /// or held by guards. Nothing changes then.
    ///
    /// ```
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(2);
    /// assert!(semaphore.release().is_err());
    ///
    /// let guard = semaphore.acquire();
    /// assert!(semaphore.release().is_err()); // the guard keeps its permit
    /// assert_eq!(semaphore.value(), 1);
    /// # drop(guard);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// Python raises `ValueError: Semaphore released too many times` when all
    /// permits are free, and can't tell the permits of `with` blocks from
    /// others.
    #[doc(alias("post", "signal", "up", "V", "sem_post"))]
    pub fn release(&self) -> Result<(), ReleaseError> {
        self.release_many(1)
    }

    /// Gives back so many permits that were acquired by hand, all or none.
    ///
    /// # Errors
    ///
    /// [`ReleaseError::Zero`] if `number` is 0, and
    /// [`ReleaseError::OverLimit`] if fewer permits are held by hand.
    /// Nothing changes then.
    ///
    /// ```
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(4);
    /// semaphore.acquire_by_hand();
    /// semaphore.acquire_by_hand();
    /// assert!(semaphore.release_many(3).is_err());
    /// semaphore.release_many(2)?;
    /// assert_eq!(semaphore.value(), 4);
    /// # Ok::<(), threading::semaphore::ReleaseError>(())
    /// ```
    // ANCHOR: bounded_release
    #[doc(alias("add_permits"))]
    pub fn release_many(&self, number: usize) -> Result<(), ReleaseError> {
        if number == 0 {
            return Err(ReleaseError::Zero);
        }
        let out_of_hand = |word| {
            (number <= by_hand(word))
                .then(|| word - number * ONE_BY_HAND + number)
        };
        self.permits.release(number, out_of_hand).map_err(|word| {
            ReleaseError::OverLimit {
                number,
                by_hand: by_hand(word),
                value: free(word),
                limit: self.limit,
            }
        })
    }
    // ANCHOR_END: bounded_release
}

impl Default for BoundedSemaphore {
    /// A semaphore with one permit, as in Python.
    fn default() -> Self {
        BoundedSemaphore::new(1)
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("value", &self.value())
            .finish()
    }
}

impl fmt::Debug for BoundedSemaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundedSemaphore")
            .field("value", &self.value())
            .field("limit", &self.limit)
            .finish()
    }
}

impl fmt::Debug for SemaphoreGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SemaphoreGuard")
    }
}

impl fmt::Debug for OwnedSemaphoreGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnedSemaphoreGuard")
    }
}

/// Why a release changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReleaseError {
    /// No permit was to be released: the number was 0.
    Zero,
    /// A plain semaphore would have more than [`Semaphore::MAX_PERMITS`].
    #[non_exhaustive]
    Overflow {
        /// How many permits were to be released.
        number: usize,
        /// How many were free.
        value: usize,
    },
    /// A bounded semaphore had fewer permits that were held by hand.
    #[non_exhaustive]
    OverLimit {
        /// How many permits were to be released.
        number: usize,
        /// How many were held by hand.
        by_hand: usize,
        /// How many were free.
        value: usize,
        /// How many there are, free or not.
        limit: usize,
    },
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zero => f.write_str("release of no permit"),
            Self::Overflow { number, value } => write!(
                f,
                "release of {number} where {value} are free: a semaphore has \
                 at most {} permits",
                Semaphore::MAX_PERMITS,
            ),
            Self::OverLimit {
                number,
                by_hand,
                value,
                limit,
            } => write!(
                f,
                "release of {number} where {by_hand} are held by hand: \
                 {value} of {limit} permits are free",
            ),
        }
    }
}

impl Error for ReleaseError {}

#[cfg(test)]
mod tests {
    use std::panic::{self, AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
    use std::sync::atomic::AtomicBool;
    use std::sync::{Barrier, mpsc};
    use std::thread::{self, JoinHandle};

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    fn until(what: &str, condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < LONG, "waited too long: {what}");
            thread::yield_now();
        }
    }

    /// Fails instead of hanging if the thread does not end.
    fn join<T>(thread: JoinHandle<T>) -> T {
        until("a thread ends", || thread.is_finished());
        thread.join().unwrap()
    }

    /// Runs a test in a thread, and fails instead of hanging with it.
    fn limited(test: impl FnOnce() + Send + 'static) {
        let (start, test) = (Instant::now(), thread::spawn(test));
        while !test.is_finished() {
            assert!(start.elapsed() < 2 * LONG, "the test does not end");
            thread::sleep(Duration::from_micros(100));
        }
        test.join()
            .unwrap_or_else(|payload| panic::resume_unwind(payload));
    }

    fn has_sleepers(semaphore: &Semaphore) -> bool {
        semaphore.permits.word.load(Ordering::SeqCst) & SLEEPERS != 0
    }

    /// One that outlives every thread, also one that hangs.
    fn leak(permits: usize) -> &'static Semaphore {
        Box::leak(Box::new(Semaphore::new(permits)))
    }

    /// How many threads are inside now, and how many at most.
    #[derive(Default)]
    struct Gauge {
        inside: AtomicUsize,
        highest: AtomicUsize,
    }

    impl Gauge {
        fn enter(&self) {
            let inside = self.inside.fetch_add(1, Ordering::Relaxed) + 1;
            self.highest.fetch_max(inside, Ordering::Relaxed);
        }

        fn leave(&self) {
            self.inside.fetch_sub(1, Ordering::Relaxed);
        }

        fn highest(&self) -> usize {
            self.highest.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn never_are_more_threads_inside_than_there_are_permits() {
        limited(|| {
            let semaphore = leak(3);
            let gauge: &'static Gauge = Box::leak(Box::default());
            let work = || {
                for _ in 0..2_000 {
                    let _guard = semaphore.acquire();
                    gauge.enter();
                    thread::yield_now();
                    gauge.leave();
                }
            };
            let threads: Vec<_> = (0..8).map(|_| thread::spawn(work)).collect();
            threads.into_iter().for_each(join);
            assert!(gauge.highest() <= 3);
            assert_eq!(semaphore.value(), 3);
        });
    }

    #[test]
    fn as_many_threads_are_inside_as_there_are_permits() {
        limited(|| {
            let (semaphore, all_inside) = (leak(3), Barrier::new(3));
            let all_inside: &'static Barrier = Box::leak(Box::new(all_inside));
            let gauge: &'static Gauge = Box::leak(Box::default());
            let work = || {
                let _guard = semaphore.acquire();
                gauge.enter();
                all_inside.wait();
                gauge.leave();
            };
            let threads: Vec<_> =
                (0..12).map(|_| thread::spawn(work)).collect();
            threads.into_iter().for_each(join);
            assert_eq!(gauge.highest(), 3);
            assert_eq!(semaphore.value(), 3);
        });
    }

    #[test]
    fn no_increment_is_lost_with_one_permit() {
        limited(|| {
            let semaphore = leak(1);
            let counter: &'static AtomicUsize = Box::leak(Box::default());
            let work = || {
                for _ in 0..10_000 {
                    let _guard = semaphore.acquire();
                    // Two steps: they need the semaphore between threads.
                    let seen = counter.load(Ordering::Relaxed);
                    counter.store(seen + 1, Ordering::Relaxed);
                }
            };
            let threads: Vec<_> = (0..4).map(|_| thread::spawn(work)).collect();
            threads.into_iter().for_each(join);
            assert_eq!(counter.load(Ordering::Relaxed), 40_000);
        });
    }

    #[test]
    fn zero_permits_let_nobody_in_until_a_release() {
        limited(|| {
            let semaphore = leak(0);
            assert!(semaphore.try_acquire().is_none());
            let waiter = thread::spawn(|| semaphore.acquire_by_hand());
            until("the waiter sleeps", || has_sleepers(semaphore));
            assert!(!waiter.is_finished());
            semaphore.release().unwrap();
            join(waiter);
            assert_eq!(semaphore.value(), 0);
        });
    }

    #[test]
    fn a_dropped_guard_wakes_a_sleeper() {
        limited(|| {
            let semaphore = leak(1);
            for _ in 0..200 {
                let guard = semaphore.acquire();
                let waiter = thread::spawn(|| drop(semaphore.acquire()));
                until("the waiter sleeps", || has_sleepers(semaphore));
                drop(guard);
                join(waiter);
            }
            assert_eq!(semaphore.value(), 1);
        });
    }

    #[test]
    fn a_release_of_n_wakes_n() {
        limited(|| {
            let semaphore = leak(0);
            let (woken, wakes) = mpsc::channel();
            let sleep = |_| {
                let woken = woken.clone();
                thread::spawn(move || {
                    semaphore.acquire_by_hand();
                    woken.send(()).unwrap();
                })
            };
            let threads: Vec<_> = (0..5).map(sleep).collect();
            for number in [1, 3] {
                until("somebody sleeps", || has_sleepers(semaphore));
                semaphore.release_many(number).unwrap();
                for _ in 0..number {
                    wakes.recv_timeout(LONG).unwrap();
                }
                assert_eq!(semaphore.value(), 0);
                assert!(wakes.try_recv().is_err());
            }
            semaphore.release_many(4).unwrap();
            threads.into_iter().for_each(join);
            assert_eq!(semaphore.value(), 3);
        });
    }

    #[test]
    fn a_release_of_n_wakes_n_that_all_sleep() {
        limited(|| {
            for _ in 0..50 {
                let semaphore = leak(0);
                let sleep = |_| thread::spawn(|| semaphore.acquire_by_hand());
                let threads: Vec<_> = (0..4).map(sleep).collect();
                until("somebody sleeps", || has_sleepers(semaphore));
                semaphore.release_many(4).unwrap();
                threads.into_iter().for_each(join);
                assert_eq!(semaphore.value(), 0);
            }
        });
    }

    #[test]
    fn every_permit_finds_a_sleeper() {
        limited(|| {
            // Each permit is taken once, with nobody to release it again: a
            // wake-up that is lost has no second chance.
            let semaphore = leak(0);
            let take = || (0..5_000).for_each(|_| semaphore.acquire_by_hand());
            let threads: Vec<_> = (0..4).map(|_| thread::spawn(take)).collect();
            let give = move |number| {
                for _ in 0..10_000 / number {
                    semaphore.release_many(number).unwrap();
                    if has_sleepers(semaphore) {
                        thread::yield_now();
                    }
                }
            };
            let givers =
                [1, 4].map(|number| thread::spawn(move || give(number)));
            givers.into_iter().for_each(join);
            threads.into_iter().for_each(join);
            assert_eq!(semaphore.value(), 0);
        });
    }

    #[test]
    fn a_timed_out_waiter_swallows_nothing() {
        limited(|| {
            // One waiter always gives up, the other never does; the permit that
            // comes at that moment must reach one of them.
            for round in 0..2_000 {
                let semaphore = leak(0);
                let patient = thread::spawn(|| semaphore.acquire_by_hand());
                let wait = Duration::from_micros(round % 200);
                let hasty = thread::spawn(move || {
                    semaphore.acquire_by_hand_timeout(wait)
                });
                semaphore.release().unwrap();
                if join(hasty) {
                    semaphore.release().unwrap();
                }
                join(patient);
                assert_eq!(semaphore.value(), 0);
            }
        });
    }

    #[test]
    fn permits_and_timeouts_add_up() {
        limited(|| {
            let semaphore = leak(2);
            let work = |seed: u64| {
                for round in 0..1_000 {
                    let wait = Duration::from_micros((seed * 7 + round) % 50);
                    if let Some(_guard) = semaphore.acquire_timeout(wait) {
                        thread::yield_now();
                    }
                }
            };
            let spawn = |seed| thread::spawn(move || work(seed));
            let threads: Vec<_> = (0..6).map(spawn).collect();
            threads.into_iter().for_each(join);
            assert_eq!(semaphore.value(), 2);
        });
    }

    #[test]
    fn nobody_is_said_to_sleep_once_nobody_does() {
        limited(|| {
            let semaphore = leak(0);
            let waiter = thread::spawn(|| semaphore.acquire_by_hand());
            until("the waiter sleeps", || has_sleepers(semaphore));
            semaphore.release().unwrap();
            join(waiter);
            semaphore.release().unwrap(); // wakes nobody, and says so
            assert!(!has_sleepers(semaphore));
            assert_eq!(semaphore.value(), 1);
        });
    }

    #[test]
    fn a_refused_try_neither_takes_nor_gives() {
        limited(|| {
            let semaphore = Semaphore::new(1);
            let guard = semaphore.try_acquire();
            assert!(guard.is_some());
            assert!(semaphore.try_acquire().is_none());
            assert!(!semaphore.try_acquire_by_hand());
            assert_eq!(semaphore.value(), 0);
            drop(guard);
            assert_eq!(semaphore.value(), 1);
        });
    }

    #[test]
    fn a_timeout_does_not_end_early() {
        limited(|| {
            let semaphore = Semaphore::new(0);
            let (start, wait) = (Instant::now(), Duration::from_millis(20));
            assert!(semaphore.acquire_timeout(wait).is_none());
            assert!(semaphore.acquire_deadline(start + wait * 2).is_none());
            assert!(!semaphore.acquire_by_hand_timeout(wait));
            assert!(!semaphore.acquire_by_hand_deadline(start + wait * 4));
            assert!(start.elapsed() >= wait * 4);
            assert_eq!(semaphore.value(), 0);
        });
    }

    #[test]
    fn zero_and_expired_timeouts_try_once() {
        limited(|| {
            let semaphore = Semaphore::new(1);
            let past = Instant::now();
            assert!(semaphore.acquire_timeout(Duration::ZERO).is_some());
            assert!(semaphore.acquire_deadline(past).is_some());
            assert!(semaphore.acquire_by_hand_timeout(Duration::ZERO));
            assert!(semaphore.acquire_timeout(Duration::ZERO).is_none());
            assert!(semaphore.acquire_deadline(past).is_none());
            assert!(!semaphore.acquire_by_hand_timeout(Duration::ZERO));
            assert!(!semaphore.acquire_by_hand_deadline(past));
            semaphore.release().unwrap();
            assert!(semaphore.acquire_by_hand_deadline(past));
            semaphore.release().unwrap();
            assert_eq!(semaphore.value(), 1);
        });
    }

    #[test]
    fn the_longest_timeout_waits_instead_of_panicking() {
        limited(|| {
            let semaphore = leak(0);
            let waiter = thread::spawn(|| {
                semaphore.acquire_timeout(Duration::MAX).is_some()
            });
            until("the waiter sleeps", || has_sleepers(semaphore));
            semaphore.release().unwrap();
            assert!(join(waiter));
            assert!(semaphore.acquire_by_hand_timeout(Duration::MAX));
        });
    }

    #[test]
    fn no_deadline_means_to_wait_forever() {
        limited(|| {
            let semaphore = leak(0);
            let waiter =
                thread::spawn(|| semaphore.acquire_deadline(None).is_some());
            until("the waiter sleeps", || has_sleepers(semaphore));
            semaphore.release().unwrap();
            assert!(join(waiter));
            assert!(semaphore.acquire_by_hand_deadline(None));
        });
    }

    #[test]
    fn a_timed_wait_ends_with_the_release() {
        limited(|| {
            let semaphore = leak(0);
            let waiter =
                thread::spawn(|| semaphore.acquire_by_hand_timeout(LONG));
            until("the waiter sleeps", || has_sleepers(semaphore));
            semaphore.release().unwrap();
            assert!(join(waiter));
            assert_eq!(semaphore.value(), 0);
        });
    }

    #[test]
    fn a_panic_gives_the_permit_back() {
        limited(|| {
            let semaphore = Semaphore::new(1);
            let result = panic::catch_unwind(AssertUnwindSafe(|| {
                let _guard = semaphore.acquire();
                panic!("with the permit in hand");
            }));
            assert!(result.is_err());
            assert_eq!(semaphore.value(), 1);
        });
    }

    #[test]
    fn a_guard_may_be_dropped_in_another_thread() {
        limited(|| {
            let semaphore = Semaphore::new(1);
            let guard = semaphore.acquire();
            thread::scope(|scope| {
                scope.spawn(move || drop(guard));
            });
            assert_eq!(semaphore.value(), 1);
        });
    }

    #[test]
    fn an_owned_guard_outlives_the_handle_that_it_came_from() {
        limited(|| {
            let semaphore = Arc::new(Semaphore::new(1));
            let theirs = Arc::clone(&semaphore);
            let guard = semaphore.acquire_owned();
            drop(semaphore);
            assert!(theirs.try_acquire_owned().is_none());
            join(thread::spawn(move || drop(guard)));
            assert_eq!(theirs.value(), 1);
            assert_eq!(Arc::strong_count(&theirs), 1);
        });
    }

    #[test]
    fn an_owned_guard_that_is_dropped_wakes_a_sleeper() {
        limited(|| {
            let semaphore = Arc::new(Semaphore::new(1));
            let guard = semaphore.acquire_owned();
            let theirs = Arc::clone(&semaphore);
            let waiter = thread::spawn(move || theirs.acquire_owned());
            until("the waiter sleeps", || has_sleepers(&semaphore));
            drop(guard);
            drop(join(waiter));
            assert_eq!(semaphore.value(), 1);
        });
    }

    #[test]
    fn each_way_to_take_an_owned_guard_respects_the_limit() {
        limited(|| {
            let bounded = Arc::new(BoundedSemaphore::new(4));
            let now = Instant::now();
            let guards = (
                bounded.acquire_owned(),
                bounded.try_acquire_owned().unwrap(),
                bounded.acquire_owned_timeout(LONG).unwrap(),
                bounded.acquire_owned_deadline(now).unwrap(),
            );
            assert!(bounded.try_acquire_owned().is_none());
            let none = bounded.acquire_owned_timeout(Duration::ZERO);
            assert!(none.is_none());
            assert!(bounded.acquire_owned_deadline(now).is_none());
            assert!(bounded.release().is_err());
            assert_eq!(Arc::strong_count(&bounded), 5);
            drop(guards);
            assert_eq!((bounded.value(), Arc::strong_count(&bounded)), (4, 1));
        });
    }

    #[test]
    fn a_forgotten_permit_is_used_up_or_held_by_hand() {
        limited(|| {
            let semaphore = Arc::new(Semaphore::new(3));
            semaphore.acquire().forget();
            semaphore.acquire_owned().forget();
            assert_eq!(semaphore.value(), 1);
            assert_eq!(Arc::strong_count(&semaphore), 1);

            let bounded = Arc::new(BoundedSemaphore::new(3));
            bounded.acquire().forget();
            bounded.acquire_owned().forget();
            assert_eq!(bounded.value(), 1);
            assert_eq!(Arc::strong_count(&bounded), 1);
            assert!(bounded.release_many(3).is_err());
            bounded.release_many(2).unwrap();
            assert_eq!(bounded.value(), 3);
            assert!(bounded.release().is_err());
        });
    }

    /// How many threads sleep at the semaphore.
    fn sleepers(semaphore: &Semaphore) -> usize {
        let mut number = 0;
        let count = |_| {
            number += 1;
            FilterOp::Skip
        };
        // SAFETY: nobody is woken; the closures neither panic nor park.
        unsafe {
            let queue = semaphore.permits.queue();
            parking_lot_core::unpark_filter(queue, count, |_| {
                DEFAULT_UNPARK_TOKEN
            });
        }
        number
    }

    /// Starts threads that take so many permits each and keep them, one after
    /// the other: that is their order in the queue.
    fn queue<const N: usize>(
        semaphore: &'static Semaphore,
        wants: [usize; N],
    ) -> [JoinHandle<()>; N] {
        let mut asleep = sleepers(semaphore);
        wants.map(|number| {
            let take = move || semaphore.acquire_many(number).forget();
            let thread = thread::spawn(take);
            asleep += 1;
            until("it sleeps", || sleepers(semaphore) == asleep);
            thread
        })
    }

    #[test]
    fn many_permits_are_taken_in_one_step_or_not_at_all() {
        limited(|| {
            let semaphore = leak(3);
            let guard = semaphore.acquire_many(2);
            assert!(semaphore.try_acquire_many(2).is_none());
            let [waiter] = queue(semaphore, [2]);
            assert_eq!(semaphore.value(), 1); // it holds none
            drop(guard);
            join(waiter);
            assert_eq!(semaphore.value(), 1);
            drop(semaphore.acquire_many(0));
            assert_eq!(semaphore.value(), 1);
        });
    }

    #[test]
    fn two_that_want_all_permits_do_not_block_each_other() {
        limited(|| {
            let bounded: &'static _ =
                Box::leak(Box::new(BoundedSemaphore::new(2)));
            let gauge: &'static Gauge = Box::leak(Box::default());
            let work = || {
                for round in 0..2_000 {
                    let _guard = bounded.acquire_many(1 + round % 2);
                    gauge.enter();
                    thread::yield_now();
                    gauge.leave();
                }
            };
            let threads: Vec<_> = (0..4).map(|_| thread::spawn(work)).collect();
            threads.into_iter().for_each(join);
            assert!(gauge.highest() <= 2);
            assert_eq!(bounded.value(), 2);
            assert!(bounded.release().is_err());
        });
    }

    #[test]
    fn a_small_want_is_met_behind_one_that_is_too_big() {
        limited(|| {
            let semaphore = leak(0);
            let [big, small] = queue(semaphore, [2, 1]);
            semaphore.release().unwrap();
            join(small);
            assert_eq!(sleepers(semaphore), 1);
            semaphore.release_many(2).unwrap();
            join(big);
            assert_eq!(semaphore.value(), 0);
        });
    }

    #[test]
    fn permits_that_come_one_by_one_add_up() {
        limited(|| {
            let semaphore = leak(0);
            let [big, bigger] = queue(semaphore, [3, 4]);
            for _ in 0..2 {
                semaphore.release().unwrap();
                assert_eq!(sleepers(semaphore), 2);
            }
            semaphore.release().unwrap();
            join(big);
            (0..4).for_each(|_| semaphore.release().unwrap());
            join(bigger);
            assert_eq!(semaphore.value(), 0);
        });
    }

    /// A thread that wants two permits, and was woken for one, leaves it to
    /// the next.
    #[test]
    fn a_permit_that_is_too_little_is_passed_on() {
        limited(|| {
            let semaphore = leak(0);
            let sleeper = thread::spawn(|| drop(semaphore.acquire()));
            until("it sleeps", || sleepers(semaphore) == 1);
            semaphore.permits.word.fetch_add(1, Ordering::Relaxed);
            semaphore.permits.pass_on(Want::plain(2));
            join(sleeper);
        });
    }

    #[test]
    fn a_release_wakes_no_more_than_its_permits_are_for() {
        let free = |number| Want::plain(number);
        let choose = |want: Want, word: &mut usize, number: &mut usize| {
            want.choose(word, number)
        };
        let (mut word, mut number) = (3, 2);
        let mut next = |want| choose(free(want), &mut word, &mut number);
        assert_eq!(next(4), FilterOp::Skip);
        assert_eq!(next(1), FilterOp::Unpark);
        assert_eq!(next(3), FilterOp::Skip);
        assert_eq!(next(1), FilterOp::Unpark);
        assert_eq!(next(1), FilterOp::Stop); // one is for somebody else
        let (mut word, mut number) = (1, 2);
        let mut next = |want| choose(free(want), &mut word, &mut number);
        assert_eq!(next(1), FilterOp::Unpark);
        assert_eq!(next(1), FilterOp::Stop); // another thread has the second
    }

    #[test]
    fn many_and_single_wants_with_and_without_patience_add_up() {
        limited(|| {
            let semaphore = leak(4);
            let work = |seed: u64| {
                for round in 0..1_000_u64 {
                    let number = 1 + (seed * 5 + round) as usize % 4;
                    let wait = Duration::from_micros((seed * 7 + round) % 50);
                    if round % 3 == 0 {
                        drop(semaphore.acquire_many(number));
                    } else if let Some(_guard) =
                        semaphore.acquire_many_timeout(number, wait)
                    {
                        thread::yield_now();
                    }
                }
            };
            let spawn = |seed| thread::spawn(move || work(seed));
            let threads: Vec<_> = (0..6).map(spawn).collect();
            threads.into_iter().for_each(join);
            assert_eq!((semaphore.value(), sleepers(semaphore)), (4, 0));
            assert!(!has_sleepers(semaphore));
        });
    }

    #[test]
    fn big_guards_never_run_into_other_bits() {
        limited(|| {
            let most = Semaphore::MAX_PERMITS;
            let semaphore = Semaphore::new(most);
            let guards = [(); 3].map(|()| {
                let guard = semaphore.acquire_many(most);
                semaphore.release_many(most).unwrap();
                guard
            });
            drop(guards);
            assert_eq!(semaphore.value(), most);
            assert!(!has_sleepers(&semaphore));
        });
    }

    #[test]
    fn to_want_more_than_there_ever_are_is_a_panic() {
        let bounded = BoundedSemaphore::new(2);
        assert!(
            panic::catch_unwind(|| drop(bounded.try_acquire_many(3))).is_err()
        );
        let (plain, most) = (Semaphore::new(2), Semaphore::MAX_PERMITS);
        let wanted = || drop(plain.try_acquire_many(most + 1));
        assert!(panic::catch_unwind(wanted).is_err());
        assert!(plain.try_acquire_many(most).is_none());
        assert_eq!((bounded.value(), plain.value()), (2, 2));
    }

    #[test]
    fn release_adds_permits_that_nobody_took() {
        limited(|| {
            let semaphore = Semaphore::default();
            let guard = semaphore.acquire();
            semaphore.release_many(2).unwrap();
            drop(guard);
            assert_eq!(semaphore.value(), 3);
        });
    }

    #[test]
    fn a_release_of_zero_is_an_error() {
        let semaphore = Semaphore::new(1);
        assert_eq!(semaphore.release_many(0), Err(ReleaseError::Zero));
        let bounded = BoundedSemaphore::new(1);
        bounded.acquire_by_hand();
        assert_eq!(bounded.release_many(0), Err(ReleaseError::Zero));
        assert_eq!((semaphore.value(), bounded.value()), (1, 0));
        bounded.release().unwrap();
    }

    #[test]
    fn too_many_permits_are_an_error_and_change_nothing() {
        let most = Semaphore::MAX_PERMITS;
        let semaphore = Semaphore::new(most - 1);
        for number in [2, most, usize::MAX] {
            let value = most - 1;
            let error = ReleaseError::Overflow { number, value };
            assert_eq!(semaphore.release_many(number), Err(error));
            assert_eq!(semaphore.value(), value);
        }
        semaphore.release().unwrap();
        assert!(semaphore.release().is_err());
        assert_eq!(semaphore.value(), most);
        assert!(panic::catch_unwind(|| Semaphore::new(most + 1)).is_err());
    }

    #[test]
    fn too_many_permits_are_named_in_the_panic() {
        let most = Semaphore::MAX_PERMITS;
        for number in [most + 1, most + 2, usize::MAX - 9, usize::MAX] {
            let made = panic::catch_unwind(|| Semaphore::new(number));
            let payload = made.unwrap_err();
            let text = match payload.downcast_ref::<String>() {
                Some(text) => text,
                None => *payload.downcast_ref::<&str>().unwrap(),
            };
            assert_eq!(text, format!("too many permits: {number}"));
        }
    }

    #[test]
    fn every_way_to_acquire_takes_what_is_free() {
        limited(|| {
            let semaphore = Arc::new(Semaphore::new(3));
            let soon = || Instant::now() + LONG;
            let owned = [
                semaphore.try_acquire_owned(),
                semaphore.acquire_owned_timeout(LONG),
                semaphore.acquire_owned_deadline(soon()),
            ];
            assert!(owned.iter().all(Option::is_some));
            assert_eq!(semaphore.value(), 0);
            drop(owned);
            assert_eq!(semaphore.value(), 3);
            drop(semaphore.acquire_many_timeout(3, LONG).unwrap());
            drop(semaphore.acquire_many_deadline(3, soon()).unwrap());
            assert!(semaphore.try_acquire_by_hand());
            assert_eq!(semaphore.value(), 2);

            let bounded = BoundedSemaphore::new(3);
            drop(bounded.acquire_many_timeout(3, LONG).unwrap());
            drop(bounded.acquire_many_deadline(3, soon()).unwrap());
            assert_eq!(bounded.value(), 3);
        });
    }

    #[test]
    fn a_guard_has_room_for_its_permit() {
        limited(|| {
            let semaphore = Semaphore::new(2);
            let guards = [semaphore.acquire(), semaphore.acquire()];
            semaphore.release_many(Semaphore::MAX_PERMITS).unwrap();
            drop(guards);
            assert_eq!(semaphore.value(), Semaphore::MAX_PERMITS + 2);
            assert!(!has_sleepers(&semaphore));
            assert!(semaphore.release().is_err());
        });
    }

    #[test]
    fn one_release_too_many_is_an_error_and_changes_nothing() {
        limited(|| {
            let bounded = BoundedSemaphore::new(2);
            let over = |number, by_hand, value| {
                Err(ReleaseError::OverLimit {
                    number,
                    by_hand,
                    value,
                    limit: 2,
                })
            };
            assert_eq!(bounded.release(), over(1, 0, 2));
            bounded.acquire_by_hand();
            assert_eq!(bounded.release_many(2), over(2, 1, 1));
            assert_eq!(
                bounded.release_many(usize::MAX),
                over(usize::MAX, 1, 1)
            );
            assert_eq!(bounded.value(), 1);
            assert_eq!(bounded.release(), Ok(()));
            assert_eq!(bounded.release(), over(1, 0, 2));
            assert_eq!(bounded.value(), 2);
        });
    }

    #[test]
    fn a_stray_release_takes_no_guards_permit() {
        limited(|| {
            let bounded = BoundedSemaphore::new(2);
            let guard = bounded.acquire();
            assert!(bounded.release().is_err());
            assert!(bounded.try_acquire_by_hand());
            assert!(bounded.try_acquire().is_none());
            assert!(bounded.release_many(2).is_err());
            assert_eq!(bounded.release(), Ok(()));
            drop(guard);
            assert_eq!(bounded.value(), 2);
        });
    }

    #[test]
    fn each_way_to_take_by_hand_can_be_released() {
        limited(|| {
            let bounded = BoundedSemaphore::new(4);
            let now = Instant::now();
            bounded.acquire_by_hand();
            assert!(bounded.try_acquire_by_hand());
            assert!(bounded.acquire_by_hand_timeout(LONG));
            assert!(bounded.acquire_by_hand_deadline(now));
            assert!(!bounded.try_acquire_by_hand());
            assert!(!bounded.acquire_by_hand_timeout(Duration::ZERO));
            assert!(!bounded.acquire_by_hand_deadline(now));
            assert!(bounded.release_many(5).is_err());
            assert_eq!(bounded.release_many(4), Ok(()));
            assert_eq!(bounded.value(), 4);
        });
    }

    #[test]
    fn each_way_to_take_a_guard_respects_the_limit() {
        limited(|| {
            let bounded = BoundedSemaphore::new(4);
            let now = Instant::now();
            let _guards = (
                bounded.acquire(),
                bounded.try_acquire().unwrap(),
                bounded.acquire_timeout(LONG).unwrap(),
                bounded.acquire_deadline(now).unwrap(),
            );
            assert!(bounded.try_acquire().is_none());
            assert!(bounded.acquire_timeout(Duration::ZERO).is_none());
            assert!(bounded.acquire_deadline(now).is_none());
            assert_eq!((bounded.value(), bounded.limit()), (0, 4));
        });
    }

    #[test]
    fn of_two_releases_for_one_permit_one_succeeds() {
        limited(|| {
            for _ in 0..1_000 {
                let bounded = BoundedSemaphore::new(2);
                bounded.acquire_by_hand();
                let released = thread::scope(|scope| {
                    let release = || bounded.release().is_ok();
                    let other = scope.spawn(release);
                    [release(), other.join().unwrap()]
                });
                assert!(released[0] != released[1]);
                assert_eq!(bounded.value(), 2);
            }
        });
    }

    #[test]
    fn hands_and_guards_together_stay_below_the_limit() {
        limited(|| {
            let bounded: &'static _ =
                Box::leak(Box::new(BoundedSemaphore::new(2)));
            let work = || {
                for round in 0..2_000 {
                    if round % 2 == 0 {
                        bounded.acquire_by_hand();
                        assert!(bounded.value() < 2);
                        bounded.release().unwrap();
                    } else {
                        let _guard = bounded.acquire();
                        assert!(bounded.value() < 2);
                    }
                }
            };
            let threads: Vec<_> = (0..4).map(|_| thread::spawn(work)).collect();
            threads.into_iter().for_each(join);
            assert_eq!(bounded.value(), 2);
            assert!(bounded.release().is_err());
        });
    }

    /// A permit that is seen to be gone is held by hand, and can be released.
    #[test]
    fn a_permit_taken_by_hand_can_be_released_as_soon_as_it_is_seen() {
        limited(|| {
            let bounded = BoundedSemaphore::new(1);
            let is_over = AtomicBool::new(false);
            thread::scope(|scope| {
                scope.spawn(|| {
                    let wait = Duration::from_micros(50);
                    let acquire =
                        |_: &u32| bounded.acquire_by_hand_timeout(wait);
                    assert!((0..20_000).filter(acquire).count() > 0);
                    is_over.store(true, Ordering::Relaxed);
                });
                while !is_over.load(Ordering::Relaxed) {
                    if bounded.value() == 0 {
                        assert_eq!(bounded.release(), Ok(()));
                    }
                }
            });
        });
    }

    #[test]
    fn an_error_of_a_release_tells_of_one_moment() {
        limited(|| {
            let bounded = BoundedSemaphore::new(4);
            let is_over = AtomicBool::new(false);
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        for _ in 0..20_000 {
                            bounded.acquire_by_hand();
                            bounded.release().unwrap();
                        }
                        is_over.store(true, Ordering::Relaxed);
                    });
                }
                while !is_over.load(Ordering::Relaxed) {
                    let Err(ReleaseError::OverLimit { by_hand, value, .. }) =
                        bounded.release_many(usize::MAX)
                    else {
                        panic!("a release of too many");
                    };
                    assert_eq!(by_hand + value, 4);
                }
            });
            assert_eq!(bounded.value(), 4);
        });
    }

    #[test]
    fn the_largest_limit_fits_into_half_a_word() {
        let most = BoundedSemaphore::MAX_LIMIT;
        let bounded = BoundedSemaphore::new(most);
        bounded.acquire_by_hand();
        let held = bounded.permits.word.load(Ordering::Relaxed);
        assert_eq!((free(held), by_hand(held)), (most - 1, 1));
        // As if all were held by hand, and some thread slept.
        let all = most * ONE_BY_HAND;
        assert_eq!((free(all), by_hand(all)), (0, most));
        assert_eq!(by_hand(all | SLEEPERS), most);
        assert_eq!(permits(all), all);
        assert!(
            panic::catch_unwind(|| BoundedSemaphore::new(most + 1)).is_err()
        );
    }

    #[test]
    fn the_last_to_time_out_leaves_no_sleepers() {
        limited(|| {
            let semaphore = Semaphore::new(0);
            let wait = Duration::from_millis(5);
            assert!(!semaphore.acquire_by_hand_timeout(wait));
            assert!(!has_sleepers(&semaphore));
        });
    }

    #[test]
    fn a_waiter_whose_time_is_up_leaves_the_others_announced() {
        limited(|| {
            let semaphore = leak(0);
            let patient = thread::spawn(|| semaphore.acquire_by_hand());
            until("the waiter sleeps", || has_sleepers(semaphore));
            let wait = Duration::from_millis(5);
            assert!(!semaphore.acquire_by_hand_timeout(wait));
            assert!(has_sleepers(semaphore));
            semaphore.release().unwrap();
            join(patient);
        });
    }

    #[test]
    fn semaphores_and_errors_show_what_they_are() {
        let bounded = BoundedSemaphore::default();
        let guard = bounded.acquire();
        assert_eq!(format!("{guard:?}"), "SemaphoreGuard");
        let owned = Arc::new(Semaphore::default()).acquire_owned();
        assert_eq!(format!("{owned:?}"), "OwnedSemaphoreGuard");
        let shown = format!("{:?} {bounded:?}", Semaphore::default());
        assert_eq!(
            shown,
            "Semaphore { value: 1 } BoundedSemaphore { value: 0, limit: 1 }"
        );
        assert_eq!(
            bounded.release_many(2).unwrap_err().to_string(),
            "release of 2 where 0 are held by hand: 0 of 1 permits are free"
        );
        let most = Semaphore::MAX_PERMITS;
        let full = Semaphore::new(most);
        assert_eq!(
            full.release().unwrap_err().to_string(),
            format!(
                "release of 1 where {most} are free: a semaphore has at most \
                 {most} permits"
            )
        );
        assert_eq!(ReleaseError::Zero.to_string(), "release of no permit");
    }

    #[test]
    fn threads_can_share_a_semaphore_and_its_guards() {
        fn shared<T: Send + Sync + UnwindSafe + RefUnwindSafe>(_: &T) {}
        static BOUNDED: BoundedSemaphore = BoundedSemaphore::new(1);
        shared(&Semaphore::new(1));
        shared(&BOUNDED);
        shared(&BOUNDED.acquire());
        shared(&Arc::new(Semaphore::new(1)).acquire_owned());
    }
}
// ANCHOR_END: module
