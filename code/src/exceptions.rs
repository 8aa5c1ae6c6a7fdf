// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! When a thread fails: the hook that reports a panic.
//!
//! A panic ends the thread in which it happens. In the main thread, it ends
//! the process.
//! [`excepthook`] returns the hook that is called then, and
//! [`set_excepthook`] puts another one in its place.
//! The default one prints what happened on standard error, in one write.
//!
//! Use a hook to log the failures of all threads in one place.
//! To react to the failure of one thread, join it: see
//! [`JoinError::Panicked`](super::spawn::JoinError::Panicked).
//!
//! # Before you copy it
//!
//! - The hook is for threads that were started by `spawn.rs`, whose first
//!   start puts a panic hook in front of the program's: see there.
//! - While a hook is set, a panic that a task catches itself is printed when
//!   the task ends, or after 16 more panics: until then nothing tells it from
//!   the one that the hook will get.
//! - A panic hook of the program's own (`std::panic::set_hook`) is called for
//!   every panic at once, besides this hook.
//! - A panic of the main thread calls no hook and ends the process, with all
//!   threads. With `panic = "abort"` so does every panic.
//!
//! The chapter that explains this file is `src/exceptions.md`.
//!
//! Travels with: `spawn.rs`, `life_cycle.rs`, `spawn_join.rs`,
//! `spawn_native.rs`, `spawn_report.rs`.

use std::any::Any;
use std::backtrace::Backtrace;
use std::fmt;
use std::mem;
use std::sync::{Arc, LazyLock};

use parking_lot::RwLock;

use super::spawn::{CURRENT, Failure, Place, ThreadHandle};
use super::spawn_report::{attempt, contain, eprint, report, set_reporter};

// ANCHOR: args
/// What a hook is told about a panic that ended a thread.
///
/// # Differences from Python
///
/// `exc_type` and `exc_value` are [`payload`](ExceptHookArgs::payload) and
/// [`message`](ExceptHookArgs::message), `exc_traceback` is
/// [`place`](ExceptHookArgs::place) and
/// [`backtrace`](ExceptHookArgs::backtrace).
pub struct ExceptHookArgs<'a> {
    /// What the thread panicked with; `downcast_ref` finds its type.
    pub payload: &'a (dyn Any + Send),
    /// The text of the panic, or `Box<dyn Any>` if the payload is no text.
    pub message: &'a str,
    /// Where the panic began, if that is known.
    ///
    /// `std::panic::resume_unwind` has no place. Nor is it known where the
    /// program set a panic hook of its own after the first start of a
    /// thread; that hook has seen the panic then.
    pub place: Option<&'a Place>,
    /// How it came there, if the environment asks for backtraces:
    /// `RUST_LIB_BACKTRACE` decides, or `RUST_BACKTRACE` if that is not set.
    pub backtrace: Option<&'a Backtrace>,
    /// The thread that failed, which is the calling thread.
    pub thread: &'a ThreadHandle,
    /// Whether the program's own panic hook has printed it.
    is_printed: bool,
}

