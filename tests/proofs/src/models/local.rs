//! What [`Local`] promises.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;

use facade::model::{Data, Point, Shared, saw};

use super::module::Local;
use crate::run::Model;

const PRIMITIVE: &str = "Local";

pub const MODELS: &[Model] = &[
    Model {
        primitive: PRIMITIVE,
        promise: "each thread has a value of its own, from the first use on",
        preemptions: None,
        sees: &[],
        run: one_each,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "of the end of the thread and the drop of the Local one \
                  drops the value, after its last use",
        preemptions: Some(3),
        sees: &["its thread dropped it", "another thread dropped it"],
        run: dropped_once,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a Local in the place of an old one finds none of its values",
        preemptions: Some(3),
        sees: &[],
        run: nothing_old,
    },
];

/// Knows which thread made it, and counts how often it is dropped.
struct Value {
    number: Data<u32>,
    home: thread::ThreadId,
    drops: Arc<AtomicUsize>,
}

impl Value {
    fn new(drops: &Arc<AtomicUsize>) -> Self {
        Value {
            number: Data::new(0),
            home: thread::current().id(),
            drops: Arc::clone(drops),
        }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.number.set(9); // a race, if its thread still uses it
        self.drops.fetch_add(1, Ordering::Relaxed);
        saw(if self.home == thread::current().id() {
            "its thread dropped it"
        } else {
            "another thread dropped it"
        });
    }
}

fn one_each() {
    let drops = Arc::new(AtomicUsize::new(0));
    let local = {
        let drops = Arc::clone(&drops);
        Local::new(move || Value::new(&drops))
    };
    touch(&local);
    let local = Shared::new(local);
    let thread = {
        let local = Shared::clone(&local);
        thread::spawn(move || {
            local.with(|value| value.number.set(value.number.get() + 1));
            local.with(|value| assert_eq!(value.number.get(), 1));
        })
    };
    local.with(|value| value.number.set(value.number.get() + 2));
    local.with(|value| assert_eq!(value.number.get(), 2));
    thread.join().unwrap();
    drop(local);
    assert_eq!(drops.load(Ordering::Relaxed), 2);
}

fn dropped_once() {
    let drops = Arc::new(AtomicUsize::new(0));
    let local = {
        let drops = Arc::clone(&drops);
        Local::new(move || Value::new(&drops))
    };
    touch(&local);
    let (local, point) = (Shared::new(local), Arc::new(Point::new()));
    let threads = [(); 2].map(|()| {
        let (local, point) = (Shared::clone(&local), Arc::clone(&point));
        thread::spawn(move || {
            local.with(|value| value.number.set(1));
            drop(local);
            point.pass();
        })
    });
    point.pass();
    drop(local);
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(drops.load(Ordering::Relaxed), 2);
}

fn nothing_old() {
    let drops = Arc::new(AtomicUsize::new(0));
    let make = |drops: &Arc<AtomicUsize>| {
        let drops = Arc::clone(drops);
        let local = Local::new(move || Value::new(&drops));
        touch(&local);
        Shared::new(local)
    };
    let (old, new) = (make(&drops), make(&drops));
    let thread = {
        let (old, new) = (Shared::clone(&old), Shared::clone(&new));
        thread::spawn(move || {
            old.with(|value| value.number.set(1));
            drop(old);
            new.with(|value| assert_eq!(value.number.get(), 0));
        })
    };
    old.with(|value| value.number.set(2));
    drop(old);
    // Takes the old one's number, if that is free by now.
    new.with(|value| assert_eq!(value.number.get(), 0));
    thread.join().unwrap();
    drop(new);
    assert_eq!(drops.load(Ordering::Relaxed), 4);
}

/// Looks for this thread's value, without making one.
fn touch<F: Fn() -> Value>(local: &Local<Value, F>) {
    assert_eq!(format!("{local:?}"), "Local(<not made>)");
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Value")
    }
}
