// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! The main thread, and the end of the program.
//!
//! [`main_thread()`] returns a handle of the thread that runs `main`.
//! [`wait_at_end`] makes the end of `main` wait for all non-daemon threads.
//!
//! Use [`wait_at_end`] once, as the first line of `main`, in a program whose
//! threads may outlive it.
//! Where `main` joins each of its threads, there is nothing left to wait for.
//!
//! # Why a guard
//!
//! A Rust program ends when `main` returns, and takes all threads with it.
//! A hook at the exit of the process (`atexit`) comes too late to wait: it
//! also runs when a thread calls `std::process::exit`, which must not wait
//! for itself, and after thread-local values of the main thread are gone.
//! A guard is dropped on each way out of `main`: at its end, by an early
//! `return`, by `?`, and by a panic.
//!
//! # Before you copy it
//!
//! - The guard waits without a limit.
//! - `std::process::exit` drops no guard, and neither does a panic where
//!   panics abort. A program that ends in such a way waits for no thread.
//! - It waits for threads of [`Thread`](super::spawn::Thread) alone, and not
//!   for those of `std::thread::spawn`.
//! - In a child process made by `fork`, a guard of the parent waits for
//!   nothing, since the parent's threads don't exist there. A new guard would
//!   wait for them, and panic or never end: make none there.
//! - On systems other than Linux, Android and Apple's, the main thread is
//!   known by the name `main` that `std` gives it.
//! - It needs 64-bit atomics, as `spawn.rs` does.
//!
//! The chapter that explains this file is `src/main_thread.md`.
//!
//! Travels with: `spawn.rs`, `life_cycle.rs`, `spawn_join.rs`,
//! `spawn_native.rs`, `spawn_report.rs`.

use std::marker::PhantomData;
use std::mem;
use std::process;
use std::sync::OnceLock;

use super::spawn::{
    CURRENT, Current, IDENT, MAIN_IDENT, Name, REGISTRY, Record, ThreadHandle,
};
use super::spawn_native::native_id;

/// Returns a handle of the main thread: the one that runs `main`.
///
/// It is called `MainThread`, is not a daemon, and can't be joined.
///
/// ```
/// use std::thread;
/// use threading::main_thread::main_thread;
///
/// let elsewhere = thread::spawn(main_thread).join().unwrap();
/// assert_eq!(main_thread(), elsewhere);
/// assert!(format!("{elsewhere:?}").starts_with("Thread(MainThread, "));
/// ```
///
/// # Differences from Python
///
/// - Python's main thread may be joined by others, which then wait until the
///   program begins to end. Here that is a typed error.
/// - While the end of `main` waits, `is_alive()` is `False` in Python. Here
///   the main thread is Blocked, which is what it is.
///
/// Source: [threading.main_thread][python].
///
/// [python]: https://docs.python.org/3/library/threading.html
// ANCHOR: main_thread
#[must_use]
pub fn main_thread() -> ThreadHandle {
    if is_main() {
        introduce_main();
    }
    main_handle().clone()
}

fn main_handle() -> &'static ThreadHandle {
    static MAIN: OnceLock<ThreadHandle> = OnceLock::new();
    MAIN.get_or_init(|| {
        let name = Name {
            given: Some("MainThread".to_owned()),
            kind: "Thread",
            number: 0,
        };
        let record = Record::new(MAIN_IDENT, name, false, true);
        // It has been running since before any thread could ask.
        let _ = record.life.start();
        if let Some(id) = main_native_id() {
            let _ = record.native_id.set(Some(id));
        }
        ThreadHandle::from(record)
    })
}

/// Gives the main thread its own handle; only that thread may call this.
fn introduce_main() {
    // At the very end of the thread, its thread-local values are gone.
    let _ = CURRENT.try_with(|current| {
        current.get_or_init(as_main);
    });
}

/// The main thread's handle of itself; only that thread may call this.
pub(crate) fn as_main() -> Current {
    let main = main_handle().clone();
    IDENT.set(MAIN_IDENT.get());
    let _ = main.record.native_id.set(native_id());
    // From now on it is never unbound.
    mem::forget(main.record.life.bind());
    Current(main)
}
// ANCHOR_END: main_thread

// ANCHOR: is_main
/// Tells whether the calling thread is the main thread.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn is_main() -> bool {
    native_id() == main_native_id()
}

