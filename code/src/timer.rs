// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A timer: a function that is called after a delay, unless it is cancelled
//! before.
//!
//! [`Timer`] is Python's `threading.Timer`: a thread that waits, and then
//! calls a function.
//!
//! Use a [`Timer`] for one call that may take long, or that others join.
//! A neighbour may serve you better: an alarm of `timer_alarm.rs` on a thread
//! of yours, if neither a list of threads nor the end of the program has to
//! know of it; a queue of timers for short calls, hundreds of them or
//! thousands; an event that is waited for with a timeout, where the thread
//! that waits has work to do.
//!
//! # Before you copy it
//!
//! - It brings `spawn.rs` along, whose first start puts a panic hook in front
//!   of the program's: see there.
//! - A delay is the shortest time. A call may come later, when the machine is
//!   busy.
//! - The clock of `Instant` may stand still while the machine is suspended,
//!   and then a call comes that much later.
//! - Each waiting [`Timer`] costs a thread of the system.
//! - In a child process made by `fork`, the threads of timers do not exist: a
//!   timer that was started before never fires there, and can be cancelled.
//!
//! The chapter that explains this file is `src/timer.md`.
//!
//! Travels with: `timer_alarm.rs`, `spawn.rs`, `life_cycle.rs`,
//! `spawn_join.rs`, `spawn_native.rs`, `spawn_report.rs`.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::life_cycle::blocked;
use super::spawn::{JoinError, StartError, Thread, ThreadHandle};
use super::timer_alarm::Alarm;

pub use super::timer_alarm::{CancelError, Phase};

/// A thread that waits for a while, and then calls a function that returns
/// a `T`.
///
/// Clones are handles of the same timer; to drop them all does not cancel
/// it.
/// What a timer has in common with other threads is in [`ThreadHandle`], to
/// which this dereferences.
/// While it waits, its thread uses no processor time.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use threading::Timer;
///
/// let dish = String::from("soup");
/// let ring = move || format!("the {dish} is done");
/// let timer = Timer::new(Duration::from_millis(5), ring).start()?;
/// assert_eq!(timer.join()?.as_deref(), Some("the soup is done"));
///
/// let timer = Timer::new(Duration::from_secs(3600), || "too late").start()?;
/// assert!(timer.cancel().is_ok());
/// assert_eq!(timer.join()?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Differences from Python
///
/// - [`cancel`](Timer::cancel) tells whether it prevented the call.
/// - [`join`](Timer::join) hands out what the function returned.
/// - The delay counts from the call of `start`, not from the moment when the
///   thread comes to run.
///
/// Source: [Timer objects][python].
///
/// [python]: https://docs.python.org/3/library/threading.html#timer-objects
// ANCHOR: timer
pub struct Timer<T = ()> {
    thread: Thread<Option<T>>,
    alarm: Arc<Alarm>,
    delay: Duration,
}

/// A timer that is not started yet: set it up, then
/// [`start`](NewTimer::start) it.
///
/// To drop it is to forget it: its function is never called.
#[must_use = "a new timer does nothing until it is started"]
pub struct NewTimer<T = ()> {
    timer: Timer<T>,
}
// ANCHOR_END: timer

