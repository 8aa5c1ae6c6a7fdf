// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a thread knows about itself: its name, its numbers, whether it is a
//! daemon and whether it is alive.
//!
//! The methods are those of [`ThreadHandle`], so every handle has them: the
//! one that a start returns, and those in a list of all threads.
//!
//! Use them in logs and in tests.
//! To wait for a thread, join it; to tell two threads apart, compare their
//! handles.
//!
//! # Before you copy it
//!
//! - [`ThreadHandle::native_id`] waits for a moment right after a start.
//! - In a child process made by `fork`, the handle of the one thread there
//!   still has the native id that the thread had in the parent.
//! - The daemon flag means something only in a program that waits for its
//!   threads: see `wait_at_end` in `main_thread.rs`.
//! - It needs 64-bit atomics, as `spawn.rs` does.
//!
//! The chapter that explains this file is `src/attributes.md`.
//!
//! Travels with: `spawn.rs`, `life_cycle.rs`, `spawn_join.rs`,
//! `spawn_native.rs`, `spawn_report.rs`.

use std::num::NonZeroU64;

use super::life_cycle::State;
use super::spawn::ThreadHandle;

/// What a thread knows about itself.
///
/// # Examples
///
/// ```
/// use threading::Thread;
///
/// let thread = Thread::new(|| ()).share();
/// assert!(thread.name().starts_with("Thread-"));
/// assert!(!thread.is_daemon());
/// assert_eq!(thread.ident(), None);
/// assert_eq!(thread.native_id(), None);
/// assert!(!thread.is_alive());
///
/// thread.start()?;
/// assert!(thread.ident().is_some());
/// thread.join()?;
/// assert!(thread.ident().is_some());
/// assert!(!thread.is_alive());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: [Thread objects][python].
///
/// [python]: https://docs.python.org/3/library/threading.html#thread-objects
impl ThreadHandle {
    /// Returns the name, `Thread-1` and so on if none was given.
    ///
    /// The numbers count the threads that were made, whether or not they
    /// have a name of their own, and no number is given twice.
    /// A name serves the reader: two threads may have the same one.
    ///
    /// ```
    /// use threading::Thread;
    ///
    /// let (a, b) = (Thread::new(|| ()).share(), Thread::new(|| ()).share());
    /// assert_ne!(a.name(), b.name());
    /// ```
    ///
    /// # Differences from Python
    ///
    /// Since 3.10 Python adds the name of the function: `Thread-1 (task)`.
    /// It uses up no number for a thread that is made with a name.
    // ANCHOR: name
    #[must_use]
    pub fn name(&self) -> String {
        self.record.name()
    }
    // ANCHOR_END: name

    /// Reports whether the thread is a daemon: a program that waits for its
    /// threads at its end, by `wait_at_end` in `main_thread.rs`, does not wait
    /// for this one.
    // ANCHOR: daemon
    #[must_use]
    pub fn is_daemon(&self) -> bool {
        self.record.settings.lock().daemon
    }
    // ANCHOR_END: daemon

    /// Returns the number that tells this thread from all others of the
    /// program, or `None` before the start.
    ///
    /// It stays after the end.
    ///
    /// # Differences from Python
    ///
    /// Python may give the number of a thread that has ended to a new one.
    /// Here no number is used twice.
    // ANCHOR: ident
    #[must_use]
    pub fn ident(&self) -> Option<NonZeroU64> {
        let started = self.record.life.state() != State::New;
        started.then_some(self.record.ident)
    }
    // ANCHOR_END: ident

    /// Returns the number that the system gave the thread, or `None` before
    /// the start.
    ///
    /// The thread learns it first thing, so right after the start this may
    /// wait until the thread has come that far.
    /// It stays after the end, when the system may give the number to
    /// another thread.
    ///
    /// This module asks Linux, Android, Windows and Apple's systems; on all
    /// others it returns `None`.
    ///
    /// # Differences from Python
    ///
    /// Python gives a number on FreeBSD, NetBSD, OpenBSD, DragonFly BSD, AIX
    /// and Solaris too, which this module has no code for.
    // ANCHOR: native_id
    #[must_use]
    pub fn native_id(&self) -> Option<u64> {
        match self.record.life.state() {
            State::New => None,
            _ if self.record.foreign => *self.record.native_id.get()?,
            _ => *self.record.native_id.wait(),
        }
    }
    // ANCHOR_END: native_id

