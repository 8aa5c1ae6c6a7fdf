// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! The life cycle of a thread: New, Running, Blocked, Terminated.
//!
//! A [`LifeCycle`] is a small handle that says where a thread is in its life.
//! It can be cloned and read from every thread, and it allows the legal moves
//! alone.
//!
//! Use it to watch a thread of your own from outside.
//! The threads of the later chapters have one built in.
//! To wait for a thread, join it: a state is a snapshot, and may be out of
//! date when you read it.
//!
//! # Before you copy it
//!
//! - A life says what it is told: [`LifeCycle::start`] starts no thread, and
//!   a wait counts as Running unless [`blocked`] is around it.
//! - [`LifeCycle::run`] catches the panic of its task and returns the
//!   payload. Where panics abort, nothing is caught.
//!
//! The chapter that explains this file is `src/life_cycle.md`.

use std::cell::RefCell;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

/// Where a thread is in its life.
///
/// # Differences from Python
///
/// Python's `is_alive()` lumps Running and Blocked together, and New and
/// Terminated as well.
///
/// Source: [Thread objects][python].
///
/// [python]: https://docs.python.org/3/library/threading.html#thread-objects
// ANCHOR: states
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Made, but not started: the operating system has no such thread yet.
    New,
    /// Started: the thread runs, or is ready to.
    Running,
    /// The thread waits for something and continues afterwards.
    Blocked,
    /// The thread has ended and never continues.
    Terminated,
}

/// How a thread ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Its task returned.
    Returned,
    /// Its task panicked.
    Panicked,
}

/// The error of a move that the life cycle does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IllegalMove {
    /// The state of the thread, which stays as it is.
    pub from: State,
    /// The state that was asked for.
    pub to: State,
}
// ANCHOR_END: states

/// The life of one thread.
///
/// Clones speak of the same life.
/// Every move is one atomic operation: of two threads that try the same
/// move, one makes it, and the other gets an [`IllegalMove`].
///
/// # Examples
///
/// ```
/// use std::thread;
/// use threading::life_cycle::{Ending, LifeCycle, State};
///
/// let life = LifeCycle::new();
/// assert_eq!(life.state(), State::New);
///
/// life.start()?;
/// let seen = life.clone();
/// let task = move || seen.run(|| 6 * 7);
/// let answer = thread::spawn(task).join().unwrap();
///
/// assert_eq!(answer.unwrap(), 42);
/// assert_eq!(life.state(), State::Terminated);
/// assert_eq!(life.ending(), Some(Ending::Returned));
/// # Ok::<(), threading::life_cycle::IllegalMove>(())
/// ```
// ANCHOR: life
#[derive(Clone, Default)]
pub struct LifeCycle {
    /// One of the numbers below.
    stage: Arc<AtomicU8>,
}

const NEW: u8 = 0;
const RUNNING: u8 = 1;
const BLOCKED: u8 = 2;
const RETURNED: u8 = 3;
const PANICKED: u8 = 4;
// ANCHOR_END: life

thread_local! {
    /// The life that the calling thread leads, if it is known.
    static LIFE: RefCell<Option<LifeCycle>> = const { RefCell::new(None) };
}

impl LifeCycle {
    /// Makes the life of a thread that is not started yet.
    #[must_use]
    pub fn new() -> Self {
        LifeCycle::default()
    }

    /// Returns the state of the thread right now.
    ///
    /// ```
    /// use threading::life_cycle::{LifeCycle, State};
    ///
    /// assert_eq!(LifeCycle::new().state(), State::New);
    /// ```
    #[must_use]
    pub fn state(&self) -> State {
        state_of(self.stage.load(Ordering::Acquire))
    }

