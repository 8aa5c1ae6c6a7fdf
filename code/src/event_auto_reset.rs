// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! An event that each call of `set` opens for one thread.
//!
//! An [`AutoResetEvent`] resets itself: the thread that it lets through clears
//! it, in the same step.
//! Python has none.
//!
//! Use it where threads take turns at something that one of them can do:
//! "there is work" for one of several workers, "your turn" between two.
//! A neighbour may serve you better:
//! an event that stays set where all threads are to be let through, a
//! semaphore where each call is to be counted, a condition where the threads
//! wait for a fact about shared data, a channel where the news carries a
//! value.
//!
//! # Before you copy it
//!
//! - A thread sleeps in a queue of `parking_lot_core`, which takes two
//!   `unsafe` blocks: the file can't go into a crate with
//!   `forbid(unsafe_code)`.
//! - While no thread waits, several calls of [`set`](AutoResetEvent::set) are
//!   remembered as one. A thread that is let through must therefore look for
//!   all the work that there is, and not for one piece.
//! - While threads wait, each call lets the one through that has slept
//!   longest. It has that turn already, so a thread that begins to wait now
//!   can't take it away, even if the first is slow to wake.
//! - After a `fork`, the child has a copy of the event, but none of the threads
//!   that were to set it.
//!
//! The chapter that explains this file is `src/event.md`.
//!
//! # How it works
//!
//! The whole event is one byte.
//! Sleeping threads are in a queue that `parking_lot_core` keeps for the
//! address of that byte, behind a lock of its own.
//! The byte is `AWAITED` exactly while the queue has a thread in it.
//!
//! | step | byte before | byte after | the queue's lock |
//! |---|---|---|---|
//! | `set`, no thread sleeps | `CLEAR`, `SET` | `SET` | not needed |
//! | `set`, one thread sleeps | `AWAITED` | `CLEAR`, it leaves | held |
//! | `set`, several sleep | `AWAITED` | `AWAITED`, the first leaves | held |
//! | a wait that need not sleep | `SET` | `CLEAR` | not needed |
//! | a thread goes to sleep | `CLEAR`, `AWAITED` | `AWAITED` | held |
//! | the last sleeper's time is up | `AWAITED` | `CLEAR` | held |
//!
//! # Why no `set` is lost, and none counts twice
//!
//! 1. A thread W that finds the byte not `SET` locks the queue, makes the
//!    byte `AWAITED`, and enters the queue, all before it unlocks.
//!    If the byte has become `SET` by then, W clears it and does not sleep.
//! 2. A thread S that calls `set` sees `AWAITED` only after step 1. It locks
//!    the queue and takes the first thread out. That thread's wait has
//!    succeeded, and the byte is never `SET`: no other wait can succeed by
//!    this call.
//! 3. If S finds the queue empty, because the time of all sleepers was up, it
//!    makes the byte `SET`, and the next wait clears it.
//! 4. A thread whose time is up leaves the queue with the queue locked. Either
//!    S comes first and has taken it out: then its wait has succeeded. Or it
//!    is gone when S comes: then S takes another one out.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use parking_lot_core::{
    DEFAULT_PARK_TOKEN, DEFAULT_UNPARK_TOKEN, ParkResult, UnparkResult,
};

// ANCHOR: types
/// The event is not set, and no thread sleeps.
const CLEAR: u8 = 0;
/// The event is not set, and a thread sleeps; it changes under the queue's
/// lock alone.
const AWAITED: u8 = 1;
/// The event is set, and no thread sleeps.
const SET: u8 = 2;

/// A flag that lets one thread through, and lowers itself for it.
///
/// The flag is clear at first.
/// [`set`](AutoResetEvent::set) lets exactly one thread through: one that
/// waits or, if none does, the next that comes.
/// Further calls before that thread comes change nothing.
///
/// What a thread did before `set` happens before everything that the thread
/// which is let through does afterwards.
/// Waiting threads use no processor time.
///
/// # Examples
///
/// ```
/// use std::sync::Mutex;
/// use std::thread;
/// use threading::AutoResetEvent;
///
/// let (orders, new_order) = (Mutex::new(Vec::new()), AutoResetEvent::new());
/// thread::scope(|scope| {
///     scope.spawn(|| {
///         for order in ["soup", "salad", "the bill"] {
///             orders.lock().unwrap().push(order);
///             new_order.set();
///         }
///     });
///     let mut served = 0;
///     while served < 3 {
///         new_order.wait(); // and clears it
///         served += orders.lock().unwrap().drain(..).count();
///     }
/// });
/// ```
///
/// # Differences from Python
///
/// Python has no such event.
/// An `Event` with `wait()` and then `clear()` is something else: two threads
/// may be through the `wait` before one of them comes to the `clear`.
///
/// # Differences from others
///
/// Windows and .NET call `set` *signal* or `Set`, and a wait `WaitOne`; they
/// don't say which thread is let through.
/// `Notify` of `tokio` is this event for tasks; its `notify_waiters` has no
/// counterpart here.
#[doc(alias("auto-reset", "Notify", "binary semaphore"))]
#[derive(Default)]
pub struct AutoResetEvent {
    /// `CLEAR`, `AWAITED` or `SET`; its address names the queue.
    state: AtomicU8,
}
// ANCHOR_END: types

