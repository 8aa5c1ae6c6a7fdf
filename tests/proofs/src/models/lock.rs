//! What [`Lock`] promises.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{self, Duration};

use facade::model::{Data, saw};

use super::module::Lock;
use crate::run::Model;

const PRIMITIVE: &str = "Lock";
const WAIT: Duration = Duration::from_secs(1);

pub const MODELS: &[Model] = &[
    Model {
        primitive: PRIMITIVE,
        promise: "one thread at a time, and each sees what the last one did",
        preemptions: Some(3),
        sees: &[],
        run: one_at_a_time,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "held by hand it excludes guards, and any thread releases it",
        preemptions: None,
        sees: &["the other released it"],
        run: by_hand,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "an owned guard excludes others until another thread drops it",
        preemptions: None,
        sees: &["held", "free"],
        run: owned,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "of two releases by hand for one acquisition one succeeds",
        preemptions: None,
        sees: &["the first", "the second"],
        run: one_release,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "an acquisition whose time is up takes nothing",
        preemptions: Some(3),
        sees: &["in time", "too late"],
        run: time_is_up,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "what a thread finds locked by hand it can release",
        preemptions: None,
        sees: &["free", "released by the other"],
        run: found_locked,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a release that fails says whether there is a guard",
        preemptions: None,
        sees: &["a guard", "free", "released"],
        run: truth_about_guards,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a release that fails speaks of no guard where there never \
                  was one",
        preemptions: None,
        sees: &["free", "released"],
        run: no_guard_to_speak_of,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "every thread that waits gets the lock, two at a time too",
        preemptions: Some(2),
        sees: &[],
        run: two_wait,
    },
];

fn shared(lock: Lock) -> Arc<(Lock, Data<u32>)> {
    // Touches both parts of the lock.
    assert!(lock.release().is_err());
    Arc::new((lock, Data::new(0)))
}

fn one_at_a_time() {
    let shared = shared(Lock::new(()));
    let work = |shared: Arc<(Lock, Data<u32>)>| {
        let (lock, data) = &*shared;
        let _guard = lock.acquire();
        data.set(data.get() + 1);
    };
    let threads = [(); 2].map(|()| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || work(shared))
    });
    work(Arc::clone(&shared));
    threads.into_iter().for_each(join);
    assert_eq!(shared.1.get(), 3);
    assert!(!shared.0.is_locked());
}

fn by_hand() {
    let shared = shared(Lock::new(()));
    shared.0.acquire_by_hand();
    shared.1.set(1);
    let releaser = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            shared.1.set(2);
            shared.0.release().unwrap();
        })
    };
    let third = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let Some(_guard) = shared.0.try_acquire() else {
                let _guard = shared.0.acquire();
                assert_eq!(shared.1.get(), 2);
                return;
            };
            saw("the other released it");
            assert_eq!(shared.1.get(), 2);
        })
    };
    join(releaser);
    join(third);
    assert!(!shared.0.is_locked());
}

fn owned() {
    let lock = Arc::new(Lock::new(()));
    let data = Arc::new(Data::new(0));
    let guard = lock.acquire_owned();
    data.set(1);
    let dropper = {
        let data = Arc::clone(&data);
        thread::spawn(move || {
            data.set(2);
            drop(guard);
        })
    };
    match lock.release() {
        Ok(()) => panic!("the guard was released by hand"),
        Err(error) if error.held_by_guard => saw("held"),
        Err(_) => saw("free"),
    }
    let guard = lock.acquire_owned();
    assert_eq!(data.get(), 2);
    drop(guard);
    join(dropper);
    assert!(!lock.is_locked());
}

fn one_release() {
    let shared = shared(Lock::new(()));
    shared.0.acquire_by_hand();
    let other = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || shared.0.release().is_ok())
    };
    let mine = shared.0.release().is_ok();
    let theirs = other.join().unwrap();
    saw(if mine { "the first" } else { "the second" });
    assert!(mine != theirs);
    assert!(!shared.0.is_locked());
}

fn time_is_up() {
    let shared = shared(Lock::new(()));
    let guard = shared.0.acquire();
    let clock = thread::spawn(time::time_passes);
    let taken = Arc::new(AtomicUsize::new(0));
    let other = {
        let (shared, taken) = (Arc::clone(&shared), Arc::clone(&taken));
        thread::spawn(move || match shared.0.acquire_timeout(WAIT) {
            Some(_guard) => {
                saw("in time");
                shared.1.set(2);
                taken.store(1, Ordering::Relaxed);
            }
            None => saw("too late"),
        })
    };
    shared.1.set(1);
    drop(guard);
    let guard = shared.0.acquire();
    let value = shared.1.get();
    assert_eq!(value - 1, taken.load(Ordering::Relaxed) as u32);
    drop(guard);
    join(clock);
    join(other);
    assert!(!shared.0.is_locked());
}

fn found_locked() {
    let shared = shared(Lock::new(()));
    let other = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            if shared.0.is_locked() {
                assert!(shared.0.release().is_ok());
                saw("released by the other");
            } else {
                saw("free");
            }
        })
    };
    shared.0.acquire_by_hand();
    join(other);
}

fn truth_about_guards() {
    let shared = shared(Lock::new(()));
    let other = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || match shared.0.release() {
            Ok(()) => saw("released"),
            Err(error) if error.held_by_guard => {
                saw("a guard");
                assert_eq!(shared.1.get(), 0);
            }
            Err(_) => saw("free"),
        })
    };
    drop(shared.0.acquire());
    shared.0.acquire_by_hand();
    join(other);
}

fn no_guard_to_speak_of() {
    let shared = shared(Lock::new(()));
    let other = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || match shared.0.release() {
            Ok(()) => saw("released"),
            Err(error) => {
                saw("free");
                assert!(!error.held_by_guard);
            }
        })
    };
    shared.0.acquire_by_hand();
    join(other);
}

/// A thread that is woken must not make the lock forget the other sleeper.
fn two_wait() {
    let shared = shared(Lock::new(()));
    let guard = shared.0.acquire();
    let clock = thread::spawn(time::time_passes);
    let hasty = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || drop(shared.0.acquire_timeout(WAIT)))
    };
    let patient = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || drop(shared.0.acquire()))
    };
    drop(guard);
    join(hasty);
    join(patient);
    join(clock);
    assert!(!shared.0.is_locked());
}

fn join<T>(thread: JoinHandle<T>) {
    drop(thread.join());
}
