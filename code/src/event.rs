// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! An event: threads wait until another thread says that something has
//! happened.
//!
//! [`Event`] is Python's `threading.Event`: a flag that threads can wait for.
//! It remembers: a thread that comes after the flag was set does not wait.
//!
//! Use [`Event`] where one thread lets any number of others go on: the
//! settings are loaded, the program is to stop.
//! A neighbour may serve you better:
//! an auto-reset event where one thread at a time is to be let through, a
//! condition where threads wait for a fact about shared data, a barrier where
//! they wait for each other, `std::sync::OnceLock` or a channel where
//! the news carries a value.
//!
//! # Before you copy it
//!
//! - A thread sleeps in a queue of `parking_lot_core`, which takes two
//!   `unsafe` blocks: the file can't go into a crate with
//!   `forbid(unsafe_code)`.
//! - [`set`](Event::set) wakes all sleepers at once: a thousand of them want
//!   a core at the same moment.
//! - [`set`](Event::set) and [`clear`](Event::clear) in a row release the
//!   threads that sleep, but not one that is still on its way to a wait; and
//!   you can't see from outside which of the two a thread is doing.
//! - [`clear`](Event::clear) wakes no thread.
//! - After a `fork`, the child has a copy of the event, but none of the threads
//!   that were to set it.
//!
//! The chapter that explains this file is `src/event.md`.
//!
//! # How it works
//!
//! The whole event is one byte.
//! Threads that sleep stand in a queue that `parking_lot_core` keeps for the
//! address of that byte, behind a lock of its own.
//!
//! | step | byte before | byte after | the queue's lock |
//! |---|---|---|---|
//! | `set`, nobody sleeps | `CLEAR`, `SET` | `SET` | not needed |
//! | `set`, somebody sleeps | `AWAITED` | `SET`, all sleepers leave | held |
//! | `clear` | `SET` | `CLEAR` | not needed |
//! | a thread goes to sleep | `CLEAR`, `AWAITED` | `AWAITED` | held |
//! | the last sleeper's time is up | `AWAITED` | `CLEAR` | held |
//!
//! # Why no wake-up is lost
//!
//! 1. A thread W that finds the byte not `SET` locks the queue, makes the
//!    byte `AWAITED`, and enters the queue, all before it unlocks.
//!    If the byte has become `SET` meanwhile, W does not sleep.
//! 2. A thread S that calls `set` sees `AWAITED` only after step 1.
//!    It locks the queue, so it finds W in it.
//! 3. S takes every sleeper out of the queue and makes the byte `SET`, in one
//!    hold of the lock. From here on, W's wait has succeeded: `clear` changes
//!    the byte, and not the queue.
//! 4. A thread that begins to wait after a later `clear` locks the queue
//!    after S, so S can't wake it by mistake.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use parking_lot_core::{
    DEFAULT_PARK_TOKEN, DEFAULT_UNPARK_TOKEN, FilterOp, ParkResult,
};

// ANCHOR: types
/// The event is not set, and nobody sleeps.
const CLEAR: u8 = 0;
/// The event is not set, and somebody sleeps; it changes under the queue's
/// lock alone.
const AWAITED: u8 = 1;
/// The event is set, and nobody sleeps.
const SET: u8 = 2;

