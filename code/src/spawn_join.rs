// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! Joining: any number of threads wait for the end of one, with a timeout if
//! they like, and one of them takes its result.
//!
//! A [`JoinState`] is what a thread and its joiners share.
//! `std` gives a thread one [`JoinHandle`], which one owner can join once and
//! without a timeout.
//! Here one joiner uses that handle, and the others wait for that joiner.
//!
//! Use it to build a handle that can be cloned and joined from anywhere, as
//! `spawn.rs` does.
//! If one owner joins, a [`JoinHandle`] is enough.
//! If nothing depends on the end of the thread itself, send the result
//! through a channel.
//!
//! # Before you copy it
//!
//! - A thread that waits for its own end panics or waits forever: check that
//!   before you call [`wait`](JoinState::wait).
//! - A wait with a deadline ends only after the thread has called
//!   [`leave`](JoinState::leave). A thread that never calls it can be joined
//!   without a deadline alone.
//! - If the thread panics, the panic's payload is leaked: catch the panic in
//!   the thread, and make it the result.
//! - In a child process made by `fork`, the thread does not exist: a wait with
//!   a deadline ends with it, and one without panics or never ends.
//!
//! The chapter that explains this file is `src/spawn.md`.
//!
//! # Why no joiner sleeps forever
//!
//! 1. Every joiner looks at `system` with `progress` locked.
//! 2. At most one of them finds `Started`, because it puts `Joining` in its
//!    place in the same critical section.
//! 3. That one unlocks `progress`, waits for the operating system, locks it
//!    again, writes `Joined` and notifies all others.
//! 4. Any other joiner that has to wait goes to sleep and unlocks `progress`
//!    in one step. So it is asleep when `system` or `left` next changes, and
//!    whatever changes one of them notifies it.

use std::fmt;
use std::io;
use std::mem;
use std::thread::JoinHandle;
use std::time::Instant;

use parking_lot::{Condvar, Mutex, MutexGuard};

// ANCHOR: join_state
/// What a thread and its joiners share.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use std::thread;
/// use threading::spawn_join::JoinState;
///
/// let state = Arc::new(JoinState::new());
/// let shared = Arc::clone(&state);
/// let task = move || {
///     shared.finish("page 1");
///     shared.leave();
/// };
/// state.start(|| thread::Builder::new().spawn(task))?;
///
/// thread::scope(|scope| {
///     scope.spawn(|| state.wait(None)); // any number of threads
///     assert_eq!(state.wait(None), Ok(true));
/// });
/// assert_eq!(state.take(), Some("page 1"));
/// assert_eq!(state.take(), None); // once
/// # Ok::<(), threading::spawn_join::NotNew>(())
/// ```
pub struct JoinState<T> {
    progress: Mutex<Progress<T>>,
    /// Notified with `progress` locked, when `system` or `left` changes.
    changed: Condvar,
}

struct Progress<T> {
    system: System,
    /// There from the end of the task until a joiner takes it.
    result: Option<T>,
    /// The thread is about to end, and does nothing slow any more.
    left: bool,
}

/// How far the operating system's thread is.
enum System {
    /// It does not exist yet.
    New,
    /// A call of `start` is asking for it.
    Starting,
    /// It exists, and no thread joins it yet.
    Started(JoinHandle<()>),
    /// One joiner waits for its end, the others wait for that joiner.
    Joining,
    /// It is gone, with its thread-local values.
    Joined,
}
// ANCHOR_END: join_state

/// The error of a start that did not start a thread.
#[derive(Debug)]
pub enum NotNew {
    /// Another call has started it, or is about to.
    Started,
    /// The operating system refused to make a thread; it may be tried again.
    Refused(io::Error),
}

/// The error of a wait for a thread that was never started: it has no end to
/// wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotStarted;

impl<T> JoinState<T> {
    /// Makes the state of a thread that is not started.
    #[must_use]
    pub fn new() -> Self {
        let progress = Progress {
            system: System::New,
            result: None,
            left: false,
        };
        JoinState {
            progress: Mutex::new(progress),
            changed: Condvar::new(),
        }
    }

