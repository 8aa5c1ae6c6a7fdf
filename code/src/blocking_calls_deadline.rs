// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A deadline: a point in time until which a whole operation may take.
//!
//! What is left until then, [`Deadline::remaining`], is the timeout of the
//! next call that waits for a lock, a thread or a channel.
//!
//! Use a deadline if an operation takes more than one call: timeouts add up, a
//! deadline does not.
//! For one single call, a timeout is enough.
//!
//! # Before you copy it
//!
//! - A [`Deadline`] is as exact as the system's timers: a call may return a
//!   little after it, and later on a busy machine.
//! - The clock of `Instant` may stand still while the machine is suspended,
//!   and then the deadline comes that much later.
//!
//! The chapter that explains this file is `src/blocking_calls.md`.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::thread;
use std::time::{Duration, Instant};

/// A point in time until which a whole operation may take.
///
/// A deadline is a copy: hand it to every function that takes part in the
/// operation, and each of them waits for what the others have left.
///
/// # Examples
///
/// ```
/// use std::sync::mpsc;
/// use std::time::Duration;
/// use threading::Deadline;
///
/// let deadline = Deadline::after(Duration::from_millis(20));
/// let (_soup, first) = mpsc::channel::<()>();
/// let (_salad, second) = mpsc::channel::<()>();
///
/// // Both together take 20 ms.
/// assert!(first.recv_timeout(deadline.remaining()).is_err());
/// assert!(second.recv_timeout(deadline.remaining()).is_err());
/// assert!(deadline.is_over());
/// ```
///
/// # Differences from Python
///
/// Python has timeouts for single calls; a program that needs a deadline
/// subtracts `time.monotonic()` by itself.
///
/// Source: [`time.monotonic`][python].
///
/// [python]: https://docs.python.org/3/library/time.html#time.monotonic
// ANCHOR: deadline
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// `None`: no clock goes that far.
    at: Option<Instant>,
    /// What the caller asked for, which the error repeats.
    limit: Duration,
}
// ANCHOR_END: deadline

/// The error of an operation that was not finished at its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeoutError {
    /// How long the operation might have taken, from the making of its
    /// [`Deadline`] on.
    pub limit: Duration,
}

impl Deadline {
    /// Makes a deadline that is `limit` from now.
    ///
    /// One too far for the clock never comes; a limit of zero is over at
    /// once.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Deadline;
    ///
    /// assert!(Deadline::after(Duration::ZERO).is_over());
    /// assert!(!Deadline::after(Duration::MAX).is_over());
    /// ```
    // ANCHOR: after
    #[must_use]
    pub fn after(limit: Duration) -> Deadline {
        let at = Instant::now().checked_add(limit);
        Deadline { at, limit }
    }
    // ANCHOR_END: after

    /// Makes a deadline at a point in time, which may be in the past.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use threading::Deadline;
    ///
    /// let soon = Instant::now() + Duration::from_secs(60);
    /// assert!(!Deadline::at(soon).is_over());
    /// assert!(Deadline::at(Instant::now()).is_over());
    /// ```
    #[must_use]
    pub fn at(moment: Instant) -> Deadline {
        let limit = moment.saturating_duration_since(Instant::now());
        let at = Some(moment);
        Deadline { at, limit }
    }

    /// Makes a deadline that never comes.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Deadline;
    ///
    /// let never = Deadline::never();
    /// assert_eq!(never.remaining(), Duration::MAX);
    /// ```
    #[must_use]
    pub const fn never() -> Deadline {
        let limit = Duration::MAX;
        Deadline { at: None, limit }
    }

    /// The point in time itself; `None` if it never comes.
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::Deadline;
    ///
    /// let now = Instant::now();
    /// assert_eq!(Deadline::at(now).instant(), Some(now));
    /// assert_eq!(Deadline::never().instant(), None);
    /// ```
    #[must_use]
    pub fn instant(self) -> Option<Instant> {
        self.at
    }

