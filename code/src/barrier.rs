// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A barrier: a fixed number of threads wait for each other, round after
//! round.
//!
//! # When to use it
//!
//! Use a [`Barrier`] when every thread of a known group must arrive before
//! any of them may go on: the phases of a simulation, or a main thread that
//! collects what its workers have computed.
//!
//! - `std::sync::Barrier` is enough when nobody can fail to arrive: it has no
//!   timeout and no way to break it.
//! - Use `Condition` when the threads wait for a fact about shared data and
//!   not for each other.
//! - Use `Event` when one thread lets many go on and does not wait for them.
//!
//! # Before you copy it
//!
//! - It needs nothing but `std`, and a target with 64-bit atomics.
//! - A thread that waits keeps its core for up to a few dozen yields before it
//!   sleeps, on a quiet machine a few tens of microseconds. See `YIELDS`.
//! - Beside unrelated busy threads a yield can take a whole time slice, a few
//!   milliseconds. One that did keeps all barriers of the process from
//!   yielding for 100 times as long, so a few percent of the time are lost.
//! - A timeout is checked between two yields, so beside busy threads it can
//!   overrun by a time slice.
//! - A timeout does not limit an action that runs, nor the wait for a place
//!   while threads of an earlier round are still inside.
//! - A child of `fork` has a copy whose other parties do not exist.
//!
//! The chapter that explains this file is `src/barrier.md`.
//!
//! # How it works
//!
//! The whole state is one number, changed by compare-and-swap alone:
//!
//! ```text
//!  63          25 24        21 20         19        0
//! +--------------+------------+----------+-----------+
//! |  generation  |   phase    | SLEEPERS |   count   |
//! +--------------+------------+----------+-----------+
//! ```
//!
//! A successful round moves the generation on, a broken one never does.
//! A waiter remembers the generation in which it arrived: as soon as the word
//! shows another one, the waiter's round has succeeded, however many rounds
//! have passed since.
//! When its round breaks, a waiter is counted until it has seen that and
//! left, and the word cannot return to `Filling` before.
//! So no waiter can miss the end of its round.
//!
//! | phase | event | new phase | count |
//! |---|---|---|---|
//! | `Filling` | a thread arrives, not the last | `Filling` | + 1 |
//! | `Filling` | the last arrives, no action | next generation | 0 |
//! | `Filling` | the last arrives, with an action | `Acting` | + 1 |
//! | `Filling` | a waiter's time is up | `Broken(TimedOut)` | − 1 |
//! | `Filling` | `abort` | `Broken(Aborted)` | = |
//! | `Filling` | `reset`, somebody waits | `Resetting(Reset)` | = |
//! | `Filling` | `reset`, nobody waits | `Filling` | = |
//! | `Acting` | a thread arrives, or time is up | `Acting` | = |
//! | `Acting` | the action returns | next generation | 0 |
//! | `Acting` | the action panics | `Broken(ActionPanicked)` | − 1 |
//! | `Acting` | `abort` | `Broken(Aborted)` | = |
//! | `Acting` | `reset` | `Resetting(Reset)` | = |
//! | `Broken(c)` | a thread arrives, or `abort` | `Broken(c)` | = |
//! | `Broken(c)` | a thread leaves | `Broken(c)` | − 1 |
//! | `Broken(c)` | `reset`, some have not left | `Resetting(c)` | = |
//! | `Broken(c)` | `reset`, all have left | `Filling` | = |
//! | `Resetting(c)` | a thread arrives, or `reset` | `Resetting(c)` | = |
//! | `Resetting(c)` | a thread leaves, not the last | `Resetting(c)` | − 1 |
//! | `Resetting(c)` | the last thread leaves | `Filling` | 0 |
//! | `Resetting(c)` | `abort` | `Broken(Aborted)` | = |
//!
//! The next generation begins in the phase `Filling`.
//! `c` is the cause, which a thread takes along when it leaves.
//! The threads that leave a broken round are its waiters and, when the action
//! has returned, the thread that ran it.
//! A thread that arrives in `Acting` or `Resetting` waits for another phase
//! before it takes a place; one that arrives in `Broken` gets the error.
//!
//! # Why no wake-up is lost
//!
//! A waiter that has waited in vain for a moment goes to sleep, and whoever
//! ends its round must know that.
//!
//! 1. The waiter locks the mutex.
//! 2. It sets the `SLEEPERS` bit by a compare-and-swap, which fails if the
//!    round has ended: then the waiter does not sleep.
//! 3. The condition variable puts it to sleep and unlocks the mutex in one
//!    step.
//! 4. Whoever ends the round replaces the word after step 2, so it sees the
//!    bit in the word it replaces. It locks the mutex, which it gets after
//!    step 3 at the earliest, and wakes everybody who sleeps.
//!
//! Every change that takes the bit away wakes all sleepers; those whose wait
//! has not ended set the bit again.

use std::error::Error;
use std::fmt;
use std::hint;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

// ANCHOR: spin
/// How often a waiter checks the word before it sleeps: first with a short
/// pause after each check, then yielding its core to another thread.
///
/// Where all parties are expected at once, sleeping costs far more than
/// checking: waking a thread on another core takes tens of microseconds.
/// The pauses are for a party that runs on another core, the yields for one
/// that needs this core.
const PAUSES: u32 = 2;
const YIELDS: u32 = 60;

/// Yields that took this long gave the core to threads that are no parties,
/// and the scheduler returned it only after their time slices.
const TOO_LONG: Duration = Duration::from_micros(500);

/// For so many times as long, every waiter sleeps without yielding. So for
/// each thread that was yielding when it began, a rest costs about 1 % of the
/// time, however busy the machine is, and when the machine becomes quiet, that
/// is noticed soon.
const REST: u32 = 100;

/// No rest is longer: a debugger may have stopped the thread that yielded.
const LONGEST_REST: Duration = Duration::from_secs(10);

/// When waiters may yield again, in microseconds after `EPOCH`.
///
/// All barriers share it. That other threads want the cores is a fact about
/// the machine, and a new barrier need not find it out again.
static YIELD_AGAIN: AtomicU64 = AtomicU64::new(0);
static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);
// ANCHOR_END: spin

// ANCHOR: word
/// The state of a barrier in one number: generation, phase, bit, count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word(u64);

/// The threads that wait, or, once the round is broken, that have not left.
const COUNT: u64 = (1 << 20) - 1;
/// Somebody sleeps, or is about to; set with the mutex held.
const SLEEPERS: u64 = 1 << 20;
/// Four bits: two for the kind of phase, two for the cause.
const PHASE_SHIFT: u32 = 21;
const PHASE: u64 = 0b1111 << PHASE_SHIFT;
/// The rest: a thread would have to be held up for 2^39 rounds to take
/// another generation for its own.
const GENERATION_SHIFT: u32 = 25;

/// What a barrier is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Threads arrive.
    Filling,
    /// All have arrived, and the last of them runs the action.
    Acting,
    /// Out of use until it is reset; its waiters are leaving.
    Broken(BrokenBarrierError),
    /// In use again as soon as the waiters of the broken round have left.
    Resetting(BrokenBarrierError),
}
// ANCHOR_END: word

impl Word {
    fn generation(self) -> u64 {
        self.0 >> GENERATION_SHIFT
    }

    fn count(self) -> usize {
        (self.0 & COUNT) as usize
    }

    fn has_sleepers(self) -> bool {
        self.0 & SLEEPERS != 0
    }

    fn phase(self) -> Phase {
        let bits = (self.0 & PHASE) >> PHASE_SHIFT;
        let cause = CAUSES[(bits & 0b11) as usize];
        match bits >> 2 {
            0 => Phase::Filling,
            1 => Phase::Acting,
            2 => Phase::Broken(cause),
            _ => Phase::Resetting(cause),
        }
    }

    /// Why the round is broken, if it is.
    fn cause(self) -> Option<BrokenBarrierError> {
        match self.phase() {
            Phase::Filling | Phase::Acting => None,
            Phase::Broken(cause) | Phase::Resetting(cause) => Some(cause),
        }
    }

    /// Whether a thread that arrives has to wait before it is let in.
    fn is_closed(self) -> bool {
        matches!(self.phase(), Phase::Acting | Phase::Resetting(_))
    }

    /// Whether the round that had this generation is over, well or badly.
    fn has_ended(self, generation: u64) -> bool {
        self.generation() != generation || self.cause().is_some()
    }

    fn with_sleepers(self) -> Word {
        Word(self.0 | SLEEPERS)
    }

