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
            use crate::book::{lock, semaphore};

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
mutant!(barrier_never_checks_again, "models/barrier.rs");
mutant!(barrier_wakes_one, "models/barrier.rs");
mutant!(barrier_resets_unseen, "models/barrier.rs");
mutant!(barrier_opens_unseen, "models/barrier.rs");
mutant!(barrier_times_out_in_two_steps, "models/barrier.rs");
mutant!(barrier_times_out_an_action, "models/barrier.rs");
mutant!(barrier_breaks_a_round_that_is_over, "models/barrier.rs");
mutant!(barrier_keeps_the_place_of_a_waiter, "models/barrier.rs");
mutant!(barrier_keeps_the_place_of_a_panic, "models/barrier.rs");
mutant!(barrier_keeps_the_place_of_the_runner, "models/barrier.rs");
mutant!(barrier_forgets_a_reset_in_the_action, "models/barrier.rs");
mutant!(barrier_arrives_relaxed, "models/barrier.rs");
mutant!(barrier_completes_relaxed, "models/barrier.rs");
mutant!(barrier_leaves_relaxed, "models/barrier.rs");
mutant!(event_looks_before_it_locks, "models/event.rs");
mutant!(event_sets_relaxed, "models/event.rs");
mutant!(auto_reset_wakes_nobody, "models/event_auto_reset.rs");
mutant!(
    auto_reset_looks_before_it_locks,
    "models/event_auto_reset.rs"
);
mutant!(auto_reset_lets_two_through, "models/event_auto_reset.rs");
mutant!(
    auto_reset_forgets_the_other_sleeper,
    "models/event_auto_reset.rs"
);
mutant!(
    auto_reset_forgets_the_patient_sleeper,
    "models/event_auto_reset.rs"
);
mutant!(auto_reset_swallows_a_set, "models/event_auto_reset.rs");
mutant!(auto_reset_sets_relaxed, "models/event_auto_reset.rs");
mutant!(auto_reset_waits_relaxed, "models/event_auto_reset.rs");
mutant!(auto_reset_sleeps_relaxed, "models/event_auto_reset.rs");
mutant!(auto_reset_replaces_a_set, "models/event_auto_reset.rs");
mutant!(closable_wakes_nobody, "models/semaphore_closable.rs");
mutant!(
    closable_keeps_the_last_permit,
    "models/semaphore_closable.rs"
);
mutant!(
    closable_adds_before_it_closes,
    "models/semaphore_closable.rs"
);
mutant!(closable_closes_relaxed, "models/semaphore_closable.rs");
mutant!(closable_asks_relaxed, "models/semaphore_closable.rs");
mutant!(event_raises_by_store, "models/event.rs");
mutant!(event_announces_nothing, "models/event.rs");
mutant!(event_never_checks_again, "models/event.rs");
mutant!(event_overwrites_awaited, "models/event.rs");
mutant!(event_clears_awaited, "models/event.rs");
mutant!(event_wakes_one, "models/event.rs");
mutant!(event_raises_after_unlocking, "models/event.rs");
mutant!(event_raises_before_locking, "models/event.rs");
mutant!(event_rechecks_the_flag, "models/event.rs");
mutant!(event_gives_up_for_all, "models/event.rs");
mutant!(event_sets_only_once, "models/event.rs");
mutant!(event_reads_relaxed, "models/event.rs");
mutant!(event_raises_relaxed, "models/event.rs");
mutant!(event_announces_relaxed, "models/event.rs");
mutant!(event_clears_relaxed, "models/event.rs");
mutant!(local_drops_twice, "models/local.rs");
mutant!(local_looks_before_it_locks, "models/local.rs");
mutant!(local_takes_two_places, "models/local.rs");
mutant!(local_keeps_its_generation, "models/local.rs");
mutant!(semaphore_forgets_a_sleeper, "models/semaphore.rs");
mutant!(semaphore_gives_back_relaxed, "models/semaphore.rs");
mutant!(semaphore_forgets_relaxed, "models/semaphore.rs");
mutant!(semaphore_keeps_the_leftover, "models/semaphore.rs");
mutant!(semaphore_stops_at_a_big_sleeper, "models/semaphore.rs");
mutant!(semaphore_takes_by_hand_in_two_steps, "models/semaphore.rs");
mutant!(gil_is_taken_back, "models/gil.rs");
mutant!(gil_is_given_up_unseen, "models/gil.rs");
mutant!(gil_lets_sleepers_sleep, "models/gil.rs");
mutant!(gil_changes_its_interval_unseen, "models/gil.rs");
mutant!(semaphore_wakes_nobody, "models/semaphore.rs");
mutant!(semaphore_announces_nothing, "models/semaphore.rs");
mutant!(semaphore_looks_before_it_locks, "models/semaphore.rs");
mutant!(semaphore_forgets_the_other_sleepers, "models/semaphore.rs");
mutant!(semaphore_wakes_before_it_releases, "models/semaphore.rs");
mutant!(semaphore_wakes_one_for_all, "models/semaphore.rs");
mutant!(semaphore_gives_up_when_woken, "models/semaphore.rs");
mutant!(semaphore_takes_in_two_steps, "models/semaphore.rs");
mutant!(semaphore_lowers_the_bit_in_two_steps, "models/semaphore.rs");
mutant!(semaphore_acquires_relaxed, "models/semaphore.rs");
mutant!(semaphore_acquires_late_relaxed, "models/semaphore.rs");
mutant!(semaphore_releases_relaxed, "models/semaphore.rs");
mutant!(semaphore_releases_in_two_steps, "models/semaphore.rs");
mutant!(semaphore_takes_many_one_by_one, "models/semaphore.rs");
mutant!(timer_queue_wakes_nobody, "models/timer_queue.rs");
mutant!(timer_queue_stops_unseen, "models/timer_queue.rs");
mutant!(timer_queue_leaves_its_thread, "models/timer_queue.rs");
mutant!(timer_queue_finishes_relaxed, "models/timer_queue.rs");
mutant!(timer_queue_reads_relaxed, "models/timer_queue.rs");
mutant!(timer_queue_takes_in_two_steps, "models/timer_queue.rs");
mutant!(timer_cancels_unseen, "models/timer.rs");
mutant!(timer_cancels_in_two_steps, "models/timer.rs");
mutant!(timer_fires_in_two_steps, "models/timer.rs");
mutant!(timer_finishes_early, "models/timer.rs");
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
mutant!(lock_announces_nothing, "models/lock.rs");
mutant!(lock_forgets_sleepers_as_it_is_acquired, "models/lock.rs");
mutant!(lock_forgets_sleepers_as_it_is_released, "models/lock.rs");
mutant!(lock_forgets_after_it_unlocks_the_queue, "models/lock.rs");
mutant!(lock_wakes_before_it_is_free, "models/lock.rs");
mutant!(lock_gives_up_when_woken, "models/lock.rs");
mutant!(lock_releases_by_hand_in_two_steps, "models/lock.rs");
mutant!(lock_explains_a_failed_release_later, "models/lock.rs");
mutant!(lock_acquires_by_hand_in_two_steps, "models/lock.rs");
mutant!(rlock_leaves_too_early, "models/rlock.rs");
mutant!(rlock_keeps_its_owner, "models/rlock.rs");
mutant!(rlock_lets_anyone_release, "models/rlock.rs");
mutant!(rlock_forgets_its_owner_late, "models/rlock.rs");
mutant!(rlock_owns_before_it_acquires, "models/rlock.rs");
mutant!(rlock_numbers_threads_in_two_steps, "models/rlock.rs");
mutant!(condition condition_frees_before_it_locks);
mutant!(condition condition_hides_its_waiter);
mutant!(condition condition_wakes_nobody_for_the_lock);
mutant!(condition condition_moves_unseen);
mutant!(condition condition_calls_a_moved_waiter_late);
mutant!(condition condition_forgets_other_waiters);
mutant!(condition condition_forgets_the_levels);
mutant!(condition condition_returns_without_the_lock);
mutant!(condition condition_moves_to_a_free_lock);
mutant!(condition condition_forgets_the_patient_waiter);
mutant!(condition condition_mistakes_the_queue);
mutant!(condition condition_calls_a_woken_waiter_late);
mutant!(join_starts_in_two_steps, "models/spawn_join.rs");
mutant!(join_starts_unseen, "models/spawn_join.rs");
mutant!(join_leaves_unseen, "models/spawn_join.rs");
mutant!(join_wakes_one, "models/spawn_join.rs");
mutant!(join_wakes_nobody, "models/spawn_join.rs");
mutant!(join_asks_the_system_early, "models/spawn_join.rs");
mutant!(join_says_joined_early, "models/spawn_join.rs");
mutant!(join_holds_the_lock, "models/spawn_join.rs");
mutant!(join_turns_joiners_away, "models/spawn_join.rs");

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
        name: "lock_announces_nothing",
        module: "Lock",
        change: "a bit not set: a thread goes to sleep without an \
                 announcement",
        models: lock_announces_nothing::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_forgets_sleepers_as_it_is_acquired",
        module: "Lock",
        change: "a bit lost: a thread that acquires the lock forgets the \
                 sleepers",
        models: lock_forgets_sleepers_as_it_is_acquired::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_forgets_sleepers_as_it_is_released",
        module: "Lock",
        change: "a bit lost: dropping a guard makes the lock forget the \
                 sleepers that it does not wake",
        models: lock_forgets_sleepers_as_it_is_released::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_forgets_after_it_unlocks_the_queue",
        module: "Lock",
        change: "a step moved out of the lock: the bit of the sleepers is \
                 taken away after the queue is unlocked",
        models: lock_forgets_after_it_unlocks_the_queue::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_wakes_before_it_is_free",
        module: "Lock",
        change: "two steps swapped: dropping a guard wakes a sleeper before \
                 the lock is free",
        models: lock_wakes_before_it_is_free::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_gives_up_when_woken",
        module: "Lock",
        change: "a wake-up swallowed: a thread that was woken, and whose time \
                 is up, leaves without the lock",
        models: lock_gives_up_when_woken::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_releases_by_hand_in_two_steps",
        module: "Lock",
        change: "one step made two: `release` checks who holds the lock, and \
                 then frees it",
        models: lock_releases_by_hand_in_two_steps::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_explains_a_failed_release_later",
        module: "Lock",
        change: "one step made two: the error of `release` looks at the lock \
                 again",
        models: lock_explains_a_failed_release_later::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "lock_acquires_by_hand_in_two_steps",
        module: "Lock",
        change: "one step made two: the lock is acquired, and then noted as \
                 held by hand",
        models: lock_acquires_by_hand_in_two_steps::models::MODELS,
        is_weak_ordering: false,
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
        name: "rlock_forgets_its_owner_late",
        module: "RLock",
        change: "two steps swapped: a thread releases the lock before it \
                 takes its number away",
        models: rlock_forgets_its_owner_late::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "rlock_owns_before_it_acquires",
        module: "RLock",
        change: "two steps swapped: a thread writes its number before it has \
                 the lock",
        models: rlock_owns_before_it_acquires::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "rlock_numbers_threads_in_two_steps",
        module: "RLock",
        change: "one step made two: two threads may get the same number",
        models: rlock_numbers_threads_in_two_steps::models::MODELS,
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
        name: "condition_returns_without_the_lock",
        module: "Condition",
        change: "a wait removed: a waiter that is woken returns without the \
                 lock",
        models: condition_returns_without_the_lock::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "condition_moves_to_a_free_lock",
        module: "Condition",
        change: "a check removed: a waiter is moved to the queue of a lock \
                 that is free",
        models: condition_moves_to_a_free_lock::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "condition_forgets_the_patient_waiter",
        module: "Condition",
        change: "a flag lost: a waiter whose time is up makes the condition \
                 forget the others",
        models: condition_forgets_the_patient_waiter::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "condition_mistakes_the_queue",
        module: "Condition",
        change: "a flag lost: a waiter that was moved, and was the last \
                 there, makes the condition forget those that were not",
        models: condition_mistakes_the_queue::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "condition_calls_a_woken_waiter_late",
        module: "Condition",
        change: "a notification swallowed: a waiter that was notified, and \
                 whose time is up by now, says that it was not",
        models: condition_calls_a_woken_waiter_late::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_wakes_nobody",
        module: "Semaphore",
        change: "a wake-up removed: a dropped guard wakes no thread",
        models: semaphore_wakes_nobody::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_forgets_a_sleeper",
        module: "Semaphore",
        change: "a bit lost: a waiter whose time is up makes the semaphore \
                 forget the others",
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
        change: "a wake-up not passed on: a woken thread that finds too little \
                 leaves it to no other",
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
        change: "an ordering weakened: a forgotten guard is `Relaxed`",
        models: semaphore_forgets_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "semaphore_releases_in_two_steps",
        module: "BoundedSemaphore",
        change: "one step made two: a release looks at the limit, and then \
                 gives the permit back",
        models: semaphore_releases_in_two_steps::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_gives_back_relaxed",
        module: "Semaphore",
        change: "an ordering weakened: a dropped guard is `Relaxed`",
        models: semaphore_gives_back_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "semaphore_announces_nothing",
        module: "Semaphore",
        change: "a bit not set: a thread goes to sleep without an \
                 announcement",
        models: semaphore_announces_nothing::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_looks_before_it_locks",
        module: "Semaphore",
        change: "a check moved out of the lock: a thread announces itself \
                 before it locks the queue",
        models: semaphore_looks_before_it_locks::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_forgets_the_other_sleepers",
        module: "Semaphore",
        change: "a bit lost: waking one sleeper forgets the others",
        models: semaphore_forgets_the_other_sleepers::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_wakes_before_it_releases",
        module: "Semaphore",
        change: "two steps swapped: a dropped guard wakes a sleeper before it \
                 gives the permit back",
        models: semaphore_wakes_before_it_releases::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_wakes_one_for_all",
        module: "Semaphore",
        change: "a wake-up not passed on: a release of two wakes one sleeper",
        models: semaphore_wakes_one_for_all::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_gives_up_when_woken",
        module: "Semaphore",
        change: "a wake-up swallowed: a thread that was woken, and whose time \
                 is up, leaves without the permit",
        models: semaphore_gives_up_when_woken::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_takes_in_two_steps",
        module: "Semaphore",
        change: "one step made two: a thread looks for a permit, and then \
                 takes it",
        models: semaphore_takes_in_two_steps::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_lowers_the_bit_in_two_steps",
        module: "Semaphore",
        change: "one step made two: taking the bit away hides a release",
        models: semaphore_lowers_the_bit_in_two_steps::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "semaphore_acquires_relaxed",
        module: "Semaphore",
        change: "an ordering weakened: taking a free permit is `Relaxed`",
        models: semaphore_acquires_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "semaphore_acquires_late_relaxed",
        module: "Semaphore",
        change: "an ordering weakened: taking a permit at the last moment \
                 before the sleep is `Relaxed`",
        models: semaphore_acquires_late_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "semaphore_releases_relaxed",
        module: "Semaphore",
        change: "an ordering weakened: a release by hand is `Relaxed`",
        models: semaphore_releases_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "semaphore_takes_many_one_by_one",
        module: "Semaphore",
        change: "one step made two: a thread that wants two permits takes \
                 one, and then waits for the other",
        models: semaphore_takes_many_one_by_one::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "local_drops_twice",
        module: "Local",
        change: "a check removed: a thread that ends drops its value even if \
                 the `Local` has dropped it",
        models: local_drops_twice::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "local_looks_before_it_locks",
        module: "Local",
        change: "a check moved out of the lock: a thread that ends looks \
                 whether its value is still there, and then takes it",
        models: local_looks_before_it_locks::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "local_takes_two_places",
        module: "Local",
        change: "a check moved out of the lock: two threads that are the \
                 first to use a `Local` give it two places",
        models: local_takes_two_places::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "local_keeps_its_generation",
        module: "Local",
        change: "a step left out: a place goes to another `Local` under the \
                 same number",
        models: local_keeps_its_generation::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_looks_before_it_locks",
        module: "Event",
        change: "a check moved out of the lock: a waiter checks the event \
                 before it locks the queue",
        models: event_looks_before_it_locks::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_wakes_without_the_mutex",
        module: "Barrier",
        change: "a lock not taken: the end of a round wakes the sleepers \
                 before the last of them is asleep",
        models: barrier_wakes_without_the_mutex::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_raises_by_store",
        module: "Event",
        change: "a swap made a store: a `set` hides what came before the one \
                 that it replaces",
        models: event_raises_by_store::models::MODELS,
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
        name: "barrier_never_checks_again",
        module: "Barrier",
        change: "a check removed: a waiter sleeps even if its round has ended \
                 by then",
        models: barrier_never_checks_again::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_wakes_one",
        module: "Barrier",
        change: "a wake-up not passed on: the end of a round wakes one of the \
                 sleepers",
        models: barrier_wakes_one::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_resets_unseen",
        module: "Barrier",
        change: "a wake-up removed: a reset does not wake the waiters",
        models: barrier_resets_unseen::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_opens_unseen",
        module: "Barrier",
        change: "a wake-up removed: the last thread to leave a broken round \
                 does not wake those that wait for a place",
        models: barrier_opens_unseen::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_times_out_in_two_steps",
        module: "Barrier",
        change: "a check removed: a thread whose time is up says so even if \
                 its round has succeeded by then",
        models: barrier_times_out_in_two_steps::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_times_out_an_action",
        module: "Barrier",
        change: "a case too many: a thread whose time is up breaks a round \
                 whose action runs",
        models: barrier_times_out_an_action::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_breaks_a_round_that_is_over",
        module: "Barrier",
        change: "a check removed: a waiter whose round has succeeded takes \
                 the end of the next for its own",
        models: barrier_breaks_a_round_that_is_over::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_keeps_the_place_of_a_waiter",
        module: "Barrier",
        change: "a step left out: a waiter of a broken round is still counted",
        models: barrier_keeps_the_place_of_a_waiter::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_keeps_the_place_of_a_panic",
        module: "Barrier",
        change: "a step left out: a thread whose action has panicked is still \
                 counted",
        models: barrier_keeps_the_place_of_a_panic::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_keeps_the_place_of_the_runner",
        module: "Barrier",
        change: "a step left out: a thread whose action was cut off by an \
                 abort is still counted",
        models: barrier_keeps_the_place_of_the_runner::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_forgets_a_reset_in_the_action",
        module: "Barrier",
        change: "a case too few: a reset while the action runs does nothing",
        models: barrier_forgets_a_reset_in_the_action::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "barrier_arrives_relaxed",
        module: "Barrier",
        change: "an ordering weakened: a change of the word publishes nothing",
        models: barrier_arrives_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "barrier_completes_relaxed",
        module: "Barrier",
        change: "an ordering weakened: the last to arrive does not take in \
                 what the others published",
        models: barrier_completes_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "barrier_leaves_relaxed",
        module: "Barrier",
        change: "an ordering weakened: a waiter reads the word `Relaxed`",
        models: barrier_leaves_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "event_sets_relaxed",
        module: "Event",
        change: "an ordering weakened: `set` is `Relaxed`",
        models: event_sets_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "event_announces_nothing",
        module: "Event",
        change: "a state not written: a waiter goes to sleep without an \
                 announcement",
        models: event_announces_nothing::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_never_checks_again",
        module: "Event",
        change: "a check removed: a waiter sleeps even if the event was set \
                 by then",
        models: event_never_checks_again::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_overwrites_awaited",
        module: "Event",
        change: "a check removed: `set` overwrites the announcement of a \
                 sleeper",
        models: event_overwrites_awaited::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_clears_awaited",
        module: "Event",
        change: "a check removed: `clear` overwrites the announcement of a \
                 sleeper",
        models: event_clears_awaited::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_wakes_one",
        module: "Event",
        change: "a wake-up not passed on: `set` wakes one sleeper and leaves \
                 the others",
        models: event_wakes_one::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_raises_after_unlocking",
        module: "Event",
        change: "a step moved out of the lock: `set` raises the flag after it \
                 unlocks the queue",
        models: event_raises_after_unlocking::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_raises_before_locking",
        module: "Event",
        change: "a step moved out of the lock: `set` raises the flag before \
                 it locks the queue",
        models: event_raises_before_locking::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_rechecks_the_flag",
        module: "Event",
        change: "a check too many: a waiter that was released looks at the \
                 flag again",
        models: event_rechecks_the_flag::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_gives_up_for_all",
        module: "Event",
        change: "a state lost: a waiter whose time is up makes the event \
                 forget the others",
        models: event_gives_up_for_all::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "event_sets_only_once",
        module: "Event",
        change: "a write left out: `set` leaves an event alone that is set \
                 already",
        models: event_sets_only_once::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "event_reads_relaxed",
        module: "Event",
        change: "an ordering weakened: reading the flag is `Relaxed`",
        models: event_reads_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "event_raises_relaxed",
        module: "Event",
        change: "an ordering weakened: a `set` that wakes sleepers is \
                 `Relaxed`",
        models: event_raises_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "event_announces_relaxed",
        module: "Event",
        change: "an ordering weakened: finding the event set at the last \
                 moment is `Relaxed`",
        models: event_announces_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "event_clears_relaxed",
        module: "Event",
        change: "an ordering weakened: `clear` is `Relaxed`",
        models: event_clears_relaxed::models::MODELS,
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
        name: "gil_is_given_up_unseen",
        module: "Gil",
        change: "a wake-up removed: a thread that gives up the lock wakes \
                 no other",
        models: gil_is_given_up_unseen::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "gil_lets_sleepers_sleep",
        module: "Gil",
        change: "a wake-up removed: a thread that takes the lock does not \
                 have the others ask it in turn",
        models: gil_lets_sleepers_sleep::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "gil_changes_its_interval_unseen",
        module: "Gil",
        change: "a wake-up removed: a new switch interval does not reach \
                 those that wait already",
        models: gil_changes_its_interval_unseen::models::MODELS,
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
    Mutant {
        name: "auto_reset_wakes_nobody",
        module: "AutoResetEvent",
        change: "a wake-up removed: `set` wakes no sleeper",
        models: auto_reset_wakes_nobody::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "auto_reset_looks_before_it_locks",
        module: "AutoResetEvent",
        change: "a check moved out of the lock: a waiter announces itself \
                 before it locks the queue",
        models: auto_reset_looks_before_it_locks::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "auto_reset_lets_two_through",
        module: "AutoResetEvent",
        change: "a case too many: a `set` that wakes a thread is remembered \
                 as well",
        models: auto_reset_lets_two_through::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "auto_reset_forgets_the_other_sleeper",
        module: "AutoResetEvent",
        change: "a state lost: waking one sleeper forgets the others",
        models: auto_reset_forgets_the_other_sleeper::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "auto_reset_forgets_the_patient_sleeper",
        module: "AutoResetEvent",
        change: "a state lost: a sleeper whose time is up makes the event \
                 forget the others",
        models: auto_reset_forgets_the_patient_sleeper::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "auto_reset_swallows_a_set",
        module: "AutoResetEvent",
        change: "an answer changed: a waiter that was let through says that \
                 it was not if its time is up when it wakes",
        models: auto_reset_swallows_a_set::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "auto_reset_sets_relaxed",
        module: "AutoResetEvent",
        change: "an ordering weakened: `set` is `Relaxed` instead of \
                 `Release`",
        models: auto_reset_sets_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "auto_reset_waits_relaxed",
        module: "AutoResetEvent",
        change: "an ordering weakened: a wait that finds it set is `Relaxed` \
                 instead of `Acquire`",
        models: auto_reset_waits_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "auto_reset_sleeps_relaxed",
        module: "AutoResetEvent",
        change: "an ordering weakened: a wait that finds it set when it is \
                 about to sleep is `Relaxed` instead of `Acquire`",
        models: auto_reset_sleeps_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "auto_reset_replaces_a_set",
        module: "AutoResetEvent",
        change: "a swap made a store: a `set` hides what came before the one \
                 that it replaces",
        models: auto_reset_replaces_a_set::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "closable_wakes_nobody",
        module: "ClosableSemaphore",
        change: "a step removed: `close` adds no permit, and so wakes no \
                 thread",
        models: closable_wakes_nobody::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "closable_keeps_the_last_permit",
        module: "ClosableSemaphore",
        change: "a wake-up removed: a thread that is told of the close keeps \
                 the permit",
        models: closable_keeps_the_last_permit::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "closable_adds_before_it_closes",
        module: "ClosableSemaphore",
        change: "two steps swapped: `close` adds the permit before it raises \
                 the flag",
        models: closable_adds_before_it_closes::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "closable_closes_relaxed",
        module: "ClosableSemaphore",
        change: "an ordering weakened: `close` is `Relaxed` instead of \
                 `Release`",
        models: closable_closes_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "closable_asks_relaxed",
        module: "ClosableSemaphore",
        change: "an ordering weakened: asking whether it is closed is \
                 `Relaxed` instead of `Acquire`",
        models: closable_asks_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "timer_queue_reads_relaxed",
        module: "TimerQueue",
        change: "an ordering weakened: reading the phase is `Relaxed`",
        models: timer_queue_reads_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
    Mutant {
        name: "timer_queue_takes_in_two_steps",
        module: "TimerQueue",
        change: "a step moved out of the lock: the phase changes after the \
                 callback is taken",
        models: timer_queue_takes_in_two_steps::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "timer_cancels_unseen",
        module: "Timer",
        change: "a wake-up removed: `cancel` does not wake the thread of the \
                 timer",
        models: timer_cancels_unseen::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "timer_cancels_in_two_steps",
        module: "Timer",
        change: "a check moved out of the lock: `cancel` looks at the phase, \
                 and then changes it",
        models: timer_cancels_in_two_steps::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "timer_fires_in_two_steps",
        module: "Timer",
        change: "a check moved out of the lock: the thread of the timer looks \
                 at the phase, and then changes it",
        models: timer_fires_in_two_steps::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "timer_finishes_early",
        module: "Timer",
        change: "two steps swapped: a timer is finished before its function \
                 is called",
        models: timer_finishes_early::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "join_starts_in_two_steps",
        module: "JoinState",
        change: "a check moved out of the lock: two starts may both find the \
                 thread new",
        models: join_starts_in_two_steps::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "join_starts_unseen",
        module: "JoinState",
        change: "a wake-up removed: a start wakes no joiner that waits for it",
        models: join_starts_unseen::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "join_leaves_unseen",
        module: "JoinState",
        change: "a wake-up removed: a thread that is about to end does not \
                 wake the joiners that have a deadline",
        models: join_leaves_unseen::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "join_wakes_one",
        module: "JoinState",
        change: "a wake-up not passed on: the joiner that has waited for the \
                 system wakes one other",
        models: join_wakes_one::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "join_wakes_nobody",
        module: "JoinState",
        change: "a wake-up removed: the joiner that has waited for the system \
                 wakes no other",
        models: join_wakes_nobody::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "join_asks_the_system_early",
        module: "JoinState",
        change: "a check removed: a joiner with a deadline waits for the \
                 system before the thread is about to end",
        models: join_asks_the_system_early::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "join_says_joined_early",
        module: "JoinState",
        change: "two steps swapped: a joiner says that the thread is gone \
                 before it has waited for the system",
        models: join_says_joined_early::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "join_holds_the_lock",
        module: "JoinState",
        change: "a lock held: a joiner waits for the system without unlocking \
                 the state",
        models: join_holds_the_lock::models::MODELS,
        is_weak_ordering: false,
    },
    Mutant {
        name: "join_turns_joiners_away",
        module: "JoinState",
        change: "a case too many: a joiner leaves while the thread is about \
                 to start",
        models: join_turns_joiners_away::models::MODELS,
        is_weak_ordering: false,
    },
];
