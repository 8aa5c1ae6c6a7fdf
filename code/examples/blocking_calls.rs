//! One deadline for three kinds of blocking calls: it is over for all of them.
//!
//! Travels with: `event.rs`.

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use threading::{Deadline, Event};

const LIMIT: Duration = Duration::from_millis(30);

// ANCHOR: smallest
fn serve(bell: &Event, till: &TcpStream, deadline: Deadline) {
    // On a primitive.
    let rang = bell.wait_timeout(deadline.remaining());
    println!("the bell: {}", if rang { "it rang" } else { "silence" });

    // On I/O.
    let mut bill = [0; 4];
    match deadline.on(till).read_exact(&mut bill) {
        Ok(()) => println!("the till: {bill:?}"),
        Err(error) => println!("the till: {error}"),
    }

    // Sleep.
    deadline.sleep();
    println!("the pause: over");
}
// ANCHOR_END: smallest

// ANCHOR: main
fn main() -> io::Result<()> {
    let bell = Event::new(); // nobody sets it
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let till = TcpStream::connect(listener.local_addr()?)?;
    let _silent = listener.accept()?; // nobody writes

    let start = Instant::now();
    serve(&bell, &till, Deadline::after(LIMIT));
    let waited = start.elapsed() >= LIMIT;
    println!("all three waited for {LIMIT:?} together: {waited}");
    Ok(())
}
// ANCHOR_END: main
