// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! A deadline for calls that have none: a helper makes them in a thread of
//! its own, and its owner waits for what they return.
//!
//! Use a [`Helper`] for pipes, files, look-ups of names, and whatever else the
//! operating system gives no timeout.
//! For sockets there is `blocking_calls_stream.rs`, which needs no thread.
//!
//! # Before you copy it
//!
//! - A [`Helper`] costs a thread. One whose call never returns keeps it, and
//!   all that its calls own, until the process ends.
//! - In a child process made by `fork`, that thread does not exist: a wait
//!   there ends with its deadline, and brings nothing.
//!
//! The chapter that explains this file is `src/blocking_calls.md`.
//!
//! Travels with: `blocking_calls_deadline.rs`.

use std::any::Any;
use std::io;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread::{self, JoinHandle};

use super::blocking_calls_deadline::{Deadline, TimeoutError};

/// A thread that makes calls which have no timeout, one after the other, so
/// that its owner can wait for each with a deadline.
///
/// A deadline ends the wait, not the call: the thread stays in it, and what
/// it returns is there for the next [`wait`](Helper::wait).
/// A call that never returns can't be ended. Its thread, and all that its
/// calls own, then stay until the process ends.
///
/// The helper is at most one value ahead of its owner.
/// When it is dropped, its thread ends with the call that it is in, and the
/// value of that call is lost. A panic then, of the call or of a destructor,
/// is printed and goes no further.
///
/// # Examples
///
/// A pipe has no timeout:
///
/// ```
/// use std::io::{self, BufRead, BufReader, Write};
/// use std::time::Duration;
/// use threading::{Deadline, Helper};
///
/// let (pipe, mut writer) = io::pipe()?;
/// let mut lines = Helper::new(BufReader::new(pipe).lines())?;
///
/// let short = Deadline::after(Duration::from_millis(5));
/// assert!(lines.wait(short).is_err());
///
/// writeln!(writer, "soup")?;
/// let long = Deadline::after(Duration::from_secs(60));
/// assert_eq!(lines.wait(long)?.unwrap()?, "soup");
///
/// drop(writer);
/// assert!(lines.wait(long)?.is_none());
/// # Ok::<(), io::Error>(())
/// ```
///
/// # Differences from Python
///
/// This is a daemon thread with a `queue.Queue`, whose
/// `get(timeout=seconds)` is [`wait`](Helper::wait). A helper that is not a
/// daemon would keep a Python program from ending; here the process ends
/// with `main`.
///
/// Source: [`queue.Queue.get`][python].
///
/// [python]: https://docs.python.org/3/library/queue.html#queue.Queue.get
// ANCHOR: helper
#[derive(Debug)]
pub struct Helper<T> {
    /// What the calls return; a panic comes last.
    values: Receiver<Result<T, Payload>>,
    /// `None` when it has been joined.
    thread: Option<JoinHandle<()>>,
}

type Payload = Box<dyn Any + Send>;
// ANCHOR_END: helper

impl<T: Send + 'static> Helper<T> {
    /// Starts a thread that makes the calls of an iterator: each `next` of it
    /// is one.
    ///
    /// For a single call there is [`iter::once_with`], and for the same call
    /// again and again [`iter::repeat_with`].
    ///
    /// # Errors
    ///
    /// What the system says if it refuses another thread.
    ///
    /// ```
    /// use std::{env, fs, io, iter};
    /// use std::time::Duration;
    /// use threading::{Deadline, Helper};
    ///
    /// let path = env::current_exe()?;
    /// let mut size = Helper::new(iter::once_with(|| fs::metadata(path)))?;
    /// let deadline = Deadline::after(Duration::from_secs(60));
    /// assert!(size.wait(deadline)?.unwrap()?.len() > 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    ///
    /// [`iter::once_with`]: std::iter::once_with
    /// [`iter::repeat_with`]: std::iter::repeat_with
    // ANCHOR: new
    pub fn new<I>(calls: I) -> io::Result<Helper<T>>
    where
        I: Iterator<Item = T> + Send + 'static,
    {
        // Without a buffer: a value waits in the helper until it is taken.
        let (hand_over, values) = mpsc::sync_channel(0);
        let help = move || {
            let all = || make(calls, &hand_over);
            if let Err(payload) = catch(all) {
                let unsent = hand_over.send(Err(payload));
                drop_quietly(unsent);
            }
        };
        let thread = thread::Builder::new().name("helper".into());
        let thread = Some(thread.spawn(help)?);
        Ok(Helper { values, thread })
    }
    // ANCHOR_END: new

    /// Waits for the next value until the deadline; `None` if there are no
    /// more calls.
    ///
    /// A deadline that is over takes a value that is there already.
    ///
    /// # Errors
    ///
    /// [`TimeoutError`] if there is no value by then. Wait again, and you get
    /// it later: none is lost.
    ///
    /// # Panics
    ///
    /// If one of the calls has panicked: its panic goes on here.
    ///
    /// ```
    /// use std::iter;
    /// use threading::{Deadline, Helper};
    ///
    /// let mut answer = Helper::new(iter::once_with(|| 6 * 7))?;
    /// assert_eq!(answer.wait(Deadline::never())?, Some(42));
    /// assert_eq!(answer.wait(Deadline::never())?, None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    // ANCHOR: wait
    pub fn wait(
        &mut self,
        deadline: Deadline,
    ) -> Result<Option<T>, TimeoutError> {
        match self.values.recv_timeout(deadline.remaining()) {
            Ok(Ok(value)) => Ok(Some(value)),
            Ok(Err(payload)) => panic::resume_unwind(payload),
            Err(RecvTimeoutError::Timeout) => Err(deadline.error()),
            Err(RecvTimeoutError::Disconnected) => {
                self.join();
                Ok(None)
            }
        }
    }

    /// Joins the thread, which is at its end, or in it.
    fn join(&mut self) {
        // It can't fail: the thread lets no panic out.
        let _ = self.thread.take().map(JoinHandle::join);
    }
    // ANCHOR_END: wait
}