/// On Linux the main thread has the number of its process.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn main_native_id() -> Option<u64> {
    Some(u64::from(process::id()))
}

/// Tells whether the calling thread is the main thread.
#[cfg(target_vendor = "apple")]
pub(crate) fn is_main() -> bool {
    // SAFETY: this is the signature in pthread.h; it has no preconditions.
    unsafe extern "C" {
        safe fn pthread_main_np() -> i32;
    }
    pthread_main_np() != 0
}

/// Tells whether the calling thread is the main thread.
///
/// `std` gives it this name. A thread that a program calls `main` as well
/// can't be told from it here.
#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_vendor = "apple"
)))]
pub(crate) fn is_main() -> bool {
    std::thread::current().name() == Some("main")
}

/// Only the main thread itself can find out.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn main_native_id() -> Option<u64> {
    None
}
// ANCHOR_END: is_main

/// Makes the end of `main` wait for all non-daemon threads.
///
/// Make it the first line of `main`, so that it is dropped last, and give it
/// a name: `let _ = wait_at_end();` drops it at once.
/// It waits for the threads that were started by then, and for those that
/// they start in the meantime.
/// Daemons, and threads started by other means, are not waited for.
/// `std::process::exit` drops no guard, and so waits for no thread.
/// It belongs in `main` alone: two threads that each end with such a guard
/// wait for each other.
///
/// ```
/// use threading::Thread;
/// use threading::main_thread::wait_at_end;
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let _end = wait_at_end();
///     Thread::new(|| println!("still printed")).start()?;
///     Ok(())
/// }
/// ```
///
/// # Differences from Python
///
/// Python always waits, inside the interpreter.
/// Rust's `main` has nothing around it that could.
// ANCHOR: wait
pub fn wait_at_end() -> WaitAtEnd {
    if is_main() {
        introduce_main();
    }
    WaitAtEnd {
        process: process::id(),
        not_sent: PhantomData,
    }
}

/// Waits, when it is dropped, for all non-daemon threads.
#[must_use = "without a name it is dropped, and waits, at once"]
#[derive(Debug)]
pub struct WaitAtEnd {
    /// A child made by `fork` has another number, and no threads.
    process: u32,
    /// It stays in the thread that waits.
    not_sent: PhantomData<*const ()>,
}

impl Drop for WaitAtEnd {
    fn drop(&mut self) {
        if process::id() != self.process {
            return;
        }
        while let Some(thread) = next_to_wait_for() {
            // It fails for a thread that the system refused in the meantime:
            // that one has left the registry.
            let _ = thread.wait();
        }
    }
}

fn next_to_wait_for() -> Option<ThreadHandle> {
    let me = IDENT.get();
    let is_waited_for = |thread: &&ThreadHandle| {
        let record = &thread.record;
        let other = !record.foreign && record.ident.get() != me;
        other && !record.settings.lock().daemon
    };
    REGISTRY.lock().values().find(is_waited_for).cloned()
}
// ANCHOR_END: wait

#[cfg(test)]
mod tests {
    use std::env;
    use std::process::{Command, Output};
    use std::sync::mpsc;
    use std::thread;
    use std::time::{Duration, Instant};

    use super::super::life_cycle::State;
    use super::super::spawn::{JoinError, Thread};
    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    const CHILD: &str = "THREADING_TEST_CHILD";

    /// Runs one test of this file in a process of its own, where [`CHILD`]
    /// is set.
    fn in_child(test: &str) -> Output {
        let path = format!("{}::{test}", module_path!());
        let (_crate, path) = path.split_once("::").unwrap();
        Command::new(env::current_exe().unwrap())
            .args([path, "--exact", "--nocapture", "--test-threads=1"])
            .env(CHILD, "1")
            .env_remove("RUST_BACKTRACE")
            .output()
            .unwrap()
    }

    fn is_child() -> bool {
        env::var_os(CHILD).is_some()
    }

