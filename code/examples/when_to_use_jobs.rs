//! Five jobs, each done one task after the other and on threads.
//!
//! Needs: `sha2`.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, process, thread};

use sha2::{Digest, Sha256};
use threading::compare;

const TASKS: [u8; 8] = [0, 1, 2, 3, 4, 5, 6, 7];
const THREADS: usize = 4;
const ROW: [usize; 4] = [13, 13, 14, 10];

// ANCHOR: waiting
/// Asks a server, which takes 3 ms for its answer.
fn ask(server: SocketAddr, number: u8) -> u8 {
    let mut answer = [number];
    let mut stream = TcpStream::connect(server).expect("it listens");
    stream.write_all(&answer).expect("it reads");
    stream.read_exact(&mut answer).expect("it answers");
    answer[0]
}

/// Writes a small file, and waits until it is on the disk.
fn write(folder: &Path, number: u8) {
    let mut file = File::create(path(folder, number)).expect("it is new");
    file.write_all(&[number; 4096]).expect("the disk has room");
    file.sync_all().expect("the disk is there");
}
// ANCHOR_END: waiting

// ANCHOR: calculating
/// Reads a small file, which the system has kept in memory.
fn read(folder: &Path, number: u8) -> Vec<u8> {
    fs::read(path(folder, number)).expect("it has been written")
}

/// The SHA-256 of a large buffer.
fn hash(buffer: &[u8]) -> Vec<u8> {
    Sha256::digest(buffer).to_vec()
}

/// Counts the primes below 20,000.
fn count_primes() -> u32 {
    let mut count = 0;
    for number in 2_u32..20_000 {
        let mut divisor = 2;
        while divisor * divisor <= number && !number.is_multiple_of(divisor) {
            divisor += 1;
        }
        count += u32::from(divisor * divisor > number);
    }
    count
}
// ANCHOR_END: calculating

// ANCHOR: table
fn main() -> io::Result<()> {
    let server = start_server()?;
    let folder = env::temp_dir().join(format!("jobs-{}", process::id()));
    fs::create_dir_all(&folder)?;
    let buffers = TASKS.map(|number| vec![number; 1 << 20]);

    row(["job", "serial (ms)", "threads (ms)", "speed-up"]);
    measure("ask a server", |number| ask(server, number));
    measure("write files", |number| write(&folder, number));
    measure("read files", |number| read(&folder, number));
    measure("hash buffers", |number| hash(&buffers[usize::from(number)]));
    measure("count primes", |_| count_primes());

    fs::remove_dir_all(&folder)
}

/// Does the job eight times each way, and prints what it takes.
fn measure<R>(job: &str, work: impl Fn(u8) -> R + Sync)
where
    R: Send + PartialEq,
{
    let work = |number: &u8| work(*number);
    let speed_up = compare(THREADS, &TASKS, work).expect("equal results");
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    row([
        job,
        &format!("{:.2}", milliseconds(speed_up.serial())),
        &format!("{:.2}", milliseconds(speed_up.threaded())),
        &format!("{:.2}", speed_up.ratio()),
    ]);
}
// ANCHOR_END: table

fn row(cells: [&str; 4]) {
    let [first, second, third, fourth] = ROW;
    let [job, serial, threaded, ratio] = cells;
    println!(
        "{job:<first$}{serial:>second$}{threaded:>third$}{ratio:>fourth$}"
    );
}

fn path(folder: &Path, number: u8) -> PathBuf {
    folder.join(format!("{number}.bin"))
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
    thread::sleep(Duration::from_millis(3));
    client.write_all(&[question[0] * 2])
}
