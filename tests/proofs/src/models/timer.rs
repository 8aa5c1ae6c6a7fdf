//! What [`Timer`] promises.

use std::sync::Arc;
use std::thread;
use std::time::{self, Duration};

use facade::model::{Data, saw};

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
];

fn cancel_or_fire() {
    let rings = Arc::new(Data::new(0));
    let clock = thread::spawn(time::time_passes);
    let timer = {
        let rings = Arc::clone(&rings);
        Timer::new(WAIT, move || rings.set(rings.get() + 1))
    };
    let timer = timer.start().unwrap();
    let cancelled = timer.cancel().is_ok();
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
        thread::spawn(move || timer.cancel().is_ok())
    };
    let mine = timer.cancel().is_ok();
    let theirs = other.join().unwrap();
    let rang = timer.join().unwrap().is_some();
    saw(if rang { "fired" } else { "cancelled" });
    let happened = [mine, theirs, rang].map(u32::from);
    assert_eq!(happened.iter().sum::<u32>(), 1);
    clock.join().unwrap();
}
