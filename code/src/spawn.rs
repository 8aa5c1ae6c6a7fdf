// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A thread: make it, start it, join it, and get its result.
//!
//! [`Thread`] is Python's `threading.Thread`, run by a thread of the system.
//! [`Thread::new`] makes a [`NewThread`]; [`start`](NewThread::start) turns
//! it into a [`Thread`], and [`join`](Thread::join) waits for the end and
//! hands out the result.
//! A [`Thread`] is a handle: it can be cloned, sent and compared, and it may
//! be dropped without waiting.
//!
//! Use [`Thread`] for a task with a life of its own, which others name,
//! watch and wait for.
//! A neighbour may serve you better: `std::thread::scope` for tasks that
//! borrow from the caller, and `std::thread::spawn` where one owner joins.
//!
//! # Before you copy it
//!
//! - The first start puts a panic hook in front of the program's own, for the
//!   whole process: `spawn_report.rs` says what it does.
//! - A join with a timeout does not wait for slow destructors of thread-local
//!   values. It does wait for destructors that C code registers with the
//!   system, which run later.
//! - A result, or the payload of a panic, that no thread takes is dropped by
//!   whichever thread drops the last handle. If its destructor panics, that
//!   panic is printed and goes no further.
//! - On Linux, a process that runs out of memory mappings
//!   (`vm.max_map_count`) may be killed while `std` sets up the stack of a new
//!   thread ([rust-lang/rust#78497]), so [`StartError::Refused`] does not
//!   cover that limit.
//! - In a child process made by `fork`, only the thread that forked exists,
//!   and its handle is still its own. The other threads stay in the list, in
//!   the state they had: a wait for one of them ends with its timeout, and
//!   without one it panics or never ends. A lock that one of them held is held
//!   forever, so while other threads run, the child may only run another
//!   program or exit.
//! - It needs 64-bit atomics, and brings the `unsafe` blocks of
//!   `spawn_native.rs` along.
//!
//! [rust-lang/rust#78497]: https://github.com/rust-lang/rust/issues/78497
//!
//! The chapter that explains this file is `src/spawn.md`.
//!
//! Travels with: `life_cycle.rs`, `spawn_join.rs`, `spawn_native.rs`,
//! `spawn_report.rs`.

use std::any::Any;
use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::marker::PhantomData;
use std::num::NonZeroU64;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::life_cycle::{Ending, LifeCycle, State, blocked};
use super::spawn_join::{JoinState, NotNew, NotStarted};
use super::spawn_native::{is_asleep, native_id};
use super::spawn_report::{as_task, attempt, contain, note_panics};

pub use super::spawn_report::{Failure, Place};

// ANCHOR: handles
/// A handle of a thread whose task returns a `T`.
///
/// Clones are handles of the same thread, and equal.
/// To drop them all neither stops the thread nor leaks anything.
/// What does not depend on `T` is in [`ThreadHandle`], to which this
/// dereferences.
///
/// # Examples
///
/// ```
/// use threading::Thread;
///
/// let numbers = vec![1, 2, 3];
/// let adder = Thread::new(move || numbers.iter().sum::<i32>());
/// let adder = adder.start()?;
/// assert_eq!(adder.join()?, 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Differences from Python
///
/// - `join()` hands out what the task returned; Python discards it.
/// - `start()` twice and `join()` before `start()` do not compile with a
///   [`NewThread`]. They are typed errors after
///   [`share`](NewThread::share); Python raises `RuntimeError`.
/// - A panic is printed on standard error at once, whether or not the task
///   catches it, and the one that ends the task is reported by `join()` too.
///
/// Source: [Thread objects][python].
///
/// [python]: https://docs.python.org/3/library/threading.html#thread-objects
pub struct Thread<T = ()> {
    handle: ThreadHandle,
    /// The type that `take` finds in the outcome. No `T` is in here, so the
    /// handle may be sent and shared whatever `T` is.
    result: PhantomData<fn() -> T>,
}

/// A handle of a thread, whatever its task returns.
///
/// Handles are equal when they belong to the same thread.
#[derive(Clone)]
pub struct ThreadHandle {
    pub(crate) record: Arc<Record>,
}

/// A thread that is not started yet: set it up, then
/// [`start`](NewThread::start) it.
///
/// It can't be joined, since there is no such method, nor started twice,
/// since `start` consumes it.
#[must_use = "a new thread does nothing until it is started"]
pub struct NewThread<T = ()> {
    pub(crate) thread: Thread<T>,
}
// ANCHOR_END: handles

// ANCHOR: record
/// What all handles of a thread share.
pub(crate) struct Record {
    /// Unlike the system's, this number is never used again.
    pub(crate) ident: NonZeroU64,
    pub(crate) life: LifeCycle,
    /// Told by the thread itself, before its task.
    pub(crate) native_id: OnceLock<Option<u64>>,
    /// Whether the thread was started by other means: it can't be joined.
    pub(crate) foreign: bool,
    pub(crate) join: JoinState<Result<Value, Failure>>,
    /// A start claims `join` before it locks this: whoever finds `join` not
    /// started with this locked comes before the start.
    pub(crate) settings: Mutex<Settings>,
    /// There until the thread begins with it.
    task: Mutex<Option<Task>>,
}

/// What a thread is set up with.
pub(crate) struct Settings {
    pub(crate) name: Name,
    pub(crate) daemon: bool,
    pub(crate) stack_size: Option<usize>,
}

/// The name of a thread.
pub(crate) struct Name {
    pub(crate) given: Option<String>,
    /// For a thread without a name of its own: `Thread`, and its number.
    pub(crate) kind: &'static str,
    pub(crate) number: u64,
}

type Value = Box<dyn Any + Send>;
type Task = Box<dyn FnOnce() -> Value + Send>;
// ANCHOR_END: record

