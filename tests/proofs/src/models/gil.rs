//! What [`Gil`] promises.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread::{self, JoinHandle, let_others_run};
use std::time::{self, Duration};

use facade::model::saw;

use super::module::Gil;
use crate::run::Model;

const PRIMITIVE: &str = "Gil";

pub const MODELS: &[Model] = &[
    Model {
        primitive: PRIMITIVE,
        promise: "one thread at a time, and each sees what the last one did",
        preemptions: Some(3),
        sees: &["first", "second"],
        run: one_at_a_time,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a holder that was asked continues after another thread has \
                  held it",
        preemptions: Some(3),
        sees: &["asked at the check", "not asked"],
        run: a_check_gives_way,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a thread that was asked does not take it back before another \
                  thread has held it",
        preemptions: Some(3),
        sees: &["asked", "not asked"],
        run: asked_and_back,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "no thread keeps waiting for a lock that is free",
        preemptions: Some(2),
        sees: &["time was up"],
        run: all_get_it,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a thread that waits asks each holder in turn",
        preemptions: Some(2),
        sees: &["asked"],
        run: each_is_asked,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a new switch interval reaches a thread that waits",
        preemptions: Some(3),
        sees: &[],
        run: new_interval,
    },
];

type Shared = Arc<Gil<u32>>;

fn shared() -> Shared {
    let gil = Gil::new(0);
    assert!(!gil.is_drop_requested()); // touches it
    assert_eq!(gil.switches(), 0);
    Arc::new(gil)
}

fn spawn(gil: &Shared, f: impl FnOnce(&Gil<u32>) + Send + 'static) -> Joined {
    let gil = Arc::clone(gil);
    thread::spawn(move || f(&gil))
}

type Joined = JoinHandle<()>;

fn one_at_a_time() {
    let gil = shared();
    let work = |gil: &Gil<u32>| {
        let mut guard = gil.acquire();
        saw(if *guard == 0 { "first" } else { "second" });
        let before = *guard;
        thread::yield_now();
        *guard = before + 1;
        guard.release(|| ());
        *guard += 1;
    };
    let other = spawn(&gil, work);
    work(&gil);
    other.join().unwrap();
    assert_eq!(*gil.acquire(), 4);
}

fn a_check_gives_way() {
    let gil = shared();
    let mut guard = gil.acquire();
    let clock = thread::spawn(time::time_passes);
    let other = spawn(&gil, |gil| *gil.acquire() = 1);
    let_others_run();
    if guard.check() {
        saw("asked at the check");
        assert_eq!(*guard, 1);
    } else {
        saw("not asked");
        assert_eq!(*guard, 0);
    }
    drop(guard);
    other.join().unwrap();
    clock.join().unwrap();
    assert_eq!(*gil.acquire(), 1);
}

fn asked_and_back() {
    let gil = shared();
    let guard = gil.acquire();
    let clock = thread::spawn(time::time_passes);
    let other = spawn(&gil, |gil| *gil.acquire() = 1);
    let_others_run();
    let asked = gil.is_drop_requested();
    drop(guard);
    let guard = gil.acquire();
    if asked {
        saw("asked");
        assert_eq!(*guard, 1);
    } else {
        saw("not asked");
    }
    drop(guard);
    other.join().unwrap();
    clock.join().unwrap();
}

fn all_get_it() {
    let gil = shared();
    let mut guard = gil.acquire();
    let clock = thread::spawn(time::time_passes);
    let add_one = |gil: &Gil<u32>| *gil.acquire() += 1;
    let others = [(); 2].map(|()| spawn(&gil, add_one));
    let_others_run();
    if guard.check() {
        saw("time was up");
    }
    *guard += 1;
    drop(guard);
    for other in others {
        other.join().unwrap();
    }
    clock.join().unwrap();
    assert_eq!(*gil.acquire(), 3);
    assert!(!gil.is_drop_requested());
}

/// A holder that keeps the lock until it is asked, as long as others want it.
fn each_is_asked() {
    let gil = shared();
    time::time_passes();
    let done = Arc::new(AtomicUsize::new(0));
    let mut guard = gil.acquire();
    let holder = {
        let done = Arc::clone(&done);
        spawn(&gil, move |gil| {
            let mut guard = gil.acquire();
            while done.load(Ordering::Relaxed) < 2 {
                if guard.check() {
                    saw("asked");
                }
                let_others_run();
            }
        })
    };
    let other = {
        let done = Arc::clone(&done);
        spawn(&gil, move |gil| {
            drop(gil.acquire());
            done.fetch_add(1, Ordering::Relaxed);
        })
    };
    while !guard.check() {
        let_others_run();
    }
    drop(guard);
    drop(gil.acquire());
    done.fetch_add(1, Ordering::Relaxed);
    holder.join().unwrap();
    other.join().unwrap();
}

fn new_interval() {
    let gil = shared();
    gil.set_switch_interval(Duration::MAX);
    let mut guard = gil.acquire();
    let other = spawn(&gil, |gil| *gil.acquire() = 1);
    let_others_run();
    time::time_passes();
    gil.set_switch_interval(Duration::ZERO);
    while !guard.check() {
        let_others_run();
    }
    assert_eq!(*guard, 1);
    drop(guard);
    other.join().unwrap();
}
