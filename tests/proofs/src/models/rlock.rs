//! What [`RLock`] promises.

use std::sync::Arc;
use std::thread;
use std::time::{self, Duration};

use facade::model::{Data, saw};

use super::module::{RLock, ReleaseError};
use crate::run::Model;

const PRIMITIVE: &str = "RLock";
const WAIT: Duration = Duration::from_secs(1);

pub const MODELS: &[Model] = &[
    Model {
        primitive: PRIMITIVE,
        promise: "one thread at a time, however deep it goes",
        preemptions: Some(2),
        sees: &[],
        run: one_at_a_time,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "no thread enters before the last level is left",
        preemptions: None,
        sees: &["held", "free"],
        run: last_level,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a thread that has left the lock waits for it like any other",
        preemptions: Some(3),
        sees: &[],
        run: comes_back,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "only the owner releases by hand",
        preemptions: None,
        sees: &["held", "free"],
        run: only_the_owner,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "time is up for others, and never for the owner",
        preemptions: Some(3),
        sees: &["in time", "too late"],
        run: time_is_up,
    },
];

type Pair = (RLock, Data<u32>);

fn shared() -> Arc<Pair> {
    let lock = RLock::new(());
    // Touches the lock, and gives this thread its number.
    assert!(!lock.is_owned() && !lock.is_locked());
    Arc::new((lock, Data::new(0)))
}

fn spawn<R: Send + 'static>(
    shared: &Arc<Pair>,
    f: impl FnOnce(&Pair) -> R + Send + 'static,
) -> thread::JoinHandle<R> {
    let shared = Arc::clone(shared);
    thread::spawn(move || f(&shared))
}

fn one_at_a_time() {
    let shared = shared();
    let work = |(lock, data): &Pair| {
        let _outer = lock.acquire();
        assert_eq!(lock.depth(), 1);
        data.set(data.get() + 1);
        let _inner = lock.acquire();
        assert_eq!(lock.depth(), 2);
        data.set(data.get() + 1);
    };
    let threads = [spawn(&shared, work), spawn(&shared, work)];
    work(&shared);
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(shared.1.get(), 6);
    assert!(!shared.0.is_locked());
}

fn last_level() {
    let shared = shared();
    let other = spawn(&shared, |(lock, data)| match lock.try_acquire() {
        Some(_guard) => {
            saw("free");
            assert_ne!(data.get(), 1);
        }
        None => saw("held"),
    });
    let outer = shared.0.acquire();
    shared.1.set(1);
    drop(shared.0.acquire());
    assert_eq!(shared.0.depth(), 1);
    shared.1.set(2);
    drop(outer);
    other.join().unwrap();
}

fn comes_back() {
    let shared = shared();
    let work = |(lock, data): &Pair| {
        let _guard = lock.acquire();
        data.set(data.get() + 1);
    };
    let other = spawn(&shared, work);
    work(&shared);
    work(&shared);
    other.join().unwrap();
    assert_eq!(shared.1.get(), 3);
}

fn only_the_owner() {
    let shared = shared();
    let other = spawn(&shared, |(lock, data)| {
        assert_eq!(lock.release(), Err(ReleaseError::NotOwner));
        assert!(!lock.is_owned());
        match lock.try_acquire_by_hand() {
            Ok(true) => {
                saw("free");
                data.set(data.get() + 2);
                assert_eq!(lock.release(), Ok(()));
            }
            other => {
                saw("held");
                assert_eq!(other, Ok(false));
            }
        }
    });
    shared.0.acquire_by_hand().unwrap();
    shared.1.set(shared.1.get() + 1);
    assert!(shared.0.is_owned());
    assert_eq!(shared.0.release(), Ok(()));
    other.join().unwrap();
    assert!([1, 3].contains(&shared.1.get()));
}

fn time_is_up() {
    let shared = shared();
    let clock = thread::spawn(time::time_passes);
    let other = spawn(&shared, |(lock, data)| {
        match lock.acquire_timeout(WAIT) {
            Some(_guard) => {
                saw("in time");
                assert_ne!(data.get(), 1);
            }
            None => saw("too late"),
        }
    });
    let outer = shared.0.acquire();
    shared.1.set(1);
    assert!(shared.0.acquire_timeout(Duration::ZERO).is_some());
    shared.1.set(2);
    drop(outer);
    other.join().unwrap();
    clock.join().unwrap();
    assert!(!shared.0.is_locked());
}