/// A hook: a function that is called in a thread that failed.
pub type ExceptHook = Arc<dyn Fn(&ExceptHookArgs<'_>) + Send + Sync>;
// ANCHOR_END: args

// ANCHOR: hook
/// The hook, or `None` for the default.
static HOOK: RwLock<Option<ExceptHook>> = RwLock::new(None);

/// The one `Arc` of the default, by which it is known when it comes back.
static DEFAULT: LazyLock<ExceptHook> =
    LazyLock::new(|| Arc::new(default_excepthook));
// ANCHOR_END: hook

/// Returns the hook that is called when a thread fails.
///
/// ```
/// use std::sync::Arc;
/// use threading::exceptions::{
///     ExceptHookArgs, excepthook, set_excepthook,
/// };
///
/// // Count, and report as before.
/// let before = excepthook();
/// set_excepthook(Arc::new(move |args: &ExceptHookArgs| before(args)));
/// ```
// ANCHOR: excepthook
#[must_use]
pub fn excepthook() -> ExceptHook {
    let hook = HOOK.read().clone();
    hook.unwrap_or_else(|| Arc::clone(&DEFAULT))
}
// ANCHOR_END: excepthook

/// Sets the hook that is called when a thread fails, and returns the old
/// one.
///
/// The hook is called in the thread that failed, while it is alive, for a
/// panic that the task did not catch.
/// Several threads may call it at once.
/// If it panics itself, both panics are printed, and the thread ends as it
/// would have.
/// Setting the default hook again restores it, in all that it does.
///
/// ```
/// use std::sync::Arc;
/// use threading::Thread;
/// use threading::exceptions::{ExceptHookArgs, set_excepthook};
///
/// let old = set_excepthook(Arc::new(|args: &ExceptHookArgs| {
///     println!("failed: {}", args.message);
/// }));
/// let thread = Thread::new(|| panic!("out of paper")).start()?;
/// assert!(thread.join().is_err());
/// set_excepthook(old);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Differences from Python
///
/// This is `threading.excepthook = hook`.
/// A hook that raises makes Python report its exception alone; here the
/// thread's own is reported as well.
///
/// Source: [threading.excepthook][python].
///
/// [python]: https://docs.python.org/3/library/threading.html
// ANCHOR: set_excepthook
pub fn set_excepthook(hook: ExceptHook) -> ExceptHook {
    let is_default = Arc::ptr_eq(&hook, &DEFAULT);
    let hook = (!is_default).then_some(hook);
    let mut current = HOOK.write();
    set_reporter(hook.is_some().then_some(call_hook));
    let old = mem::replace(&mut *current, hook);
    old.unwrap_or_else(|| Arc::clone(&DEFAULT))
}
// ANCHOR_END: set_excepthook

/// Prints what happened on standard error, in one write, so that the reports
/// of several threads don't mix.
///
/// This is the hook if no other was set. Then the report is printed when the
/// panic begins, also if the task catches it; see the head of this module.
/// It prints the name of the thread, the place, the message and, if
/// `RUST_BACKTRACE` asks for it, the backtrace.
/// It prints nothing that a panic hook has printed already, nor where `place`
/// is `None`: see [`ExceptHookArgs::place`].
// ANCHOR: default_excepthook
pub fn default_excepthook(args: &ExceptHookArgs<'_>) {
    if args.place.is_some() && !args.is_printed {
        eprint(&args.report());
    }
}
// ANCHOR_END: default_excepthook

// ANCHOR: call
fn call_hook(failure: &mut Failure) {
    // A thread tells of a failure before it is at its end.
    let thread = CURRENT.with(|current| Some(current.get()?.0.clone()));
    if let Some(thread) = thread {
        call_hook_for(&thread, failure);
    }
}

fn call_hook_for(thread: &ThreadHandle, failure: &mut Failure) {
    let args = ExceptHookArgs::new(thread, failure);
    // No lock is held here: the hook may set another one. If it has done so,
    // this is the last handle of the old one.
    let hook = excepthook();
    let called = attempt(|| hook(&args));
    contain(|| drop(hook));
    if let Err(hook_failure) = called {
        report_both(thread, failure, &hook_failure);
        contain(|| drop(hook_failure));
    }
}

/// Prints what the hook should have reported, and why it has not.
fn report_both(thread: &ThreadHandle, failure: &Failure, hook: &Failure) {
    let name = thread.record.name();
    let title = format!("{name}, in the excepthook");
    let texts = [(failure, &name), (hook, &title)]
        .into_iter()
        .filter(|(failure, _)| !failure.is_printed)
        .map(|(failure, name)| failure.report(name));
    eprint(&texts.collect::<String>());
}
// ANCHOR_END: call

impl<'a> ExceptHookArgs<'a> {
    fn new(thread: &'a ThreadHandle, failure: &'a mut Failure) -> Self {
        ExceptHookArgs {
            payload: &**failure.payload.get_mut(),
            message: &failure.message,
            place: failure.place.as_ref(),
            backtrace: failure.backtrace.as_deref(),
            thread,
            is_printed: failure.is_printed,
        }
    }
}

impl ExceptHookArgs<'_> {
    fn report(&self) -> String {
        report(
            &self.thread.record.name(),
            self.message,
            self.place,
            self.backtrace,
        )
    }
}

