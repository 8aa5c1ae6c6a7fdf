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
//! - A [`Deadline`] is as exact as the system's timers: a call may return a
//!   little after it, and later on a busy machine.
//! - The clock of `Instant` may stand still while the machine is suspended,
//!   and then the deadline comes that much later.
//! - [`Deadline::on`] changes the timeouts of the socket itself, which its
//!   clones in other threads share, until the view is dropped.
//! - A [`Helper`] costs a thread. One whose call never returns keeps it, and
//!   all that its calls own, until the process ends.
//!
//! The chapter that explains this file is `src/blocking_calls.md`.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::net::{SocketAddr, TcpStream};
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A point in time until which a whole operation may take.
///
/// A deadline is a copy: hand it to every function that takes part in the
/// operation, and each of them waits for what the others have left.
///
/// # Examples
///
/// ```
/// use std::sync::mpsc;
/// use std::time::Duration;
/// use threading::Deadline;
///
/// let deadline = Deadline::after(Duration::from_millis(20));
/// let (_soup, first) = mpsc::channel::<()>();
/// let (_salad, second) = mpsc::channel::<()>();
///
/// // Both together take 20 ms.
/// assert!(first.recv_timeout(deadline.remaining()).is_err());
/// assert!(second.recv_timeout(deadline.remaining()).is_err());
/// assert!(deadline.is_over());
/// ```
///
/// # Differences from Python
///
/// Python has timeouts for single calls; a program that needs a deadline
/// subtracts `time.monotonic()` by itself.
///
/// Source: [`time.monotonic`][python].
///
/// [python]: https://docs.python.org/3/library/time.html#time.monotonic
// ANCHOR: deadline
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// `None`: no clock goes that far.
    at: Option<Instant>,
    /// What the caller asked for, which the error repeats.
    limit: Duration,
}
// ANCHOR_END: deadline

/// The error of an operation that was not done when its deadline came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeoutError {
    /// How long the operation might have taken, from the making of its
    /// [`Deadline`] on.
    pub limit: Duration,
}

impl Deadline {
    /// Makes a deadline that is `limit` from now.
    ///
    /// One too far for the clock never comes; a limit of zero is over at
    /// once.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Deadline;
    ///
    /// assert!(Deadline::after(Duration::ZERO).is_over());
    /// assert!(!Deadline::after(Duration::MAX).is_over());
    /// ```
    // ANCHOR: after
    #[must_use]
    pub fn after(limit: Duration) -> Deadline {
        let at = Instant::now().checked_add(limit);
        Deadline { at, limit }
    }
    // ANCHOR_END: after

    /// Makes a deadline at a moment that you name, also one in the past.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use threading::Deadline;
    ///
    /// let soon = Instant::now() + Duration::from_secs(60);
    /// assert!(!Deadline::at(soon).is_over());
    /// assert!(Deadline::at(Instant::now()).is_over());
    /// ```
    #[must_use]
    pub fn at(moment: Instant) -> Deadline {
        let limit = moment.saturating_duration_since(Instant::now());
        let at = Some(moment);
        Deadline { at, limit }
    }

    /// Makes a deadline that never comes.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Deadline;
    ///
    /// let never = Deadline::never();
    /// assert_eq!(never.remaining(), Duration::MAX);
    /// ```
    #[must_use]
    pub const fn never() -> Deadline {
        let limit = Duration::MAX;
        Deadline { at: None, limit }
    }

    /// The moment itself; `None` if it never comes.
    ///
    /// ```
    /// use std::time::Instant;
    /// use threading::Deadline;
    ///
    /// let now = Instant::now();
    /// assert_eq!(Deadline::at(now).instant(), Some(now));
    /// assert_eq!(Deadline::never().instant(), None);
    /// ```
    #[must_use]
    pub fn instant(self) -> Option<Instant> {
        self.at
    }

