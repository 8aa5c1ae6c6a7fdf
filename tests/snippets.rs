//! Every Rust snippet of every page compiles and runs, as mdBook shows it.
//!
//! A test that is called `lock_sect_the_problem_line_42` is the snippet in
//! `src/lock.md`, section *The problem*, whose fence is on line 42.
//! When it fails, its output is the compiler's or the program's message;
//! mend the snippet, or the file that it includes.
//!
//! Snippets that must not compile are in `compile_fail.rs`; those that are
//! ignored need a reason, which `layout.rs` asks for.
//! `build.rs` makes the tests.

use std::panic;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use book_tests::problems::Problems;

include!(concat!(env!("OUT_DIR"), "/skeptic-tests.rs"));

/// How long a snippet may take, on a machine that does other things too.
const LIMIT: Duration = Duration::from_secs(300);

/// Compiles and runs a snippet with skeptic, and fails if that does not end.
fn run_test(
    root: &'static str,
    out: &'static str,
    target: &'static str,
    text: &str,
) {
    let text = text.to_owned();
    let (alive, ended) = mpsc::channel::<()>();
    let run = thread::spawn(move || {
        let _alive = alive;
        skeptic::rt::run_test(root, out, target, &text);
    });
    if ended.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
        panic!("the snippet did not end in {LIMIT:?}: find what it waits for");
    }
    if let Err(failure) = run.join() {
        panic::resume_unwind(failure);
    }
}

/// What `build.rs` found wrong before a snippet could be made of it.
const FOUND: &[&str] =
    include!(concat!(env!("OUT_DIR"), "/snippet-problems.rs"));

#[test]
fn every_block_can_be_made_a_test() {
    let mut problems = Problems::default();
    for found in FOUND {
        problems.add(*found);
    }
    problems.report();
}
