//! What [`Barrier`] promises.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::{self, Duration};

use facade::model::{Data, UncheckedMutex, saw};

use super::module::{Barrier, BrokenBarrierError};
use crate::run::Model;

const PRIMITIVE: &str = "Barrier";
const WAIT: Duration = Duration::from_secs(1);

pub const MODELS: &[Model] = &[
    Model {
        primitive: PRIMITIVE,
        promise: "no thread leaves before all have arrived, round after round",
        preemptions: Some(2),
        sees: &[],
        run: rounds,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "each index from 0 is given once",
        preemptions: Some(1),
        sees: &[],
        run: indexes,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "the action runs once, after all have arrived and before \
                  any thread leaves",
        preemptions: Some(2),
        sees: &[],
        run: action,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "an abort breaks the round for all of them or for none",
        preemptions: Some(2),
        sees: &["passed", "broken"],
        run: abort,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a thread whose time is up breaks the round for all",
        preemptions: Some(3),
        sees: &["passed", "broken"],
        run: time_is_up,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a reset sends the waiters away, and the next round is whole",
        preemptions: Some(1),
        sees: &["sent away"],
        run: reset,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "after an abort and a reset, no thread is let in before the \
                  waiters have left, and the next round is whole",
        preemptions: Some(1),
        sees: &["sent away"],
        run: abort_and_reset,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "after a timeout and a reset, the next round is whole",
        preemptions: Some(2),
        sees: &[],
        run: time_is_up_and_reset,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "an action that panics breaks the round for the others",
        preemptions: Some(2),
        sees: &[],
        run: action_panics,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "an abort while the action runs breaks the round for all",
        preemptions: Some(2),
        sees: &[],
        run: action_aborts,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a reset while the action runs sends all away, and the \
                  barrier is whole again",
        preemptions: Some(1),
        sees: &[],
        run: action_resets,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a thread whose time is up does not break a round whose \
                  action runs",
        preemptions: Some(2),
        sees: &["passed", "broken"],
        run: time_is_up_in_the_action,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "after an action that panics and a reset, the next round is \
                  whole",
        preemptions: Some(1),
        sees: &["sent away"],
        run: action_panics_and_reset,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "after an abort in the action and a reset, the next round \
                  is whole",
        preemptions: Some(1),
        sees: &["sent away"],
        run: action_aborts_and_reset,
    },
];

type Answer = Result<usize, BrokenBarrierError>;

fn two() -> Arc<Barrier> {
    Arc::new(touched(Barrier::new(2).unwrap()))
}

/// Touches the barrier's atomics and those that all barriers share.
fn touched<A: FnMut() + Send>(barrier: Barrier<A>) -> Barrier<A> {
    assert!(!barrier.is_broken());
    let alone = Barrier::new(2).unwrap().wait_timeout(Duration::ZERO);
    assert_eq!(alone, Err(BrokenBarrierError::TimedOut));
    barrier
}

fn spawn<B: Send + Sync + 'static, R: Send + 'static>(
    barrier: &Arc<B>,
    f: impl FnOnce(&B) -> R + Send + 'static,
) -> JoinHandle<R> {
    let barrier = Arc::clone(barrier);
    thread::spawn(move || f(&barrier))
}

fn both(answers: [Answer; 2], cause: BrokenBarrierError) {
    match answers {
        [Ok(one), Ok(other)] => {
            saw("passed");
            assert_eq!(one + other, 1);
        }
        both => {
            saw("broken");
            assert_eq!(both, [Err(cause); 2]);
        }
    }
}

fn rounds() {
    let barrier = two();
    let data = Arc::new([Data::new(0), Data::new(0)]);
    let work = |me: usize, barrier: &Barrier, data: &[Data<u32>; 2]| {
        for round in 1..=2 {
            data[me].set(round);
            barrier.wait().unwrap();
            assert_eq!(data[1 - me].get(), round);
            if round == 1 {
                barrier.wait().unwrap();
            }
        }
    };
    let other = {
        let data = Arc::clone(&data);
        spawn(&barrier, move |barrier| work(1, barrier, &data))
    };
    work(0, &barrier, &data);
    other.join().unwrap();
}

