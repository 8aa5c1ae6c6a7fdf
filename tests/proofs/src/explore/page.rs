//! What a page includes: one schedule as a table and as a diagram, a sentence
//! on how the program may end, and the graph for the page's script.

use super::graph::Ends;
use super::{
    End, Grain, Graph, Program, RUNS, STEPS, diagram, explore, json, table,
};

/// A program, and the schedule of it that a page shows.
pub struct Recording {
    /// Whose schedules are recorded.
    pub program: Program,
    /// What the schedule is about.
    pub title: &'static str,
    /// Who moves, step by step.
    pub schedule: &'static [usize],
    /// The objects whose values the table shows, in its last columns.
    pub values: &'static [&'static str],
    /// What the program should print; empty, if all that it prints is right.
    pub right: &'static [&'static str],
}

impl Recording {
    /// The lines of the program that a reader sees.
    pub fn lines(&self) -> Vec<&'static str> {
        let lines = self.program.text.lines();
        lines
            .filter(|line| crate::checker::is_shown(line))
            .collect()
    }

    /// Every schedule of the program, in the steps of a reader, and how many
    /// runs it took to find them.
    ///
    /// # Errors
    ///
    /// A sentence, if there are too many, or one has too many steps.
    pub fn graph(&self) -> Result<(Graph, usize), String> {
        let tree = explore(&self.program, Grain::Calls, true, RUNS);
        match tree.complete {
            true => Ok((Graph::new(&tree, &self.program), tree.runs)),
            false => Err(format!(
                "{}: not every schedule was tried in {} runs, each with {STEPS} \
                 steps at most: make the program smaller",
                self.program.name, tree.runs
            )),
        }
    }

    /// The file that pages include.
    ///
    /// # Errors
    ///
    /// A sentence, if the program has no such schedule.
    pub fn markdown(&self, graph: &Graph) -> Result<String, String> {
        let (schedule, values) = (self.schedule, self.values);
        let table = table::table(&self.program, graph, schedule, values)?;
        let diagram = diagram::diagram(self, graph)?;
        let script = format!(
            "<script type=\"application/json\">\n{}\n</script>",
            json::json(self, graph)
        );
        let figure = format!(
            "<figure class=\"schedules\">\n\n{}\n{}\n</figure>\n",
            part("table", &table),
            part("data", &script)
        );
        let parts = [
            part("stepper", &figure),
            part("diagram", &diagram),
            part("ends", &sentence(&graph.ends())),
        ];
        Ok(file(&parts.join("\n")))
    }
}

/// A file that pages include.
pub(super) fn file(parts: &str) -> String {
    format!("<!-- Written by `cargo book record schedules`. -->\n{parts}")
}

pub(super) fn part(anchor: &str, text: &str) -> String {
    let text = text.trim_end();
    format!(
        "<!-- ANCHOR: {anchor} -->\n{text}\n<!-- ANCHOR_END: {anchor} -->\n"
    )
}

/// How the program may end, as a sentence.
fn sentence(ends: &Ends) -> String {
    let all: u128 = ends.values().sum();
    let some = |((end, text), number): (&(End, String), &u128)| {
        format!("{number} {}", verb(end, text, *number == 1))
    };
    let what: Vec<String> = ends.iter().map(some).collect();
    match (&what[..], ends.first_key_value()) {
        ([_], Some(((end, text), _))) if all == 1 => {
            format!("The only schedule {}.", verb(end, text, true))
        }
        ([_], Some(((end, text), _))) => {
            format!("All {all} schedules {}.", verb(end, text, false))
        }
        _ => format!("Of {all} schedules, {}.", listed(&what)),
    }
}

fn listed(parts: &[String]) -> String {
    match parts {
        [first @ .., last] if !first.is_empty() => {
            format!("{} and {last}", first.join(", "))
        }
        _ => parts.concat(),
    }
}

fn verb(end: &End, text: &str, one: bool) -> String {
    let s = if one { "s" } else { "" };
    let lines: Vec<_> = text.lines().map(|line| format!("`{line}`")).collect();
    match end {
        End::Done if lines.is_empty() => format!("end{s} well"),
        End::Done => format!("print{s} {}", listed(&lines)),
        End::Deadlock => format!("end{s} in a deadlock"),
        End::Panic(_) => format!("end{s} in a panic"),
        End::Limit | End::Same(_) => {
            format!("go{} on", if one { "es" } else { "" })
        }
    }
}
