// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! When a task panics: the report on standard error, and the [`Failure`] that
//! says what happened, where, and with which payload.
//!
//! `std` prints a panic and forgets the place: whoever joins the thread gets
//! the payload alone.
//! Here a panic hook notes the place while the panic begins, and
//! [`attempt`] joins it with the payload that it catches.
//! The report has the form of Python's: the thread, the place, the message.
//!
//! Use it below a thread or a pool of your own, whose tasks may fail.
//! If the program may end with the first panic, `std`'s own report is enough.
//!
//! # Before you copy it
//!
//! - [`note_panics`] puts a panic hook in front of the program's own, for the
//!   whole process. It notes where a task panics and prints the panic at
//!   once, in the form of its report, whether or not the task catches it.
//!   While a reporter is set (`set_excepthook` in `exceptions.rs`), it cannot
//!   know yet what the reporter will be told: then a panic that the task
//!   catches is printed when the task ends, or after 16 more panics.
//! - A panic hook that the program sets itself, before or after, is called
//!   for every panic, and prints alone. One that is set afterwards and does
//!   not call the hook it replaces leaves failures without a place.
//! - It knows by their texts the panics after which `std` ends the process,
//!   so tests fail if a new version of `std` changes them.
//! - In a child process made by `fork`, the hook and the notes of the thread
//!   that forked are still there, and work as before.
//!
//! The chapter that explains this file is `src/spawn.md`.

use std::any::{Any, TypeId};
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, Write};
use std::mem;
use std::panic::{self, AssertUnwindSafe, Location, PanicHookInfo};
use std::ptr;
use std::sync::Once;
use std::thread;

use parking_lot::{Mutex, RwLock};

// ANCHOR: failure
/// A panic that ended a task: what was said, where, and the payload.
///
/// # Examples
///
/// ```
/// use threading::spawn_report::{as_task, attempt, note_panics};
///
/// note_panics();
/// let bake = || as_task(|| "oven".to_owned(), || attempt(|| panic!("burnt")));
/// let failure: Result<(), _> = bake();
/// let failure = failure.unwrap_err();
/// assert_eq!(failure.message(), "burnt");
/// assert!(failure.place().is_some());
/// ```
pub struct Failure {
    pub(crate) message: String,
    pub(crate) place: Option<Place>,
    /// Boxed, so that the errors that carry a failure stay small.
    pub(crate) backtrace: Option<Box<Backtrace>>,
    /// Whether a panic hook has printed it.
    pub(crate) is_printed: bool,
    /// Never locked: the mutex only makes a failure `Sync`.
    pub(crate) payload: Mutex<Payload>,
}

/// A place in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The path of the file, as the compiler was given it.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
}

type Payload = Box<dyn Any + Send>;
// ANCHOR_END: failure

/// The caller gets the payload, and decides what to do about state that the
/// panic left half changed.
fn catch<T>(task: impl FnOnce() -> T) -> thread::Result<T> {
    panic::catch_unwind(AssertUnwindSafe(task))
}

/// Runs `work` as a part of a task of the thread that `name` names.
///
/// The panics within are noted, and printed with that name.
///
/// # Examples
///
/// See [`Failure`].
// ANCHOR: attempt
pub fn as_task<T>(name: fn() -> String, work: impl FnOnce() -> T) -> T {
    let _leave = Leave(TASK.replace(Some(name)));
    work()
}

/// Ends a task, also one whose panic was not caught.
struct Leave(Option<fn() -> String>);

impl Drop for Leave {
    fn drop(&mut self) {
        TASK.set(self.0);
    }
}

/// Runs a task or a part of one, and returns its panic as a [`Failure`].
///
/// Afterwards, the panics that it has caught itself are printed.
///
/// # Errors
///
/// The panic that left `task`.
///
/// # Examples
///
/// See [`Failure`].
pub fn attempt<T>(task: impl FnOnce() -> T) -> Result<T, Failure> {
    let outcome = catch(task).map_err(Failure::new);
    print_notes();
    outcome
}
// ANCHOR_END: attempt