    fn with_phase(self, phase: Phase) -> Word {
        let bits = match phase {
            Phase::Filling => 0,
            Phase::Acting => 0b0100,
            Phase::Broken(cause) => 0b1000 | cause as u64,
            Phase::Resetting(cause) => 0b1100 | cause as u64,
        };
        Word(self.0 & !PHASE | bits << PHASE_SHIFT)
    }

    /// Without the bit; the change to this word wakes all sleepers.
    fn awake(self) -> Word {
        Word(self.0 & !SLEEPERS)
    }

    /// An empty round, its sleepers woken.
    fn next_generation(self) -> Word {
        Word(self.generation().wrapping_add(1) << GENERATION_SHIFT)
    }
}

// ANCHOR: transitions
/// The table at the top of this file, event by event.
///
/// `None`: the event changes nothing.
impl Word {
    fn arrive(self, parties: usize, has_action: bool) -> Option<Word> {
        let arrived = Word(self.0 + 1);
        match self.phase() {
            Phase::Filling if arrived.count() < parties => Some(arrived),
            Phase::Filling if has_action => {
                Some(arrived.with_phase(Phase::Acting))
            }
            Phase::Filling => Some(self.next_generation()),
            _ => None,
        }
    }

    fn finish_action(self) -> Word {
        match self.phase() {
            Phase::Acting => self.next_generation(),
            _ => self.leave(),
        }
    }

    fn fail_action(self) -> Word {
        match self.phase() {
            Phase::Acting => {
                self.broken(BrokenBarrierError::ActionPanicked).leave()
            }
            _ => self.leave(),
        }
    }

    fn time_out(self, generation: u64) -> Option<Word> {
        let still_filling =
            self.generation() == generation && self.phase() == Phase::Filling;
        still_filling.then(|| self.broken(BrokenBarrierError::TimedOut).leave())
    }

    fn abort(self) -> Option<Word> {
        match self.phase() {
            Phase::Broken(_) => None,
            _ => Some(self.broken(BrokenBarrierError::Aborted)),
        }
    }

    fn reset(self) -> Option<Word> {
        match self.phase() {
            Phase::Broken(_) if self.count() == 0 => {
                Some(self.with_phase(Phase::Filling))
            }
            Phase::Broken(cause) => {
                Some(self.with_phase(Phase::Resetting(cause)))
            }
            Phase::Filling | Phase::Acting if self.count() > 0 => {
                let resetting = Phase::Resetting(BrokenBarrierError::Reset);
                Some(self.with_phase(resetting).awake())
            }
            _ => None,
        }
    }

    fn leave(self) -> Word {
        let left = Word(self.0 - 1);
        match left.phase() {
            Phase::Resetting(_) if left.count() == 0 => {
                left.with_phase(Phase::Filling).awake()
            }
            _ => left,
        }
    }

    fn broken(self, cause: BrokenBarrierError) -> Word {
        self.with_phase(Phase::Broken(cause)).awake()
    }
}
// ANCHOR_END: transitions

/// Lets a fixed number of threads wait for each other, any number of times.
///
/// Each thread calls [`wait`]. The calls block until as many threads as the
/// barrier has parties have made one; then all of them return, and the
/// barrier is ready for the next round.
///
/// If a thread gives up waiting, the others would wait forever. So a barrier
/// can *break*: then every call to [`wait`], those that are blocked and those
/// that follow, returns a [`BrokenBarrierError`], until [`reset`] mends it.
///
/// What a thread did before it called [`wait`] happens before everything that
/// any thread of the same round does after its call returned `Ok`.
///
/// `A` is the type of the action, see [`with_action`].
///
/// # Examples
///
/// ```
/// use std::thread;
/// use threading::Barrier;
///
/// let barrier = Barrier::new(3).unwrap();
/// let mut indices: Vec<usize> = thread::scope(|scope| {
///     let wait = || barrier.wait().unwrap();
///     let threads = [(); 3].map(|()| scope.spawn(wait));
///     threads.map(|thread| thread.join().unwrap()).to_vec()
/// });
/// indices.sort();
/// assert_eq!(indices, [0, 1, 2]);
/// ```
///
/// # Differences from Python
///
/// - The action and the default timeout are given by [`with_action`] and
///   [`with_timeout`].
/// - The error says why the barrier broke.
/// - A round that has succeeded stays so. In CPython an abort that follows at
///   once breaks it for those of its threads that have not woken yet; a reset
///   does not.
/// - [`abort`], [`reset`] and the queries do not wait for an action that
///   runs, and the action itself may call them. So both break the round whose
///   action runs. In CPython they wait for the action, and then a reset finds
///   the round complete and breaks nothing, while an abort breaks it for the
///   threads that have not woken yet.
///
/// Source: [Barrier objects][python].
///
/// [`abort`]: Barrier::abort
/// [`reset`]: Barrier::reset
/// [`wait`]: Barrier::wait
/// [`with_action`]: Barrier::with_action
/// [`with_timeout`]: Barrier::with_timeout
/// [python]: https://docs.python.org/3/library/threading.html#barrier-objects
pub struct Barrier<A = fn()> {
    /// Generation, phase, sleepers and count; see [`Word`].
    word: AtomicU64,
    parties: usize,
    timeout: Option<Duration>,
    action: Option<Action<A>>,
    /// Guards nothing but the step from setting the bit to falling asleep.
    mutex: Mutex<()>,
    /// Where waiters sleep.
    condvar: Condvar,
}

/// What runs once per round.
struct Action<A> {
    run: Mutex<A>,
    /// The thread that runs it now.
    runner: Mutex<Option<ThreadId>>,
}

impl Barrier {
    /// The largest number of parties a barrier can have: 1,048,575.
    pub const MAX_PARTIES: usize = COUNT as usize;

    /// Creates a barrier for `parties` threads.
    ///
    /// It has no action and no default timeout.
    ///
    /// # Errors
    ///
    /// If `parties` is 0 or more than [`MAX_PARTIES`](Self::MAX_PARTIES).
    ///
    /// # Examples
    ///
    /// ```
    /// use threading::Barrier;
    ///
    /// let barrier = Barrier::new(6).unwrap();
    /// assert_eq!(barrier.parties(), 6);
    ///
    /// let error = Barrier::new(0).unwrap_err();
    /// assert_eq!(error.parties(), 0);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// Python sets no upper limit. Up to version 3.12 it accepts 0 as well,
    /// and then every wait lasts forever; since 3.13 that is a `ValueError`.
    pub fn new(parties: usize) -> Result<Barrier, PartiesError> {
        if parties == 0 || parties > Self::MAX_PARTIES {
            return Err(PartiesError { parties });
        }
        Ok(Barrier {
            word: AtomicU64::new(0),
            parties,
            timeout: None,
            action: None,
            mutex: Mutex::new(()),
            condvar: Condvar::new(),
        })
    }
}

impl<A: FnMut() + Send> Barrier<A> {
    /// Gives the barrier an action, which runs once in every round.
    ///
    /// The last thread to arrive runs it while the others still wait. So the
    /// action sees everything that the threads did before, and they see
    /// everything that it did.
    ///
    /// If the action panics, the panic goes on in the thread that ran it. The
    /// barrier breaks for all others.
    ///
    /// A later call replaces the action. The action is dropped then, or with
    /// the barrier; a destructor that panics does so in that thread, and at
    /// that time no thread waits.
    ///
    /// # Examples
    ///
    /// The action may borrow:
    ///
    /// ```
    /// use std::thread;
    /// use threading::Barrier;
    ///
    /// let mut rounds = 0;
    /// let barrier = Barrier::new(2).unwrap().with_action(|| rounds += 1);
    /// thread::scope(|scope| {
    ///     for _ in 0..2 {
    ///         scope.spawn(|| {
    ///             for _ in 0..10 {
    ///                 barrier.wait().unwrap();
    ///             }
    ///         });
    ///     }
    /// });
    /// drop(barrier);
    /// assert_eq!(rounds, 10);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// In Python the action is the constructor's second argument. There too
    /// the last thread to arrive runs it, though its documentation only
    /// promises *one of the threads*.
    #[must_use = "it returns the barrier that has the action"]
    pub fn with_action<F: FnMut() + Send>(self, action: F) -> Barrier<F> {
        Barrier {
            word: self.word,
            parties: self.parties,
            timeout: self.timeout,
            action: Some(Action {
                run: Mutex::new(action),
                runner: Mutex::new(None),
            }),
            mutex: self.mutex,
            condvar: self.condvar,
        }
    }

