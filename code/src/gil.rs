// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! An interpreter lock to play with: it works as CPython's does.
//!
//! A [`Gil`] owns the state of an interpreter, and lets one thread at a time
//! work on it.
//! That thread checks now and then whether another one wants the lock, and if
//! so gives way; around blocking or native work it releases the lock.
//! [`run`] is a small interpreter to try it with.
//!
//! Use it to see what CPython's threads can and can't do, or for an interpreter
//! of your own whose state can't be split.
//! Nearly everywhere else a `Lock` for each thing that threads share is
//! better, because it keeps apart only the threads that want the same thing.
//!
//! # Before you copy it
//!
//! - A holder that never checks keeps the lock, and a thread that keeps
//!   asking may be passed over each time: the lock always changes hands, but
//!   the operating system decides which waiting thread is next.
//! - A thread that was asked to give way can't take the lock again until
//!   another one has held it.
//! - A guard that is forgotten (`mem::forget`) keeps the lock for ever, and
//!   [`GilGuard::release`] then waits for ever if its work has done so.
//! - It knows nothing of `fork`: in the child, the lock stays held if another
//!   thread held it.
//! - It is not `RefUnwindSafe`, because it is not poisoned: after a caught
//!   panic the value may be half changed.
//!
//! The chapter that explains this file is `src/gil.md`.
//!
//! # Why a waiting thread never finds the lock stuck
//!
//! The steps prove that the lock changes hands as long as its holders check.
//! They do not prove that each thread gets its turn, because another waiting
//! thread may be quicker each time.
//!
//! H holds the lock, W waits for it; everything but the check of step 3 is
//! done under one mutex.
//!
//! 1. W sleeps, for the switch interval at most. If the lock is given up in
//!    the meantime, a waiting thread is woken.
//! 2. If H's turn has lasted that long, W sets the drop request and stays
//!    asleep.
//! 3. H sees the request at its next check and gives the lock up, which
//!    wakes a waiting thread: W, or another.
//! 4. The request stays set until the lock *changes hands*, and as long as it
//!    is set, H may not take the lock. So H can't be faster than the thread
//!    that has been woken.
//! 5. The thread that takes the lock clears the request and wakes all waiting
//!    threads, which begin again with step 1.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

/// How long a thread waits before it asks for the lock, unless it is
/// [set](Gil::set_switch_interval): 5 ms, as in CPython.
pub const DEFAULT_SWITCH_INTERVAL: Duration = Duration::from_millis(5);

/// An interpreter's state of type `T`, and the lock that a thread must hold
/// to work on it.
///
/// A thread takes the lock with [`acquire`](Gil::acquire), and gets a
/// [`GilGuard`], through which it reaches the state.
/// A thread that has waited for the *switch interval* asks the holder to give
/// the lock up, and the holder does so at its next
/// [`check`](GilGuard::check).
/// A holder that never checks keeps the lock.
///
/// Waiting threads sleep and use no processor time.
/// Which of them is next is not specified; the one that has just given the
/// lock up on request is not.
///
/// A panic gives the lock up, and does not poison the state.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use threading::Gil;
///
/// let gil = Gil::new(0);
/// thread::scope(|scope| {
///     for _ in 0..2 {
///         scope.spawn(|| {
///             let mut counter = gil.acquire();
///             for _ in 0..100 {
///                 *counter += 1;
///                 counter.check(); // the other one may go on here
///             }
///         });
///     }
/// });
/// assert_eq!(gil.into_inner(), 200);
/// ```
///
/// # Differences from Python
///
/// - CPython has one lock for an interpreter, and takes it for you. Here you
///   make as many as you like, and take them by hand.
/// - Only the holder reaches the state, and the compiler sees to it. In an
///   extension module for CPython this is the duty of the programmer.
/// - A thread that is asked, releases the lock and takes it again has to wait
///   for its turn when it *takes* it. In CPython it waits when it *releases*
///   the lock, before its own work.
/// - [`acquire`](Gil::acquire) twice in one thread is a panic; CPython's
///   `PyGILState_Ensure` may be nested.
///
/// Source: [`sys.setswitchinterval`][python].
///
/// [python]: https://docs.python.org/3/library/sys.html#sys.setswitchinterval
// ANCHOR: types
pub struct Gil<T> {
    turns: Turns,
    /// Locked only by the thread whose turn it is, so no thread ever waits
    /// for this mutex.
    state: Mutex<T>,
}