impl AutoResetEvent {
    /// Creates an event that is not set.
    ///
    /// ```
    /// use threading::AutoResetEvent;
    ///
    /// static TURN: AutoResetEvent = AutoResetEvent::new();
    /// assert!(!TURN.try_wait());
    /// ```
    pub const fn new() -> Self {
        AutoResetEvent {
            state: AtomicU8::new(CLEAR),
        }
    }

    /// Lets one thread through: the one that has slept longest or, if none
    /// sleeps, the next that waits.
    ///
    /// If the event is set already, this changes nothing.
    ///
    /// ```
    /// use threading::AutoResetEvent;
    ///
    /// let turn = AutoResetEvent::new();
    /// turn.set();
    /// turn.set();
    /// assert!(turn.try_wait());
    /// assert!(!turn.try_wait()); // the two were remembered as one
    /// ```
    #[doc(alias("signal", "notify", "notify_one", "SetEvent"))]
    // ANCHOR: set
    #[inline]
    pub fn set(&self) {
        // A byte that is `SET` is written once more: the wait that clears it
        // must see what came before this call, too.
        let raise = |state| (state != AWAITED).then_some(SET);
        // `Release` pairs with the waits that find `SET`.
        let (release, relaxed) = (Ordering::Release, Ordering::Relaxed);
        if self.state.fetch_update(release, relaxed, raise).is_err() {
            self.wake_one();
        }
    }

    #[cold]
    fn wake_one(&self) {
        let hand_over = |result| {
            self.after_waking(result);
            DEFAULT_UNPARK_TOKEN
        };
        // SAFETY: the address is that of our own byte. The closure neither
        // panics nor uses parking_lot.
        unsafe { parking_lot_core::unpark_one(self.queue(), hand_over) };
    }

    /// Says in the byte what is left to wake, with the queue locked.
    fn after_waking(&self, result: UnparkResult) {
        if result.unparked_threads == 0 {
            // `Release` as above. A swap and not a store: since `AWAITED` was
            // seen, another `set` may have come without the queue's lock. The
            // wait that clears this `SET` must see what came before both.
            self.state.swap(SET, Ordering::Release);
        } else if !result.have_more_threads {
            // Only the holder of the queue's lock changes an `AWAITED`. The
            // thread that was woken acquires what came before by waking up.
            self.state.store(CLEAR, Ordering::Relaxed);
        }
    }
    // ANCHOR_END: set

    /// Takes back a [`set`](AutoResetEvent::set) that has let no thread
    /// through yet.
    ///
    /// It wakes no thread and stops none that was let through.
    /// If the event is not set, this changes nothing.
    ///
    /// ```
    /// use threading::AutoResetEvent;
    ///
    /// let turn = AutoResetEvent::new();
    /// turn.set();
    /// turn.clear();
    /// assert!(!turn.try_wait());
    /// ```
    #[doc(alias("reset", "ResetEvent"))]
    #[inline]
    pub fn clear(&self) {
        let _ = self.try_wait();
    }

    /// Goes through if the event is set, without waiting; tells whether it
    /// did.
    ///
    /// `true` clears the event: no other thread gets through by the same
    /// [`set`](AutoResetEvent::set).
    ///
    /// ```
    /// use threading::AutoResetEvent;
    ///
    /// let turn = AutoResetEvent::new();
    /// turn.set();
    /// assert!(turn.try_wait());
    /// assert!(!turn.try_wait());
    /// ```
    // ANCHOR: wait
    #[inline]
    #[must_use = "`true` means that this thread has used the `set`"]
    pub fn try_wait(&self) -> bool {
        // `Acquire` pairs with both writes of `SET`.
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        self.state
            .compare_exchange(SET, CLEAR, acquire, relaxed)
            .is_ok()
    }

