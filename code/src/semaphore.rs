// ANCHOR: module
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
//! everybody go on at once, a channel hands over the work itself.
//!
//! The chapter that explains this file is `src/semaphore.md`.
//!
//! # Why no wake-up is lost
//!
//! A thread finds no permit and is about to sleep.
//! Could the permit come too early, and the thread sleep forever?
//!
//! 1. The sleeper locks the mutex.
//! 2. In one step it takes a permit or, if there is none, sets the bit
//!    `SLEEPERS` in the word that holds the permits.
//! 3. The condition variable puts it to sleep and unlocks the mutex in one
//!    step.
//! 4. A release adds its permit to the same word. If that comes before step
//!    2, the sleeper takes the permit. If it comes after, the release sees
//!    the bit.
//! 5. Then it locks the mutex, which it gets after step 3 at the earliest,
//!    and wakes a sleeper for each permit.
//! 6. The bit is taken away with the mutex held, and only when nobody sleeps.
//! 7. A woken thread goes back to step 2. If another thread was quicker, that
//!    one's release comes later, and sees the bit.
//!
//! A thread whose time is up swallows nothing: either it was woken before, and
//! goes back to step 2, or it has left the condition variable, and a release
//! wakes another one.

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

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
    /// How many permits are free, and the bit `SLEEPERS`.
    word: AtomicUsize,
    /// Guards nothing but the step from setting the bit to falling asleep.
    mutex: Mutex<()>,
    /// Where threads sleep until a permit is released.
    released: Condvar,
}

/// One permit of a semaphore; dropping it gives the permit back.
///
/// A permit has no owner, so a guard may move to another thread.
#[must_use = "the permit is given back as soon as its guard is dropped"]
pub struct SemaphoreGuard<'a> {
    semaphore: &'a Semaphore,
}
// ANCHOR_END: types