// ANCHOR: errors
/// The error of a start that did not start the thread.
#[derive(Debug)]
pub enum StartError {
    /// A thread can be started once only.
    AlreadyStarted {
        /// The state of the thread.
        state: State,
    },
    /// The system refused to make a thread, as it does at its limits.
    /// Not at all of them: Linux may end a process that has too many memory
    /// mappings (`vm.max_map_count`) instead.
    ///
    /// The thread is still new, and a shared one may be started later.
    Refused(io::Error),
}

/// The error of a join that has no result to hand out.
#[derive(Debug)]
pub enum JoinError {
    /// The thread was never started: there is no end to wait for.
    NotStarted,
    /// A thread that joins itself would wait forever.
    WouldDeadlock,
    /// The thread was started by other means, and is its owner's to join.
    Foreign,
    /// The task panicked.
    Panicked(Failure),
    /// The thread has ended, and an earlier joiner took its result.
    Taken {
        /// Whether that was a value or a panic.
        ending: Ending,
    },
}

// ANCHOR_END: errors

impl<T: Send + 'static> Thread<T> {
    /// Makes a thread that will run `task`.
    ///
    /// The task takes its arguments along: a `move` closure owns what it
    /// uses.
    /// The name is `Thread-1`, `Thread-2` and so on until it is given
    /// another, and the thread is a daemon if the calling thread is one.
    ///
    /// ```
    /// use threading::Thread;
    ///
    /// let greet = |name: &'static str| Thread::new(move || name.len());
    /// assert_eq!(greet("Ada").start()?.join()?, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// `Thread(target=f, args=(a, b))` becomes `move || f(a, b)`.
    // ANCHOR: new
    #[expect(
        clippy::new_ret_no_self,
        reason = "a thread that is not started is of another type"
    )]
    pub fn new(task: impl FnOnce() -> T + Send + 'static) -> NewThread<T> {
        let name = numbered("Thread");
        let record = Record::new(next_ident(), name, inherits_daemon(), false);
        let task: Task = Box::new(move || Box::new(task()));
        *record.task.lock() = Some(task);
        let handle = ThreadHandle::from(record);
        let result = PhantomData;
        let thread = Thread { handle, result };
        NewThread { thread }
    }
    // ANCHOR_END: new

    /// Starts a thread that was [shared](NewThread::share) before its start.
    ///
    /// # Errors
    ///
    /// - [`StartError::AlreadyStarted`] for all callers but the first.
    /// - [`StartError::Refused`] if the system has no thread to give. The
    ///   thread is still new then, and in no list of threads.
    ///
    /// ```
    /// use threading::Thread;
    /// use threading::spawn::StartError;
    ///
    /// let thread = Thread::new(|| ()).share();
    /// thread.start()?;
    /// let again = thread.start();
    /// assert!(matches!(again, Err(StartError::AlreadyStarted { .. })));
    /// # thread.join()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    // ANCHOR: start
    pub fn start(&self) -> Result<(), StartError> {
        let record = &self.handle.record;
        match record.join.start(|| self.handle.spawn()) {
            Ok(()) => {
                // The thread may have said so itself already.
                let _ = record.life.start();
                Ok(())
            }
            Err(NotNew::Refused(error)) => Err(StartError::Refused(error)),
            Err(NotNew::Started) => {
                let state = record.started_state();
                Err(StartError::AlreadyStarted { state })
            }
        }
    }
    // ANCHOR_END: start

    /// Waits for the end of the thread, and takes its result.
    ///
    /// Any number of threads may join the same one.
    /// The result is handed out once, to the first of them; the others learn
    /// that it was [taken](JoinError::Taken).
    /// To wait without taking it, call [`wait`](ThreadHandle::wait).
    ///
    /// When this returns, the thread is gone for good: its thread-local
    /// values are dropped as well.
    /// While it waits, the calling thread is Blocked.
    ///
    /// # Errors
    ///
    /// [`JoinError`] if the thread panicked, was not started, is the calling
    /// thread, or has no result any more.
    ///
    /// ```
    /// use threading::Thread;
    /// use threading::spawn::JoinError;
    ///
    /// let thread = Thread::new(|| 6 * 7).start()?;
    /// let other = thread.clone();
    /// assert_eq!(thread.join()?, 42);
    /// assert!(matches!(other.join(), Err(JoinError::Taken { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    // ANCHOR: join
    pub fn join(&self) -> Result<T, JoinError> {
        self.wait()?;
        self.take()
    }
    // ANCHOR_END: join

    /// Waits for the end of the thread no longer than `timeout`, and takes
    /// its result.
    ///
    /// Returns `None` if the thread did not end in that time: a thread whose
    /// task has returned still has to drop its thread-local values.
    /// A timeout of zero looks once; one too long for the clock waits
    /// forever.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    /// use threading::Thread;
    ///
    /// let (end, wait) = mpsc::channel::<()>();
    /// let thread = Thread::new(move || wait.recv().is_err()).start()?;
    /// let patience = Duration::from_millis(5);
    /// assert!(thread.join_timeout(patience).is_none());
    /// drop(end);
    /// assert!(thread.join_timeout(Duration::MAX).unwrap()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// `join(timeout=1)` returns `None` in either case, and the caller asks
    /// `is_alive()`.
    #[must_use = "`None` means that the thread has not ended"]
    pub fn join_timeout(
        &self,
        timeout: Duration,
    ) -> Option<Result<T, JoinError>> {
        self.join_deadline(Instant::now().checked_add(timeout))
    }

    /// Waits for the end of the thread until `deadline`, and takes its
    /// result.
    ///
    /// Returns `None` if the thread did not end by then.
    /// The deadline is an [`Instant`], or `None` to wait forever.
    #[must_use = "`None` means that the thread has not ended"]
    pub fn join_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Option<Result<T, JoinError>> {
        match self.wait_deadline(deadline) {
            Ok(true) => Some(self.take()),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }

    fn take(&self) -> Result<T, JoinError> {
        let record = &self.handle.record;
        let taken = || JoinError::Taken {
            ending: record.life.ending().unwrap_or(Ending::Returned),
        };
        let outcome = record.join.take().ok_or_else(taken)?;
        let value = outcome.map_err(JoinError::Panicked)?.downcast();
        Ok(*value.expect("`new` gave the handle the task's type"))
    }
}

