// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A limit for calls that wait: one deadline for a whole operation.
//!
//! A [`Deadline`] is a point in time.
//! What is left until then, [`Deadline::remaining`], is the timeout of the
//! next call that waits for a lock, a thread or a channel.
//! For sockets there is [`Deadline::on`], for a pause [`Deadline::sleep`], and
//! for calls that the system gives no timeout a [`Helper`], which makes them
//! in a thread of its own.
//!
//! Use a deadline where an operation takes more than one call: timeouts add
//! up, a deadline does not.
//! A neighbour may serve you better:
//! a timeout for one single call, an event where a wait is to be cut short,
//! asynchronous code where thousands of calls wait at once.
//!
//! # Before you copy it
//!
//! - This file brings three others under one name. Each of them can be copied
//!   without it: take the deadline alone, or with it what you need.
//!
//! The chapter that explains this file is `src/blocking_calls.md`.
//!
//! Travels with: `blocking_calls_deadline.rs`, `blocking_calls_stream.rs`,
//! `blocking_calls_helper.rs`.

pub use super::blocking_calls_deadline::{Deadline, TimeoutError};
pub use super::blocking_calls_helper::Helper;
pub use super::blocking_calls_stream::TimedStream;
// ANCHOR_END: module
