//! What [`JoinState`] promises: the protocol of joining.

use std::io;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{self, Duration, Instant};

use facade::model::{Data, saw};

use super::module::{JoinState, NotNew, NotStarted};
use crate::run::Model;

const PRIMITIVE: &str = "JoinState";
const WAIT: Duration = Duration::from_secs(1);

pub const MODELS: &[Model] = &[
    Model {
        primitive: PRIMITIVE,
        promise: "of two starts one makes a thread",
        preemptions: Some(3),
        sees: &["the first", "the second"],
        run: one_start,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "all joiners wait for the end and see what the thread did, \
                  and one of them gets the result",
        preemptions: Some(2),
        sees: &["the first", "another"],
        run: all_join,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a joiner that finds the thread about to start waits for \
                  its end",
        preemptions: Some(3),
        sees: &["started", "not started"],
        run: about_to_start,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a start that is refused sends the joiners away, and leaves \
                  room for another",
        preemptions: Some(3),
        sees: &[],
        run: refused,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a joiner with a deadline learns of the end before that",
        preemptions: Some(3),
        sees: &[],
        run: in_time,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a joiner whose time is up does not wait for the thread",
        preemptions: Some(3),
        sees: &[],
        run: too_late,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a joiner whose time is up leaves the others to be woken",
        preemptions: Some(2),
        sees: &["in time", "too late"],
        run: one_gives_up,
    },
];

/// The state, and what the thread writes before its end.
type Pair = (JoinState<u32>, Data<u32>);

fn shared() -> Arc<Pair> {
    Arc::new((JoinState::new(), Data::new(0)))
}

fn spawn<R: Send + 'static>(
    shared: &Arc<Pair>,
    f: impl FnOnce(&Pair) -> R + Send + 'static,
) -> JoinHandle<R> {
    let shared = Arc::clone(shared);
    thread::spawn(move || f(&shared))
}

/// Starts a thread that calls `wait` between its result and its end.
fn start_and(
    shared: &Arc<Pair>,
    wait: impl FnOnce() + Send + 'static,
) -> Result<(), NotNew> {
    let pair = Arc::clone(shared);
    let task = move || {
        pair.1.set(pair.1.get() + 1);
        pair.0.finish(1);
        wait();
        pair.0.leave();
    };
    shared.0.start(|| thread::Builder::new().spawn(task))
}

fn start(shared: &Arc<Pair>) -> Result<(), NotNew> {
    start_and(shared, || ())
}

fn soon() -> Option<Instant> {
    Instant::now().checked_add(WAIT)
}

fn one_start() {
    let shared = shared();
    let other = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || start(&shared).is_ok())
    };
    let mine = start(&shared).is_ok();
    let theirs = other.join().unwrap();
    saw(if mine { "the first" } else { "the second" });
    assert!(mine != theirs);
    assert_eq!(shared.0.wait(None), Ok(true));
    assert_eq!(shared.1.get(), 1);
}

fn all_join() {
    let shared = shared();
    start(&shared).unwrap();
    let join = |(state, data): &Pair| {
        assert_eq!(state.wait(None), Ok(true));
        assert_eq!(data.get(), 1);
        state.take().is_some()
    };
    let others = [spawn(&shared, join), spawn(&shared, join)];
    let mine = join(&shared);
    saw(if mine { "the first" } else { "another" });
    let theirs = others.map(|other| other.join().unwrap());
    let results = theirs.into_iter().chain([mine]);
    assert_eq!(results.filter(|has_it| *has_it).count(), 1);
}

fn about_to_start() {
    let shared = shared();
    let joiner = spawn(&shared, |(state, data)| {
        if state.is_started() {
            saw("started");
            assert_eq!(state.wait(None), Ok(true));
            assert_eq!(data.get(), 1);
        } else {
            saw("not started");
        }
    });
    start(&shared).unwrap();
    joiner.join().unwrap();
    assert_eq!(shared.0.wait(None), Ok(true));
}

fn refused() {
    let shared = shared();
    let joiner = spawn(&shared, |(state, _)| state.wait(None));
    let refuse = || Err(io::ErrorKind::WouldBlock.into());
    assert!(matches!(shared.0.start(refuse), Err(NotNew::Refused(_))));
    assert_eq!(joiner.join().unwrap(), Err(NotStarted));
    start(&shared).unwrap();
    assert_eq!(shared.0.wait(None), Ok(true));
}

/// No time passes.
fn in_time() {
    let shared = shared();
    start(&shared).unwrap();
    assert_eq!(shared.0.wait(soon()), Ok(true));
    assert_eq!(shared.1.get(), 1);
}

/// The thread ends after the joiner has left, and not before.
fn too_late() {
    let shared = shared();
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let wait = {
        let gate = Arc::clone(&gate);
        move || {
            let mut is_open = gate.0.lock().unwrap();
            while !*is_open {
                is_open = gate.1.wait(is_open).unwrap();
            }
        }
    };
    let clock = thread::spawn(time::time_passes);
    start_and(&shared, wait).unwrap();
    assert_eq!(shared.0.wait(soon()), Ok(false));
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
    assert_eq!(shared.0.wait(None), Ok(true));
    clock.join().unwrap();
}

fn one_gives_up() {
    let shared = shared();
    let clock = thread::spawn(time::time_passes);
    start(&shared).unwrap();
    let hasty = spawn(&shared, |(state, data)| {
        if state.wait(soon()).unwrap() {
            saw("in time");
            assert_eq!(data.get(), 1);
        } else {
            saw("too late");
        }
    });
    assert_eq!(shared.0.wait(None), Ok(true));
    assert_eq!(shared.1.get(), 1);
    hasty.join().unwrap();
    clock.join().unwrap();
}