/// Runs code that may panic where nothing can be done about that: the panic
/// ends here, and so does one in the destructor of its payload.
///
/// ```
/// use std::panic;
/// use threading::spawn_report::contain;
///
/// contain(|| panic::resume_unwind(Box::new("while dropping")));
/// ```
// ANCHOR: contain
pub fn contain(code: impl FnOnce()) {
    let dropped = catch(code).or_else(|payload| catch(|| drop(payload)));
    // A payload could panic without end each time it is dropped.
    mem::forget(dropped);
}
// ANCHOR_END: contain

// ANCHOR: panics
thread_local! {
    /// How to name the calling thread, while it runs a task.
    static TASK: Cell<Option<fn() -> String>> = const { Cell::new(None) };

    /// The latest panics of the task, in order.
    static PANICS: RefCell<Vec<Note>> = const { RefCell::new(Vec::new()) };
}

/// Is told of a failure, in the thread that failed, and lets no panic out.
pub type Reporter = fn(&mut Failure);

/// Who is told of a failure. `None` leaves it at what the panic hook prints.
static REPORTER: RwLock<Option<Reporter>> = RwLock::new(None);

/// Sets what is told of each failure, in place of the report on standard
/// error.
///
/// `None` brings back that report.
///
/// ```
/// use threading::spawn_report::set_reporter;
///
/// set_reporter(Some(|failure| println!("failed: {}", failure.message())));
/// set_reporter(None);
/// ```
pub fn set_reporter(reporter: Option<Reporter>) {
    *REPORTER.write() = reporter;
}

/// The panic hook that was there before ours.
struct Before {
    hook: Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send>,
    /// Whether that is `std`'s own, and not one that the program has set.
    is_std: bool,
}

/// Puts a hook in front of the program's panic hook, which notes where a task
/// panics.
///
/// The first call does so, and the others do nothing.
/// Call it before a task runs: without it, failures have no place, and are
/// printed by the program's own hook.
pub fn note_panics() {
    static INSTALLED: Once = Once::new();
    // A panicking thread may not touch the hook; the next start will.
    if thread::panicking() {
        return;
    }
    INSTALLED.call_once(|| {
        let hook = panic::take_hook();
        // Nothing is set now, so this is `std`'s own.
        let std_hook = panic::take_hook();
        let is_std = ptr::eq(&*hook, &*std_hook);
        let before = Before { hook, is_std };
        panic::set_hook(Box::new(move |info| before.panicked(info)));
    });
}

impl Before {
    /// Notes a panic of a task, for the end of the task.
    ///
    /// Only then is it known whether the task catches it, so it is printed
    /// now, unless there is a reporter to be told of it instead.
    fn panicked(&self, info: &PanicHookInfo<'_>) {
        if TASK.get().is_none() {
            return (self.hook)(info);
        }
        let note = Note::new(info);
        if ends_the_process(&note.message) {
            print_notes();
            return (self.hook)(info);
        }
        self.tell(info, note).keep();
    }

    /// Prints the panic, or leaves that to a reporter.
    fn tell(&self, info: &PanicHookInfo<'_>, mut note: Note) -> Note {
        if !self.is_std {
            (self.hook)(info);
            note.is_printed = true;
        } else if REPORTER.read().is_none() {
            note.print();
        }
        note
    }
}

/// Whether the process aborts after the panic hook, so that no thread can
/// report anything later.
///
/// `std` tells a hook so by these texts alone; tests fail if they change.
fn ends_the_process(message: &str) -> bool {
    cfg!(panic = "abort")
        || message == "panic in a function that cannot unwind"
        || message == "panic in a destructor during cleanup"
}

/// What the panic hook notes of a panic.
struct Note {
    message: String,
    /// The type of the payload.
    payload: TypeId,
    place: Option<Place>,
    backtrace: Box<Backtrace>,
    is_printed: bool,
}

impl Note {
    /// How many are kept of each thread.
    ///
    /// One is enough for a panic that nothing but the end of the task
    /// catches. The others are for destructors that panic while it unwinds,
    /// and catch that.
    const KEPT: usize = 16;