impl Semaphore {
    /// The largest number of free permits: a quarter of what a `usize` holds.
    ///
    /// The word has room for twice as many. So there is a place for the
    /// permit of every guard, and dropping a guard can't fail.
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
    pub const fn new(permits: usize) -> Self {
        assert!(permits <= Self::MAX_PERMITS, "too many permits");
        Semaphore {
            word: AtomicUsize::new(permits),
            mutex: Mutex::new(()),
            released: Condvar::new(),
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
    #[inline]
    pub fn acquire(&self) -> SemaphoreGuard<'_> {
        self.take();
        SemaphoreGuard { semaphore: self }
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
    #[inline]
    pub fn try_acquire(&self) -> Option<SemaphoreGuard<'_>> {
        self.guard_if(self.try_take())
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
    pub fn acquire_timeout(
        &self,
        timeout: Duration,
    ) -> Option<SemaphoreGuard<'_>> {
        self.guard_if(self.take_timeout(timeout))
    }

    /// Acquires a permit, waiting no longer than until `deadline`.
    ///
    /// Returns `None` if there was no permit by then.
    /// A deadline in the past tries once.
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
    pub fn acquire_deadline(
        &self,
        deadline: Instant,
    ) -> Option<SemaphoreGuard<'_>> {
        self.guard_if(self.take_deadline(deadline))
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
    pub fn value(&self) -> usize {
        permits(self.word.load(Ordering::Relaxed))
    }

    fn guard_if(&self, taken: bool) -> Option<SemaphoreGuard<'_>> {
        // Not `then_some`: dropping an unused guard would add a permit.
        taken.then(|| SemaphoreGuard { semaphore: self })
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
        self.take();
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
    pub fn try_acquire_by_hand(&self) -> bool {
        self.try_take()
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
    pub fn acquire_by_hand_timeout(&self, timeout: Duration) -> bool {
        self.take_timeout(timeout)
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
    #[inline]
    pub fn release_many(&self, number: usize) -> Result<(), ReleaseError> {
        if number == 0 {
            return Err(ReleaseError::Zero);
        }
        let fits = |word| {
            let free = Self::MAX_PERMITS.saturating_sub(permits(word));
            (number <= free).then(|| word + number)
        };
        self.word
            .fetch_update(Ordering::Release, Ordering::Relaxed, fits)
            .map(|before| self.wake(before, number))
            .map_err(|word| ReleaseError::Overflow {
                number,
                value: permits(word),
            })
    }
}

/// What both kinds of semaphore are made of.
impl Semaphore {
    // ANCHOR: fast
    /// Takes a permit if one is free.
    #[inline]
    fn try_take(&self) -> bool {
        let one_less = |word| (permits(word) > 0).then(|| word - 1);
        // Acquire pairs with the Release of whoever gave the permit back.
        self.word
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, one_less)
            .is_ok()
    }

    /// Gives a permit back that was taken.
    #[inline]
    fn give_back(&self) {
        // Can't run into the bit: see `MAX_PERMITS`.
        let before = self.word.fetch_add(1, Ordering::Release);
        self.wake(before, 1);
    }
    // ANCHOR_END: fast

    #[inline]
    fn take(&self) {
        if !self.try_take() {
            self.sleep_until(None);
        }
    }

    fn take_timeout(&self, timeout: Duration) -> bool {
        // A sum beyond the clock is no deadline: then it waits forever.
        let deadline = || Instant::now().checked_add(timeout);
        self.try_take() || self.sleep_until(deadline())
    }

    fn take_deadline(&self, deadline: Instant) -> bool {
        self.try_take() || self.sleep_until(Some(deadline))
    }

    // ANCHOR: sleep
    /// Sleeps until it has a permit, or no longer than until the deadline;
    /// tells whether it has one.
    #[cold]
    fn sleep_until(&self, deadline: Option<Instant>) -> bool {
        let mut mutex = self.mutex.lock();
        while !self.take_or_announce() {
            match deadline {
                None => self.released.wait(&mut mutex),
                Some(deadline) => {
                    let wait = self.released.wait_until(&mut mutex, deadline);
                    if wait.timed_out() {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Takes a permit or, in the same step, says that somebody sleeps.
    fn take_or_announce(&self) -> bool {
        let next = |word| match permits(word) {
            0 => Some(SLEEPERS),
            _ => Some(word - 1),
        };
        self.word
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, next)
            .is_ok_and(|before| permits(before) > 0)
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

    #[cold]
    fn wake_sleepers(&self, number: usize) {
        // With the mutex held nobody can be between the bit and the sleep.
        let _mutex = self.mutex.lock();
        for _ in 0..number {
            if !self.released.notify_one() {
                // Nobody sleeps any more.
                self.word.fetch_and(!SLEEPERS, Ordering::Relaxed);
                return;
            }
        }
    }
    // ANCHOR_END: wake
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
        self.semaphore.give_back();
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
///
/// Source: [Semaphore objects][python].
///
/// [python]: https://docs.python.org/3/library/threading.html#semaphore-objects
pub struct BoundedSemaphore {
    semaphore: Semaphore,
    limit: usize,
    /// How many permits are held by hand; these alone may be released so.
    by_hand: AtomicUsize,
}
// ANCHOR_END: bounded

impl BoundedSemaphore {
    /// Creates a semaphore with so many permits, all of them free.
    ///
    /// # Panics
    ///
    /// If `limit` is more than
    /// [`MAX_PERMITS`](Semaphore::MAX_PERMITS).
    ///
    /// ```
    /// use threading::BoundedSemaphore;
    ///
    /// let semaphore = BoundedSemaphore::new(2);
    /// assert_eq!((semaphore.value(), semaphore.limit()), (2, 2));
    /// ```
    pub const fn new(limit: usize) -> Self {
        BoundedSemaphore {
            semaphore: Semaphore::new(limit),
            limit,
            by_hand: AtomicUsize::new(0),
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
    pub fn value(&self) -> usize {
        self.semaphore.value()
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
    #[inline]
    pub fn acquire(&self) -> SemaphoreGuard<'_> {
        self.semaphore.acquire()
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
    #[inline]
    pub fn try_acquire(&self) -> Option<SemaphoreGuard<'_>> {
        self.semaphore.try_acquire()
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
    pub fn acquire_timeout(
        &self,
        timeout: Duration,
    ) -> Option<SemaphoreGuard<'_>> {
        self.semaphore.acquire_timeout(timeout)
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
    pub fn acquire_deadline(
        &self,
        deadline: Instant,
    ) -> Option<SemaphoreGuard<'_>> {
        self.semaphore.acquire_deadline(deadline)
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
        self.semaphore.take();
        self.keep_by_hand();
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
    pub fn try_acquire_by_hand(&self) -> bool {
        let taken = self.semaphore.try_take();
        if taken {
            self.keep_by_hand();
        }
        taken
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
    pub fn acquire_by_hand_timeout(&self, timeout: Duration) -> bool {
        let taken = self.semaphore.take_timeout(timeout);
        if taken {
            self.keep_by_hand();
        }
        taken
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
    pub fn release_many(&self, number: usize) -> Result<(), ReleaseError> {
        // Pairs with `keep_by_hand`: a permit is added after it was taken.
        self.by_hand
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, |by_hand| {
                by_hand.checked_sub(number)
            })
            .map_err(|by_hand| ReleaseError::OverLimit {
                number,
                by_hand,
                value: self.value(),
                limit: self.limit,
            })?;
        self.semaphore.release_many(number)
    }

    /// Counts a permit that was taken without a guard.
    fn keep_by_hand(&self) {
        self.by_hand.fetch_add(1, Ordering::Release);
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

/// Why a release changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseError {
    /// No permit was to be released: the number was 0.
    Zero,
    /// A plain semaphore would have more than [`Semaphore::MAX_PERMITS`].
    Overflow {
        /// How many permits were to be released.
        number: usize,
        /// How many were free.
        value: usize,
    },
    /// A bounded semaphore had fewer permits that were held by hand.
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
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::Barrier;
    use std::sync::mpsc;
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

    fn has_sleepers(semaphore: &Semaphore) -> bool {
        semaphore.word.load(Ordering::SeqCst) & SLEEPERS != 0
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
    }

    #[test]
    fn as_many_threads_are_inside_as_there_are_permits() {
        let (semaphore, all_inside) = (leak(3), Barrier::new(3));
        let all_inside: &'static Barrier = Box::leak(Box::new(all_inside));
        let gauge: &'static Gauge = Box::leak(Box::default());
        let work = || {
            let _guard = semaphore.acquire();
            gauge.enter();
            all_inside.wait();
            gauge.leave();
        };
        let threads: Vec<_> = (0..12).map(|_| thread::spawn(work)).collect();
        threads.into_iter().for_each(join);
        assert_eq!(gauge.highest(), 3);
        assert_eq!(semaphore.value(), 3);
    }

    #[test]
    fn no_increment_is_lost_with_one_permit() {
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
    }

    #[test]
    fn zero_permits_let_nobody_in_until_a_release() {
        let semaphore = leak(0);
        assert!(semaphore.try_acquire().is_none());
        let waiter = thread::spawn(|| semaphore.acquire_by_hand());
        until("the waiter sleeps", || has_sleepers(semaphore));
        assert!(!waiter.is_finished());
        semaphore.release().unwrap();
        join(waiter);
        assert_eq!(semaphore.value(), 0);
    }

    #[test]
    fn a_dropped_guard_wakes_a_sleeper() {
        let semaphore = leak(1);
        for _ in 0..200 {
            let guard = semaphore.acquire();
            let waiter = thread::spawn(|| drop(semaphore.acquire()));
            until("the waiter sleeps", || has_sleepers(semaphore));
            drop(guard);
            join(waiter);
        }
        assert_eq!(semaphore.value(), 1);
    }

    #[test]
    fn a_release_of_n_wakes_n() {
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
    }

    #[test]
    fn a_release_of_n_wakes_n_that_all_sleep() {
        for _ in 0..50 {
            let semaphore = leak(0);
            let sleep = |_| thread::spawn(|| semaphore.acquire_by_hand());
            let threads: Vec<_> = (0..4).map(sleep).collect();
            until("somebody sleeps", || has_sleepers(semaphore));
            semaphore.release_many(4).unwrap();
            threads.into_iter().for_each(join);
            assert_eq!(semaphore.value(), 0);
        }
    }

    #[test]
    fn every_permit_finds_a_sleeper() {
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
        let givers = [1, 4].map(|number| thread::spawn(move || give(number)));
        givers.into_iter().for_each(join);
        threads.into_iter().for_each(join);
        assert_eq!(semaphore.value(), 0);
    }

    #[test]
    fn a_timed_out_waiter_swallows_nothing() {
        // One waiter always gives up, the other never does; the permit that
        // comes at that moment must reach one of them.
        for round in 0..2_000 {
            let semaphore = leak(0);
            let patient = thread::spawn(|| semaphore.acquire_by_hand());
            let wait = Duration::from_micros(round % 200);
            let hasty =
                thread::spawn(move || semaphore.acquire_by_hand_timeout(wait));
            semaphore.release().unwrap();
            if join(hasty) {
                semaphore.release().unwrap();
            }
            join(patient);
            assert_eq!(semaphore.value(), 0);
        }
    }

    #[test]
    fn permits_and_timeouts_add_up() {
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
    }

    #[test]
    fn nobody_is_said_to_sleep_once_nobody_does() {
        let semaphore = leak(0);
        let waiter = thread::spawn(|| semaphore.acquire_by_hand());
        until("the waiter sleeps", || has_sleepers(semaphore));
        semaphore.release().unwrap();
        join(waiter);
        semaphore.release().unwrap(); // wakes nobody, and says so
        assert!(!has_sleepers(semaphore));
        assert_eq!(semaphore.value(), 1);
    }

    #[test]
    fn a_refused_try_neither_takes_nor_gives() {
        let semaphore = Semaphore::new(1);
        let guard = semaphore.try_acquire();
        assert!(guard.is_some());
        assert!(semaphore.try_acquire().is_none());
        assert!(!semaphore.try_acquire_by_hand());
        assert_eq!(semaphore.value(), 0);
        drop(guard);
        assert_eq!(semaphore.value(), 1);
    }

    #[test]
    fn a_timeout_does_not_end_early() {
        let semaphore = Semaphore::new(0);
        let (start, wait) = (Instant::now(), Duration::from_millis(20));
        assert!(semaphore.acquire_timeout(wait).is_none());
        assert!(semaphore.acquire_deadline(start + wait * 2).is_none());
        assert!(!semaphore.acquire_by_hand_timeout(wait));
        assert!(start.elapsed() >= wait * 3);
        assert_eq!(semaphore.value(), 0);
    }

    #[test]
    fn zero_and_expired_timeouts_try_once() {
        let semaphore = Semaphore::new(1);
        let past = Instant::now();
        assert!(semaphore.acquire_timeout(Duration::ZERO).is_some());
        assert!(semaphore.acquire_deadline(past).is_some());
        assert!(semaphore.acquire_by_hand_timeout(Duration::ZERO));
        assert!(semaphore.acquire_timeout(Duration::ZERO).is_none());
        assert!(semaphore.acquire_deadline(past).is_none());
        assert!(!semaphore.acquire_by_hand_timeout(Duration::ZERO));
        semaphore.release().unwrap();
        assert_eq!(semaphore.value(), 1);
    }

    #[test]
    fn the_longest_timeout_waits_instead_of_panicking() {
        let semaphore = leak(0);
        let waiter = thread::spawn(|| {
            semaphore.acquire_timeout(Duration::MAX).is_some()
        });
        until("the waiter sleeps", || has_sleepers(semaphore));
        semaphore.release().unwrap();
        assert!(join(waiter));
        assert!(semaphore.acquire_by_hand_timeout(Duration::MAX));
    }

    #[test]
    fn a_timed_wait_ends_with_the_release() {
        let semaphore = leak(0);
        let waiter = thread::spawn(|| semaphore.acquire_by_hand_timeout(LONG));
        until("the waiter sleeps", || has_sleepers(semaphore));
        semaphore.release().unwrap();
        assert!(join(waiter));
        assert_eq!(semaphore.value(), 0);
    }

    #[test]
    fn a_panic_gives_the_permit_back() {
        let semaphore = Semaphore::new(1);
        let result = panic::catch_unwind(AssertUnwindSafe(|| {
            let _guard = semaphore.acquire();
            panic!("with the permit in hand");
        }));
        assert!(result.is_err());
        assert_eq!(semaphore.value(), 1);
    }

    #[test]
    fn a_guard_may_be_dropped_in_another_thread() {
        let semaphore = Semaphore::new(1);
        let guard = semaphore.acquire();
        thread::scope(|scope| {
            scope.spawn(move || drop(guard));
        });
        assert_eq!(semaphore.value(), 1);
    }

    #[test]
    fn release_adds_permits_that_nobody_took() {
        let semaphore = Semaphore::default();
        let guard = semaphore.acquire();
        semaphore.release_many(2).unwrap();
        drop(guard);
        assert_eq!(semaphore.value(), 3);
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
    fn a_guard_has_room_for_its_permit() {
        let semaphore = Semaphore::new(2);
        let guards = [semaphore.acquire(), semaphore.acquire()];
        semaphore.release_many(Semaphore::MAX_PERMITS).unwrap();
        drop(guards);
        assert_eq!(semaphore.value(), Semaphore::MAX_PERMITS + 2);
        assert!(!has_sleepers(&semaphore));
        assert!(semaphore.release().is_err());
    }

    #[test]
    fn one_release_too_many_is_an_error_and_changes_nothing() {
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
        assert_eq!(bounded.release_many(usize::MAX), over(usize::MAX, 1, 1));
        assert_eq!(bounded.value(), 1);
        assert_eq!(bounded.release(), Ok(()));
        assert_eq!(bounded.release(), over(1, 0, 2));
        assert_eq!(bounded.value(), 2);
    }

    #[test]
    fn a_stray_release_takes_no_guards_permit() {
        let bounded = BoundedSemaphore::new(2);
        let guard = bounded.acquire();
        assert!(bounded.release().is_err());
        assert!(bounded.try_acquire_by_hand());
        assert!(bounded.try_acquire().is_none());
        assert!(bounded.release_many(2).is_err());
        assert_eq!(bounded.release(), Ok(()));
        drop(guard);
        assert_eq!(bounded.value(), 2);
    }

    #[test]
    fn each_way_to_take_by_hand_can_be_released() {
        let bounded = BoundedSemaphore::new(3);
        bounded.acquire_by_hand();
        assert!(bounded.try_acquire_by_hand());
        assert!(bounded.acquire_by_hand_timeout(LONG));
        assert!(!bounded.try_acquire_by_hand());
        assert!(!bounded.acquire_by_hand_timeout(Duration::ZERO));
        assert!(bounded.release_many(4).is_err());
        assert_eq!(bounded.release_many(3), Ok(()));
        assert_eq!(bounded.value(), 3);
    }

    #[test]
    fn each_way_to_take_a_guard_respects_the_limit() {
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
    }

    #[test]
    fn of_two_releases_for_one_permit_one_succeeds() {
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
    }

    #[test]
    fn hands_and_guards_together_stay_below_the_limit() {
        let bounded: &'static _ = Box::leak(Box::new(BoundedSemaphore::new(2)));
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
    }

    #[test]
    fn semaphores_and_errors_show_what_they_are() {
        let bounded = BoundedSemaphore::default();
        let guard = bounded.acquire();
        assert_eq!(format!("{guard:?}"), "SemaphoreGuard");
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
        fn shared<T: Send + Sync>(_: &T) {}
        static BOUNDED: BoundedSemaphore = BoundedSemaphore::new(1);
        shared(&Semaphore::new(1));
        shared(&BOUNDED);
        shared(&BOUNDED.acquire());
    }
}
// ANCHOR_END: module
