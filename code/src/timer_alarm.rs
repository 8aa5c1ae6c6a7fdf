// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! An alarm: a function that is called after a delay, unless it is cancelled
//! before, by a thread that you provide.
//!
//! Use an [`Alarm`] with a thread of `std` or of a pool: it is all that a
//! timer needs of its own.
//! A neighbour may serve you better: `timer.rs` for an alarm that is a thread
//! with a name and a daemon flag, `timer_queue.rs` for hundreds of short calls
//! on one thread.
//!
//! # Before you copy it
//!
//! - The time is the earliest one. A call may come later, when the machine is
//!   busy.
//! - The clock of `Instant` may stand still while the machine is suspended,
//!   and then a call comes that much later.
//! - The function runs on the thread that called [`run`](Alarm::run), which
//!   is blocked until then.
//! - In a child process made by `fork`, that thread does not exist: the alarm
//!   never rings there, and a wait for it never ends.
//!
//! The chapter that explains this file is `src/timer.md`.
//!
//! # Why a call is either made or prevented
//!
//! 1. An alarm is Waiting at first, and there are two moves out of Waiting:
//!    to Firing, by the thread that makes the call, and to Cancelled, by
//!    `cancel`.
//! 2. Each of them looks at the phase and changes it in one hold of the same
//!    lock, so the first of them is the only one.
//! 3. The call is made after the move to Firing, and nowhere else. `cancel`
//!    succeeds after the move to Cancelled, and nowhere else.

use std::fmt;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

// ANCHOR: phase
/// How far an alarm or a timer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing is decided yet: it waits, or is not even set.
    Waiting,
    /// The function runs.
    Firing,
    /// The function has returned, or panicked.
    Finished,
    /// The function was never called, and never will be.
    Cancelled,
}

/// The error of a cancellation that prevented nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelError {
    /// How far the timer was; anything but [`Phase::Waiting`].
    pub phase: Phase,
}
// ANCHOR_END: phase

/// One call at a point in time, unless it is cancelled before.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use std::thread;
/// use std::time::{Duration, Instant};
/// use threading::timer_alarm::Alarm;
///
/// let alarm = Arc::new(Alarm::new());
/// let shared = Arc::clone(&alarm);
/// let kitchen = thread::spawn(move || shared.run(|| "the soup is done"));
/// alarm.set(Instant::now() + Duration::from_millis(5));
/// assert_eq!(kitchen.join().unwrap(), Some("the soup is done"));
/// assert!(alarm.cancel().is_err()); // too late
/// ```
// ANCHOR: alarm
pub struct Alarm {
    /// When the time is up, once it is set; `None` in it means never.
    pub(crate) due: OnceLock<Option<Instant>>,
    phase: Mutex<Phase>,
    /// Notified with `phase` locked, when it is over.
    over: Condvar,
}
// ANCHOR_END: alarm

impl Alarm {
    /// Makes an alarm that is not set.
    #[must_use]
    pub fn new() -> Self {
        Alarm {
            due: OnceLock::new(),
            phase: Mutex::new(Phase::Waiting),
            over: Condvar::new(),
        }
    }

    /// Sets the time, an [`Instant`], or `None` for never.
    ///
    /// The first call counts, and the others change nothing.
    // ANCHOR: set
    pub fn set(&self, due: impl Into<Option<Instant>>) {
        let _ = self.due.set(due.into());
    }
    // ANCHOR_END: set

    /// Waits until the alarm is set and its time has come, and calls
    /// `function`.
    ///
    /// Returns `None`, without a call, if the alarm is cancelled before.
    /// An alarm rings once: any further call of this returns `None`.
    // ANCHOR: run
    pub fn run<T>(&self, function: impl FnOnce() -> T) -> Option<T> {
        self.wait_to_fire().then(|| self.fire(function))
    }

    /// Waits until it is decided, and reports whether to fire.
    pub(crate) fn wait_to_fire(&self) -> bool {
        let due = *self.due.wait();
        let mut phase = self.phase.lock();
        self.sleep(&mut phase, due, |phase| *phase == Phase::Waiting);
        let fires = *phase == Phase::Waiting;
        if fires {
            *phase = Phase::Firing;
        }
        fires
    }

    /// Calls the function, after [`wait_to_fire`](Alarm::wait_to_fire).
    pub(crate) fn fire<T>(&self, function: impl FnOnce() -> T) -> T {
        // Also if the function panics.
        let _finish = Finish(self);
        function()
    }

    /// Sleeps until the phase changes, or until `until`.
    fn sleep(
        &self,
        phase: &mut MutexGuard<'_, Phase>,
        until: Option<Instant>,
        goes_on: fn(&mut Phase) -> bool,
    ) {
        match until {
            Some(until) => {
                self.over.wait_while_until(phase, goes_on, until);
            }
            None => self.over.wait_while(phase, goes_on),
        }
    }
    // ANCHOR_END: run