    /// Reports whether the thread is started and has not ended.
    ///
    /// The answer `true` may be out of date when you read it; `false` after
    /// a start stays.
    ///
    /// # Differences from Python
    ///
    /// While a thread drops its thread-local values, Python's answer is still
    /// `True`; here it is `false` as soon as the task has ended.
    // ANCHOR: alive
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.record.life.state().is_alive()
    }
    // ANCHOR_END: alive
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::{Barrier, mpsc};
    use std::thread;
    use std::time::Duration;

    use super::super::life_cycle::blocked;
    use super::super::spawn::Thread;
    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn before_the_start_there_are_no_numbers() {
        let thread = Thread::new(|| ()).share();
        assert_eq!(thread.ident(), None);
        assert_eq!(thread.native_id(), None);
        assert!(!thread.is_alive());
        assert!(!thread.is_daemon());
    }

    #[test]
    fn numbers_are_there_while_it_lives_and_stay_after_its_end() {
        let (end, wait) = mpsc::channel::<()>();
        let task = move || wait.recv_timeout(LONG).unwrap_err();
        let thread = Thread::new(task).start().unwrap();
        assert!(thread.is_alive());
        let numbers = (thread.ident(), thread.native_id());
        assert!(numbers.0.is_some());
        drop(end);
        thread.join().unwrap();
        assert!(!thread.is_alive());
        assert_eq!((thread.ident(), thread.native_id()), numbers);
    }

    #[test]
    fn a_blocked_thread_is_alive() {
        let (end, wait) = mpsc::channel::<()>();
        let task = move || blocked(|| wait.recv_timeout(LONG).unwrap_err());
        let thread = Thread::new(task).start().unwrap();
        while thread.state() != State::Blocked {
            thread::yield_now();
        }
        assert!(thread.is_alive());
        drop(end);
        thread.join().unwrap();
        assert!(!thread.is_alive());
    }

    #[test]
    fn default_names_are_numbered_without_a_race() {
        let line = Barrier::new(4);
        let make = |_| Thread::new(|| ()).share().name();
        let names: Vec<String> = thread::scope(|scope| {
            let many = || {
                line.wait();
                (0..1_000).map(make).collect::<Vec<String>>()
            };
            let makers = [(); 4].map(|()| scope.spawn(many));
            makers.map(|maker| maker.join().unwrap()).concat()
        });
        let number = |name: &String| {
            let number = name.strip_prefix("Thread-").unwrap();
            number.parse::<u32>().unwrap()
        };
        let different: HashSet<u32> = names.iter().map(number).collect();
        assert_eq!(different.len(), names.len());
        assert!(!different.contains(&0));
    }

    #[test]
    fn identifiers_are_never_used_twice() {
        let ident = |_| {
            let thread = Thread::new(|| ()).start().unwrap();
            thread.join().unwrap();
            thread.ident().unwrap()
        };
        let idents: HashSet<NonZeroU64> = (0..100).map(ident).collect();
        assert_eq!(idents.len(), 100);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_native_id_is_the_one_that_the_kernel_uses() {
        let task = || {
            let me = std::fs::read_link("/proc/thread-self").unwrap();
            me.file_name().unwrap().to_str().unwrap().parse().unwrap()
        };
        let thread = Thread::new(task).start().unwrap();
        // Asked at once: it waits until the thread has told it.
        let native_id = thread.native_id();
        assert_eq!(native_id, Some(thread.join().unwrap()));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_knows_a_name_that_was_given() {
        let comm = || std::fs::read_to_string("/proc/thread-self/comm");
        let thread = Thread::new(comm).share();
        let name = "a rather long name".to_owned();
        thread.record.settings.lock().name.given = Some(name);
        thread.start().unwrap();
        let seen = thread.join().unwrap().unwrap();
        assert_eq!(seen.trim_end(), "a rather long n");
    }
}
// ANCHOR_END: module
