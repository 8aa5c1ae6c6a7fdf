//! Python's `threading` primitives in Rust, one file each.
//!
//! Every module is a chapter of *Threading, the book* and can be copied into
//! a project of its own.
//! A module needs `std` and `parking_lot` alone, unless its first lines name
//! the files that travel with it.
//!
//! | Python | here |
//! |---|---|
//! | `threading.Lock` | [`Lock`] |
//! | `threading.RLock` | [`RLock`] |
//! | `threading.Condition` | [`Condition`] |
//! | `threading.Barrier` | [`Barrier`] |

pub mod barrier;
pub mod condition;
pub mod lock;
pub mod rlock;

pub use barrier::{Barrier, BrokenBarrierError, PartiesError};
pub use condition::Condition;
pub use lock::{Lock, LockGuard};
pub use rlock::{RLock, RLockGuard};