impl<T: Send + 'static> Timer<T> {
    /// Makes a timer that will call `function` when `delay` has passed since
    /// its start.
    ///
    /// The function takes its arguments along: a `move` closure owns what it
    /// uses.
    /// A delay of zero fires as soon as the thread runs.
    /// One too long for the clock, like [`Duration::MAX`], never fires, and
    /// can be cancelled.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Timer;
    ///
    /// let add = |a: i32, b: i32| Timer::new(Duration::ZERO, move || a + b);
    /// assert_eq!(add(2, 3).start()?.join()?, Some(5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// `Timer(seconds, f, args=(a, b))` becomes `move || f(a, b)`.
    // ANCHOR: new
    #[expect(
        clippy::new_ret_no_self,
        reason = "a timer that is not started is of another type"
    )]
    pub fn new(
        delay: Duration,
        function: impl FnOnce() -> T + Send + 'static,
    ) -> NewTimer<T> {
        let alarm = Arc::new(Alarm::new());
        let shared = Arc::clone(&alarm);
        let task = move || run(&shared, function);
        let thread = Thread::new(task).share();
        let timer = Timer {
            thread,
            alarm,
            delay,
        };
        NewTimer { timer }
    }
    // ANCHOR_END: new

    /// Starts a timer that was [shared](NewTimer::share) before its start.
    ///
    /// A timer that is cancelled already may be started all the same: its
    /// thread ends at once.
    ///
    /// # Errors
    ///
    /// - [`StartError::AlreadyStarted`] for all callers but the first.
    /// - [`StartError::Refused`] if the system has no thread to give. The
    ///   timer still waits for a start then.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Timer;
    ///
    /// let timer = Timer::new(Duration::ZERO, || ()).share();
    /// timer.start()?;
    /// assert!(timer.start().is_err());
    /// # timer.join()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    // ANCHOR: start
    pub fn start(&self) -> Result<(), StartError> {
        let due = Instant::now().checked_add(self.delay);
        self.thread.start()?;
        // One start alone comes this far, and its thread waits for it.
        self.alarm.set(due);
        Ok(())
    }
    // ANCHOR_END: start

    /// Waits for the end of the timer, and takes what its function returned:
    /// `None` if the function was never called.
    ///
    /// # Errors
    ///
    /// [`JoinError`], as for [any thread](Thread::join): if the function
    /// panicked, the timer was not started, it joins itself, or the result
    /// was taken before.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Timer;
    ///
    /// let timer = Timer::new(Duration::MAX, || "never").start()?;
    /// timer.cancel()?;
    /// assert_eq!(timer.join()?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// `join()` returns `None`, always.
    pub fn join(&self) -> Result<Option<T>, JoinError> {
        self.thread.join()
    }

    /// Waits for the end of the timer no longer than `timeout`, and takes
    /// what its function returned.
    ///
    /// Returns `None` if the timer did not end in that time.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Timer;
    ///
    /// let timer = Timer::new(Duration::MAX, || "never").start()?;
    /// let patience = Duration::from_millis(5);
    /// assert!(timer.join_timeout(patience).is_none());
    /// timer.cancel()?;
    /// assert!(timer.join_timeout(Duration::MAX).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "`None` means that the timer has not ended"]
    pub fn join_timeout(
        &self,
        timeout: Duration,
    ) -> Option<Result<Option<T>, JoinError>> {
        self.thread.join_timeout(timeout)
    }

    /// Waits for the end of the timer until `deadline`, and takes what its
    /// function returned.
    ///
    /// Returns `None` if the timer did not end by then.
    /// The deadline is an [`Instant`], or `None` to wait forever.
    #[must_use = "`None` means that the timer has not ended"]
    pub fn join_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Option<Result<Option<T>, JoinError>> {
        self.thread.join_deadline(deadline)
    }
}

impl<T> Timer<T> {
    /// Keeps the function from being called, if it is not too late.
    ///
    /// `Ok` means that this call prevented it: the function is never called,
    /// and the thread of the timer wakes and ends.
    /// It also works before the start.
    /// Any thread may cancel, and of several one alone gets `Ok`.
    ///
    /// # Errors
    ///
    /// [`CancelError`], with the phase of the timer, if there was nothing to
    /// prevent: the function runs, has run, or was prevented before. Nothing
    /// changes then; a function that runs goes on.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Timer;
    /// use threading::timer::{CancelError, Phase};
    ///
    /// let timer = Timer::new(Duration::ZERO, || ()).start()?;
    /// timer.join()?;
    /// let phase = Phase::Finished;
    /// assert_eq!(timer.cancel(), Err(CancelError { phase }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// `cancel()` returns `None`, always: whether it was too late shows in
    /// what the function did, or did not do.
    pub fn cancel(&self) -> Result<(), CancelError> {
        self.alarm.cancel()
    }

    /// Waits until all is over: the function has ended, or never begins.
    ///
    /// What the function did is visible to the caller then, and its result is
    /// left to whoever joins the timer.
    /// It does not wait for the end of the timer's thread, which may need
    /// another moment. A timer that is neither started nor cancelled is
    /// waited for as well, and a function that waits for its own timer waits
    /// forever.
    /// While it waits, the calling thread is Blocked.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Timer;
    ///
    /// let timer = Timer::new(Duration::from_millis(5), || "soup").start()?;
    /// timer.wait();
    /// assert!(timer.is_finished());
    /// assert_eq!(timer.join()?, Some("soup"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is `timer.finished.wait()`, and differs from it as
    /// [`is_finished`](Timer::is_finished) does from `is_set()`.
    pub fn wait(&self) {
        blocked(|| self.alarm.wait());
    }

