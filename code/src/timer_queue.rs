// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A queue of timers: one thread that calls many functions, each after a
//! delay of its own.
//!
//! Use a [`TimerQueue`] for short calls, hundreds of them or thousands:
//! time limits of connections, for example.
//! A neighbour may serve you better: a timer with a thread of its own, for one
//! call that may take long, or that others join.
//!
//! # Before you copy it
//!
//! - A delay is the shortest time. A call may come later, when the machine is
//!   busy, or when a callback before it takes long.
//! - The clock of `Instant` may stand still while the machine is suspended,
//!   and then a call comes that much later.
//! - Each [`TimerQueue`] costs a thread of the system, which `std` starts: the
//!   end of the program does not wait for it.
//! - A callback that panics is reported by the program's panic hook, and by
//!   nothing else.
//! - In a child process made by `fork`, the thread does not exist: a queue
//!   that was made before calls nothing there, its timers can be cancelled,
//!   and its drop panics or never ends.
//!
//! The chapter that explains this file is `src/timer.md`.
//!
//! # Why a call is either made or prevented
//!
//! 1. A timer is Waiting as long as its callback is in its slot. Two take it
//!    out: the thread of the queue, to call it, and `cancel`, to drop it.
//! 2. Each of them takes it and changes the phase in one hold of the slot's
//!    lock, and it can be taken once, so the first of them is the only one.
//! 3. The call is made with what the thread has taken, and `cancel` succeeds
//!    with what it has taken: there is no other way to either.

use std::any::Any;
use std::cmp;
use std::collections::BinaryHeap;
use std::fmt;
use std::io;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

/// How far a timer of a queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing is decided yet: it waits for its time.
    Waiting,
    /// The callback runs.
    Firing,
    /// The callback has returned, or panicked.
    Finished,
    /// The callback was never called, and never will be.
    Cancelled,
}

/// The error of a cancellation that prevented nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelError {
    /// How far the timer was; anything but [`Phase::Waiting`].
    pub phase: Phase,
}

/// One thread that calls many functions, each after a delay of its own.
///
/// The functions, here called *callbacks*, run on the thread of the queue,
/// one after the other, in the order of their deadlines, and in the order of
/// their making where deadlines are equal.
/// A callback that takes long makes those after it late; give long work to
/// another thread.
/// One that panics is reported by the panic hook, and the queue goes on.
///
/// A queue that is dropped calls nothing any more: callbacks that still wait
/// are dropped, and the drop waits until the one that runs has returned.
/// If what they have captured panics when it is dropped, that goes no further.
/// The end of the program does not wait for the thread of a queue, so one in a
/// `static` does not keep it.
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
// ANCHOR: queue
pub struct TimerQueue {
    schedule: Arc<Schedule>,
    /// There until the queue is dropped.
    thread: Option<JoinHandle<()>>,
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
    /// Notified with `callback` locked, when the timer is over.
    over: Condvar,
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
    /// That of the system if it has no thread to give.
    pub fn new() -> io::Result<Self> {
        let schedule = Arc::new(Schedule::new());
        let shared = Arc::clone(&schedule);
        let thread = thread::Builder::new().name("timer queue".to_owned());
        let thread = Some(thread.spawn(move || shared.serve())?);
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
    /// use threading::timer_queue::{CancelError, Phase};
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

    /// Waits until all is over: the callback has ended, or never begins.
    ///
    /// What the callback did is visible to the caller then.
    /// A callback that waits for itself, or for a later one of its queue,
    /// waits forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::TimerQueue;
    ///
    /// let queue = TimerQueue::new()?;
    /// let timer = queue.after(Duration::from_millis(5), || ());
    /// timer.wait();
    /// assert!(timer.is_finished());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn wait(&self) {
        self.slot.wait(None);
    }

    /// Waits until all is over, no longer than `timeout`, and reports whether
    /// it is.
    ///
    /// A timeout of zero checks once; one too long for the clock waits
    /// forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::TimerQueue;
    ///
    /// let queue = TimerQueue::new()?;
    /// let timer = queue.after(Duration::MAX, || ());
    /// assert!(!timer.wait_timeout(Duration::from_millis(5)));
    /// drop(queue); // cancels it
    /// assert!(timer.wait_timeout(Duration::ZERO));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use = "`false` means that it is not over yet"]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.slot.wait(Instant::now().checked_add(timeout))
    }

    /// Waits until all is over, no longer than until `deadline`, and reports
    /// whether it is.
    ///
    /// The deadline is an [`Instant`], or `None` to wait forever.
    #[must_use = "`false` means that it is not over yet"]
    pub fn wait_deadline(&self, deadline: impl Into<Option<Instant>>) -> bool {
        self.slot.wait(deadline.into())
    }
}