    /// Waits until a [`set`](AutoResetEvent::set) lets this thread through,
    /// as long as it takes.
    ///
    /// ```
    /// use std::thread;
    /// use threading::AutoResetEvent;
    ///
    /// let turn = AutoResetEvent::new();
    /// thread::scope(|scope| {
    ///     scope.spawn(|| turn.set());
    ///     turn.wait();
    /// });
    /// assert!(!turn.try_wait());
    /// ```
    #[inline]
    pub fn wait(&self) {
        if !self.try_wait() {
            self.sleep(None);
        }
    }

    /// Waits until a [`set`](AutoResetEvent::set) lets this thread through,
    /// no longer than `timeout`; tells whether it did.
    ///
    /// A timeout of zero tries once; one too long for the clock waits
    /// forever.
    /// A thread whose time is up takes no `set` away from others.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::AutoResetEvent;
    ///
    /// let turn = AutoResetEvent::new();
    /// assert!(!turn.wait_timeout(Duration::from_millis(5)));
    /// turn.set();
    /// assert!(turn.wait_timeout(Duration::ZERO));
    /// ```
    #[doc(alias("wait_for", "WaitOne"))]
    #[inline]
    #[must_use = "`true` means that this thread has used the `set`"]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        // No deadline: the sum is too large for the clock.
        let deadline = || Instant::now().checked_add(timeout);
        self.try_wait() || (!timeout.is_zero() && self.sleep(deadline()))
    }

    /// Waits until a [`set`](AutoResetEvent::set) lets this thread through,
    /// no longer than until `deadline`; tells whether it did.
    ///
    /// A deadline in the past tries once; `None` waits forever.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use threading::AutoResetEvent;
    ///
    /// let turn = AutoResetEvent::new();
    /// turn.set();
    /// let deadline = Instant::now() + Duration::from_millis(5);
    /// assert!(turn.wait_deadline(deadline));
    /// assert!(!turn.wait_deadline(deadline));
    /// ```
    #[doc(alias = "wait_until")]
    #[inline]
    #[must_use = "`true` means that this thread has used the `set`"]
    pub fn wait_deadline(&self, deadline: impl Into<Option<Instant>>) -> bool {
        self.try_wait() || self.sleep(deadline.into())
    }
    // ANCHOR_END: wait

    /// Sleeps until it is let through, or until `deadline`; tells whether it
    /// was.
    // ANCHOR: sleep
    #[cold]
    fn sleep(&self, deadline: Option<Instant>) -> bool {
        let still_clear = || self.announce_sleeper();
        let nothing = || {};
        let time_is_up = |_, was_last| self.leave(was_last);
        let (queue, token) = (self.queue(), DEFAULT_PARK_TOKEN);
        // SAFETY: the address is that of our own byte. No closure panics or
        // uses parking_lot.
        let result = unsafe {
            parking_lot_core::park(
                queue,
                still_clear,
                nothing,
                time_is_up,
                token,
                deadline,
            )
        };
        // Only `set` takes a thread out of the queue. It wakes it by a store
        // that the woken thread acquires.
        result != ParkResult::TimedOut
    }

    /// Makes the byte `AWAITED`, with the queue locked; if it is `SET`, clears
    /// it instead and returns `false`.
    fn announce_sleeper(&self) -> bool {
        let next = |state| Some(if state == SET { CLEAR } else { AWAITED });
        // `Acquire` pairs with both writes of `SET`. What is written carries
        // nothing but itself.
        let (relaxed, acquire) = (Ordering::Relaxed, Ordering::Acquire);
        self.state.fetch_update(acquire, relaxed, next) != Ok(SET)
    }

    /// This thread's time is up, and it has left the queue, which is locked.
    fn leave(&self, was_last: bool) {
        if was_last {
            // Only the holder of the queue's lock changes an `AWAITED`. The
            // byte carries nothing but itself.
            self.state.store(CLEAR, Ordering::Relaxed);
        }
    }

    /// The name of the queue: an address that nothing else uses for one.
    fn queue(&self) -> usize {
        self.state.as_ptr() as usize
    }
    // ANCHOR_END: sleep
}