    /// Sets how long [`wait`](Self::wait) waits for the other threads.
    ///
    /// Without it, `wait` has no limit. See
    /// [`wait_timeout`](Self::wait_timeout) for what the limit means.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::{Barrier, BrokenBarrierError};
    ///
    /// let barrier = Barrier::new(2)
    ///     .unwrap()
    ///     .with_timeout(Duration::from_millis(5));
    /// // The second party never comes.
    /// assert_eq!(barrier.wait(), Err(BrokenBarrierError::TimedOut));
    /// ```
    ///
    /// # Differences from Python
    ///
    /// In Python the timeout is the constructor's third argument, in seconds.
    #[must_use = "it returns the barrier that has the timeout"]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Barrier {
            timeout: Some(timeout),
            ..self
        }
    }

    /// Waits until all parties have arrived.
    ///
    /// Returns how many threads had arrived in this round before: the first
    /// to arrive gets 0, the last one `parties - 1`, and each number is given
    /// exactly once. So a comparison with 0 chooses one thread for a task.
    ///
    /// If all places of a round are taken, the call waits for the next one.
    ///
    /// # Errors
    ///
    /// If the barrier is broken, or breaks or is reset before all parties
    /// have arrived and the action has returned. The error says why. If the
    /// barrier has a [default timeout](Self::with_timeout), reaching it is
    /// one of the reasons.
    ///
    /// # Panics
    ///
    /// If the barrier's own action calls it, which would otherwise wait for
    /// itself forever. If the action panics in this thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use threading::Barrier;
    ///
    /// let barrier = Barrier::new(2).unwrap();
    /// let sum = thread::scope(|scope| {
    ///     let other = scope.spawn(|| barrier.wait().unwrap());
    ///     barrier.wait().unwrap() + other.join().unwrap()
    /// });
    /// assert_eq!(sum, 1); // one thread got 0, the other 1
    /// ```
    ///
    /// # Differences from Python
    ///
    /// CPython counts in the same way, though its documentation only promises
    /// numbers that differ. If the action calls `wait`, CPython blocks
    /// forever.
    #[track_caller]
    pub fn wait(&self) -> Result<usize, BrokenBarrierError> {
        self.wait_at_most(|| self.timeout.and_then(deadline_after))
    }

    /// Waits until all parties have arrived, but no longer than `timeout`.
    ///
    /// Returns what [`wait`](Self::wait) returns. The default timeout of the
    /// barrier does not count here.
    ///
    /// A thread that gives up breaks the barrier for all. A timeout of zero
    /// breaks it at once unless the calling thread is the last to arrive. A
    /// timeout too long for the clock, such as [`Duration::MAX`], has no end.
    ///
    /// The time begins when the thread is let into a round. It limits the wait
    /// for the other threads, and neither an action that runs, nor the wait
    /// for a free place while an earlier round's action runs or while the
    /// threads of a broken round are leaving.
    ///
    /// # Errors
    ///
    /// Those of [`wait`](Self::wait). When the time is up, it is
    /// [`BrokenBarrierError::TimedOut`] for this thread and for all others.
    ///
    /// # Panics
    ///
    /// When [`wait`](Self::wait) does.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::{Barrier, BrokenBarrierError};
    ///
    /// let barrier = Barrier::new(2).unwrap();
    /// let alone = barrier.wait_timeout(Duration::from_millis(5));
    /// assert_eq!(alone, Err(BrokenBarrierError::TimedOut));
    /// assert!(barrier.is_broken());
    /// ```
    ///
    /// # Differences from Python
    ///
    /// Python raises an `OverflowError` for a timeout its clock cannot hold.
    #[track_caller]
    pub fn wait_timeout(
        &self,
        timeout: Duration,
    ) -> Result<usize, BrokenBarrierError> {
        self.wait_at_most(|| deadline_after(timeout))
    }

    /// Waits until all parties have arrived, but no longer than until
    /// `deadline`.
    ///
    /// Returns what [`wait`](Self::wait) returns. The default timeout of the
    /// barrier does not count here.
    ///
    /// A deadline limits what a [timeout](Self::wait_timeout) limits, but is
    /// the same moment however long the thread waits for a free place before.
    /// One in the past breaks the barrier at once, unless the calling thread
    /// is the last to arrive. `None` waits forever.
    ///
    /// # Errors
    ///
    /// Those of [`wait_timeout`](Self::wait_timeout).
    ///
    /// # Panics
    ///
    /// When [`wait`](Self::wait) does.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use threading::{Barrier, BrokenBarrierError};
    ///
    /// let barrier = Barrier::new(2).unwrap();
    /// let deadline = Instant::now() + Duration::from_millis(5);
    /// let alone = barrier.wait_deadline(deadline);
    /// assert_eq!(alone, Err(BrokenBarrierError::TimedOut));
    /// ```
    ///
    /// # Differences from Python
    ///
    /// There is no such call.
    #[track_caller]
    pub fn wait_deadline(
        &self,
        deadline: impl Into<Option<Instant>>,
    ) -> Result<usize, BrokenBarrierError> {
        let deadline = deadline.into();
        self.wait_at_most(|| deadline)
    }

    // ANCHOR: wait
    /// Waits; asks for the deadline when the thread is in a round.
    #[track_caller]
    fn wait_at_most(
        &self,
        deadline: impl FnOnce() -> Option<Instant>,
    ) -> Result<usize, BrokenBarrierError> {
        let found = self.arrive()?;
        let index = found.count();
        if index + 1 < self.parties {
            self.await_release(found.generation(), deadline())?;
        } else if let Some(action) = &self.action {
            self.act(action)?;
        }
        Ok(index)
    }

    /// Takes a place in a round; returns the word as it was before.
    ///
    /// Without an action, the last to arrive also ends the round.
    #[track_caller]
    fn arrive(&self) -> Result<Word, BrokenBarrierError> {
        loop {
            let found = self.update(|word| {
                word.arrive(self.parties, self.action.is_some())
            });
            match found.phase() {
                Phase::Filling => return Ok(found),
                Phase::Broken(cause) => return Err(cause),
                Phase::Acting | Phase::Resetting(_) => self.await_opening(),
            }
        }
    }
    // ANCHOR_END: wait

    /// Waits until threads may arrive again, or will not before a reset.
    #[track_caller]
    fn await_opening(&self) {
        let runner = self.action.as_ref().and_then(|a| *lock(&a.runner));
        assert!(
            runner != Some(thread::current().id()),
            "the action of a barrier waits at the same barrier"
        );
        self.wait_until(|word| !word.is_closed(), None);
    }

    // ANCHOR: await_release
    /// Waits for the end of the round that has this generation.
    fn await_release(
        &self,
        generation: u64,
        deadline: Option<Instant>,
    ) -> Result<(), BrokenBarrierError> {
        let ended = |word: Word| word.has_ended(generation);
        if let Some(word) = self.wait_until(ended, deadline) {
            return self.outcome(word, generation);
        }
        // The last thread may arrive at this very moment: only who changes
        // the word knows.
        let found = self.update(|word| word.time_out(generation));
        if found.time_out(generation).is_some() {
            return Err(BrokenBarrierError::TimedOut);
        }
        // Over after all, or about to be: an action has no time limit.
        match self.wait_until(ended, None) {
            Some(word) => self.outcome(word, generation),
            None => unreachable!("there is no deadline"),
        }
    }

    /// How the round ended, told by a word that was seen after its end.
    fn outcome(
        &self,
        word: Word,
        generation: u64,
    ) -> Result<(), BrokenBarrierError> {
        match word.cause() {
            Some(cause) if word.generation() == generation => {
                self.update(|word| Some(word.leave()));
                Err(cause)
            }
            _ => Ok(()),
        }
    }
    // ANCHOR_END: await_release

    // ANCHOR: action
    /// Runs the action as the last to arrive, then ends the round.
    fn act(&self, action: &Action<A>) -> Result<(), BrokenBarrierError> {
        *lock(&action.runner) = Some(thread::current().id());
        let mut run = lock(&action.run);
        // The panic goes on below, so nobody here sees what it left behind.
        let result = panic::catch_unwind(AssertUnwindSafe(&mut *run));
        drop(run);
        *lock(&action.runner) = None;

        if let Err(payload) = result {
            self.update(|word| Some(word.fail_action()));
            panic::resume_unwind(payload);
        }
        let found = self.update(|word| Some(word.finish_action()));
        found.cause().map_or(Ok(()), Err)
    }
    // ANCHOR_END: action

    /// Breaks the barrier.
    ///
    /// All waiting threads get [`BrokenBarrierError::Aborted`], and so does
    /// every thread that comes later, until [`reset`](Self::reset). It takes
    /// effect at once, even while an action runs: then the thread that runs
    /// it gets the error when the action has returned.
    ///
    /// A barrier that is broken already stays as it is, with the first cause.
    ///
    /// # Examples
    ///
    /// ```
    /// use threading::{Barrier, BrokenBarrierError};
    ///
    /// let barrier = Barrier::new(2).unwrap();
    /// barrier.abort();
    /// assert_eq!(barrier.wait(), Err(BrokenBarrierError::Aborted));
    /// ```
    ///
    /// # Differences from Python
    ///
    /// CPython waits for a running action first. An abort that comes after the
    /// action, or after the last arrival, then breaks a complete round for its
    /// threads that have not woken yet. Here a complete round stays complete.
    pub fn abort(&self) {
        self.update(Word::abort);
    }

    /// Makes the barrier new: not broken, and nobody waits.
    ///
    /// Waiting threads get [`BrokenBarrierError::Reset`]. Threads that come
    /// later wait until those have left, and then begin the next round. If the
    /// action runs, the barrier is new when the action has returned, and the
    /// thread that runs it gets the error, too.
    ///
    /// A thread that waits when the barrier breaks gets the cause of that
    /// break, even if it has not left yet when a reset follows.
    ///
    /// # Examples
    ///
    /// ```
    /// use threading::Barrier;
    ///
    /// let barrier = Barrier::new(1).unwrap();
    /// barrier.abort();
    /// assert!(barrier.wait().is_err());
    ///
    /// barrier.reset();
    /// assert_eq!(barrier.wait(), Ok(0));
    /// ```
    ///
    /// # Differences from Python
    ///
    /// A reset while the action runs has the opposite outcome in CPython: it
    /// waits for the action, finds the round complete, and breaks nothing, so
    /// all parties get their indices. Here all of them get the error.
    ///
    /// After a complete round a reset changes nothing, as in CPython.
    pub fn reset(&self) {
        self.update(Word::reset);
    }

    /// Returns the number of threads that must wait to end a round.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(threading::Barrier::new(4).unwrap().parties(), 4);
    /// ```
    #[must_use = "it changes nothing"]
    pub fn parties(&self) -> usize {
        self.parties
    }

    /// Returns how many threads wait in the present round.
    ///
    /// The number can be out of date as soon as it is returned. While the
    /// action runs, all parties wait. At a broken barrier nobody does.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(threading::Barrier::new(4).unwrap().n_waiting(), 0);
    /// ```
    #[must_use = "it changes nothing"]
    pub fn n_waiting(&self) -> usize {
        // Relaxed: only a number is returned, nothing is read through it.
        let word = Word(self.word.load(Ordering::Relaxed));
        match word.phase() {
            Phase::Filling | Phase::Acting => word.count(),
            Phase::Broken(_) | Phase::Resetting(_) => 0,
        }
    }

    /// Returns whether the barrier is broken.
    ///
    /// # Examples
    ///
    /// ```
    /// let barrier = threading::Barrier::new(4).unwrap();
    /// assert!(!barrier.is_broken());
    /// barrier.abort();
    /// assert!(barrier.is_broken());
    /// ```
    ///
    /// # Differences from Python
    ///
    /// Python's name is `broken`, a property.
    #[must_use = "it changes nothing"]
    pub fn is_broken(&self) -> bool {
        // Relaxed: only an answer is returned, nothing is read through it.
        let word = Word(self.word.load(Ordering::Relaxed));
        matches!(word.phase(), Phase::Broken(_))
    }
}

