//! What [`Alarm`] promises, on which `Timer` is built.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{self, Duration, Instant};

use facade::model::{Data, Point, saw};

use super::module::{Alarm, Phase};
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
    Model {
        primitive: "Timer",
        promise: "a wait ends with the call or with a cancel, and sees what \
                  the call did",
        preemptions: Some(2),
        sees: &["fired", "cancelled"],
        run: waiters,
    },
];

/// Cancels, and reports whether that was in time.
fn cancel(alarm: &Alarm) -> bool {
    let answer = alarm.cancel();
    let why = answer.err().map(|error| error.phase);
    assert_ne!(why, Some(Phase::Waiting));
    why.is_none()
}

/// An alarm that is set, and the thread that runs `function` then.
fn alarm(
    delay: Duration,
    function: impl FnOnce() + Send + 'static,
) -> (Arc<Alarm>, JoinHandle<Option<()>>) {
    let alarm = Arc::new(Alarm::new());
    let shared = Arc::clone(&alarm);
    let due = Instant::now().checked_add(delay);
    let thread = thread::spawn(move || shared.run(function));
    alarm.set(due);
    (alarm, thread)
}

fn cancel_or_fire() {
    let rings = Arc::new(Data::new(0));
    let clock = thread::spawn(time::time_passes);
    let (alarm, thread) = {
        let rings = Arc::clone(&rings);
        alarm(WAIT, move || rings.set(rings.get() + 1))
    };
    let cancelled = cancel(&alarm);
    let rang = thread.join().unwrap().is_some();
    saw(if rang { "fired" } else { "cancelled" });
    assert!(cancelled != rang);
    assert_eq!(rings.get(), u32::from(rang));
    let phase = [Phase::Cancelled, Phase::Finished][usize::from(rang)];
    assert_eq!(alarm.phase(), phase);
    clock.join().unwrap();
}

fn two_cancels() {
    let clock = thread::spawn(time::time_passes);
    let (alarm, thread) = alarm(WAIT, || ());
    let other = {
        let alarm = Arc::clone(&alarm);
        thread::spawn(move || cancel(&alarm))
    };
    let mine = cancel(&alarm);
    let theirs = other.join().unwrap();
    let rang = thread.join().unwrap().is_some();
    saw(if rang { "fired" } else { "cancelled" });
    let happened = [mine, theirs, rang].map(u32::from);
    assert_eq!(happened.iter().sum::<u32>(), 1);
    clock.join().unwrap();
}

fn waiters() {
    let rings = Arc::new(Data::new(0));
    let clock = thread::spawn(time::time_passes);
    let (alarm, thread) = {
        let rings = Arc::clone(&rings);
        alarm(WAIT, move || rings.set(1))
    };
    let canceller = {
        let alarm = Arc::clone(&alarm);
        thread::spawn(move || cancel(&alarm))
    };
    alarm.wait();
    let rang = alarm.phase() == Phase::Finished;
    saw(if rang { "fired" } else { "cancelled" });
    // What the function did is visible, if it was called.
    assert_eq!(rings.get(), u32::from(rang));
    assert!(canceller.join().unwrap() != rang);
    thread.join().unwrap();
    clock.join().unwrap();
}

/// No time passes, and the second alarm has no end.
fn cancel_wakes() {
    for delay in [WAIT, Duration::MAX] {
        let (alarm, thread) = alarm(delay, || unreachable!());
        assert!(cancel(&alarm));
        assert!(thread.join().unwrap().is_none());
    }
}

fn finished() {
    let rings = Arc::new(Data::new(0));
    let (alarm, thread) = {
        let rings = Arc::clone(&rings);
        let point = Point::new();
        let ring = move || {
            point.pass(); // others may run here
            rings.set(1);
        };
        alarm(Duration::ZERO, ring)
    };
    if alarm.phase().is_over() {
        saw("finished");
        assert_eq!(rings.get(), 1);
    } else {
        saw("not yet");
    }
    thread.join().unwrap();
}