impl Slot {
    fn new(callback: Callback) -> Self {
        Slot {
            phase: AtomicU8::new(Phase::Waiting as u8),
            callback: Mutex::new(Some(callback)),
            over: Condvar::new(),
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
        if phase.is_over() {
            self.over.notify_all();
        }
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

    // ANCHOR: over
    /// Says that the callback has ended.
    fn finish(&self) {
        // Locked, so that no waiter is between its look and its sleep.
        let _callback = self.callback.lock();
        self.set(Phase::Finished);
        self.over.notify_all();
    }

    /// Waits until it is over, or until `deadline`; reports whether it is.
    fn wait(&self, deadline: Option<Instant>) -> bool {
        let mut callback = self.callback.lock();
        let goes_on = |_: &mut Option<Callback>| !self.phase().is_over();
        match deadline {
            Some(deadline) => {
                let over = &self.over;
                over.wait_while_until(&mut callback, goes_on, deadline);
            }
            None => self.over.wait_while(&mut callback, goes_on),
        }
        self.phase().is_over()
    }
    // ANCHOR_END: over
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
                None => self.wait(&mut plan),
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
/// Calls a callback; if it panics, the queue goes on.
fn fire(slot: Arc<Slot>, callback: Callback) {
    let outcome = catch(callback);
    slot.finish();
    // The payload of a panic may panic in its turn, and that ends here.
    contain(|| drop(outcome));
}

/// Runs code that may panic where nothing can be done about that: the panic
/// ends here, and so does one in the destructor of its payload.
fn contain(code: impl FnOnce()) {
    let dropped = catch(code).or_else(|payload| catch(|| drop(payload)));
    // A payload could panic without end each time it is dropped.
    mem::forget(dropped);
}

/// What a panic leaves half changed is the callback's own: the queue has
/// nothing in common with it.
fn catch(code: impl FnOnce()) -> Result<(), Box<dyn Any + Send>> {
    panic::catch_unwind(AssertUnwindSafe(code))
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
        self.wait_for_the_thread();
    }
}

impl TimerQueue {
    fn wait_for_the_thread(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        // A callback that drops its queue can't wait for its own end.
        if thread.thread().id() != thread::current().id() {
            // No error: no panic leaves `serve`.
            let _ = thread.join();
        }
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
    use std::process::Command;
    use std::sync::atomic::AtomicUsize;
    use std::sync::{Barrier, mpsc};

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
        for _ in 0..1_000 {
            // It waits for an hour now, or soon.
            catch_up(&queue);
        }
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

    /// A thread that waits, and then says so.
    fn waiter(timer: &QueuedTimer) -> mpsc::Receiver<()> {
        let (tell, told) = mpsc::channel();
        let timer = timer.clone();
        thread::spawn(move || {
            timer.wait();
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
    fn a_wait_ends_when_the_callback_has_ended() {
        let queue = TimerQueue::new().unwrap();
        let (function, begun, end) = gate();
        let timer = queue.after(Duration::ZERO, function);
        begun.recv_timeout(LONG).unwrap();
        assert!(!timer.wait_timeout(Duration::from_millis(5)));
        assert!(!timer.wait_deadline(Instant::now()));
        let waiters = [(); 3].map(|()| waiter(&timer));
        drop(end);
        all_return(waiters);
        assert_eq!(timer.phase(), Phase::Finished);
        assert!(timer.wait_timeout(Duration::ZERO));
        assert!(timer.wait_deadline(None));
    }

    #[test]
    fn a_wait_ends_with_a_cancel_and_with_the_queue() {
        for cancel in [false, true] {
            let queue = TimerQueue::new().unwrap();
            let timer = queue.after(HOUR, || ());
            let waiters = [(); 3].map(|()| waiter(&timer));
            assert!(!timer.wait_timeout(Duration::from_millis(5)));
            if cancel {
                timer.cancel().unwrap();
            } else {
                drop(queue);
            }
            all_return(waiters);
        }
    }

    #[test]
    fn a_callback_that_panics_ends_the_wait() {
        let queue = TimerQueue::new().unwrap();
        let fail = || panic::resume_unwind(Box::new("no paper"));
        let timer = queue.after(Duration::ZERO, fail);
        all_return([(); 3].map(|()| waiter(&timer)));
        assert_eq!(timer.phase(), Phase::Finished);
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
        assert!(text.contains("thread 'timer queue'"), "{text}");
        assert_eq!(text.matches("no paper\n").count(), 1, "{text}");
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
        let count = Arc::default();
        let schedule = Arc::downgrade(&queue.schedule);
        let delays = [Duration::ZERO, HOUR, Duration::MAX];
        let timers =
            delays.map(|delay| queue.after(delay, Count::function(&count)));
        timers[1].cancel().unwrap();
        thread::scope(|scope| {
            let dropping = scope.spawn(|| drop(queue));
            until("it is stopped", || timers[2].is_finished());
            assert_eq!((count.calls(), count.drops()), (0, 3));
            // It waits for the callback that runs.
            assert!(!dropping.is_finished());
            drop(end);
            dropping.join().unwrap();
            // The handles have theirs, and the thread is gone.
            assert_eq!(schedule.strong_count(), timers.len());
        });
        for timer in timers {
            assert_eq!(timer.cancel(), late(Phase::Cancelled));
        }
        assert_eq!((count.calls(), count.drops()), (0, 3));
    }

    #[test]
    fn a_queue_may_be_dropped_by_its_own_callback() {
        let queue = TimerQueue::new().unwrap();
        let schedule = Arc::downgrade(&queue.schedule);
        let count = Arc::default();
        let (give, get) = mpsc::channel::<TimerQueue>();
        queue.after(HOUR, Count::function(&count));
        let (tell, told) = mpsc::channel();
        queue.after(Duration::ZERO, move || {
            drop(get.recv_timeout(LONG).unwrap());
            tell.send("the drop has returned").unwrap();
        });
        give.send(queue).unwrap();
        assert!(told.recv_timeout(LONG).is_ok());
        until("its thread ends", || schedule.strong_count() == 0);
        assert_eq!((count.calls(), count.drops()), (0, 1));
    }

    #[test]
    fn an_idle_queue_stops_when_it_is_dropped() {
        for _ in 0..100 {
            let queue = TimerQueue::new().unwrap();
            let schedule = Arc::downgrade(&queue.schedule);
            drop(queue);
            // Else its thread had one still.
            assert_eq!(schedule.strong_count(), 0);
        }
    }

    #[test]
    fn handles_can_be_sent_and_shared_and_are_readable() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<TimerQueue>();
        is_shared::<QueuedTimer>();
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
