// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A timer: a function that is called after a delay, unless it is cancelled
//! before.
//!
//! [`Timer`] is Python's `threading.Timer`: a thread that waits, and then
//! calls a function.
//! [`TimerQueue`] serves many timers with one thread.
//!
//! Use a [`Timer`] for one call that may take long, or that others join.
//! Use a [`TimerQueue`] for short calls, hundreds of them or thousands:
//! time limits of connections, for example.
//! A neighbour may serve you better: an event that is waited for with a
//! timeout, where the thread that waits has work to do.
//!
//! # Before you copy it
//!
//! - It brings `spawn.rs` along, whose first start puts a panic hook in front
//!   of the program's: see there.
//! - A delay is the shortest time. A call may come later, when the machine is
//!   busy, or when a callback before it in a [`TimerQueue`] takes long.
//! - The clock of `Instant` may stand still while the machine is suspended,
//!   and then a call comes that much later.
//! - Each waiting [`Timer`] costs a thread of the system; a [`TimerQueue`]
//!   costs one for all.
//! - In a process made by `fork` the threads are missing: no timer that was
//!   started before fires there.
//!
//! The chapter that explains this file is `src/timer.md`.
//!
//! Travels with: `life_cycle.rs`, `spawn.rs`, `attributes.rs`, `configure.rs`.
//!
//! # Why a call is either made or prevented
//!
//! 1. A timer is Waiting at first, and there are two moves out of Waiting:
//!    to Firing, by the thread that makes the call, and to Cancelled, by
//!    `cancel`.
//! 2. Each of them looks at the phase and changes it in one hold of the same
//!    lock, so the first of them is the only one.
//! 3. The call is made after the move to Firing, and nowhere else. `cancel`
//!    succeeds after the move to Cancelled, and nowhere else.

use std::cmp;
use std::collections::BinaryHeap;
use std::fmt;
use std::mem;
use std::ops::Deref;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::life_cycle::blocked;
use super::spawn::{
    CURRENT, Failure, JoinError, NewThread, StartError, Thread, ThreadHandle,
    attempt, contain, report_failure,
};

// ANCHOR: phase
/// How far a timer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing is decided yet: it waits, or is not even started.
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

// ANCHOR: timer
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
pub struct Timer<T = ()> {
    thread: Thread<Option<T>>,
    clock: Arc<Clock>,
}

/// A timer that is not started yet: set it up, then
/// [`start`](NewTimer::start) it.
///
/// To drop it is to forget it: its function is never called.
#[must_use = "a new timer does nothing until it is started"]
pub struct NewTimer<T = ()> {
    thread: NewThread<Option<T>>,
    clock: Arc<Clock>,
}

/// What the handles of a timer share with its thread.
struct Clock {
    delay: Duration,
    /// When the time is up, set by the start; `None` in it means never.
    due: OnceLock<Option<Instant>>,
    phase: Mutex<Phase>,
    /// Notified with `phase` locked, when it becomes Cancelled.
    cancelled: Condvar,
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
        let clock = Arc::new(Clock::new(delay));
        let shared = Arc::clone(&clock);
        let thread = Thread::new(move || shared.run(function));
        NewTimer { thread, clock }
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
        let due = Instant::now().checked_add(self.clock.delay);
        self.thread.start()?;
        // One start alone comes this far, and its thread waits for it.
        let _ = self.clock.due.set(due);
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
    #[must_use = "`None` means that the timer has not ended"]
    pub fn join_deadline(
        &self,
        deadline: Instant,
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
        self.clock.cancel()
    }

    /// Returns a handle of the timer's thread: to join it takes no result.
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
        *self.clock.phase.lock()
    }

    /// Tells whether all is over: the function has ended, or never begins.
    ///
    /// The thread may need another moment to end; to wait for that, join.
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
        let NewTimer { thread, clock } = self;
        let thread = thread.name(name);
        NewTimer { thread, clock }
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
        let NewTimer { thread, clock } = self;
        let thread = thread.daemon(daemon);
        NewTimer { thread, clock }
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
        let thread = self.thread.share();
        let clock = self.clock;
        Timer { thread, clock }
    }
}

impl Clock {
    fn new(delay: Duration) -> Self {
        Clock {
            delay,
            due: OnceLock::new(),
            phase: Mutex::new(Phase::Waiting),
            cancelled: Condvar::new(),
        }
    }

    // ANCHOR: run
    /// What the thread of a timer does.
    fn run<T>(&self, function: impl FnOnce() -> T) -> Option<T> {
        if !self.wait_to_fire() {
            return None;
        }
        // Also if the function panics.
        let _finish = Finish(self);
        Some(function())
    }