impl fmt::Debug for ExceptHookArgs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExceptHookArgs")
            .field("message", &self.message)
            .field("place", &self.place)
            .field("thread", &self.thread)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::panic;
    use std::process::{Command, Output, Stdio};
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use parking_lot::Mutex;

    use super::super::life_cycle::State;
    use super::super::spawn::{JoinError, Thread};
    use super::*;

    const CHILD: &str = "THREADING_TEST_CHILD";

    /// The hook is the whole program's, so each test that sets it runs in a
    /// process of its own.
    fn in_child(test: &str, capture: bool) -> Output {
        let path = format!("{}::{test}", module_path!());
        let (_crate, path) = path.split_once("::").unwrap();
        Command::new(env::current_exe().unwrap())
            .args([path, "--exact", "--test-threads=1"])
            .args((!capture).then_some("--nocapture"))
            .env(CHILD, "1")
            .env_remove("RUST_BACKTRACE")
            .output()
            .unwrap()
    }

    fn is_child() -> bool {
        env::var_os(CHILD).is_some()
    }

    /// What the child wrote to standard error, if all went well there.
    fn stderr(test: &str) -> String {
        let output = in_child(test, false);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn failing(message: &'static str) -> Thread {
        Thread::new(move || panic!("{message}")).start().unwrap()
    }

    #[test]
    fn a_hook_gets_the_payload_the_message_the_place_and_the_thread() {
        let test =
            "a_hook_gets_the_payload_the_message_the_place_and_the_thread";
        if !is_child() {
            assert_eq!(stderr(test), "");
            return;
        }
        let seen = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&seen);
        set_excepthook(Arc::new(move |args: &ExceptHookArgs| {
            let place = args.place.unwrap();
            assert!(place.file.ends_with("exceptions.rs") && place.line > 1);
            assert_eq!(args.thread.state(), State::Running);
            let code = args.payload.downcast_ref::<u16>().copied();
            let text = args.payload.downcast_ref::<String>().cloned();
            let message = args.message.to_owned();
            told.lock().push((code, text, message, args.thread.clone()));
        }));
        let text = failing("no paper");
        let code = Thread::new(|| panic::panic_any(404_u16)).start().unwrap();
        // Both keep their payload for the joiner.
        let Err(JoinError::Panicked(failure)) = code.join() else {
            unreachable!();
        };
        assert_eq!(*failure.into_payload().downcast::<u16>().unwrap(), 404);
        text.join().unwrap_err();

        let mut seen = mem_take(&seen);
        seen.sort_by_key(|(code, ..)| *code);
        let paper = Some("no paper".to_owned());
        let message = "no paper".to_owned();
        assert_eq!(seen[0], (None, paper, message, text.handle()));
        let message = "Box<dyn Any>".to_owned();
        assert_eq!(seen[1], (Some(404), None, message, code.handle()));
        assert_eq!(seen.len(), 2);
    }

    fn mem_take<T: Default>(value: &Mutex<T>) -> T {
        mem::take(&mut value.lock())
    }

    #[test]
    fn setting_a_hook_returns_the_old_one_and_restores_it() {
        let test = "setting_a_hook_returns_the_old_one_and_restores_it";
        if !is_child() {
            let text = stderr(test);
            assert_eq!(text.matches("panic: to the default").count(), 2);
            assert_eq!(text.lines().count(), 6, "{text}");
            return;
        }
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let count: ExceptHook = Arc::new(move |_: &ExceptHookArgs| {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let calls = || calls.load(Ordering::Relaxed);

        let default = set_excepthook(Arc::clone(&count));
        failing("to the first").join().unwrap_err();
        assert_eq!(calls(), 1);
        assert!(Arc::ptr_eq(&excepthook(), &count));

        let first = set_excepthook(default);
        assert!(Arc::ptr_eq(&first, &count));
        failing("to the default").join().unwrap_err();
        assert_eq!(calls(), 1);

        // A hook may call another one.
        set_excepthook(Arc::new(move |args: &ExceptHookArgs| {
            first(args);
            default_excepthook(args);
        }));
        failing("to the default").join().unwrap_err();
        assert_eq!(calls(), 2);
    }

    #[test]
    fn ten_threads_that_fail_at_once_print_ten_whole_reports() {
        let test = "ten_threads_that_fail_at_once_print_ten_whole_reports";
        if is_child() {
            let line = Arc::new(Barrier::new(10));
            let threads = [(); 10].map(|()| {
                let line = Arc::clone(&line);
                let task = move || {
                    line.wait();
                    panic!("one of ten");
                };
                Thread::new(task).start().unwrap()
            });
            for thread in threads {
                thread.wait().unwrap();
            }
            return;
        }
        let text = stderr(test);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 30, "{text}");
        for report in lines.chunks(3) {
            let title = "Exception in thread Thread-";
            assert!(report[0].starts_with(title), "{text}");
            assert!(report[1].starts_with("  at "), "{text}");
            assert_eq!(report[2], "panic: one of ten");
        }
    }

    /// Each write to a datagram socket is a message of its own.
    #[test]
    #[cfg(unix)]
    fn a_report_is_one_write() {
        use std::os::fd::OwnedFd;
        use std::os::unix::net::UnixDatagram;

        let test = "a_report_is_one_write";
        if is_child() {
            failing("whole").join().unwrap_err();
            return;
        }
        let (reader, writer) = UnixDatagram::pair().unwrap();
        let path = format!("{}::{test}", module_path!());
        let (_crate, path) = path.split_once("::").unwrap();
        let status = Command::new(env::current_exe().unwrap())
            .args([path, "--exact", "--nocapture"])
            .env(CHILD, "1")
            .env_remove("RUST_BACKTRACE")
            .stdout(Stdio::null())
            .stderr(OwnedFd::from(writer))
            .status();
        assert!(status.unwrap().success());

        let mut report = [0; 4096];
        let length = reader.recv(&mut report).unwrap();
        let report = std::str::from_utf8(&report[..length]).unwrap();
        assert!(report.starts_with("Exception in thread Thread-1:\n"));
        assert!(report.ends_with("\npanic: whole\n"), "{report}");
        reader.set_nonblocking(true).unwrap();
        reader.recv(&mut [0]).unwrap_err();
    }

    #[test]
    fn a_hook_that_panics_falls_back_to_the_default_and_says_so() {
        let test = "a_hook_that_panics_falls_back_to_the_default_and_says_so";
        if is_child() {
            set_excepthook(Arc::new(|_: &ExceptHookArgs| panic!("hook")));
            let thread = failing("task");
            let JoinError::Panicked(failure) = thread.join().unwrap_err()
            else {
                unreachable!();
            };
            assert_eq!(failure.message(), "task");
            return;
        }
        let text = stderr(test);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "Exception in thread Thread-1:");
        assert_eq!(lines[2], "panic: task");
        assert_eq!(
            lines[3],
            "Exception in thread Thread-1, in the excepthook:"
        );
        assert_eq!(lines[5..], ["panic: hook"]);
    }

    #[test]
    fn what_a_panic_hook_has_printed_is_not_printed_again() {
        let test = "what_a_panic_hook_has_printed_is_not_printed_again";
        if is_child() {
            panic::set_hook(Box::new(|_| eprintln!("the panic hook")));
            set_excepthook(Arc::new(|args: &ExceptHookArgs| {
                eprintln!("the excepthook: {}", args.message);
                default_excepthook(args);
            }));
            failing("task").join().unwrap_err();
            set_excepthook(Arc::new(|_: &ExceptHookArgs| panic!("hook")));
            failing("task").join().unwrap_err();
            return;
        }
        let all = "the panic hook\nthe excepthook: task\n\
                   the panic hook\nthe panic hook\n";
        assert_eq!(stderr(test), all);
    }

    #[test]
    fn a_caught_panic_is_printed_when_the_task_ends_or_else_at_once() {
        let test =
            "a_caught_panic_is_printed_when_the_task_ends_or_else_at_once";
        if is_child() {
            let catch = || {
                panic::catch_unwind(|| panic!("caught")).unwrap_err();
                eprintln!("the task goes on");
            };
            let run = || Thread::new(catch).start().unwrap().join().unwrap();
            let default = set_excepthook(Arc::new(|_: &ExceptHookArgs| {}));
            run();
            set_excepthook(default);
            run();
            return;
        }
        let text = stderr(test);
        let is_place = |line: &&str| !line.starts_with("  at ");
        let lines: Vec<&str> = text.lines().filter(is_place).collect();
        let all = [
            "the task goes on",
            "Exception in thread Thread-1:",
            "panic: caught",
            "Exception in thread Thread-2:",
            "panic: caught",
            "the task goes on",
        ];
        assert_eq!(lines, all);
    }

    #[test]
    fn a_hook_may_set_another_hook() {
        if !is_child() {
            assert_eq!(stderr("a_hook_may_set_another_hook"), "second\n");
            return;
        }
        set_excepthook(Arc::new(|_: &ExceptHookArgs| {
            set_excepthook(Arc::new(|args: &ExceptHookArgs| {
                eprintln!("{}", args.message);
            }));
        }));
        failing("first").join().unwrap_err();
        failing("second").join().unwrap_err();
    }

    #[test]
    fn tests_that_capture_output_capture_the_report() {
        let test = "tests_that_capture_output_capture_the_report";
        if is_child() {
            failing("captured").join().unwrap_err();
            set_excepthook(Arc::new(|_: &ExceptHookArgs| panic!("hook")));
            failing("captured").join().unwrap_err();
            return;
        }
        assert!(stderr(test).contains("panic: captured"));
        let output = in_child(test, true);
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8(all).unwrap();
        assert!(!all.contains("captured\n"), "{all}");
    }

    #[test]
    fn others_go_on_when_a_thread_fails() {
        if is_child() {
            let other = Thread::new(|| {
                let failed = failing("expected");
                failed.wait().unwrap();
                5
            });
            assert_eq!(other.start().unwrap().join().unwrap(), 5);
            return;
        }
        assert!(stderr("others_go_on_when_a_thread_fails").contains("expec"));
    }

    #[test]
    fn a_panic_that_is_resumed_is_passed_to_the_hook_silently() {
        let test = "a_panic_that_is_resumed_is_passed_to_the_hook_silently";
        if is_child() {
            let fail = || panic::resume_unwind(Box::new("resumed"));
            let thread: Thread = Thread::new(fail).start().unwrap();
            thread.join().unwrap_err();
            set_excepthook(Arc::new(|args: &ExceptHookArgs| {
                eprintln!("{} {:?}", args.message, args.place);
            }));
            let thread: Thread = Thread::new(fail).start().unwrap();
            thread.join().unwrap_err();
            return;
        }
        assert_eq!(stderr(test), "resumed None\n");
    }

    #[test]
    fn a_backtrace_is_printed_where_it_is_asked_for() {
        let test = "a_backtrace_is_printed_where_it_is_asked_for";
        if is_child() {
            failing("with a backtrace").join().unwrap_err();
            return;
        }
        let path = format!("{}::{test}", module_path!());
        let (_crate, path) = path.split_once("::").unwrap();
        let output = Command::new(env::current_exe().unwrap())
            .args([path, "--exact", "--nocapture"])
            .env(CHILD, "1")
            .env("RUST_BACKTRACE", "1")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("backtrace\nstack backtrace:\n"), "{text}");
    }
}
// ANCHOR_END: module