    /// Returns how the thread ended, or `None` if it has not.
    ///
    /// ```
    /// use threading::life_cycle::{Ending, LifeCycle};
    ///
    /// let life = LifeCycle::new();
    /// assert_eq!(life.ending(), None);
    /// life.start()?;
    /// life.end(Ending::Returned)?;
    /// assert_eq!(life.ending(), Some(Ending::Returned));
    /// # Ok::<(), threading::life_cycle::IllegalMove>(())
    /// ```
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        match self.stage.load(Ordering::Acquire) {
            RETURNED => Some(Ending::Returned),
            PANICKED => Some(Ending::Panicked),
            _ => None,
        }
    }

    /// Moves from New to Running.
    ///
    /// # Errors
    ///
    /// [`IllegalMove`] if the thread is not New: it lives only once.
    ///
    /// ```
    /// use threading::life_cycle::{LifeCycle, State};
    ///
    /// let life = LifeCycle::new();
    /// life.start()?;
    /// assert_eq!(life.start().unwrap_err().from, State::Running);
    /// # Ok::<(), threading::life_cycle::IllegalMove>(())
    /// ```
    pub fn start(&self) -> Result<(), IllegalMove> {
        self.go(NEW, RUNNING)
    }

    /// Moves from Running to Blocked.
    ///
    /// [`blocked`] calls this around a wait, and its counterpart afterwards.
    ///
    /// # Errors
    ///
    /// [`IllegalMove`] if the thread is not Running.
    pub fn block(&self) -> Result<(), IllegalMove> {
        self.go(RUNNING, BLOCKED)
    }

    /// Moves from Blocked back to Running.
    ///
    /// # Errors
    ///
    /// [`IllegalMove`] if the thread is not Blocked.
    pub fn resume(&self) -> Result<(), IllegalMove> {
        self.go(BLOCKED, RUNNING)
    }

    /// Moves from Running to Terminated.
    ///
    /// # Errors
    ///
    /// [`IllegalMove`] if the thread is not Running.
    /// A blocked thread has to resume before it can end.
    pub fn end(&self, ending: Ending) -> Result<(), IllegalMove> {
        match ending {
            Ending::Returned => self.go(RUNNING, RETURNED),
            Ending::Panicked => self.go(RUNNING, PANICKED),
        }
    }

    // ANCHOR: moves
    fn go(&self, from: u8, to: u8) -> Result<(), IllegalMove> {
        // `Release` pairs with the loads in `state` and `ending`: a thread
        // that sees the move sees what was done before it.
        let (done, failed) = (Ordering::Release, Ordering::Relaxed);
        match self.stage.compare_exchange(from, to, done, failed) {
            Ok(_) => Ok(()),
            Err(stage) => Err(IllegalMove {
                from: state_of(stage),
                to: state_of(to),
            }),
        }
    }
    // ANCHOR_END: moves

    /// Runs `task` as this life, on the calling thread, and ends it.
    ///
    /// Returns what the task returned, or the payload of its panic.
    /// While it runs, [`blocked`] knows whose life to mark, unless the thread
    /// is at its very end: what is run in the destructor of a thread-local
    /// value may have no such place any more.
    ///
    /// # Panics
    ///
    /// If the life was not started, or is over: that is the caller's bug.
    ///
    /// ```
    /// use threading::life_cycle::{Ending, LifeCycle};
    ///
    /// let life = LifeCycle::new();
    /// life.start()?;
    /// let outcome = life.run(|| "done");
    /// assert_eq!(outcome.unwrap(), "done");
    /// # Ok::<(), threading::life_cycle::IllegalMove>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// Python's `Thread.run()` leaves the state alone. In CPython it deletes
    /// its target, so it works once, and never together with `start()`.
    // ANCHOR: run
    #[track_caller]
    pub fn run<T>(&self, task: impl FnOnce() -> T) -> thread::Result<T> {
        let state = self.state();
        assert!(
            state == State::Running,
            "cannot run a `LifeCycle` that is {state}: start it first, and \
             run it once"
        );
        let _bound = self.bind();
        // The caller gets the payload, and decides about a half-done task.
        let outcome = panic::catch_unwind(AssertUnwindSafe(task));
        let ending = match outcome {
            Ok(_) => Ending::Returned,
            Err(_) => Ending::Panicked,
        };
        // This fails if the task has ended its own life, which is its right.
        let _ = self.end(ending);
        outcome
    }
    // ANCHOR_END: run

    /// Makes this the life of the calling thread, until the answer is
    /// dropped.
    pub(crate) fn bind(&self) -> Bound {
        Bound {
            before: lead(Some(self.clone())),
        }
    }
}

