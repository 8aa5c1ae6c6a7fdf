//! What [`Condition`] promises.

use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{self, Duration};

use facade::model::saw;

use super::module::condition::Condition;
use super::module::lock::Lock;
use super::module::rlock::RLock;
use crate::run::Model;

const PRIMITIVE: &str = "Condition";
const WAIT: Duration = Duration::from_secs(1);
const RELAXED: Ordering = Ordering::Relaxed;

pub const MODELS: &[Model] = &[
    Model {
        primitive: PRIMITIVE,
        promise: "a waiter sees the change that it waits for, however early \
                  the notification",
        preemptions: None,
        sees: &["woke it", "nobody slept"],
        run: no_lost_wake_up,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "notify_all wakes every thread that waits",
        preemptions: Some(3),
        sees: &["nobody slept", "one slept", "both slept"],
        run: all,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "notify(n) wakes n of the threads that wait, and says how \
                  many",
        preemptions: Some(2),
        sees: &["one", "two"],
        run: some,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a waiter whose time is up swallows no notification",
        preemptions: Some(2),
        sees: &["notified", "too late"],
        run: time_is_up,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a notification says whether a thread was waiting, also one \
                  whose time is up",
        preemptions: Some(3),
        sees: &["woke it", "nobody waited"],
        run: says_whether_it_woke,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "over a reentrant lock a wait leaves every level and comes \
                  back to it",
        preemptions: None,
        sees: &["woke it", "nobody slept"],
        run: every_level,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "by hand, over a lock, no notification is lost",
        preemptions: None,
        sees: &["woke it", "nobody slept"],
        run: by_hand,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a wait by hand whose lock another thread releases is an \
                  error, or a wait that ends with the lock held",
        preemptions: None,
        sees: &["too late to wait", "waited"],
        run: released_under_it,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a notification by hand whose lock another thread releases \
                  is an error, or wakes a waiter",
        preemptions: Some(3),
        sees: &["notified"],
        run: notified_under_it,
    },
];

type Shared<T> = Arc<Condition<Lock<T>>>;

fn shared<T>(value: T) -> Shared<T> {
    let lock = Lock::new(value);
    assert!(lock.release().is_err()); // touches both parts
    Arc::new(Condition::new(lock))
}

fn spawn<C: Send + Sync + 'static, R: Send + 'static>(
    condition: &Arc<C>,
    f: impl FnOnce(&C) -> R + Send + 'static,
) -> JoinHandle<R> {
    let condition = Arc::clone(condition);
    thread::spawn(move || f(&condition))
}

fn saw_woken(number: usize) {
    saw(["nobody slept", "woke it"][number]);
}

fn no_lost_wake_up() {
    let condition = shared(0);
    let waiter = spawn(&condition, |condition| {
        let mut value = condition.acquire();
        condition.wait_for(&mut value, |value| *value == 1);
        *value = 2;
    });
    let mut value = condition.acquire();
    *value = 1;
    saw_woken(usize::from(condition.notify_one(&value)));
    drop(value);
    waiter.join().unwrap();
    assert_eq!(*condition.acquire(), 2);
}

fn all() {
    let condition = shared(0);
    let waiters = [(); 2].map(|()| {
        spawn(&condition, |condition: &Condition<Lock<u32>>| {
            let mut value = condition.acquire();
            condition.wait_for(&mut value, |value| *value > 0);
            *value += 1;
        })
    });
    let mut value = condition.acquire();
    *value = 1;
    let woken = condition.notify_all(&value);
    saw(["nobody slept", "one slept", "both slept"][woken]);
    drop(value);
    for waiter in waiters {
        waiter.join().unwrap();
    }
    assert_eq!(*condition.acquire(), 3);
}

/// Whoever sleeps is woken, one by one or together.
fn some() {
    let condition = shared(0);
    let waiters = [(); 2].map(|()| {
        spawn(&condition, |condition: &Condition<Lock<usize>>| {
            let mut asleep = condition.acquire();
            *asleep += 1; // when others can see this, it sleeps
            condition.wait(&mut asleep);
        })
    });
    let mut left = 2;
    while left > 0 {
        let mut asleep = condition.acquire();
        let woken = condition.notify(&asleep, 1);
        assert_eq!(woken, (*asleep).min(1));
        *asleep -= woken;
        let more = condition.notify(&asleep, 2);
        assert_eq!(more, *asleep);
        *asleep = 0;
        left -= woken + more;
        match woken + more {
            1 => saw("one"),
            2 => saw("two"),
            _ => (),
        }
        drop(asleep);
        thread::let_others_run();
    }
    for waiter in waiters {
        waiter.join().unwrap();
    }
}

