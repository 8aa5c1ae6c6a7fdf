// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sockets with a deadline: connecting, reading and writing, each for as long
//! as a whole operation has left.
//!
//! [`Deadline::on`] returns a view of a socket, a [`TimedStream`], and
//! [`Deadline::connect`] makes a socket.
//!
//! Use it if a peer may be slow: the timeouts of `std` bound each system call,
//! so a peer that sends a byte now and then can go on forever.
//! If thousands of sockets wait at once, asynchronous code costs less.
//!
//! # Before you copy it
//!
//! - [`Deadline::on`] changes the timeouts of the socket itself, which its
//!   clones in other threads share, until the view is dropped.
//! - A call may return a little after the deadline, and later on a busy
//!   machine.
//! - A deadline can't end the look-up of a name: `connect` takes an address.
//!
//! The chapter that explains this file is `src/blocking_calls.md`.
//!
//! Travels with: `blocking_calls_deadline.rs`.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::blocking_calls_deadline::{Deadline, TimeoutError};

/// Sockets that wait until the deadline.
impl Deadline {
    /// Connects to `address`, and waits for that until the deadline.
    ///
    /// It takes an address, because looking up a name is a blocking call as
    /// well, and one that has no timeout.
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
    /// let terminal = deadline.connect(kitchen.local_addr()?)?;
    /// assert_eq!(terminal.peer_addr()?, kitchen.local_addr()?);
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
        if self.instant().is_none() {
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
    /// let till = TcpStream::connect(kitchen.local_addr()?)?;
    /// let _silent = kitchen.accept()?;
    ///
    /// let limit = Duration::from_millis(5);
    /// let mut order = [0; 4];
    /// let result = Deadline::after(limit).on(&till).read_exact(&mut order);
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
                // The operating system rounds: check the clock once more.
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
            // It fails if the socket is broken, and then it does not matter.
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
    /// assert_eq!(error.to_string(), "timed out after 1s");
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

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::io::{BufRead, BufReader};
    use std::net::{Ipv4Addr, TcpListener};
    use std::thread;
    use std::time::Instant;

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
    fn the_error_is_an_io_error() {
        let error = io::Error::from(TimeoutError { limit: SHORT });
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert_eq!(TimeoutError::cause_of(&error).unwrap().limit, SHORT);
        let other = io::Error::from(ErrorKind::TimedOut);
        assert_eq!(TimeoutError::cause_of(&other), None);
    }
}
// ANCHOR_END: module
