// SPDX-License-Identifier: MIT OR Apache-2.0
//! Python's `threading` primitives in Rust, one file each.
//!
//! Every module is a chapter of *Threading, the book* and can be copied into
//! a project of its own.
//! A module needs `std` and `parking_lot`, or `parking_lot_core` below it, and
//! nothing else, unless its first lines name the files that travel with it.
//!
//! | Python | here |
//! |---|---|
//! | `ThreadPoolExecutor.map` | [`run_all`], [`run_methods`] |
//! | `multiprocessing.Process` | [`Job`] |
//! | `threading.Thread` | [`Thread`] |
//! | a subclass of `threading.Thread` | [`Worker`] |
//! | `threading.current_thread` | [`current_thread`] |
//! | `threading.main_thread` | [`main_thread`](fn@main_thread) |
//! | `threading.enumerate`, `active_count` | [`enumerate`], [`active_count`] |
//! | `threading.excepthook` | [`excepthook`], [`set_excepthook`] |
//! | CPython's interpreter lock | [`Gil`] |
//! | `ThreadPoolExecutor.map`, with fewer threads than tasks | [`on_threads`] |
//! | `timeit.repeat` | [`compare`], [`SpeedUp`], [`amdahl`] |
//! | `time.monotonic() + seconds`, `queue.Queue.get(timeout=…)` | [`Deadline`], [`Helper`] |
//! | `threading.local` | [`Local`] |
//! | `threading.Lock` | [`Lock`] |
//! | `threading.RLock` | [`RLock`] |
//! | `threading.Condition` | [`Condition`] |
//! | `threading.Semaphore` | [`Semaphore`] |
//! | `threading.BoundedSemaphore` | [`BoundedSemaphore`] |
//! | `queue.Queue.shutdown`, for permits | [`ClosableSemaphore`] |
//! | `threading.Event` | [`Event`] |
//! | none: an event for one thread at a time | [`AutoResetEvent`] |
//! | `threading.Timer` | [`Timer`] |
//! | `asyncio.loop.call_later` | [`TimerQueue`] |
//! | `threading.Barrier` | [`Barrier`] |
//! | `with first, second:` | [`acquire_all`], [`RankedLock`] |
//!
//! # When the time is up
//!
//! A call that waits has a form that ends in `_timeout`, which takes a
//! [`Duration`](std::time::Duration), and one that ends in `_deadline`, which
//! takes an [`Instant`](std::time::Instant), `None` for "forever", or a
//! [`Deadline`].
//! Both say in the same way that the time was up, and so does the form that
//! begins with `try_`:
//!
//! - A call that gets something, a guard or what a thread returns, answers
//!   with an [`Option`], and it is `None`.
//! - A call that waits for a fact, or acquires by hand, answers with a `bool`,
//!   and it is `false`.
//! - If the call can fail for another reason, that answer is inside
//!   [`Ok`]: an error is never about the time alone.
//! - The time is an error where running out of it does something, or where
//!   there is more to say: it breaks a [`Barrier`] for all, and [`acquire_all`]
//!   and [`RankedLock`] name the lock that was held.

pub mod attributes;
pub mod barrier;
pub mod best_practices;
pub mod blocking_calls;
pub mod blocking_calls_deadline;
pub mod blocking_calls_helper;
pub mod blocking_calls_stream;
pub mod condition;
pub mod configure;
pub mod event;
pub mod event_auto_reset;
pub mod exceptions;
pub mod gil;
pub mod life_cycle;
pub mod local;
pub mod lock;
pub mod main_thread;
pub mod processes;
pub mod rlock;
pub mod semaphore;
pub mod semaphore_closable;
pub mod spawn;
pub mod spawn_join;
pub mod spawn_native;
pub mod spawn_report;
pub mod threads;
pub mod timer;
pub mod timer_alarm;
pub mod timer_queue;
pub mod utilities;
pub mod when_to_use;
pub mod worker;

pub use barrier::{Barrier, BrokenBarrierError, PartiesError};
pub use best_practices::{RankedLock, RankedLockGuard, acquire_all};
pub use blocking_calls::{Deadline, Helper, TimeoutError};
pub use condition::Condition;
pub use event::Event;
pub use event_auto_reset::AutoResetEvent;
pub use exceptions::{excepthook, set_excepthook};
pub use gil::{Gil, GilGuard};
pub use life_cycle::{LifeCycle, State};
pub use local::Local;
pub use lock::{Lock, LockGuard, MappedLockGuard, OwnedLockGuard};
pub use main_thread::{main_thread, wait_at_end};
pub use processes::{Job, JobError};
pub use rlock::{RLock, RLockGuard};
pub use semaphore::{
    BoundedSemaphore, OwnedSemaphoreGuard, Semaphore, SemaphoreGuard,
};
pub use semaphore_closable::ClosableSemaphore;
pub use spawn::{Thread, ThreadHandle};
pub use threads::{Task, parallelism, run_all, run_methods, task};
pub use timer::Timer;
pub use timer_queue::TimerQueue;
pub use utilities::{active_count, current_thread, enumerate};
pub use utilities::{get_ident, get_native_id};
pub use when_to_use::{SpeedUp, amdahl, compare, on_threads};
pub use worker::Worker;