impl<T: Send + 'static> NewThread<T> {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// [`StartError::Refused`] if the system has no thread to give.
    /// To try again later, [`share`](NewThread::share) the thread first.
    ///
    /// ```
    /// use threading::Thread;
    ///
    /// let thread = Thread::new(|| println!("from another thread"));
    /// thread.start()?.join()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start(self) -> Result<Thread<T>, StartError> {
        self.thread.start()?;
        Ok(self.thread)
    }

    /// Asks the system for a stack of that many bytes.
    ///
    /// ```
    /// use threading::Thread;
    ///
    /// let deep = Thread::new(|| "deep").stack_size(16 * 1024 * 1024);
    /// assert_eq!(deep.start()?.join()?, "deep");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// `threading.stack_size(n)` is for all threads that follow.
    pub fn stack_size(self, bytes: usize) -> Self {
        self.thread.record.settings.lock().stack_size = Some(bytes);
        self
    }
}

impl<T> NewThread<T> {
    /// Gives up the static checks: the handle can be cloned and passed
    /// around before the start.
    ///
    /// Misuse is a typed error then, at run time.
    ///
    /// ```
    /// use threading::Thread;
    /// use threading::spawn::JoinError;
    ///
    /// let thread = Thread::new(|| ()).share();
    /// assert!(matches!(thread.join(), Err(JoinError::NotStarted)));
    /// ```
    #[must_use = "a shared thread does nothing until it is started"]
    pub fn share(self) -> Thread<T> {
        self.thread
    }
}

impl ThreadHandle {
    /// Returns the state of the thread right now.
    ///
    /// Blocked is a thread whose wait is marked by [`blocked`], as a join is.
    /// On Linux it is any thread that the kernel lets sleep, whatever it
    /// waits for: the kernel is asked, which costs some microseconds.
    ///
    /// ```
    /// use threading::Thread;
    /// use threading::life_cycle::State;
    ///
    /// let thread = Thread::new(|| ()).share();
    /// assert_eq!(thread.state(), State::New);
    /// thread.start()?;
    /// thread.join()?;
    /// assert_eq!(thread.state(), State::Terminated);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    // ANCHOR: state
    #[must_use]
    pub fn state(&self) -> State {
        let life = &self.record.life;
        if life.state() == State::Running && self.is_asleep() {
            // The number was the thread's own if it has not ended meanwhile.
            return match life.state() {
                State::Running => State::Blocked,
                state => state,
            };
        }
        life.state()
    }

    /// Whether the kernel lets the thread wait, where the kernel can be asked.
    fn is_asleep(&self) -> bool {
        let native_id = self.record.native_id.get();
        native_id.is_some_and(|id| id.is_some_and(is_asleep))
    }
    // ANCHOR_END: state

    /// Returns how the thread ended, or `None` if it has not.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.record.life.ending()
    }

    /// Waits for the end of the thread, and leaves its result to others.
    ///
    /// Any number of threads may wait, any number of times.
    /// To take the result as well, [`join`](Thread::join) the [`Thread`].
    ///
    /// # Errors
    ///
    /// [`JoinError`] if the thread was not started, is the calling thread,
    /// or was started by other means.
    /// A panic of the thread is not an error here.
    ///
    /// ```
    /// use threading::{Thread, ThreadHandle};
    ///
    /// let thread = Thread::new(|| 5).start()?;
    /// let handle: ThreadHandle = thread.handle();
    /// handle.wait()?;
    /// handle.wait()?;
    /// assert_eq!(thread.join()?, 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is what Python's `join()` does. Here `join` takes the result, and
    /// a handle that knows nothing of the result's type can't, so it has no
    /// method of that name.
    #[doc(alias = "join")]
    pub fn wait(&self) -> Result<(), JoinError> {
        self.wait_deadline(None).map(drop)
    }

    /// Waits for the end of the thread, no longer than `timeout`, and reports
    /// whether it has ended.
    ///
    /// A timeout of zero checks once; one too long for the clock waits
    /// forever.
    ///
    /// # Errors
    ///
    /// As [`wait`](ThreadHandle::wait).
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    /// use threading::Thread;
    ///
    /// let (end, wait) = mpsc::channel::<()>();
    /// let thread = Thread::new(move || wait.recv().is_err()).start()?;
    /// assert!(!thread.wait_timeout(Duration::from_millis(5))?);
    /// drop(end);
    /// assert!(thread.wait_timeout(Duration::MAX)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "join_timeout")]
    pub fn wait_timeout(&self, timeout: Duration) -> Result<bool, JoinError> {
        self.wait_deadline(Instant::now().checked_add(timeout))
    }

    /// Waits for the end of the thread until `deadline`, and reports whether
    /// it has ended.
    ///
    /// The deadline is an [`Instant`], or `None` to wait forever.
    ///
    /// # Errors
    ///
    /// As [`wait`](ThreadHandle::wait).
    // ANCHOR: wait
    #[doc(alias = "join_deadline")]
    pub fn wait_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Result<bool, JoinError> {
        if self.record.foreign {
            return Err(JoinError::Foreign);
        }
        if IDENT.get() == self.record.ident.get() {
            return Err(JoinError::WouldDeadlock);
        }
        let deadline = deadline.into();
        let ended = blocked(|| self.record.join.wait(deadline));
        ended.map_err(|NotStarted| JoinError::NotStarted)
    }
    // ANCHOR_END: wait

    // ANCHOR: ask
    /// Asks the system for the thread.
    fn spawn(&self) -> io::Result<thread::JoinHandle<()>> {
        note_panics();
        let builder = self.record.settings.lock().builder();
        register(self.clone());
        let handle = self.clone();
        let asked = builder.spawn(move || handle.run());
        if asked.is_err() {
            unregister(self.record.ident);
        }
        asked
    }
    // ANCHOR_END: ask

    // ANCHOR: run
    /// What the thread of the system does.
    fn run(self) {
        let record = &self.record;
        IDENT.set(record.ident.get());
        let _ = record.native_id.set(native_id());
        CURRENT.with(|current| current.set(Current(self.clone())).ok());
        let _bound = record.life.bind();
        // `start` may have said so already.
        let _ = record.life.start();

        let task = record.task.lock().take();
        let task = task.expect("a thread is started once");
        record.finish(as_task(own_name, || self.outcome_of(task)));
    }

    /// Runs the task; a panic of it is told before the thread has ended.
    ///
    /// The value is dropped if no thread can ask for it, while a panic still
    /// counts as the thread's failure.
    fn outcome_of(&self, task: Task) -> Result<Option<Value>, Failure> {
        let outcome = attempt(task).and_then(|value| {
            if self.is_held_by_others() {
                return Ok(Some(value));
            }
            attempt(|| drop(value)).map(|()| None)
        });
        outcome.map_err(|mut failure| {
            failure.tell();
            failure
        })
    }
    // ANCHOR_END: run

    /// Whether there is a handle besides those of `run`, of the registry and
    /// of the thread itself.
    fn is_held_by_others(&self) -> bool {
        Arc::strong_count(&self.record) > 3
    }
}