    /// Starts the thread with `spawn`, unless it was started before.
    ///
    /// `spawn` runs without a lock held, and at most once at a time.
    /// If it fails or panics, the thread is still new.
    ///
    /// # Errors
    ///
    /// - [`NotNew::Started`] for all callers but the first.
    /// - [`NotNew::Refused`] with the error of `spawn`.
    // ANCHOR: join_start
    pub fn start(
        &self,
        spawn: impl FnOnce() -> io::Result<JoinHandle<()>>,
    ) -> Result<(), NotNew> {
        self.claim()?;
        let claim = Claim(self);
        let system = spawn().map_err(NotNew::Refused)?;
        mem::forget(claim);
        self.change(System::Started(system));
        Ok(())
    }

    fn claim(&self) -> Result<(), NotNew> {
        let mut progress = self.progress.lock();
        if !matches!(progress.system, System::New) {
            return Err(NotNew::Started);
        }
        progress.system = System::Starting;
        Ok(())
    }
    // ANCHOR_END: join_start

    /// Reports whether a call of [`start`](JoinState::start) has succeeded, or
    /// is about to.
    ///
    /// After a `true`, it is `false` again only if the operating system
    /// refuses the thread.
    #[must_use]
    pub fn is_started(&self) -> bool {
        !matches!(self.progress.lock().system, System::New)
    }

    fn change(&self, system: System) {
        let mut progress = self.progress.lock();
        progress.system = system;
        self.changed.notify_all();
    }

    /// Stores the result, which is called by the thread before its end.
    pub fn finish(&self, result: T) {
        self.progress.lock().result = Some(result);
    }

    /// Says that the thread is about to end, and does nothing slow any more.
    ///
    /// The thread calls it, as the last thing if it can: joiners with a
    /// deadline wait for it, and then wait for the operating system without
    /// one.
    pub fn leave(&self) {
        let mut progress = self.progress.lock();
        progress.left = true;
        self.changed.notify_all();
    }

    // ANCHOR: join_wait
    /// Waits until the thread is gone, and reports whether it is.
    ///
    /// `false` means that it was not gone by the deadline; `None` waits
    /// forever.
    ///
    /// # Errors
    ///
    /// [`NotStarted`] if no thread was started.
    pub fn wait(&self, deadline: Option<Instant>) -> Result<bool, NotStarted> {
        let mut progress = self.progress.lock();
        let mut in_time = true;
        loop {
            self.join_system(&mut progress, deadline.is_none());
            match progress.system {
                System::New => return Err(NotStarted),
                System::Joined => return Ok(true),
                _ if !in_time => return Ok(false),
                _ => in_time = self.sleep(&mut progress, deadline),
            }
        }
    }

    /// Waits for the operating system, unless another joiner does.
    ///
    /// It knows no deadline: a joiner that has one comes here in vain until
    /// nothing is left that could take long.
    fn join_system(
        &self,
        progress: &mut MutexGuard<'_, Progress<T>>,
        has_time: bool,
    ) {
        let may_ask = has_time || progress.left;
        if !matches!(progress.system, System::Started(_)) || !may_ask {
            return;
        }
        let started = mem::replace(&mut progress.system, System::Joining);
        MutexGuard::unlocked(progress, || started.join());
        progress.system = System::Joined;
        self.changed.notify_all();
    }

    /// Sleeps until something changes; reports whether that was in time.
    fn sleep(
        &self,
        progress: &mut MutexGuard<'_, Progress<T>>,
        deadline: Option<Instant>,
    ) -> bool {
        let Some(deadline) = deadline else {
            self.changed.wait(progress);
            return true;
        };
        !self.changed.wait_until(progress, deadline).timed_out()
    }
    // ANCHOR_END: join_wait

    /// Takes the result, which one caller alone gets.
    ///
    /// It is `None` before the end of the task, and after the first call.
    #[must_use = "no other call gets the result"]
    pub fn take(&self) -> Option<T> {
        self.progress.lock().result.take()
    }
}

