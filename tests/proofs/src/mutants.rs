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

macro_rules! mutant {
    ($name:ident, $models:literal) => {
        #[path = "."]
        mod $name {
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

mutant!(barrier_wakes_without_the_mutex, "models/barrier.rs");
mutant!(event_looks_before_it_locks, "models/event.rs");
mutant!(event_sets_relaxed, "models/event.rs");
mutant!(event_replaces_a_set, "models/event.rs");
mutant!(local_drops_twice, "models/local.rs");
mutant!(semaphore_forgets_a_sleeper, "models/semaphore.rs");
mutant!(semaphore_gives_back_relaxed, "models/semaphore.rs");
mutant!(semaphore_takes_by_hand_in_two_steps, "models/semaphore.rs");
mutant!(semaphore_wakes_nobody, "models/semaphore.rs");

pub const MUTANTS: &[Mutant] = &[
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
        name: "event_sets_relaxed",
        module: "Event",
        change: "an ordering weakened: `set` is `Relaxed` in place of \
                 `Release`",
        models: event_sets_relaxed::models::MODELS,
        is_weak_ordering: true,
    },
];
