//! A thread that waits is Blocked, whichever primitive it waits for.
//!
//! The primitives know nothing of threads, so it is the kernel that says so.
#![cfg(target_os = "linux")]

use std::sync::Arc;
use std::thread::yield_now;
use std::time::{Duration, Instant};

use threading::life_cycle::State;
use threading::{
    Barrier, BoundedSemaphore, Condition, Event, Lock, RLock, Semaphore, Thread,
};

/// Far longer than any wait in these tests that is expected to end.
const LONG: Duration = Duration::from_secs(60);

/// Lets a thread wait, sees it Blocked, wakes it, and sees it Terminated.
fn is_blocked(wait: impl FnOnce() + Send + 'static, wake: impl FnOnce()) {
    let thread: Thread = Thread::new(wait).start().unwrap();
    let begin = Instant::now();
    while thread.state() != State::Blocked {
        assert!(begin.elapsed() < LONG, "it is {}", thread.state());
        yield_now();
    }
    assert!(thread.is_alive());
    wake();
    thread.join().unwrap();
    assert_eq!(thread.state(), State::Terminated);
}

#[test]
fn at_a_lock() {
    let lock = Arc::new(Lock::new(()));
    let theirs = Arc::clone(&lock);
    let guard = lock.acquire();
    is_blocked(move || drop(theirs.acquire()), || drop(guard));
}

#[test]
fn at_a_reentrant_lock() {
    let lock = Arc::new(RLock::new(()));
    let theirs = Arc::clone(&lock);
    let guard = lock.acquire();
    is_blocked(move || drop(theirs.acquire()), || drop(guard));
}

#[test]
fn at_a_condition() {
    let condition = Arc::new(Condition::new(Lock::new(false)));
    let theirs = Arc::clone(&condition);
    let wait = move || {
        let mut is_up = theirs.acquire();
        while !*is_up {
            theirs.wait(&mut is_up);
        }
    };
    is_blocked(wait, || {
        let mut is_up = condition.acquire();
        *is_up = true;
        condition.notify_all(&is_up);
    });
}

#[test]
fn at_a_semaphore() {
    let semaphore = Arc::new(Semaphore::new(0));
    let theirs = Arc::clone(&semaphore);
    let wake = || semaphore.release().unwrap();
    is_blocked(move || theirs.acquire_by_hand(), wake);
}

#[test]
fn at_a_bounded_semaphore() {
    let semaphore = Arc::new(BoundedSemaphore::new(1));
    let theirs = Arc::clone(&semaphore);
    let guard = semaphore.acquire();
    is_blocked(move || drop(theirs.acquire()), || drop(guard));
}

#[test]
fn at_an_event() {
    let event = Arc::new(Event::new());
    let theirs = Arc::clone(&event);
    is_blocked(move || theirs.wait(), || event.set());
}

#[test]
fn at_a_barrier() {
    let barrier = Arc::new(Barrier::new(2).unwrap());
    let theirs = Arc::clone(&barrier);
    let pass = |barrier: &Barrier| assert!(barrier.wait().is_ok());
    is_blocked(move || pass(&theirs), || pass(&barrier));
}

#[test]
fn at_the_end_of_another_thread() {
    let event = Arc::new(Event::new());
    let theirs = Arc::clone(&event);
    let other = Thread::new(move || theirs.wait()).start().unwrap();
    let handle = other.handle();
    is_blocked(move || handle.wait().unwrap(), || event.set());
}

#[test]
fn in_a_sleep() {
    let begin = Instant::now();
    let nap = Duration::from_millis(300);
    is_blocked(move || std::thread::sleep(nap), || ());
    assert!(begin.elapsed() >= nap);
}