/// A flag that threads can wait for.
///
/// The flag is clear at first.
/// [`set`](Event::set) raises it and wakes every thread that waits;
/// [`clear`](Event::clear) lowers it again.
/// While it is set, a wait returns at once.
///
/// Every thread that sleeps in a wait when `set` is called is released, even
/// if `clear` follows at once.
/// What a thread did before `set` happens before everything that the released
/// threads do afterwards.
/// Waiting threads use no processor time.
///
/// # Examples
///
/// ```
/// use std::sync::OnceLock;
/// use std::thread;
/// use threading::Event;
///
/// let (settings, loaded) = (OnceLock::new(), Event::new());
/// thread::scope(|scope| {
///     for _ in 0..5 {
///         scope.spawn(|| {
///             loaded.wait();
///             assert_eq!(settings.get(), Some(&"verbose"));
///         });
///     }
///     settings.set("verbose").unwrap();
///     loaded.set();
/// });
/// ```
///
/// # Differences from Python
///
/// - [`wait`](Event::wait) returns nothing, since it has one outcome;
///   [`wait_timeout`](Event::wait_timeout) returns a `bool`.
/// - [`wait_deadline`](Event::wait_deadline) is an addition.
///
/// Source: [Event objects][python].
///
/// [python]: https://docs.python.org/3/library/threading.html#event-objects
#[doc(alias = "ManualResetEvent")]
#[derive(Default)]
pub struct Event {
    /// `CLEAR`, `AWAITED` or `SET`; its address names the queue.
    state: AtomicU8,
}
// ANCHOR_END: types

impl Event {
    /// Creates an event that is not set.
    ///
    /// ```
    /// use threading::Event;
    ///
    /// static STOP: Event = Event::new();
    /// assert!(!STOP.is_set());
    /// ```
    pub const fn new() -> Self {
        Event {
            state: AtomicU8::new(CLEAR),
        }
    }

    /// Tells whether the event is set right now.
    ///
    /// After a `true`, everything that was done before the `set` is visible.
    /// To do something once the event is set, [`wait`](Event::wait): asking
    /// again and again keeps a processor busy.
    ///
    /// ```
    /// use threading::Event;
    ///
    /// let stop = Event::new();
    /// assert!(!stop.is_set());
    /// stop.set();
    /// assert!(stop.is_set());
    /// ```
    #[doc(alias = "isSet")]
    #[inline]
    #[must_use = "to ask changes nothing"]
    pub fn is_set(&self) -> bool {
        // Pairs with both writes of `SET`.
        self.state.load(Ordering::Acquire) == SET
    }

    /// Sets the event and wakes every thread that waits for it.
    ///
    /// To set it once more changes nothing.
    ///
    /// ```
    /// use threading::Event;
    ///
    /// let loaded = Event::new();
    /// loaded.set();
    /// loaded.set();
    /// loaded.wait(); // returns at once
    /// ```
    #[doc(alias("signal", "notify", "notify_all", "SetEvent"))]
    // ANCHOR: set
    #[inline]
    pub fn set(&self) {
        // A byte that is `SET` is written once more. If it were only looked
        // at, a thread that calls `clear` now and goes on to look for what
        // this thread did could miss that, and then sleep.
        let mut state = CLEAR;
        while state != AWAITED {
            // `Release` pairs with the loads of those who find `SET`.
            let (release, relaxed) = (Ordering::Release, Ordering::Relaxed);
            let result = self
                .state
                .compare_exchange_weak(state, SET, release, relaxed);
            match result {
                Ok(_) => return,
                Err(actual) => state = actual,
            }
        }
        self.set_and_wake();
    }

    #[cold]
    fn set_and_wake(&self) {
        let everybody = |_| FilterOp::Unpark;
        let raise = |_| {
            // `Release` as above. A swap and not a store: since `AWAITED` was
            // seen, the last sleeper may have given up, and another `set` have
            // come, without the queue's lock. Who finds this `SET` in its
            // place must see also what came before that one.
            self.state.swap(SET, Ordering::Release);
            DEFAULT_UNPARK_TOKEN
        };
        // SAFETY: the address is that of our own byte. Neither closure
        // panics or uses parking_lot.
        unsafe {
            parking_lot_core::unpark_filter(self.queue(), everybody, raise);
        }
    }
    // ANCHOR_END: set