fn indexes() {
    let barrier = Arc::new(touched(Barrier::new(3).unwrap()));
    let wait = |barrier: &Barrier| barrier.wait().unwrap();
    let others = [(); 2].map(|()| spawn(&barrier, wait));
    let mut indexes = vec![barrier.wait().unwrap()];
    indexes.extend(others.map(|other| other.join().unwrap()));
    indexes.sort_unstable();
    assert_eq!(indexes, [0, 1, 2]);
    assert_eq!(barrier.n_waiting(), 0);
}

fn action() {
    let runs = Arc::new(Data::new(0));
    let arrived = Arc::new([Data::new(false), Data::new(false)]);
    let barrier = {
        let (runs, arrived) = (Arc::clone(&runs), Arc::clone(&arrived));
        Barrier::new(2).unwrap().with_action(move || {
            assert!(arrived[0].get() && arrived[1].get());
            runs.set(runs.get() + 1);
        })
    };
    let barrier = Arc::new(touched(barrier));
    let other = {
        let (runs, arrived) = (Arc::clone(&runs), Arc::clone(&arrived));
        spawn(&barrier, move |barrier| {
            arrived[1].set(true);
            let index = barrier.wait().unwrap();
            assert_eq!(runs.get(), 1);
            index
        })
    };
    arrived[0].set(true);
    let index = barrier.wait().unwrap();
    assert_eq!(runs.get(), 1);
    assert_eq!(index + other.join().unwrap(), 1);
}

fn abort() {
    let barrier = two();
    let other = spawn(&barrier, Barrier::wait);
    let aborter = spawn(&barrier, Barrier::abort);
    let mine = barrier.wait();
    both([mine, other.join().unwrap()], BrokenBarrierError::Aborted);
    aborter.join().unwrap();
    assert!(barrier.is_broken());
    assert_eq!(barrier.wait(), Err(BrokenBarrierError::Aborted));
}

fn time_is_up() {
    let barrier = two();
    let clock = thread::spawn(time::time_passes);
    let other = spawn(&barrier, |barrier| barrier.wait_timeout(WAIT));
    let mine = barrier.wait();
    let cause = BrokenBarrierError::TimedOut;
    both([mine, other.join().unwrap()], cause);
    clock.join().unwrap();
    assert_eq!(barrier.is_broken(), mine.is_err());
}

/// Waits until a round succeeds, however often threads are sent away before.
fn wait_until_whole(barrier: &Barrier) -> usize {
    loop {
        match barrier.wait() {
            Ok(index) => return index,
            Err(BrokenBarrierError::Reset) => saw("sent away"),
            Err(BrokenBarrierError::Aborted) => {
                saw("sent away");
                // The barrier stays broken until the reset.
                thread::let_others_run();
            }
            Err(cause) => panic!("{cause}"),
        }
    }
}

fn reset() {
    let barrier = two();
    let other = spawn(&barrier, wait_until_whole);
    let resetter = spawn(&barrier, Barrier::reset);
    let index = wait_until_whole(&barrier);
    assert_eq!(index + other.join().unwrap(), 1);
    resetter.join().unwrap();
    assert_eq!((barrier.is_broken(), barrier.n_waiting()), (false, 0));
}

fn abort_and_reset() {
    let barrier = two();
    let other = spawn(&barrier, wait_until_whole);
    let resetter = spawn(&barrier, |barrier| {
        barrier.abort();
        barrier.reset();
    });
    let index = wait_until_whole(&barrier);
    assert_eq!(index + other.join().unwrap(), 1);
    resetter.join().unwrap();
    assert_eq!((barrier.is_broken(), barrier.n_waiting()), (false, 0));
}

fn time_is_up_and_reset() {
    let barrier = two();
    let late = spawn(&barrier, |barrier| barrier.wait_timeout(WAIT));
    time::time_passes();
    assert_eq!(late.join().unwrap(), Err(BrokenBarrierError::TimedOut));
    barrier.reset();
    let other = spawn(&barrier, |barrier| barrier.wait().unwrap());
    assert_eq!(barrier.wait().unwrap() + other.join().unwrap(), 1);
}

