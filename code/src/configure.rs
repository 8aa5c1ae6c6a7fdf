// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A thread's name and daemon flag, set before it starts.
//!
//! A [`NewThread`] is set up in a chain, and its start ends the chain, so
//! nothing can be set too late.
//! A handle that was shared before the start is set up through
//! [`set_name`](ThreadHandle::set_name) and
//! [`set_daemon`](ThreadHandle::set_daemon), which say so when it is too
//! late.
//!
//! Use a name for whatever lives longer than a moment: it appears in
//! panic reports, in debuggers and in the system's list of threads.
//! Use a daemon only for work that may be cut off when the program ends.
//!
//! # Before you copy it
//!
//! - The daemon flag decides for whom a program waits that ends with
//!   `wait_at_end`, in `main_thread.rs`. Without that, the end of `main`
//!   waits for no thread, and the flag is only a note.
//! - The operating system may cut a name off: Linux keeps 15 bytes, even if
//!   that splits a character.
//! - It needs 64-bit atomics, as `spawn.rs` does.
//!
//! The chapter that explains this file is `src/configure.md`.
//!
//! Travels with: `spawn.rs`, `life_cycle.rs`, `spawn_join.rs`,
//! `spawn_native.rs`, `spawn_report.rs`.

use std::fmt;

use super::life_cycle::State;
use super::spawn::{NewThread, Settings, ThreadHandle};

/// What is set before the start.
///
/// # Examples
///
/// ```
/// use threading::Thread;
///
/// let clock = Thread::new(|| "tick").name("clock").daemon(true);
/// assert_eq!(clock.start()?.join()?, "tick");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<T> NewThread<T> {
    /// Gives the thread a name.
    ///
    /// The system gets it too, as far as it has room: 15 bytes on Linux.
    /// A number like `Thread-1` would tell it nothing, and is kept from it.
    ///
    /// # Differences from Python
    ///
    /// This is `Thread(name=...)`.
    // ANCHOR: name
    pub fn name(self, name: impl Into<String>) -> Self {
        let name = Some(name.into());
        self.thread.record.settings.lock().name.given = name;
        self
    }
    // ANCHOR_END: name

    /// Makes the thread a daemon, or not.
    ///
    /// A program that waits for its threads at its end, by `wait_at_end` in
    /// `main_thread.rs`, does not wait for a daemon: that is killed wherever
    /// it is, its destructors do not run, and what it was about to write
    /// stays half written.
    /// In a program without such a line, this happens to every thread that
    /// still runs when `main` returns.
    ///
    /// A thread that is not told is a daemon if the thread that made it is
    /// one.
    ///
    /// # Differences from Python
    ///
    /// This is `Thread(daemon=...)`.
    /// In Python, a thread made in one that `threading` has not started is a
    /// daemon by default; here it is not.
    // ANCHOR: daemon
    pub fn daemon(self, daemon: bool) -> Self {
        self.thread.record.settings.lock().daemon = daemon;
        self
    }
    // ANCHOR_END: daemon
}

/// What can be set through a handle, as long as the thread is not started.
///
/// # Examples
///
/// ```
/// use threading::Thread;
///
/// let thread = Thread::new(|| ()).share();
/// thread.set_name("clock")?;
/// thread.start()?;
/// assert!(thread.set_name("watch").is_err());
/// assert!(format!("{thread:?}").starts_with("Thread(clock, "));
/// # thread.join()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl ThreadHandle {
    /// Gives the thread a name, unless it is started.
    ///
    /// # Errors
    ///
    /// [`TooLateError`] if the thread is started; its name stays.
    ///
    /// # Differences from Python
    ///
    /// Python renames a running thread, though the system may keep the old
    /// name.
    // ANCHOR: set_name
    pub fn set_name(
        &self,
        name: impl Into<String>,
    ) -> Result<(), TooLateError> {
        let name = Some(name.into());
        self.set(Setting::Name, |settings| settings.name.given = name)
    }
    // ANCHOR_END: set_name

    /// Makes the thread a daemon, or not, unless it is started.
    ///
    /// # Errors
    ///
    /// [`TooLateError`] if the thread is started; nothing changes.
    ///
    /// # Differences from Python
    ///
    /// Python raises `RuntimeError: cannot set daemon status of active
    /// thread`, after the end of the thread too.
    // ANCHOR: set_daemon
    pub fn set_daemon(&self, daemon: bool) -> Result<(), TooLateError> {
        self.set(Setting::Daemon, |settings| settings.daemon = daemon)
    }

    fn set(
        &self,
        setting: Setting,
        change: impl FnOnce(&mut Settings),
    ) -> Result<(), TooLateError> {
        let record = &self.record;
        // A start takes the same lock: it sees all of this, or none.
        let mut settings = record.settings.lock();
        if record.foreign || record.join.is_started() {
            let state = record.started_state();
            return Err(TooLateError { setting, state });
        }
        change(&mut settings);
        Ok(())
    }
    // ANCHOR_END: set_daemon
}

