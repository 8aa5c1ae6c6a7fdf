// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who runs: the calling thread, its numbers, and a list of all threads.
//!
//! [`current_thread`] returns the handle of the thread that asks, and
//! [`enumerate`] those of all that are alive.
//! A thread that was started by other means, with `std::thread::spawn` or by
//! a foreign library, is a *dummy thread* here: it gets a handle when it asks
//! for one, and leaves the list when it ends.
//!
//! Use them for logs, for tests and to find a leak of threads.
//! To wait for threads, keep their handles, and join them.
//!
//! # Before you copy it
//!
//! - In a child process made by `fork`, the thread that forked keeps its
//!   handle, and the list still holds the parent's other threads, which don't
//!   exist there. [`get_native_id`] and the handle give the parent's number if
//!   the thread had asked before.
//! - A thread that was started by other means is in the list only once it has
//!   asked for its handle.
//! - While a thread's last thread-local values are dropped, [`current_thread`]
//!   returns a handle that is equal to the thread's own, and has another name.
//! - It needs 64-bit atomics, as `spawn.rs` does.
//!
//! The chapter that explains this file is `src/utilities.md`.
//!
//! Travels with: `spawn.rs`, `life_cycle.rs`, `spawn_join.rs`,
//! `spawn_native.rs`, `spawn_report.rs`, `main_thread.rs`.

use std::cell::Cell;
use std::mem;
use std::num::NonZeroU64;

use super::main_thread::{as_main, is_main, main_thread};
use super::spawn::{
    CURRENT, Current, IDENT, MAIN_IDENT, REGISTRY, Record, ThreadHandle,
    next_ident, numbered, register,
};
use super::spawn_native::native_id;

/// Returns a handle of the calling thread.
///
/// It is the main thread's in the main thread, and a new dummy thread's in a
/// thread that was started by other means and asks for the first time.
///
/// ```standalone_crate
/// use threading::Thread;
/// use threading::main_thread::main_thread;
/// use threading::utilities::current_thread;
///
/// assert_eq!(current_thread(), main_thread());
/// let thread = Thread::new(current_thread).start()?;
/// let seen = thread.join()?;
/// assert_eq!(seen, thread);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Differences from Python
///
/// Like Python's, a dummy thread is a daemon and can't be joined.
/// It leaves the list when it ends; in CPython 3.11 it stays there.
///
/// Source: [threading.current_thread][python].
///
/// [python]: https://docs.python.org/3/library/threading.html
#[must_use]
pub fn current_thread() -> ThreadHandle {
    with_current_thread(ThreadHandle::clone)
}

/// Calls `f` with the calling thread's own handle, and returns its answer.
///
/// This saves the counting that a handle to keep costs.
///
/// ```
/// use threading::utilities::with_current_thread;
///
/// let state = with_current_thread(|thread| thread.state());
/// assert!(state.is_alive());
/// ```
// ANCHOR: current
#[inline]
pub fn with_current_thread<R>(f: impl FnOnce(&ThreadHandle) -> R) -> R {
    let mut f = Some(f);
    let mut call = |thread: &ThreadHandle| f.take().map(|f| f(thread));
    let answer = CURRENT
        .try_with(|current| call(&current.get_or_init(introduce).0))
        .unwrap_or_else(|_| call(&departing()));
    answer.expect("`f` is called once")
}

/// Tells a thread who it is, when it asks for the first time.
#[cold]
fn introduce() -> Current {
    if is_main() {
        return as_main();
    }
    let dummy = dummy();
    register(dummy.clone());
    // It is never unbound: the thread ends with it.
    mem::forget(dummy.record.life.bind());
    Current(dummy)
}

fn dummy() -> ThreadHandle {
    let record = Record::new(get_ident(), numbered("Dummy"), true, true);
    let _ = record.life.start();
    let _ = record.native_id.set(native_id());
    ThreadHandle::from(record)
}

/// The handle of a thread whose thread-local values are gone.
///
/// It equals those that the thread had before, and is in no list, since
/// nothing would take it out.
#[cold]
fn departing() -> ThreadHandle {
    dummy()
}
// ANCHOR_END: current

/// Returns the number that tells the calling thread from all others of the
/// program.
///
/// It is the `ident` of its handle (see `attributes.rs`).
/// A thread of any kind has one, and keeps it.
///
/// ```standalone_crate
/// use threading::Thread;
/// use threading::utilities::get_ident;
///
/// let other = Thread::new(get_ident).start()?.join()?;
/// assert_ne!(other, get_ident());
/// assert_eq!(get_ident(), get_ident());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Differences from Python
///
/// Python may use the number again when the thread has ended.
// ANCHOR: ident
#[inline]
#[must_use]
pub fn get_ident() -> NonZeroU64 {
    NonZeroU64::new(IDENT.get()).unwrap_or_else(first_ident)
}