impl fmt::Debug for AutoResetEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_set = self.state.load(Ordering::Relaxed) == SET;
        let state = if is_set { "<set>" } else { "<clear>" };
        write!(f, "AutoResetEvent({state})")
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{self, RefUnwindSafe, UnwindSafe};
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc;
    use std::thread;

    use parking_lot_core::FilterOp;

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    /// How many threads are in the event's queue.
    fn sleepers(event: &AutoResetEvent) -> usize {
        let number = Cell::new(0);
        let count = |_| {
            number.set(number.get() + 1);
            FilterOp::Skip
        };
        // SAFETY: no thread is woken; the closures neither panic nor park.
        unsafe {
            parking_lot_core::unpark_filter(event.queue(), count, |_| {
                DEFAULT_UNPARK_TOKEN
            });
        }
        number.get()
    }

    fn until(what: &str, done: impl Fn() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < LONG, "{what}: this never happens");
            thread::yield_now();
        }
    }

    /// Runs a test in a thread, and fails instead of hanging with it.
    fn limited(test: impl FnOnce() + Send + 'static) {
        let (start, test) = (Instant::now(), thread::spawn(test));
        while !test.is_finished() {
            assert!(start.elapsed() < 2 * LONG, "the test does not end");
            thread::sleep(Duration::from_micros(100));
        }
        test.join()
            .unwrap_or_else(|payload| panic::resume_unwind(payload));
    }

    fn until_asleep(event: &AutoResetEvent, number: usize) {
        until("all are asleep", || sleepers(event) == number);
    }

    fn state(event: &AutoResetEvent) -> u8 {
        event.state.load(Ordering::Relaxed)
    }

    #[test]
    fn each_set_releases_the_sleeper_that_has_slept_longest() {
        limited(|| {
            let event = AutoResetEvent::new();
            let (through, order) = mpsc::channel();
            thread::scope(|scope| {
                for number in 0..4 {
                    let (event, through) = (&event, through.clone());
                    scope.spawn(move || {
                        assert!(event.wait_timeout(LONG));
                        through.send(number).unwrap();
                    });
                    until_asleep(event, number + 1);
                }
                for number in 0..4 {
                    event.set();
                    assert_eq!(order.recv_timeout(LONG), Ok(number));
                    assert_eq!(sleepers(&event), 3 - number);
                }
            });
            assert_eq!(state(&event), CLEAR);
        });
    }

    #[test]
    fn a_set_is_remembered_once() {
        limited(|| {
            let event = AutoResetEvent::new();
            event.set();
            event.set();
            event.wait();
            assert!(!event.try_wait());
            assert!(!event.wait_timeout(Duration::from_millis(5)));
        });
    }

    #[test]
    fn every_kind_of_wait_takes_a_set() {
        limited(|| {
            let event = AutoResetEvent::new();
            let now = Instant::now();
            let waits: [&dyn Fn() -> bool; 7] = [
                &|| event.try_wait(),
                &|| event.wait_timeout(Duration::ZERO),
                &|| event.wait_timeout(Duration::MAX),
                &|| event.wait_deadline(now),
                &|| event.wait_deadline(None),
                // As if it had been set after the first look.
                &|| event.sleep(None),
                &|| event.sleep(Some(now)),
            ];
            for (at, wait) in waits.into_iter().enumerate() {
                event.set();
                assert!(wait(), "wait {at}");
                assert_eq!(state(&event), CLEAR, "wait {at}");
            }
        });
    }

    #[test]
    fn zero_and_expired_timeouts_try_once() {
        limited(|| {
            let event = AutoResetEvent::new();
            assert!(!event.wait_timeout(Duration::ZERO));
            assert!(!event.wait_deadline(Instant::now()));
            assert_eq!(state(&event), CLEAR);
        });
    }

    #[test]
    fn a_timeout_does_not_end_early() {
        limited(|| {
            let event = AutoResetEvent::new();
            let (start, wait) = (Instant::now(), Duration::from_millis(20));
            assert!(!event.wait_timeout(wait));
            assert!(start.elapsed() >= wait);
            assert!(!event.wait_deadline(start + wait * 2));
            assert!(start.elapsed() >= wait * 2);
        });
    }

    #[test]
    fn waits_without_an_end_sleep_until_a_set() {
        limited(|| {
            let event = AutoResetEvent::new();
            thread::scope(|scope| {
                let forever = scope.spawn(|| event.wait_timeout(Duration::MAX));
                let none = scope.spawn(|| event.wait_deadline(None));
                until_asleep(&event, 2);
                event.set();
                event.set();
                assert!(forever.join().unwrap() && none.join().unwrap());
            });
        });
    }

    #[test]
    fn clear_takes_back_what_no_thread_has_used() {
        limited(|| {
            let event = AutoResetEvent::new();
            event.clear();
            event.set();
            event.clear();
            assert!(!event.try_wait());
            thread::scope(|scope| {
                let waiter = scope.spawn(|| event.wait_timeout(LONG));
                until_asleep(&event, 1);
                event.clear();
                assert_eq!((state(&event), sleepers(&event)), (AWAITED, 1));
                event.set();
                event.clear();
                assert!(waiter.join().unwrap());
            });
        });
    }

    #[test]
    fn a_timed_out_waiter_leaves_the_others_asleep_and_awaited() {
        limited(|| {
            let event = AutoResetEvent::new();
            thread::scope(|scope| {
                let waiter = scope.spawn(|| event.wait_timeout(LONG));
                until_asleep(&event, 1);
                assert!(!event.wait_timeout(Duration::from_millis(5)));
                assert_eq!(state(&event), AWAITED);
                event.set();
                assert!(waiter.join().unwrap());
                assert_eq!(state(&event), CLEAR);
            });
        });
    }

    #[test]
    fn the_last_to_time_out_leaves_a_clear_event() {
        limited(|| {
            let event = AutoResetEvent::new();
            assert!(!event.wait_timeout(Duration::from_millis(5)));
            assert_eq!(state(&event), CLEAR);
            event.set();
            assert!(event.try_wait());
        });
    }

    #[test]
    fn a_set_that_finds_all_sleepers_gone_is_remembered() {
        let event = AutoResetEvent::new();
        // As after a sleeper whose time was up when `set` had seen it.
        event.wake_one();
        assert!(event.try_wait());
        event.set();
        event.wake_one();
        assert!(event.try_wait() && !event.try_wait());
    }

    /// Two threads wake each other: each `set` is seen by one wait.
    #[test]
    fn two_threads_take_turns() {
        limited(|| {
            const TURNS: usize = 5_000;
            let turns = AtomicUsize::new(0);
            let (ping, pong) = (AutoResetEvent::new(), AutoResetEvent::new());
            thread::scope(|scope| {
                scope.spawn(|| {
                    for number in 0..TURNS {
                        assert!(ping.wait_timeout(LONG));
                        assert_eq!(turns.load(Ordering::Relaxed), number);
                        turns.store(number + 1, Ordering::Relaxed);
                        pong.set();
                    }
                });
                for number in 0..TURNS {
                    ping.set();
                    assert!(pong.wait_timeout(LONG));
                    assert_eq!(turns.load(Ordering::Relaxed), number + 1);
                }
            });
        });
    }

    /// A `set` for each piece of work, and waits that may give up: all of the
    /// work is done, and no more waits succeed than `set` was called.
    #[test]
    fn no_set_is_lost_and_none_counts_twice() {
        limited(|| {
            const ITEMS: usize = 20_000;
            let (made, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let (event, through) =
                (AutoResetEvent::new(), &AtomicUsize::new(0));
            let relaxed = Ordering::Relaxed;
            let work = |wait: Duration| {
                while done.load(relaxed) < ITEMS {
                    if event.wait_timeout(wait) {
                        through.fetch_add(1, relaxed);
                        done.fetch_add(made.swap(0, relaxed), relaxed);
                    }
                }
            };
            thread::scope(|scope| {
                let work = &work;
                for micros in [1, 5, 10, 50] {
                    scope.spawn(move || work(Duration::from_micros(micros)));
                }
                for _ in 0..ITEMS {
                    made.fetch_add(1, relaxed);
                    event.set();
                }
                until("all is done", || done.load(relaxed) == ITEMS);
            });
            assert!(through.load(relaxed) <= ITEMS);
            assert_eq!(sleepers(&event), 0);
        });
    }

    #[test]
    fn threads_and_caught_panics_can_share_it() {
        fn shared<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
        shared::<AutoResetEvent>();
    }

    #[test]
    fn its_state_is_shown() {
        let event = AutoResetEvent::default();
        assert_eq!(format!("{event:?}"), "AutoResetEvent(<clear>)");
        event.set();
        assert_eq!(format!("{event:?}"), "AutoResetEvent(<set>)");
        assert_eq!(size_of::<AutoResetEvent>(), 1);
    }
}
// ANCHOR_END: module