    /// Waits until it is decided, and tells whether to fire.
    fn wait_to_fire(&self) -> bool {
        // The start that made this thread is about to set it.
        let due = *self.due.wait();
        let mut phase = self.phase.lock();
        blocked(|| self.wait(&mut phase, due));
        if *phase != Phase::Waiting {
            return false;
        }
        *phase = Phase::Firing;
        true
    }

    /// Waits until the timer is cancelled, or until `due`.
    fn wait(&self, phase: &mut MutexGuard<'_, Phase>, due: Option<Instant>) {
        let waiting = |phase: &mut Phase| *phase == Phase::Waiting;
        match due {
            Some(due) => {
                self.cancelled.wait_while_until(phase, waiting, due);
            }
            None => self.cancelled.wait_while(phase, waiting),
        }
    }
    // ANCHOR_END: run

    // ANCHOR: cancel
    fn cancel(&self) -> Result<(), CancelError> {
        let mut phase = self.phase.lock();
        if *phase != Phase::Waiting {
            return Err(CancelError { phase: *phase });
        }
        *phase = Phase::Cancelled;
        self.cancelled.notify_one();
        Ok(())
    }
    // ANCHOR_END: cancel
}

/// Says that the function has ended, in whichever way.
struct Finish<'a>(&'a Clock);

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        *self.0.phase.lock() = Phase::Finished;
    }
}

// ANCHOR: queue
/// One thread that calls many functions, each after a delay of its own.
///
/// The functions, here called *callbacks*, run on the thread of the queue,
/// one after the other, in the order of their deadlines, and in the order of
/// their making where deadlines are equal.
/// A callback that takes long makes those after it late; give long work to
/// another thread.
/// One that panics is reported like a panicking thread, and the queue goes
/// on.
///
/// A queue that is dropped calls nothing any more: callbacks that still wait
/// are dropped, and the drop waits until the one that runs has returned.
/// If what they have captured panics when it is dropped, that goes no further.
/// The thread of a queue is a daemon, so a queue in a `static` does not keep
/// a program from its end.
///
/// # Examples
///
/// ```
/// use std::sync::mpsc;
/// use std::time::Duration;
/// use threading::TimerQueue;
///
/// let queue = TimerQueue::new()?;
/// let (tell, told) = mpsc::channel();
/// let late = tell.clone();
/// let hour = Duration::from_secs(3600);
/// let late = queue.after(hour, move || late.send("late").unwrap());
/// queue.after(Duration::ZERO, move || tell.send("at once").unwrap());
/// assert!(late.cancel().is_ok());
/// assert_eq!(told.iter().collect::<Vec<_>>(), ["at once"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Differences from Python
///
/// `threading` has no such thing. `asyncio` has: its loop serves
/// `call_later` with a heap and one thread, and cancels in the same way.
///
/// Source: [Scheduling delayed callbacks][python].
///
/// [python]: https://docs.python.org/3/library/asyncio-eventloop.html
pub struct TimerQueue {
    schedule: Arc<Schedule>,
    thread: Thread,
}

/// A handle of one timer of a [`TimerQueue`].
///
/// Clones are handles of the same timer; to drop them all does not cancel
/// it.
#[derive(Clone)]
pub struct QueuedTimer {
    slot: Arc<Slot>,
    schedule: Arc<Schedule>,
}

type Callback = Box<dyn FnOnce() + Send>;

/// What becomes of one timer.
struct Slot {
    /// A [`Phase`], as a number; it leaves Waiting with `callback` locked.
    phase: AtomicU8,
    /// There as long as the timer is Waiting: whoever takes it out decides.
    callback: Mutex<Option<Callback>>,
}

/// What the handles share with the serving thread.
struct Schedule {
    plan: Mutex<Plan>,
    /// Notified with `plan` locked, when it has a new first entry, or stops.
    changed: Condvar,
}

struct Plan {
    /// The first to fire is on top.
    heap: BinaryHeap<Entry>,
    /// How many entries of the heap are Cancelled.
    cancelled: usize,
    /// The number of the next entry.
    next: u64,
    stopped: bool,
}

struct Entry {
    /// `None` is never.
    due: Option<Instant>,
    /// Entries are numbered in the order of their making.
    number: u64,
    slot: Arc<Slot>,
}
// ANCHOR_END: queue

