//! What [`AutoResetEvent`] promises.

use core::sync::atomic::AtomicBool;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{self, Duration};

use facade::model::{Data, parked, saw};

use super::module::AutoResetEvent;
use crate::run::Model;

const PRIMITIVE: &str = "AutoResetEvent";
const WAIT: Duration = Duration::from_secs(1);

pub const MODELS: &[Model] = &[
    Model {
        primitive: PRIMITIVE,
        promise: "a wait that finds it set sees what came before",
        preemptions: None,
        sees: &["set", "not set"],
        run: finds_it_set,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "one set lets one of two waits through, or is remembered \
                  once, and that one sees what came before",
        preemptions: Some(3),
        sees: &["through", "remembered"],
        run: one_set,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "two sets let two sleepers through",
        preemptions: Some(3),
        sees: &["both asleep", "not both asleep"],
        run: two_sets,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "of two sets that are remembered as one, the wait sees what \
                  came before both",
        preemptions: Some(2),
        sees: &["waited in vain", "waits again"],
        run: set_over_set,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a waiter whose time is up swallows no set",
        preemptions: Some(3),
        sees: &["in time", "too late"],
        run: time_is_up,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "set, then clear: a thread that slept is let through",
        preemptions: None,
        sees: &["asleep", "not asleep"],
        run: set_then_clear,
    },
];

type Pair = (AutoResetEvent, Data<u32>);

fn shared() -> Arc<Pair> {
    let event = AutoResetEvent::new();
    assert!(!event.try_wait()); // touches it
    Arc::new((event, Data::new(0)))
}

fn spawn<R: Send + 'static>(
    shared: &Arc<Pair>,
    f: impl FnOnce(&Pair) -> R + Send + 'static,
) -> JoinHandle<R> {
    let shared = Arc::clone(shared);
    thread::spawn(move || f(&shared))
}

fn finds_it_set() {
    let shared = shared();
    let other = spawn(&shared, |(event, data)| {
        if event.try_wait() {
            saw("set");
            assert_eq!(data.get(), 1);
            assert!(!event.try_wait());
        } else {
            saw("not set");
        }
    });
    shared.1.set(1);
    shared.0.set();
    other.join().unwrap();
}

fn one_set() {
    let shared = shared();
    let clock = thread::spawn(time::time_passes);
    let waiters = [(); 2].map(|()| {
        spawn(&shared, |(event, data)| {
            let through = event.wait_timeout(WAIT);
            if through {
                saw("through");
                assert_eq!(data.get(), 1);
            }
            usize::from(through)
        })
    });
    shared.1.set(1);
    shared.0.set();
    let [one, two] = waiters.map(|waiter| waiter.join().unwrap());
    clock.join().unwrap();
    assert_eq!(parked(), 0);
    let remembered = shared.0.try_wait();
    if remembered {
        saw("remembered");
    }
    assert_eq!(one + two + usize::from(remembered), 1);
}

/// Where both are asleep, each needs a `set` of its own. Else the two calls
/// may be remembered as one, so whoever is let through passes it on.
fn two_sets() {
    let shared = shared();
    let passes_on = Arc::new(AtomicBool::new(false));
    let waiters = [(); 2].map(|()| {
        let passes_on = Arc::clone(&passes_on);
        spawn(&shared, move |(event, data)| {
            event.wait();
            assert_eq!(data.get(), 1);
            if passes_on.load(Ordering::Relaxed) {
                event.set();
            }
        })
    });
    let both_asleep = parked() == 2;
    passes_on.store(!both_asleep, Ordering::Relaxed);
    shared.1.set(1);
    shared.0.set();
    if both_asleep {
        saw("both asleep");
        shared.0.set();
    } else {
        saw("not both asleep");
    }
    for waiter in waiters {
        waiter.join().unwrap();
    }
    assert_eq!(parked(), 0);
    assert_eq!(shared.0.try_wait(), !both_asleep);
}

/// Two producers, and a consumer whose first wait may be over too early: so
/// one `set` may be on its slow path while the other takes the fast one.
fn set_over_set() {
    let shared = shared();
    let made = Arc::new(AtomicUsize::new(0));
    made.store(0, Ordering::Relaxed);
    let clock = thread::spawn(time::time_passes);
    let producers = [(); 2].map(|()| {
        let made = Arc::clone(&made);
        spawn(&shared, move |(event, _)| {
            made.fetch_add(1, Ordering::Relaxed);
            event.set();
        })
    });
    if !shared.0.wait_timeout(WAIT) {
        saw("waited in vain");
    }
    while made.load(Ordering::Relaxed) < 2 {
        saw("waits again");
        shared.0.wait();
    }
    for producer in producers {
        producer.join().unwrap();
    }
    clock.join().unwrap();
}

fn time_is_up() {
    let shared = shared();
    let clock = thread::spawn(time::time_passes);
    let hasty = spawn(&shared, |(event, _)| event.wait_timeout(WAIT));
    let patient = spawn(&shared, |(event, data)| {
        event.wait();
        assert_eq!(data.get(), 1);
    });
    shared.1.set(1);
    shared.0.set();
    if hasty.join().unwrap() {
        saw("in time");
        shared.0.set();
    } else {
        saw("too late");
    }
    patient.join().unwrap();
    clock.join().unwrap();
    assert!(!shared.0.try_wait());
    assert_eq!(parked(), 0);
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
