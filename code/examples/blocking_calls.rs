//! One deadline for three kinds of blocking calls: when it has passed, none of
//! them waits.
//!
//! Travels with: `event.rs`.

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use threading::{Deadline, Event};

// ANCHOR: smallest
fn deliver(door: &Event, terminal: &TcpStream, deadline: Deadline) {
    // On a primitive.
    let opened = door.wait_deadline(deadline);
    println!("the door: {}", if opened { "open" } else { "shut" });
    println!("left for the rest: {:?}", deadline.remaining());

    // On I/O.
    let mut receipt = [0; 4];
    match deadline.on(terminal).read_exact(&mut receipt) {
        Ok(()) => println!("the terminal: {receipt:?}"),
        Err(error) => println!("the terminal: {error}"),
    }

    // Sleep.
    deadline.sleep();
    println!("the pause: over");
}
// ANCHOR_END: smallest

// ANCHOR: main
fn main() -> io::Result<()> {
    let door = Event::new(); // is never set
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let terminal = TcpStream::connect(listener.local_addr()?)?;
    let _silent = listener.accept()?; // never writes

    let limit = Duration::from_millis(30);
    deliver(&door, &terminal, Deadline::after(limit));
    Ok(())
}
// ANCHOR_END: main
