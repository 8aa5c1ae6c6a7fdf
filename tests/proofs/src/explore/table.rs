//! One schedule as a table: a column for each thread that moves.

use super::{Graph, Program, words};

/// The table of the schedule, with these values in its last columns.
pub fn table(
    program: &Program,
    graph: &Graph,
    schedule: &[usize],
    values: &[&str],
) -> Result<String, String> {
    let way = graph.way(schedule)?;
    let threads = threads(schedule);
    let mut head = vec!["step".to_owned()];
    head.extend(threads.iter().map(|&id| words::name(program, id)));
    head.extend(values.iter().map(ToString::to_string));
    let mut rows = vec![row(&head), "|---".repeat(head.len()) + "|\n"];
    for (step, thread) in schedule.iter().enumerate() {
        let edge = &graph.nodes[way[step]].next[thread];
        let mut cells = vec![(step + 1).to_string()];
        let cell = |id: &usize| match id == thread {
            true => edge.words.clone(),
            false => String::new(),
        };
        cells.extend(threads.iter().map(cell));
        let value = |name: &&str| value(graph, way[step + 1], name);
        cells.extend(values.iter().map(value));
        rows.push(row(&cells));
    }
    Ok(rows.concat())
}

/// Those that move, by their numbers.
pub fn threads(schedule: &[usize]) -> Vec<usize> {
    let mut threads = schedule.to_vec();
    threads.sort_unstable();
    threads.dedup();
    threads
}

fn value(graph: &Graph, node: usize, name: &str) -> String {
    let objects = &graph.nodes[node].state.objects;
    let object = objects.iter().find(|object| object.name == name);
    object.map_or_else(String::new, |object| object.value.clone())
}

fn row(cells: &[String]) -> String {
    let mut row = String::from("|");
    for cell in cells {
        match cell.is_empty() {
            true => row.push_str(" |"),
            false => row.push_str(&format!(" {cell} |")),
        }
    }
    row + "\n"
}