/// Each token is for one waiter; the hasty one may leave without.
fn says_whether_it_woke() {
    let condition = shared(());
    let clock = thread::spawn(time::time_passes);
    let waiter = spawn(&condition, |condition| {
        let mut guard = condition.acquire();
        condition.wait_timeout(&mut guard, WAIT)
    });
    let told = condition.notify_one(&condition.acquire());
    saw(if told { "woke it" } else { "nobody waited" });
    clock.join().unwrap();
    assert_eq!(waiter.join().unwrap(), told);
}

fn time_is_up() {
    let condition = shared(0);
    let clock = thread::spawn(time::time_passes);
    let take = |tokens: &mut u32| {
        let is_there = *tokens > 0;
        *tokens -= u32::from(is_there);
        is_there
    };
    let hasty = spawn(&condition, move |condition| {
        let mut tokens = condition.acquire();
        if *tokens == 0 && !condition.wait_timeout(&mut tokens, WAIT) {
            saw("too late");
            return false;
        }
        saw("notified");
        take(&mut tokens)
    });
    let patient = spawn(&condition, move |condition| {
        let mut tokens = condition.acquire();
        condition.wait_for(&mut tokens, |tokens| *tokens > 0);
        take(&mut tokens);
    });
    let give = || {
        let mut tokens = condition.acquire();
        *tokens += 1;
        condition.notify_one(&tokens);
    };
    give();
    if hasty.join().unwrap() {
        give();
    }
    patient.join().unwrap();
    clock.join().unwrap();
    assert_eq!(*condition.acquire(), 0);
}

fn every_level() {
    let lock = RLock::new(AtomicU32::new(0));
    assert!(!lock.is_owned() && !lock.is_locked()); // touches both
    let condition = Arc::new(Condition::new(lock));
    let waiter = spawn(&condition, |condition| {
        let outer = condition.acquire();
        let mut inner = condition.acquire();
        while outer.load(RELAXED) != 1 {
            condition.wait(&mut inner);
            assert_eq!(condition.lock().depth(), 2);
        }
        inner.store(2, RELAXED);
    });
    let value = condition.acquire();
    value.store(1, RELAXED);
    saw_woken(usize::from(condition.notify_one(&value)));
    assert_eq!(condition.lock().depth(), 1);
    drop(value);
    waiter.join().unwrap();
    assert_eq!(condition.acquire().load(RELAXED), 2);
}

fn by_hand() {
    let condition = shared(());
    let done = Arc::new(facade::model::Data::new(false));
    let waiter = {
        let done = Arc::clone(&done);
        spawn(&condition, move |condition| {
            condition.acquire_by_hand();
            condition.wait_for_by_hand(|| done.get()).unwrap();
            condition.release().unwrap();
        })
    };
    condition.acquire_by_hand();
    done.set(true);
    saw_woken(condition.notify_by_hand(1).unwrap());
    condition.release().unwrap();
    waiter.join().unwrap();
    assert!(condition.release().is_err());
}

fn released_under_it() {
    let condition = shared(());
    condition.acquire_by_hand();
    let other = spawn(&condition, |condition| condition.release().is_ok());
    let clock = thread::spawn(time::time_passes);
    match condition.wait_by_hand_timeout(WAIT) {
        Ok(notified) => {
            assert!(!notified);
            saw("waited");
        }
        Err(_) => saw("too late to wait"),
    }
    clock.join().unwrap();
    let mine = condition.release().is_ok();
    // Two acquisitions, if it has waited, and one otherwise.
    let theirs = other.join().unwrap();
    assert!(mine || theirs);
    assert!(!condition.lock().is_locked() || !(mine && theirs));
}

fn notified_under_it() {
    let condition = shared(());
    condition.acquire_by_hand();
    let notifier = {
        let shared = Arc::clone(&condition);
        thread::spawn(move || {
            shared.acquire_by_hand(); // when it can, the waiter sleeps
            let thief = spawn(&shared, |condition| condition.release());
            if let Ok(woken) = shared.notify_by_hand(1) {
                saw("notified");
                assert_eq!(woken, 1);
            } else {
                shared.acquire_by_hand();
                assert_eq!(shared.notify_by_hand(1), Ok(1));
            }
            // Whoever holds it by now: the waiter wants it free.
            let _ = shared.release();
            let _ = thief.join().unwrap();
        })
    };
    condition.wait_by_hand().unwrap();
    notifier.join().unwrap();
}
