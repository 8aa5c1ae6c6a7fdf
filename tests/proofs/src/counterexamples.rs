//! Modules with a bug, and for each the shortest schedule that shows it.
//!
//! The bugs are those of `build.rs`, and the schedules stand on the pages
//! about the modules.

use facade::explore::{Counterexample, Program};

macro_rules! counterexamples {
    ($(
        $name:ident: $module:ident in $file:literal [$($thread:literal),*]
            [$($step:literal)*] [$($value:literal),*];
    )*) => {
        $(
            #[path = "../counterexamples"]
            mod $name {
                #[path = "."]
                pub mod broken {
                    // For a module that is built on it.
                    #[allow(unused_imports, reason = "most are not")]
                    use crate::book::{lock, rlock};

                    #[allow(
                        unused,
                        clippy::overly_complex_bool_expr,
                        reason = "that is how some mutants are"
                    )]
                    mod module {
                        include!(concat!(
                            env!("OUT_DIR"),
                            "/",
                            stringify!($name),
                            ".rs"
                        ));
                        include!(concat!(
                            "shown/",
                            stringify!($module),
                            ".rs"
                        ));
                    }

                    #[path = $file]
                    #[allow(
                        clippy::duplicate_mod,
                        clippy::redundant_closure,
                        reason = "other module, same program; a call in the \
                                  text is a step"
                    )]
                    pub mod program;
                }

                #[path = "."]
                pub mod control {
                    use crate::book::$module as module;

                    #[path = $file]
                    #[allow(
                        clippy::duplicate_mod,
                        clippy::redundant_closure,
                        reason = "other module, same program; a call in the \
                                  text is a step"
                    )]
                    pub mod program;
                }
            }
        )*

        pub const COUNTEREXAMPLES: &[Counterexample] = &[$(Counterexample {
            program: Program {
                name: stringify!($name),
                file: concat!("/", $file),
                text: include_str!(concat!("../counterexamples/", $file)),
                run: $name::broken::program::main,
                threads: &["main thread", $($thread),*],
            },
            control: $name::control::program::main,
            start: &[$($step),*],
            values: &[$($value),*],
        }),*];
    };
}

// The mutant, its module, a program that uses it, what the threads are called,
// who moves first, as far as that is given, and the table's last columns.
counterexamples! {
    event_announces_nothing: event in "event_set.rs" ["W", "S"] [] ["event"];
    event_never_checks_again: event in "event_set.rs" ["W", "S"] [] ["event"];
    event_looks_before_it_locks: event in "event_set.rs"
        ["W", "S"] [] ["event"];
    event_overwrites_awaited: event in "event_set.rs" ["W", "S"] [] ["event"];
    event_clears_awaited: event in "event_clear_and_set.rs"
        ["W", "S"] [] ["event"];
    event_wakes_one: event in "event_two_waiters.rs"
        ["W", "another W", "S"] [1 1 1] ["event"];
    event_raises_after_unlocking: event in "event_two_waiters.rs"
        ["W", "another W", "S"] [1 1 1] ["event"];
    event_raises_before_locking: event in "event_slow_set.rs"
        ["W", "S", "another thread"] [1 1 1] ["event"];
    event_rechecks_the_flag: event in "event_set_and_clear.rs"
        ["W", "S"] [1 1 1] ["event"];
    event_gives_up_for_all: event in "event_timeout.rs"
        ["W", "hasty W", "S", "clock"] [1 1 1 2 2 2 2 2] ["event"];
    lock_wakes_nobody: lock in "lock_two.rs" ["R", "W"] [] ["lock"];
    lock_never_checks_again: lock in "lock_two.rs" ["R", "W"] [] ["lock"];
    lock_looks_before_it_locks: lock in "lock_two.rs" ["R", "W"] [] ["lock"];
    lock_forgets_the_other_sleeper: lock in "lock_three.rs"
        ["R", "W", "another W"] [1 2 2 2 2 2 3 3 3 3 3] ["lock"];
    lock_forgets_the_patient_sleeper: lock in "lock_timeout.rs"
        ["R", "W", "hasty W", "clock"] [1 2 2 2 2 2 3 3 3 3 3] ["lock"];
    condition_hides_its_waiter: condition in "condition_notify.rs"
        ["W", "N"] [1 1] ["any"];
    condition_frees_before_it_locks: condition in "condition_notify.rs"
        ["W", "N"] [1 1] ["any"];
    condition_moves_unseen: condition in "condition_notify.rs"
        ["W", "N"] [1 1] ["any"];
    condition_forgets_other_waiters: condition in "condition_two_waiters.rs"
        ["W", "another W", "N"] [1 1 1 1 1 2 2 2 2 2] ["any"];
    semaphore_wakes_nobody: semaphore in "semaphore_two.rs"
        ["R", "S"] [1 1] ["semaphore"];
    semaphore_announces_nothing: semaphore in "semaphore_release.rs"
        ["S", "R"] [] ["semaphore"];
    semaphore_looks_before_it_locks: semaphore in "semaphore_release.rs"
        ["S", "R"] [] ["semaphore"];
}