#[cold]
fn first_ident() -> NonZeroU64 {
    let ident = if is_main() { MAIN_IDENT } else { next_ident() };
    IDENT.set(ident.get());
    ident
}
// ANCHOR_END: ident

/// Returns the number that the system gave the calling thread.
///
/// It is the one that the system's own tools show, and that it may give to
/// another thread later.
/// It is `None` on systems without such a number.
/// In a process made by `fork` it is the parent's, if the thread had asked
/// before.
///
/// ```standalone_crate
/// use threading::spawn_native::native_id;
/// use threading::utilities::get_native_id;
///
/// assert_eq!(get_native_id(), native_id());
/// ```
// ANCHOR: native_id
#[inline]
#[must_use]
pub fn get_native_id() -> Option<u64> {
    thread_local! {
        /// The system is asked once: that costs a system call.
        static NATIVE_ID: Cell<Option<u64>> = const { Cell::new(None) };
    }
    NATIVE_ID.get().or_else(|| {
        NATIVE_ID.set(native_id());
        NATIVE_ID.get()
    })
}
// ANCHOR_END: native_id

/// Returns handles of all threads that are alive, the main thread first and
/// the others in the order in which they were made.
///
/// Daemons and dummies are included, those that are not started or have
/// ended are not.
/// The list is a snapshot: threads may start and end while you read it.
///
/// ```
/// use threading::main_thread::main_thread;
/// use threading::utilities::enumerate;
///
/// assert_eq!(enumerate()[0], main_thread());
/// ```
// ANCHOR: enumerate
#[must_use]
pub fn enumerate() -> Vec<ThreadHandle> {
    let mut threads = vec![main_thread()];
    let registry = REGISTRY.lock();
    threads.extend(registry.values().filter(is_alive).cloned());
    threads
}
// ANCHOR_END: enumerate

/// Returns how many threads are alive: the length of [`enumerate`].
///
/// ```
/// use threading::utilities::active_count;
///
/// assert!(active_count() >= 1);
/// ```
// ANCHOR: count
#[must_use]
pub fn active_count() -> usize {
    let registry = REGISTRY.lock();
    1 + registry.values().filter(is_alive).count()
}

