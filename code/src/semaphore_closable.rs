// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A semaphore that can be closed, so that no thread gets a permit any more.
//!
//! A [`ClosableSemaphore`] is a semaphore with an end:
//! [`close`](ClosableSemaphore::close) wakes every thread that waits for a
//! permit, and they and all who come later get a [`ClosedError`].
//! Python has none; `Queue.shutdown` of Python 3.13 does the same to a queue.
//!
//! Use it where waiting for a permit must not outlast the program's wish to
//! stop.
//! A neighbour may serve you better: a plain semaphore where nothing ends the
//! wait, an event where threads are only to be told to stop.
//!
//! # Before you copy it
//!
//! - Closing is for good: such a semaphore can't be opened again.
//! - Closing does not wait. The permits that guards hold at that moment stay
//!   valid until their guards are dropped.
//! - The sleepers wake one after the other, each by the one before, so the
//!   last of a thousand hears of it a little later.
//! - It hands out single permits, in guards that borrow it.
//! - What the header of `semaphore.rs` says holds here, too.
//!
//! The chapter that explains this file is `src/semaphore.md`.
//!
//! Travels with: `semaphore.rs`.
//!
//! # Why no thread stays asleep
//!
//! 1. `close` raises the flag, and then adds one permit, the *last* permit.
//! 2. A thread that takes a permit after that sees the flag, because whoever
//!    takes a permit sees what came before it was added. It gives the permit
//!    back.
//! 3. So, from `close` on, there is always at least one permit that is free or
//!    about to be given back.
//! 4. A semaphore leaves no thread asleep beside a free permit: each thread
//!    that gives one back wakes the next.

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::semaphore::{ReleaseError, Semaphore, SemaphoreGuard};

/// A number of permits that threads wait for, until it is closed.
///
/// While it is open, it is a [`Semaphore`].
/// No [`acquire`](ClosableSemaphore::acquire) that begins after
/// [`close`](ClosableSemaphore::close) has returned gets a permit, and no
/// thread stays asleep.
/// A thread that is in the middle of an `acquire` when another one closes the
/// semaphore may get a permit that was free before, or the error.
///
/// What a thread did before `close` happens before everything that a thread
/// does which was told that the semaphore is closed.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use threading::ClosableSemaphore;
///
/// let jobs = ClosableSemaphore::new(0);
/// thread::scope(|scope| {
///     let workers = [(); 3].map(|()| {
///         scope.spawn(|| {
///             let mut done = 0;
///             while let Ok(job) = jobs.acquire() {
///                 job.forget(); // used up
///                 done += 1;
///             }
///             done
///         })
///     });
///     jobs.release_many(5).unwrap();
///     while jobs.value() > 0 {
///         thread::yield_now();
///     }
///     jobs.close();
///     let done = workers.map(|worker| worker.join().unwrap());
///     assert_eq!(done.iter().sum::<i32>(), 5);
/// });
/// ```
///
/// # Differences from Python
///
/// Python has no such semaphore.
/// `Queue.shutdown(immediate=True)`, new in Python 3.13, makes each `get` that
/// waits raise `ShutDown`.
///
/// # Differences from tokio
///
/// `Semaphore::close` of `tokio` makes the same promise to tasks.
/// It takes all of them out of its queue at once, while here each sleeper
/// wakes the next.
/// Its `try_acquire` has an error for "no permit is free", which is `Ok(None)`
/// here.
#[doc(alias("close", "shutdown"))]
pub struct ClosableSemaphore {
    permits: Semaphore,
    is_closed: AtomicBool,
}

/// The error of an acquisition from a semaphore that is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedError;

impl ClosableSemaphore {
    /// The largest number of free permits: that of [`Semaphore::MAX_PERMITS`].
    pub const MAX_PERMITS: usize = Semaphore::MAX_PERMITS;

    /// Creates an open semaphore with so many free permits.
    ///
    /// ```
    /// use threading::ClosableSemaphore;
    ///
    /// static DOWNLOADS: ClosableSemaphore = ClosableSemaphore::new(4);
    /// assert!(!DOWNLOADS.is_closed());
    /// ```
    ///
    /// # Panics
    ///
    /// If `permits` is more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    #[track_caller]
    pub const fn new(permits: usize) -> Self {
        ClosableSemaphore {
            permits: Semaphore::new(permits),
            is_closed: AtomicBool::new(false),
        }
    }

