// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A worker: data with a task of its own, run in a thread.
//!
//! [`Worker`] takes the place of a subclass of Python's `threading.Thread`
//! that overrides `run`.
//! The fields of your type are what the task needs, its methods are the
//! steps, and what [`run`](Worker::run) returns is handed to the joiner.
//!
//! Use it for a task with data and helper methods, or one that you want to
//! test without a thread.
//! For a task of a few lines, a closure is simpler: see
//! [`Thread::new`](super::spawn::Thread::new).
//!
//! # Before you copy it
//!
//! - It brings `spawn.rs` along, whose first start puts a panic hook in front
//!   of the program's: see there.
//! - Fields that panic when they are dropped do so within the task, and fail
//!   the thread.
//!
//! The chapter that explains this file is `src/worker.md`.
//!
//! Travels with: `spawn.rs`, `life_cycle.rs`, `spawn_join.rs`,
//! `spawn_native.rs`, `spawn_report.rs`.

use super::spawn::{NewThread, StartError, Thread};

/// A type whose values can be run as threads.
///
/// # Examples
///
/// ```
/// use threading::Worker;
///
/// struct Sum {
///     numbers: Vec<u32>,
/// }
///
/// impl Worker for Sum {
///     type Output = u32;
///
///     fn run(self) -> u32 {
///         self.numbers.iter().sum()
///     }
/// }
///
/// let numbers = vec![1, 2, 3];
/// let thread = Sum { numbers }.start()?;
/// assert_eq!(thread.join()?, 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Differences from Python
///
/// - A worker is no thread but becomes one, so its fields can't hide those
///   of a thread, and there is no constructor that must be called.
/// - `run` consumes the worker. In Python a caller may read `thread.value`
///   before it is there; here the value is what `join()` returns.
/// - To get the worker itself back, let `Output` be `Self`.
///
/// Source: [Thread objects][python].
///
/// [python]: https://docs.python.org/3/library/threading.html
// ANCHOR: worker
pub trait Worker: Sized + Send + 'static {
    /// What the work results in.
    type Output: Send + 'static;

    /// Does the work, on the calling thread.
    fn run(self) -> Self::Output;
    // ANCHOR_END: worker

    /// Makes a thread that will run this worker.
    ///
    /// ```
    /// use threading::Worker;
    ///
    /// struct Greet(&'static str);
    ///
    /// impl Worker for Greet {
    ///     type Output = String;
    ///
    ///     fn run(self) -> String {
    ///         format!("hello, {}", self.0)
    ///     }
    /// }
    ///
    /// let thread = Greet("Ada").into_thread().start()?;
    /// assert_eq!(thread.join()?, "hello, Ada");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    // ANCHOR: into_thread
    fn into_thread(self) -> NewThread<Self::Output> {
        Thread::new(move || self.run())
    }
    // ANCHOR_END: into_thread

    /// Runs this worker in a thread of its own.
    ///
    /// # Errors
    ///
    /// [`StartError::Refused`] if the system has no thread to give.
    // ANCHOR: start
    fn start(self) -> Result<Thread<Self::Output>, StartError> {
        self.into_thread().start()
    }
    // ANCHOR_END: start
}

#[cfg(test)]
mod tests {
    use std::panic;
    use std::thread;

    use super::super::spawn::JoinError;
    use super::*;

    /// Says on which thread it ran, and counts its steps.
    struct Steps {
        wanted: u32,
        done: u32,
    }

    impl Steps {
        fn step(&mut self) {
            self.done += 1;
        }
    }

    impl Worker for Steps {
        type Output = (Self, thread::ThreadId);

        fn run(mut self) -> Self::Output {
            while self.done < self.wanted {
                self.step();
            }
            (self, thread::current().id())
        }
    }

    struct Fails;

    impl Worker for Fails {
        type Output = ();

        fn run(self) {
            panic::resume_unwind(Box::new("no paper"));
        }
    }

    #[test]
    fn a_worker_runs_in_another_thread_and_comes_back() {
        let worker = Steps { wanted: 3, done: 0 };
        let (worker, place) = worker.start().unwrap().join().unwrap();
        assert_eq!(worker.done, 3);
        assert_ne!(place, thread::current().id());
    }

    #[test]
    fn run_stays_on_the_calling_thread() {
        let (worker, place) = Steps { wanted: 2, done: 1 }.run();
        assert_eq!(worker.done, 2);
        assert_eq!(place, thread::current().id());
    }

    #[test]
    fn a_worker_can_be_shared_before_its_start() {
        let thread = Steps { wanted: 1, done: 0 }.into_thread().share();
        let other = thread.clone();
        assert!(matches!(other.join(), Err(JoinError::NotStarted)));
        thread.start().unwrap();
        assert_eq!(other.join().unwrap().0.done, 1);
    }

    #[test]
    fn the_panic_of_a_worker_reaches_the_joiner() {
        let joined = Fails.start().unwrap().join();
        let Err(JoinError::Panicked(failure)) = joined else {
            panic!("it did not fail: {joined:?}");
        };
        assert_eq!(failure.message(), "no paper");
    }
}
// ANCHOR_END: module