// ANCHOR: contain
impl Drop for Record {
    /// Drops a result that no thread has taken.
    ///
    /// This may be the very end of a thread, or happen while a panic
    /// unwinds: a second panic would end the process.
    fn drop(&mut self) {
        let outcome = self.join.take();
        contain(|| drop(outcome));
    }
}
// ANCHOR_END: contain

impl Record {
    /// A record of a thread that is not started.
    pub(crate) fn new(
        ident: NonZeroU64,
        name: Name,
        daemon: bool,
        foreign: bool,
    ) -> Self {
        Record {
            ident,
            life: LifeCycle::new(),
            native_id: OnceLock::new(),
            foreign,
            join: JoinState::new(),
            settings: Mutex::new(Settings {
                name,
                daemon,
                stack_size: None,
            }),
            task: Mutex::new(None),
        }
    }

    pub(crate) fn name(&self) -> String {
        self.settings.lock().name.to_string()
    }

    /// The state of a thread that somebody has begun to start.
    pub(crate) fn started_state(&self) -> State {
        match self.life.state() {
            // It is about to.
            State::New => State::Running,
            state => state,
        }
    }

    fn finish(&self, outcome: Result<Option<Value>, Failure>) {
        let ending = match outcome {
            Ok(_) => Ending::Returned,
            Err(_) => Ending::Panicked,
        };
        if let Some(outcome) = outcome.transpose() {
            self.join.finish(outcome);
        }
        // Running is the one state that a task can return in.
        let _ = self.life.end(ending);
    }
}

impl Settings {
    fn builder(&self) -> thread::Builder {
        let mut builder = thread::Builder::new();
        if let Some(name) = &self.name.given {
            // The system's names end at a zero byte.
            builder = builder.name(name.replace('\0', ""));
        }
        if let Some(bytes) = self.stack_size {
            builder = builder.stack_size(bytes);
        }
        builder
    }
}

impl From<Record> for ThreadHandle {
    fn from(record: Record) -> Self {
        ThreadHandle {
            record: Arc::new(record),
        }
    }
}

// ANCHOR: registry
/// The threads that are started and not gone yet, by `ident`.
///
/// One whose task has ended is Terminated, and in here until its
/// thread-local values are dropped: the end of the program waits for that.
pub(crate) static REGISTRY: Mutex<BTreeMap<NonZeroU64, ThreadHandle>> =
    Mutex::new(BTreeMap::new());

pub(crate) fn register(handle: ThreadHandle) {
    REGISTRY.lock().insert(handle.record.ident, handle);
}

pub(crate) fn unregister(ident: NonZeroU64) {
    // If this is the last handle, it is dropped after the unlock.
    let _gone = REGISTRY.lock().remove(&ident);
}
// ANCHOR_END: registry

/// The main thread's `ident`; all others are higher.
pub(crate) const MAIN_IDENT: NonZeroU64 = NonZeroU64::MIN;

// ANCHOR: numbers
/// Returns a number that no other thread has or had.
pub(crate) fn next_ident() -> NonZeroU64 {
    static LAST: AtomicU64 = AtomicU64::new(MAIN_IDENT.get());
    // A number is all that is shared: nothing has to be seen before it.
    let last = LAST.fetch_add(1, Ordering::Relaxed);
    MAIN_IDENT.saturating_add(last)
}

/// Returns `Thread-1`, then `Thread-2`, for all kinds together.
pub(crate) fn numbered(kind: &'static str) -> Name {
    static LAST: AtomicU64 = AtomicU64::new(0);
    // As above: each number is handed out once.
    let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let given = None;
    Name {
        given,
        kind,
        number,
    }
}
// ANCHOR_END: numbers

// ANCHOR: current
thread_local! {
    /// The `ident` of the calling thread, zero while it has none.
    pub(crate) static IDENT: Cell<u64> = const { Cell::new(0) };

    /// The handle of the calling thread, once it is known.
    pub(crate) static CURRENT: OnceCell<Current> =
        const { OnceCell::new() };
}

/// The handle that a thread keeps of itself.
pub(crate) struct Current(pub(crate) ThreadHandle);

impl Drop for Current {
    /// The thread is at its very end: it leaves the registry.
    fn drop(&mut self) {
        let record = &self.0.record;
        if record.foreign {
            // Nobody else says so of a thread started by other means.
            let _ = record.life.end(Ending::Returned);
        }
        unregister(record.ident);
        record.join.leave();
    }
}

/// The name of the calling thread, which runs its task.
fn own_name() -> String {
    let name =
        |current: &OnceCell<Current>| Some(current.get()?.0.record.name());
    CURRENT.try_with(name).ok().flatten().unwrap_or_default()
}