    /// Ends all waiting for permits, now and later.
    ///
    /// Permits that guards hold stay valid, and dropping such a guard is
    /// harmless.
    /// Closing again changes nothing.
    ///
    /// ```
    /// use threading::ClosableSemaphore;
    /// use threading::semaphore_closable::ClosedError;
    ///
    /// let semaphore = ClosableSemaphore::new(2);
    /// let permit = semaphore.acquire()?;
    /// semaphore.close();
    /// assert_eq!(semaphore.acquire().unwrap_err(), ClosedError);
    /// drop(permit);
    /// # Ok::<(), ClosedError>(())
    /// ```
    #[doc(alias = "shutdown")]
    // ANCHOR: close
    pub fn close(&self) {
        // Release pairs with the load of each thread that is told.
        if !self.is_closed.swap(true, Ordering::Release) {
            // The last permit. It fits, unless there are so many that no
            // thread sleeps.
            let _ = self.permits.release();
        }
    }

    /// Tells whether the semaphore is closed.
    ///
    /// ```
    /// use threading::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(1);
    /// semaphore.close();
    /// assert!(semaphore.is_closed());
    /// ```
    #[inline]
    #[must_use = "to ask changes nothing"]
    pub fn is_closed(&self) -> bool {
        // Acquire pairs with the swap of `close`.
        self.is_closed.load(Ordering::Acquire)
    }

    /// Acquires a permit, waiting until there is one or the semaphore is
    /// closed.
    ///
    /// # Errors
    ///
    /// [`ClosedError`] if it is closed.
    ///
    /// ```
    /// use threading::ClosableSemaphore;
    /// use threading::semaphore_closable::ClosedError;
    ///
    /// let semaphore = ClosableSemaphore::new(2);
    /// let permit = semaphore.acquire()?;
    /// assert_eq!(semaphore.value(), 1);
    /// drop(permit);
    /// assert_eq!(semaphore.value(), 2);
    /// # Ok::<(), ClosedError>(())
    /// ```
    #[inline]
    pub fn acquire(&self) -> Result<SemaphoreGuard<'_>, ClosedError> {
        self.unless_closed(self.permits.acquire())
    }

    /// Acquires a permit if one is free, without waiting; `None` if none is.
    ///
    /// # Errors
    ///
    /// [`ClosedError`] if the semaphore is closed.
    ///
    /// ```
    /// use threading::ClosableSemaphore;
    /// use threading::semaphore_closable::ClosedError;
    ///
    /// let semaphore = ClosableSemaphore::new(1);
    /// let permit = semaphore.try_acquire()?;
    /// assert!(permit.is_some());
    /// assert!(semaphore.try_acquire()?.is_none());
    /// # Ok::<(), ClosedError>(())
    /// ```
    #[inline]
    pub fn try_acquire(
        &self,
    ) -> Result<Option<SemaphoreGuard<'_>>, ClosedError> {
        self.unless_closed(self.permits.try_acquire())
    }

    /// Acquires a permit, waiting no longer than `timeout`; `None` if there
    /// was none in that time.
    ///
    /// A timeout of zero tries once; one too long for the clock waits
    /// forever.
    ///
    /// # Errors
    ///
    /// [`ClosedError`] if the semaphore is closed, also when the time is up as
    /// well.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::ClosableSemaphore;
    /// use threading::semaphore_closable::ClosedError;
    ///
    /// let semaphore = ClosableSemaphore::new(0);
    /// let wait = Duration::from_millis(5);
    /// assert!(semaphore.acquire_timeout(wait)?.is_none());
    /// semaphore.close();
    /// assert!(semaphore.acquire_timeout(wait).is_err());
    /// # Ok::<(), ClosedError>(())
    /// ```
    pub fn acquire_timeout(
        &self,
        timeout: Duration,
    ) -> Result<Option<SemaphoreGuard<'_>>, ClosedError> {
        self.unless_closed(self.permits.acquire_timeout(timeout))
    }

    /// Acquires a permit, waiting no longer than until `deadline`; `None` if
    /// there was none by then.
    ///
    /// A deadline in the past tries once; `None` waits forever.
    ///
    /// # Errors
    ///
    /// [`ClosedError`] if the semaphore is closed, also when the time is up as
    /// well.
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::ClosableSemaphore;
    /// use threading::semaphore_closable::ClosedError;
    ///
    /// let semaphore = ClosableSemaphore::new(1);
    /// let now = Instant::now();
    /// let permit = semaphore.acquire_deadline(now)?;
    /// assert!(permit.is_some());
    /// assert!(semaphore.acquire_deadline(now)?.is_none());
    /// # Ok::<(), ClosedError>(())
    /// ```
    pub fn acquire_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Result<Option<SemaphoreGuard<'_>>, ClosedError> {
        self.unless_closed(self.permits.acquire_deadline(deadline))
    }

    /// What was acquired; if the semaphore is closed, that goes back, and so
    /// wakes the next sleeper.
    #[inline]
    fn unless_closed<T>(&self, acquired: T) -> Result<T, ClosedError> {
        if self.is_closed() {
            return Err(ClosedError);
        }
        Ok(acquired)
    }
    // ANCHOR_END: close

    /// Adds a permit, and wakes a thread that waits for one; see
    /// [`Semaphore::release`].
    ///
    /// After [`close`](ClosableSemaphore::close) it is harmless: no thread
    /// gets the permit.
    ///
    /// # Errors
    ///
    /// [`ReleaseError::Overflow`] if [`MAX_PERMITS`](Self::MAX_PERMITS) are
    /// free. Nothing changes then.
    ///
    /// ```
    /// use threading::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(0);
    /// semaphore.release()?;
    /// assert_eq!(semaphore.value(), 1);
    /// # Ok::<(), threading::semaphore::ReleaseError>(())
    /// ```
    #[doc(alias("post", "signal", "up", "V", "sem_post"))]
    #[inline]
    pub fn release(&self) -> Result<(), ReleaseError> {
        self.permits.release()
    }

    /// Adds so many permits at once, and wakes as many threads; see
    /// [`Semaphore::release_many`].
    ///
    /// # Errors
    ///
    /// [`ReleaseError::Zero`] if `number` is 0, and
    /// [`ReleaseError::Overflow`] if more than
    /// [`MAX_PERMITS`](Self::MAX_PERMITS) would be free.
    /// Nothing changes then.
    ///
    /// ```
    /// use threading::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(0);
    /// semaphore.release_many(3)?;
    /// assert_eq!(semaphore.value(), 3);
    /// # Ok::<(), threading::semaphore::ReleaseError>(())
    /// ```
    #[doc(alias = "add_permits")]
    #[inline]
    pub fn release_many(&self, number: usize) -> Result<(), ReleaseError> {
        self.permits.release_many(number)
    }

    /// Tells how many permits are free right now, be it closed or not; see
    /// [`Semaphore::value`].
    ///
    /// ```
    /// use threading::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(3);
    /// assert_eq!(semaphore.value(), 3);
    /// semaphore.close();
    /// assert_eq!(semaphore.value(), 3);
    /// ```
    #[doc(alias("available_permits", "availablePermits", "sem_getvalue"))]
    pub fn value(&self) -> usize {
        let last = usize::from(self.is_closed());
        // Less than `last` while a woken thread has that one in its hands.
        self.permits.value().saturating_sub(last)
    }
}