/// Makes the calls, until the owner has gone.
fn make<T>(
    calls: impl Iterator<Item = T>,
    hand_over: &SyncSender<Result<T, Payload>>,
) {
    for value in calls {
        if let Err(unsent) = hand_over.send(Ok(value)) {
            // Its destructor and that of the calls must not panic at once.
            return drop_quietly(unsent);
        }
    }
}

/// Drops a value. If its destructor panics, that ends here.
fn drop_quietly<T>(value: T) {
    let dropped = catch(|| drop(value));
    // A payload could panic without end each time it is dropped.
    mem::forget(dropped.or_else(|payload| catch(|| drop(payload))));
}

/// What a panic leaves half changed is dropped, and seen by no one.
fn catch<R>(code: impl FnOnce() -> R) -> thread::Result<R> {
    panic::catch_unwind(AssertUnwindSafe(code))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::iter;
    use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    /// A limit that is to run out.
    const SHORT: Duration = Duration::from_millis(20);

    fn listen() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    #[test]
    fn accept_gets_a_deadline_and_no_client_is_lost() {
        let (listener, address) = listen();
        let accept = move || listener.accept().unwrap().1;
        let mut clients = Helper::new(iter::repeat_with(accept)).unwrap();
        let limit = SHORT;
        let early = clients.wait(Deadline::after(limit));
        assert_eq!(early, Err(TimeoutError { limit }));

        let client = TcpStream::connect(address).unwrap();
        let accepted = clients.wait(Deadline::after(LONG)).unwrap();
        assert_eq!(accepted, Some(client.local_addr().unwrap()));

        // So that the helper's thread can end.
        drop(clients);
        TcpStream::connect(address).unwrap();
    }

    #[test]
    fn a_helper_brings_every_value_in_order_and_then_none() {
        let mut helper = Helper::new(0..100).unwrap();
        let long = Deadline::after(LONG);
        for number in 0..100 {
            assert_eq!(helper.wait(long), Ok(Some(number)));
        }
        for _ in 0..2 {
            assert_eq!(helper.wait(long), Ok(None));
        }
        assert!(helper.thread.is_none());
    }

    #[test]
    fn a_wait_that_timed_out_swallows_no_value() {
        let (mut pipe, mut writer) = io::pipe().unwrap();
        let mut bytes = Helper::new(iter::from_fn(move || {
            let mut byte = [0];
            pipe.read_exact(&mut byte).ok().map(|()| byte[0])
        }))
        .unwrap();
        for number in 0..100 {
            let soon = Deadline::after(Duration::from_micros(100));
            assert!(bytes.wait(soon).is_err());
            writer.write_all(&[number]).unwrap();
            let came = bytes.wait(Deadline::after(LONG));
            assert_eq!(came, Ok(Some(number)));
        }
        drop(writer);
        assert_eq!(bytes.wait(Deadline::after(LONG)), Ok(None));
    }

    #[test]
    fn a_deadline_that_is_over_takes_what_is_there() {
        let mut helper = Helper::new(iter::once(1)).unwrap();
        let (start, over) = (Instant::now(), Deadline::after(Duration::ZERO));
        while helper.wait(over) != Ok(Some(1)) {
            assert!(start.elapsed() < LONG, "the value never comes");
            thread::yield_now();
        }
    }

    #[test]
    fn the_panic_of_a_call_goes_on_in_who_waits() {
        let fail = || -> u32 { panic!("the disk is gone") };
        let mut helper = Helper::new(iter::once_with(fail)).unwrap();
        let wait = || helper.wait(Deadline::after(LONG));
        let payload = panic::catch_unwind(AssertUnwindSafe(wait));
        let payload = payload.unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"the disk is gone"));
        // It is passed on once.
        assert_eq!(helper.wait(Deadline::never()), Ok(None));
    }

    /// Also while a value that nobody wants waits to be handed over.
    #[test]
    fn a_dropped_helper_lets_its_thread_end() {
        let token = Arc::new(());
        let its_own = Arc::clone(&token);
        let calls = iter::repeat_with(move || Arc::strong_count(&its_own));
        let mut helper = Helper::new(calls).unwrap();
        assert_eq!(helper.wait(Deadline::after(LONG)), Ok(Some(2)));
        drop(helper);
        let start = Instant::now();
        while Arc::strong_count(&token) > 1 {
            assert!(start.elapsed() < LONG, "the thread goes on");
            thread::yield_now();
        }
    }
}
// ANCHOR_END: module