impl TimerQueue {
    /// Makes an empty queue, and starts its thread.
    ///
    /// # Errors
    ///
    /// [`StartError::Refused`] if the system has no thread to give.
    pub fn new() -> Result<Self, StartError> {
        let schedule = Arc::new(Schedule::new());
        let shared = Arc::clone(&schedule);
        let thread = Thread::new(move || shared.serve());
        let thread = thread.name("timer queue").daemon(true).start()?;
        Ok(TimerQueue { schedule, thread })
    }

    /// Calls `callback` when `delay` has passed.
    ///
    /// A delay of zero fires as soon as the thread of the queue is free.
    /// One too long for the clock, like [`Duration::MAX`], never fires, and
    /// can be cancelled.
    /// The answer may be dropped: the callback is called all the same.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::{Duration, Instant};
    /// use threading::TimerQueue;
    ///
    /// let queue = TimerQueue::new()?;
    /// let (tell, told) = mpsc::channel();
    /// let (start, delay) = (Instant::now(), Duration::from_millis(5));
    /// queue.after(delay, move || tell.send(start.elapsed()).unwrap());
    /// assert!(told.recv()? >= delay);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn after(
        &self,
        delay: Duration,
        callback: impl FnOnce() + Send + 'static,
    ) -> QueuedTimer {
        let due = Instant::now().checked_add(delay);
        self.schedule.add(due, Box::new(callback))
    }

    /// Calls `callback` at a moment that you name.
    ///
    /// A moment in the past fires as soon as the thread of the queue is
    /// free.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Instant;
    /// use threading::TimerQueue;
    ///
    /// let queue = TimerQueue::new()?;
    /// let (tell, told) = mpsc::channel();
    /// queue.at(Instant::now(), move || tell.send("now").unwrap());
    /// assert_eq!(told.recv()?, "now");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(
        &self,
        deadline: Instant,
        callback: impl FnOnce() + Send + 'static,
    ) -> QueuedTimer {
        self.schedule.add(Some(deadline), Box::new(callback))
    }

    /// Returns how many timers wait right now.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::TimerQueue;
    ///
    /// let queue = TimerQueue::new()?;
    /// let timer = queue.after(Duration::MAX, || unreachable!());
    /// assert_eq!(queue.pending(), 1);
    /// timer.cancel()?;
    /// assert_eq!(queue.pending(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn pending(&self) -> usize {
        let plan = self.schedule.plan.lock();
        plan.heap.len() - plan.cancelled
    }
}

impl QueuedTimer {
    /// Keeps the callback from being called, if it is not too late.
    ///
    /// `Ok` means that this call prevented it: the callback is never called,
    /// and is dropped here and now, with all it has captured: if that
    /// panics, it does so here.
    /// Any thread may cancel, and of several one alone gets `Ok`.
    ///
    /// # Errors
    ///
    /// [`CancelError`], with the phase of the timer, if there was nothing to
    /// prevent: the callback runs, has run, or was prevented before. Nothing
    /// changes then.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::TimerQueue;
    /// use threading::timer::{CancelError, Phase};
    ///
    /// let queue = TimerQueue::new()?;
    /// let hour = Duration::from_secs(3600);
    /// let timer = queue.after(hour, || println!("a long wait"));
    /// assert_eq!(timer.cancel(), Ok(()));
    /// let phase = Phase::Cancelled;
    /// assert_eq!(timer.cancel(), Err(CancelError { phase }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    // ANCHOR: cancel_queued
    pub fn cancel(&self) -> Result<(), CancelError> {
        let mut plan = self.schedule.plan.lock();
        let callback = self.slot.leave_waiting(Phase::Cancelled)?;
        plan.cancelled += 1;
        plan.compact();
        drop(plan);
        // With no lock held: what it captured may come back to this queue.
        drop(callback);
        Ok(())
    }
    // ANCHOR_END: cancel_queued

    /// Returns how far the timer is right now.
    ///
    /// The answers `Waiting` and `Firing` may be out of date when you read
    /// them; the others stay.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.slot.phase()
    }

    /// Tells whether all is over: the callback has ended, or never begins.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.phase().is_over()
    }
}

impl Slot {
    fn new(callback: Callback) -> Self {
        Slot {
            phase: AtomicU8::new(Phase::Waiting as u8),
            callback: Mutex::new(Some(callback)),
        }
    }

    // ANCHOR: leave_waiting
    /// Takes the callback, which one caller alone can do.
    fn leave_waiting(&self, phase: Phase) -> Result<Callback, CancelError> {
        let mut callback = self.callback.lock();
        let taken = || CancelError {
            phase: self.phase(),
        };
        let callback = callback.take().ok_or_else(taken)?;
        self.set(phase);
        Ok(callback)
    }
    // ANCHOR_END: leave_waiting

