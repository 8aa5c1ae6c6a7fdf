//! The modules about threads can be called in the destructors of
//! thread-local values, before and after their own values are gone.
//!
//! A panic there ends the process.

use std::cell::RefCell;
use std::panic;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use threading::exceptions::excepthook;
use threading::life_cycle::blocked;
use threading::main_thread::main_thread;
use threading::spawn::JoinError;
use threading::utilities::{
    active_count, current_thread, enumerate, get_ident, get_native_id,
};
use threading::{
    Deadline, Gil, Helper, Thread, Timer, TimerQueue, on_threads, run_all,
};

/// Far longer than any wait in these tests that is expected to end.
const LONG: Duration = Duration::from_secs(60);

type Call = (fn(), mpsc::Sender<()>);

/// Calls a function when it is dropped, and says so.
struct AtTheEnd(RefCell<Option<Call>>);

impl AtTheEnd {
    const fn new() -> Self {
        AtTheEnd(RefCell::new(None))
    }
}

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        if let Some((call, tell)) = self.0.take() {
            call();
            tell.send(()).unwrap();
        }
    }
}

thread_local! {
    static OLDER: AtTheEnd = const { AtTheEnd::new() };
    static YOUNGER: AtTheEnd = const { AtTheEnd::new() };
}

/// Calls a function at the ends of threads of either kind, after the values
/// of the module that it belongs to are gone, and before.
fn at_the_end(call: fn()) {
    let (tell, told) = mpsc::channel();
    let ours = tell.clone();
    let task = move || {
        OLDER.with(|last| last.0.replace(Some((call, tell.clone()))));
        call();
        YOUNGER.with(|last| last.0.replace(Some((call, tell))));
    };
    thread::spawn(task).join().unwrap();
    let task = move || {
        YOUNGER.with(|last| last.0.replace(Some((call, ours))));
    };
    let thread: Thread = Thread::new(task).start().unwrap();
    thread.join().unwrap();
    assert_eq!(told.iter().count(), 3);
}

#[test]
fn a_thread_can_be_started_and_joined() {
    at_the_end(|| {
        assert_eq!(Thread::new(|| 5).start().unwrap().join().unwrap(), 5);
        let fail = || panic::resume_unwind(Box::new("no paper"));
        let thread: Thread = Thread::new(fail).start().unwrap();
        let joined = thread.join_timeout(LONG).unwrap();
        assert!(matches!(joined, Err(JoinError::Panicked(_))));
    });
}

#[test]
fn a_thread_can_catch_a_panic() {
    at_the_end(|| {
        let caught = panic::catch_unwind(|| panic!("expected"));
        assert!(caught.is_err());
    });
}

#[test]
fn a_thread_can_ask_who_it_is_and_who_else_is_there() {
    at_the_end(|| {
        let me = current_thread();
        assert_eq!(me.ident(), Some(get_ident()));
        assert_eq!(me.native_id(), get_native_id());
        assert_ne!(me, main_thread());
        assert!(active_count() > 0 && !enumerate().is_empty());
        let _hook = excepthook();
    });
}

#[test]
fn a_foreign_thread_can_wait_and_then_ask_who_it_is() {
    at_the_end(|| {
        blocked(|| ());
        assert_eq!(current_thread().ident(), Some(get_ident()));
        blocked(|| ());
    });
}

#[test]
fn timers_can_be_used() {
    at_the_end(|| {
        let timer = Timer::new(Duration::ZERO, || 5).start().unwrap();
        assert_eq!(timer.join().unwrap(), Some(5));
        let queue = TimerQueue::new().unwrap();
        let (tell, told) = mpsc::channel();
        let _ = queue.after(Duration::ZERO, move || tell.send(5).unwrap());
        assert_eq!(told.recv_timeout(LONG), Ok(5));
    });
}

#[test]
fn work_can_be_given_to_other_threads() {
    at_the_end(|| {
        assert_eq!(run_all([1, 2].map(|n| move || n)), [1, 2]);
        assert_eq!(on_threads(2, &[1, 2], |n| n * 2), [2, 4]);
        let mut helper = Helper::new([1].into_iter()).unwrap();
        assert_eq!(helper.wait(Deadline::after(LONG)), Ok(Some(1)));
    });
}

#[test]
fn an_interpreter_lock_can_be_taken() {
    at_the_end(|| {
        let gil = Gil::new(1);
        let mut guard = gil.acquire();
        guard.release(|| *gil.acquire() += 1);
        assert_eq!(*guard, 2);
    });
}