/// Proof that this thread holds a [`Gil`], and access to the state; dropping
/// it gives the lock up.
#[must_use = "the lock is given up as soon as its guard is dropped"]
pub struct GilGuard<'a, T> {
    // Dropped first: the next holder finds the state unlocked.
    state: MutexGuard<'a, T>,
    turn: Held<'a>,
}

/// Which thread may work, and whether another one wants to.
struct Turns {
    /// A thread has waited for the whole interval. It is set and cleared
    /// with `turn` locked, and read without.
    drop_request: AtomicBool,
    turn: Mutex<Turn>,
    /// Notified when the lock is given up, and when the request is cleared.
    changed: Condvar,
}

#[derive(Clone, Copy)]
struct Turn {
    held: bool,
    /// The thread that holds the lock, or held it last.
    last_holder: Option<ThreadId>,
    /// How often the lock came to another thread than the one before.
    switches: u64,
    interval: Duration,
}

/// The lock is held, until this is dropped.
struct Held<'a>(&'a Turns);
// ANCHOR_END: types

impl<T> Gil<T> {
    /// Creates a lock that nobody holds, around `state`.
    ///
    /// ```
    /// use threading::gil::{DEFAULT_SWITCH_INTERVAL, Gil};
    ///
    /// static GIL: Gil<u32> = Gil::new(0);
    /// assert_eq!(GIL.switch_interval(), DEFAULT_SWITCH_INTERVAL);
    /// ```
    pub const fn new(state: T) -> Self {
        let turn = Turn {
            held: false,
            last_holder: None,
            switches: 0,
            interval: DEFAULT_SWITCH_INTERVAL,
        };
        let turns = Turns {
            drop_request: AtomicBool::new(false),
            turn: Mutex::new(turn),
            changed: Condvar::new(),
        };
        let state = Mutex::new(state);
        Gil { turns, state }
    }

    /// Takes the lock, waiting as long as it takes.
    ///
    /// Returns the guard, through which the state is read and changed.
    /// After each switch interval without a switch, the holder is asked to
    /// give way.
    ///
    /// # Panics
    ///
    /// If this thread holds the lock already: it would wait forever. The
    /// message names the thread.
    ///
    /// ```
    /// use threading::Gil;
    ///
    /// let gil = Gil::new(vec!["soup"]);
    /// gil.acquire().push("salad");
    /// assert_eq!(*gil.acquire(), ["soup", "salad"]);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// A thread of CPython does this before its first instruction.
    /// There is no way to try: a thread that wants to run Python code has to
    /// wait.
    #[track_caller]
    pub fn acquire(&self) -> GilGuard<'_, T> {
        self.turns.take();
        let turn = Held(&self.turns);
        let state = self.state.lock();
        GilGuard { state, turn }
    }

    /// Sets how long a thread waits before it asks the holder to give way.
    ///
    /// Threads that wait already count from the beginning of their wait.
    /// Zero asks at once; an interval too long for the clock never asks.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Gil;
    ///
    /// let gil = Gil::new(());
    /// gil.set_switch_interval(Duration::from_millis(1));
    /// assert_eq!(gil.switch_interval().as_micros(), 1_000);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is `sys.setswitchinterval(seconds)`, for which zero is a
    /// `ValueError`.
    pub fn set_switch_interval(&self, interval: Duration) {
        self.turns.turn.lock().interval = interval;
        self.turns.changed.notify_all();
    }

    /// Returns the switch interval.
    ///
    /// # Differences from Python
    ///
    /// This is `sys.getswitchinterval()`, which returns seconds.
    #[must_use]
    pub fn switch_interval(&self) -> Duration {
        self.turns.turn.lock().interval
    }

    /// Tells whether a thread has asked the holder to give the lock up.
    ///
    /// The answer may be out of date when you read it.
    ///
    /// ```
    /// use threading::Gil;
    ///
    /// let gil = Gil::new(());
    /// let guard = gil.acquire();
    /// assert!(!gil.is_drop_requested()); // nobody waits
    /// # drop(guard);
    /// ```
    #[must_use]
    pub fn is_drop_requested(&self) -> bool {
        self.turns.is_drop_requested()
    }

    /// Returns how often the lock came to another thread than the one that
    /// held it before; the first thread counts.
    ///
    /// ```
    /// use std::thread;
    /// use threading::Gil;
    ///
    /// let gil = Gil::new(());
    /// drop(gil.acquire());
    /// drop(gil.acquire());
    /// thread::scope(|scope| scope.spawn(|| drop(gil.acquire())).join())
    ///     .unwrap();
    /// assert_eq!(gil.switches(), 2);
    /// ```
    #[must_use]
    pub fn switches(&self) -> u64 {
        self.turns.turn.lock().switches
    }

    /// Takes the state out; no guard can exist, since `self` is owned.
    ///
    /// ```
    /// use threading::Gil;
    ///
    /// let gil = Gil::new(7);
    /// assert_eq!(gil.into_inner(), 7);
    /// ```
    pub fn into_inner(self) -> T {
        self.state.into_inner()
    }
}

