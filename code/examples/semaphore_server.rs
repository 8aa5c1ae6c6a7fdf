//! A server on the loopback interface that serves three clients at a time.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use threading::{BoundedSemaphore, SemaphoreGuard};

const CLIENTS: u32 = 9;
const LIMIT: usize = 3;

// ANCHOR: connection
/// How many connections are open, and how many were at most.
#[derive(Default)]
struct Open {
    now: AtomicUsize,
    highest: AtomicUsize,
}

impl Open {
    fn count(&self) -> Counted<'_> {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.highest.fetch_max(now, Ordering::Relaxed);
        Counted(self)
    }
}

struct Counted<'a>(&'a Open);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the thread of a client owns.
///
/// Fields are dropped from the first to the last, also in a panic: the
/// stream is closed before the permit is given back.
struct Connection<'a> {
    stream: TcpStream,
    _counted: Counted<'a>,
    _permit: SemaphoreGuard<'a>,
}
// ANCHOR_END: connection

// ANCHOR: serve
/// Serves so many clients; returns how many were connected at once at most.
fn serve(listener: &TcpListener, clients: u32) -> io::Result<usize> {
    let (permits, open) = (BoundedSemaphore::new(LIMIT), Open::default());
    thread::scope(|scope| {
        for _ in 0..clients {
            let permit = permits.acquire();
            let (stream, _) = listener.accept()?;
            let connection = Connection {
                stream,
                _counted: open.count(),
                _permit: permit,
            };
            scope.spawn(move || {
                connection.square().expect("the client behaves");
            });
        }
        Ok::<(), io::Error>(())
    })?;
    Ok(open.highest.into_inner())
}
// ANCHOR_END: serve

// ANCHOR: client
impl Connection<'_> {
    /// Answers each number with its square until the client hangs up.
    fn square(&self) -> io::Result<()> {
        let mut answers = &self.stream;
        for line in BufReader::new(&self.stream).lines() {
            let number: u32 = line?.parse().expect("the client sends numbers");
            writeln!(answers, "{}", number * number)?;
        }
        Ok(())
    }
}

/// Asks for one square, and hangs up when two others have theirs too.
fn ask(server: SocketAddr, number: u32, three: &Barrier) -> io::Result<u32> {
    let mut stream = TcpStream::connect(server)?;
    writeln!(stream, "{number}")?;
    let mut answer = String::new();
    BufReader::new(&stream).read_line(&mut answer)?;
    three.wait();
    Ok(answer.trim().parse().expect("the server sends numbers"))
}
// ANCHOR_END: client

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let server = listener.local_addr()?;
    let three = &Barrier::new(LIMIT);
    thread::scope(|scope| {
        let ask = |n| scope.spawn(move || ask(server, n, three));
        let clients: Vec<_> = (1..=CLIENTS).map(ask).collect();
        let highest = serve(&listener, CLIENTS)?;

        println!("clients served: {}", clients.len());
        println!("connected at once, at most: {highest}");
        for (number, client) in (1..).zip(clients) {
            let answer = client.join().expect("no client panics")?;
            println!("{number} squared is {answer}");
        }
        Ok(())
    })
}