/// The calling thread leads a life; dropping this gives it back the one it
/// led before.
#[must_use = "the life is unbound as soon as this is dropped"]
pub(crate) struct Bound {
    before: Option<LifeCycle>,
}

impl Drop for Bound {
    fn drop(&mut self) {
        lead(self.before.take());
    }
}

/// Makes `life` that of the calling thread, and returns the one before.
fn lead(life: Option<LifeCycle>) -> Option<LifeCycle> {
    // At the very end of a thread its local values are gone already.
    LIFE.try_with(|current| current.replace(life)).ok()?
}

/// Marks the calling thread Blocked while `wait` waits.
///
/// The primitives of this crate know nothing of threads, so a program says
/// itself where it waits.
/// A thread without a known life just waits.
/// Within another `blocked` the outer one counts.
///
/// ```
/// use std::sync::mpsc;
/// use threading::life_cycle::blocked;
///
/// let (send, letters) = mpsc::channel();
/// send.send("hello").unwrap();
/// assert_eq!(blocked(|| letters.recv()), Ok("hello"));
/// ```
///
/// # Differences from Python
///
/// Python keeps no record of which threads are blocked.
// ANCHOR: blocked
pub fn blocked<T>(wait: impl FnOnce() -> T) -> T {
    // As in `lead`, there may be none any more.
    let life = LIFE.try_with(|life| life.borrow().clone()).unwrap_or(None);
    let _resume = life.filter(|life| life.block().is_ok()).map(Resume);
    wait()
}

/// Ends a blocked stretch, also when the wait panics.
struct Resume(LifeCycle);

impl Drop for Resume {
    fn drop(&mut self) {
        // It fails if the wait itself resumed the life: then all is well.
        let _ = self.0.resume();
    }
}
// ANCHOR_END: blocked

fn state_of(stage: u8) -> State {
    match stage {
        NEW => State::New,
        RUNNING => State::Running,
        BLOCKED => State::Blocked,
        _ => State::Terminated,
    }
}

impl State {
    /// Reports whether a thread in this state is alive: it is started and has
    /// not ended.
    ///
    /// ```
    /// use threading::life_cycle::State;
    ///
    /// assert!(State::Blocked.is_alive());
    /// assert!(!State::New.is_alive());
    /// ```
    // ANCHOR: is_alive
    #[must_use]
    pub fn is_alive(self) -> bool {
        matches!(self, State::Running | State::Blocked)
    }
    // ANCHOR_END: is_alive
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl fmt::Debug for LifeCycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LifeCycle").field(&self.state()).finish()
    }
}

impl fmt::Display for IllegalMove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let IllegalMove { from, to } = self;
        write!(f, "a thread can't go from {from} to {to}")
    }
}