impl<T> GilGuard<'_, T> {
    /// Gives way to a thread that has asked for the lock; tells whether one
    /// had.
    ///
    /// If so, this thread goes on only after another one has held the lock,
    /// which may have changed the state.
    /// If not, this costs one look at a flag.
    ///
    /// ```
    /// use threading::Gil;
    ///
    /// let gil = Gil::new(());
    /// let mut guard = gil.acquire();
    /// assert!(!guard.check()); // nobody waits
    /// ```
    ///
    /// # Differences from Python
    ///
    /// CPython's interpreter does this where a loop jumps back, where a
    /// function begins or a generator resumes, and after a call.
    // ANCHOR: check
    #[inline]
    pub fn check(&mut self) -> bool {
        let asked = self.turn.0.is_drop_requested();
        if asked {
            self.give_way();
        }
        asked
    }

    #[cold]
    fn give_way(&mut self) {
        self.release(|| ());
    }
    // ANCHOR_END: check

    /// Releases the lock, does the `work`, and takes the lock again, also if
    /// the work panics.
    ///
    /// Returns what the work returns.
    /// This is for work that does not need the state: waiting, reading a
    /// file, a long calculation.
    /// The state may have changed afterwards.
    ///
    /// ```
    /// use std::fs;
    /// use threading::Gil;
    ///
    /// let gil = Gil::new(0);
    /// let mut bytes_read = gil.acquire();
    /// let bytes = bytes_read.release(|| fs::read("Cargo.toml").unwrap());
    /// *bytes_read += bytes.len();
    /// assert!(*bytes_read > 0);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// In an extension module in C these are the macros
    /// `Py_BEGIN_ALLOW_THREADS` and `Py_END_ALLOW_THREADS`.
    // ANCHOR: release
    pub fn release<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let turns = self.turn.0;
        MutexGuard::unlocked(&mut self.state, || {
            turns.give_up();
            let _again = TakeAgain(turns);
            work()
        })
    }
    // ANCHOR_END: release
}

// ANCHOR: take_again
/// Takes the lock when it is dropped, on any way out of the work.
struct TakeAgain<'a>(&'a Turns);

impl Drop for TakeAgain<'_> {
    fn drop(&mut self) {
        self.0.take();
    }
}
// ANCHOR_END: take_again

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.give_up();
    }
}

impl Turns {
    // ANCHOR: take
    /// Waits for a turn, and begins it.
    #[track_caller]
    fn take(&self) {
        let thread = thread::current();
        let me = thread.id();
        let mut turn = self.turn.lock();
        assert!(
            !(turn.held && turn.last_holder == Some(me)),
            "the thread {:?} ({me:?}) acquires a lock that it holds already",
            thread.name().unwrap_or("without a name"),
        );
        let mut patience = Patience::new(&turn);
        while !self.may_take(&turn, me) {
            self.wait(&mut turn, &mut patience);
        }
        turn.held = true;
        if turn.last_holder != Some(me) {
            turn.last_holder = Some(me);
            turn.switches += 1;
            self.forget_request();
        }
    }

    /// Whether the lock is free, and this is not the thread that was asked
    /// to give it up.
    fn may_take(&self, turn: &Turn, me: ThreadId) -> bool {
        let asked = turn.last_holder == Some(me) && self.is_drop_requested();
        !turn.held && !asked
    }