fn is_alive(thread: &&ThreadHandle) -> bool {
    thread.record.life.state().is_alive()
}
// ANCHOR_END: count

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::HashSet;
    use std::env;
    use std::process::Command;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::super::life_cycle::{State, blocked};
    use super::super::spawn::{JoinError, Thread};
    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    const CHILD: &str = "THREADING_TEST_CHILD";

    /// Whether this is the process of one test alone: its other self, if
    /// not, is run and checked.
    fn alone(test: &str) -> bool {
        if env::var_os(CHILD).is_some() {
            return true;
        }
        let path = format!("{}::{test}", module_path!());
        let (_crate, path) = path.split_once("::").unwrap();
        let output = Command::new(env::current_exe().unwrap())
            .args([path, "--exact", "--nocapture", "--test-threads=1"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        false
    }

    fn is_daemon(thread: &ThreadHandle) -> bool {
        thread.record.settings.lock().daemon
    }

    #[test]
    fn a_thread_finds_its_own_handle() {
        let task = || (current_thread(), get_ident(), get_native_id());
        let thread = Thread::new(task).start().unwrap();
        let (seen, ident, native_id) = thread.join().unwrap();
        assert_eq!(seen, thread);
        assert_eq!(ident, thread.record.ident);
        assert_eq!(native_id, *thread.record.native_id.wait());
    }

    #[test]
    fn the_list_holds_the_living_in_the_order_of_their_making() {
        if !alone("the_list_holds_the_living_in_the_order_of_their_making") {
            return;
        }
        assert_eq!(enumerate(), [main_thread()]);
        let (end, wait) = mpsc::channel::<()>();
        let quick = Thread::new(|| ()).share();
        let task = move || wait.recv_timeout(LONG).unwrap_err();
        let (last, slow) = (Thread::new(task).share(), Thread::new(|| ()));
        quick.start().unwrap();
        quick.join().unwrap();
        last.record.settings.lock().daemon = true;
        last.start().unwrap();
        assert_eq!(enumerate(), [main_thread(), last.handle()]);
        assert_eq!(active_count(), 2);

        drop(end);
        last.join().unwrap();
        assert_eq!(enumerate(), [main_thread()]);
        drop(slow);
    }

    #[test]
    fn a_thread_that_only_cleans_up_is_not_listed() {
        type Ends = (mpsc::Sender<()>, mpsc::Receiver<()>);
        struct Slow(RefCell<Option<Ends>>);
        impl Drop for Slow {
            fn drop(&mut self) {
                let (tell, wait) = self.0.take().unwrap();
                tell.send(()).unwrap();
                wait.recv_timeout(LONG).unwrap_err();
            }
        }
        thread_local! {
            static SLOW: Slow = const { Slow(RefCell::new(None)) };
        }
        let (tell, told) = mpsc::channel();
        let (end, wait) = mpsc::channel();
        let ends = (tell, wait);
        let task = move || drop(SLOW.with(|slow| slow.0.replace(Some(ends))));
        let thread = Thread::new(task).start().unwrap();
        told.recv_timeout(LONG).unwrap();
        assert!(!thread.state().is_alive());
        assert!(!enumerate().contains(&thread));
        drop(end);
        thread.join().unwrap();
    }

    #[test]
    fn a_refused_thread_is_in_no_list() {
        let huge = Thread::new(|| ()).stack_size(usize::MAX / 2).share();
        huge.start().unwrap_err();
        assert!(!enumerate().contains(&huge));
    }

    #[test]
    fn a_foreign_thread_is_a_dummy_and_leaves_when_it_ends() {
        let (end, wait) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let foreign = thread::spawn(move || {
            let before = get_ident();
            let me = current_thread();
            assert_eq!(me, current_thread());
            assert_eq!(me.record.ident, before);
            assert_eq!(*me.record.native_id.wait(), get_native_id());
            tell.send(me).unwrap();
            blocked(|| wait.recv_timeout(LONG).unwrap_err());
        });
        let dummy = told.recv_timeout(LONG).unwrap();
        assert!(dummy.record.name().starts_with("Dummy-"));
        assert!(is_daemon(&dummy) && is_alive(&&dummy));
        assert!(enumerate().contains(&dummy));
        assert!(matches!(dummy.wait(), Err(JoinError::Foreign)));
        let at_once = dummy.wait_timeout(LONG);
        assert!(matches!(at_once, Err(JoinError::Foreign)));
        while dummy.state() != State::Blocked {
            thread::yield_now();
        }
        drop(end);
        foreign.join().unwrap();
        assert_eq!(dummy.state(), State::Terminated);
        assert!(!enumerate().contains(&dummy));
    }

    #[test]
    fn the_threads_of_a_dummy_are_no_daemons() {
        let child = thread::spawn(|| {
            assert!(is_daemon(&current_thread()));
            is_daemon(&Thread::new(|| ()).share())
        });
        assert!(!child.join().unwrap());
    }

    #[test]
    fn identifiers_differ_between_threads_of_all_kinds() {
        let ours = || Thread::new(get_ident).start().unwrap();
        let mut idents: HashSet<_> = [get_ident(), MAIN_IDENT].into();
        let before = idents.len();
        for _ in 0..50 {
            idents.insert(ours().join().unwrap());
            idents.insert(thread::spawn(get_ident).join().unwrap());
        }
        assert_eq!(idents.len(), before + 100);
    }

    #[test]
    fn a_thread_can_be_asked_while_its_local_values_are_dropped() {
        struct Last(RefCell<Option<mpsc::Sender<ThreadHandle>>>);
        impl Drop for Last {
            fn drop(&mut self) {
                let send = self.0.take().unwrap();
                send.send(current_thread()).unwrap();
            }
        }
        thread_local! {
            static FIRST: Last = const { Last(RefCell::new(None)) };
            static LAST: Last = const { Last(RefCell::new(None)) };
        }
        let (send, get) = mpsc::channel();
        // One is older than the handle, and one is younger, so the handle is
        // gone for one of them.
        let foreign = thread::spawn(move || {
            FIRST.with(|last| last.0.replace(Some(send.clone())));
            let me = current_thread();
            LAST.with(|last| last.0.replace(Some(send)));
            me
        });
        let me = foreign.join().unwrap();
        assert_eq!(get.iter().collect::<Vec<_>>(), [me.clone(), me.clone()]);
        assert!(!enumerate().contains(&me));
    }
}
// ANCHOR_END: module