    fn phase(&self) -> Phase {
        const PHASES: [Phase; 4] = [
            Phase::Waiting,
            Phase::Firing,
            Phase::Finished,
            Phase::Cancelled,
        ];
        // Pairs with the store in `set`: whoever sees Finished sees what the
        // callback did.
        PHASES[usize::from(self.phase.load(Ordering::Acquire))]
    }

    fn set(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }
}

impl Schedule {
    fn new() -> Self {
        let plan = Plan {
            heap: BinaryHeap::new(),
            cancelled: 0,
            next: 0,
            stopped: false,
        };
        Schedule {
            plan: Mutex::new(plan),
            changed: Condvar::new(),
        }
    }

    // ANCHOR: add
    fn add(
        self: &Arc<Self>,
        due: Option<Instant>,
        callback: Callback,
    ) -> QueuedTimer {
        let slot = Arc::new(Slot::new(callback));
        let timer = QueuedTimer {
            slot: Arc::clone(&slot),
            schedule: Arc::clone(self),
        };
        let mut plan = self.plan.lock();
        let number = plan.next;
        plan.next += 1;
        plan.heap.push(Entry { due, number, slot });
        if plan.heap.peek().is_some_and(|top| top.number == number) {
            self.changed.notify_one();
        }
        timer
    }
    // ANCHOR_END: add

    // ANCHOR: serve
    /// What the thread of a queue does.
    fn serve(&self) {
        let mut plan = self.plan.lock();
        while !plan.stopped {
            match plan.pop_due(Instant::now()) {
                Some((slot, callback)) => {
                    MutexGuard::unlocked(&mut plan, || fire(slot, callback));
                }
                None => blocked(|| self.wait(&mut plan)),
            }
        }
    }

    /// Waits until the first entry is due, or until there is another first.
    fn wait(&self, plan: &mut MutexGuard<'_, Plan>) {
        match plan.first_due() {
            Some(due) => drop(self.changed.wait_until(plan, due)),
            None => self.changed.wait(plan),
        }
    }
    // ANCHOR_END: serve
}

impl Plan {
    // ANCHOR: plan
    /// When the first entry is due: `None` if never, or if there is none.
    fn first_due(&self) -> Option<Instant> {
        self.heap.peek()?.due
    }

    /// Takes out the first timer whose time has come, on its way to Firing.
    fn pop_due(&mut self, now: Instant) -> Option<(Arc<Slot>, Callback)> {
        while self.first_due().is_some_and(|due| due <= now) {
            let slot = self.heap.pop()?.slot;
            let callback = slot.leave_waiting(Phase::Firing);
            match callback {
                Ok(callback) => return Some((slot, callback)),
                Err(_) => self.cancelled -= 1,
            }
        }
        None
    }

    /// Takes the cancelled entries out, if they are more than half of all.
    fn compact(&mut self) {
        if self.cancelled > self.heap.len() / 2 {
            self.heap
                .retain(|entry| entry.slot.phase() == Phase::Waiting);
            self.cancelled = 0;
        }
    }
    // ANCHOR_END: plan
}

// ANCHOR: fire
/// Calls a callback; its panic is reported as a thread's is.
fn fire(slot: Arc<Slot>, callback: Callback) {
    let outcome = attempt(callback);
    slot.set(Phase::Finished);
    if let Err(mut failure) = outcome {
        report(&mut failure);
        // The payload may panic in its turn, and that ends here.
        contain(|| drop(failure));
    }
}

fn report(failure: &mut Failure) {
    let _ = CURRENT.try_with(|current| {
        if let Some(me) = current.get() {
            report_failure(&me.0, failure);
        }
    });
}
// ANCHOR_END: fire

// ANCHOR: stop
impl Drop for TimerQueue {
    fn drop(&mut self) {
        let mut plan = self.schedule.plan.lock();
        plan.stopped = true;
        plan.cancelled = 0;
        let heap = mem::take(&mut plan.heap);
        self.schedule.changed.notify_one();
        drop(plan);
        for entry in heap {
            // An error if it is cancelled already; the lock is free again
            // when the callback is dropped.
            let callback = entry.slot.leave_waiting(Phase::Cancelled);
            // If one panics then, the others and the thread have their turn.
            contain(|| drop(callback));
        }
        // An error in a callback, which can't wait for its own end.
        let _ = self.thread.join();
    }
}
// ANCHOR_END: stop

// ANCHOR: order
impl Entry {
    /// What entries are ordered by: never comes last.
    fn key(&self) -> (bool, Option<Instant>, u64) {
        (self.due.is_none(), self.due, self.number)
    }
}