impl std::error::Error for IllegalMove {}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    /// Waits until `condition` holds, and fails if it never does.
    fn eventually(condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < LONG, "it never happened");
            thread::yield_now();
        }
    }

    /// A life in each state, by legal moves.
    fn life_in(state: State) -> LifeCycle {
        let life = LifeCycle::new();
        if state != State::New {
            life.start().unwrap();
        }
        match state {
            State::New | State::Running => {}
            State::Blocked => life.block().unwrap(),
            State::Terminated => life.end(Ending::Returned).unwrap(),
        }
        assert_eq!(life.state(), state);
        life
    }

    type Move = fn(&LifeCycle) -> Result<(), IllegalMove>;

    #[test]
    fn exactly_four_moves_are_legal() {
        use State::{Blocked, New, Running, Terminated};

        let moves: [(State, State, Move); 5] = [
            (New, Running, LifeCycle::start),
            (Running, Blocked, LifeCycle::block),
            (Blocked, Running, LifeCycle::resume),
            (Running, Terminated, |life| life.end(Ending::Returned)),
            (Running, Terminated, |life| life.end(Ending::Panicked)),
        ];
        for (from, to, make) in moves {
            for state in [New, Running, Blocked, Terminated] {
                let life = life_in(state);
                if state == from {
                    assert_eq!(make(&life), Ok(()));
                    assert_eq!(life.state(), to);
                } else {
                    let illegal = IllegalMove { from: state, to };
                    assert_eq!(make(&life), Err(illegal));
                    assert_eq!(life.state(), state);
                }
            }
        }
    }

    #[test]
    fn of_many_starts_exactly_one_succeeds() {
        for _ in 0..200 {
            let life = LifeCycle::new();
            let started: usize = thread::scope(|scope| {
                let tries = [(); 4].map(|()| scope.spawn(|| life.start()));
                let tries = tries.map(|thread| thread.join().unwrap());
                tries.iter().filter(|result| result.is_ok()).count()
            });
            assert_eq!(started, 1);
        }
    }

    #[test]
    fn the_ending_tells_a_return_from_a_panic() {
        let (good, bad) = (life_in(State::Running), life_in(State::Running));
        assert_eq!(good.ending(), None);
        assert_eq!(good.run(|| 7).unwrap(), 7);
        assert_eq!(good.ending(), Some(Ending::Returned));

        let payload = bad.run(|| panic::resume_unwind(Box::new("burnt")));
        let payload: Box<dyn std::any::Any + Send> = payload.unwrap_err();
        assert_eq!(*payload.downcast::<&str>().unwrap(), "burnt");
        assert_eq!(bad.ending(), Some(Ending::Panicked));
        assert_eq!(bad.state(), State::Terminated);
    }

    #[test]
    fn a_life_that_is_not_running_cannot_be_run() {
        for state in [State::New, State::Terminated] {
            let life = life_in(state);
            let run = AssertUnwindSafe(|| life.run(|| ()));
            let payload = panic::catch_unwind(run).unwrap_err();
            let message = payload.downcast::<String>().unwrap();
            let wanted = format!("cannot run a `LifeCycle` that is {state}:");
            assert!(message.starts_with(&wanted), "{message}");
            assert_eq!(life.state(), state);
        }
    }

    #[test]
    fn a_waiting_thread_is_blocked_and_runs_again_afterwards() {
        let life = life_in(State::Running);
        let (wake, woken) = mpsc::channel();
        let (done, leave) = mpsc::channel::<()>();
        thread::scope(|scope| {
            scope.spawn(|| {
                life.run(move || {
                    blocked(|| woken.recv_timeout(LONG).unwrap());
                    leave.recv_timeout(LONG).unwrap_err();
                })
            });
            eventually(|| life.state() == State::Blocked);
            wake.send(()).unwrap();
            eventually(|| life.state() == State::Running);
            drop(done);
        });
        assert_eq!(life.state(), State::Terminated);
    }

    #[test]
    fn of_nested_waits_the_outer_one_counts() {
        let life = life_in(State::Running);
        let state = || life.state();
        let states = life.run(|| {
            let inside = blocked(|| {
                let inner = blocked(state);
                [inner, state()]
            });
            (inside, state())
        });
        let (inside, after) = states.unwrap();
        assert_eq!(inside, [State::Blocked; 2]);
        assert_eq!(after, State::Running);
    }

    #[test]
    fn after_a_life_within_another_the_outer_one_is_led_again() {
        let (outer, inner) = (life_in(State::Running), life_in(State::Running));
        let states = outer.run(|| {
            inner.run(|| blocked(|| outer.state())).unwrap();
            blocked(|| (inner.state(), outer.state()))
        });
        assert_eq!(states.unwrap(), (State::Terminated, State::Blocked));
    }

    #[test]
    fn a_life_can_be_run_while_the_thread_drops_its_local_values() {
        struct AtTheEnd(mpsc::Sender<State>);

        impl Drop for AtTheEnd {
            fn drop(&mut self) {
                let life = life_in(State::Running);
                let state = life.run(|| blocked(|| life.state())).unwrap();
                self.0.send(state).unwrap();
                self.0.send(life.state()).unwrap();
            }
        }

        thread_local! {
            static EARLY: RefCell<Option<AtTheEnd>> =
                const { RefCell::new(None) };
            static LATE: RefCell<Option<AtTheEnd>> =
                const { RefCell::new(None) };
        }

        let (send, states) = mpsc::channel();
        let task = move || {
            EARLY.set(Some(AtTheEnd(send.clone())));
            let life = life_in(State::Running);
            life.run(|| LATE.set(Some(AtTheEnd(send)))).unwrap();
        };
        thread::spawn(task).join().unwrap();
        let states: Vec<State> = states.iter().collect();
        // One of the two runs when the thread can't say any more whose life
        // it leads; which of them is up to the system.
        assert_eq!(states.len(), 4);
        assert_eq!([states[1], states[3]], [State::Terminated; 2]);
        for waiting in [states[0], states[2]] {
            assert!(matches!(waiting, State::Running | State::Blocked));
        }
    }

    #[test]
    fn a_wait_that_panics_does_not_leave_the_thread_blocked() {
        let life = life_in(State::Running);
        let after = life.run(|| {
            let wait = || blocked(|| panic::resume_unwind(Box::new(())));
            let caught: thread::Result<()> = panic::catch_unwind(wait);
            assert!(caught.is_err());
            life.state()
        });
        assert_eq!(after.unwrap(), State::Running);
    }

    #[test]
    fn a_thread_without_a_life_just_waits() {
        assert_eq!(blocked(|| 5), 5);
        let life = life_in(State::Running);
        let _ = life.run(|| ());
        // The life is over, and the calling thread is free of it.
        assert_eq!(blocked(|| life.state()), State::Terminated);
    }

    #[test]
    fn who_sees_the_end_sees_what_was_done_before() {
        use std::sync::atomic::AtomicU32;

        for _ in 0..500 {
            let (life, work) = (life_in(State::Running), AtomicU32::new(0));
            thread::scope(|scope| {
                scope.spawn(|| {
                    life.run(|| work.store(1, Ordering::Relaxed)).unwrap();
                });
                eventually(|| life.state() == State::Terminated);
                assert_eq!(work.load(Ordering::Relaxed), 1);
            });
        }
    }

    /// What the kernel says of a thread: `R` runs, `S` sleeps.
    #[cfg(target_os = "linux")]
    fn kernel_state(tid: &str) -> Option<char> {
        let path = format!("/proc/self/task/{tid}/stat");
        let stat = std::fs::read_to_string(path).ok()?;
        let (_, after_name) = stat.rsplit_once(") ")?;
        after_name.chars().next()
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_kernel_agrees_with_running_and_blocked() {
        use std::sync::atomic::AtomicBool;

        let life = life_in(State::Running);
        let (tell, told) = mpsc::channel();
        let (wake, woken) = mpsc::channel::<()>();
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            let (life, stop) = (&life, &stop);
            scope.spawn(move || {
                life.run(|| {
                    let me = std::fs::read_link("/proc/thread-self").unwrap();
                    let tid = me.file_name().unwrap().to_str().unwrap();
                    tell.send(tid.to_owned()).unwrap();
                    while !stop.load(Ordering::Relaxed) {
                        std::hint::spin_loop();
                    }
                    blocked(|| woken.recv_timeout(LONG).unwrap());
                })
                .unwrap();
            });
            let tid: String = told.recv_timeout(LONG).unwrap();
            eventually(|| kernel_state(&tid) == Some('R'));
            assert_eq!(life.state(), State::Running);

            stop.store(true, Ordering::Relaxed);
            eventually(|| life.state() == State::Blocked);
            eventually(|| kernel_state(&tid) == Some('S'));
            assert_eq!(life.state(), State::Blocked);

            wake.send(()).unwrap();
            eventually(|| kernel_state(&tid).is_none());
            assert_eq!(life.state(), State::Terminated);
        });
    }

    #[test]
    fn errors_and_states_are_readable() {
        let life = life_in(State::Terminated);
        let error = life.start().unwrap_err();
        assert_eq!(
            error.to_string(),
            "a thread can't go from Terminated to Running"
        );
        assert_eq!(format!("{life:?}"), "LifeCycle(Terminated)");
        assert_eq!(Ending::Panicked.to_string(), "Panicked");
    }
}
// ANCHOR_END: module
