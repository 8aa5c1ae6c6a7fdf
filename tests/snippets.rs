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

use book_tests::problems::Problems;

include!(concat!(env!("OUT_DIR"), "/skeptic-tests.rs"));

/// What `build.rs` found wrong before a snippet could be made of it.
const FOUND: &[&str] =
    include!(concat!(env!("OUT_DIR"), "/snippet-problems.rs"));

#[test]
fn every_include_is_found_and_every_block_is_closed() {
    let mut problems = Problems::default();
    for found in FOUND {
        problems.add(*found);
    }
    problems.report();
}
