//! What a child process costs: its start and end against those of a thread.

mod support;

use support::{compare, criterion, time};
use threading::processes::{Job, serve};

const NOTHING: Job = Job::new("nothing", |_| String::new());

fn main() {
    serve(&[NOTHING]);

    let mut criterion = criterion();
    let process = |n| time(n, || drop(NOTHING.in_process("").unwrap()));
    let thread = |n| time(n, || drop(NOTHING.in_thread("").unwrap()));
    let group = "process, start and end";
    compare(&mut criterion, group, "a thread", process, thread);
    criterion.final_summary();
}
