//! `std::thread`, with the threads of the checker.

pub use ::std::thread::*;

use crate::checker::thread;
pub use crate::local::LocalKey;
pub use thread::{JoinHandle, Thread, ThreadId, current};

/// Starts a thread; at its end it drops its thread-local values.
pub fn spawn<R: Send + 'static>(
    f: impl FnOnce() -> R + Send + 'static,
) -> JoinHandle<R> {
    thread::spawn(|| {
        let result = f();
        crate::local::end_thread();
        result
    })
}

/// Does nothing: the checker lets another thread run here or not, as at any
/// other moment, and a loop that yields so many times comes to its end.
pub fn yield_now() {}

/// Lets others run. A loop that waits for another thread needs it.
pub fn let_others_run() {
    thread::yield_now();
}