impl fmt::Debug for ClosableSemaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClosableSemaphore")
            .field("value", &self.value())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}

impl fmt::Display for ClosedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the semaphore is closed")
    }
}

impl Error for ClosedError {}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{self, RefUnwindSafe, UnwindSafe};
    use std::ptr;
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use parking_lot_core::{DEFAULT_UNPARK_TOKEN, FilterOp};

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

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

    /// Waits until so many threads are in the queue of the semaphore, whose
    /// address is that of its only field.
    fn until_asleep(semaphore: &Semaphore, number: usize) {
        let (start, found) = (Instant::now(), Cell::new(usize::MAX));
        let count = |_| {
            found.set(found.get() + 1);
            FilterOp::Skip
        };
        while found.get() != number {
            assert!(start.elapsed() < LONG, "they do not fall asleep");
            found.set(0);
            let queue = ptr::from_ref(semaphore).addr();
            // SAFETY: no thread is woken; the closures neither panic nor park.
            unsafe {
                parking_lot_core::unpark_filter(queue, count, |_| {
                    DEFAULT_UNPARK_TOKEN
                });
            }
        }
    }

    #[test]
    fn close_wakes_every_sleeper() {
        limited(|| {
            for sleepers in [0, 1, 2, 7] {
                let semaphore = ClosableSemaphore::new(0);
                thread::scope(|scope| {
                    let woken: Vec<_> = (0..sleepers)
                        .map(|_| scope.spawn(|| semaphore.acquire().map(drop)))
                        .collect();
                    until_asleep(&semaphore.permits, sleepers);
                    semaphore.close();
                    for thread in woken {
                        assert_eq!(thread.join().unwrap(), Err(ClosedError));
                    }
                });
                assert_eq!(semaphore.value(), 0);
            }
        });
    }

    #[test]
    fn every_way_to_acquire_from_a_closed_semaphore_fails() {
        limited(|| {
            for permits in [0, 1, 2] {
                let semaphore = ClosableSemaphore::new(permits);
                semaphore.close();
                semaphore.close();
                let now = Instant::now();
                let ways: [&dyn Fn() -> bool; 7] = [
                    &|| semaphore.acquire().is_ok(),
                    &|| semaphore.try_acquire().is_ok(),
                    &|| semaphore.acquire_timeout(Duration::ZERO).is_ok(),
                    &|| semaphore.acquire_timeout(Duration::MAX).is_ok(),
                    &|| semaphore.acquire_deadline(now).is_ok(),
                    &|| semaphore.acquire_deadline(None).is_ok(),
                    &|| semaphore.permits.try_acquire().is_none(),
                ];
                for (at, acquired) in ways.into_iter().enumerate() {
                    assert!(!acquired(), "way {at} of {permits} permits");
                }
                assert_eq!(semaphore.value(), permits);
            }
        });
    }

    #[test]
    fn while_it_is_open_it_is_a_semaphore() {
        limited(|| {
            let semaphore = ClosableSemaphore::new(1);
            let permit = semaphore.acquire().unwrap();
            assert_eq!(semaphore.value(), 0);
            assert!(semaphore.try_acquire().unwrap().is_none());
            let wait = Duration::from_millis(5);
            assert!(semaphore.acquire_timeout(wait).unwrap().is_none());
            let past = Instant::now();
            assert!(semaphore.acquire_deadline(past).unwrap().is_none());
            thread::scope(|scope| {
                let other = scope.spawn(|| semaphore.acquire().map(drop));
                drop(permit);
                assert_eq!(other.join().unwrap(), Ok(()));
            });
            semaphore.release().unwrap();
            semaphore.release_many(2).unwrap();
            assert_eq!(semaphore.value(), 4);
            assert_eq!(semaphore.release_many(0), Err(ReleaseError::Zero));
        });
    }

    #[test]
    fn what_guards_hold_and_release_adds_goes_to_no_thread_after_close() {
        limited(|| {
            let semaphore = ClosableSemaphore::new(2);
            let kept = semaphore.acquire().unwrap();
            let used_up = semaphore.acquire().unwrap();
            semaphore.close();
            used_up.forget();
            drop(kept);
            semaphore.release().unwrap();
            assert!(semaphore.acquire().is_err());
            assert_eq!(semaphore.value(), 2);
        });
    }

    /// A worker may close it while others acquire: each permit that was taken
    /// is counted, and every thread comes home.
    #[test]
    fn closing_amid_acquisitions_strands_no_thread() {
        limited(|| {
            for round in 0..200 {
                let semaphore = ClosableSemaphore::new(3);
                let inside = AtomicUsize::new(0);
                thread::scope(|scope| {
                    for _ in 0..6 {
                        scope.spawn(|| {
                            while let Ok(_permit) = semaphore.acquire() {
                                let others =
                                    inside.fetch_add(1, Ordering::Relaxed);
                                assert!(others < 3);
                                thread::yield_now();
                                inside.fetch_sub(1, Ordering::Relaxed);
                            }
                        });
                    }
                    for _ in 0..round % 20 {
                        thread::yield_now();
                    }
                    semaphore.close();
                    assert!(semaphore.acquire().is_err());
                });
                assert_eq!(semaphore.value(), 3);
            }
        });
    }

    #[test]
    fn one_that_is_full_can_be_closed() {
        let full = ClosableSemaphore::new(ClosableSemaphore::MAX_PERMITS);
        full.close();
        assert!(full.acquire().is_err());
    }

    #[test]
    fn threads_and_caught_panics_can_share_it() {
        fn shared<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
        shared::<ClosableSemaphore>();
    }

    #[test]
    fn its_state_is_shown() {
        let semaphore = ClosableSemaphore::new(1);
        semaphore.close();
        assert_eq!(
            format!("{semaphore:?}"),
            "ClosableSemaphore { value: 1, is_closed: true }"
        );
        assert_eq!(ClosedError.to_string(), "the semaphore is closed");
    }
}
// ANCHOR_END: module
