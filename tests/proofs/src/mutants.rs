//! Modules with a bug, which the models must find.
//!
//! `build.rs` makes each from the module as it stands, by one small change.

use crate::run::Model;

/// A module with a bug, and the models that are to find it.
pub struct Mutant {
    pub name: &'static str,
    /// The primitive that has the bug.
    pub module: &'static str,
    /// What was changed.
    pub change: &'static str,
    pub models: &'static [Model],
    /// Shuttle takes every ordering for the strongest, and can't find it.
    pub is_weak_ordering: bool,
}

#[cfg(feature = "models_only")]
macro_rules! mutant {
    ($($all:tt)*) => {};
}

#[cfg(not(feature = "models_only"))]
macro_rules! mutant {
    (condition $name:ident) => {
        #[path = "."]
        mod $name {
            #[allow(unused, reason = "a mutant leaves something unused")]
            mod module {
                pub use crate::book::{lock, rlock};

                pub mod condition {
                    include!(concat!(
                        env!("OUT_DIR"),
                        "/",
                        stringify!($name),
                        ".rs"
                    ));
                }
            }

            #[path = "models/condition.rs"]
            #[allow(
                clippy::duplicate_mod,
                reason = "other module, same models"
            )]
            pub mod models;
        }
    };
    ($name:ident, $models:literal) => {
        #[path = "."]
        mod $name {
            // For a module that is built on it.
            #[allow(unused_imports, reason = "most are not")]
            use crate::book::lock;

            #[allow(unused, reason = "a mutant leaves something unused")]
            mod module {
                include!(concat!(
                    env!("OUT_DIR"),
                    "/",
                    stringify!($name),
                    ".rs"
                ));
            }

            #[path = $models]
            #[allow(
                clippy::duplicate_mod,
                reason = "other module, same models"
            )]
            pub mod models;
        }
    };
}

mutant!(barrier_fills_before_all_have_left, "models/barrier.rs");
mutant!(barrier_forgets_an_abort_in_the_action, "models/barrier.rs");
mutant!(barrier_keeps_the_place_of_the_late, "models/barrier.rs");
mutant!(barrier_survives_a_panic, "models/barrier.rs");
mutant!(barrier_wakes_without_the_mutex, "models/barrier.rs");
mutant!(event_looks_before_it_locks, "models/event.rs");
mutant!(event_sets_relaxed, "models/event.rs");
mutant!(event_replaces_a_set, "models/event.rs");
mutant!(local_drops_twice, "models/local.rs");
mutant!(semaphore_forgets_a_sleeper, "models/semaphore.rs");
mutant!(semaphore_gives_back_relaxed, "models/semaphore.rs");
mutant!(semaphore_forgets_relaxed, "models/semaphore.rs");
mutant!(semaphore_keeps_the_leftover, "models/semaphore.rs");
mutant!(semaphore_stops_at_a_big_sleeper, "models/semaphore.rs");
mutant!(semaphore_takes_by_hand_in_two_steps, "models/semaphore.rs");
mutant!(gil_is_taken_back, "models/gil.rs");
mutant!(semaphore_wakes_nobody, "models/semaphore.rs");
mutant!(timer_queue_wakes_nobody, "models/timer_queue.rs");
mutant!(timer_queue_stops_unseen, "models/timer_queue.rs");
mutant!(timer_queue_leaves_its_thread, "models/timer_queue.rs");
mutant!(timer_queue_finishes_relaxed, "models/timer_queue.rs");
mutant!(lock_wakes_nobody, "models/lock.rs");
mutant!(lock_by_hand_wakes_nobody, "models/lock.rs");
mutant!(lock_looks_before_it_locks, "models/lock.rs");
mutant!(lock_never_checks_again, "models/lock.rs");
mutant!(lock_forgets_the_other_sleeper, "models/lock.rs");
mutant!(lock_forgets_the_patient_sleeper, "models/lock.rs");
mutant!(lock_releases_guards_by_hand, "models/lock.rs");
mutant!(lock_releases_owned_guards_by_hand, "models/lock.rs");
mutant!(lock_acquires_relaxed, "models/lock.rs");
mutant!(lock_releases_relaxed, "models/lock.rs");
mutant!(lock_releases_by_hand_relaxed, "models/lock.rs");
mutant!(rlock_leaves_too_early, "models/rlock.rs");
mutant!(rlock_keeps_its_owner, "models/rlock.rs");
mutant!(rlock_lets_anyone_release, "models/rlock.rs");
mutant!(condition condition_frees_before_it_locks);
mutant!(condition condition_hides_its_waiter);
mutant!(condition condition_wakes_nobody_for_the_lock);
mutant!(condition condition_moves_unseen);
mutant!(condition condition_calls_a_moved_waiter_late);
mutant!(condition condition_forgets_other_waiters);
mutant!(condition condition_forgets_the_levels);

