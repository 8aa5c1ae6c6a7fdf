//! Set, and clear at once: who gets through?
//!
//! Travels with: `condition.rs`, `lock.rs`, `rlock.rs`.
//! Needs: `parking_lot`.

use std::thread;
use std::time::Duration;

use threading::{Condition, Event, Lock};

const WAITERS: usize = 5;

// ANCHOR: state
#[derive(Default)]
struct State {
    is_set: bool,
    times_set: u32,
    checks: usize,
    released: usize,
}

/// Whether a wait is over that began when the flag had been set so often.
type IsOver = fn(&State, before: u32) -> bool;

fn flag_alone(state: &State, _before: u32) -> bool {
    state.is_set
}

fn flag_or_count(state: &State, before: u32) -> bool {
    state.is_set || state.times_set != before
}
// ANCHOR_END: state

type Shared = Condition<Lock<State>>;

// ANCHOR: wait
fn wait(shared: &Shared, is_over: IsOver) {
    let mut state = shared.acquire();
    let before = state.times_set;
    while !is_over(&state, before) {
        state.checks += 1; // a check that found nothing
        shared.wait(&mut state);
    }
    state.released += 1;
}
// ANCHOR_END: wait

/// Waits until as many checks and releases are counted.
fn until(shared: &Shared, number: usize) {
    let sum = |state: &State| state.checks + state.released;
    while sum(&shared.acquire()) < number {
        thread::yield_now();
    }
}

// ANCHOR: pulse
fn pulse(shared: &Shared) {
    let mut state = shared.acquire();
    state.is_set = true;
    state.times_set += 1;
    shared.notify_all(&state);
    state.is_set = false;
}

/// How many of five sleepers one pulse releases.
fn released_by_one_pulse(is_over: IsOver) -> usize {
    let shared = Shared::default();
    thread::scope(|scope| {
        for _ in 0..WAITERS {
            scope.spawn(|| wait(&shared, is_over));
        }
        until(&shared, WAITERS); // all five sleep
        pulse(&shared);
        until(&shared, 2 * WAITERS); // all five have checked again
        let mut state = shared.acquire();
        let released = state.released;
        state.is_set = true; // lets the others go home
        shared.notify_all(&state);
        released
    })
}
// ANCHOR_END: pulse

fn main() {
    println!("set and cleared once, while {WAITERS} threads sleep");
    for (name, is_over) in [
        ("a flag alone:      ", flag_alone as IsOver),
        ("a flag and a count:", flag_or_count),
    ] {
        let released = released_by_one_pulse(is_over);
        println!("  {name} {released} of {WAITERS} released");
    }

    // ANCHOR: late
    let event = Event::new();
    event.set();
    event.clear();
    let released = event.wait_timeout(Duration::from_millis(10));
    println!("an event that is set and cleared before a thread waits");
    println!("  released: {}", if released { "yes" } else { "no" });
    // ANCHOR_END: late
}