/// `None` if the action panicked in this thread.
fn caught(barrier: &Barrier<impl FnMut() + Send>) -> Option<Answer> {
    panic::catch_unwind(AssertUnwindSafe(|| barrier.wait())).ok()
}

fn action_panics() {
    let barrier = Barrier::new(2).unwrap().with_action(|| {
        panic::resume_unwind(Box::new("out of paper"));
    });
    let barrier = Arc::new(touched(barrier));
    let other = spawn(&barrier, |barrier| caught(barrier));
    // The panic comes in the thread that arrives last, and only there.
    let mut answers = [caught(&barrier), other.join().unwrap()];
    answers.sort_by_key(Option::is_some);
    let broken = Err(BrokenBarrierError::ActionPanicked);
    assert_eq!(answers, [None, Some(broken)]);
    assert!(barrier.is_broken());
}

type Action = Box<dyn FnMut() + Send>;

/// Two parties, and an action that gets its own barrier.
fn two_with(
    action: impl Fn(&Barrier<Action>) + Send + 'static,
) -> Arc<Barrier<Action>> {
    let link: Arc<UncheckedMutex<Weak<Barrier<Action>>>> = Arc::default();
    let barrier = {
        let link = Arc::clone(&link);
        let action = move || {
            let barrier = link.lock().unwrap().upgrade();
            action(&barrier.unwrap());
        };
        let barrier = Barrier::new(2).unwrap();
        Arc::new(touched(barrier.with_action(Box::new(action) as Action)))
    };
    *link.lock().unwrap() = Arc::downgrade(&barrier);
    barrier
}

fn action_aborts() {
    let barrier = two_with(Barrier::abort);
    let other = spawn(&barrier, Barrier::wait);
    let answers = [barrier.wait(), other.join().unwrap()];
    assert_eq!(answers, [Err(BrokenBarrierError::Aborted); 2]);
    assert!(barrier.is_broken());
}

fn action_resets() {
    let barrier = two_with(Barrier::reset);
    let other = spawn(&barrier, Barrier::wait);
    let answers = [barrier.wait(), other.join().unwrap()];
    assert_eq!(answers, [Err(BrokenBarrierError::Reset); 2]);
    assert_eq!((barrier.is_broken(), barrier.n_waiting()), (false, 0));
}

fn time_is_up_in_the_action() {
    let runs = Arc::new(Data::new(0));
    let barrier = {
        let runs = Arc::clone(&runs);
        let action = move || runs.set(runs.get() + 1);
        Arc::new(touched(Barrier::new(2).unwrap().with_action(action)))
    };
    let clock = thread::spawn(time::time_passes);
    let other = spawn(&barrier, |barrier| barrier.wait_timeout(WAIT));
    let mine = barrier.wait();
    let cause = BrokenBarrierError::TimedOut;
    both([mine, other.join().unwrap()], cause);
    clock.join().unwrap();
    assert_eq!(runs.get(), u32::from(mine.is_ok()));
}

/// A first round whose action does `what`, a reset by one of the two while
/// the other may still be inside, and a second round.
fn first_round_fails(what: impl Fn(&Barrier<Action>) + Send + 'static) {
    let is_first = Data::new(true);
    let barrier = two_with(move |barrier| {
        if is_first.get() {
            is_first.set(false);
            what(barrier);
        }
    });
    let until_whole = |barrier: &Barrier<Action>| {
        loop {
            let answer = caught(barrier);
            if let Some(Ok(index)) = answer {
                return index;
            }
            saw("sent away");
            thread::let_others_run(); // until the reset
        }
    };
    let other = spawn(&barrier, until_whole);
    assert!(!matches!(caught(&barrier), Some(Ok(_))));
    barrier.reset();
    let index = until_whole(&barrier);
    assert_eq!(index + other.join().unwrap(), 1);
    assert_eq!((barrier.is_broken(), barrier.n_waiting()), (false, 0));
}

fn action_panics_and_reset() {
    first_round_fails(|_| panic::resume_unwind(Box::new("out of paper")));
}

fn action_aborts_and_reset() {
    first_round_fails(Barrier::abort);
}
