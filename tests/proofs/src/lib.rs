//! A stand-in for `std`, `parking_lot` and `parking_lot_core`, whose threads
//! run in an order that a model checker chooses.
//!
//! The models in `main.rs` include the book's modules as they stand, and name
//! this crate `std`, `parking_lot` and `parking_lot_core` for them.
//! It is built on loom with `--cfg loom`, on shuttle with `--cfg shuttle`, on
//! a checker of our own, which records schedules, with `--cfg recorder`, and
//! without any of them it is empty.
//!
//! What is not overridden below is the real `std`; of its threads and what
//! they share, nothing is there that the checker does not know.

#![cfg(any(loom, shuttle, recorder))]

#[cfg(loom)]
use loom as checker;
#[cfg(shuttle)]
use shuttle as checker;

#[cfg(recorder)]
pub mod checker;

mod atomics;
#[cfg(recorder)]
pub mod explore;
mod lazy;
mod local;
mod locks;
pub mod model;
mod once;
mod parker;
mod queue;
mod raw;
pub mod thread;
pub mod time;

pub use ::std::*;

/// `std::sync`, with other atomics and locks.
pub mod sync {
    pub use crate::locks::{Condvar, LazyLock, Mutex, MutexGuard};
    pub use crate::once::OnceLock;
    pub use ::std::sync::{Arc, LockResult, PoisonError, Weak};

    /// `std::sync::atomic`, with the atomics of the checker.
    pub mod atomic {
        pub use crate::atomics::{
            AtomicBool, AtomicI32, AtomicI64, AtomicU8, AtomicU32, AtomicU64,
            AtomicUsize,
        };
        pub use std::sync::atomic::Ordering;
    }
}

/// `std::hint`; a pause gives no thread a turn that the checker would not
/// give it.
pub mod hint {
    pub use ::std::hint::*;

    /// Does nothing.
    pub fn spin_loop() {}
}

/// What the modules use of `parking_lot`.
pub use lock_api;
pub use raw::{RawCondvar, RawMutex};

/// `parking_lot::Mutex`.
pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;
/// `parking_lot::MutexGuard`.
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;
/// `parking_lot::Condvar`.
pub type Condvar = lock_api::Condvar<RawCondvar>;

/// What the modules use of `parking_lot_core`.
pub use queue::{
    DEFAULT_PARK_TOKEN, DEFAULT_UNPARK_TOKEN, FilterOp, ParkResult, ParkToken,
    RequeueOp, UnparkResult, UnparkToken, park, unpark_all, unpark_filter,
    unpark_one, unpark_requeue,
};

/// Tells the recorder what a step inside a module does.
#[cfg(recorder)]
fn tell(what: &str) {
    checker::tell(what);
}

#[cfg(not(recorder))]
fn tell(_: &str) {}

/// `parking_lot_core::SpinWait`, which gives up at once: the checker lets
/// other threads run at any moment anyway.
#[derive(Default)]
pub struct SpinWait;

impl SpinWait {
    /// As there.
    pub const fn new() -> Self {
        SpinWait
    }

    /// As there.
    pub fn reset(&mut self) {}

    /// As there; `false` stands for "park now".
    pub fn spin(&mut self) -> bool {
        false
    }
}

/// `parking_lot_core::deadlock` as it is without its feature.
pub mod deadlock {
    /// Does nothing.
    ///
    /// # Safety
    ///
    /// As there.
    pub unsafe fn acquire_resource(_: usize) {}

    /// Does nothing.
    ///
    /// # Safety
    ///
    /// As there.
    pub unsafe fn release_resource(_: usize) {}
}