    /// Clears the event: threads that wait from now on sleep until the next
    /// [`set`](Event::set).
    ///
    /// It wakes nobody. Threads that an earlier `set` has released stay
    /// released.
    /// To clear it once more changes nothing.
    ///
    /// ```
    /// use threading::Event;
    ///
    /// let open = Event::new();
    /// open.set();
    /// open.clear();
    /// assert!(!open.is_set());
    /// ```
    #[doc(alias("reset", "ResetEvent"))]
    // ANCHOR: clear
    #[inline]
    pub fn clear(&self) {
        // `Acquire`: what was done before the `set` that this undoes is
        // visible afterwards. If it finds no `SET`, it undoes nothing: an
        // earlier `set` was undone by another `clear`, which saw that.
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        let _ = self.state.compare_exchange(SET, CLEAR, acquire, relaxed);
    }
    // ANCHOR_END: clear

    /// Waits until the event is set, as long as it takes.
    ///
    /// Returns at once if it is set already.
    ///
    /// ```
    /// use std::thread;
    /// use threading::Event;
    ///
    /// let loaded = Event::new();
    /// thread::scope(|scope| {
    ///     scope.spawn(|| loaded.set());
    ///     loaded.wait();
    /// });
    /// assert!(loaded.is_set());
    /// ```
    ///
    /// # Differences from Python
    ///
    /// `event.wait()` returns `True`, always.
    // ANCHOR: wait
    #[inline]
    pub fn wait(&self) {
        if !self.is_set() {
            self.sleep(None);
        }
    }

