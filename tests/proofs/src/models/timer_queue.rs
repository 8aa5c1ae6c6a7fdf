//! What [`TimerQueue`] promises.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{self, Duration};

use facade::model::{Data, saw};

use super::module::{Phase, TimerQueue};
use crate::run::Model;

const WAIT: Duration = Duration::from_secs(1);

pub const MODELS: &[Model] = &[
    Model {
        primitive: "TimerQueue",
        promise: "cancel and fire exclude each other, and one of them happens",
        preemptions: Some(3),
        sees: &["fired", "cancelled"],
        run: cancel_or_fire,
    },
    Model {
        primitive: "TimerQueue",
        promise: "nothing fires once the queue is dropped, and what fired is \
                  finished",
        preemptions: Some(3),
        sees: &["fired", "cancelled"],
        run: queue_dropped,
    },
    Model {
        primitive: "TimerQueue",
        promise: "a cancel beside the drop of the queue is in time, or says \
                  that the timer is cancelled",
        preemptions: Some(3),
        sees: &["in time", "too late"],
        run: cancel_or_drop,
    },
    Model {
        primitive: "TimerQueue",
        promise: "a queue with nothing to do stops when it is dropped",
        preemptions: None,
        sees: &[],
        run: idle_queue_dropped,
    },
    Model {
        primitive: "TimerQueue",
        promise: "a timer that comes before the others wakes the thread",
        preemptions: Some(3),
        sees: &[],
        run: earlier_wakes,
    },
    Model {
        primitive: "TimerQueue",
        promise: "a thread that finds a timer finished sees what its callback \
                  did",
        preemptions: Some(3),
        sees: &["finished", "not yet"],
        run: finished,
    },
];

fn cancel_or_fire() {
    let rings = Arc::new(AtomicUsize::new(0));
    let queue = TimerQueue::new().unwrap();
    let clock = thread::spawn(time::time_passes);
    let timer = {
        let rings = Arc::clone(&rings);
        queue.after(WAIT, move || {
            rings.fetch_add(1, Ordering::Relaxed);
        })
    };
    let answer = timer.cancel();
    let why = answer.err().map(|error| error.phase);
    assert_ne!(why, Some(Phase::Waiting));
    let cancelled = why.is_none();
    drop(queue); // waits for a callback that runs
    let rang = rings.load(Ordering::Relaxed);
    saw(if cancelled { "cancelled" } else { "fired" });
    assert_eq!(usize::from(cancelled) + rang, 1);
    assert!(timer.is_finished());
    clock.join().unwrap();
}

fn queue_dropped() {
    let rings = Arc::new(Data::new(0));
    let queue = TimerQueue::new().unwrap();
    let clock = thread::spawn(time::time_passes);
    let timer = {
        let rings = Arc::clone(&rings);
        queue.after(WAIT, move || rings.set(rings.get() + 1))
    };
    drop(queue);
    let rang = rings.get();
    saw(if rang == 1 { "fired" } else { "cancelled" });
    let phase = [Phase::Cancelled, Phase::Finished][rang];
    assert_eq!(timer.phase(), phase);
    clock.join().unwrap();
}

fn cancel_or_drop() {
    let queue = TimerQueue::new().unwrap();
    let timer = queue.after(WAIT, || unreachable!());
    let canceller = thread::spawn(move || match timer.cancel() {
        Ok(()) => saw("in time"),
        Err(error) => {
            saw("too late");
            assert_eq!(error.phase, Phase::Cancelled);
        }
    });
    drop(queue);
    canceller.join().unwrap();
}

fn idle_queue_dropped() {
    drop(TimerQueue::new().unwrap());
}

fn earlier_wakes() {
    let queue = TimerQueue::new().unwrap();
    let never = queue.after(Duration::MAX, || unreachable!());
    let state = Arc::new((Mutex::new(false), Condvar::new()));
    let shared = Arc::clone(&state);
    queue.after(Duration::ZERO, move || {
        *shared.0.lock().unwrap() = true;
        shared.1.notify_all();
    });
    let mut is_called = state.0.lock().unwrap();
    while !*is_called {
        is_called = state.1.wait(is_called).unwrap();
    }
    assert_eq!(never.phase(), Phase::Waiting);
}

fn finished() {
    let rings = Arc::new(Data::new(0));
    let queue = TimerQueue::new().unwrap();
    let timer = {
        let rings = Arc::clone(&rings);
        queue.after(Duration::ZERO, move || rings.set(1))
    };
    if timer.is_finished() {
        saw("finished");
        assert_eq!(rings.get(), 1);
    } else {
        saw("not yet");
    }
}