    fn stderr(output: &Output) -> String {
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// A thread that takes its time, then says `word` and does `next`.
    fn slow(word: &'static str, next: impl FnOnce() + Send + 'static) {
        let task = move || {
            // The end of the program gets its chance to come first.
            thread::sleep(Duration::from_millis(20));
            eprintln!("{word}");
            next();
        };
        Thread::new(task).start().unwrap();
    }

    #[test]
    fn the_main_thread_is_the_same_for_all() {
        let main = main_thread();
        let other = thread::spawn(main_thread).join().unwrap();
        assert_eq!(main, other);
        assert_eq!(main.record.ident, MAIN_IDENT);
        assert!(matches!(main.wait(), Err(JoinError::Foreign)));
        assert_eq!(main.record.name(), "MainThread");
        assert!(!main.record.settings.lock().daemon);
        assert!(main.state().is_alive());
    }

    #[test]
    fn a_test_does_not_run_on_the_main_thread() {
        assert!(!is_main());
        let main = main_thread();
        assert!(main.state().is_alive());
        assert_ne!(IDENT.get(), MAIN_IDENT.get());
        assert!(CURRENT.with(|current| current.get().is_none()));
        #[cfg(target_os = "linux")]
        assert_eq!(*main.record.native_id.wait(), main_native_id());
    }

    #[test]
    fn the_end_waits_for_threads_and_for_those_that_they_start() {
        let test = "the_end_waits_for_threads_and_for_those_that_they_start";
        if is_child() {
            let _end = wait_at_end();
            slow("first", || slow("second", || slow("third", || {})));
            eprintln!("main");
            return;
        }
        let output = in_child(test);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(stderr(&output), "main\nfirst\nsecond\nthird\n");
    }

    #[test]
    fn the_end_waits_after_a_panic_of_the_main_thread() {
        let test = "the_end_waits_after_a_panic_of_the_main_thread";
        if is_child() {
            let _end = wait_at_end();
            slow("finished", || {});
            panic!("main fails");
        }
        let output = in_child(test);
        assert!(!output.status.success(), "{output:?}");
        let text = stderr(&output);
        let (failed, finished) = (text.find("main fails"), text.find("\nfin"));
        assert!(failed.is_some() && failed < finished, "{text}");
    }

    #[test]
    fn the_end_waits_for_thread_local_values_too() {
        struct Last;
        impl Drop for Last {
            fn drop(&mut self) {
                thread::sleep(Duration::from_millis(20));
                eprintln!("dropped");
            }
        }
        thread_local! {
            static LAST: Last = const { Last };
        }
        if is_child() {
            let _end = wait_at_end();
            slow("task", || LAST.with(|_| ()));
            return;
        }
        let output = in_child("the_end_waits_for_thread_local_values_too");
        assert_eq!(stderr(&output), "task\ndropped\n");
    }

    #[test]
    fn the_end_does_not_wait_for_daemons_and_foreign_threads() {
        let test = "the_end_does_not_wait_for_daemons_and_foreign_threads";
        if !is_child() {
            let output = in_child(test);
            assert!(output.status.success(), "{output:?}");
            return;
        }
        let (keep, wait) = mpsc::channel::<()>();
        let thread = Thread::new(move || wait.recv_timeout(LONG).unwrap_err());
        let thread = thread.share();
        thread.record.settings.lock().daemon = true;
        thread.start().unwrap();
        let (keep_2, wait) = mpsc::channel::<()>();
        let foreign = thread::spawn(move || {
            wait.recv_timeout(LONG).unwrap_err();
        });
        // It would wait for `LONG`, and the tasks would fail.
        drop(wait_at_end());
        assert!(thread.state().is_alive());
        drop((keep, keep_2));
        thread.join().unwrap();
        foreign.join().unwrap();
    }

    #[test]
    fn who_waits_at_the_end_is_blocked_and_runs_again_afterwards() {
        let test = "who_waits_at_the_end_is_blocked_and_runs_again_afterwards";
        if !is_child() {
            let output = in_child(test);
            assert!(output.status.success(), "{output:?}");
            return;
        }
        let (give, get) = mpsc::channel::<ThreadHandle>();
        let watch = move || {
            let owner = get.recv_timeout(LONG).unwrap();
            let start = Instant::now();
            while owner.state() != State::Blocked {
                assert!(start.elapsed() < LONG, "it never happened");
                thread::yield_now();
            }
        };
        let owner = Thread::new(move || {
            let end = wait_at_end();
            Thread::new(watch).start().unwrap();
            drop(end);
            CURRENT.with(|current| current.get().unwrap().0.state())
        });
        let owner = owner.start().unwrap();
        give.send(owner.handle()).unwrap();
        assert_eq!(owner.join().unwrap(), State::Running);
    }
}
// ANCHOR_END: module