    /// How long it is until then: a timeout for the next call.
    ///
    /// Zero if it is over, and [`Duration::MAX`] if it never comes.
    /// The timeouts of this crate, and those of channels, take both: they try
    /// once, or wait forever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Deadline;
    ///
    /// let minute = Duration::from_secs(60);
    /// assert!(Deadline::after(minute).remaining() <= minute);
    /// assert_eq!(
    ///     Deadline::after(Duration::ZERO).remaining(),
    ///     Duration::ZERO,
    /// );
    /// ```
    // ANCHOR: remaining
    #[must_use]
    pub fn remaining(self) -> Duration {
        let Some(at) = self.at else {
            return Duration::MAX;
        };
        at.saturating_duration_since(Instant::now())
    }
    // ANCHOR_END: remaining

    /// Tells whether the moment has come.
    ///
    /// ```
    /// use threading::Deadline;
    ///
    /// assert!(!Deadline::never().is_over());
    /// ```
    #[must_use]
    pub fn is_over(self) -> bool {
        self.remaining().is_zero()
    }

    /// Returns what is left, unless nothing is.
    ///
    /// Call it between the steps of a long calculation.
    ///
    /// # Errors
    ///
    /// [`TimeoutError`] if the deadline is over.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::{Deadline, TimeoutError};
    ///
    /// let limit = Duration::ZERO;
    /// let error = Deadline::after(limit).check().unwrap_err();
    /// assert_eq!(error, TimeoutError { limit });
    /// assert_eq!(error.to_string(), "not done within 0ns");
    /// ```
    pub fn check(self) -> Result<Duration, TimeoutError> {
        match self.remaining() {
            Duration::ZERO => Err(self.error()),
            rest => Ok(rest),
        }
    }

    /// The earlier one of two deadlines: a step's own limit, within that of
    /// the whole.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::Deadline;
    ///
    /// let whole = Deadline::after(Duration::from_secs(60));
    /// let step = Deadline::after(Duration::from_secs(1));
    /// assert_eq!(whole.earlier(step).instant(), step.instant());
    /// assert_eq!(step.earlier(whole).instant(), step.instant());
    /// ```
    #[must_use]
    pub fn earlier(self, other: Deadline) -> Deadline {
        match (self.at, other.at) {
            (None, _) => other,
            (Some(one), Some(two)) if two < one => other,
            _ => self,
        }
    }

    /// Sleeps until then; returns at once if it is over.
    ///
    /// The thread can't be woken before. To be able to do so, wait for an
    /// event that nobody has set yet, with [`Deadline::remaining`].
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use threading::Deadline;
    ///
    /// let start = Instant::now();
    /// let deadline = Deadline::after(Duration::from_millis(5));
    /// deadline.sleep();
    /// deadline.sleep(); // over already
    /// assert!(start.elapsed() >= Duration::from_millis(5));
    /// ```
    ///
    /// # Differences from Python
    ///
    /// `time.sleep` takes seconds from now. Both sleep at least as long as
    /// they are told, also when a signal comes in between ([PEP 475]).
    ///
    /// [PEP 475]: https://peps.python.org/pep-0475/
    pub fn sleep(self) {
        while let Ok(rest) = self.check() {
            thread::sleep(rest);
        }
    }

    /// Connects to `address`, and waits for that until the deadline.
    ///
    /// It takes an address and no name: to look up a name is a blocking call
    /// as well, and one that has no timeout.
    ///
    /// # Errors
    ///
    /// What the system says; or, with the kind [`ErrorKind::TimedOut`], a
    /// [`TimeoutError`]. A deadline that is over does not try.
    ///
    /// ```
    /// use std::net::TcpListener;
    /// use std::time::Duration;
    /// use threading::Deadline;
    ///
    /// let kitchen = TcpListener::bind("127.0.0.1:0")?;
    /// let deadline = Deadline::after(Duration::from_secs(60));
    /// let waiter = deadline.connect(kitchen.local_addr()?)?;
    /// assert_eq!(waiter.peer_addr()?, kitchen.local_addr()?);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// `socket.create_connection` takes a name, and gives the timeout to each
    /// of its addresses anew.
    ///
    /// Source: [Creating sockets][python].
    ///
    /// [python]: https://docs.python.org/3/library/socket.html#creating-sockets
    // ANCHOR: connect
    pub fn connect(self, address: SocketAddr) -> io::Result<TcpStream> {
        let rest = self.check()?;
        if self.at.is_none() {
            return TcpStream::connect(address);
        }
        TcpStream::connect_timeout(&address, rest).map_err(|error| {
            // A network that gives up says so with the same kind, and before
            // the deadline.
            let ours = error.kind() == ErrorKind::TimedOut && self.is_over();
            if ours { self.error().into() } else { error }
        })
    }
    // ANCHOR_END: connect