impl<A> Barrier<A> {
    // ANCHOR: update
    /// Replaces the word by what `change` makes of it, unless that is `None`.
    ///
    /// Returns the word it found, and so also what it replaced.
    fn update(&self, change: impl Fn(Word) -> Option<Word>) -> Word {
        // Relaxed: a stale word makes the exchange below fail.
        let mut found = Word(self.word.load(Ordering::Relaxed));
        while let Some(new) = change(found) {
            // Release: what this thread did before it arrived, or as the
            // action, reaches the `Acquire` of the last to arrive and of the
            // waiters in `wait_until`; all changes are exchanges, so those
            // that lie between pass it on. Acquire: the last to arrive takes
            // in what the earlier ones released, for the action and itself.
            match self.word.compare_exchange_weak(
                found.0,
                new.0,
                Ordering::AcqRel,
                Ordering::Relaxed,
            ) {
                Ok(_) => {
                    if found.has_sleepers() && !new.has_sleepers() {
                        self.wake_all();
                    }
                    break;
                }
                Err(now) => found = Word(now),
            }
        }
        found
    }

    /// Wakes everybody who has set the bit that was just taken away.
    fn wake_all(&self) {
        // Whoever has set the bit holds the mutex until it sleeps.
        drop(lock(&self.mutex));
        self.condvar.notify_all();
    }
    // ANCHOR_END: update

    // ANCHOR: wait_until
    /// Waits for a word that `done` accepts, and returns it.
    ///
    /// `None`: the deadline came first.
    fn wait_until(
        &self,
        done: impl Fn(Word) -> bool,
        deadline: Option<Instant>,
    ) -> Option<Word> {
        let check = || Some(self.load()).filter(|word| done(*word));
        pause_until(check)
            .or_else(|| yield_until(check, deadline))
            .or_else(|| self.sleep_until(&done, deadline))
    }

    /// Sleeps until the word is one that `done` accepts, and returns it.
    fn sleep_until(
        &self,
        done: impl Fn(Word) -> bool,
        deadline: Option<Instant>,
    ) -> Option<Word> {
        let mut guard = lock(&self.mutex);
        loop {
            let word = self.load();
            if done(word) {
                return Some(word);
            }
            if is_past(deadline) {
                return None;
            }
            // The word may change up to here. Afterwards, whoever changes it
            // sees the bit and waits for the mutex.
            if self.announce_sleep(word) {
                guard = sleep(&self.condvar, guard, deadline);
            }
        }
    }

    /// Sets the bit, unless the word has changed: then returns `false`.
    fn announce_sleep(&self, word: Word) -> bool {
        // Relaxed: the mutex orders going to sleep and waking up.
        word.has_sleepers()
            || self
                .word
                .compare_exchange(
                    word.0,
                    word.with_sleepers().0,
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                )
                .is_ok()
    }
    // ANCHOR_END: wait_until

    fn load(&self) -> Word {
        // Acquire: pairs with the release in `update` of whoever ended the
        // round, and of all who arrived before.
        Word(self.word.load(Ordering::Acquire))
    }
}

// ANCHOR: yield_until
/// Checks a few times, with a short pause after each.
fn pause_until<T>(check: impl Fn() -> Option<T>) -> Option<T> {
    for _ in 0..PAUSES {
        let found = check();
        if found.is_some() {
            return found;
        }
        hint::spin_loop();
    }
    None
}

/// Checks and yields in turn, as long as yielding pays.
fn yield_until<T>(
    check: impl Fn() -> Option<T>,
    deadline: Option<Instant>,
) -> Option<T> {
    let start = Instant::now();
    // Relaxed: whoever reads an older time yields once too often.
    if micros(start) < YIELD_AGAIN.load(Ordering::Relaxed) {
        return None;
    }
    let mut now = start;
    for _ in 0..YIELDS {
        let found = check();
        if found.is_some() || deadline.is_some_and(|deadline| now >= deadline) {
            return found;
        }
        thread::yield_now();
        now = Instant::now();
        let took = now.duration_since(start);
        if took >= TOO_LONG {
            YIELD_AGAIN.store(micros(now + rest(took)), Ordering::Relaxed);
            break;
        }
    }
    None
}

/// How long no waiter yields, after yields that took so long.
fn rest(took: Duration) -> Duration {
    took.saturating_mul(REST).min(LONGEST_REST)
}

/// When so much time has passed; `None` if the clock can't hold the sum.
fn deadline_after(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

fn micros(moment: Instant) -> u64 {
    moment.saturating_duration_since(*EPOCH).as_micros() as u64
}
// ANCHOR_END: yield_until

fn is_past(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}

/// Sleeps until the condition variable is notified, or until the deadline.
///
/// These are `std`'s, since a thread that finds a mutex of parking_lot taken
/// yields up to seven times before it sleeps.
fn sleep<'a>(
    condvar: &Condvar,
    guard: MutexGuard<'a, ()>,
    deadline: Option<Instant>,
) -> MutexGuard<'a, ()> {
    let Some(deadline) = deadline else {
        return condvar.wait(guard).unwrap_or_else(PoisonError::into_inner);
    };
    let left = deadline.saturating_duration_since(Instant::now());
    let woken = condvar.wait_timeout(guard, left);
    woken.unwrap_or_else(PoisonError::into_inner).0
}