    fn give_up(&self) {
        self.turn.lock().held = false;
        self.changed.notify_one();
    }
    // ANCHOR_END: take

    // ANCHOR: wait
    /// Sleeps until something has changed. If the interval ends first, it
    /// asks the holder to give the lock up.
    fn wait(&self, turn: &mut MutexGuard<'_, Turn>, patience: &mut Patience) {
        if patience.switches != turn.switches {
            // Another thread has just begun its turn: it gets all its time.
            *patience = Patience::new(turn);
        }
        // `None`: the sum is too large for the clock.
        let end = patience.since.checked_add(turn.interval);
        match end {
            Some(end) if !self.is_drop_requested() => {
                let result = self.changed.wait_until(turn, end);
                let same = turn.switches == patience.switches;
                if result.timed_out() && turn.held && same {
                    self.request_drop();
                }
            }
            // Asked already, by this thread or another one.
            _ => self.changed.wait(turn),
        }
    }
    // ANCHOR_END: wait

    // ANCHOR: request
    // The flag carries nothing but itself: the state changes hands under the
    // mutexes. So `Relaxed` is enough everywhere.

    #[inline]
    fn is_drop_requested(&self) -> bool {
        self.drop_request.load(Ordering::Relaxed)
    }

    fn request_drop(&self) {
        self.drop_request.store(true, Ordering::Relaxed);
    }

    /// The lock has changed hands: waiting threads count from now on again.
    fn forget_request(&self) {
        if self.drop_request.swap(false, Ordering::Relaxed) {
            self.changed.notify_all();
        }
    }
    // ANCHOR_END: request
}

// ANCHOR: patience
/// Since when a thread has waited without seeing a switch.
struct Patience {
    since: Instant,
    switches: u64,
}
// ANCHOR_END: patience

impl Patience {
    fn new(turn: &Turn) -> Self {
        Patience {
            since: Instant::now(),
            switches: turn.switches,
        }
    }
}

impl<T> Deref for GilGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.state
    }
}

impl<T> DerefMut for GilGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.state
    }
}

impl<T: fmt::Debug> fmt::Debug for GilGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T> fmt::Debug for Gil<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not locked while it writes: the writer may want the lock itself.
        let turn = *self.turns.turn.lock();
        f.debug_struct("Gil")
            .field("held", &turn.held)
            .field("drop_requested", &self.is_drop_requested())
            .field("switches", &turn.switches)
            .field("switch_interval", &turn.interval)
            .finish_non_exhaustive()
    }
}

/// The global variables of the small interpreter, by their names.
pub type Globals = BTreeMap<&'static str, i64>;

/// A thread that may run bytecode: it holds the lock.
pub type Interpreter<'a> = GilGuard<'a, Globals>;

/// One instruction of the small interpreter, which works on a stack.
///
/// The names are like those of CPython's bytecode.
///
/// # Differences from Python
///
/// [`JumpBackward`](Instruction::JumpBackward) decides by the stack whether
/// it jumps. In CPython another instruction at the head of the loop does.
///
/// Source: [`dis`][python].
///
/// [python]: https://docs.python.org/3/library/dis.html
// ANCHOR: instructions
#[derive(Clone, Copy)]
pub enum Instruction<'a> {
    /// Pushes a number.
    LoadConst(i64),
    /// Pushes the value of a variable.
    LoadGlobal(&'static str),
    /// Pops a value into a variable.
    StoreGlobal(&'static str),
    /// Pops two values and pushes their sum.
    BinaryAdd,
    /// Calls a function, pushes its result, and checks.
    Call(&'a (dyn Fn(&mut Interpreter<'_>) -> i64 + Sync)),
    /// If the value on top of the stack is above zero, continues at the
    /// instruction with this number, and checks.
    JumpBackward(usize),
}
// ANCHOR_END: instructions

/// Why [`run`] stopped early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunError {
    /// A variable was read that has no value.
    NoSuchGlobal {
        /// The variable.
        name: &'static str,
    },
    /// An instruction needs a value, and the stack has none.
    EmptyStack {
        /// The number of the instruction, from zero.
        instruction: usize,
    },
}