    /// Waits until all is over, no longer than `timeout`, and reports whether
    /// it is.
    ///
    /// A timeout of zero checks once; one too long for the clock waits
    /// forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Timer;
    ///
    /// let timer = Timer::new(Duration::MAX, || "never").start()?;
    /// assert!(!timer.wait_timeout(Duration::from_millis(5)));
    /// timer.cancel()?;
    /// assert!(timer.wait_timeout(Duration::ZERO));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "`false` means that it is not over yet"]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        blocked(|| self.alarm.wait_timeout(timeout))
    }

    /// Waits until all is over, no longer than until `deadline`, and reports
    /// whether it is.
    ///
    /// The deadline is an [`Instant`], or `None` to wait forever.
    #[must_use = "`false` means that it is not over yet"]
    pub fn wait_deadline(&self, deadline: impl Into<Option<Instant>>) -> bool {
        blocked(|| self.alarm.wait_deadline(deadline))
    }

    /// Returns a handle of the timer's thread, whose
    /// [`wait`](ThreadHandle::wait) waits for the end of that thread.
    #[must_use]
    pub fn handle(&self) -> ThreadHandle {
        self.thread.handle()
    }

    /// Returns how far the timer is right now.
    ///
    /// The answers `Waiting` and `Firing` may be out of date when you read
    /// them; the others stay.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.alarm.phase()
    }

    /// Tells whether all is over: the function has ended, or never begins.
    ///
    /// The thread may need another moment to end; to wait for that, join.
    /// To wait for the answer `true`, call [`wait`](Timer::wait).
    ///
    /// # Differences from Python
    ///
    /// This is `timer.finished.is_set()`, with two exceptions: in Python a
    /// `cancel` that comes too late sets it while the function runs, and a
    /// function that raises leaves it as it is.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.phase().is_over()
    }
}

impl<T: Send + 'static> NewTimer<T> {
    /// Starts the timer: from now on the delay counts.
    ///
    /// # Errors
    ///
    /// [`StartError::Refused`] if the system has no thread to give.
    /// To try again later, [`share`](NewTimer::share) the timer first.
    pub fn start(self) -> Result<Timer<T>, StartError> {
        let timer = self.share();
        timer.start()?;
        Ok(timer)
    }
}

impl<T> NewTimer<T> {
    /// Gives the thread of the timer a name.
    ///
    /// Without one it is called `Thread-1` and so on, like any thread.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.timer.record.settings.lock().name.given = Some(name.into());
        self
    }

    /// Makes the thread of the timer a daemon, or not.
    ///
    /// The end of the program does not wait for a daemon, and so a timer
    /// that still waits does not fire.
    /// A timer that is not told is a daemon if the thread that made it is
    /// one.
    ///
    /// # Differences from Python
    ///
    /// `Timer(...)` takes no `daemon=...`; this is `timer.daemon = ...`.
    pub fn daemon(self, daemon: bool) -> Self {
        self.timer.record.settings.lock().daemon = daemon;
        self
    }

    /// Gives up the static checks: the handle can be cloned, passed around
    /// and cancelled before the start.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Timer;
    ///
    /// let timer = Timer::new(Duration::ZERO, || "called").share();
    /// timer.cancel()?;
    /// timer.start()?;
    /// assert_eq!(timer.join()?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a shared timer does nothing until it is started"]
    pub fn share(self) -> Timer<T> {
        self.timer
    }
}

// ANCHOR: run
/// What the thread of a timer does.
fn run<T>(alarm: &Alarm, function: impl FnOnce() -> T) -> Option<T> {
    blocked(|| alarm.wait_to_fire()).then(|| alarm.fire(function))
}
// ANCHOR_END: run

impl<T> Deref for Timer<T> {
    type Target = ThreadHandle;

    fn deref(&self) -> &ThreadHandle {
        &self.thread
    }
}

// By hand: the derived one would ask for `T: Clone`.
impl<T> Clone for Timer<T> {
    fn clone(&self) -> Self {
        Timer {
            thread: self.thread.clone(),
            alarm: Arc::clone(&self.alarm),
            delay: self.delay,
        }
    }
}