    /// Waits until the event is set, no longer than `timeout`; tells whether
    /// it was set.
    ///
    /// A timeout of zero only looks; one too long for the clock waits
    /// forever.
    ///
    /// `true` means that this wait was released. If the event was cleared
    /// meanwhile, [`is_set`](Event::is_set) may say `false` already.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Event;
    ///
    /// let loaded = Event::new();
    /// assert!(!loaded.wait_timeout(Duration::from_millis(5)));
    /// loaded.set();
    /// assert!(loaded.wait_timeout(Duration::ZERO));
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is `event.wait(timeout=seconds)`.
    /// Python takes a negative timeout for zero; a [`Duration`] can't be
    /// negative.
    #[doc(alias("wait_for", "WaitOne"))]
    #[inline]
    #[must_use = "`false` means that the event was not set in time"]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        // No deadline: the sum is too large for the clock.
        let deadline = || Instant::now().checked_add(timeout);
        self.is_set() || (!timeout.is_zero() && self.sleep(deadline()))
    }

    /// Waits until the event is set, no longer than until `deadline`; tells
    /// whether it was set.
    ///
    /// A deadline in the past only looks; `None` waits forever.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use threading::Event;
    ///
    /// let (left, right) = (Event::new(), Event::new());
    /// left.set();
    /// let deadline = Instant::now() + Duration::from_millis(5);
    /// assert!(left.wait_deadline(deadline));
    /// assert!(!right.wait_deadline(deadline)); // takes what is left
    /// ```
    #[doc(alias = "wait_until")]
    #[inline]
    #[must_use = "`false` means that the event was not set in time"]
    pub fn wait_deadline(&self, deadline: impl Into<Option<Instant>>) -> bool {
        self.is_set() || self.sleep(deadline.into())
    }
    // ANCHOR_END: wait

    /// Sleeps until the event is set, or until `deadline`.
    // ANCHOR: sleep
    #[cold]
    fn sleep(&self, deadline: Option<Instant>) -> bool {
        let still_clear = || self.announce_sleeper();
        let time_is_up = |_, was_last| {
            if was_last {
                // The queue's lock is held, and only its holder changes an
                // `AWAITED`. A store and not a swap, and nothing to pair with:
                // every `set` before was undone by a `clear`, which took over
                // what it had to say.
                self.state.store(CLEAR, Ordering::Relaxed);
            }
        };
        // SAFETY: the address is that of our own byte. No closure panics or
        // uses parking_lot.
        let result = unsafe {
            parking_lot_core::park(
                self.queue(),
                still_clear,
                || {},
                time_is_up,
                DEFAULT_PARK_TOKEN,
                deadline,
            )
        };
        // Only `set` takes a thread out of the queue. It wakes it by a store
        // that the woken thread acquires.
        result != ParkResult::TimedOut
    }

    /// Makes the byte `AWAITED`, with the queue locked; `false` if it is
    /// `SET`.
    fn announce_sleeper(&self) -> bool {
        // `Acquire` pairs with both writes of `SET`. `AWAITED` carries
        // nothing but itself.
        let (relaxed, acquire) = (Ordering::Relaxed, Ordering::Acquire);
        let before = self
            .state
            .compare_exchange(CLEAR, AWAITED, relaxed, acquire);
        before != Err(SET)
    }

    /// The name of the queue: an address that nobody else uses for one.
    fn queue(&self) -> usize {
        self.state.as_ptr() as usize
    }
    // ANCHOR_END: sleep
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_set() { "<set>" } else { "<clear>" };
        write!(f, "Event({state})")
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{self, RefUnwindSafe, UnwindSafe};
    use std::sync::atomic::{AtomicBool, AtomicUsize};
    use std::thread;

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    /// How many threads stand in the event's queue.
    fn sleepers(event: &Event) -> usize {
        let number = Cell::new(0);
        let count = |_| {
            number.set(number.get() + 1);
            FilterOp::Skip
        };
        // SAFETY: nobody is woken; the closures neither panic nor park.
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

    fn until_asleep(event: &Event, number: usize) {
        until("all are asleep", || sleepers(event) == number);
    }

    #[test]
    fn one_set_releases_all_who_sleep() {
        limited(|| {
            let event = Event::new();
            thread::scope(|scope| {
                let wait = || event.wait_timeout(LONG);
                let waiters = [(); 5].map(|()| scope.spawn(wait));
                until_asleep(&event, 5);
                event.set();
                for waiter in waiters {
                    assert!(waiter.join().unwrap());
                }
            });
            assert!(event.is_set());
            assert_eq!(sleepers(&event), 0);
        });
    }

    #[test]
    fn a_set_event_is_not_waited_for() {
        limited(|| {
            let event = Event::new();
            event.set();
            event.wait();
            assert!(event.wait_timeout(Duration::ZERO));
            assert!(event.wait_timeout(Duration::MAX));
            assert!(event.wait_deadline(Instant::now()));
            // As if it had been set after the first look.
            assert!(event.sleep(Some(Instant::now())));
        });
    }

    #[test]
    fn a_wait_without_a_timeout_sleeps_until_the_event_is_set() {
        limited(|| {
            let (event, returned) = (Event::new(), AtomicBool::new(false));
            thread::scope(|scope| {
                scope.spawn(|| {
                    event.wait();
                    returned.store(true, Ordering::Relaxed);
                });
                until_asleep(&event, 1);
                assert!(!returned.load(Ordering::Relaxed));
                event.set();
            });
        });
    }

    #[test]
    fn set_then_clear_releases_all_who_sleep() {
        limited(|| {
            let event = Event::new();
            for _ in 0..50 {
                thread::scope(|scope| {
                    let wait = || event.wait_timeout(LONG);
                    let waiters = [(); 5].map(|()| scope.spawn(wait));
                    until_asleep(&event, 5);
                    event.set();
                    event.clear();
                    for waiter in waiters {
                        assert!(waiter.join().unwrap());
                    }
                });
                assert!(!event.is_set());
            }
        });
    }

    #[test]
    fn set_and_clear_are_idempotent() {
        let event = Event::new();
        for _ in 0..2 {
            event.clear();
            assert!(!event.is_set());
        }
        for _ in 0..2 {
            event.set();
            assert!(event.is_set());
        }
        event.clear();
        assert!(!event.is_set());
        assert!(!event.wait_timeout(Duration::ZERO));
    }

    #[test]
    fn clear_releases_nobody_and_forgets_nobody() {
        limited(|| {
            let event = Event::new();
            thread::scope(|scope| {
                let waiter = scope.spawn(|| event.wait_timeout(LONG));
                until_asleep(&event, 1);
                event.clear();
                assert_eq!(sleepers(&event), 1);
                event.set();
                assert!(waiter.join().unwrap());
            });
        });
    }

    #[test]
    fn a_timeout_does_not_end_early() {
        limited(|| {
            let event = Event::new();
            let (start, wait) = (Instant::now(), Duration::from_millis(20));
            assert!(!event.wait_timeout(wait));
            assert!(start.elapsed() >= wait);
            assert!(!event.wait_deadline(start + wait * 2));
            assert!(start.elapsed() >= wait * 2);
        });
    }

    #[test]
    fn zero_and_expired_timeouts_only_look() {
        limited(|| {
            let event = Event::new();
            let past = Instant::now();
            assert!(!event.wait_timeout(Duration::ZERO));
            assert!(!event.wait_deadline(past));
            event.set();
            assert!(event.wait_timeout(Duration::ZERO));
            assert!(event.wait_deadline(past));
        });
    }

    #[test]
    fn the_longest_timeout_waits_instead_of_panicking() {
        limited(|| {
            let event = Event::new();
            thread::scope(|scope| {
                let longest = scope.spawn(|| event.wait_timeout(Duration::MAX));
                let none = scope.spawn(|| event.wait_deadline(None));
                until_asleep(&event, 2);
                event.set();
                assert!(longest.join().unwrap() && none.join().unwrap());
            });
        });
    }

    #[test]
    fn a_timed_out_waiter_leaves_the_others_asleep_and_awaited() {
        limited(|| {
            let event = Event::new();
            thread::scope(|scope| {
                let waiter = scope.spawn(|| event.wait_timeout(LONG));
                until_asleep(&event, 1);
                assert!(!event.wait_timeout(Duration::from_millis(5)));
                event.set();
                assert!(waiter.join().unwrap());
            });
        });
    }

    #[test]
    fn the_last_to_time_out_leaves_a_clear_event() {
        limited(|| {
            let event = Event::new();
            assert!(!event.wait_timeout(Duration::from_millis(5)));
            assert_eq!(event.state.load(Ordering::Relaxed), CLEAR);
            event.set();
            event.clear();
            assert!(!event.wait_timeout(Duration::ZERO));
        });
    }

    #[test]
    fn what_was_done_before_set_is_seen_after_wait() {
        limited(|| {
            let (round, event) = (AtomicUsize::new(0), Event::new());
            let back = Event::new();
            thread::scope(|scope| {
                scope.spawn(|| {
                    for number in 1..=2_000 {
                        round.store(number, Ordering::Relaxed);
                        event.set();
                        assert!(back.wait_timeout(LONG));
                        back.clear();
                    }
                });
                for number in 1..=2_000 {
                    assert!(event.wait_timeout(LONG));
                    event.clear();
                    assert_eq!(round.load(Ordering::Relaxed), number);
                    back.set();
                }
            });
        });
    }

    /// Clear, look for work, wait: a `set` that comes at any time between
    /// must not get lost, not even one that finds the event set.
    #[test]
    fn no_set_is_lost_between_clear_and_wait() {
        limited(|| {
            const ITEMS: usize = 20_000;
            let (made, event) = (AtomicUsize::new(0), Event::new());
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        for _ in 0..ITEMS {
                            made.fetch_add(1, Ordering::Relaxed);
                            event.set();
                        }
                    });
                }
                while made.load(Ordering::Relaxed) < 2 * ITEMS {
                    event.clear();
                    if made.load(Ordering::Relaxed) < 2 * ITEMS {
                        assert!(event.wait_timeout(LONG), "a set is lost");
                    }
                }
            });
        });
    }

    /// The trap that makes some events hang, or wake for nothing: a slow
    /// `set` meets a wait that began after a later `clear`.
    #[test]
    fn a_set_does_not_wake_a_wait_that_began_after_a_later_clear() {
        limited(|| {
            const ROUNDS: usize = 300;
            let (round, event) = (AtomicUsize::new(0), Event::new());
            thread::scope(|scope| {
                scope.spawn(|| {
                    for number in 1..=ROUNDS {
                        until("the next round", || {
                            round.load(Ordering::Relaxed) == number
                        });
                        event.set();
                    }
                });
                let sleeper = scope.spawn(|| {
                    // Gives `set` somebody to wake.
                    until("the last round", || {
                        assert!(event.wait_timeout(LONG));
                        round.load(Ordering::Relaxed) > ROUNDS
                    });
                });
                for number in 1..=ROUNDS {
                    until_asleep(&event, 1);
                    round.store(number, Ordering::Relaxed);
                    until("it is set", || event.is_set());
                    event.clear();
                    // The one `set` of this round is over for all who look.
                    assert!(!event.wait_timeout(Duration::from_micros(20)));
                }
                round.store(ROUNDS + 1, Ordering::Relaxed);
                event.set();
                sleeper.join().unwrap();
            });
        });
    }

    /// What keeps that trap shut: the flag is raised, and the queue emptied,
    /// in one hold of the queue's lock.
    #[test]
    fn set_raises_the_flag_of_sleepers_with_the_queue_locked() {
        limited(|| {
            let (locked, event) = (AtomicBool::new(false), Event::new());
            let was_set = Cell::new(false);
            thread::scope(|scope| {
                let sleeper = scope.spawn(|| event.wait_timeout(LONG));
                scope.spawn(|| {
                    until("it is locked", || locked.load(Ordering::Relaxed));
                    event.set();
                });
                until_asleep(&event, 1);
                let while_locked = |_| {
                    locked.store(true, Ordering::Relaxed);
                    for _ in 0..20 {
                        was_set.set(was_set.get() || event.is_set());
                        thread::yield_now();
                    }
                    DEFAULT_UNPARK_TOKEN
                };
                let nobody = |_| FilterOp::Skip;
                // SAFETY: the closures neither panic nor use parking_lot.
                unsafe {
                    let queue = event.queue();
                    parking_lot_core::unpark_filter(
                        queue,
                        nobody,
                        while_locked,
                    );
                }
                assert!(sleeper.join().unwrap());
            });
            assert!(!was_set.get());
        });
    }

    #[test]
    fn many_threads_set_clear_and_wait_and_all_come_home() {
        limited(|| {
            let (done, event) = (AtomicUsize::new(0), Event::new());
            thread::scope(|scope| {
                for number in 0..8_u64 {
                    let (done, event) = (&done, &event);
                    scope.spawn(move || {
                        for round in 0..300 {
                            if (number + round) % 4 == 0 {
                                assert!(event.wait_timeout(LONG));
                            } else {
                                let wait = Duration::from_micros(round);
                                let _ = event.wait_timeout(wait);
                            }
                        }
                        done.fetch_add(1, Ordering::Relaxed);
                    });
                }
                until("every thread is through", || {
                    event.set();
                    event.clear();
                    done.load(Ordering::Relaxed) == 8
                });
            });
            assert_eq!(sleepers(&event), 0);
        });
    }

    #[test]
    fn threads_and_caught_panics_can_share_it() {
        fn shared<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
        shared::<Event>();
    }

    #[test]
    fn its_state_is_shown() {
        let event = Event::default();
        assert_eq!(format!("{event:?}"), "Event(<clear>)");
        event.set();
        assert_eq!(format!("{event:?}"), "Event(<set>)");
        assert_eq!(size_of::<Event>(), 1);
    }
}
// ANCHOR_END: module