#[cfg(feature = "models_only")]
pub const MUTANTS: &[Mutant] = &[];

#[cfg(not(feature = "models_only"))]
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "lock_wakes_nobody",
        module: "Lock",
        change: "a wake-up removed: dropping a guard wakes no sleeper",
        models: lock_wakes_nobody::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_by_hand_wakes_nobody",
        module: "Lock",
        change: "a wake-up removed: a release by hand wakes no \
                 sleeper",
        models: lock_by_hand_wakes_nobody::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_looks_before_it_locks",
        module: "Lock",
        change: "a check moved out of the lock: a thread announces \
                 itself before it locks the queue",
        models: lock_looks_before_it_locks::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_never_checks_again",
        module: "Lock",
        change: "a check removed: a thread sleeps even if the lock \
                 has become free",
        models: lock_never_checks_again::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_forgets_the_other_sleeper",
        module: "Lock",
        change: "a bit lost: waking one sleeper forgets the others",
        models: lock_forgets_the_other_sleeper::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_forgets_the_patient_sleeper",
        module: "Lock",
        change: "a bit lost: a sleeper whose time is up makes the \
                 lock forget the others",
        models: lock_forgets_the_patient_sleeper::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_releases_guards_by_hand",
        module: "Lock",
        change: "a check weakened: `release` takes the lock away from \
                 a guard",
        models: lock_releases_guards_by_hand::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_releases_owned_guards_by_hand",
        module: "Lock",
        change: "a check weakened: `release` takes the lock away from \
                 an owned guard",
        models: lock_releases_owned_guards_by_hand::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_acquires_relaxed",
        module: "Lock",
        change: "an ordering weakened: acquiring is `Relaxed`",
        models: lock_acquires_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "lock_releases_relaxed",
        module: "Lock",
        change: "an ordering weakened: dropping a guard is `Relaxed`",
        models: lock_releases_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "lock_releases_by_hand_relaxed",
        module: "Lock",
        change: "an ordering weakened: `release` is `Relaxed`",
        models: lock_releases_by_hand_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "rlock_leaves_too_early",
        module: "RLock",
        change: "a level lost: the lock is free before the last level \
                 is left",
        models: rlock_leaves_too_early::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "rlock_keeps_its_owner",
        module: "RLock",
        change: "a step removed: the last owner keeps its number in \
                 the lock",
        models: rlock_keeps_its_owner::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "rlock_lets_anyone_release",
        module: "RLock",
        change: "a check removed: a thread that is not the owner can \
                 release",
        models: rlock_lets_anyone_release::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "condition_frees_before_it_locks",
        module: "Condition",
        change: "a step moved out of the lock: a waiter frees the \
                 lock before it locks the queue",
        models: condition_frees_before_it_locks::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "condition_hides_its_waiter",
        module: "Condition",
        change: "two steps swapped: a waiter frees the lock before it \
                 raises the flag",
        models: condition_hides_its_waiter::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "condition_wakes_nobody_for_the_lock",
        module: "Condition",
        change: "a wake-up removed: a wait frees the lock and wakes \
                 no thread that sleeps until then",
        models: condition_wakes_nobody_for_the_lock::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "condition_moves_unseen",
        module: "Condition",
        change: "a bit lost: the lock is not told of the waiters that \
                 are moved to its queue",
        models: condition_moves_unseen::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "condition_calls_a_moved_waiter_late",
        module: "Condition",
        change: "an answer changed: a waiter that was notified in \
                 time says that it was not",
        models: condition_calls_a_moved_waiter_late::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "condition_forgets_other_waiters",
        module: "Condition",
        change: "a flag lost: one notification makes the condition \
                 forget the other waiters",
        models: condition_forgets_other_waiters::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "condition_forgets_the_levels",
        module: "Condition",
        change: "a step removed: a wait does not come back to the \
                 levels of a reentrant lock",
        models: condition_forgets_the_levels::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_wakes_nobody",
        module: "Semaphore",
        change: "a notify removed: a dropped guard wakes nobody",
        models: semaphore_wakes_nobody::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_forgets_a_sleeper",
        module: "Semaphore",
        change: "a condition dropped: a waiter whose time is up says that \
                 nobody sleeps, while others do",
        models: semaphore_forgets_a_sleeper::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_takes_by_hand_in_two_steps",
        module: "BoundedSemaphore",
        change: "one step made two: a permit is taken, and then noted as \
                 held by hand",
        models: semaphore_takes_by_hand_in_two_steps::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_keeps_the_leftover",
        module: "Semaphore",
        change: "a notify removed: a woken thread that finds too little does \
                 not pass it on",
        models: semaphore_keeps_the_leftover::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_stops_at_a_big_sleeper",
        module: "Semaphore",
        change: "a step removed: a release does not look behind a sleeper \
                 that wants too much",
        models: semaphore_stops_at_a_big_sleeper::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_forgets_relaxed",
        module: "BoundedSemaphore",
        change: "an ordering weakened: a forgotten guard is `Relaxed` in \
                 place of `Release`",
        models: semaphore_forgets_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "semaphore_gives_back_relaxed",
        module: "Semaphore",
        change: "an ordering weakened: a dropped guard is `Relaxed` in place \
                 of `Release`",
        models: semaphore_gives_back_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "local_drops_twice",
        module: "Local",
        change: "a question not asked: a thread that ends drops its value \
                 without a look whether the `Local` has",
        models: local_drops_twice::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_looks_before_it_locks",
        module: "Event",
        change: "a check moved out of the lock: a waiter looks at the event \
                 before it locks the queue",
        models: event_looks_before_it_locks::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_wakes_without_the_mutex",
        module: "Barrier",
        change: "a lock not taken: whoever ends a round does not wait until \
                 those who said that they would sleep do",
        models: barrier_wakes_without_the_mutex::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_replaces_a_set",
        module: "Event",
        change: "a swap made a store: a `set` hides what came before the one \
                 that it replaces",
        models: event_replaces_a_set::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "barrier_fills_before_all_have_left",
        module: "Barrier",
        change: "a case too many: a reset lets threads in although the \
                 waiters of the broken round have not left",
        models: barrier_fills_before_all_have_left::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_keeps_the_place_of_the_late",
        module: "Barrier",
        change: "a step left out: a thread whose time is up is still counted",
        models: barrier_keeps_the_place_of_the_late::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_survives_a_panic",
        module: "Barrier",
        change: "a wrong step: an action that panics ends the round as if it \
                 had returned",
        models: barrier_survives_a_panic::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_forgets_an_abort_in_the_action",
        module: "Barrier",
        change: "a case too few: an abort while the action runs does nothing",
        models: barrier_forgets_an_abort_in_the_action::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_sets_relaxed",
        module: "Event",
        change: "an ordering weakened: `set` is `Relaxed` in place of \
                 `Release`",
        models: event_sets_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "gil_is_taken_back",
        module: "Gil",
        change: "a check removed: a holder that was asked to give way may \
                 take the lock again at once",
        models: gil_is_taken_back::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "timer_queue_wakes_nobody",
        module: "TimerQueue",
        change: "a wake-up removed: a timer that comes first does not wake \
                 the thread",
        models: timer_queue_wakes_nobody::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "timer_queue_stops_unseen",
        module: "TimerQueue",
        change: "a wake-up removed: a queue that is dropped does not wake \
                 its thread",
        models: timer_queue_stops_unseen::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "timer_queue_leaves_its_thread",
        module: "TimerQueue",
        change: "a wait removed: the drop does not wait for a callback that \
                 runs",
        models: timer_queue_leaves_its_thread::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "timer_queue_finishes_relaxed",
        module: "TimerQueue",
        change: "an ordering weakened: what a callback did is not published",
        models: timer_queue_finishes_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
];
