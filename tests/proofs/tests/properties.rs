//! Each primitive in one thread, beside a simple model of it.
//!
//! A sequence of calls is drawn at random, from a fixed seed, and made on
//! both; every answer must be the same. What waits in one thread waits
//! forever, so all waits here have no time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, RngSeed};
use threading::barrier::BrokenBarrierError;
use threading::timer::{CancelError, Phase};
use threading::timer_queue::TimerQueue;
use threading::{
    Barrier, BoundedSemaphore, Event, Lock, RLock, Semaphore, Timer,
};

/// The same sequences in every run, and no files about those that failed.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 128,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(0x7ead),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn lock(calls in vec(0..5_u8, 0..40)) {
        let lock = Lock::new(());
        // Who holds it: nobody, a guard, or a hand.
        let (mut guard, mut by_hand) = (None, false);
        for call in calls {
            let is_free = guard.is_none() && !by_hand;
            match call {
                0 if is_free => guard = lock.try_acquire(),
                0 => prop_assert!(lock.try_acquire().is_none()),
                1 => guard = None,
                2 => {
                    let taken = lock.acquire_by_hand_timeout(Duration::ZERO);
                    prop_assert_eq!(taken, is_free);
                    by_hand |= taken;
                }
                3 => {
                    let result = lock.release();
                    prop_assert_eq!(result.is_ok(), by_hand);
                    if let Err(error) = result {
                        prop_assert_eq!(error.held_by_guard, !is_free);
                    }
                    by_hand = false;
                }
                _ => {
                    let taken = lock.try_acquire_by_hand();
                    prop_assert_eq!(taken, is_free);
                    by_hand |= taken;
                }
            }
            prop_assert_eq!(lock.is_locked(), guard.is_some() || by_hand);
        }
    }

    #[test]
    fn rlock(calls in vec(0..5_u8, 0..40)) {
        let lock = RLock::new(());
        let (mut guards, mut by_hand) = (Vec::new(), 0_usize);
        for call in calls {
            match call {
                0 => guards.push(lock.acquire()),
                1 => guards.extend(lock.acquire_timeout(Duration::ZERO)),
                2 => drop(guards.pop()),
                3 => {
                    prop_assert_eq!(lock.acquire_by_hand(), Ok(()));
                    by_hand += 1;
                }
                _ => {
                    prop_assert_eq!(lock.release().is_ok(), by_hand > 0);
                    by_hand = by_hand.saturating_sub(1);
                }
            }
            let depth = guards.len() + by_hand;
            prop_assert_eq!(lock.depth() as usize, depth);
            prop_assert_eq!(lock.is_owned(), depth > 0);
            prop_assert_eq!(lock.is_locked(), depth > 0);
        }
    }

    #[test]
    fn semaphore(start in 0..4_usize, calls in vec(0..6_usize, 0..40)) {
        let semaphore = Semaphore::new(start);
        let (mut value, mut guards) = (start, Vec::new());
        for call in calls {
            let takes = usize::from(value > 0);
            match call {
                0 => {
                    guards.extend(semaphore.try_acquire());
                    value -= takes;
                }
                1 => {
                    value += usize::from(!guards.is_empty());
                    drop(guards.pop());
                }
                2 => {
                    let taken = semaphore
                        .acquire_by_hand_timeout(Duration::ZERO);
                    prop_assert_eq!(taken, takes == 1);
                    value -= takes;
                }
                number => {
                    let number = number - 3;
                    let result = semaphore.release_many(number);
                    prop_assert_eq!(result.is_ok(), number > 0);
                    value += number;
                }
            }
            prop_assert_eq!(semaphore.value(), value);
        }
    }

    #[test]
    fn bounded_semaphore(
        limit in 0..4_usize,
        calls in vec(0..6_usize, 0..40),
    ) {
        let semaphore = BoundedSemaphore::new(limit);
        let (mut by_hand, mut guards) = (0, Vec::new());
        for call in calls {
            let is_free = by_hand + guards.len() < limit;
            match call {
                0 => {
                    let guard = semaphore.try_acquire();
                    prop_assert_eq!(guard.is_some(), is_free);
                    guards.extend(guard);
                }
                1 => drop(guards.pop()),
                2 => {
                    let taken = semaphore.try_acquire_by_hand();
                    prop_assert_eq!(taken, is_free);
                    by_hand += usize::from(taken);
                }
                number => {
                    let number = number - 3;
                    let fits = (1..=by_hand).contains(&number);
                    let result = semaphore.release_many(number);
                    prop_assert_eq!(result.is_ok(), fits);
                    by_hand -= if fits { number } else { 0 };
                }
            }
            let free = limit - by_hand - guards.len();
            prop_assert_eq!(semaphore.value(), free);
            prop_assert_eq!(semaphore.limit(), limit);
        }
    }

    #[test]
    fn event(calls in vec(0..4_u8, 0..40)) {
        let (event, mut is_set) = (Event::new(), false);
        for call in calls {
            match call {
                0 => event.set(),
                1 => event.clear(),
                2 if is_set => event.wait(),
                _ => {
                    let answer = event.wait_timeout(Duration::ZERO);
                    prop_assert_eq!(answer, is_set);
                }
            }
            is_set = if call < 2 { call == 0 } else { is_set };
            prop_assert_eq!(event.is_set(), is_set);
        }
    }

    /// A barrier for two, of whom the second never comes, and one for one.
    #[test]
    fn barrier(calls in vec(0..4_u8, 0..40)) {
        let ran = AtomicUsize::new(0);
        let two = Barrier::new(2).unwrap();
        let one = Barrier::new(1).unwrap();
        let one = one.with_action(|| {
            ran.fetch_add(1, Ordering::Relaxed);
        });
        let (mut broken, mut aborted, mut rounds) = (None, false, 0);
        for call in calls {
            match call {
                0 => {
                    two.abort();
                    one.abort();
                    broken = broken.or(Some(BrokenBarrierError::Aborted));
                    aborted = true;
                }
                1 => {
                    two.reset();
                    one.reset();
                    (broken, aborted) = (None, false);
                }
                _ => {
                    let cause =
                        broken.unwrap_or(BrokenBarrierError::TimedOut);
                    let answer = two.wait_timeout(Duration::ZERO);
                    prop_assert_eq!(answer, Err(cause));
                    broken = Some(cause);

                    let answer = one.wait();
                    if aborted {
                        let cause = BrokenBarrierError::Aborted;
                        prop_assert_eq!(answer, Err(cause));
                    } else {
                        prop_assert_eq!(answer, Ok(0));
                        rounds += 1;
                    }
                }
            }
            prop_assert_eq!(two.is_broken(), broken.is_some());
            prop_assert_eq!(one.is_broken(), aborted);
            prop_assert_eq!((two.n_waiting(), one.n_waiting()), (0, 0));
            prop_assert_eq!(ran.load(Ordering::Relaxed), rounds);
        }
    }

    /// One that never fires by itself, or one that fires at once.
    #[test]
    fn timer(at_once in any::<bool>(), calls in vec(0..3_u8, 0..12)) {
        let delay = if at_once { Duration::ZERO } else { Duration::MAX };
        let timer = Timer::new(delay, || ()).share();
        let (mut phase, mut is_started) = (Phase::Waiting, false);
        for call in calls {
            let is_waiting = phase == Phase::Waiting;
            match call {
                0 => {
                    prop_assert_eq!(timer.start().is_ok(), !is_started);
                    is_started = true;
                    if at_once {
                        timer.handle().wait().unwrap();
                        phase = if is_waiting { Phase::Finished } else { phase };
                    }
                }
                1 => {
                    let late = Err(CancelError { phase });
                    let answer = if is_waiting { Ok(()) } else { late };
                    prop_assert_eq!(timer.cancel(), answer);
                    phase = if is_waiting { Phase::Cancelled } else { phase };
                }
                _ => prop_assert_eq!(timer.is_finished(), !is_waiting),
            }
            prop_assert_eq!(timer.phase(), phase);
        }
        // Else its thread would wait forever.
        let _ = timer.cancel();
    }

    #[test]
    fn timer_queue(calls in vec(0..12_usize, 0..40)) {
        let queue = TimerQueue::new().unwrap();
        let mut timers = Vec::new(); // each with whether it is cancelled
        for call in calls {
            let Some(at) = call.checked_sub(4) else {
                timers.push((queue.after(Duration::MAX, || ()), false));
                continue;
            };
            if let Some((timer, is_cancelled)) = timers.get_mut(at) {
                prop_assert_eq!(timer.cancel().is_err(), *is_cancelled);
                *is_cancelled = true;
            }
            let waiting = timers.iter().filter(|(_, cancelled)| !cancelled);
            prop_assert_eq!(queue.pending(), waiting.count());
        }
    }
}
