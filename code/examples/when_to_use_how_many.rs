//! How many threads: an album from a server, and prime numbers.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use threading::{SpeedUp, amdahl, compare, on_threads};

// ANCHOR: album
const PAGES: u8 = 2;
const PICTURES: u8 = 8;

/// Fetches an album: each page names the next, the last names the pictures.
fn album(server: SocketAddr, threads: usize) -> Vec<u8> {
    let last = (0..PAGES).fold(0, |page, _| ask(server, page));
    let pictures: Vec<u8> = (1..=PICTURES).map(|n| last + n).collect();
    on_threads(threads, &pictures, |picture| ask(server, *picture))
}
// ANCHOR_END: album

// ANCHOR: curve
fn main() -> io::Result<()> {
    let server = start_server()?;
    // All requests take the same time.
    let serial_part = f64::from(PAGES) / f64::from(PAGES + PICTURES);

    println!("threads  album (speed-up)  Amdahl's law  primes");
    for threads in [1, 2, 4, 8] {
        let album = SpeedUp::of(|| album(server, 1), || album(server, threads));
        let album = album.expect("equal pictures").ratio();
        let law = amdahl(serial_part, threads);
        let primes = compare(threads, &[12_000; 8], count_primes);
        let primes = primes.expect("equal numbers").ratio();
        println!("{threads:<7}  {album:>16.2}  {law:>12.2}  {primes:>6.2}");
    }
    Ok(())
}
// ANCHOR_END: curve

/// Counts the primes below a number.
fn count_primes(limit: &u32) -> u32 {
    let mut count = 0;
    for number in 2..*limit {
        let mut divisor = 2;
        while divisor * divisor <= number && !number.is_multiple_of(divisor) {
            divisor += 1;
        }
        count += u32::from(divisor * divisor > number);
    }
    count
}

fn ask(server: SocketAddr, number: u8) -> u8 {
    let mut answer = [number];
    let mut stream = TcpStream::connect(server).expect("it listens");
    stream.write_all(&answer).expect("it reads");
    stream.read_exact(&mut answer).expect("it answers");
    answer[0]
}

fn start_server() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(move || answer(&client));
        }
    });
    Ok(address)
}

fn answer(mut client: &TcpStream) -> io::Result<()> {
    let mut question = [0];
    client.read_exact(&mut question)?;
    thread::sleep(Duration::from_millis(1));
    client.write_all(&[question[0] + 1])
}