    /// Keeps the function from being called, if it is not too late.
    ///
    /// `Ok` means that this call prevented it, and then the function is never
    /// called. Of several threads that cancel, one alone gets `Ok`.
    ///
    /// # Errors
    ///
    /// [`CancelError`], with the phase, if there was nothing to prevent.
    // ANCHOR: cancel
    pub fn cancel(&self) -> Result<(), CancelError> {
        let mut phase = self.phase.lock();
        if *phase != Phase::Waiting {
            return Err(CancelError { phase: *phase });
        }
        *phase = Phase::Cancelled;
        self.over.notify_all();
        Ok(())
    }
    // ANCHOR_END: cancel

    /// Returns how far the alarm is right now.
    #[must_use]
    pub fn phase(&self) -> Phase {
        *self.phase.lock()
    }

    /// Waits until all is over: the function has ended, or never begins.
    ///
    /// What the function did is visible to the caller then.
    /// If the function itself calls this, it waits forever.
    ///
    /// ```
    /// use std::thread;
    /// use threading::timer_alarm::Alarm;
    ///
    /// let alarm = Alarm::new();
    /// thread::scope(|scope| {
    ///     scope.spawn(|| alarm.wait());
    ///     alarm.cancel()
    /// })?;
    /// alarm.wait(); // returns at once
    /// # Ok::<(), threading::timer_alarm::CancelError>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is `timer.finished.wait()`.
    pub fn wait(&self) {
        let _ = self.wait_deadline(None);
    }

    /// Waits until all is over, no longer than `timeout`, and reports whether
    /// it is.
    ///
    /// A timeout of zero checks once; one too long for the clock waits
    /// forever.
    #[must_use = "`false` means that it is not over yet"]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.wait_deadline(Instant::now().checked_add(timeout))
    }

    /// Waits until all is over, no longer than until `deadline`, and reports
    /// whether it is.
    ///
    /// The deadline is an [`Instant`], or `None` to wait forever.
    // ANCHOR: wait
    #[must_use = "`false` means that it is not over yet"]
    pub fn wait_deadline(&self, deadline: impl Into<Option<Instant>>) -> bool {
        let mut phase = self.phase.lock();
        self.sleep(&mut phase, deadline.into(), |phase| !phase.is_over());
        phase.is_over()
    }
    // ANCHOR_END: wait
}

/// Says that the function has ended, in whichever way.
struct Finish<'a>(&'a Alarm);

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        let mut phase = self.0.phase.lock();
        *phase = Phase::Finished;
        self.0.over.notify_all();
    }
}

impl Phase {
    /// Reports whether all is over: nothing changes any more.
    ///
    /// ```
    /// use threading::timer_alarm::Phase;
    ///
    /// assert!(Phase::Cancelled.is_over());
    /// assert!(!Phase::Firing.is_over());
    /// ```
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Phase::Finished | Phase::Cancelled)
    }
}

impl Default for Alarm {
    fn default() -> Self {
        Alarm::new()
    }
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alarm({})", self.phase())
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl fmt::Display for CancelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "too late to cancel: the timer is {}", self.phase)
    }
}

impl std::error::Error for CancelError {}

