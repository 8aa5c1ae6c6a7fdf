//! What [`Semaphore`] and [`BoundedSemaphore`] promise.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{self, Duration};

use facade::model::{Data, Point, saw};

use super::module::{BoundedSemaphore, Semaphore};
use crate::run::Model;

const PRIMITIVE: &str = "Semaphore";
const WAIT: Duration = Duration::from_secs(1);

pub const MODELS: &[Model] = &[
    Model {
        primitive: PRIMITIVE,
        promise: "one permit: one thread at a time, and each sees what the \
                  last one did",
        preemptions: Some(3),
        sees: &[],
        run: one_permit,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "two permits: never more than two threads inside",
        preemptions: Some(3),
        sees: &["two inside"],
        run: two_permits,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a release of two lets two in, asleep or not yet",
        preemptions: Some(3),
        sees: &[],
        run: release_of_two,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a waiter whose time is up swallows no permit",
        preemptions: Some(3),
        sees: &["in time", "too late"],
        run: time_is_up,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "two that want two of two permits do not block each other",
        preemptions: Some(3),
        sees: &[],
        run: two_of_two,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "a permit that is too little for one sleeper reaches \
                  another",
        preemptions: Some(3),
        sees: &[],
        run: too_little_for_one,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "permits that come one by one reach a thread that wants two",
        preemptions: Some(3),
        sees: &[],
        run: one_by_one,
    },
    Model {
        primitive: PRIMITIVE,
        promise: "what is left by a thread that was quicker reaches another \
                  sleeper",
        preemptions: Some(3),
        sees: &["was quicker", "came too late"],
        run: leftover,
    },
    Model {
        primitive: "BoundedSemaphore",
        promise: "of two releases for one permit one succeeds, and the limit \
                  holds",
        preemptions: None,
        sees: &["the first", "the second"],
        run: one_release,
    },
    Model {
        primitive: "BoundedSemaphore",
        promise: "a permit that is seen to be held by hand can be released",
        preemptions: None,
        sees: &["released by another thread", "not taken yet"],
        run: seen_and_released,
    },
    Model {
        primitive: "BoundedSemaphore",
        promise: "guards and hands together stay within the limit",
        preemptions: None,
        sees: &[],
        run: guards_and_hands,
    },
    Model {
        primitive: "BoundedSemaphore",
        promise: "a forgotten permit can be released by hand, and the next \
                  thread sees what was done under its guard",
        preemptions: None,
        sees: &["forgotten", "still in its guard"],
        run: forgotten,
    },
];

fn shared(permits: usize) -> Arc<Semaphore> {
    let semaphore = Semaphore::new(permits);
    assert_eq!(semaphore.value(), permits); // touches it
    Arc::new(semaphore)
}

fn bounded(limit: usize) -> Arc<BoundedSemaphore> {
    let semaphore = BoundedSemaphore::new(limit);
    assert!(semaphore.release().is_err()); // touches both parts
    Arc::new(semaphore)
}

fn spawn<S: Send + Sync + 'static, R: Send + 'static>(
    shared: &Arc<S>,
    f: impl FnOnce(&S) -> R + Send + 'static,
) -> JoinHandle<R> {
    let shared = Arc::clone(shared);
    thread::spawn(move || f(&shared))
}

fn one_permit() {
    let semaphore = shared(1);
    let data = Arc::new(Data::new(0));
    let work = {
        let data = Arc::clone(&data);
        move |semaphore: &Semaphore| {
            let _guard = semaphore.acquire();
            data.set(data.get() + 1);
        }
    };
    let threads = [
        spawn(&semaphore, work.clone()),
        spawn(&semaphore, work.clone()),
    ];
    work(&semaphore);
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!((data.get(), semaphore.value()), (3, 1));
}

fn two_permits() {
    let semaphore = shared(2);
    let inside = Arc::new(AtomicUsize::new(0));
    let work = move |semaphore: &Semaphore| {
        let guard = semaphore.acquire();
        let others = inside.fetch_add(1, Ordering::Relaxed);
        assert!(others < 2);
        if others == 1 {
            saw("two inside");
        }
        semaphore.value(); // others may run here
        inside.fetch_sub(1, Ordering::Relaxed);
        drop(guard);
    };
    let threads = [
        spawn(&semaphore, work.clone()),
        spawn(&semaphore, work.clone()),
    ];
    work(&semaphore);
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(semaphore.value(), 2);
}

fn release_of_two() {
    let semaphore = shared(0);
    let data = Arc::new(Data::new(0));
    let wait = {
        let data = Arc::clone(&data);
        move |semaphore: &Semaphore| {
            semaphore.acquire_by_hand();
            assert_eq!(data.get(), 1);
        }
    };
    let threads =
        [spawn(&semaphore, wait.clone()), spawn(&semaphore, wait)];
    data.set(1);
    semaphore.release_many(2).unwrap();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(semaphore.value(), 0);
}