/// Whether a thread made here is a daemon: as the calling thread is.
fn inherits_daemon() -> bool {
    let daemon = |current: &OnceCell<Current>| {
        let record = &current.get()?.0.record;
        Some(!record.foreign && record.settings.lock().daemon)
    };
    CURRENT.try_with(daemon).ok().flatten().unwrap_or(false)
}
// ANCHOR_END: current

impl<T> Thread<T> {
    /// Returns a handle that knows nothing of the result's type.
    ///
    /// ```
    /// use threading::Thread;
    ///
    /// let a = Thread::new(|| 1).start()?;
    /// let b = Thread::new(|| "two").start()?;
    /// for thread in [a.handle(), b.handle()] {
    ///     thread.wait()?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn handle(&self) -> ThreadHandle {
        self.handle.clone()
    }
}

impl<T> Deref for Thread<T> {
    type Target = ThreadHandle;

    fn deref(&self) -> &ThreadHandle {
        &self.handle
    }
}

// By hand: the derived one would ask for `T: Clone`, and so below.
impl<T> Clone for Thread<T> {
    fn clone(&self) -> Self {
        Thread {
            handle: self.handle.clone(),
            result: PhantomData,
        }
    }
}

impl PartialEq for ThreadHandle {
    fn eq(&self, other: &Self) -> bool {
        self.record.ident == other.record.ident
    }
}

impl Eq for ThreadHandle {}

impl Hash for ThreadHandle {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.record.ident.hash(state);
    }
}

impl<T> PartialEq for Thread<T> {
    fn eq(&self, other: &Self) -> bool {
        self.handle == other.handle
    }
}

impl<T> Eq for Thread<T> {}

impl<T> PartialEq<ThreadHandle> for Thread<T> {
    fn eq(&self, other: &ThreadHandle) -> bool {
        self.handle == *other
    }
}

impl<T> PartialEq<Thread<T>> for ThreadHandle {
    fn eq(&self, other: &Thread<T>) -> bool {
        *self == other.handle
    }
}

impl<T> Hash for Thread<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.handle.hash(state);
    }
}

impl fmt::Debug for ThreadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not locked while it writes: the writer may have locks of its own.
        let (name, state) = (self.record.name(), self.state());
        let daemon = self.record.settings.lock().daemon;
        let daemon = if daemon { " daemon" } else { "" };
        write!(f, "Thread({name}, {state}{daemon})")
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.given {
            Some(name) => f.write_str(name),
            None => write!(f, "{}-{}", self.kind, self.number),
        }
    }
}

impl<T> fmt::Debug for Thread<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.fmt(f)
    }
}

impl<T> fmt::Debug for NewThread<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.thread.fmt(f)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::AlreadyStarted { state } => {
                write!(f, "the thread was started before: it is {state}")
            }
            StartError::Refused(error) => {
                write!(f, "the system refused a new thread: {error}")
            }
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StartError::AlreadyStarted { .. } => None,
            StartError::Refused(error) => Some(error),
        }
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JoinError::NotStarted => f.write_str("the thread is not started"),
            JoinError::WouldDeadlock => {
                f.write_str("a thread that joins itself would wait forever")
            }
            JoinError::Foreign => {
                f.write_str("the thread was started by other means")
            }
            JoinError::Panicked(failure) => {
                write!(f, "the thread panicked: {}", failure.message)
            }
            JoinError::Taken { ending } => {
                let what = match ending {
                    Ending::Returned => "result",
                    Ending::Panicked => "panic",
                };
                write!(f, "the thread's {what} was taken by another join")
            }
        }
    }
}