#[cfg(test)]
mod tests {
    use std::hint;
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, mpsc};
    use std::thread;

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    /// A time that is to run out.
    const SHORT: Duration = Duration::from_millis(5);

    fn late(phase: Phase) -> Result<(), CancelError> {
        Err(CancelError { phase })
    }

    /// An alarm that rings after a while.
    fn set(delay: Duration) -> Alarm {
        let alarm = Alarm::new();
        alarm.set(Instant::now().checked_add(delay));
        alarm
    }

    #[test]
    fn it_rings_once_and_not_too_early() {
        let start = Instant::now();
        let alarm = set(SHORT);
        assert_eq!(alarm.phase(), Phase::Waiting);
        assert_eq!(alarm.run(|| 5), Some(5));
        assert!(start.elapsed() >= SHORT);
        assert_eq!(alarm.phase(), Phase::Finished);
        assert_eq!(alarm.run(|| 5), None);
        assert_eq!(alarm.cancel(), late(Phase::Finished));
    }

    #[test]
    fn the_first_time_that_is_set_counts() {
        let alarm = set(Duration::ZERO);
        alarm.set(None);
        assert_eq!(alarm.run(|| 5), Some(5));
    }

    /// A thread that runs an alarm, and then says what became of it.
    fn ringer(alarm: &Arc<Alarm>) -> mpsc::Receiver<Option<u32>> {
        let (tell, told) = mpsc::channel();
        let alarm = Arc::clone(alarm);
        thread::spawn(move || tell.send(alarm.run(|| 5)));
        told
    }

    #[test]
    fn an_alarm_that_is_set_later_is_waited_for() {
        let alarm = Arc::new(Alarm::new());
        let rings = ringer(&alarm);
        assert!(!alarm.wait_timeout(SHORT));
        rings.try_recv().unwrap_err();
        alarm.set(Instant::now());
        assert_eq!(rings.recv_timeout(LONG), Ok(Some(5)));
    }

    #[test]
    fn a_cancelled_alarm_wakes_its_thread_and_does_not_ring() {
        for delay in [LONG * 60, Duration::MAX] {
            let alarm = Arc::new(set(delay));
            let rings = ringer(&alarm);
            assert!(!alarm.wait_timeout(SHORT));
            assert_eq!(alarm.cancel(), Ok(()));
            assert_eq!(rings.recv_timeout(LONG), Ok(None));
            assert_eq!(alarm.cancel(), late(Phase::Cancelled));
        }
    }

    /// A thread that waits, and then says so.
    fn waiter(alarm: &Arc<Alarm>) -> mpsc::Receiver<()> {
        let (tell, told) = mpsc::channel();
        let alarm = Arc::clone(alarm);
        thread::spawn(move || {
            alarm.wait();
            tell.send(()).unwrap();
        });
        told
    }

    fn all_return(waiters: [mpsc::Receiver<()>; 3]) {
        for told in waiters {
            told.recv_timeout(LONG).expect("a waiter sleeps on");
        }
    }

    #[test]
    fn a_wait_ends_when_the_function_has_ended() {
        let alarm = Arc::new(set(Duration::ZERO));
        let (end, wait) = mpsc::channel::<()>();
        let work = AtomicUsize::new(0);
        let done = &work;
        let function = move || {
            wait.recv_timeout(LONG).unwrap_err();
            done.store(1, Ordering::Relaxed);
        };
        let waiters = [(); 3].map(|()| waiter(&alarm));
        thread::scope(|scope| {
            let rings = &alarm;
            scope.spawn(move || rings.run(function));
            assert!(!alarm.wait_timeout(SHORT));
            assert!(!alarm.wait_deadline(Instant::now() + SHORT));
            assert_eq!(work.load(Ordering::Relaxed), 0);
            drop(end);
            assert!(alarm.wait_timeout(LONG));
            assert_eq!(work.load(Ordering::Relaxed), 1);
        });
        all_return(waiters);
        assert!(alarm.wait_timeout(Duration::ZERO));
        assert!(alarm.wait_deadline(None));
    }

    #[test]
    fn a_wait_ends_when_the_alarm_is_cancelled() {
        let alarm = Arc::new(Alarm::new());
        let waiters = [(); 3].map(|()| waiter(&alarm));
        assert!(!alarm.wait_timeout(SHORT));
        alarm.cancel().unwrap();
        all_return(waiters);
        assert!(alarm.wait_deadline(Instant::now()));
    }

    #[test]
    fn a_function_that_panics_ends_the_wait() {
        let alarm = set(Duration::ZERO);
        let fail = || alarm.run(|| panic::resume_unwind(Box::new("burnt")));
        let failed: thread::Result<Option<()>> =
            panic::catch_unwind(AssertUnwindSafe(fail));
        failed.unwrap_err();
        alarm.wait();
        assert_eq!(alarm.phase(), Phase::Finished);
    }

    /// Lets two threads meet before each round.
    fn meet(line: &AtomicUsize, round: usize) {
        line.fetch_add(1, Ordering::SeqCst);
        let start = Instant::now();
        while line.load(Ordering::SeqCst) < 2 * (round + 1) {
            assert!(start.elapsed() < LONG, "the other never comes");
            thread::yield_now();
        }
    }

    #[test]
    fn cancel_and_fire_race_and_exactly_one_wins() {
        let alarms = Vec::from_iter((0..5_000).map(|_| set(Duration::ZERO)));
        let line = AtomicUsize::new(0);
        let fire = |(round, alarm): (usize, &Alarm)| {
            meet(&line, round);
            alarm.run(|| ()).is_some()
        };
        let cancel = |(round, alarm): (usize, &Alarm)| {
            meet(&line, round);
            // Earlier or later, from round to round.
            (0..round % 400).for_each(|_| hint::spin_loop());
            alarm.cancel().is_ok()
        };
        let all = || alarms.iter().enumerate();
        thread::scope(|scope| {
            let fired = scope.spawn(|| all().map(fire).collect::<Vec<_>>());
            let prevented: Vec<_> = all().map(cancel).collect();
            for (fired, prevented) in
                fired.join().unwrap().into_iter().zip(prevented)
            {
                assert_ne!(fired, prevented);
            }
        });
    }

    #[test]
    fn alarms_and_errors_are_readable() {
        assert_eq!(format!("{:?}", Alarm::new()), "Alarm(Waiting)");
        let phase = Phase::Firing;
        let text = "too late to cancel: the timer is Firing";
        assert_eq!(CancelError { phase }.to_string(), text);
    }
}
// ANCHOR_END: module