    fn new(info: &PanicHookInfo<'_>) -> Self {
        Note {
            message: message_of(info.payload()),
            payload: info.payload().type_id(),
            place: info.location().map(Place::from),
            backtrace: Box::new(Backtrace::capture()),
            is_printed: false,
        }
    }

    fn keep(self) {
        let mut notes = take_notes();
        if notes.len() == Note::KEPT {
            notes.remove(0).print();
        }
        notes.push(self);
        let _ = PANICS.try_with(|panics| panics.replace(notes));
    }

    /// Prints the note, unless it is printed already.
    fn print(&mut self) {
        if !mem::replace(&mut self.is_printed, true) {
            // The macro may panic, which a panic hook must not do.
            let _ = io::stderr().write_all(self.text().as_bytes());
        }
    }

    fn text(&self) -> String {
        let Note { message, place, .. } = self;
        let backtrace = Some(&*self.backtrace);
        report(&own_name(), message, place.as_ref(), backtrace)
    }

    /// Whether the panic with this payload left the note.
    fn is_of(&self, payload: &(dyn Any + Send), message: &str) -> bool {
        self.payload == payload.type_id() && self.message == message
    }
}

/// Takes the notes of the calling thread.
fn take_notes() -> Vec<Note> {
    PANICS.try_with(RefCell::take).unwrap_or_default()
}

/// Prints what is not printed yet, and forgets all notes.
fn print_notes() {
    take_notes().iter_mut().for_each(Note::print);
}

/// Takes the note of the latest panic with this payload.
fn take_note(payload: &(dyn Any + Send), message: &str) -> Option<Note> {
    let mut notes = take_notes();
    let last = notes.iter().rposition(|note| note.is_of(payload, message));
    let note = last.map(|place| notes.remove(place));
    let _ = PANICS.try_with(|panics| panics.replace(notes));
    note
}

/// The name of the calling thread, which runs a task.
fn own_name() -> String {
    TASK.get().map_or_else(String::new, |name| name())
}

/// Writes to standard error, through the macro since tests capture that.
pub(crate) fn eprint(text: &str) {
    // The macro panics where standard error is closed: nobody would read it.
    let _ = panic::catch_unwind(|| std::eprint!("{text}"));
}

impl From<&Location<'_>> for Place {
    fn from(location: &Location<'_>) -> Self {
        Place {
            file: location.file().to_owned(),
            line: location.line(),
            column: location.column(),
        }
    }
}

impl Failure {
    /// Joins a payload with what the panic hook noted.
    fn new(payload: Payload) -> Self {
        let message = message_of(&*payload);
        let note = take_note(&*payload, &message);
        let is_printed = note.as_ref().is_some_and(|note| note.is_printed);
        let (place, backtrace) =
            note.map(|note| (note.place, note.backtrace)).unzip();
        Failure {
            message,
            place: place.flatten(),
            backtrace,
            is_printed,
            payload: Mutex::new(payload),
        }
    }

    /// Reports the failure, in the thread that failed and within its task.
    ///
    /// The reporter is told, or else it is printed, in one write, unless a
    /// panic hook has done so.
    pub fn tell(&mut self) {
        let reporter = REPORTER.read().unwrap_or(Failure::print);
        reporter(self);
        print_notes();
    }

    /// Prints what happened, in the style of Python.
    ///
    /// A failure without a place did not come past our panic hook: either it
    /// was raised silently, by `resume_unwind`, or another hook has printed
    /// it.
    fn print(&mut self) {
        if self.place.is_some() && !self.is_printed {
            eprint(&self.report(&own_name()));
        }
    }

    /// The text that is printed for the failure of thread `name`.
    pub(crate) fn report(&self, name: &str) -> String {
        let backtrace = self.backtrace.as_deref();
        report(name, &self.message, self.place(), backtrace)
    }
}

pub(crate) fn report(
    name: &str,
    message: &str,
    place: Option<&Place>,
    backtrace: Option<&Backtrace>,
) -> String {
    let place = place.map(|place| format!("  at {place}\n"));
    let backtrace = backtrace
        .filter(|backtrace| backtrace.status() == BacktraceStatus::Captured)
        .map(|backtrace| format!("stack backtrace:\n{backtrace}"));
    let (place, backtrace) =
        (place.unwrap_or_default(), backtrace.unwrap_or_default());
    format!("Exception in thread {name}:\n{place}panic: {message}\n{backtrace}")
}

