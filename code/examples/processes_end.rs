//! A process ends with its main thread, unless somebody waits for the others.

use std::env;
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

// ANCHOR: child
/// Starts a worker, and returns from `main`: at once, or after its end.
fn child(waits: bool) {
    let (begins, begun) = channel();
    let worker = thread::spawn(move || {
        println!("worker: I begin");
        begins.send(()).unwrap();
        thread::sleep(Duration::from_secs(1)); // a slow step
        println!("worker: I am done");
    });
    begun.recv().unwrap();
    println!("main: I am done");
    if waits {
        worker.join().unwrap();
    }
}
// ANCHOR_END: child

// ANCHOR: parent
/// Starts this program again, as a child with an argument.
fn start_child(argument: &str) {
    println!("-- {argument}");
    let program = env::current_exe().unwrap();
    let status = Command::new(program).arg(argument).status().unwrap();
    println!("the child has ended: {}", status.success());
}

fn main() {
    match env::args().nth(1).as_deref() {
        Some("nobody waits") => child(false),
        Some("somebody waits") => child(true),
        _ => {
            start_child("nobody waits");
            start_child("somebody waits");
        }
    }
}
// ANCHOR_END: parent
