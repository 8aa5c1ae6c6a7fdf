//! The primitives of the book under a model checker.
//!
//! `cargo book prove` runs this program twice: built on loom, which tries
//! every schedule up to a bound and judges memory orderings, and built on
//! shuttle, which tries fixed numbers of schedules that go further.
//!
//! `cargo book record schedules` runs it too, built on a checker of our own:
//! then it records the schedules of small programs, for the pages.
//!
//! The modules are included as they stand. For them, `std`, `parking_lot` and
//! `parking_lot_core` are this package's library.

#[cfg(any(loom, shuttle, recorder))]
extern crate facade as parking_lot;
#[cfg(any(loom, shuttle, recorder))]
extern crate facade as parking_lot_core;
#[cfg(any(loom, shuttle, recorder))]
extern crate facade as std;

/// In place of `std`'s, in the modules below.
#[cfg(any(loom, shuttle, recorder))]
macro_rules! thread_local {
    ($($all:tt)*) => { facade::thread_locals! { $($all)* } };
}

#[cfg(any(loom, shuttle, recorder))]
#[path = "."]
#[allow(dead_code, reason = "no model needs all of a module")]
mod book {
    #[path = "../../../code/src/barrier.rs"]
    pub mod barrier;
    #[path = "../../../code/src/condition.rs"]
    pub mod condition;
    #[path = "../../../code/src/event.rs"]
    pub mod event;
    #[path = "../../../code/src/event_auto_reset.rs"]
    pub mod event_auto_reset;
    #[path = "../../../code/src/gil.rs"]
    pub mod gil;
    #[path = "../../../code/src/local.rs"]
    pub mod local;
    #[path = "../../../code/src/lock.rs"]
    pub mod lock;
    #[path = "../../../code/src/rlock.rs"]
    pub mod rlock;
    #[path = "../../../code/src/semaphore.rs"]
    pub mod semaphore;
    #[path = "../../../code/src/semaphore_closable.rs"]
    pub mod semaphore_closable;
    #[path = "../../../code/src/spawn_join.rs"]
    pub mod spawn_join;
    #[path = "../../../code/src/timer_alarm.rs"]
    pub mod timer_alarm;
    #[path = "../../../code/src/timer_queue.rs"]
    pub mod timer_queue;
}

/// The models of each primitive. A file finds its module as `super::module`.
#[cfg(any(loom, shuttle))]
macro_rules! models {
    ($($name:ident: $file:literal of $module:path;)*) => {$(
        #[path = "."]
        mod $name {
            use $module as module;

            #[path = $file]
            pub mod models;
        }
    )*};
}

#[cfg(any(loom, shuttle))]
models! {
    barrier: "models/barrier.rs" of crate::book::barrier;
    condition: "models/condition.rs" of crate::book;
    event: "models/event.rs" of crate::book::event;
    event_auto_reset: "models/event_auto_reset.rs"
        of crate::book::event_auto_reset;
    gil: "models/gil.rs" of crate::book::gil;
    local: "models/local.rs" of crate::book::local;
    lock: "models/lock.rs" of crate::book::lock;
    rlock: "models/rlock.rs" of crate::book::rlock;
    semaphore: "models/semaphore.rs" of crate::book::semaphore;
    semaphore_closable: "models/semaphore_closable.rs"
        of crate::book::semaphore_closable;
    spawn_join: "models/spawn_join.rs" of crate::book::spawn_join;
    timer: "models/timer.rs" of crate::book::timer_alarm;
    timer_queue: "models/timer_queue.rs" of crate::book::timer_queue;
}

#[cfg(any(loom, shuttle))]
#[path = "mutants.rs"]
#[allow(dead_code, reason = "no model needs all of a module")]
mod mutants;

#[cfg(any(loom, shuttle))]
mod run;

#[cfg(any(loom, shuttle))]
fn main() -> std::process::ExitCode {
    run::main()
}

/// As a program outside names the modules.
#[cfg(recorder)]
extern crate self as threading;
#[cfg(recorder)]
pub use book::{
    barrier::Barrier,
    condition::Condition,
    event::Event,
    lock::Lock,
    rlock::RLock,
    semaphore::{BoundedSemaphore, Semaphore},
    timer_alarm::Alarm,
};

#[cfg(recorder)]
mod counterexamples;
#[cfg(recorder)]
mod planted;
#[cfg(recorder)]
mod schedules;
#[cfg(recorder)]
mod shown;

#[cfg(recorder)]
fn main() -> std::process::ExitCode {
    schedules::main()
}

#[cfg(not(any(loom, shuttle, recorder)))]
fn main() {
    println!("This program needs a checker: run `cargo book prove`.");
}