    /// Returns a view of `socket` whose calls end at the deadline, all of
    /// them together.
    ///
    /// It is a [`Read`] and a [`Write`], so [`read_exact`](Read::read_exact),
    /// [`write_all`](Write::write_all) and whatever else is made of them have
    /// the same deadline.
    ///
    /// ```
    /// use std::io::{ErrorKind, Read};
    /// use std::net::{TcpListener, TcpStream};
    /// use std::time::Duration;
    /// use threading::{Deadline, TimeoutError};
    ///
    /// let kitchen = TcpListener::bind("127.0.0.1:0")?;
    /// let waiter = TcpStream::connect(kitchen.local_addr()?)?;
    /// let _silent = kitchen.accept()?;
    ///
    /// let limit = Duration::from_millis(5);
    /// let mut order = [0; 4];
    /// let result = Deadline::after(limit).on(&waiter).read_exact(&mut order);
    /// let error = result.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::TimedOut);
    /// let cause = TimeoutError::cause_of(&error);
    /// assert_eq!(cause, Some(TimeoutError { limit }));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Differences from Python
    ///
    /// The timeout of `socket.settimeout` is that of every single call, except
    /// in `sendall`, where it is that of the whole.
    ///
    /// Source: [Socket objects][python].
    ///
    /// [python]: https://docs.python.org/3/library/socket.html#socket-objects
    #[must_use = "the deadline holds for calls through this view alone"]
    pub fn on(self, socket: &TcpStream) -> TimedStream<'_> {
        let reading =
            Side::new(TcpStream::read_timeout, TcpStream::set_read_timeout);
        let writing =
            Side::new(TcpStream::write_timeout, TcpStream::set_write_timeout);
        TimedStream {
            socket,
            deadline: self,
            reading,
            writing,
        }
    }

    fn error(self) -> TimeoutError {
        TimeoutError { limit: self.limit }
    }
}

impl From<Duration> for Deadline {
    /// The same as [`Deadline::after`].
    fn from(limit: Duration) -> Deadline {
        Deadline::after(limit)
    }
}

impl From<Deadline> for Option<Instant> {
    /// The same as [`Deadline::instant`]: so a deadline is what every call
    /// takes that ends in `_deadline`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use threading::{Deadline, Event, Lock};
    ///
    /// let (stop, balance) = (Event::new(), Lock::new(100));
    /// let deadline = Deadline::after(Duration::from_millis(5));
    /// assert!(!stop.wait_deadline(deadline));
    /// assert!(balance.acquire_deadline(deadline).is_some());
    /// ```
    fn from(deadline: Deadline) -> Option<Instant> {
        deadline.at
    }
}

impl From<Instant> for Deadline {
    /// The same as [`Deadline::at`].
    fn from(moment: Instant) -> Deadline {
        Deadline::at(moment)
    }
}

/// A socket with a deadline, made by [`Deadline::on`].
///
/// Before each system call it sets the timeout of the socket to what is left.
/// When it is dropped, it sets the socket back to the timeouts that it found.
/// Only one thread may read from the socket meanwhile, and only one may write
/// to it, since they would change each other's timeout.
///
/// # Errors
///
/// Reading and writing fail with what the system says; or, with the kind
/// [`ErrorKind::TimedOut`], with a [`TimeoutError`].
/// A deadline that is over fails without a look at the socket: if each call
/// tried once, a peer that sends a byte now and then could go on forever.
// ANCHOR: timed_stream
#[derive(Debug)]
pub struct TimedStream<'a> {
    socket: &'a TcpStream,
    deadline: Deadline,
    reading: Side,
    writing: Side,
}

