//! A peer that sends a byte now and then: no timeout is ever over, but a
//! deadline is.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use threading::Deadline;

const TIMEOUT: Duration = Duration::from_millis(100);
const LIMIT: Duration = Duration::from_millis(50);

// ANCHOR: peer
/// Sends a byte, and one more after each pause, until the client closes.
fn trickle(mut client: TcpStream) -> io::Result<()> {
    let pause = Duration::from_millis(10);
    client.set_nodelay(true)?;
    while client.write_all(b".").is_ok() {
        thread::sleep(pause);
    }
    Ok(())
}
// ANCHOR_END: peer

// ANCHOR: timeout
fn with_a_timeout(server: SocketAddr) -> io::Result<()> {
    let start = Instant::now();
    let mut client = TcpStream::connect(server)?;
    client.set_read_timeout(Some(TIMEOUT))?;

    let mut order = [0; 12];
    client.read_exact(&mut order)?; // succeeds
    let longer = start.elapsed() > TIMEOUT;
    println!("a timeout of {TIMEOUT:?} for each call: never over");
    println!("and yet it took longer than that: {longer}");
    Ok(())
}
// ANCHOR_END: timeout

// ANCHOR: deadline
fn with_a_deadline(server: SocketAddr) -> io::Result<()> {
    let deadline = Deadline::after(LIMIT);
    let client = TcpStream::connect(server)?;

    let mut order = [0; 12];
    match deadline.on(&client).read_exact(&mut order) {
        Ok(()) => println!("a deadline: all came in time"),
        Err(error) => println!("a deadline: {error}"),
    }
    Ok(())
}
// ANCHOR_END: deadline

// ANCHOR: again
/// On a busy machine the peer itself may be held up for as long as the
/// timeout; then this tries again.
fn until_undisturbed(run: impl Fn() -> io::Result<()>) -> io::Result<()> {
    loop {
        match run() {
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::WouldBlock // on Unix
                        | ErrorKind::TimedOut // on Windows
                ) => {}
            result => return result,
        }
    }
}
// ANCHOR_END: again

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let server = listener.local_addr()?;
    // Is cut off at program exit.
    thread::spawn(move || {
        let clients = listener.incoming();
        clients.into_iter().try_for_each(|client| trickle(client?))
    });
    until_undisturbed(|| with_a_timeout(server))?;
    with_a_deadline(server)
}
