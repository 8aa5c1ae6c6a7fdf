//! A server on the loopback interface that serves three clients at a time.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use threading::BoundedSemaphore;

const CLIENTS: u32 = 9;
const LIMIT: usize = 3;

// ANCHOR: serve
/// Serves so many clients; returns how many were connected at once at most.
fn serve(listener: &TcpListener, clients: u32) -> io::Result<usize> {
    let connections = BoundedSemaphore::new(LIMIT);
    let connected = AtomicUsize::new(0);
    let highest = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..clients {
            let permit = connections.acquire();
            let (stream, _) = listener.accept()?;
            let (connected, highest) = (&connected, &highest);
            scope.spawn(move || {
                let now = connected.fetch_add(1, Ordering::Relaxed) + 1;
                highest.fetch_max(now, Ordering::Relaxed);
                square(&stream).expect("the client behaves");
                connected.fetch_sub(1, Ordering::Relaxed);
                drop(permit);
            });
        }
        Ok::<(), io::Error>(())
    })?;
    Ok(highest.into_inner())
}
// ANCHOR_END: serve

// ANCHOR: client
/// Answers each number with its square until the client hangs up.
fn square(stream: &TcpStream) -> io::Result<()> {
    let mut answers = stream;
    for line in BufReader::new(stream).lines() {
        let number: u32 = line?.parse().expect("the client sends numbers");
        writeln!(answers, "{}", number * number)?;
    }
    Ok(())
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