/// One of the two timeouts that a socket has.
#[derive(Debug)]
struct Side {
    get: fn(&TcpStream) -> io::Result<Option<Duration>>,
    set: fn(&TcpStream, Option<Duration>) -> io::Result<()>,
    /// What it was; `None` as long as it has not been changed.
    before: Option<Option<Duration>>,
}
// ANCHOR_END: timed_stream

/// What the system says when a socket's timeout is over.
///
/// On Unix, `TimedOut` is something else: the network has given up.
const TIME_IS_UP: ErrorKind = if cfg!(windows) {
    ErrorKind::TimedOut
} else {
    ErrorKind::WouldBlock
};

impl Side {
    fn new(
        get: fn(&TcpStream) -> io::Result<Option<Duration>>,
        set: fn(&TcpStream, Option<Duration>) -> io::Result<()>,
    ) -> Side {
        let before = None;
        Side { get, set, before }
    }

    /// Makes a system call that ends at the deadline.
    // ANCHOR: call
    fn call(
        &mut self,
        socket: &TcpStream,
        deadline: Deadline,
        mut call: impl FnMut() -> io::Result<usize>,
    ) -> io::Result<usize> {
        if self.before.is_none() {
            self.before = Some((self.get)(socket)?);
        }
        loop {
            let rest = deadline.check()?; // never zero, which is an error
            let forever = rest == Duration::MAX;
            (self.set)(socket, (!forever).then_some(rest))?;
            match call() {
                // The system rounds; look at the clock once more.
                // An answer far too early comes from a socket that is in
                // non-blocking mode, and is the caller's.
                Err(error)
                    if error.kind() == TIME_IS_UP
                        && deadline.remaining() <= rest / 2 => {}
                result => return result,
            }
        }
    }
    // ANCHOR_END: call

    fn restore(&self, socket: &TcpStream) {
        if let Some(before) = self.before {
            // It fails if the socket is broken, and then nobody needs it.
            let _ = (self.set)(socket, before);
        }
    }
}

// ANCHOR: read
impl Read for TimedStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut socket = self.socket;
        let read = || socket.read(buffer);
        self.reading.call(self.socket, self.deadline, read)
    }
}

impl Write for TimedStream<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let mut socket = self.socket;
        let write = || socket.write(buffer);
        self.writing.call(self.socket, self.deadline, write)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // A socket has no buffer of its own here.
    }
}

impl Drop for TimedStream<'_> {
    fn drop(&mut self) {
        self.reading.restore(self.socket);
        self.writing.restore(self.socket);
    }
}
// ANCHOR_END: read

/// A thread that makes calls which have no timeout, one after the other, so
/// that its owner can wait for each with a deadline.
///
/// Time that is up ends the wait and not the call: the thread stays in it,
/// and what it brings is there for the next [`wait`](Helper::wait).
/// Nobody can end a call that never returns. Its thread, and all that its
/// calls own, then stay to the end of the process.
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

    /// Waits for the next value until the deadline; `None` if the calls have
    /// come to their end.
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

impl TimeoutError {
    /// The timeout behind an I/O error, if that is what it was.
    ///
    /// ```
    /// use std::io;
    /// use std::time::Duration;
    /// use threading::TimeoutError;
    ///
    /// let limit = Duration::from_secs(1);
    /// let error = io::Error::from(TimeoutError { limit });
    /// assert_eq!(error.to_string(), "not done within 1s");
    /// let cause = TimeoutError::cause_of(&error);
    /// assert_eq!(cause, Some(TimeoutError { limit }));
    ///
    /// let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
    /// assert_eq!(TimeoutError::cause_of(&refused), None);
    /// ```
    #[must_use]
    pub fn cause_of(error: &io::Error) -> Option<TimeoutError> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<TimeoutError> for io::Error {
    /// An error of the kind [`ErrorKind::TimedOut`], on every system.
    fn from(error: TimeoutError) -> io::Error {
        io::Error::new(ErrorKind::TimedOut, error)
    }
}

impl fmt::Display for TimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not done within {:?}", self.limit)
    }
}