impl<T> fmt::Debug for Timer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timer({}, {})", self.record.name(), self.phase())
    }
}

impl<T> fmt::Debug for NewTimer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewTimer({:?})", self.timer.delay)
    }
}

#[cfg(test)]
mod tests {
    use std::panic;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Barrier, mpsc};
    use std::thread;

    use super::super::life_cycle::State;
    use super::super::spawn::REGISTRY;
    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    /// Never over while a test runs.
    const HOUR: Duration = Duration::from_secs(3600);

    fn late(phase: Phase) -> Result<(), CancelError> {
        Err(CancelError { phase })
    }

    fn until(what: &str, done: impl Fn() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < LONG, "{what}: this never happens");
            thread::yield_now();
        }
    }

    /// Waits for the end of a timer, and takes its result.
    fn result_of<T: Send + 'static>(timer: &Timer<T>) -> Option<T> {
        let ended = timer.join_timeout(LONG);
        ended.expect("it never ends").unwrap()
    }

    /// Counts how often it is called, and how often it is dropped.
    #[derive(Default)]
    struct Count {
        calls: AtomicUsize,
        drops: AtomicUsize,
    }

    struct Counted(Arc<Count>);

    impl Counted {
        fn call(&self) {
            self.0.calls.fetch_add(1, Ordering::SeqCst);
        }
    }

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.drops.fetch_add(1, Ordering::SeqCst);
        }
    }

    impl Count {
        /// A function that counts.
        fn function(self: &Arc<Self>) -> impl FnOnce() + Send + use<> {
            let counted = Counted(Arc::clone(self));
            move || counted.call()
        }

        fn calls(&self) -> usize {
            self.calls.load(Ordering::SeqCst)
        }

        fn drops(&self) -> usize {
            self.drops.load(Ordering::SeqCst)
        }
    }

    /// A function that says when it runs, and runs until it is told to end.
    fn gate() -> (impl FnOnce() + Send, mpsc::Receiver<()>, mpsc::Sender<()>) {
        let (tell, begun) = mpsc::channel();
        let (end, wait) = mpsc::channel::<()>();
        let function = move || {
            tell.send(()).unwrap();
            wait.recv_timeout(LONG).unwrap_err();
        };
        (function, begun, end)
    }

    #[test]
    fn a_timer_calls_its_function_once_and_not_too_early() {
        let (count, delay) = (Arc::default(), Duration::from_millis(20));
        let function = Count::function(&count);
        let start = Instant::now();
        let timer = Timer::new(delay, function).start().unwrap();
        assert_eq!(result_of(&timer), Some(()));
        assert!(start.elapsed() >= delay);
        assert_eq!((count.calls(), count.drops()), (1, 1));
        assert_eq!(timer.phase(), Phase::Finished);
    }

    #[test]
    fn arguments_go_in_and_the_result_comes_out() {
        let text = String::from("soup");
        let function = move || (text.len(), text);
        let timer = Timer::new(Duration::ZERO, function).start().unwrap();
        let result = result_of(&timer);
        assert_eq!(result, Some((4, "soup".to_owned())));
        let again = timer.join_deadline(Instant::now()).unwrap();
        assert!(matches!(again, Err(JoinError::Taken { .. })));
    }

    #[test]
    fn the_delay_counts_from_the_start() {
        let timer = Timer::new(HOUR, || ()).share();
        assert_eq!(timer.alarm.due.get(), None);
        let before = Instant::now();
        timer.start().unwrap();
        let after = Instant::now();
        let due = timer.alarm.due.get().unwrap().unwrap();
        assert!((before + HOUR..=after + HOUR).contains(&due));
        timer.cancel().unwrap();
        result_of(&timer);
    }

    fn is_daemon<T>(timer: &Timer<T>) -> bool {
        timer.record.settings.lock().daemon
    }

    fn named(name: &str) -> (String, bool) {
        (name.to_owned(), true)
    }

    #[test]
    fn a_wait_ends_with_the_function_and_leaves_the_result() {
        let (function, begun, end) = gate();
        let timer = Timer::new(Duration::ZERO, function).start().unwrap();
        begun.recv_timeout(LONG).unwrap();
        assert!(!timer.wait_timeout(Duration::from_millis(5)));
        assert!(!timer.wait_deadline(Instant::now()));
        drop(end);
        timer.wait();
        assert!(timer.is_finished());
        assert!(timer.wait_timeout(Duration::ZERO));
        assert_eq!(result_of(&timer), Some(()));
        assert!(timer.wait_deadline(None));
    }

    #[test]
    fn a_wait_ends_with_a_cancel_before_the_start_too() {
        for start in [false, true] {
            let timer = Timer::new(HOUR, || ()).share();
            if start {
                timer.start().unwrap();
            }
            let other = timer.clone();
            let waiter = Thread::new(move || other.wait()).start().unwrap();
            until("it waits", || waiter.state() == State::Blocked);
            timer.cancel().unwrap();
            let ended = waiter.join_timeout(LONG);
            ended.expect("the waiter sleeps on").unwrap();
        }
    }

    #[test]
    fn a_timer_is_a_thread() {
        let timer = Timer::new(HOUR, || ()).name("clock").daemon(true);
        let timer = timer.start().unwrap();
        assert_eq!((timer.record.name(), is_daemon(&timer)), named("clock"));
        let ident = timer.record.ident;
        assert_eq!(REGISTRY.lock().get(&ident), Some(&timer.handle()));
        until("it waits", || timer.state() == State::Blocked);
        assert!(timer.state().is_alive());
        timer.cancel().unwrap();
        result_of(&timer);
        assert!(!timer.state().is_alive());
        assert!(!REGISTRY.lock().contains_key(&ident));
    }

    #[test]
    fn a_timer_has_a_number_and_inherits_the_daemon_flag() {
        let make = || {
            let timer = Timer::new(HOUR, || ()).share();
            assert!(timer.record.name().starts_with("Thread-"));
            let told = Timer::new(HOUR, || ()).daemon(false).share();
            (is_daemon(&timer), is_daemon(&told))
        };
        assert_eq!(make(), (false, false));
        let maker = Thread::new(make).share();
        maker.record.settings.lock().daemon = true;
        maker.start().unwrap();
        assert_eq!(maker.join().unwrap(), (true, false));
    }

    #[test]
    fn cancelled_before_the_start_it_ends_at_once() {
        let count = Arc::default();
        let timer = Timer::new(HOUR, Count::function(&count)).share();
        assert_eq!(timer.cancel(), Ok(()));
        assert_eq!(timer.cancel(), late(Phase::Cancelled));
        timer.start().unwrap();
        assert_eq!(result_of(&timer), None);
        assert_eq!((count.calls(), count.drops()), (0, 1));
    }

    #[test]
    fn a_timer_that_is_not_started_is_just_dropped() {
        let count = Arc::default();
        drop(Timer::new(Duration::ZERO, Count::function(&count)));
        assert_eq!((count.calls(), count.drops()), (0, 1));
    }

    #[test]
    fn cancelled_while_it_waits_it_wakes_and_ends() {
        let count = Arc::default();
        let timer = Timer::new(HOUR, Count::function(&count));
        let timer = timer.start().unwrap();
        until("it waits", || timer.state() == State::Blocked);
        assert!(!timer.is_finished());
        assert_eq!(timer.cancel(), Ok(()));
        assert!(timer.is_finished());
        assert_eq!(result_of(&timer), None);
        assert_eq!(timer.cancel(), late(Phase::Cancelled));
        assert_eq!((count.calls(), count.drops()), (0, 1));
    }

    #[test]
    fn cancelled_too_late_the_function_goes_on() {
        let (function, begun, end) = gate();
        let timer = Timer::new(Duration::ZERO, function).start().unwrap();
        begun.recv_timeout(LONG).unwrap();
        assert_eq!(timer.cancel(), late(Phase::Firing));
        assert!(!timer.is_finished());
        drop(end);
        assert_eq!(result_of(&timer), Some(()));
        assert_eq!(timer.cancel(), late(Phase::Finished));
    }

    #[test]
    fn a_function_can_not_cancel_itself() {
        let (give, get) = mpsc::channel::<Timer<_>>();
        let function = move || get.recv_timeout(LONG).unwrap().cancel();
        let timer = Timer::new(Duration::ZERO, function).share();
        give.send(timer.clone()).unwrap();
        timer.start().unwrap();
        assert_eq!(result_of(&timer), Some(late(Phase::Firing)));
    }

    #[test]
    fn of_many_cancels_exactly_one_prevents() {
        for _ in 0..200 {
            let timer = Timer::new(HOUR, || ()).start().unwrap();
            let line = Barrier::new(4);
            let cancel = || {
                line.wait();
                timer.cancel()
            };
            let answers = thread::scope(|scope| {
                let threads = [(); 4].map(|()| scope.spawn(cancel));
                threads.map(|thread| thread.join().unwrap())
            });
            let prevented = answers.iter().filter(|a| a.is_ok()).count();
            assert_eq!(prevented, 1);
            let others = answers.iter().filter(|a| a.is_err());
            assert!({ others }.all(|&a| a == late(Phase::Cancelled)));
            assert_eq!(result_of(&timer), None);
        }
    }

    #[test]
    fn a_cancel_prevents_exactly_the_calls_that_are_not_made() {
        let count = Arc::default();
        let mut prevented = 0;
        for _ in 0..1_000 {
            let function = Count::function(&count);
            let timer = Timer::new(Duration::ZERO, function).start().unwrap();
            let cancelled = timer.cancel().is_ok();
            assert_eq!(result_of(&timer).is_none(), cancelled);
            prevented += usize::from(cancelled);
        }
        assert_eq!(count.calls() + prevented, 1_000);
        assert_eq!(count.drops(), 1_000);
    }

    #[test]
    fn the_longest_delay_never_fires_and_can_be_cancelled() {
        let never = [Duration::MAX, Duration::MAX - Duration::from_secs(1)];
        for delay in never {
            let timer = Timer::new(delay, || ()).start().unwrap();
            until("it waits", || timer.state() == State::Blocked);
            assert_eq!(timer.cancel(), Ok(()));
            assert_eq!(result_of(&timer), None);
        }
    }

    #[test]
    fn a_timer_starts_once() {
        let count = Arc::default();
        let timer = Timer::new(Duration::ZERO, Count::function(&count));
        let timer = timer.share();
        assert!(matches!(timer.join(), Err(JoinError::NotStarted)));
        let started = thread::scope(|scope| {
            let starts = [(); 3].map(|()| scope.spawn(|| timer.start()));
            let starts = starts.map(|start| start.join().unwrap());
            starts.iter().filter(|start| start.is_ok()).count()
        });
        assert_eq!(started, 1);
        result_of(&timer);
        assert_eq!(count.calls(), 1);
    }

    #[test]
    fn a_refused_start_leaves_a_timer_that_waits() {
        let timer = Timer::new(HOUR, || ()).share();
        timer.record.settings.lock().stack_size = Some(usize::MAX / 2);
        let refused = timer.start();
        assert!(matches!(refused, Err(StartError::Refused(_))));
        assert_eq!(timer.alarm.due.get(), None);
        assert_eq!(timer.phase(), Phase::Waiting);
        assert_eq!(timer.cancel(), Ok(()));
    }

    #[test]
    fn a_function_that_panics_is_a_failed_thread_and_finished() {
        let fail = || panic::resume_unwind(Box::new("no paper"));
        let timer: Timer = Timer::new(Duration::ZERO, fail).start().unwrap();
        let Err(JoinError::Panicked(failure)) =
            timer.join_timeout(LONG).unwrap()
        else {
            panic!("it did not fail");
        };
        assert_eq!(failure.message(), "no paper");
        assert_eq!(timer.cancel(), late(Phase::Finished));
    }

    #[test]
    fn without_a_handle_a_timer_fires_and_leaves_nothing() {
        let count = Arc::default();
        let function = Count::function(&count);
        let timer = Timer::new(Duration::ZERO, function).start().unwrap();
        let alarm = Arc::downgrade(&timer.alarm);
        drop(timer);
        until("it has fired", || count.drops() == 1);
        until("all is gone", || alarm.strong_count() == 0);
        assert_eq!(count.calls(), 1);
    }

    #[test]
    fn handles_can_be_sent_and_shared_and_are_readable() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<Timer<std::cell::Cell<u8>>>();
        let timer = Timer::new(Duration::from_secs(3), || ()).name("clock");
        assert_eq!(format!("{timer:?}"), "NewTimer(3s)");
        let timer = timer.share();
        assert_eq!(format!("{timer:?}"), "Timer(clock, Waiting)");
        let error = CancelError {
            phase: Phase::Firing,
        };
        let text = "too late to cancel: the timer is Firing";
        assert_eq!(error.to_string(), text);
    }
}
// ANCHOR_END: module
