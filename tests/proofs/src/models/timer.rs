//! What [`Timer`] promises.

use std::sync::Arc;
use std::thread;
use std::time::{self, Duration};

use facade::model::{Data, Point, saw};

use super::module::{Phase, Timer};
use crate::run::Model;

const WAIT: Duration = Duration::from_secs(1);

pub const MODELS: &[Model] = &[
    Model {
        primitive: "Timer",
        promise: "cancel and fire exclude each other, and one of them happens",
        preemptions: None,
        sees: &["fired", "cancelled"],
        run: cancel_or_fire,
    },
    Model {
        primitive: "Timer",
        promise: "of two cancels one succeeds at most",
        preemptions: Some(3),
        sees: &["fired", "cancelled"],
        run: two_cancels,
    },
    Model {
        primitive: "Timer",
        promise: "a cancel wakes the thread of the timer",
        preemptions: None,
        sees: &[],
        run: cancel_wakes,
    },
    Model {
        primitive: "Timer",
        promise: "a thread that finds a timer finished sees what its function \
                  did",
        preemptions: Some(3),
        sees: &["finished", "not yet"],
        run: finished,
    },
];

/// Tells whether it was in time.
fn cancel<T>(timer: &Timer<T>) -> bool {
    let answer = timer.cancel();
    let why = answer.err().map(|error| error.phase);
    assert_ne!(why, Some(Phase::Waiting));
    why.is_none()
}

fn cancel_or_fire() {
    let rings = Arc::new(Data::new(0));
    let clock = thread::spawn(time::time_passes);
    let timer = {
        let rings = Arc::clone(&rings);
        Timer::new(WAIT, move || rings.set(rings.get() + 1))
    };
    let timer = timer.start().unwrap();
    let cancelled = cancel(&timer);
    let rang = timer.join().unwrap().is_some();
    saw(if rang { "fired" } else { "cancelled" });
    assert!(cancelled != rang);
    assert_eq!(rings.get(), u32::from(rang));
    let phase = [Phase::Cancelled, Phase::Finished][usize::from(rang)];
    assert_eq!(timer.phase(), phase);
    clock.join().unwrap();
}

fn two_cancels() {
    let clock = thread::spawn(time::time_passes);
    let timer = Arc::new(Timer::new(WAIT, || ()).start().unwrap());
    let other = {
        let timer = Arc::clone(&timer);
        thread::spawn(move || cancel(&timer))
    };
    let mine = cancel(&timer);
    let theirs = other.join().unwrap();
    let rang = timer.join().unwrap().is_some();
    saw(if rang { "fired" } else { "cancelled" });
    let happened = [mine, theirs, rang].map(u32::from);
    assert_eq!(happened.iter().sum::<u32>(), 1);
    clock.join().unwrap();
}

/// No time passes, and the second timer has no end.
fn cancel_wakes() {
    for delay in [WAIT, Duration::MAX] {
        let timer = Timer::new(delay, || unreachable!()).start().unwrap();
        assert!(cancel(&timer));
        assert!(timer.join().unwrap().is_none());
    }
}

fn finished() {
    let rings = Arc::new(Data::new(0));
    let timer = {
        let rings = Arc::clone(&rings);
        let point = Point::new();
        let ring = move || {
            point.pass(); // others may run here
            rings.set(1);
        };
        Timer::new(Duration::ZERO, ring)
    };
    let timer = timer.start().unwrap();
    if timer.is_finished() {
        saw("finished");
        assert_eq!(rings.get(), 1);
    } else {
        saw("not yet");
    }
    timer.join().unwrap();
}
