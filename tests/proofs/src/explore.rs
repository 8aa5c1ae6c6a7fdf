//! Tries every schedule of a program, and tells what it saw: as a graph, a
//! table, a diagram, and as JSON for a page.

mod check;
mod counterexample;
mod diagram;
mod graph;
mod json;
mod page;
mod table;
mod words;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use crate::checker::{self, Moment, Plan, Source};

pub use crate::checker::{End, Grain, Kind, Look, Show, Shown, State, print};
pub use check::{Checked, check};
pub use counterexample::Counterexample;
pub use graph::{Edge, Graph, Node};
pub use page::Recording;

/// A small program with a few threads.
pub struct Program {
    /// As the recording is called.
    pub name: &'static str,
    /// How the path of its file ends.
    pub file: &'static str,
    /// The text of the file.
    pub text: &'static str,
    /// Its main function.
    pub run: fn(),
    /// What its threads are called, in the order in which they start; the
    /// main thread is the first.
    pub threads: &'static [&'static str],
}

/// A run that takes more steps is cut off, and says so.
const STEPS: usize = 300;

/// With so many runs each recording can be made.
pub const RUNS: usize = 20_000;

/// The runs of a program as far as they differ.
#[derive(Default)]
pub struct Tree {
    nodes: Vec<Branch>,
    /// How many.
    pub runs: usize,
    /// Whether every schedule was tried, to its end.
    pub complete: bool,
}

/// A moment, and how it may go on.
#[derive(Default)]
struct Branch {
    key: u64,
    state: State,
    told: Option<String>,
    next: BTreeMap<usize, usize>,
    end: Option<End>,
}

/// Tries every schedule, depth first, unless that takes more than so many
/// runs.
///
/// If moments are merged, a run ends where an earlier one went on alike.
pub fn explore(
    program: &Program,
    grain: Grain,
    merges: bool,
    runs: usize,
) -> Tree {
    explore_from(program, grain, merges, runs, &[])
}

/// Tries every schedule that begins so.
fn explore_from(
    program: &Program,
    grain: Grain,
    merges: bool,
    runs: usize,
    start: &[usize],
) -> Tree {
    let source = Arc::new(Source::new(program.file, program.text));
    let seen = merges.then(|| Arc::new(Mutex::new(HashSet::new())));
    let mut tree = Tree {
        complete: true,
        ..Tree::default()
    };
    let mut todo = vec![start.to_vec()];
    while let Some(choices) = todo.pop() {
        if tree.runs == runs {
            tree.complete = false;
            break;
        }
        let planned = choices.len();
        let (moments, end) = checker::run(Plan {
            program: program.run,
            source: &source,
            grain,
            choices,
            limit: STEPS,
            seen: seen.clone(),
        });
        todo.extend(others(&moments, planned));
        tree.add(moments, end);
    }
    tree
}

/// The choices that a run did not make, beyond those that were planned.
fn others(moments: &[Moment], planned: usize) -> Vec<Vec<usize>> {
    let way: Vec<usize> = moments.iter().map_while(|it| it.chosen).collect();
    let mut all = Vec::new();
    for depth in (planned..way.len()).rev() {
        let ready = moments[depth].ready.iter().rev();
        for &other in ready.filter(|&&other| other != way[depth]) {
            all.push([&way[..depth], &[other]].concat());
        }
    }
    all
}

impl Tree {
    fn add(&mut self, moments: Vec<Moment>, end: End) {
        self.runs += 1;
        self.complete &= end != End::Limit;
        let mut from = None;
        let mut last = 0;
        for moment in moments {
            last = self.follow(from, &moment);
            from = moment.chosen.map(|chosen| (last, chosen));
        }
        self.nodes[last].end = Some(end);
    }

    /// The node of a moment, after the choice of a thread at another node.
    fn follow(
        &mut self,
        from: Option<(usize, usize)>,
        moment: &Moment,
    ) -> usize {
        let next = self.nodes.len();
        let known = match from {
            Some((node, chosen)) => {
                *self.nodes[node].next.entry(chosen).or_insert(next)
            }
            None => 0,
        };
        if known == next {
            self.nodes.push(Branch {
                key: moment.key,
                state: moment.state.clone(),
                told: moment.told.clone(),
                ..Branch::default()
            });
        }
        known
    }
}
