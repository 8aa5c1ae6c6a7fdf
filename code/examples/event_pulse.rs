//! Set, and clear at once: who gets through?

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;

use threading::Event;

const WAITERS: usize = 5;

// ANCHOR: flag
#[derive(Default)]
struct Flag {
    is_set: bool,
    looked_in_vain: usize,
    released: usize,
}

fn wait_for_the_flag(flag: &Mutex<Flag>, changed: &Condvar) {
    let mut flag = flag.lock().unwrap();
    while !flag.is_set {
        flag.looked_in_vain += 1;
        flag = changed.wait(flag).unwrap();
    }
    flag.released += 1;
}
// ANCHOR_END: flag

fn a_flag_in_a_loop() -> usize {
    let (flag, changed) = (&Mutex::default(), &Condvar::new());
    thread::scope(|scope| {
        for _ in 0..WAITERS {
            scope.spawn(|| wait_for_the_flag(flag, changed));
        }
        // ANCHOR: flag_pulse
        for pulse in 1..=100 {
            // Each of the five sleeps, again and again.
            while flag.lock().unwrap().looked_in_vain < pulse * WAITERS {
                thread::yield_now();
            }
            let mut flag = flag.lock().unwrap();
            flag.is_set = true;
            changed.notify_all();
            flag.is_set = false; // before anybody looks: bad luck
        }
        // ANCHOR_END: flag_pulse
        let mut flag = flag.lock().unwrap();
        flag.is_set = true; // lets them go home
        changed.notify_all();
        flag.released
    })
}

// ANCHOR: event
fn an_event() -> usize {
    let (event, released) = (Event::new(), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..WAITERS {
            scope.spawn(|| {
                event.wait();
                released.fetch_add(1, Ordering::Relaxed);
            });
        }
        // A thread that does not sleep yet misses a pulse: send another.
        while released.load(Ordering::Relaxed) < WAITERS {
            event.set();
            event.clear();
            thread::yield_now();
        }
    });
    released.into_inner()
}
// ANCHOR_END: event

fn main() {
    let of_five = |released| format!("{released} of {WAITERS} released");
    println!("set, and clear at once");
    println!("  a flag in a loop: {}", of_five(a_flag_in_a_loop()));
    println!("  an event:         {}", of_five(an_event()));
}
