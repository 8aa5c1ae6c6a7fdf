//! Calls that have no timeout: accept, a pipe, a file.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::iter;
use std::net::{TcpListener, TcpStream};
use std::process::{self, Command, Stdio};
use std::thread;
use std::time::Duration;

use threading::{Deadline, Helper};

/// Set in the child process, which is this program once more.
const CHILD: &str = "BLOCKING_CALLS_HELPER_CHILD";

/// Runs out.
const SHORT: Duration = Duration::from_millis(20);

/// Is long enough.
const LONG: Duration = Duration::from_secs(30);

// ANCHOR: accept
fn accept() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let accept = iter::repeat_with(move || listener.accept());
    let mut clients = Helper::new(accept)?;

    if let Err(error) = clients.wait(Deadline::after(SHORT)) {
        println!("accept: {error}");
    }
    // A client that comes late is not lost.
    let late = TcpStream::connect(address)?;
    let client = clients.wait(Deadline::after(LONG))?;
    let (_, from) = client.expect("a listener has no end")?;
    println!("accept: the late client: {}", from == late.local_addr()?);
    Ok(())
}
// ANCHOR_END: accept

// ANCHOR: pipe
fn pipe() -> Result<(), Box<dyn Error>> {
    let mut child = Command::new(env::current_exe()?)
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()?;
    let pipe = child.stdout.take().expect("it is piped");
    let mut lines = Helper::new(BufReader::new(pipe).lines())?;

    let first = lines.wait(Deadline::after(LONG))?;
    println!("pipe: {}", first.expect("the child prints a line")?);
    if let Err(error) = lines.wait(Deadline::after(SHORT)) {
        println!("pipe: {error}");
        child.kill()?; // closes the pipe: no other process holds it
    }
    let end = lines.wait(Deadline::after(LONG))?;
    println!("pipe: closed: {}", end.is_none());
    child.wait()?;
    Ok(())
}
// ANCHOR_END: pipe

// ANCHOR: file
fn file() -> Result<(), Box<dyn Error>> {
    let name = format!("blocking-calls-{}", process::id());
    let path = env::temp_dir().join(name);
    fs::write(&path, "soup, salad")?;

    let menu = path.clone();
    let read = iter::once_with(|| fs::read_to_string(menu));
    let text = Helper::new(read)?.wait(Deadline::after(LONG))?;
    println!("file: {}", text.expect("one call, one value")?);
    fs::remove_file(path)?;
    Ok(())
}
// ANCHOR_END: file

/// What the child does: it prints one line, and then nothing more.
fn cook() -> io::Result<()> {
    println!("the soup is ready");
    thread::sleep(LONG);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    if env::var_os(CHILD).is_some() {
        return Ok(cook()?);
    }
    accept()?;
    pipe()?;
    file()
}