/// Locks a mutex; a panic while it was held is no reason to refuse.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<A: FnMut() + Send> fmt::Debug for Barrier<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier")
            .field("parties", &self.parties)
            .field("n_waiting", &self.n_waiting())
            .field("is_broken", &self.is_broken())
            .finish_non_exhaustive()
    }
}

/// Says why a barrier is broken, or why a round of it failed.
///
/// # Differences from Python
///
/// Python's `BrokenBarrierError` is the same for all four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BrokenBarrierError {
    /// A thread gave up waiting when its timeout had passed.
    TimedOut,
    /// Somebody called [`Barrier::abort`].
    Aborted,
    /// Somebody called [`Barrier::reset`] while threads waited.
    Reset,
    /// The action panicked in the thread that ran it.
    ActionPanicked,
}

/// The causes by the number that stands for them in a [`Word`].
const CAUSES: [BrokenBarrierError; 4] = [
    BrokenBarrierError::TimedOut,
    BrokenBarrierError::Aborted,
    BrokenBarrierError::Reset,
    BrokenBarrierError::ActionPanicked,
];

impl fmt::Display for BrokenBarrierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimedOut => "a thread timed out at the barrier",
            Self::Aborted => "the barrier was aborted",
            Self::Reset => "the barrier was reset while threads waited",
            Self::ActionPanicked => "the action of the barrier panicked",
        })
    }
}

impl Error for BrokenBarrierError {}

/// The number of parties is one that no barrier can have.
///
/// # Examples
///
/// ```
/// let error = threading::Barrier::new(0).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "a barrier has from 1 to 1048575 parties, not 0"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartiesError {
    parties: usize,
}

impl PartiesError {
    /// Returns the number that was asked for.
    #[must_use = "it changes nothing"]
    pub fn parties(&self) -> usize {
        self.parties
    }
}

impl fmt::Display for PartiesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (max, parties) = (Barrier::MAX_PARTIES, self.parties);
        write!(f, "a barrier has from 1 to {max} parties, not {parties}")
    }
}

impl Error for PartiesError {}

#[cfg(test)]
mod tests {
    use std::any::Any;
    use std::mem;
    use std::panic::{RefUnwindSafe, UnwindSafe};
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc;
    use std::sync::{Arc, LazyLock};
    use std::thread::JoinHandle;

    use super::BrokenBarrierError::{Aborted, ActionPanicked, Reset, TimedOut};
    use super::*;

    type Answer = Result<usize, BrokenBarrierError>;

    const LIMIT: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(1);

    fn new(parties: usize) -> Barrier {
        Barrier::new(parties).unwrap()
    }

