//! A barrier whose action waits for itself names the line at fault.

use std::panic;
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use threading::Barrier;

/// Far longer than the thread in this test needs.
const LONG: Duration = Duration::from_secs(60);

static PLACE: Mutex<Option<(String, u32)>> = Mutex::new(None);
static WANTED: Mutex<u32> = Mutex::new(0);
static BARRIER: OnceLock<Barrier> = OnceLock::new();

// Alone in this file: the hook is that of the process.
#[test]
fn the_panic_names_the_line_of_the_wait() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| (at.file().to_owned(), at.line()));
        *PLACE.lock().unwrap() = place;
    }));
    let again: fn() = || {
        *WANTED.lock().unwrap() = line!() + 1;
        let _never = BARRIER.get().unwrap().wait();
    };
    let barrier = Barrier::new(1).unwrap().with_action(again);
    let barrier = BARRIER.get_or_init(|| barrier);
    let thread = thread::spawn(|| barrier.wait());
    let begin = Instant::now();
    while !thread.is_finished() {
        assert!(begin.elapsed() < LONG, "the action waits for itself");
        thread::yield_now();
    }
    let _ = panic::take_hook();
    assert!(thread.join().is_err());
    let wanted = (file!().to_owned(), *WANTED.lock().unwrap());
    assert_eq!(*PLACE.lock().unwrap(), Some(wanted));
}