/// The text of a panic, or a stand-in if the payload is no text.
fn message_of(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return (*text).to_owned();
    }
    match payload.downcast_ref::<String>() {
        Some(text) => text.clone(),
        None => "Box<dyn Any>".to_owned(),
    }
}
// ANCHOR_END: panics

impl Failure {
    /// Returns the text of the panic.
    ///
    /// It is `Box<dyn Any>` for a payload that is no text, as with
    /// `std::panic::panic_any`.
    ///
    /// ```
    /// use std::panic;
    /// use threading::spawn_report::attempt;
    ///
    /// let raised = attempt(|| panic::resume_unwind(Box::new("no paper")));
    /// let failure: Result<(), _> = raised;
    /// assert_eq!(failure.unwrap_err().message(), "no paper");
    /// ```
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns where the panic began.
    ///
    /// It is `None` for `std::panic::resume_unwind`, which has no place, and
    /// where the program has set a panic hook after [`note_panics`].
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Takes the payload out, to look at it or to panic with it again.
    ///
    /// ```
    /// use std::panic;
    /// use threading::spawn_report::attempt;
    ///
    /// let raised = attempt(|| panic::panic_any(404_u16));
    /// let failure: Result<(), _> = raised;
    /// let payload = failure.unwrap_err().into_payload();
    /// assert_eq!(*payload.downcast::<u16>().unwrap(), 404);
    /// ```
    #[must_use]
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.payload.into_inner()
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("message", &self.message)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::process::{Command, Output};

    use super::*;

    const CHILD: &str = "THREADING_TEST_CHILD";

    /// Runs one test of this file in a process of its own, where [`CHILD`]
    /// is set.
    fn in_child(test: &str) -> Output {
        child(test).env(CHILD, "1").output().unwrap()
    }

    fn child(test: &str) -> Command {
        let path = format!("{}::{test}", module_path!());
        let (_crate, path) = path.split_once("::").unwrap();
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args([path, "--exact", "--nocapture", "--test-threads=1"])
            .env_remove("RUST_BACKTRACE")
            .env_remove("RUST_LIB_BACKTRACE");
        command
    }

    fn is_child() -> bool {
        env::var_os(CHILD).is_some()
    }

