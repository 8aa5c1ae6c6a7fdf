//! A panic for the caller's bug names the caller's line, and what was wrong.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use threading::{
    BoundedSemaphore, Condition, Gil, LifeCycle, Local, Lock, RankedLock,
    Semaphore, amdahl, compare, on_threads,
};

/// Far longer than any of these tests takes.
const LONG: Duration = Duration::from_secs(60);

/// One test at a time has the hook.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Expects that `bug` panics in this file, with a message that says `what`.
fn panics_here(what: &str, bug: impl FnOnce()) {
    static FILE: Mutex<String> = Mutex::new(String::new());
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|info| {
        let file = info.location().map_or("", Location::file);
        *FILE.lock().unwrap() = file.to_owned();
    }));
    let result = panic::catch_unwind(AssertUnwindSafe(bug));
    panic::set_hook(hook);
    let payload = result.expect_err("no panic");
    let text = match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast::<&str>().unwrap().to_string(),
    };
    assert_eq!(*FILE.lock().unwrap(), file!(), "{text}");
    assert!(text.contains(what), "{text}");
}

#[test]
fn a_semaphore_of_too_many_permits() {
    let _alone = alone();
    let says = |permits| format!("too many permits: {permits}");
    for permits in [Semaphore::MAX_PERMITS + 1, usize::MAX] {
        panics_here(&says(permits), || {
            let _ = Semaphore::new(permits);
        });
    }
    let limit = BoundedSemaphore::MAX_LIMIT + 1;
    panics_here(&says(limit), || {
        let _ = BoundedSemaphore::new(limit);
    });
}

#[test]
fn more_permits_than_a_semaphore_ever_has() {
    let _alone = alone();
    let now = Instant::now();
    let bounded = BoundedSemaphore::new(2);
    let says = "3 permits of at most 2";
    panics_here(says, || drop(bounded.acquire_many(3)));
    panics_here(says, || drop(bounded.try_acquire_many(3)));
    panics_here(says, || drop(bounded.acquire_many_timeout(3, LONG)));
    panics_here(says, || drop(bounded.acquire_many_deadline(3, now)));
    let plain = Semaphore::new(2);
    let number = Semaphore::MAX_PERMITS + 1;
    let says = format!("too many permits: {number}");
    panics_here(&says, || drop(plain.acquire_many(number)));
    panics_here(&says, || drop(plain.try_acquire_many(number)));
    panics_here(&says, || drop(plain.acquire_many_timeout(number, LONG)));
    panics_here(&says, || drop(plain.acquire_many_deadline(number, now)));
}

#[test]
fn a_value_of_a_local_that_is_borrowed() {
    let _alone = alone();
    let list = Local::new(|| RefCell::new(vec![1]));
    list.with_borrow(|_| {
        panics_here("borrow", || list.set(vec![2]));
        panics_here("borrow", || drop(list.take()));
        panics_here("borrow", || drop(list.replace(vec![2])));
        panics_here("borrow", || list.with_borrow_mut(|_| ()));
    });
    list.with_borrow_mut(|_| {
        panics_here("borrow", || list.with_borrow(|_| ()));
    });
    assert_eq!(list.take(), [1]);
}

static NEVER_MADE: Local<Cell<u8>> = Local::new(Cell::default);

struct Late;

impl Drop for Late {
    fn drop(&mut self) {
        let (local, what) = (&NEVER_MADE, "thread that is ending");
        panics_here(what, || local.with(|_| ()));
        panics_here(what, || local.set(1));
        panics_here(what, || assert_eq!(local.get(), 0));
        panics_here(what, || assert_eq!(local.take(), 0));
        panics_here(what, || assert_eq!(local.replace(1), 0));
        AT_THE_END.store(true, Ordering::Relaxed);
    }
}

static AT_THE_END: AtomicBool = AtomicBool::new(false);

#[test]
fn a_value_that_is_wanted_at_the_end_of_its_thread() {
    let _alone = alone();
    static LATE: Local<Late> = Local::new(|| Late);
    let (start, thread) = (Instant::now(), thread::spawn(|| LATE.with(|_| ())));
    while !thread.is_finished() {
        assert!(start.elapsed() < LONG, "the thread does not end");
        thread::yield_now();
    }
    thread.join().unwrap();
    assert!(AT_THE_END.load(Ordering::Relaxed));
}

#[test]
fn a_guard_of_another_lock() {
    let _alone = alone();
    let (lock, other) = (Lock::new(1), Lock::new(2));
    let condition = Condition::new(&lock);
    let mut guard = other.acquire();
    let what = "the guard belongs to another lock, at 0x";
    panics_here(what, || condition.wait(&mut guard));
    panics_here(what, || {
        condition.wait_timeout(&mut guard, Duration::ZERO);
    });
    panics_here(what, || condition.wait_for(&mut guard, |_| true));
    panics_here(what, || {
        let _ =
            condition.wait_for_timeout(&mut guard, |_| true, Duration::ZERO);
    });
    let past = Instant::now();
    panics_here(what, || {
        condition.wait_deadline(&mut guard, past);
    });
    panics_here(what, || {
        let _ = condition.wait_for_deadline(&mut guard, |_| true, past);
    });
    panics_here(what, || {
        condition.notify_one(&guard);
    });
    panics_here(what, || {
        condition.notify(&guard, 1);
    });
    panics_here(what, || {
        condition.notify_all(&guard);
    });
}

#[test]
fn a_ranked_lock_out_of_order() {
    let _alone = alone();
    let low = RankedLock::new(1, "low", ());
    let high = RankedLock::new(2, "high", ());
    let _high = high.acquire();
    panics_here("`low` (rank 1)", || drop(low.acquire()));
}

#[test]
fn a_gil_taken_twice() {
    let _alone = alone();
    let gil = Gil::new(());
    let _held = gil.acquire();
    panics_here("(ThreadId(", || drop(gil.acquire()));
}

#[test]
fn a_life_that_was_not_started() {
    let _alone = alone();
    panics_here("New", || drop(LifeCycle::new().run(|| ())));
}

#[test]
fn a_measurement_that_makes_no_sense() {
    let _alone = alone();
    panics_here("0 threads", || drop(on_threads(0, &[1], |n| *n)));
    panics_here("0 threads", || _ = compare(0, &[1], |n| *n));
    panics_here("is 2", || _ = amdahl(2.0, 1));
    panics_here("0 threads", || _ = amdahl(0.5, 0));
}
