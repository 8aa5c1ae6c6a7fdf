//! What [`Event`] promises.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{self, Duration, Instant};

use facade::model::{Data, parked, saw};

use super::module::Event;
use crate::run::Model;

const PRIMITIVE: &str = "Event";
const WAIT: Duration = Duration::from_secs(1);

pub const MODELS: &[Model] = &[
    Model {
        primitive: PRIMITIVE,
        promise: "set releases every thread that waits, and each sees what \
                  came before",
        preemptions: None,
        sees: &[],
        run: set_releases_all,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a thread that finds it set sees what came before",
        preemptions: None,
        sees: &["set", "not set"],
        run: is_set,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "set, then clear: every sleeper is released",
        preemptions: None,
        sees: &["asleep", "not asleep"],
        run: set_then_clear,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "clear, then set: clear forgets no sleeper",
        preemptions: None,
        sees: &["asleep", "not asleep"],
        run: clear_then_set,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "clear, look, wait: no set is missed",
        preemptions: None,
        sees: &["waits", "need not wait"],
        run: clear_look_wait,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "of two sets, one of which is slow, the clear that undoes \
                  both sees what came before both",
        preemptions: Some(3),
        sees: &["waited in vain", "waits again"],
        run: set_over_set,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a set wakes no thread that begins to wait after a later \
                  clear",
        preemptions: Some(3),
        sees: &["was set"],
        run: slow_set,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a waiter whose time is up leaves the others to be released",
        preemptions: Some(3),
        sees: &["in time", "too late"],
        run: time_is_up,
    },
];

type Pair = (Event, Data<u32>);

fn shared() -> Arc<Pair> {
    let event = Event::new();
    assert!(!event.is_set()); // touches it
    Arc::new((event, Data::new(0)))
}

fn spawn<R: Send + 'static>(
    shared: &Arc<Pair>,
    f: impl FnOnce(&Pair) -> R + Send + 'static,
) -> JoinHandle<R> {
    let shared = Arc::clone(shared);
    thread::spawn(move || f(&shared))
}

fn set_releases_all() {
    let shared = shared();
    let waiters = [(); 2].map(|()| {
        spawn(&shared, |(event, data)| {
            event.wait();
            assert_eq!(data.get(), 1);
        })
    });
    shared.1.set(1);
    shared.0.set();
    for waiter in waiters {
        waiter.join().unwrap();
    }
    assert_eq!(parked(), 0);
}

fn is_set() {
    let shared = shared();
    let other = spawn(&shared, |(event, data)| {
        if event.is_set() {
            saw("set");
            assert_eq!(data.get(), 1);
        } else {
            saw("not set");
        }
    });
    shared.1.set(1);
    shared.0.set();
    other.join().unwrap();
}

fn set_then_clear() {
    let shared = shared();
    let waiter = spawn(&shared, |(event, _)| event.wait());
    let is_asleep = parked() == 1;
    shared.0.set();
    shared.0.clear();
    if is_asleep {
        saw("asleep");
    } else {
        saw("not asleep");
        shared.0.set();
    }
    waiter.join().unwrap();
}

fn clear_then_set() {
    let shared = shared();
    let waiter = spawn(&shared, |(event, _)| event.wait());
    let is_asleep = parked() == 1;
    saw(if is_asleep { "asleep" } else { "not asleep" });
    shared.0.clear();
    shared.0.set();
    waiter.join().unwrap();
    assert_eq!(parked(), 0);
}

fn clear_look_wait() {
    let shared = shared();
    let queue = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let relaxed = std::sync::atomic::Ordering::Relaxed;
    queue.store(0, relaxed);
    shared.0.set();
    let producer = {
        let queue = Arc::clone(&queue);
        spawn(&shared, move |(event, _)| {
            queue.store(1, relaxed);
            event.set();
        })
    };
    shared.0.clear();
    if queue.load(relaxed) == 0 {
        saw("waits");
        shared.0.wait();
        assert_eq!(queue.load(relaxed), 1);
    } else {
        saw("need not wait");
    }
    producer.join().unwrap();
}

/// Two producers, and a consumer whose first wait may be over too early: so
/// one `set` may be on its slow path while the other takes the fast one.
fn set_over_set() {
    let shared = shared();
    let made = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let relaxed = std::sync::atomic::Ordering::Relaxed;
    made.store(0, relaxed);
    let clock = thread::spawn(time::time_passes);
    let producers = [(); 2].map(|()| {
        let made = Arc::clone(&made);
        spawn(&shared, move |(event, _)| {
            made.fetch_add(1, relaxed);
            event.set();
        })
    });
    if !shared.0.wait_timeout(WAIT) {
        saw("waited in vain");
    }
    loop {
        shared.0.clear();
        if made.load(relaxed) == 2 {
            break;
        }
        saw("waits again");
        shared.0.wait();
    }
    for producer in producers {
        producer.join().unwrap();
    }
    clock.join().unwrap();
}

/// A sleeper makes `set` take the slow path.
fn slow_set() {
    let shared = shared();
    let clock = thread::spawn(time::time_passes);
    let sleeper = spawn(&shared, |(event, _)| {
        let _ = event.wait_timeout(WAIT);
    });
    let setter = spawn(&shared, |(event, _)| event.set());
    if shared.0.is_set() {
        saw("was set");
        shared.0.clear();
        // Only that one `set` was called, and it is undone.
        assert!(!shared.0.wait_deadline(Instant::now()));
        assert!(!shared.0.is_set());
    }
    setter.join().unwrap();
    sleeper.join().unwrap();
    clock.join().unwrap();
    assert_eq!(parked(), 0);
}

fn time_is_up() {
    let shared = shared();
    let clock = thread::spawn(time::time_passes);
    let hasty = spawn(&shared, |(event, data)| {
        if event.wait_timeout(WAIT) {
            saw("in time");
            assert_eq!(data.get(), 1);
        } else {
            saw("too late");
        }
    });
    let patient = spawn(&shared, |(event, data)| {
        event.wait();
        assert_eq!(data.get(), 1);
    });
    shared.1.set(1);
    shared.0.set();
    patient.join().unwrap();
    hasty.join().unwrap();
    clock.join().unwrap();
    assert!(shared.0.is_set());
    assert_eq!(parked(), 0);
}