impl Ord for Entry {
    /// The heap has its greatest entry on top: the earliest is the greatest.
    fn cmp(&self, other: &Self) -> cmp::Ordering {
        other.key().cmp(&self.key())
    }
}
// ANCHOR_END: order

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

impl Phase {
    /// Whether nothing changes any more.
    fn is_over(self) -> bool {
        matches!(self, Phase::Finished | Phase::Cancelled)
    }
}

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
            clock: Arc::clone(&self.clock),
        }
    }
}

impl<T> fmt::Debug for Timer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timer({}, {})", self.name(), self.phase())
    }
}

impl<T> fmt::Debug for NewTimer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewTimer({:?})", self.clock.delay)
    }
}

impl fmt::Debug for TimerQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TimerQueue({} pending)", self.pending())
    }
}

impl fmt::Debug for QueuedTimer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QueuedTimer({})", self.phase())
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
    use std::env;
    use std::hint;
    use std::panic;
    use std::process::Command;
    use std::sync::atomic::AtomicUsize;
    use std::sync::{Barrier, mpsc};
    use std::thread;

    use super::super::life_cycle::State;
    use super::super::spawn::REGISTRY;
    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    /// Never over while a test runs.
    const HOUR: Duration = Duration::from_secs(3600);

    const CHILD: &str = "THREADING_TEST_CHILD";

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
        assert_eq!(timer.clock.due.get(), None);
        let before = Instant::now();
        timer.start().unwrap();
        let after = Instant::now();
        let due = timer.clock.due.get().unwrap().unwrap();
        assert!((before + HOUR..=after + HOUR).contains(&due));
        timer.cancel().unwrap();
        result_of(&timer);
    }

    #[test]
    fn a_thread_that_runs_late_does_not_make_the_delay_longer() {
        let clock = Clock::new(HOUR);
        clock.due.set(Some(Instant::now())).unwrap();
        let thread = Thread::new(move || clock.run(|| 5)).start().unwrap();
        assert_eq!(thread.join_timeout(LONG).unwrap().unwrap(), Some(5));
    }

    #[test]
    fn a_timer_is_a_thread() {
        let timer = Timer::new(HOUR, || ()).name("clock").daemon(true);
        let timer = timer.start().unwrap();
        assert_eq!((timer.name().as_str(), timer.is_daemon()), ("clock", true));
        let ident = timer.ident().unwrap();
        assert_eq!(REGISTRY.lock().get(&ident), Some(&timer.handle()));
        until("it waits", || timer.state() == State::Blocked);
        assert!(timer.is_alive());
        timer.cancel().unwrap();
        result_of(&timer);
        assert!(!timer.is_alive());
        assert!(!REGISTRY.lock().contains_key(&ident));
    }

    #[test]
    fn a_timer_has_a_number_and_inherits_the_daemon_flag() {
        let make = || {
            let timer = Timer::new(HOUR, || ()).share();
            assert!(timer.name().starts_with("Thread-"));
            let told = Timer::new(HOUR, || ()).daemon(false).share();
            (timer.is_daemon(), told.is_daemon())
        };
        assert_eq!(make(), (false, false));
        let maker = Thread::new(make).daemon(true).start().unwrap();
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

    /// Lets two threads meet before each round.
    fn meet(line: &AtomicUsize, round: usize) {
        line.fetch_add(1, Ordering::SeqCst);
        until("the other comes", || {
            line.load(Ordering::SeqCst) >= 2 * (round + 1)
        });
    }

    /// The same without a new thread for each, so that they meet more often.
    #[test]
    fn cancel_and_fire_race_and_exactly_one_wins() {
        let make = |_| {
            let clock = Clock::new(Duration::ZERO);
            clock.due.set(Some(Instant::now())).unwrap();
            clock
        };
        let clocks: Vec<Clock> = (0..5_000).map(make).collect();
        let line = AtomicUsize::new(0);
        thread::scope(|scope| {
            let firing = scope.spawn(|| {
                let fire = |(round, clock): (usize, &Clock)| {
                    meet(&line, round);
                    clock.run(|| ()).is_some()
                };
                clocks.iter().enumerate().map(fire).collect::<Vec<_>>()
            });
            let cancel = |(round, clock): (usize, &Clock)| {
                meet(&line, round);
                // Earlier or later, from round to round.
                (0..round % 400).for_each(|_| hint::spin_loop());
                clock.cancel().is_ok()
            };
            let prevented: Vec<_> =
                clocks.iter().enumerate().map(cancel).collect();
            for (fired, prevented) in
                firing.join().unwrap().into_iter().zip(prevented)
            {
                assert_ne!(fired, prevented);
            }
        });
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
        let NewTimer { thread, clock } = Timer::new(HOUR, || ());
        let thread = thread.stack_size(usize::MAX / 2);
        let timer = NewTimer { thread, clock }.share();
        let refused = timer.start();
        assert!(matches!(refused, Err(StartError::Refused(_))));
        assert_eq!(timer.clock.due.get(), None);
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
        let clock = Arc::downgrade(&timer.clock);
        drop(timer);
        until("it has fired", || count.drops() == 1);
        until("all is gone", || clock.strong_count() == 0);
        assert_eq!(count.calls(), 1);
    }

    /// A queue whose thread is held up until the sender is dropped.
    fn held_up() -> (TimerQueue, mpsc::Sender<()>) {
        let queue = TimerQueue::new().unwrap();
        let (function, begun, end) = gate();
        queue.after(Duration::ZERO, function);
        begun.recv_timeout(LONG).unwrap();
        (queue, end)
    }

    /// Returns when the queue has called all that was due before.
    fn catch_up(queue: &TimerQueue) {
        let (tell, told) = mpsc::channel();
        queue.after(Duration::ZERO, move || tell.send(()).unwrap());
        told.recv_timeout(LONG).unwrap();
    }

    /// All that is sent until the last sender is gone.
    fn all<T>(told: &mpsc::Receiver<T>) -> Vec<T> {
        let mut all = Vec::new();
        loop {
            match told.recv_timeout(LONG) {
                Ok(one) => all.push(one),
                Err(mpsc::RecvTimeoutError::Disconnected) => return all,
                Err(_) => panic!("the rest never comes"),
            }
        }
    }

    fn sizes(queue: &TimerQueue) -> (usize, usize) {
        let plan = queue.schedule.plan.lock();
        (plan.heap.len(), plan.cancelled)
    }

    #[test]
    fn a_queue_fires_by_deadline_and_then_in_the_order_of_making() {
        let (queue, end) = held_up();
        let (tell, told) = mpsc::channel();
        let now = Instant::now();
        let plan = [(3, 'g'), (1, 'a'), (2, 'd'), (1, 'b'), (2, 'e'), (1, 'c')];
        for (at, name) in plan {
            let tell = tell.clone();
            let at = now + Duration::from_micros(at);
            queue.at(at, move || tell.send(name).unwrap());
        }
        let (last, at) = (tell.clone(), now + Duration::from_micros(2));
        queue.at(at, move || last.send('f').unwrap());
        drop((tell, end));
        assert_eq!(String::from_iter(all(&told)), "abcdefg");
    }

    #[test]
    fn a_queue_does_not_fire_too_early() {
        let queue = TimerQueue::new().unwrap();
        let (tell, told) = mpsc::channel();
        let start = Instant::now();
        for delay in [20, 5, 7, 6, 0] {
            let (tell, delay) = (tell.clone(), Duration::from_millis(delay));
            let done = move || tell.send((delay, start.elapsed())).unwrap();
            queue.after(delay, done);
        }
        drop(tell);
        for (delay, elapsed) in all(&told) {
            assert!(elapsed >= delay);
        }
    }

    #[test]
    fn an_earlier_timer_wakes_the_thread() {
        let queue = TimerQueue::new().unwrap();
        queue.after(Duration::MAX, || unreachable!());
        queue.after(HOUR, || unreachable!());
        until("it waits", || queue.thread.state() == State::Blocked);
        catch_up(&queue);
        assert_eq!(queue.pending(), 2);
    }

    #[test]
    fn a_cancelled_callback_is_dropped_at_once_and_never_called() {
        let queue = TimerQueue::new().unwrap();
        let count = Arc::default();
        for delay in [HOUR, Duration::MAX] {
            let timer = queue.after(delay, Count::function(&count));
            assert_eq!(timer.phase(), Phase::Waiting);
            assert_eq!(timer.cancel(), Ok(()));
            assert!(timer.is_finished());
            assert_eq!(timer.clone().cancel(), late(Phase::Cancelled));
        }
        assert_eq!((count.calls(), count.drops()), (0, 2));
        assert_eq!(sizes(&queue), (0, 0));
    }

    #[test]
    fn a_queued_timer_cancelled_too_late_goes_on() {
        let queue = TimerQueue::new().unwrap();
        let (function, begun, end) = gate();
        let timer = queue.after(Duration::ZERO, function);
        begun.recv_timeout(LONG).unwrap();
        assert_eq!(timer.cancel(), late(Phase::Firing));
        assert!(!timer.is_finished());
        drop(end);
        catch_up(&queue);
        assert_eq!(timer.cancel(), late(Phase::Finished));
        assert_eq!(sizes(&queue), (0, 0));
    }

    #[test]
    fn cancelled_entries_that_come_due_are_passed_over() {
        let (queue, end) = held_up();
        let count = Arc::default();
        let add = |_| queue.after(Duration::ZERO, Count::function(&count));
        let timers = Vec::from_iter((0..5).map(add));
        timers[0].cancel().unwrap();
        timers[3].cancel().unwrap();
        assert_eq!((sizes(&queue), queue.pending()), ((5, 2), 3));
        drop(end);
        catch_up(&queue);
        assert_eq!((count.calls(), count.drops()), (3, 5));
        assert_eq!(sizes(&queue), (0, 0));
    }

    #[test]
    fn a_queue_prevents_exactly_the_calls_that_are_not_made() {
        let queue = TimerQueue::new().unwrap();
        let count = Arc::default();
        let mut prevented = 0;
        for round in 0..5_000 {
            let delay = Duration::from_micros(round % 3);
            let timer = queue.after(delay, Count::function(&count));
            for _ in 0..round % 50 {
                hint::spin_loop();
            }
            prevented += usize::from(timer.cancel().is_ok());
        }
        catch_up(&queue);
        until("all are gone", || count.drops() == 5_000);
        assert_eq!(count.calls() + prevented, 5_000);
        assert_eq!(sizes(&queue), (0, 0));
    }

    #[test]
    fn many_threads_cancel_the_same_timers_while_they_fire() {
        let queue = TimerQueue::new().unwrap();
        let count = Arc::default();
        let soon = Instant::now() + Duration::from_millis(2);
        let at = |n: u32| soon + Duration::from_micros(n.into());
        let add = |n| queue.at(at(n), Count::function(&count));
        let timers = Vec::from_iter((0..2_000).map(add));
        let cancel_all =
            || timers.iter().filter(|t| t.cancel().is_ok()).count();
        let line = Barrier::new(4);
        let prevented: usize = thread::scope(|scope| {
            let threads = [(); 4].map(|()| {
                scope.spawn(|| {
                    line.wait();
                    cancel_all()
                })
            });
            threads.map(|thread| thread.join().unwrap()).iter().sum()
        });
        until("all are over", || timers.iter().all(|t| t.is_finished()));
        assert_eq!(count.calls() + prevented, 2_000);
        assert_eq!(count.drops(), 2_000);
        let fired = timers.iter().filter(|t| t.phase() == Phase::Finished);
        assert_eq!(fired.count(), count.calls());
        assert_eq!(queue.pending(), 0);
    }

    #[test]
    fn ten_thousand_pending_leave_nothing_behind() {
        let queue = TimerQueue::new().unwrap();
        let count = Arc::default();
        let add = |_| queue.after(HOUR, Count::function(&count));
        let timers = Vec::from_iter((0..10_000).map(add));
        assert_eq!(queue.pending(), 10_000);
        let slots = timers.iter().map(|timer| Arc::downgrade(&timer.slot));
        let slots = Vec::from_iter(slots);
        for timer in timers {
            timer.cancel().unwrap();
        }
        assert_eq!((count.calls(), count.drops()), (0, 10_000));
        assert_eq!(sizes(&queue), (0, 0));
        assert!(slots.iter().all(|slot| slot.strong_count() == 0));
    }

    #[test]
    fn cancelled_entries_are_never_more_than_half() {
        let queue = TimerQueue::new().unwrap();
        let count = Arc::default();
        let add = |_| queue.after(HOUR, Count::function(&count));
        let mut timers = Vec::from_iter((0..20).map(add));
        for round in 0..2_000 {
            timers.push(add(round));
            timers.swap_remove(round % 20).cancel().unwrap();
            let (all, cancelled) = sizes(&queue);
            assert!(cancelled <= all / 2);
            assert_eq!(all - cancelled, 20);
        }
        assert_eq!(count.drops(), 2_000);
    }

    #[test]
    fn a_callback_that_panics_is_reported_and_the_queue_goes_on() {
        struct Fails;
        impl Drop for Fails {
            fn drop(&mut self) {
                panic::resume_unwind(Box::new("dropped"));
            }
        }
        let test = "a_callback_that_panics_is_reported_and_the_queue_goes_on";
        if env::var_os(CHILD).is_some() {
            let queue = TimerQueue::new().unwrap();
            let timer = queue.after(Duration::ZERO, || panic!("no paper"));
            let fails = || panic::panic_any(Fails);
            queue.after(Duration::ZERO, fails);
            catch_up(&queue);
            assert_eq!(timer.cancel(), late(Phase::Finished));
            return;
        }
        let path = format!("{}::{test}", module_path!());
        let (_crate, path) = path.split_once("::").unwrap();
        let output = Command::new(env::current_exe().unwrap())
            .args([path, "--exact", "--nocapture", "--test-threads=1"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.starts_with("Exception in thread timer queue:\n  at "));
        assert_eq!(text.matches("\npanic: no paper\n").count(), 1);
    }

    #[test]
    fn a_callback_may_use_its_queue() {
        let queue = Arc::new(TimerQueue::new().unwrap());
        let (tell, told) = mpsc::channel();
        let (same, other) = (Arc::clone(&queue), queue.after(HOUR, || ()));
        queue.after(Duration::ZERO, move || {
            tell.send(other.cancel()).unwrap();
            let done = move || tell.send(Ok(())).unwrap();
            same.after(Duration::ZERO, done);
        });
        assert_eq!(all(&told), [Ok(()), Ok(())]);
    }

    #[test]
    fn what_a_callback_captured_may_use_the_queue_when_it_is_dropped() {
        struct Last(Arc<TimerQueue>);
        impl Drop for Last {
            fn drop(&mut self) {
                self.0.after(Duration::MAX, || ());
            }
        }
        let queue = Arc::new(TimerQueue::new().unwrap());
        let last = Last(Arc::clone(&queue));
        let timer = queue.after(HOUR, move || drop(last));
        timer.cancel().unwrap();
        assert_eq!(queue.pending(), 1);
    }

    #[test]
    fn a_dropped_queue_calls_nothing_any_more() {
        let (queue, end) = held_up();
        let (count, held) = (Arc::default(), queue.thread.clone());
        let delays = [Duration::ZERO, HOUR, Duration::MAX];
        let timers =
            delays.map(|delay| queue.after(delay, Count::function(&count)));
        timers[1].cancel().unwrap();
        thread::scope(|scope| {
            let dropping = scope.spawn(|| drop(queue));
            until("it is stopped", || timers[2].is_finished());
            assert_eq!((count.calls(), count.drops()), (0, 3));
            // It waits for the callback that runs.
            assert!(!dropping.is_finished() && held.is_alive());
            drop(end);
            dropping.join().unwrap();
            assert!(!held.is_alive());
        });
        for timer in timers {
            assert_eq!(timer.cancel(), late(Phase::Cancelled));
        }
        assert_eq!((count.calls(), count.drops()), (0, 3));
    }

    #[test]
    fn a_queue_may_be_dropped_by_its_own_callback() {
        let queue = TimerQueue::new().unwrap();
        let (thread, count) = (queue.thread.clone(), Arc::default());
        let (give, get) = mpsc::channel::<TimerQueue>();
        queue.after(HOUR, Count::function(&count));
        queue.after(Duration::ZERO, move || {
            drop(get.recv_timeout(LONG).unwrap());
        });
        give.send(queue).unwrap();
        assert!(thread.join_timeout(LONG).unwrap().is_ok());
        assert_eq!((count.calls(), count.drops()), (0, 1));
    }

    #[test]
    fn an_idle_queue_stops_when_it_is_dropped() {
        for _ in 0..100 {
            let queue = TimerQueue::new().unwrap();
            let thread = queue.thread.clone();
            drop(queue);
            assert!(!thread.is_alive());
        }
    }

    #[test]
    fn handles_can_be_sent_and_shared_and_are_readable() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<Timer<std::cell::Cell<u8>>>();
        is_shared::<TimerQueue>();
        is_shared::<QueuedTimer>();
        let timer = Timer::new(Duration::from_secs(3), || ()).name("clock");
        assert_eq!(format!("{timer:?}"), "NewTimer(3s)");
        let timer = timer.share();
        assert_eq!(format!("{timer:?}"), "Timer(clock, Waiting)");
        let queue = TimerQueue::new().unwrap();
        let queued = queue.after(HOUR, || ());
        let text = format!("{queue:?} {queued:?}");
        assert_eq!(text, "TimerQueue(1 pending) QueuedTimer(Waiting)");
        let error = CancelError {
            phase: Phase::Firing,
        };
        let text = "too late to cancel: the timer is Firing";
        assert_eq!(error.to_string(), text);
    }
}
// ANCHOR_END: module