impl System {
    fn join(self) {
        if let System::Started(handle) = self {
            // The payload of a panic may panic when it is dropped, and then
            // the other joiners would wait forever.
            mem::forget(handle.join());
        }
    }
}

/// Gives a claimed start back, if it comes to nothing.
struct Claim<'a, T>(&'a JoinState<T>);

impl<T> Drop for Claim<'_, T> {
    fn drop(&mut self) {
        self.0.change(System::New);
    }
}

impl<T> Default for JoinState<T> {
    fn default() -> Self {
        JoinState::new()
    }
}

impl<T> fmt::Debug for JoinState<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.progress.lock().system {
            System::New => "New",
            System::Starting => "Starting",
            System::Started(_) => "Started",
            System::Joining => "Joining",
            System::Joined => "Joined",
        };
        write!(f, "JoinState({state})")
    }
}

impl fmt::Display for NotNew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotNew::Started => f.write_str("the thread was started before"),
            NotNew::Refused(error) => {
                write!(f, "the system refused a new thread: {error}")
            }
        }
    }
}

impl std::error::Error for NotNew {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            NotNew::Started => None,
            NotNew::Refused(error) => Some(error),
        }
    }
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the thread is not started")
    }
}

impl std::error::Error for NotStarted {}

#[cfg(test)]
mod tests {
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::{Arc, mpsc};
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    type Shared = Arc<JoinState<u32>>;

    fn soon() -> Option<Instant> {
        Some(Instant::now() + Duration::from_millis(5))
    }

    /// So late that a test has failed before.
    fn late() -> Option<Instant> {
        Some(Instant::now() + LONG * 2)
    }

    /// A state that is not started yet.
    fn new() -> Shared {
        Arc::new(JoinState::new())
    }

    /// Starts a thread that does `task`, with the result 7.
    fn start(state: &Shared, task: impl FnOnce() + Send + 'static) {
        let shared = Arc::clone(state);
        let task = move || {
            task();
            shared.finish(7);
            shared.leave();
        };
        state.start(|| thread::Builder::new().spawn(task)).unwrap();
    }

    fn until_dropped(wait: mpsc::Receiver<()>) -> impl FnOnce() + Send {
        move || {
            wait.recv_timeout(LONG).unwrap_err();
        }
    }

    #[test]
    fn what_was_never_started_has_no_end() {
        let state = new();
        assert!(!state.is_started());
        for deadline in [None, late(), Some(Instant::now())] {
            assert_eq!(state.wait(deadline), Err(NotStarted));
        }
        assert_eq!(state.take(), None);
    }

    #[test]
    fn a_wait_ends_with_the_thread_or_with_its_deadline() {
        let (end, wait) = mpsc::channel::<()>();
        let state = new();
        start(&state, until_dropped(wait));
        assert!(state.is_started());
        let deadline = soon();
        assert_eq!(state.wait(deadline), Ok(false));
        assert!(Instant::now() >= deadline.unwrap());
        drop(end);
        assert_eq!(state.wait(late()), Ok(true));
        assert_eq!(state.wait(Some(Instant::now())), Ok(true));
        assert_eq!(state.wait(None), Ok(true));
    }

    /// A thread that joins, and then says what it got.
    fn joiner(
        state: &Shared,
        deadline: Option<Instant>,
    ) -> mpsc::Receiver<(Result<bool, NotStarted>, Option<u32>)> {
        let (tell, told) = mpsc::channel();
        let state = Arc::clone(state);
        let join = move || (state.wait(deadline), state.take());
        thread::spawn(move || tell.send(join()));
        told
    }