/// Runs a program, and returns how many instructions it has executed.
///
/// It checks at the places where CPython does, since version 3.10: at the
/// start, after a call, and where a loop jumps back.
/// Between any other two instructions no thread can come in.
///
/// Sums that overflow wrap around.
///
/// # Errors
///
/// [`RunError`] if a variable or a value is missing. What was stored before
/// stays stored.
///
/// # Examples
///
/// ```
/// use threading::gil::{Gil, Globals, Instruction::*, run};
///
/// let gil = Gil::new(Globals::from([("counter", 41)]));
/// let add_one = [
///     LoadGlobal("counter"),
///     LoadConst(1),
///     BinaryAdd,
///     StoreGlobal("counter"),
/// ];
/// assert_eq!(run(&mut gil.acquire(), &add_one), Ok(4));
/// assert_eq!(gil.into_inner()["counter"], 42);
/// ```
///
/// # Differences from Python
///
/// A missing variable is a `NameError` in Python, and numbers have no limit.
// ANCHOR: run
pub fn run(
    interpreter: &mut Interpreter<'_>,
    program: &[Instruction<'_>],
) -> Result<u64, RunError> {
    let mut stack = Vec::new();
    let (mut next, mut executed) = (0, 0);
    interpreter.check();
    while let Some(&instruction) = program.get(next) {
        let empty = RunError::EmptyStack { instruction: next };
        (next, executed) = (next + 1, executed + 1);
        match instruction {
            Instruction::LoadConst(value) => stack.push(value),
            Instruction::LoadGlobal(name) => {
                let value = interpreter.get(name);
                stack.push(*value.ok_or(RunError::NoSuchGlobal { name })?);
            }
            Instruction::StoreGlobal(name) => {
                let value = stack.pop().ok_or(empty)?;
                interpreter.insert(name, value);
            }
            Instruction::BinaryAdd => {
                let right: i64 = stack.pop().ok_or(empty)?;
                let left = stack.pop().ok_or(empty)?;
                stack.push(right.wrapping_add(left));
            }
            Instruction::Call(function) => {
                stack.push(function(interpreter));
                interpreter.check();
            }
            Instruction::JumpBackward(to) => {
                if *stack.last().ok_or(empty)? > 0 {
                    next = to;
                    interpreter.check();
                }
            }
        }
    }
    Ok(executed)
}
// ANCHOR_END: run

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::NoSuchGlobal { name } => {
                write!(f, "there is no variable {name:?}")
            }
            RunError::EmptyStack { instruction } => write!(
                f,
                "instruction {instruction} needs a value, but the stack is \
                 empty"
            ),
        }
    }
}

impl std::error::Error for RunError {}

#[cfg(test)]
mod tests {
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::Barrier;
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc;

    use super::Instruction::*;
    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    const SHORT: Duration = Duration::from_millis(1);

