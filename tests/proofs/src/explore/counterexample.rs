//! A bug in a module, and the shortest schedule that shows it.

use super::{Grain, Graph, Program, RUNS, explore_from, page, table};

/// A program that uses a module with a bug.
pub struct Counterexample {
    /// The program with that module.
    pub program: Program,
    /// The same with the module as it is.
    pub control: fn(),
    /// How its schedules begin.
    pub start: &'static [usize],
    /// The objects whose values the table shows, in its last columns.
    pub values: &'static [&'static str],
}

impl Counterexample {
    /// The file that pages include.
    ///
    /// # Errors
    ///
    /// A sentence, if no schedule shows the bug, or if one ends badly without
    /// the bug, too.
    pub fn markdown(&self) -> Result<String, String> {
        let name = self.program.name;
        let control = Program {
            run: self.control,
            ..self.program
        };
        if let Some(schedule) = self.graph(&control)?.shortest_failure() {
            return Err(format!(
                "{name}: the module as it is fails, too: {schedule:?}"
            ));
        }
        let graph = self.graph(&self.program)?;
        let schedule = graph
            .shortest_failure()
            .ok_or_else(|| format!("{name}: no schedule shows the bug"))?;
        let table =
            table::table(&self.program, &graph, &schedule, self.values)?;
        Ok(page::file(&page::part("table", &table)))
    }

    /// With a step for each operation inside the module, where the bug is.
    fn graph(&self, program: &Program) -> Result<Graph, String> {
        let (grain, start) = (Grain::Operations, self.start);
        let tree = explore_from(program, grain, true, RUNS, start);
        match tree.complete {
            true => Ok(Graph::new(&tree, program)),
            false => Err(format!(
                "{}: not every schedule was tried in {} runs: let the schedules \
                 begin with more steps that are given",
                program.name, tree.runs
            )),
        }
    }
}