    #[test]
    fn of_many_joiners_one_takes_the_result_and_all_return() {
        for deadline in [None, late()] {
            let (end, wait) = mpsc::channel::<()>();
            let state = new();
            start(&state, until_dropped(wait));
            let joiners = [(); 4].map(|()| joiner(&state, deadline));
            // They have time to fall asleep.
            assert_eq!(state.wait(soon()), Ok(false));
            drop(end);
            let ends = joiners.map(|told| {
                told.recv_timeout(LONG).expect("a joiner sleeps on")
            });
            assert!(ends.iter().all(|(ended, _)| *ended == Ok(true)));
            let taken = ends.iter().filter_map(|(_, taken)| *taken);
            assert_eq!(taken.collect::<Vec<_>>(), [7]);
        }
    }

    /// The thread stays until the joiner has given up.
    #[test]
    fn a_deadline_does_not_wait_for_a_thread_that_has_not_left() {
        let (end, wait) = mpsc::channel::<()>();
        let state = new();
        let shared = Arc::clone(&state);
        let task = move || {
            shared.finish(7);
            let waited = wait.recv_timeout(LONG);
            shared.leave();
            waited.unwrap_err();
        };
        state.start(|| thread::Builder::new().spawn(task)).unwrap();
        assert_eq!(state.wait(soon()), Ok(false));
        drop(end);
        assert_eq!(state.wait(late()), Ok(true));
    }

    #[test]
    fn a_second_start_is_an_error_and_starts_nothing() {
        let state = new();
        start(&state, || ());
        let again = state.start(|| unreachable!());
        assert!(matches!(again, Err(NotNew::Started)));
        assert_eq!(state.wait(None), Ok(true));
        let again = state.start(|| unreachable!());
        assert!(matches!(again, Err(NotNew::Started)));
    }

    #[test]
    fn a_start_that_fails_or_panics_may_be_tried_again() {
        let state = new();
        let refused = state.start(|| Err(io::Error::other("full")));
        let text = "the system refused a new thread: full";
        let refused = refused.unwrap_err();
        assert_eq!(refused.to_string(), text);
        assert!(std::error::Error::source(&refused).is_some());
        let fail = || state.start(|| panic::resume_unwind(Box::new("fails")));
        panic::catch_unwind(AssertUnwindSafe(fail)).unwrap_err();
        assert!(!state.is_started());
        start(&state, || ());
        assert_eq!(state.wait(None), Ok(true));
        assert_eq!(state.take(), Some(7));
    }

    #[test]
    fn a_joiner_that_comes_while_it_starts_waits_for_the_end() {
        let state = new();
        let shared = Arc::clone(&state);
        let mut told = None;
        let spawn = || {
            told = Some(joiner(&state, None));
            assert_eq!(state.wait(soon()), Ok(false));
            thread::Builder::new().spawn(move || shared.finish(7))
        };
        state.start(spawn).unwrap();
        let end = told.unwrap().recv_timeout(LONG);
        assert_eq!(end, Ok((Ok(true), Some(7))));
    }

    #[test]
    fn the_panic_of_a_thread_keeps_no_joiner_waiting() {
        struct Fails;
        impl Drop for Fails {
            fn drop(&mut self) {
                panic::resume_unwind(Box::new("dropped"));
            }
        }
        let state = new();
        let fail = || panic::resume_unwind(Box::new(Fails));
        state.start(|| thread::Builder::new().spawn(fail)).unwrap();
        for _ in 0..2 {
            let end = joiner(&state, None).recv_timeout(LONG);
            assert_eq!(end, Ok((Ok(true), None)));
        }
    }

    #[test]
    fn states_and_errors_are_readable() {
        let state = new();
        assert_eq!(format!("{state:?}"), "JoinState(New)");
        let spawn = || {
            assert_eq!(format!("{state:?}"), "JoinState(Starting)");
            thread::Builder::new().spawn(|| ())
        };
        state.start(spawn).unwrap();
        assert_eq!(format!("{state:?}"), "JoinState(Started)");
        state.wait(None).unwrap();
        assert_eq!(format!("{state:?}"), "JoinState(Joined)");
        let text = "the thread was started before";
        assert_eq!(NotNew::Started.to_string(), text);
        assert_eq!(NotStarted.to_string(), "the thread is not started");
    }
}
// ANCHOR_END: module