    fn until(what: &str, condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < LIMIT, "waited too long: {what}");
            thread::yield_now();
        }
    }

    /// Fails instead of hanging if the thread does not end.
    fn join<T>(thread: JoinHandle<T>) -> T {
        until("a thread ends", || thread.is_finished());
        thread.join().unwrap()
    }

    /// What the thread panicked with.
    fn panic_of<T>(thread: JoinHandle<T>) -> Box<dyn Any + Send> {
        until("a thread ends", || thread.is_finished());
        match thread.join() {
            Ok(_) => panic!("the thread did not panic"),
            Err(payload) => payload,
        }
    }

    fn join_all<T>(threads: Vec<JoinHandle<T>>) -> Vec<T> {
        threads.into_iter().map(join).collect()
    }

    fn word<A>(barrier: &Barrier<A>) -> Word {
        Word(barrier.word.load(Ordering::SeqCst))
    }

    fn until_asleep<A>(barrier: &Barrier<A>) {
        until("a thread sleeps", || word(barrier).has_sleepers());
    }

    fn spawn_wait<A>(barrier: &Arc<Barrier<A>>) -> JoinHandle<Answer>
    where
        A: FnMut() + Send + 'static,
    {
        let barrier = Arc::clone(barrier);
        thread::spawn(move || barrier.wait())
    }

    /// Waits in another thread: so the test fails instead of hanging.
    fn wait<A>(barrier: &Arc<Barrier<A>>) -> Answer
    where
        A: FnMut() + Send + 'static,
    {
        join(spawn_wait(barrier))
    }

    /// Waits in another thread: so the test fails instead of hanging.
    fn wait_timeout(barrier: &Arc<Barrier>, timeout: Duration) -> Answer {
        let barrier = Arc::clone(barrier);
        join(thread::spawn(move || barrier.wait_timeout(timeout)))
    }

    /// Starts threads that wait, one after the other.
    fn spawn_waits<A>(
        barrier: &Arc<Barrier<A>>,
        number: usize,
    ) -> Vec<JoinHandle<Answer>>
    where
        A: FnMut() + Send + 'static,
    {
        let spawn = |n| {
            let thread = spawn_wait(barrier);
            until("a thread arrives", || barrier.n_waiting() == n);
            thread
        };
        (1..=number).map(spawn).collect()
    }

    /// An action that tells when it begins and ends when it is told to.
    struct Held {
        began: mpsc::Receiver<()>,
        end: mpsc::Sender<()>,
    }

    impl Held {
        fn new() -> (Held, impl FnMut() + Send + 'static) {
            let (begin, began) = mpsc::channel();
            let (end, ended) = mpsc::channel();
            let action = move || {
                begin.send(()).unwrap();
                ended.recv_timeout(LIMIT).unwrap();
            };
            (Held { began, end }, action)
        }

        fn until_begun(&self) {
            self.began.recv_timeout(LIMIT).unwrap();
        }

        fn finish(&self) {
            self.end.send(()).unwrap();
        }
    }

    #[test]
    fn parties_must_be_a_number_the_word_can_count() {
        for parties in [0, Barrier::MAX_PARTIES + 1, usize::MAX] {
            let error = Barrier::new(parties).unwrap_err();
            assert_eq!(error.parties(), parties);
            let sentence = error.to_string();
            assert!(sentence.ends_with(&format!("not {parties}")));
        }
        let largest = new(Barrier::MAX_PARTIES);
        assert_eq!(largest.parties(), Barrier::MAX_PARTIES);
        let full = Word(COUNT - 1).arrive(COUNT as usize, true).unwrap();
        assert_eq!(full.count(), Barrier::MAX_PARTIES);
        assert_eq!(full.phase(), Phase::Acting);
    }

    #[test]
    fn one_party_never_waits() {
        let barrier = Arc::new(new(1));
        for _ in 0..3 {
            assert_eq!(wait(&barrier), Ok(0));
            assert_eq!(wait_timeout(&barrier, Duration::ZERO), Ok(0));
        }
    }

    #[test]
    fn the_index_is_the_order_of_arrival() {
        let barrier = Arc::new(new(5));
        for _ in 0..3 {
            let threads = spawn_waits(&barrier, 4);
            assert_eq!(wait(&barrier), Ok(4));
            assert_eq!(barrier.n_waiting(), 0);
            let indices = join_all(threads);
            assert_eq!(indices, [Ok(0), Ok(1), Ok(2), Ok(3)]);
        }
    }

    #[test]
    fn each_index_is_given_once_per_round() {
        const PARTIES: usize = 4;
        const ROUNDS: usize = 300;
        let barrier = Arc::new(new(PARTIES));
        let threads = (0..PARTIES).map(|_| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || {
                let wait = |_| barrier.wait().unwrap();
                (0..ROUNDS).map(wait).collect::<Vec<usize>>()
            })
        });
        let indices = join_all(threads.collect());
        for round in 0..ROUNDS {
            let mut seen: Vec<usize> =
                indices.iter().map(|thread| thread[round]).collect();
            seen.sort();
            assert_eq!(seen, [0, 1, 2, 3]);
        }
    }

    #[test]
    fn writes_before_a_round_are_seen_after_it() {
        const THREADS: usize = 3;
        let barrier = Arc::new(new(THREADS));
        let cells: Arc<[AtomicUsize; THREADS]> = Arc::default();
        let threads = (0..THREADS).map(|me| {
            let (barrier, cells) = (Arc::clone(&barrier), Arc::clone(&cells));
            thread::spawn(move || {
                for round in 1..=300 {
                    cells[me].store(round, Ordering::Relaxed);
                    barrier.wait().unwrap();
                    for cell in cells.iter() {
                        assert_eq!(cell.load(Ordering::Relaxed), round);
                    }
                    // Nobody writes again before all have read.
                    barrier.wait().unwrap();
                }
            })
        });
        join_all(threads.collect());
    }

    #[test]
    fn more_threads_than_parties_take_turns() {
        const PARTIES: usize = 3;
        const ROUNDS: usize = 300;
        let acted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&acted);
        let barrier = Arc::new(new(PARTIES).with_action(move || {
            count.fetch_add(1, Ordering::Relaxed);
        }));
        let tickets = Arc::new(AtomicUsize::new(PARTIES * ROUNDS));
        let threads = (0..7).map(|_| {
            let barrier = Arc::clone(&barrier);
            let tickets = Arc::clone(&tickets);
            thread::spawn(move || {
                let mut zeros = 0;
                let take = |n: usize| n.checked_sub(1);
                let relaxed = Ordering::Relaxed;
                while tickets.fetch_update(relaxed, relaxed, take).is_ok() {
                    zeros += usize::from(barrier.wait() == Ok(0));
                }
                zeros
            })
        });
        let zeros: usize = join_all(threads.collect()).iter().sum();
        assert_eq!(zeros, ROUNDS);
        assert_eq!(acted.load(Ordering::Relaxed), ROUNDS);
        assert_eq!(barrier.n_waiting(), 0);
    }

    #[test]
    fn generations_start_again_at_zero() {
        let barrier = Arc::new(new(2));
        let last = u64::MAX >> GENERATION_SHIFT;
        let late = (last - 2) << GENERATION_SHIFT;
        barrier.word.store(late, Ordering::SeqCst);
        for _ in 0..6 {
            let other = spawn_wait(&barrier);
            let mine = wait(&barrier).unwrap();
            assert_eq!(mine + join(other).unwrap(), 1);
        }
        assert_eq!(word(&barrier).generation(), 3);
    }

    #[test]
    fn sleepers_wake_when_the_last_arrives() {
        let barrier = Arc::new(new(3));
        for _ in 0..20 {
            let threads = spawn_waits(&barrier, 2);
            until_asleep(&barrier);
            assert_eq!(wait(&barrier), Ok(2));
            assert_eq!(join_all(threads), [Ok(0), Ok(1)]);
            assert!(!word(&barrier).has_sleepers());
        }
    }

    #[test]
    fn the_action_runs_once_before_the_release() {
        let (held, action) = Held::new();
        let barrier = Arc::new(new(3).with_action(action));
        for _ in 0..3 {
            let early = spawn_waits(&barrier, 2);
            let last = spawn_wait(&barrier);
            held.until_begun();
            until_asleep(&barrier);
            assert_eq!(barrier.n_waiting(), 3);
            assert!(early.iter().all(|thread| !thread.is_finished()));
            held.finish();
            assert_eq!(join_all(early), [Ok(0), Ok(1)]);
            assert_eq!(join(last), Ok(2));
        }
        assert!(held.began.try_recv().is_err());
    }

    #[test]
    fn the_last_to_arrive_runs_the_action() {
        let (tell, told) = mpsc::channel();
        let barrier = Arc::new(new(2).with_action(move || {
            tell.send(thread::current().id()).unwrap();
        }));
        for _ in 0..20 {
            let early = spawn_waits(&barrier, 1);
            let last = spawn_wait(&barrier);
            let id = last.thread().id();
            assert_eq!(join(last), Ok(1));
            assert_eq!(told.try_recv(), Ok(id));
            assert_eq!(join_all(early), [Ok(0)]);
        }
    }

    #[test]
    fn an_action_that_panics_breaks_the_barrier_for_the_others() {
        let mut first = true;
        let barrier = Arc::new(new(3).with_action(move || {
            if mem::take(&mut first) {
                panic::resume_unwind(Box::new("out of paper"));
            }
        }));
        let early = spawn_waits(&barrier, 2);
        until_asleep(&barrier);
        let payload = panic_of(spawn_wait(&barrier));
        assert_eq!(payload.downcast_ref(), Some(&"out of paper"));

        let failed = Err(ActionPanicked);
        assert_eq!(join_all(early), [failed, failed]);
        assert_eq!(wait(&barrier), failed);

        barrier.reset();
        let early = spawn_waits(&barrier, 2);
        assert_eq!(wait(&barrier), Ok(2));
        assert_eq!(join_all(early), [Ok(0), Ok(1)]);
    }

    /// Panics when it is dropped.
    struct Fragile;

    impl Drop for Fragile {
        fn drop(&mut self) {
            panic::resume_unwind(Box::new("dropped"));
        }
    }

    fn breaks_when_the_action_panics(action: fn()) {
        let barrier = Arc::new(new(3).with_action(action));
        let early = spawn_waits(&barrier, 2);
        until_asleep(&barrier);
        mem::forget(panic_of(spawn_wait(&barrier)));
        let failed = Err(ActionPanicked);
        assert_eq!(join_all(early), [failed, failed]);
        assert_eq!(wait(&barrier), failed);
        barrier.reset();
        assert_eq!(word(&barrier), Word(0));
    }

    #[test]
    fn a_payload_may_panic_when_it_is_dropped() {
        breaks_when_the_action_panics(|| {
            panic::resume_unwind(Box::new(Fragile));
        });
    }

    #[test]
    fn a_value_of_the_action_may_panic_when_it_is_dropped() {
        breaks_when_the_action_panics(|| drop(Fragile));
    }

    #[test]
    fn an_action_that_panics_when_dropped_ends_only_that_call() {
        let fragile = || {
            let value = Fragile;
            new(2).with_action(move || {
                let _kept = &value;
            })
        };
        let replace = || drop(fragile().with_action(|| {}));
        assert!(panic::catch_unwind(replace).is_err());

        let barrier = Arc::new(fragile());
        let early = spawn_waits(&barrier, 1);
        let last = spawn_wait(&barrier);
        assert_eq!((join_all(early), join(last)), (vec![Ok(0)], Ok(1)));
        assert!(panic::catch_unwind(|| drop(barrier)).is_err());
    }

    #[test]
    fn a_timeout_breaks_the_barrier_for_all() {
        let barrier = Arc::new(new(3));
        let patient = spawn_waits(&barrier, 1);
        until_asleep(&barrier);
        let start = Instant::now();
        assert_eq!(wait_timeout(&barrier, SHORT), Err(TimedOut));
        assert!(start.elapsed() >= SHORT);
        assert_eq!(join_all(patient), [Err(TimedOut)]);
        assert!(barrier.is_broken());
        assert_eq!(barrier.n_waiting(), 0);
        assert_eq!(wait(&barrier), Err(TimedOut));
        assert_eq!(wait_timeout(&barrier, Duration::MAX), Err(TimedOut));
    }

    #[test]
    fn a_timeout_that_does_not_pass_changes_nothing() {
        let barrier = Arc::new(new(2));
        for _ in 0..20 {
            let early = spawn_waits(&barrier, 1);
            assert_eq!(wait_timeout(&barrier, LIMIT), Ok(1));
            assert_eq!(join_all(early), [Ok(0)]);
        }
    }

    #[test]
    fn a_timeout_of_zero_breaks_the_barrier_unless_last() {
        let barrier = Arc::new(new(2));
        let early = spawn_waits(&barrier, 1);
        assert_eq!(wait_timeout(&barrier, Duration::ZERO), Ok(1));
        assert_eq!(join_all(early), [Ok(0)]);

        assert_eq!(wait_timeout(&barrier, Duration::ZERO), Err(TimedOut));
        assert!(barrier.is_broken());
    }

    #[test]
    fn a_timeout_beyond_the_clock_has_no_end() {
        let seconds = [u64::MAX, u64::MAX / 2, i64::MAX as u64 / 2, 1 << 40];
        for timeout in seconds.map(Duration::from_secs) {
            let barrier = Arc::new(new(2).with_timeout(timeout));
            let early = spawn_waits(&barrier, 1);
            until_asleep(&barrier);
            assert_eq!(wait_timeout(&barrier, Duration::MAX), Ok(1));
            assert_eq!(join_all(early), [Ok(0)]);
        }
    }

    #[test]
    fn a_deadline_is_the_same_moment_for_all() {
        let barrier = Arc::new(new(3).with_timeout(Duration::MAX));
        let deadline = Instant::now() + SHORT;
        let threads = [(); 2].map(|()| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || barrier.wait_deadline(deadline))
        });
        let answers = threads.map(join);
        assert_eq!(answers, [Err(TimedOut), Err(TimedOut)]);
        assert!(Instant::now() >= deadline);
    }

    #[test]
    fn a_deadline_in_the_past_breaks_the_barrier_unless_last() {
        let past = Instant::now();
        let barrier = new(1);
        assert_eq!(barrier.wait_deadline(past), Ok(0));

        let barrier = new(2);
        assert_eq!(barrier.wait_deadline(past), Err(TimedOut));
        assert!(barrier.is_broken());
    }

    #[test]
    fn no_deadline_replaces_the_default_timeout() {
        let barrier = Arc::new(new(2).with_timeout(Duration::ZERO));
        let other = Arc::clone(&barrier);
        let early = thread::spawn(move || other.wait_deadline(None));
        until_asleep(&barrier);
        assert_eq!(wait_timeout(&barrier, LIMIT), Ok(1));
        assert_eq!(join(early), Ok(0));
    }

    #[test]
    fn wait_uses_the_default_timeout() {
        let barrier = new(2).with_timeout(SHORT).with_action(|| {});
        let barrier = Arc::new(barrier);
        let start = Instant::now();
        assert_eq!(join(spawn_wait(&barrier)), Err(TimedOut));
        assert!(start.elapsed() >= SHORT);
    }

    #[test]
    fn the_timeout_of_a_call_replaces_the_default() {
        let barrier = Arc::new(new(2).with_timeout(Duration::ZERO));
        let other = Arc::clone(&barrier);
        let early = thread::spawn(move || other.wait_timeout(Duration::MAX));
        until_asleep(&barrier);
        assert_eq!(wait(&barrier), Ok(1));
        assert_eq!(join(early), Ok(0));
    }

    #[test]
    fn an_action_may_outlast_a_timeout() {
        let mut timeout = Duration::from_millis(20);
        loop {
            let start = Instant::now();
            let barrier = Arc::new(new(2).with_action(move || {
                until("time passes", || start.elapsed() > timeout * 3);
            }));
            let other = Arc::clone(&barrier);
            let early = thread::spawn(move || other.wait_timeout(timeout));
            until("a thread arrives", || word(&barrier) != Word(0));
            match wait(&barrier) {
                // This thread came too late: the test says nothing.
                Err(cause) => assert_eq!(cause, TimedOut),
                Ok(index) => {
                    assert_eq!(index, 1);
                    assert_eq!(join(early), Ok(0));
                    return;
                }
            }
            assert_eq!(join(early), Err(TimedOut));
            timeout *= 2;
            assert!(timeout < LIMIT, "this thread always came too late");
        }
    }

    #[test]
    fn a_timeout_at_the_last_moment_is_the_same_for_both() {
        let barrier = Arc::new(new(2));
        let gate = Arc::new(new(2));
        let wait = |round: u64| Duration::from_nanos(round * 37 % 5_000);
        let (other, other_gate) = (Arc::clone(&barrier), Arc::clone(&gate));
        let thread = thread::spawn(move || {
            let round = |n| {
                other_gate.wait().unwrap();
                let answer = other.wait_timeout(wait(n));
                other_gate.wait().unwrap();
                answer
            };
            (0..500).map(round).collect::<Vec<Answer>>()
        });
        let mine = thread::spawn(move || {
            let round = |_| {
                barrier.reset();
                gate.wait().unwrap();
                let answer = barrier.wait();
                gate.wait().unwrap();
                answer
            };
            (0..500).map(round).collect::<Vec<Answer>>()
        });
        for answers in join(mine).into_iter().zip(join(thread)) {
            match answers {
                (Ok(mine), Ok(theirs)) => assert_eq!(mine + theirs, 1),
                both => assert_eq!(both, (Err(TimedOut), Err(TimedOut))),
            }
        }
    }

    #[test]
    fn abort_breaks_the_barrier_for_all() {
        let barrier = Arc::new(new(3));
        let threads = spawn_waits(&barrier, 2);
        until_asleep(&barrier);
        barrier.abort();
        assert_eq!(join_all(threads), [Err(Aborted), Err(Aborted)]);
        assert!(barrier.is_broken());
        assert_eq!(barrier.n_waiting(), 0);
        assert_eq!(wait(&barrier), Err(Aborted));
    }

    #[test]
    fn the_first_cause_stays() {
        let barrier = Arc::new(new(2));
        assert_eq!(wait_timeout(&barrier, Duration::ZERO), Err(TimedOut));
        barrier.abort();
        assert_eq!(wait(&barrier), Err(TimedOut));
    }

    #[test]
    fn abort_after_a_round_does_not_break_that_round() {
        for _ in 0..200 {
            let barrier = Arc::new(new(2));
            let early = spawn_waits(&barrier, 1);
            assert_eq!(wait(&barrier), Ok(1));
            barrier.abort();
            assert_eq!(join_all(early), [Ok(0)]);
        }
    }

    #[test]
    fn reset_sends_the_waiters_away() {
        let barrier = Arc::new(new(3));
        for _ in 0..20 {
            let threads = spawn_waits(&barrier, 2);
            until_asleep(&barrier);
            barrier.reset();
            assert!(!barrier.is_broken());
            assert_eq!(barrier.n_waiting(), 0);
            assert_eq!(join_all(threads), [Err(Reset), Err(Reset)]);

            let threads = spawn_waits(&barrier, 2);
            assert_eq!(wait(&barrier), Ok(2));
            assert_eq!(join_all(threads), [Ok(0), Ok(1)]);
        }
    }

    #[test]
    fn reset_mends_a_broken_barrier() {
        let barrier = Arc::new(new(2));
        barrier.reset();
        barrier.abort();
        barrier.reset();
        assert!(!barrier.is_broken());
        let early = spawn_waits(&barrier, 1);
        assert_eq!(wait(&barrier), Ok(1));
        assert_eq!(join_all(early), [Ok(0)]);
    }

    #[test]
    fn a_reset_does_not_hide_why_the_round_broke() {
        for _ in 0..200 {
            let barrier = Arc::new(new(3));
            let threads = spawn_waits(&barrier, 2);
            barrier.abort();
            barrier.reset();
            assert_eq!(join_all(threads), [Err(Aborted), Err(Aborted)]);
            until("all have left", || word(&barrier) == Word(0));
        }
    }

    #[test]
    fn abort_does_not_wait_for_the_action() {
        let (held, action) = Held::new();
        let barrier = Arc::new(new(2).with_action(action));
        let early = spawn_waits(&barrier, 1);
        let runner = spawn_wait(&barrier);
        held.until_begun();
        until_asleep(&barrier);
        barrier.abort();
        assert_eq!(join_all(early), [Err(Aborted)]);
        assert!(!runner.is_finished());
        held.finish();
        assert_eq!(join(runner), Err(Aborted));
        assert_eq!(word(&barrier).count(), 0);
    }

    #[test]
    fn after_a_reset_the_next_round_waits_for_the_action() {
        let (held, action) = Held::new();
        let barrier = Arc::new(new(2).with_action(action));
        let early = spawn_waits(&barrier, 1);
        let runner = spawn_wait(&barrier);
        held.until_begun();
        barrier.reset();
        assert_eq!(join_all(early), [Err(Reset)]);

        let next = spawn_wait(&barrier);
        until_asleep(&barrier);
        assert_eq!(barrier.n_waiting(), 0);
        held.finish();
        assert_eq!(join(runner), Err(Reset));
        until("the next thread is let in", || barrier.n_waiting() == 1);
        let last = spawn_wait(&barrier);
        held.until_begun();
        held.finish();
        assert_eq!((join(next), join(last)), (Ok(0), Ok(1)));
    }

    #[test]
    fn abort_ends_a_reset_that_waits_for_the_action() {
        let (held, action) = Held::new();
        let barrier = Arc::new(new(1).with_action(action));
        let runner = spawn_wait(&barrier);
        held.until_begun();
        barrier.reset();
        let next = spawn_wait(&barrier);
        until_asleep(&barrier);
        barrier.abort();
        assert_eq!(join(next), Err(Aborted));
        assert!(barrier.is_broken());
        held.finish();
        assert_eq!(join(runner), Err(Aborted));
        barrier.reset();
        held.finish();
        assert_eq!(wait(&barrier), Ok(0));
    }

    #[test]
    fn time_does_not_run_before_a_thread_is_let_in() {
        let (held, action) = Held::new();
        let barrier = Arc::new(new(1).with_action(action));
        let runner = spawn_wait(&barrier);
        held.until_begun();
        let other = Arc::clone(&barrier);
        let next = thread::spawn(move || other.wait_timeout(Duration::ZERO));
        until_asleep(&barrier);
        held.finish();
        held.finish();
        assert_eq!((join(runner), join(next)), (Ok(0), Ok(0)));
    }

    static WAITS_INSIDE: LazyLock<Barrier> = LazyLock::new(|| {
        let action: fn() = || {
            let _ = WAITS_INSIDE.wait();
        };
        new(1).with_action(action)
    });

    #[test]
    fn an_action_that_waits_at_its_own_barrier_panics() {
        let waiting = thread::spawn(|| WAITS_INSIDE.wait());
        let payload = panic_of(waiting);
        let message: &&str = payload.downcast_ref().unwrap();
        assert_eq!(
            *message,
            "the action of a barrier waits at the same barrier"
        );
        let next = thread::spawn(|| WAITS_INSIDE.wait());
        assert_eq!(join(next), Err(ActionPanicked));
    }

    static ABORTS_INSIDE: LazyLock<Barrier> = LazyLock::new(|| {
        let action: fn() = || {
            assert_eq!(ABORTS_INSIDE.n_waiting(), 1);
            ABORTS_INSIDE.abort();
            assert_eq!(ABORTS_INSIDE.wait(), Err(Aborted));
            ABORTS_INSIDE.reset();
        };
        new(1).with_action(action)
    });

    #[test]
    fn an_action_may_abort_and_reset_its_barrier() {
        let waiting = thread::spawn(|| ABORTS_INSIDE.wait());
        assert_eq!(join(waiting), Err(Aborted));
        assert!(!ABORTS_INSIDE.is_broken());
        assert_eq!(word(&ABORTS_INSIDE), Word(0));
    }

    #[test]
    fn threads_that_wait_abort_and_reset_at_random_all_end() {
        let barrier = Arc::new(new(3).with_action(|| {}));
        let threads = (0..6).map(|me: u64| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || {
                let mut random = me + 1;
                for _ in 0..300 {
                    // A linear congruential generator is random enough.
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    match random >> 60 {
                        0 => barrier.abort(),
                        1..5 => barrier.reset(),
                        n => {
                            let micros = Duration::from_micros(n * 4);
                            let answer = barrier.wait_timeout(micros);
                            assert!(answer.is_err() || answer.unwrap() < 3);
                        }
                    }
                }
            })
        });
        join_all(threads.collect());
        assert_eq!(word(&barrier).count(), 0);
        assert!(!word(&barrier).has_sleepers());
        barrier.reset();
        assert_eq!(word(&barrier).phase(), Phase::Filling);
    }

    #[test]
    fn the_table_holds() {
        let at = |phase, count: u64| {
            Word(count | 7 << GENERATION_SHIFT)
                .with_phase(phase)
                .with_sleepers()
        };
        let next = Word(8 << GENERATION_SHIFT);
        let awake = |phase, count| at(phase, count).awake();
        use Phase::*;

        assert!(at(Filling, 1).arrive(3, false) == Some(at(Filling, 2)));
        assert!(at(Filling, 2).arrive(3, false) == Some(next));
        assert!(at(Filling, 2).arrive(3, true) == Some(at(Acting, 3)));
        assert!(at(Filling, 2).time_out(7) == Some(awake(Broken(TimedOut), 1)));
        assert!(at(Filling, 2).time_out(6).is_none());
        assert!(at(Acting, 3).time_out(7).is_none());
        assert!(at(Acting, 3).finish_action() == next);
        let panicked = Broken(ActionPanicked);
        assert!(at(Acting, 3).fail_action() == awake(panicked, 2));
        assert!(at(Filling, 0).reset().is_none());
        for phase in [Filling, Acting] {
            let word = at(phase, 3);
            assert!(word.abort() == Some(awake(Broken(Aborted), 3)));
            assert!(word.reset() == Some(awake(Resetting(Reset), 3)));
        }
        for cause in CAUSES {
            let broken = awake(Broken(cause), 2);
            let resetting = at(Resetting(cause), 2);
            for word in [broken, resetting] {
                assert!(word.arrive(3, false).is_none());
                assert!(word.time_out(7).is_none());
                assert!(word.leave() == Word(word.0 - 1));
                assert!(word.finish_action() == word.leave());
                assert!(word.fail_action() == word.leave());
            }
            assert!(broken.abort().is_none());
            assert!(broken.reset() == Some(resetting.awake()));
            let left = broken.leave().leave();
            assert!(left == awake(Broken(cause), 0));
            assert!(left.reset() == Some(awake(Filling, 0)));
            assert!(resetting.leave().leave() == awake(Filling, 0));
            assert!(resetting.reset().is_none());
            assert!(resetting.abort() == Some(awake(Broken(Aborted), 2)));
        }
        assert!(at(Acting, 3).arrive(3, true).is_none());
    }

    #[test]
    fn the_barrier_and_its_errors_show_what_they_are() {
        let barrier = new(2).with_action(|| {});
        assert_eq!(
            format!("{barrier:?}"),
            "Barrier { parties: 2, n_waiting: 0, is_broken: false, .. }"
        );
        let sentences = CAUSES.map(|cause| cause.to_string());
        assert_eq!(
            sentences,
            [
                "a thread timed out at the barrier",
                "the barrier was aborted",
                "the barrier was reset while threads waited",
                "the action of the barrier panicked",
            ]
        );
        let causes = CAUSES.map(|cause| cause as usize);
        assert_eq!(causes, [0, 1, 2, 3]);
    }

    #[test]
    fn waiters_that_may_not_yield_sleep_and_are_woken() {
        let barrier = Arc::new(new(3));
        for _ in 0..20 {
            YIELD_AGAIN.store(u64::MAX, Ordering::Relaxed);
            let threads = spawn_waits(&barrier, 2);
            until_asleep(&barrier);
            assert_eq!(wait(&barrier), Ok(2));
            assert_eq!(join_all(threads), [Ok(0), Ok(1)]);
        }
        YIELD_AGAIN.store(0, Ordering::Relaxed);
    }

    // Other tests wait at barriers, too: their waiters may begin a rest at any
    // moment, or end one.
    #[test]
    fn waiters_yield_unless_they_rest() {
        let yields_at = |again| {
            YIELD_AGAIN.store(again, Ordering::Relaxed);
            yield_until(|| Some(()), None).is_some()
        };
        until("a waiter rests", || !yields_at(u64::MAX));
        until("a waiter yields", || yields_at(0));
    }

    #[test]
    fn waiters_yield_until_their_deadline() {
        let now = Instant::now();
        let looks_twice = |deadline| {
            YIELD_AGAIN.store(0, Ordering::Relaxed);
            let checks = AtomicUsize::new(0);
            let check = || {
                let again = checks.fetch_add(1, Ordering::Relaxed) == 1;
                again.then_some(())
            };
            yield_until(check, Some(deadline)).is_some()
        };
        assert!(!looks_twice(now));
        until("a waiter yields", || looks_twice(now + LONGEST_REST));
    }

    #[test]
    fn a_long_yield_is_the_last_before_a_rest() {
        until("a rest begins", || {
            YIELD_AGAIN.store(0, Ordering::Relaxed);
            let checks = AtomicUsize::new(0);
            let start = Instant::now();
            let found: Option<()> = yield_until(
                || {
                    checks.fetch_add(1, Ordering::Relaxed);
                    until("time passes", || start.elapsed() > TOO_LONG);
                    None
                },
                None,
            );
            assert!(found.is_none());
            let again = YIELD_AGAIN.load(Ordering::Relaxed);
            let is_resting = again > micros(Instant::now());
            is_resting && checks.load(Ordering::Relaxed) == 1
        });
    }

    #[test]
    fn a_rest_has_a_limit() {
        assert_eq!(rest(SHORT), SHORT * REST);
        assert_eq!(rest(Duration::MAX), LONGEST_REST);
    }

    #[test]
    fn threads_can_share_a_barrier() {
        fn as_in_std<T>(_: &T)
        where
            T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe,
        {
        }
        as_in_std(&std::sync::Barrier::new(1));
        as_in_std(&new(1));
        // `Cell` can be sent, not shared: the barrier shares its action.
        let cell = std::cell::Cell::new(0);
        let barrier = new(1).with_action(move || cell.set(cell.get() + 1));
        as_in_std(&barrier);
        assert_eq!(wait(&Arc::new(barrier)), Ok(0));
    }
}
// ANCHOR_END: module
