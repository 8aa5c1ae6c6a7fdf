//! A module with a bug that no schedule of whole calls shows, and that the
//! checks of a recording must find.

use facade::explore::{Grain, Graph, Program, RUNS, check, explore};

#[allow(unused, reason = "the program needs little of it")]
mod event {
    include!(concat!(env!("OUT_DIR"), "/event_looks_before_it_locks.rs"));
}

#[path = "../schedules/planted.rs"]
mod program;

const PROGRAM: Program = Program {
    name: "planted",
    file: "schedules/planted.rs",
    text: include_str!("../schedules/planted.rs"),
    run: program::main,
    threads: &["main thread", "worker"],
};

/// Whether the check of a recording finds the bug.
pub fn is_found() -> Result<(), String> {
    let tree = explore(&PROGRAM, Grain::Calls, true, RUNS);
    let graph = Graph::new(&tree, &PROGRAM);
    match check(&PROGRAM, &graph, RUNS) {
        Err(_) => Ok(()),
        Ok(_) => Err("the bug in schedules/planted.rs is not found".into()),
    }
}