impl Error for TimeoutError {}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::iter;
    use std::net::{Ipv4Addr, TcpListener};
    use std::panic::AssertUnwindSafe;
    use std::sync::Arc;

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

    /// Both ends of a connection.
    fn pair() -> (TcpStream, TcpStream) {
        let (listener, address) = listen();
        let client = TcpStream::connect(address).unwrap();
        (client, listener.accept().unwrap().0)
    }

    /// Sends a byte, and one more after each pause, until the peer hangs up.
    fn trickle(mut peer: TcpStream, pause: Duration) {
        let end = Deadline::after(LONG);
        peer.set_nodelay(true).unwrap();
        while !end.is_over() && peer.write_all(b".").is_ok() {
            thread::sleep(pause);
        }
    }

    fn timeout_behind<T: fmt::Debug>(result: io::Result<T>) -> Duration {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        TimeoutError::cause_of(&error).unwrap().limit
    }

    #[test]
    fn a_deadline_comes_nearer_and_is_over() {
        let deadline = Deadline::after(LONG);
        let before = deadline.remaining();
        thread::yield_now();
        assert!(deadline.remaining() <= before);
        assert!(before <= LONG && !deadline.is_over());

        let limit = SHORT;
        let deadline = Deadline::after(limit);
        deadline.sleep();
        assert!(deadline.is_over());
        assert_eq!(deadline.remaining(), Duration::ZERO);
        assert_eq!(deadline.check(), Err(TimeoutError { limit }));
    }

    #[test]
    fn zero_is_over_at_once_and_the_past_too() {
        let now = Instant::now();
        for deadline in [Deadline::after(Duration::ZERO), Deadline::at(now)] {
            assert!(deadline.is_over());
            let limit = Duration::ZERO;
            assert_eq!(deadline.check(), Err(TimeoutError { limit }));
        }
    }

    #[test]
    fn a_sum_too_large_for_the_clock_never_comes() {
        for limit in [Duration::MAX, Duration::from_secs(u64::MAX)] {
            let deadline = Deadline::after(limit);
            assert_eq!(deadline.instant(), None);
            assert_eq!(deadline.check(), Ok(Duration::MAX));
        }
        assert_eq!(Deadline::never().remaining(), Duration::MAX);
    }

    #[test]
    fn durations_and_instants_become_deadlines() {
        let (deadline, moment) = (Deadline::from(LONG), Instant::now() + LONG);
        assert!(deadline.instant().unwrap() <= moment);
        assert_eq!(Deadline::from(moment).instant(), Some(moment));
        let from_now = Deadline::at(moment).limit;
        assert!(from_now <= LONG);
    }

    #[test]
    fn the_earlier_deadline_counts() {
        let (never, late) = (Deadline::never(), Deadline::after(LONG));
        let soon = Deadline::after(SHORT);
        for (one, two) in [(soon, late), (late, soon), (never, soon)] {
            assert_eq!(one.earlier(two).limit, SHORT);
        }
        assert_eq!(soon.earlier(never).limit, SHORT);
        assert_eq!(never.earlier(never).instant(), None);
    }

    #[test]
    fn sleep_does_not_end_early() {
        let (start, deadline) = (Instant::now(), Deadline::after(SHORT));
        deadline.sleep();
        assert!(start.elapsed() >= SHORT);
        Deadline::after(Duration::ZERO).sleep();
    }

    #[test]
    fn one_deadline_bounds_several_waits() {
        let (_keep, silent) = mpsc::channel::<()>();
        let (start, deadline) = (Instant::now(), Deadline::after(SHORT));
        for _ in 0..1_000 {
            assert!(silent.recv_timeout(deadline.remaining()).is_err());
        }
        assert!(start.elapsed() >= SHORT);
        assert!(deadline.is_over());
    }

    /// What std gives: each byte begins the timeout anew.
    #[test]
    fn a_timeout_for_each_call_does_not_bound_read_exact() {
        let timeout = Duration::from_millis(100);
        let took_longer = || {
            let (mut client, peer) = pair();
            client.set_read_timeout(Some(timeout)).unwrap();
            let start = Instant::now();
            thread::scope(|scope| {
                scope.spawn(|| trickle(peer, timeout / 10));
                let result = client.read_exact(&mut [0; 12]);
                drop(client);
                result.is_ok() && start.elapsed() > timeout
            })
        };
        // A busy machine may hold up the peer itself for as long.
        let end = Deadline::after(LONG);
        while !took_longer() {
            assert!(!end.is_over(), "the timeout bounds it after all");
        }
    }

    #[test]
    fn a_deadline_bounds_read_exact_from_a_slow_peer() {
        let (client, peer) = pair();
        thread::scope(|scope| {
            scope.spawn(|| trickle(peer, Duration::from_millis(1)));
            let start = Instant::now();
            // At one byte in a millisecond this takes hours.
            let mut order = vec![0; 10_000_000];
            let mut timed = Deadline::after(SHORT).on(&client);
            let result = timed.read_exact(&mut order);
            assert_eq!(timeout_behind(result), SHORT);
            assert!(start.elapsed() >= SHORT);
            drop(timed);
            drop(client);
        });
    }

    #[test]
    fn each_call_may_take_what_the_others_have_left() {
        let (client, mut peer) = pair();
        peer.write_all(b"soup").unwrap();
        let mut timed = Deadline::after(LONG).on(&client);
        timed.read_exact(&mut [0; 2]).unwrap();
        let first = client.read_timeout().unwrap().unwrap();
        thread::sleep(SHORT);
        timed.read_exact(&mut [0; 2]).unwrap();
        let second = client.read_timeout().unwrap().unwrap();
        assert!(second < first);
    }

    #[test]
    fn a_deadline_bounds_write_all_to_a_peer_that_does_not_read() {
        let (client, _peer) = pair();
        let much = vec![0; 64 << 20];
        let result = Deadline::after(SHORT).on(&client).write_all(&much);
        assert_eq!(timeout_behind(result), SHORT);
    }

    #[test]
    fn a_deadline_bounds_all_that_is_made_of_read() {
        let (client, peer) = pair();
        thread::scope(|scope| {
            scope.spawn(|| trickle(peer, Duration::from_millis(1)));
            let timed = Deadline::after(SHORT).on(&client);
            let result = BufReader::new(timed).read_line(&mut String::new());
            assert_eq!(timeout_behind(result), SHORT);
            drop(client);
        });
    }

    #[test]
    fn what_comes_in_time_is_read_and_written() {
        let (client, peer) = pair();
        for deadline in [Deadline::after(LONG), Deadline::never()] {
            deadline.on(&client).write_all(b"soup").unwrap();
            deadline.on(&client).flush().unwrap();
            let mut order = [0; 4];
            deadline.on(&peer).read_exact(&mut order).unwrap();
            assert_eq!(&order, b"soup");
        }
    }

    #[test]
    fn the_longest_finite_deadline_is_no_error() {
        let (client, peer) = pair();
        let mut moment = Instant::now();
        for power in (0..63).rev() {
            let more = moment.checked_add(Duration::from_secs(1 << power));
            moment = more.unwrap_or(moment);
        }
        let last = Deadline::at(moment);
        assert!(last.instant().is_some());
        last.on(&client).write_all(b"soup").unwrap();
        last.on(&peer).read_exact(&mut [0; 4]).unwrap();
    }

    #[test]
    fn a_deadline_that_is_over_does_not_look_at_the_socket() {
        let (mut client, peer) = pair();
        client.write_all(b"soup").unwrap();
        let over = Deadline::after(Duration::ZERO);
        let result = over.on(&peer).read_exact(&mut [0; 4]);
        assert_eq!(timeout_behind(result), Duration::ZERO);
        let result = over.on(&peer).write_all(b"soup");
        assert_eq!(timeout_behind(result), Duration::ZERO);
        let (_listener, address) = listen();
        assert_eq!(timeout_behind(over.connect(address)), Duration::ZERO);
    }

    #[test]
    fn the_timeouts_of_before_come_back() {
        let (client, mut peer) = pair();
        let (reading, writing) = (Some(LONG), Some(LONG * 2));
        client.set_read_timeout(reading).unwrap();
        client.set_write_timeout(writing).unwrap();
        peer.write_all(b"soup").unwrap();
        {
            let mut timed = Deadline::after(LONG * 3).on(&client);
            timed.write_all(b"so").unwrap();
            timed.write_all(b"up").unwrap();
            timed.read_exact(&mut [0; 4]).unwrap();
            assert_ne!(client.read_timeout().unwrap(), reading);
            assert_ne!(client.write_timeout().unwrap(), writing);
        }
        assert_eq!(client.read_timeout().unwrap(), reading);
        assert_eq!(client.write_timeout().unwrap(), writing);

        // Also after an error.
        let result = Deadline::after(SHORT).on(&client).read(&mut [0]);
        assert_eq!(timeout_behind(result), SHORT);
        assert_eq!(client.read_timeout().unwrap(), reading);

        peer.write_all(b"soup").unwrap();
        Deadline::never().on(&client).read_exact(&mut [0]).unwrap();
        assert_eq!(client.read_timeout().unwrap(), reading);
    }

    #[test]
    fn the_other_direction_keeps_its_timeout() {
        let (client, mut peer) = pair();
        let mut timed = Deadline::after(LONG).on(&client);
        peer.write_all(b"soup").unwrap();
        timed.read_exact(&mut [0; 4]).unwrap();
        // Somebody else, who writes, comes and sets a timeout.
        client.set_write_timeout(Some(SHORT)).unwrap();
        drop(timed);
        assert_eq!(client.read_timeout().unwrap(), None);
        assert!(client.write_timeout().unwrap().is_some());
    }

    #[test]
    fn errors_of_the_system_are_kept() {
        let (client, peer) = pair();
        drop(peer);
        let long = Deadline::after(LONG);
        let end = long.on(&client).read_exact(&mut [0; 4]).unwrap_err();
        assert_eq!(end.kind(), ErrorKind::UnexpectedEof);
        assert_eq!(TimeoutError::cause_of(&end), None);

        let (listener, address) = listen();
        drop(listener);
        let refused = long.connect(address).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        let refused = Deadline::never().connect(address).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    }

    /// It would spin until the deadline otherwise.
    #[test]
    fn a_non_blocking_socket_answers_at_once() {
        let (client, _peer) = pair();
        client.set_nonblocking(true).unwrap();
        for deadline in [Deadline::after(LONG), Deadline::never()] {
            let error = deadline.on(&client).read(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
        }
    }

    /// A listener that accepts nobody lets its queue fill up, and then Linux
    /// does not answer.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_deadline_bounds_connect_to_a_host_that_does_not_answer() {
        let (_listener, address) = listen();
        let mut queue = Vec::new();
        let error = loop {
            match Deadline::after(SHORT * 5).connect(address) {
                Ok(stream) => queue.push(stream),
                Err(error) => break error,
            }
            assert!(queue.len() < 900, "the queue has no end");
        };
        assert_eq!(timeout_behind::<()>(Err(error)), SHORT * 5);
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

    #[test]
    fn the_error_is_a_sentence_and_an_io_error() {
        let error = TimeoutError { limit: SHORT };
        assert_eq!(error.to_string(), "not done within 20ms");
        let error = io::Error::from(error);
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert_eq!(TimeoutError::cause_of(&error).unwrap().limit, SHORT);
        let other = io::Error::from(ErrorKind::TimedOut);
        assert_eq!(TimeoutError::cause_of(&other), None);
    }
}
// ANCHOR_END: module
