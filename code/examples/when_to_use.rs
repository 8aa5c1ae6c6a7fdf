//! Eight questions to a slow server, one after the other and on threads.

// ANCHOR: smallest
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use threading::compare;

const CITIES: [&str; 8] = [
    "Bergen", "Lisbon", "Ghent", "Turin", "Graz", "Split", "Vilnius", "Cork",
];

/// Asks the server for the weather in a city.
fn ask(server: SocketAddr, city: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(server)?;
    stream.write_all(format!("{city}\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn main() -> io::Result<()> {
    let server = start_server()?;
    println!("{}", ask(server, "Bergen")?);

    let work = |city: &&str| ask(server, city).expect("it answers");
    let speed_up = compare(4, &CITIES, work).expect("equal results");
    println!("{speed_up}");
    Ok(())
}
// ANCHOR_END: smallest

// ANCHOR: server
/// Starts a server on the loopback interface, which ends with the program.
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

/// Takes its time, and tells the weather.
fn answer(mut client: &TcpStream) -> io::Result<()> {
    let mut city = String::new();
    BufReader::new(client).read_line(&mut city)?;
    thread::sleep(Duration::from_millis(5));
    let sunny = city.len().is_multiple_of(2);
    let weather = if sunny { "sun" } else { "rain" };
    write!(client, "{}: {weather}", city.trim())
}
// ANCHOR_END: server