/// What a thread can be set up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Its name.
    Name,
    /// Whether it is a daemon.
    Daemon,
}

/// The error of a setting that came after the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLateError {
    /// What was to be set.
    pub setting: Setting,
    /// The state of the thread at that moment.
    pub state: State,
}

impl fmt::Display for TooLateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let setting = match self.setting {
            Setting::Name => "name",
            Setting::Daemon => "daemon flag",
        };
        let state = self.state;
        write!(
            f,
            "too late to set the {setting}: the thread is already {state}"
        )
    }
}

impl std::error::Error for TooLateError {}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::super::spawn::{Record, Thread, next_ident, numbered};
    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    fn settings(thread: &ThreadHandle) -> (String, bool) {
        let settings = thread.record.settings.lock();
        (settings.name.to_string(), settings.daemon)
    }

    #[test]
    fn the_chain_sets_both() {
        let thread = Thread::new(|| 1).name("clock").daemon(true);
        let thread = thread.start().unwrap();
        assert_eq!(settings(&thread), ("clock".to_owned(), true));
        thread.join().unwrap();
        assert_eq!(settings(&thread), ("clock".to_owned(), true));
    }

    #[test]
    fn a_shared_handle_sets_both_before_the_start() {
        let thread = Thread::new(|| ()).share();
        thread.clone().set_name("clock").unwrap();
        thread.set_daemon(true).unwrap();
        assert_eq!(settings(&thread), ("clock".to_owned(), true));
        thread.set_daemon(false).unwrap();
        assert_eq!(settings(&thread), ("clock".to_owned(), false));
    }

    #[test]
    fn a_setting_after_the_start_is_an_error_and_changes_nothing() {
        let (end, wait) = mpsc::channel::<()>();
        let task = move || wait.recv_timeout(LONG).unwrap_err();
        let thread = Thread::new(task).name("clock").start().unwrap();
        let too_late = |setting, state| Err(TooLateError { setting, state });

        let running = State::Running;
        let name = thread.set_name("watch");
        assert_eq!(name, too_late(Setting::Name, running));
        let daemon = thread.set_daemon(true);
        assert_eq!(daemon, too_late(Setting::Daemon, running));

        drop(end);
        thread.join().unwrap();
        let ended = thread.set_daemon(true);
        assert_eq!(ended, too_late(Setting::Daemon, State::Terminated));
        assert_eq!(settings(&thread), ("clock".to_owned(), false));
    }

    #[test]
    fn a_thread_that_was_started_by_other_means_stays_as_it_is() {
        let name = numbered("Dummy");
        let record = Record::new(next_ident(), name, false, true);
        record.life.start().unwrap();
        let foreign = ThreadHandle::from(record);
        let before = settings(&foreign);
        let state = State::Running;
        let too_late = |setting| Err(TooLateError { setting, state });

        assert_eq!(foreign.set_name("clock"), too_late(Setting::Name));
        assert_eq!(foreign.set_daemon(true), too_late(Setting::Daemon));
        assert_eq!(settings(&foreign), before);
    }

    #[test]
    fn a_setting_races_with_the_start_and_is_seen_or_refused() {
        for _ in 0..200 {
            let seen = || thread::current().name().map(str::to_owned);
            let thread = Thread::new(seen).name("before").share();
            let set = thread::scope(|scope| {
                let setter = scope.spawn(|| thread.set_name("after").is_ok());
                thread.start().unwrap();
                setter.join().unwrap()
            });
            let expected = if set { "after" } else { "before" };
            assert_eq!(settings(&thread).0, expected);
            let seen = thread.join().unwrap();
            assert_eq!(seen.as_deref(), Some(expected));
        }
    }

    #[test]
    fn the_daemon_flag_is_inherited_from_the_thread_that_makes_it() {
        for daemon in [false, true] {
            let make = || {
                let child = Thread::new(|| ()).share();
                let other = Thread::new(|| ()).daemon(false).share();
                (settings(&child).1, settings(&other).1)
            };
            let maker = Thread::new(make).daemon(daemon).start().unwrap();
            assert_eq!(maker.join().unwrap(), (daemon, false));
        }
        // This thread was started by other means.
        assert!(!settings(&Thread::new(|| ()).share()).1);
    }

    #[test]
    fn a_name_with_a_zero_byte_does_not_stop_the_start() {
        let thread = Thread::new(|| ()).name("a\0b").start().unwrap();
        thread.join().unwrap();
        assert_eq!(settings(&thread).0, "a\0b");
    }

    #[test]
    fn errors_are_sentences() {
        let (setting, state) = (Setting::Daemon, State::Running);
        assert_eq!(
            TooLateError { setting, state }.to_string(),
            "too late to set the daemon flag: the thread is already Running"
        );
    }
}
// ANCHOR_END: module
