//! What a recording takes for granted, tried out.
//!
//! That merging loses nothing: without it, the graph is the same.
//! And that a call is one step: no end comes about only when a thread is
//! interrupted in the middle of a call. A module for which that is not true
//! has a bug, or is no primitive.

use std::collections::BTreeSet;

use super::graph::Ends;
use super::{End, Grain, Graph, Program, explore};

/// Which of the two was tried to its end, with so many runs at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The graph without merging.
    pub whole: bool,
    /// The ends, with an interruption before each operation.
    pub fine: bool,
}

/// Checks the graph of a program.
///
/// # Errors
///
/// A sentence on what does not hold.
pub fn check(
    program: &Program,
    graph: &Graph,
    runs: usize,
) -> Result<Checked, String> {
    let name = program.name;
    let whole = explore(program, Grain::Calls, false, runs);
    if whole.complete && Graph::new(&whole, program) != *graph {
        return Err(format!("{name}: merging has changed the graph"));
    }
    let fine = explore(program, Grain::Operations, true, runs);
    if fine.complete {
        let fine = Graph::new(&fine, program).ends();
        compare(name, &graph.ends(), &fine)?;
    }
    Ok(Checked {
        whole: whole.complete,
        fine: fine.complete,
    })
}

fn compare(name: &str, calls: &Ends, operations: &Ends) -> Result<(), String> {
    let [calls, operations]: [BTreeSet<&(End, String)>; 2] =
        [calls, operations].map(|ends| ends.keys().collect());
    match calls.symmetric_difference(&operations).next() {
        None => Ok(()),
        Some(end) => Err(format!(
            "{name}: a call is not one step: only inside one, or only without \
             an interruption there, it ends so: {end:?}"
        )),
    }
}