fn time_is_up() {
    let semaphore = shared(0);
    let clock = thread::spawn(time::time_passes);
    let hasty = spawn(&semaphore, |semaphore| {
        let taken = semaphore.acquire_by_hand_timeout(WAIT);
        saw(if taken { "in time" } else { "too late" });
        taken
    });
    let patient = spawn(&semaphore, |semaphore| semaphore.acquire_by_hand());
    semaphore.release().unwrap();
    if hasty.join().unwrap() {
        semaphore.release().unwrap();
    }
    patient.join().unwrap();
    clock.join().unwrap();
    assert_eq!(semaphore.value(), 0);
}

fn two_of_two() {
    let semaphore = shared(2);
    let data = Arc::new(Data::new(0));
    let work = {
        let data = Arc::clone(&data);
        move |semaphore: &Semaphore| {
            let _guard = semaphore.acquire_many(2);
            data.set(data.get() + 1);
        }
    };
    let other = spawn(&semaphore, work.clone());
    work(&semaphore);
    other.join().unwrap();
    assert_eq!((data.get(), semaphore.value()), (2, 2));
}

fn too_little_for_one() {
    let semaphore = shared(0);
    let big =
        spawn(&semaphore, |semaphore| semaphore.acquire_many(2).forget());
    let small = spawn(&semaphore, |semaphore| semaphore.acquire_by_hand());
    semaphore.release().unwrap();
    small.join().unwrap();
    semaphore.release_many(2).unwrap();
    big.join().unwrap();
    assert_eq!(semaphore.value(), 0);
}

fn one_by_one() {
    let semaphore = shared(0);
    let big =
        spawn(&semaphore, |semaphore| semaphore.acquire_many(2).forget());
    let other = spawn(&semaphore, |semaphore| semaphore.release().unwrap());
    semaphore.release().unwrap();
    big.join().unwrap();
    other.join().unwrap();
    assert_eq!(semaphore.value(), 0);
}

fn leftover() {
    let semaphore = shared(0);
    let big =
        spawn(&semaphore, |semaphore| semaphore.acquire_many(2).forget());
    let small = spawn(&semaphore, |semaphore| semaphore.acquire_by_hand());
    semaphore.release_many(2).unwrap();
    if semaphore.try_acquire_by_hand() {
        saw("was quicker");
        small.join().unwrap(); // the second permit is too little for the other
        semaphore.release_many(2).unwrap();
        big.join().unwrap();
    } else {
        saw("came too late");
        semaphore.release().unwrap();
        small.join().unwrap();
        big.join().unwrap();
    }
    assert_eq!(semaphore.value(), 0);
}

fn one_release() {
    let semaphore = bounded(1);
    semaphore.acquire_by_hand();
    let other = spawn(&semaphore, |semaphore| semaphore.release().is_ok());
    let mine = semaphore.release().is_ok();
    saw(if mine { "the first" } else { "the second" });
    assert!(mine != other.join().unwrap());
    assert_eq!(semaphore.value(), 1);
}

fn seen_and_released() {
    let semaphore = bounded(1);
    let point = Arc::new(Point::new());
    let owner = {
        let point = Arc::clone(&point);
        spawn(&semaphore, move |semaphore| {
            semaphore.acquire_by_hand();
            point.pass();
            let others = [
                semaphore.try_acquire_by_hand(),
                semaphore.acquire_by_hand_timeout(Duration::ZERO),
            ];
            1 + others.into_iter().filter(|taken| *taken).count()
        })
    };
    let mut released = 0;
    for _ in 0..2 {
        point.pass();
        if semaphore.value() == 0 {
            saw("released by another thread");
            semaphore.release().unwrap();
            released += 1;
        } else {
            saw("not taken yet");
        }
    }
    let taken = owner.join().unwrap();
    assert_eq!(semaphore.value() + taken, 1 + released);
}

fn guards_and_hands() {
    let semaphore = bounded(1);
    let data = Arc::new(Data::new(0));
    let by_hand = {
        let data = Arc::clone(&data);
        spawn(&semaphore, move |semaphore| {
            semaphore.acquire_by_hand();
            data.set(data.get() + 1);
            assert_eq!(semaphore.value(), 0);
            semaphore.release().unwrap();
        })
    };
    {
        let _guard = semaphore.acquire();
        data.set(data.get() + 1);
        // The permit of a guard is no permit to release by hand.
        assert!(semaphore.release_many(2).is_err());
    }
    by_hand.join().unwrap();
    assert!(semaphore.release().is_err());
    assert_eq!((data.get(), semaphore.value()), (2, 1));
}

fn forgotten() {
    let semaphore = bounded(1);
    let (data, point) = (Arc::new(Data::new(0)), Arc::new(Point::new()));
    let other = {
        let (data, point) = (Arc::clone(&data), Arc::clone(&point));
        spawn(&semaphore, move |semaphore| {
            let guard = semaphore.acquire();
            data.set(1);
            guard.forget();
            point.pass();
        })
    };
    point.pass();
    if semaphore.release().is_ok() {
        saw("forgotten");
        let _guard = semaphore.acquire();
        assert_eq!(data.get(), 1);
        other.join().unwrap();
    } else {
        saw("still in its guard");
        other.join().unwrap();
        semaphore.release().unwrap();
    }
    assert_eq!(semaphore.value(), 1);
    assert!(semaphore.release().is_err());
}