    /// How long it is until then: a timeout for the next call.
    ///
    /// Zero if it is over, and [`Duration::MAX`] if it never comes.
    /// The timeouts of this crate, and those of channels, take both: they try
    /// once, or wait forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Deadline;
    ///
    /// let minute = Duration::from_secs(60);
    /// assert!(Deadline::after(minute).remaining() <= minute);
    /// assert_eq!(
    ///     Deadline::after(Duration::ZERO).remaining(),
    ///     Duration::ZERO,
    /// );
    /// ```
    // ANCHOR: remaining
    #[must_use]
    pub fn remaining(self) -> Duration {
        let Some(at) = self.at else {
            return Duration::MAX;
        };
        at.saturating_duration_since(Instant::now())
    }
    // ANCHOR_END: remaining

    /// Returns whether the deadline has passed.
    ///
    /// ```
    /// use threading::Deadline;
    ///
    /// assert!(!Deadline::never().is_over());
    /// ```
    #[must_use]
    pub fn is_over(self) -> bool {
        self.remaining().is_zero()
    }

    /// Returns what is left, unless nothing is.
    ///
    /// Call it between the steps of a long calculation.
    ///
    /// # Errors
    ///
    /// [`TimeoutError`] if the deadline is over.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::{Deadline, TimeoutError};
    ///
    /// let limit = Duration::ZERO;
    /// let error = Deadline::after(limit).check().unwrap_err();
    /// assert_eq!(error, TimeoutError { limit });
    /// assert_eq!(error.to_string(), "timed out after 0ns");
    /// ```
    pub fn check(self) -> Result<Duration, TimeoutError> {
        match self.remaining() {
            Duration::ZERO => Err(self.error()),
            rest => Ok(rest),
        }
    }

    /// The earlier of two deadlines: a step's own limit, within that of the
    /// whole.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Deadline;
    ///
    /// let whole = Deadline::after(Duration::from_secs(60));
    /// let step = Deadline::after(Duration::from_secs(1));
    /// assert_eq!(whole.earlier(step).instant(), step.instant());
    /// assert_eq!(step.earlier(whole).instant(), step.instant());
    /// ```
    #[must_use]
    pub fn earlier(self, other: Deadline) -> Deadline {
        match (self.at, other.at) {
            (None, _) => other,
            (Some(one), Some(two)) if two < one => other,
            _ => self,
        }
    }

    /// Sleeps until then; returns at once if it is over.
    ///
    /// The thread can't be woken before. If it may have to be, let it wait for
    /// an event until this deadline instead.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use threading::Deadline;
    ///
    /// let start = Instant::now();
    /// let deadline = Deadline::after(Duration::from_millis(5));
    /// deadline.sleep();
    /// deadline.sleep(); // has passed already
    /// assert!(start.elapsed() >= Duration::from_millis(5));
    /// ```
    ///
    /// # Differences from Python
    ///
    /// `time.sleep` takes seconds from now. Both sleep at least as long as
    /// they are told, also when a signal comes in between ([PEP 475]).
    ///
    /// [PEP 475]: https://peps.python.org/pep-0475/
    pub fn sleep(self) {
        while let Ok(rest) = self.check() {
            thread::sleep(rest);
        }
    }

    /// The error of an operation that had this deadline.
    pub(crate) fn error(self) -> TimeoutError {
        TimeoutError { limit: self.limit }
    }
}

impl From<Duration> for Deadline {
    /// The same as [`Deadline::after`].
    fn from(limit: Duration) -> Deadline {
        Deadline::after(limit)
    }
}

impl From<Deadline> for Option<Instant> {
    /// The same as [`Deadline::instant`]: so a deadline is what every call
    /// takes that ends in `_deadline`.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use threading::Deadline;
    ///
    /// fn is_bounded(deadline: impl Into<Option<Instant>>) -> bool {
    ///     deadline.into().is_some()
    /// }
    ///
    /// assert!(is_bounded(Deadline::after(Duration::from_secs(1))));
    /// assert!(!is_bounded(Deadline::never()));
    /// assert!(!is_bounded(None));
    /// ```
    fn from(deadline: Deadline) -> Option<Instant> {
        deadline.at
    }
}