impl std::error::Error for JoinError {}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::HashSet;
    use std::env;
    use std::panic;
    use std::process::{Command, Output};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Barrier, mpsc};

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    const CHILD: &str = "THREADING_TEST_CHILD";

    /// Waits until `condition` holds, and fails if it never does.
    fn eventually(condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < LONG, "it never happened");
            thread::yield_now();
        }
    }

    /// Runs one test of this file in a process of its own, where [`CHILD`]
    /// is set.
    fn in_child(test: &str) -> Output {
        let path = format!("{}::{test}", module_path!());
        let (_crate, path) = path.split_once("::").unwrap();
        Command::new(env::current_exe().unwrap())
            .args([path, "--exact", "--nocapture", "--test-threads=1"])
            .env(CHILD, "1")
            .env_remove("RUST_BACKTRACE")
            .env_remove("RUST_LIB_BACKTRACE")
            .output()
            .unwrap()
    }

    fn is_child() -> bool {
        env::var_os(CHILD).is_some()
    }

    fn is_registered<T>(thread: &Thread<T>) -> bool {
        REGISTRY.lock().contains_key(&thread.record.ident)
    }

    /// A thread that runs until the sender is dropped.
    fn waiting() -> (Thread<u32>, mpsc::Sender<()>) {
        let (end, wait) = mpsc::channel::<()>();
        let task = move || {
            wait.recv_timeout(LONG).unwrap_err();
            7
        };
        (Thread::new(task).start().unwrap(), end)
    }

    /// A panic that is not printed.
    fn fail(message: &'static str) {
        panic::resume_unwind(Box::new(message));
    }

    #[test]
    fn a_task_runs_in_another_thread_and_its_result_comes_back() {
        let here = thread::current().id();
        let text = String::from("by move");
        let task = move || (thread::current().id(), text);
        let (there, text) = Thread::new(task).start().unwrap().join().unwrap();
        assert_ne!(there, here);
        assert_eq!(text, "by move");
    }

    #[test]
    fn a_new_thread_does_nothing_until_it_is_started() {
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let task = move || counted.fetch_add(1, Ordering::Relaxed);
        let thread = Thread::new(task).share();
        assert_eq!(thread.state(), State::New);
        assert!(!is_registered(&thread));
        assert!(matches!(thread.join(), Err(JoinError::NotStarted)));
        let joined = thread.join_timeout(Duration::ZERO);
        assert!(matches!(joined, Some(Err(JoinError::NotStarted))));
        assert!(matches!(thread.wait(), Err(JoinError::NotStarted)));
        assert_eq!(runs.load(Ordering::Relaxed), 0);

        thread.start().unwrap();
        thread.join().unwrap();
        assert_eq!(runs.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_new_thread_that_is_dropped_drops_its_task() {
        let value = Arc::new(());
        let task = Arc::clone(&value);
        drop(Thread::new(move || drop(task)));
        assert_eq!(Arc::strong_count(&value), 1);
    }

    #[test]
    fn of_many_starts_exactly_one_succeeds() {
        for _ in 0..100 {
            let runs = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&runs);
            let task = move || counted.fetch_add(1, Ordering::Relaxed);
            let shared = Thread::new(task).share();
            let started: usize = thread::scope(|scope| {
                let tries = [(); 4].map(|()| scope.spawn(|| shared.start()));
                let tries = tries.map(|thread| thread.join().unwrap());
                tries.iter().filter(|result| result.is_ok()).count()
            });
            assert_eq!(started, 1);
            shared.join().unwrap();
            assert_eq!(runs.load(Ordering::Relaxed), 1);
        }
    }

    #[test]
    fn a_second_start_says_which_state_the_thread_is_in() {
        let (thread, end) = waiting();
        let state = |error| match error {
            Err(StartError::AlreadyStarted { state }) => state,
            other => panic!("{other:?}"),
        };
        assert_eq!(state(thread.start()), State::Running);
        drop(end);
        thread.join().unwrap();
        assert_eq!(state(thread.start()), State::Terminated);
    }

    #[test]
    fn join_waits_for_the_end() {
        let (thread, end) = waiting();
        assert!(is_registered(&thread));
        assert!(thread.join_timeout(Duration::ZERO).is_none());
        assert!(thread.join_deadline(Instant::now()).is_none());
        let (start, wait) = (Instant::now(), Duration::from_millis(20));
        assert!(thread.join_timeout(wait).is_none());
        assert!(!thread.wait_timeout(wait).unwrap());
        assert!(start.elapsed() >= wait * 2);
        drop(end);
        assert_eq!(thread.join().unwrap(), 7);
        assert_eq!(thread.state(), State::Terminated);
        assert_eq!(thread.ending(), Some(Ending::Returned));
        assert!(!is_registered(&thread));
    }

    #[test]
    fn a_timed_join_returns_when_the_thread_ends() {
        for timeout in [LONG, Duration::MAX] {
            let (thread, end) = waiting();
            drop(end);
            let joined = thread.join_timeout(timeout).unwrap();
            assert_eq!(joined.unwrap(), 7);
            assert!(!is_registered(&thread));
        }
    }

    #[test]
    fn an_ended_thread_is_joined_at_once() {
        let (thread, end) = waiting();
        drop(end);
        eventually(|| thread.state() == State::Terminated);
        thread.wait().unwrap();
        let at_once = thread.join_timeout(Duration::ZERO);
        assert_eq!(at_once.unwrap().unwrap(), 7);
        assert!(thread.wait_deadline(Instant::now()).unwrap());
        assert!(thread.wait_deadline(None).unwrap());
    }

    #[test]
    fn of_many_joiners_one_gets_the_result_and_all_return() {
        for timed in [false, true] {
            let (thread, end) = waiting();
            let results: Vec<_> = thread::scope(|scope| {
                let join = || match timed {
                    false => thread.join(),
                    true => thread.join_timeout(LONG).unwrap(),
                };
                let others = || thread.wait();
                let joiners = [(); 4].map(|()| scope.spawn(join));
                let waiters = [(); 4].map(|()| scope.spawn(others));
                drop(end);
                for waiter in waiters {
                    waiter.join().unwrap().unwrap();
                }
                joiners.map(|joiner| joiner.join().unwrap()).into()
            });
            let got = results.iter().filter(|r| matches!(r, Ok(7))).count();
            let ending = Ending::Returned;
            let taken = |result: &&Result<u32, JoinError>| {
                matches!(result, Err(JoinError::Taken { ending: e })
                    if *e == ending)
            };
            assert_eq!((got, results.iter().filter(taken).count()), (1, 3));
        }
    }

    #[test]
    fn a_thread_cannot_join_itself() {
        let (give, get) = mpsc::channel::<Thread<bool>>();
        let task = move || {
            let me = get.recv_timeout(LONG).unwrap();
            let timed = me.join_timeout(LONG);
            matches!(timed, Some(Err(JoinError::WouldDeadlock)))
                && matches!(me.join(), Err(JoinError::WouldDeadlock))
        };
        let thread = Thread::new(task).start().unwrap();
        give.send(thread.clone()).unwrap();
        assert!(thread.join().unwrap());
    }

    #[test]
    fn a_joining_thread_is_blocked() {
        let (inner, end) = waiting();
        let joiner = Thread::new(move || inner.join().unwrap());
        let joiner = joiner.start().unwrap();
        eventually(|| joiner.state() == State::Blocked);
        drop(end);
        assert_eq!(joiner.join().unwrap(), 7);
    }

    #[test]
    fn a_panic_is_reported_by_join_and_keeps_its_payload() {
        let thread = Thread::new(|| fail("no paper")).start().unwrap();
        thread.wait().unwrap();
        assert_eq!(thread.ending(), Some(Ending::Panicked));
        let error = thread.join().unwrap_err();
        assert_eq!(error.to_string(), "the thread panicked: no paper");
        let JoinError::Panicked(failure) = error else {
            panic!("{error:?}");
        };
        let payload = failure.into_payload();
        assert_eq!(payload.downcast_ref(), Some(&"no paper"));
        let again = thread.join().unwrap_err();
        let ending = Ending::Panicked;
        assert!(matches!(again, JoinError::Taken { ending: e } if e == ending));
    }

    #[test]
    fn payloads_of_any_type_are_kept() {
        let texts: [Value; 3] = [
            Box::new("text"),
            Box::new(String::from("owned")),
            Box::new(5),
        ];
        for (payload, message) in
            texts.into_iter().zip(["text", "owned", "Box<dyn Any>"])
        {
            let task = move || panic::resume_unwind(payload);
            let thread: Thread<()> = Thread::new(task).start().unwrap();
            let Err(JoinError::Panicked(failure)) = thread.join() else {
                unreachable!();
            };
            assert_eq!(failure.message(), message);
            assert_eq!(failure.place(), None);
        }
    }

    #[test]
    fn what_a_thread_did_before_its_end_is_seen_after_join() {
        for _ in 0..200 {
            let work = Arc::new(AtomicUsize::new(0));
            let done = Arc::clone(&work);
            let task = move || done.store(1, Ordering::Relaxed);
            Thread::new(task).start().unwrap().wait().unwrap();
            assert_eq!(work.load(Ordering::Relaxed), 1);
        }
    }

    #[test]
    fn after_join_the_thread_local_values_are_dropped() {
        struct Last(RefCell<Option<mpsc::Sender<()>>>);
        impl Drop for Last {
            fn drop(&mut self) {
                let send = self.0.take().unwrap();
                // The others get their chance to be too early.
                thread::sleep(Duration::from_millis(2));
                send.send(()).unwrap();
            }
        }
        thread_local! {
            static LAST: Last = const { Last(RefCell::new(None)) };
        }
        for timed in [false, true] {
            let (send, dropped) = mpsc::channel();
            let task = move || LAST.with(|last| last.0.replace(Some(send)));
            let thread = Thread::new(task).start().unwrap();
            let join = || match timed {
                false => thread.wait().unwrap(),
                true => assert!(thread.wait_timeout(LONG).unwrap()),
            };
            thread::scope(|scope| {
                scope.spawn(join);
                join();
                dropped.try_recv().unwrap();
            });
        }
    }

    /// The destructor waits for what the joiner does after its join.
    #[test]
    fn a_timed_join_does_not_wait_for_slow_thread_local_values() {
        struct Last(RefCell<Option<mpsc::Receiver<()>>>);
        impl Drop for Last {
            fn drop(&mut self) {
                let wait = self.0.take().unwrap();
                let _ = wait.recv_timeout(LONG);
            }
        }
        thread_local! {
            static LAST: Last = const { Last(RefCell::new(None)) };
        }
        let (has_joined, wait) = mpsc::channel();
        let task = move || drop(LAST.with(|last| last.0.replace(Some(wait))));
        let thread = Thread::new(task).start().unwrap();
        eventually(|| thread.state() == State::Terminated);
        let begin = Instant::now();
        assert!(thread.join_timeout(Duration::ZERO).is_none());
        assert!(thread.join_timeout(Duration::from_millis(20)).is_none());
        // If it had waited, the destructor would have given up.
        assert!(begin.elapsed() < LONG);
        let _ = has_joined.send(());
        thread.join_timeout(LONG).unwrap().unwrap();
        assert!(!is_registered(&thread));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_thread_that_sleeps_is_blocked() {
        let (thread, end) = waiting();
        eventually(|| thread.state() == State::Blocked);
        drop(end);
        thread.join().unwrap();
    }

    #[test]
    fn no_number_is_given_twice() {
        let line = Barrier::new(4);
        let take = |_| (numbered("Thread").number, next_ident());
        let many = || {
            line.wait();
            (0..50_000).map(take).collect::<Vec<_>>()
        };
        let all = thread::scope(|scope| {
            let takers = [(); 4].map(|()| scope.spawn(many));
            takers.map(|taker| taker.join().unwrap()).concat()
        });
        let (numbers, idents): (HashSet<_>, HashSet<_>) =
            all.iter().copied().unzip();
        assert_eq!((numbers.len(), idents.len()), (200_000, 200_000));
        assert!(!numbers.contains(&0) && !idents.contains(&MAIN_IDENT));
    }

    #[test]
    fn handles_are_equal_when_they_belong_to_the_same_thread() {
        let (a, b) = (Thread::new(|| 1).share(), Thread::new(|| 1).share());
        assert_eq!(a, a.clone());
        assert_eq!(a, a.handle());
        assert_eq!(a.handle(), a);
        assert_ne!(a, b);
        let handles = [a.handle(), b.handle(), a.clone().handle()];
        assert_eq!(HashSet::from(handles).len(), 2);
        let _sent = (a.clone(), thread::spawn(move || a.state()));
    }

    #[test]
    fn a_handle_can_be_sent_whatever_the_result_is() {
        fn is_send_and_sync<T: Send + Sync + Clone>() {}
        is_send_and_sync::<Thread<Cell<u8>>>();
        is_send_and_sync::<ThreadHandle>();
        is_send_and_sync_error::<JoinError>();
        is_send_and_sync_error::<StartError>();
    }

    fn is_send_and_sync_error<T: std::error::Error + Send + Sync>() {}

    #[test]
    fn a_refused_thread_is_an_error_and_leaves_nothing() {
        let huge = Thread::new(|| 7).stack_size(usize::MAX / 2).share();
        for _ in 0..3 {
            let error = huge.start().unwrap_err();
            assert!(matches!(error, StartError::Refused(_)), "{error:?}");
            assert_eq!(huge.state(), State::New);
            assert!(!is_registered(&huge));
            assert!(matches!(huge.join(), Err(JoinError::NotStarted)));
        }
        // It can be tried again, when the system has more to give.
        huge.record.settings.lock().stack_size = None;
        huge.start().unwrap();
        assert_eq!(huge.join().unwrap(), 7);
        assert!(
            Thread::new(|| ())
                .stack_size(usize::MAX / 2)
                .start()
                .is_err()
        );
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_at_its_limit_gets_an_error_and_goes_on() {
        if !is_child() {
            // A limit of memory, since the superuser may have any number of
            // threads.
            let path = format!(
                "{}::{}",
                module_path!(),
                "a_process_at_its_limit_gets_an_error_and_goes_on"
            );
            let (_crate, path) = path.split_once("::").unwrap();
            let output = Command::new("sh")
                .args(["-c", "ulimit -v 2000000; exec \"$@\"", "sh"])
                .arg(env::current_exe().unwrap())
                .args([path, "--exact", "--nocapture", "--test-threads=1"])
                .env(CHILD, "1")
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
            return;
        }
        let (end, wait) = mpsc::channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        let make = || {
            let wait = Arc::clone(&wait);
            let task = move || wait.lock().recv_timeout(LONG).unwrap_err();
            Thread::new(task).stack_size(64 * 1024 * 1024).start()
        };
        let before = REGISTRY.lock().len();
        let mut threads = Vec::new();
        let refused = loop {
            match make() {
                Ok(thread) => threads.push(thread),
                Err(error) => break error,
            }
        };
        assert!(matches!(refused, StartError::Refused(_)), "{refused:?}");
        assert!(!threads.is_empty());
        assert_eq!(REGISTRY.lock().len(), before + threads.len());
        drop(end);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(REGISTRY.lock().len(), before);
        // The room of the others is free again.
        make().unwrap().join().unwrap();
    }

    /// The pages of memory that this process has in use.
    #[cfg(target_os = "linux")]
    fn resident_pages() -> usize {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        statm.split(' ').nth(1).unwrap().parse().unwrap()
    }

    #[test]
    fn ten_thousand_threads_leave_no_trace() {
        let test = "ten_thousand_threads_leave_no_trace";
        if !is_child() {
            let output = in_child(test);
            assert!(output.status.success(), "{output:?}");
            return;
        }
        let value = Arc::new([0_u8; 1000]);
        let run = |count: usize| {
            for number in 0..count {
                let value = Vec::from(*value);
                let thread = Thread::new(move || value).start().unwrap();
                match number % 3 {
                    0 => drop(thread.join().unwrap()),
                    1 => thread.wait().unwrap(),
                    // Never joined, but not more than a few at a time.
                    _ => {
                        let handle = thread.handle();
                        drop(thread);
                        handle.wait().unwrap();
                    }
                }
            }
        };
        run(1_000);
        assert_eq!(REGISTRY.lock().len(), 0);
        #[cfg(target_os = "linux")]
        let before = resident_pages();
        run(10_000);
        assert_eq!(REGISTRY.lock().len(), 0);
        // A record left behind by each would be some thousand pages.
        #[cfg(target_os = "linux")]
        assert!(resident_pages() < before + 500);
    }

    #[test]
    fn threads_that_are_never_joined_leave_no_trace() {
        struct Counted(Arc<AtomicUsize>);
        impl Drop for Counted {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let dropped = Arc::new(AtomicUsize::new(0));
        let mut idents = Vec::new();
        for _ in 0..200 {
            let value = Counted(Arc::clone(&dropped));
            let thread = Thread::new(move || value).start().unwrap();
            idents.push(thread.record.ident);
        }
        eventually(|| dropped.load(Ordering::Relaxed) == 200);
        eventually(|| {
            let registry = REGISTRY.lock();
            idents.iter().all(|ident| !registry.contains_key(ident))
        });
    }

    #[test]
    fn the_report_of_a_panic_is_whole_and_printed_once() {
        let test = "the_report_of_a_panic_is_whole_and_printed_once";
        if is_child() {
            let thread = Thread::new(|| panic!("out of\npaper"));
            let thread = thread.start().unwrap();
            let Err(JoinError::Panicked(failure)) = thread.join() else {
                unreachable!();
            };
            let place = failure.place().unwrap();
            assert!(place.file.ends_with("spawn.rs"));
            std::eprintln!("at {place}, caught: {}", failure.message());
            return;
        }
        let output = in_child(test);
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(text.matches("\npanic: out of\npaper\n").count(), 1);
        assert!(text.starts_with("Exception in thread Thread-1:\n  at "));
        assert!(text.contains("spawn.rs"));
        assert!(!text.contains("panicked at"), "{text}");
    }

    #[test]
    fn a_result_that_panics_when_dropped_fails_the_thread() {
        struct Fails;
        impl Drop for Fails {
            fn drop(&mut self) {
                fail("dropped");
            }
        }
        let (send, go) = mpsc::channel::<()>();
        let task = move || {
            go.recv_timeout(LONG).unwrap_err();
            Fails
        };
        let thread = Thread::new(task).start().unwrap();
        let record = Arc::downgrade(&thread.record);
        let life = thread.record.life.clone();
        drop(thread);
        drop(send);
        eventually(|| life.ending() == Some(Ending::Panicked));
        eventually(|| record.strong_count() == 0);
    }

    #[test]
    fn handles_and_errors_are_readable() {
        let thread = Thread::new(|| ()).share();
        thread.record.settings.lock().name.given = Some("clock".to_owned());
        assert_eq!(format!("{thread:?}"), "Thread(clock, New)");
        thread.record.settings.lock().daemon = true;
        assert_eq!(format!("{thread:?}"), "Thread(clock, New daemon)");
        let error = thread.join().unwrap_err();
        assert_eq!(error.to_string(), "the thread is not started");
        let taken = |ending| JoinError::Taken { ending }.to_string();
        assert_eq!(
            taken(Ending::Returned),
            "the thread's result was taken by another join"
        );
        assert_eq!(
            taken(Ending::Panicked),
            "the thread's panic was taken by another join"
        );
        let state = State::Running;
        assert_eq!(
            StartError::AlreadyStarted { state }.to_string(),
            "the thread was started before: it is Running"
        );
        assert_eq!(
            JoinError::WouldDeadlock.to_string(),
            "a thread that joins itself would wait forever"
        );
    }
}
// ANCHOR_END: module