    /// Runs a task in a thread called `Thread-1`.
    fn run<T: Send + 'static>(
        task: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        note_panics();
        let work = || {
            let tell = |mut failure: Failure| {
                failure.tell();
                failure
            };
            attempt(task).map_err(tell)
        };
        let name = || "Thread-1".to_owned();
        let thread = thread::spawn(move || as_task(name, work));
        thread.join().unwrap()
    }

    #[test]
    fn a_failure_has_the_message_the_place_and_the_payload() {
        let test = "a_failure_has_the_message_the_place_and_the_payload";
        if !is_child() {
            let text = stderr(test);
            let start = "Exception in thread Thread-1:\n  at ";
            assert!(text.starts_with(start), "{text}");
            assert_eq!(text.matches("panic: out of paper\n").count(), 1);
            return;
        }
        let what = String::from("paper");
        let task = move || -> () { panic!("out of {what}") };
        let failure = run(task).unwrap_err();
        assert_eq!(failure.message(), "out of paper");
        let place = failure.place().unwrap();
        assert!(place.file.ends_with("spawn_report.rs") && place.line > 1);
        let payload = failure.into_payload().downcast::<String>();
        assert_eq!(*payload.unwrap(), "out of paper");
    }

    #[test]
    fn a_silent_panic_has_no_place_and_is_not_printed() {
        let test = "a_silent_panic_has_no_place_and_is_not_printed";
        if !is_child() {
            assert_eq!(stderr(test), "");
            return;
        }
        let task = || -> () { panic::resume_unwind(Box::new("silent")) };
        let failure = run(task).unwrap_err();
        assert_eq!((failure.message(), failure.place()), ("silent", None));
    }

    #[test]
    fn what_panics_while_it_is_contained_goes_no_further() {
        struct Fails;
        impl Drop for Fails {
            fn drop(&mut self) {
                panic::resume_unwind(Box::new(Fails));
            }
        }
        contain(|| panic::resume_unwind(Box::new(Fails)));
        contain(|| drop(Fails));
    }

    #[test]
    fn a_task_within_a_task_does_not_end_it() {
        let name = || TASK.get().map(|name| name());
        let (one, two) = (|| "one".to_owned(), || "two".to_owned());
        let names = as_task(one, || (as_task(two, name), name()));
        assert_eq!(names, (Some(two()), Some(one())));
        assert_eq!(name(), None);
    }

    /// What the child wrote to standard error, if all went well there.
    fn stderr(test: &str) -> String {
        let output = in_child(test);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// The messages and marks in a text, in order, without the places.
    fn messages(text: &str) -> Vec<&str> {
        let is_frame = |line: &str| {
            line.starts_with("Exception") || line.starts_with("  at ")
        };
        text.lines().filter(|line| !is_frame(line)).collect()
    }

    fn caught(message: &'static str) {
        panic::catch_unwind(|| panic!("{message}")).unwrap_err();
    }

    /// A destructor that panics, and catches that itself.
    struct Cleaner(&'static str);

    impl Drop for Cleaner {
        fn drop(&mut self) {
            caught(self.0);
        }
    }

    #[test]
    fn a_panic_that_the_task_catches_is_printed_at_once_and_is_no_failure() {
        let test = "a_panic_that_the_task_catches_is_printed_at_once_and_is_\
                    no_failure";
        if is_child() {
            let task = || {
                caught("caught");
                std::eprintln!("the task goes on");
                caught("caught, too");
            };
            run(task).unwrap();
            std::eprintln!("the end");
            return;
        }
        let text = stderr(test);
        let all = [
            "panic: caught",
            "the task goes on",
            "panic: caught, too",
            "the end",
        ];
        assert_eq!(messages(&text), all);
        assert_eq!(text.matches("  at ").count(), 2, "{text}");
    }

    /// A task that fails, while destructors catch panics of their own.
    fn fails_beside_others() -> Failure {
        let task = || -> () {
            caught("before");
            let _cleaners = ["one", "two", "the real one"].map(Cleaner);
            panic!("the real one");
        };
        run(task).unwrap_err()
    }

    #[test]
    fn panics_caught_while_another_unwinds_do_not_hide_it() {
        let test = "panics_caught_while_another_unwinds_do_not_hide_it";
        if is_child() {
            let failure = fails_beside_others();
            assert_eq!(failure.message(), "the real one");
            assert!(failure.place().is_some());
            return;
        }
        let all = ["before", "the real one", "one", "two", "the real one"];
        let all = all.map(|message| format!("panic: {message}"));
        assert_eq!(messages(&stderr(test)), all);
    }

    #[test]
    fn with_a_reporter_it_gets_the_failure_and_the_others_are_printed() {
        let test =
            "with_a_reporter_it_gets_the_failure_and_the_others_are_printed";
        if is_child() {
            set_reporter(Some(|failure| {
                assert!(failure.place.is_some() && !failure.is_printed);
                std::eprintln!("told: {}", failure.message);
                caught("in the reporter");
            }));
            fails_beside_others();
            run(|| caught("all is well")).unwrap();
            run(|| caught("all is well")).unwrap();
            return;
        }
        let text = stderr(test);
        let all = [
            "panic: before",
            "panic: one",
            "panic: two",
            "panic: the real one",
            "told: the real one",
            "panic: in the reporter",
            "panic: all is well",
            "panic: all is well",
        ];
        assert_eq!(messages(&text), all);
    }

    #[test]
    fn notes_of_caught_panics_do_not_pile_up() {
        for reporter in [None, Some((|_| ()) as Reporter)] {
            let test = "notes_of_caught_panics_do_not_pile_up";
            if !is_child() {
                let text = stderr(test);
                assert_eq!(text.matches("panic: again").count(), 200);
                continue;
            }
            set_reporter(reporter);
            let task = || {
                for _ in 0..100 {
                    caught("again");
                    let count = PANICS.with_borrow(Vec::len);
                    assert!((1..=Note::KEPT).contains(&count), "{count}");
                }
            };
            run(task).unwrap();
        }
    }

    #[test]
    fn a_hook_of_the_program_is_called_for_every_panic_and_prints_alone() {
        let test =
            "a_hook_of_the_program_is_called_for_every_panic_and_prints_alone";
        // One has no size, as `std`'s own has none, and the other has.
        let set_first = || {
            panic::set_hook(Box::new(|info| {
                let message = message_of(info.payload());
                std::eprintln!("the first hook: {message}");
            }));
        };
        let set_another = |name: &'static str| {
            panic::set_hook(Box::new(move |info| {
                let message = message_of(info.payload());
                std::eprintln!("the {name} hook: {message}");
            }));
        };
        let fail_in_many_ways = || {
            let task = || -> () {
                caught("caught");
                panic!("ours");
            };
            let failure = run(task).unwrap_err();
            let foreign = thread::spawn(|| panic!("foreign"));
            foreign.join().unwrap_err();
            failure
        };
        if is_child() {
            set_first();
            assert!(fail_in_many_ways().place().is_some());
            // One that comes after the first task sees all, too.
            set_another("second");
            assert_eq!(fail_in_many_ways().place(), None);
            return;
        }
        let text = stderr(test);
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        let all = [
            "the first hook: caught",
            "the first hook: foreign",
            "the first hook: ours",
            "the second hook: caught",
            "the second hook: foreign",
            "the second hook: ours",
        ];
        assert_eq!(lines, all);
    }

    #[test]
    fn panics_outside_tasks_go_to_the_hook_that_was_there() {
        let test = "panics_outside_tasks_go_to_the_hook_that_was_there";
        if is_child() {
            run(|| ()).unwrap();
            thread::spawn(|| panic!("foreign")).join().unwrap_err();
            return;
        }
        let text = stderr(test);
        assert!(text.contains("thread '<unnamed>'"), "{text}");
        assert!(text.contains(" panicked at "), "{text}");
        assert!(!text.contains("Exception"), "{text}");
        assert_eq!(text.matches("foreign").count(), 1, "{text}");
    }

    #[test]
    fn a_panic_that_ends_the_process_is_printed_before() {
        struct Fails;
        impl Drop for Fails {
            fn drop(&mut self) {
                panic!("while unwinding");
            }
        }
        let test = "a_panic_that_ends_the_process_is_printed_before";
        if is_child() {
            let _ = run(|| -> () {
                let _fails = Fails;
                panic!("the first");
            });
            return;
        }
        let output = in_child(test);
        assert!(!output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("panic: the first\n"), "{text}");
        assert!(text.contains("panic: while unwinding\n"), "{text}");
    }

    /// With a reporter, notes wait for the end of the task, which never
    /// comes: this fails if `std` words such a panic in another way.
    #[test]
    fn std_says_in_known_words_that_a_panic_ends_the_process() {
        struct Fails;
        impl Drop for Fails {
            fn drop(&mut self) {
                panic!("while unwinding");
            }
        }
        extern "C" fn in_c() {
            panic!("across C");
        }
        let test = "std_says_in_known_words_that_a_panic_ends_the_process";
        let which = env::var("THREADING_TEST_WHICH");
        if let Ok(which) = which {
            set_reporter(Some(|_| ()));
            let _ = run(move || -> () {
                let _fails = (which == "drop").then(|| Fails);
                if which == "C" {
                    in_c();
                }
                panic!("the first");
            });
            return;
        }
        for (which, messages) in [
            ("drop", ["panic: the first", "panic: while unwinding"]),
            ("C", ["panic: across C", "panic in a function that cannot"]),
        ] {
            let output = child(test)
                .env("THREADING_TEST_WHICH", which)
                .output()
                .unwrap();
            assert!(!output.status.success(), "{output:?}");
            let text = String::from_utf8(output.stderr).unwrap();
            for message in messages {
                assert!(text.contains(message), "{text}");
            }
        }
    }
}
// ANCHOR_END: module