    fn until(what: &str, done: impl Fn() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < LONG, "{what}: this never happens");
            thread::yield_now();
        }
    }

    fn until_asked<T>(gil: &Gil<T>) {
        until("the holder is asked", || gil.is_drop_requested());
    }

    fn impatient<T>(state: T) -> Gil<T> {
        let gil = Gil::new(state);
        gil.set_switch_interval(SHORT);
        gil
    }

    #[test]
    fn one_thread_at_a_time_is_inside() {
        let (gil, inside) = (Gil::new(0), AtomicBool::new(false));
        gil.set_switch_interval(Duration::ZERO);
        let enter = || assert!(!inside.swap(true, Ordering::Relaxed));
        let leave = || inside.store(false, Ordering::Relaxed);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for round in 0..200 {
                        let mut guard = gil.acquire();
                        enter();
                        *guard += 1;
                        leave();
                        guard.check();
                        enter();
                        leave();
                        if round % 10 == 0 {
                            guard.release(thread::yield_now);
                        }
                        enter();
                        leave();
                    }
                });
            }
        });
        assert_eq!(gil.into_inner(), 800);
    }

    #[test]
    fn a_check_keeps_the_lock_if_nobody_waits() {
        let gil = impatient(());
        let mut guard = gil.acquire();
        for _ in 0..1_000 {
            assert!(!guard.check());
        }
        assert_eq!(gil.switches(), 1);
    }

    #[test]
    fn nobody_asks_before_the_interval_is_over() {
        let gil = Gil::new(());
        let interval = Duration::from_millis(20);
        gil.set_switch_interval(interval);
        assert_eq!(gil.switch_interval(), interval);
        thread::scope(|scope| {
            let guard = gil.acquire();
            let start = Instant::now();
            scope.spawn(|| drop(gil.acquire()));
            until_asked(&gil);
            assert!(start.elapsed() >= interval);
            drop(guard);
        });
        assert!(!gil.is_drop_requested());
        assert_eq!(gil.switches(), 2);
    }

    #[test]
    fn who_was_asked_can_t_take_the_lock_again_first() {
        for _ in 0..50 {
            let gil = impatient(0);
            thread::scope(|scope| {
                let guard = gil.acquire();
                scope.spawn(|| *gil.acquire() = 1);
                until_asked(&gil);
                drop(guard);
                assert_eq!(*gil.acquire(), 1);
            });
        }
    }

    /// Two threads wait. The first gets the lock, and keeps it; the second,
    /// whose interval began long before, is not to ask before that turn has
    /// lasted an interval.
    #[test]
    fn a_fresh_turn_is_not_cut_short_by_an_older_wait() {
        let gil = Gil::new(());
        let interval = Duration::from_millis(200);
        gil.set_switch_interval(interval);
        let is_asked = || gil.is_drop_requested();
        let held = AtomicUsize::new(0);
        let wait = || {
            let _guard = gil.acquire();
            let turn = held.fetch_add(1, Ordering::Relaxed);
            if turn == 0 {
                until("the first is asked", is_asked);
            }
        };
        thread::scope(|scope| {
            let guard = gil.acquire();
            let start = Instant::now();
            scope.spawn(wait);
            scope.spawn(wait);
            // Their waits grow old; on a busy machine one may ask by now.
            while start.elapsed() < interval / 2 && !is_asked() {
                thread::yield_now();
            }
            let turn = Instant::now();
            drop(guard);
            let first = || held.load(Ordering::Relaxed) > 0;
            until("one of them holds the lock", first);
            until("it is asked", || is_asked() || gil.switches() == 3);
            assert!(turn.elapsed() >= interval);
        });
        assert_eq!(gil.switches(), 3);
    }

    #[test]
    fn a_holder_that_comes_and_goes_is_not_asked_early() {
        for _ in 0..200 {
            let gil = Gil::new(());
            gil.set_switch_interval(LONG);
            thread::scope(|scope| {
                let mut guard = gil.acquire();
                scope.spawn(|| drop(gil.acquire()));
                while gil.switches() == 1 {
                    guard.release(|| ());
                    assert!(!gil.is_drop_requested());
                }
            });
        }
    }

    /// Holds the lock, is asked for it, and goes on with the guard.
    fn when_asked(go_on: impl Fn(&mut GilGuard<'_, u32>)) {
        for _ in 0..50 {
            let gil = impatient(0);
            thread::scope(|scope| {
                let mut guard = gil.acquire();
                scope.spawn(|| *gil.acquire() = 1);
                until_asked(&gil);
                assert_eq!(*guard, 0);
                go_on(&mut guard);
            });
        }
    }

    #[test]
    fn a_check_on_request_waits_until_another_thread_had_the_lock() {
        when_asked(|guard| {
            assert!(guard.check());
            assert_eq!(**guard, 1);
            assert!(!guard.check());
        });
    }

    #[test]
    fn a_release_on_request_waits_until_another_thread_had_the_lock() {
        when_asked(|guard| {
            guard.release(|| ());
            assert_eq!(**guard, 1);
        });
    }

    #[test]
    fn a_holder_that_never_checks_keeps_the_lock() {
        when_asked(|guard| {
            for _ in 0..1_000 {
                thread::yield_now();
                assert_eq!(**guard, 0);
            }
        });
    }

    #[test]
    fn every_thread_gets_on() {
        const TURNS: usize = 20;
        let (gil, behind) = (impatient(()), AtomicUsize::new(4));
        let start = Instant::now();
        let work = || {
            let (mut guard, mut turns) = (gil.acquire(), 0);
            while behind.load(Ordering::Relaxed) > 0 {
                assert!(start.elapsed() < LONG, "a thread waits on and on");
                turns += usize::from(guard.check());
                if turns == TURNS {
                    turns += 1;
                    behind.fetch_sub(1, Ordering::Relaxed);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(work);
            }
        });
        assert!(gil.switches() >= 4 * TURNS as u64);
    }

    #[test]
    fn released_work_runs_beside_the_holder() {
        let gil = Gil::new(0);
        let (outside, meeting) = (AtomicUsize::new(0), Barrier::new(3));
        let work = || {
            outside.fetch_add(1, Ordering::Relaxed);
            meeting.wait();
        };
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut guard = gil.acquire();
                    guard.release(work);
                    *guard += 1;
                });
            }
            until("both are outside", || outside.load(Ordering::Relaxed) == 2);
            let guard = gil.acquire();
            meeting.wait(); // while this thread holds the lock
            assert_eq!(*guard, 0);
        });
        assert_eq!(gil.into_inner(), 2);
    }

    #[test]
    fn release_returns_what_the_work_returns() {
        let gil = Gil::new(1);
        let mut guard = gil.acquire();
        assert_eq!(guard.release(|| "soup"), "soup");
        assert_eq!(*guard, 1);
    }

    fn is_free<T: Send>(gil: &Gil<T>) -> bool {
        !gil.turns.turn.lock().held
    }

    #[test]
    fn a_panic_in_released_work_takes_the_lock_again() {
        let gil = Gil::new(1);
        let mut guard = gil.acquire();
        let result = panic::catch_unwind(AssertUnwindSafe(|| {
            guard.release(|| {
                assert!(is_free(&gil));
                panic!("in the work");
            })
        }));
        assert!(result.is_err());
        assert!(!is_free(&gil));
        *guard += 1;
        drop(guard);
        assert!(is_free(&gil));
        assert_eq!(gil.into_inner(), 2);
    }

    #[test]
    fn a_panic_gives_the_lock_up() {
        let gil = Gil::new(1);
        let result = panic::catch_unwind(AssertUnwindSafe(|| {
            let mut guard = gil.acquire();
            *guard = 2;
            panic!("while the lock is held");
        }));
        assert!(result.is_err());
        assert_eq!(*gil.acquire(), 2);
    }

    #[test]
    fn to_acquire_twice_is_a_panic_and_changes_nothing() {
        let gil = Gil::new(1);
        let guard = gil.acquire();
        let again = AssertUnwindSafe(|| drop(gil.acquire()));
        let payload = panic::catch_unwind(again).unwrap_err();
        let said = payload.downcast_ref::<String>().unwrap();
        let me = thread::current();
        let expected = format!(
            "the thread {:?} ({:?}) acquires a lock that it holds already",
            me.name().unwrap(),
            me.id(),
        );
        assert_eq!(*said, expected);
        assert!(!is_free(&gil));
        assert_eq!(*guard, 1);
    }

    #[test]
    fn released_work_may_acquire() {
        let gil = Gil::new(1);
        let mut guard = gil.acquire();
        guard.release(|| *gil.acquire() += 1);
        assert_eq!(*guard, 2);
    }

    #[test]
    fn an_endless_interval_never_asks_and_may_be_shortened() {
        let gil = Gil::new(());
        gil.set_switch_interval(Duration::MAX);
        thread::scope(|scope| {
            let mut guard = gil.acquire();
            let (ready, wait) = mpsc::channel();
            scope.spawn({
                let gil = &gil;
                move || {
                    ready.send(()).unwrap();
                    drop(gil.acquire());
                }
            });
            wait.recv_timeout(LONG).unwrap();
            for _ in 0..1_000 {
                thread::yield_now();
                assert!(!guard.check());
            }
            gil.set_switch_interval(Duration::ZERO);
            until_asked(&gil);
            assert!(guard.check());
        });
    }

    const ADD_ONE: [Instruction<'_>; 4] = [
        LoadGlobal("counter"),
        LoadConst(1),
        BinaryAdd,
        StoreGlobal("counter"),
    ];

    /// `for _ in range(rounds): counter += 1`
    fn count(rounds: i64) -> Vec<Instruction<'static>> {
        let mut program = vec![LoadConst(rounds)];
        program.extend(ADD_ONE);
        program.extend([LoadConst(-1), BinaryAdd, JumpBackward(1)]);
        program
    }

    fn counter(value: i64) -> Gil<Globals> {
        Gil::new(Globals::from([("counter", value)]))
    }

    #[test]
    fn a_loop_runs_as_often_as_it_says() {
        let gil = counter(0);
        assert_eq!(run(&mut gil.acquire(), &count(10)), Ok(1 + 10 * 7));
        assert_eq!(gil.into_inner()["counter"], 10);
    }

    #[test]
    fn no_thread_comes_in_between_load_and_store() {
        const ROUNDS: i64 = 20_000;
        let gil = counter(0);
        gil.set_switch_interval(Duration::ZERO);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| run(&mut gil.acquire(), &count(ROUNDS)));
            }
        });
        assert_eq!(gil.into_inner()["counter"], 2 * ROUNDS);
    }

    /// Runs `program` until it calls `when_asked`, and `ADD_ONE` in another
    /// thread, which waits for the lock meanwhile.
    fn beside_add_one(
        before: &[Instruction<'_>],
        after: &[Instruction<'_>],
    ) -> i64 {
        let gil = counter(0);
        gil.set_switch_interval(SHORT);
        let until_asked = |_: &mut Interpreter<'_>| {
            until_asked(&gil);
            1
        };
        let program = [before, &[Call(&until_asked)], after].concat();
        thread::scope(|scope| {
            let mut interpreter = gil.acquire();
            scope.spawn(|| run(&mut gil.acquire(), &ADD_ONE));
            run(&mut interpreter, &program).unwrap();
        });
        gil.into_inner()["counter"]
    }

    #[test]
    fn a_call_between_load_and_store_loses_an_update() {
        let store = [BinaryAdd, StoreGlobal("counter")];
        assert_eq!(beside_add_one(&[LoadGlobal("counter")], &store), 1);
    }

    #[test]
    fn a_call_before_load_loses_nothing() {
        assert_eq!(beside_add_one(&[], &ADD_ONE), 2);
    }

    #[test]
    fn a_jump_back_gives_way() {
        let gil = impatient(Globals::from([("go on", 1)]));
        let forever = [LoadGlobal("go on"), JumpBackward(0)];
        thread::scope(|scope| {
            let mut interpreter = gil.acquire();
            scope.spawn(|| gil.acquire().insert("go on", 0));
            assert!(run(&mut interpreter, &forever).is_ok());
        });
    }

    #[test]
    fn the_start_gives_way() {
        let gil = impatient(counter(0).into_inner());
        thread::scope(|scope| {
            let mut interpreter = gil.acquire();
            scope.spawn(|| gil.acquire().insert("counter", 5));
            until_asked(&gil);
            run(&mut interpreter, &ADD_ONE).unwrap();
        });
        assert_eq!(gil.into_inner()["counter"], 6);
    }

    #[test]
    fn what_is_missing_is_an_error() {
        let gil = counter(0);
        let run = |program: &[_]| run(&mut gil.acquire(), program);
        let name = "salad";
        assert_eq!(
            run(&[LoadConst(1), LoadGlobal(name)]),
            Err(RunError::NoSuchGlobal { name })
        );
        for program in [
            [LoadConst(1), BinaryAdd],
            [StoreGlobal("counter"), LoadConst(1)],
            [JumpBackward(0), LoadConst(1)],
        ] {
            let instruction = usize::from(matches!(program[0], LoadConst(_)));
            assert_eq!(
                run(&program),
                Err(RunError::EmptyStack { instruction })
            );
        }
    }

    #[test]
    fn errors_are_sentences() {
        let missing = RunError::NoSuchGlobal { name: "salad" };
        let empty = RunError::EmptyStack { instruction: 3 };
        assert_eq!(missing.to_string(), "there is no variable \"salad\"");
        assert_eq!(
            empty.to_string(),
            "instruction 3 needs a value, but the stack is empty"
        );
    }

    #[test]
    fn the_state_of_the_lock_is_shown() {
        let gil = Gil::new(7);
        let guard = gil.acquire();
        assert_eq!(
            format!("{gil:?} {guard:?}"),
            "Gil { held: true, drop_requested: false, switches: 1, \
             switch_interval: 5ms, .. } 7"
        );
    }
}
// ANCHOR_END: module
