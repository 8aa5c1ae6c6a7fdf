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

mutant!(barrier_fills_before_all_have_left, "models/barrier.rs");
mutant!(barrier_forgets_an_abort_in_the_action, "models/barrier.rs");
mutant!(barrier_keeps_the_place_of_the_late, "models/barrier.rs");
mutant!(barrier_survives_a_panic, "models/barrier.rs");
mutant!(barrier_wakes_without_the_mutex, "models/barrier.rs");
mutant!(event_looks_before_it_locks, "models/event.rs");
mutant!(event_sets_relaxed, "models/event.rs");
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
];
