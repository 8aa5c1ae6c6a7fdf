//! `std::thread`, with the threads of the checker.

use std::io;
pub use std::thread::{Result, available_parallelism, panicking};

use crate::checker::thread;
pub use crate::local::LocalKey;
pub use thread::{JoinHandle, Thread, ThreadId, current};
#[cfg(recorder)]
pub use thread::{Scope, ScopedJoinHandle, scope};

/// `std::thread::Builder`, of which nothing but the thread matters here.
#[derive(Default)]
pub struct Builder;

#[allow(
    clippy::missing_errors_doc,
    missing_docs,
    reason = "it is std's, and never fails"
)]
impl Builder {
    pub fn new() -> Self {
        Builder
    }

    pub fn name(self, _: String) -> Self {
        self
    }

    pub fn spawn<R: Send + 'static>(
        self,
        f: impl FnOnce() -> R + Send + 'static,
    ) -> io::Result<JoinHandle<R>> {
        Ok(spawn(f))
    }
}

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