impl From<Instant> for Deadline {
    /// The same as [`Deadline::at`].
    fn from(moment: Instant) -> Deadline {
        Deadline::at(moment)
    }
}

impl fmt::Display for TimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "timed out after {:?}", self.limit)
    }
}

impl Error for TimeoutError {}

impl From<TimeoutError> for io::Error {
    /// An error of the kind [`ErrorKind::TimedOut`], on every system.
    fn from(error: TimeoutError) -> io::Error {
        io::Error::new(ErrorKind::TimedOut, error)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    /// A limit that is to run out.
    const SHORT: Duration = Duration::from_millis(20);

    #[test]
    fn a_deadline_comes_nearer_and_is_over() {
        let deadline = Deadline::after(LONG);
        let before = deadline.remaining();
        thread::yield_now();
        assert!(deadline.remaining() <= before);
        assert!(before <= LONG && !deadline.is_over());

        let limit = SHORT;
        let deadline = Deadline::after(limit);
        deadline.sleep();
        assert!(deadline.is_over());
        assert_eq!(deadline.remaining(), Duration::ZERO);
        assert_eq!(deadline.check(), Err(TimeoutError { limit }));
    }

    #[test]
    fn zero_is_over_at_once_and_the_past_too() {
        let now = Instant::now();
        for deadline in [Deadline::after(Duration::ZERO), Deadline::at(now)] {
            assert!(deadline.is_over());
            let limit = Duration::ZERO;
            assert_eq!(deadline.check(), Err(TimeoutError { limit }));
        }
    }

    #[test]
    fn a_sum_too_large_for_the_clock_never_comes() {
        for limit in [Duration::MAX, Duration::from_secs(u64::MAX)] {
            let deadline = Deadline::after(limit);
            assert_eq!(deadline.instant(), None);
            assert_eq!(deadline.check(), Ok(Duration::MAX));
        }
        assert_eq!(Deadline::never().remaining(), Duration::MAX);
    }

    #[test]
    fn durations_and_instants_become_deadlines() {
        let (deadline, moment) = (Deadline::from(LONG), Instant::now() + LONG);
        assert!(deadline.instant().unwrap() <= moment);
        assert_eq!(Deadline::from(moment).instant(), Some(moment));
        let from_now = Deadline::at(moment).limit;
        assert!(from_now <= LONG);
    }

    #[test]
    fn the_earlier_deadline_counts() {
        let (never, late) = (Deadline::never(), Deadline::after(LONG));
        let soon = Deadline::after(SHORT);
        for (one, two) in [(soon, late), (late, soon), (never, soon)] {
            assert_eq!(one.earlier(two).limit, SHORT);
        }
        assert_eq!(soon.earlier(never).limit, SHORT);
        assert_eq!(never.earlier(never).instant(), None);
    }

    #[test]
    fn sleep_does_not_end_early() {
        let (start, deadline) = (Instant::now(), Deadline::after(SHORT));
        deadline.sleep();
        assert!(start.elapsed() >= SHORT);
        Deadline::after(Duration::ZERO).sleep();
    }

    #[test]
    fn one_deadline_bounds_several_waits() {
        let (_keep, silent) = mpsc::channel::<()>();
        let (start, deadline) = (Instant::now(), Deadline::after(SHORT));
        for _ in 0..1_000 {
            assert!(silent.recv_timeout(deadline.remaining()).is_err());
        }
        assert!(start.elapsed() >= SHORT);
        assert!(deadline.is_over());
    }

    #[test]
    fn the_error_is_a_sentence() {
        let error = TimeoutError { limit: SHORT };
        assert_eq!(error.to_string(), "timed out after 20ms");
    }
}
// ANCHOR_END: module
