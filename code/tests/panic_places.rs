//! A panic for a caller's bug names the caller's line.

use threading::spawn::JoinError;
use threading::{Gil, Thread, amdahl, compare, on_threads};

/// Where a thread with this bug panics, and with what.
fn place_of(bug: impl FnOnce() + Send + 'static) -> (String, u32, String) {
    let thread: Thread = Thread::new(bug).start().unwrap();
    let Err(JoinError::Panicked(failure)) = thread.join() else {
        panic!("it does not panic");
    };
    let place = failure.place().unwrap();
    (place.file.clone(), place.line, failure.message().to_owned())
}

macro_rules! assert_here {
    ($bug:expr, $says:literal) => {
        let (file, line, message) = place_of($bug);
        assert_eq!((file.as_str(), line), (file!(), line!()), "{message}");
        assert!(message.contains($says), "{message}");
    };
}

#[test]
#[rustfmt::skip] // The bug and the check are on one line.
fn a_panic_for_a_caller_s_bug_names_the_caller_s_line() {
    assert_here!(|| drop(on_threads(0, &[1], |n| *n)), "0 threads");
    assert_here!(|| _ = compare(0, &[1], |n| *n), "0 threads");
    assert_here!(|| _ = amdahl(2.0, 1), "is 2");
    assert_here!(|| _ = amdahl(0.5, 0), "0 threads");
    assert_here!(|| { let gil = Gil::new(()); let _held = gil.acquire(); drop(gil.acquire()); }, "(ThreadId(");
}
