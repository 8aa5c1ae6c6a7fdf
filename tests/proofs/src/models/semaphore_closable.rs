//! What [`ClosableSemaphore`] promises.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{self, Duration};

use facade::model::{Data, parked, saw};

use super::module::{ClosableSemaphore, ClosedError};
use crate::run::Model;

const PRIMITIVE: &str = "ClosableSemaphore";
const WAIT: Duration = Duration::from_secs(1);

pub const MODELS: &[Model] = &[
    Model {
        primitive: PRIMITIVE,
        promise: "close leaves no thread asleep, and each sees what came \
                  before",
        preemptions: Some(3),
        sees: &[],
        run: no_sleeper_is_left,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a thread that is told of the close sees what came before, \
                  even if it found a permit",
        preemptions: None,
        sees: &["told", "acquired"],
        run: told,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "no acquire that begins after close has returned succeeds",
        preemptions: Some(3),
        sees: &["acquired", "too late"],
        run: none_succeeds_afterwards,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a close while a permit changes hands lets no second thread \
                  in, and all come home",
        preemptions: Some(3),
        sees: &["inside", "closed"],
        run: one_permit,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a waiter whose time is up leaves the others to be told",
        preemptions: Some(2),
        sees: &["closed", "time is up"],
        run: time_is_up,
    },
];

type Pair = (ClosableSemaphore, Data<u32>);

fn shared(permits: usize) -> Arc<Pair> {
    let semaphore = ClosableSemaphore::new(permits);
    assert_eq!(semaphore.value(), permits); // touches both parts
    Arc::new((semaphore, Data::new(0)))
}

fn spawn<R: Send + 'static>(
    shared: &Arc<Pair>,
    f: impl FnOnce(&Pair) -> R + Send + 'static,
) -> JoinHandle<R> {
    let shared = Arc::clone(shared);
    thread::spawn(move || f(&shared))
}

fn no_sleeper_is_left() {
    let shared = shared(0);
    let waiters = [(); 2].map(|()| {
        spawn(&shared, |(semaphore, data)| {
            assert_eq!(semaphore.acquire().err(), Some(ClosedError));
            assert_eq!(data.get(), 1);
        })
    });
    shared.1.set(1);
    shared.0.close();
    for waiter in waiters {
        waiter.join().unwrap();
    }
    assert_eq!(parked(), 0);
    assert_eq!(shared.0.value(), 0);
}

fn told() {
    let shared = shared(1);
    let other = spawn(&shared, |(semaphore, data)| {
        if semaphore.acquire().is_ok() {
            saw("acquired");
        } else {
            saw("told");
            assert_eq!(data.get(), 1);
        }
    });
    shared.1.set(1);
    shared.0.close();
    other.join().unwrap();
}

fn none_succeeds_afterwards() {
    let shared = shared(1);
    let returned = Arc::new(AtomicBool::new(false));
    let others = [(); 2].map(|()| {
        let returned = Arc::clone(&returned);
        spawn(&shared, move |(semaphore, _)| {
            let is_late = returned.load(Ordering::Relaxed);
            let acquired = semaphore.acquire().is_ok();
            assert!(!(is_late && acquired));
            saw(if acquired { "acquired" } else { "too late" });
        })
    });
    shared.0.close();
    returned.store(true, Ordering::Relaxed);
    assert!(shared.0.acquire().is_err());
    for other in others {
        other.join().unwrap();
    }
    assert_eq!(shared.0.value(), 1);
}

/// Loom finds two threads that use the data at once.
fn one_permit() {
    let shared = shared(1);
    let others = [(); 2].map(|()| {
        spawn(&shared, |(semaphore, data)| {
            let Ok(_permit) = semaphore.acquire() else {
                return saw("closed");
            };
            saw("inside");
            data.set(data.get() + 1);
        })
    });
    shared.0.close();
    for other in others {
        other.join().unwrap();
    }
    assert_eq!(parked(), 0);
    assert_eq!(shared.0.value(), 1);
}

fn time_is_up() {
    let shared = shared(0);
    let clock = thread::spawn(time::time_passes);
    let hasty = spawn(&shared, |(semaphore, _)| {
        match semaphore.acquire_timeout(WAIT) {
            Err(ClosedError) => saw("closed"),
            Ok(None) => saw("time is up"),
            Ok(Some(_)) => panic!("there is no permit"),
        }
    });
    let patient = spawn(&shared, |(semaphore, _)| {
        assert!(semaphore.acquire().is_err());
    });
    shared.0.close();
    patient.join().unwrap();
    hasty.join().unwrap();
    clock.join().unwrap();
    assert_eq!(parked(), 0);
}
