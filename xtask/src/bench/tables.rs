//! From the recordings to the tables that the pages include.
//!
//! A row shows the processor on which ours does worst, and what each gave.

use std::collections::{BTreeMap, BTreeSet};

use comfy_table::{Table, presets};

use super::recording::{Recording, Row, slug};
use crate::record;

/// An operation against a peer, on all processors.
struct Comparison<'a> {
    worst: &'a Row,
    by_processor: BTreeMap<&'a str, &'a Row>,
}

impl Comparison<'_> {
    fn is_slower(&self) -> bool {
        self.by_processor.values().any(|row| row.is_slower())
    }
}

/// The parts that pages include: all rows, those in which a peer is faster,
/// those of each primitive and of each operation, and the machines.
pub fn page(recordings: &[Recording]) -> String {
    let comparisons = comparisons(recordings);
    let mut parts = vec![
        part("table", &comparisons, |_| true),
        record::part("slower", &format!("\n{}\n", slower(&comparisons))),
    ];
    for name in names(&comparisons, |row| row.primitive().to_owned()) {
        parts.push(part(&name, &comparisons, |row| row.primitive() == name));
    }
    for name in names(&comparisons, |row| slug(&row.operation)) {
        parts.push(part(&name, &comparisons, |row| {
            slug(&row.operation) == name
        }));
    }
    parts.push(record::part("machine", &machines(recordings)));
    "<!-- Written by `cargo book bench`. -->\n".to_owned() + &parts.join("\n")
}

/// The rows of one recording, as they are.
pub fn of_one_machine<'a>(rows: impl Iterator<Item = &'a Row>) -> Table {
    let comparisons: Vec<Comparison> = rows
        .map(|row| Comparison {
            worst: row,
            by_processor: BTreeMap::from([("", row)]),
        })
        .collect();
    table(&comparisons.iter().collect::<Vec<_>>())
}

fn comparisons(recordings: &[Recording]) -> Vec<Comparison<'_>> {
    let mut all: BTreeMap<_, BTreeMap<&str, &Row>> = BTreeMap::new();
    for recording in recordings {
        for row in &recording.rows {
            let by_processor = all.entry((&row.operation, &row.peer));
            by_processor.or_default().insert(&recording.processor, row);
        }
    }
    all.into_values()
        .filter_map(|by_processor| {
            let worst = worst(by_processor.values().copied())?;
            Some(Comparison {
                worst,
                by_processor,
            })
        })
        .collect()
}

fn worst<'a>(rows: impl Iterator<Item = &'a Row>) -> Option<&'a Row> {
    rows.max_by(|a, b| a.median().total_cmp(&b.median()))
}

fn names(
    comparisons: &[Comparison],
    name: impl Fn(&Row) -> String,
) -> BTreeSet<String> {
    comparisons.iter().map(|each| name(each.worst)).collect()
}

fn part(
    name: &str,
    comparisons: &[Comparison],
    is_chosen: impl Fn(&Row) -> bool,
) -> String {
    let chosen = comparisons.iter().filter(|each| is_chosen(each.worst));
    let table = table(&chosen.collect::<Vec<_>>());
    record::part(name, &format!("\n{table}\n"))
}

/// Where a peer is faster in every process on some processor, the worst first.
fn slower(comparisons: &[Comparison]) -> Table {
    let slower = comparisons.iter().filter(|each| each.is_slower());
    let mut slower: Vec<&Comparison> = slower.collect();
    slower.sort_by(|a, b| b.worst.median().total_cmp(&a.worst.median()));
    table(&slower)
}

fn table(comparisons: &[&Comparison]) -> Table {
    let processors = processors(comparisons);
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    let header = ["operation", "ours / peer", "peer", "lowest to highest"];
    table.set_header(header.into_iter().chain(processors.iter().copied()));
    for comparison in comparisons {
        table.add_row(cells(comparison, &processors));
    }
    table
}

/// The processors that have a column of their own: where there is only one,
/// its column would repeat the worst.
fn processors<'a>(comparisons: &[&Comparison<'a>]) -> BTreeSet<&'a str> {
    let all = comparisons.iter().flat_map(|each| each.by_processor.keys());
    let all: BTreeSet<&str> = all.copied().collect();
    if all.len() > 1 { all } else { BTreeSet::new() }
}

fn cells(comparison: &Comparison, processors: &BTreeSet<&str>) -> Vec<String> {
    let worst = comparison.worst;
    let mut cells = vec![
        worst.operation.clone(),
        figure(worst),
        worst.peer.clone(),
        range(worst),
    ];
    cells.extend(processors.iter().map(|processor| {
        let row = comparison.by_processor.get(processor);
        row.map_or_else(|| "–".to_owned(), |row| figure(row))
    }));
    cells
}

fn figure(row: &Row) -> String {
    format!("{:.3}", row.median())
}

/// A single process has no range.
fn range(row: &Row) -> String {
    match row.ratios.len() {
        1 => "one process".to_owned(),
        _ => format!("{:.3} to {:.3}", row.lowest(), row.highest()),
    }
}

/// A paragraph for each state in which a processor was measured.
fn machines(recordings: &[Recording]) -> String {
    let mut benches: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for recording in recordings {
        let primitives = recording.rows.iter().map(Row::primitive);
        let names = benches.entry(state(recording)).or_default();
        names.extend(primitives);
    }
    let paragraph = |(state, names): (String, BTreeSet<&str>)| {
        let names: Vec<&str> = names.into_iter().collect();
        format!("*{}:* {state}", names.join(", "))
    };
    let paragraphs: Vec<String> = benches.into_iter().map(paragraph).collect();
    paragraphs.join("\n\n")
}

fn state(recording: &Recording) -> String {
    format!(
        "{}\nRecorded on {}, with the code of commit {}.\nThe crates: {}.",
        recording.machine,
        recording.date,
        recording.code,
        recording.crates.join(", "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(processor: &str, rows: Vec<Row>) -> Recording {
        Recording {
            processor: processor.to_owned(),
            date: "2026-01-01".to_owned(),
            code: "abc1234".to_owned(),
            machine: format!("Measured on 2 cores of {processor}."),
            crates: vec!["hurdles 1.0.1".to_owned()],
            rows,
        }
    }

    fn row(operation: &str, ratios: &[f64]) -> Row {
        Row::new(operation, "std", ratios.to_vec())
    }

    #[test]
    fn one_processor_has_no_column_of_its_own() {
        let rows = vec![
            row("barrier, 2 threads", &[0.2, 0.3, 0.1]),
            row("lock, 1 thread", &[1.05, 0.95, 1.0]),
            row("lock, 2 threads", &[1.3, 1.2, 1.4]),
        ];
        insta::assert_snapshot!(page(&[recording("AMD", rows)]), @"
        <!-- Written by `cargo book bench`. -->
        <!-- ANCHOR: table -->

        | operation          | ours / peer | peer | lowest to highest |
        |--------------------|-------------|------|-------------------|
        | barrier, 2 threads | 0.200       | std  | 0.100 to 0.300    |
        | lock, 1 thread     | 1.000       | std  | 0.950 to 1.050    |
        | lock, 2 threads    | 1.300       | std  | 1.200 to 1.400    |
        <!-- ANCHOR_END: table -->

        <!-- ANCHOR: slower -->

        | operation       | ours / peer | peer | lowest to highest |
        |-----------------|-------------|------|-------------------|
        | lock, 2 threads | 1.300       | std  | 1.200 to 1.400    |
        <!-- ANCHOR_END: slower -->

        <!-- ANCHOR: barrier -->

        | operation          | ours / peer | peer | lowest to highest |
        |--------------------|-------------|------|-------------------|
        | barrier, 2 threads | 0.200       | std  | 0.100 to 0.300    |
        <!-- ANCHOR_END: barrier -->

        <!-- ANCHOR: lock -->

        | operation       | ours / peer | peer | lowest to highest |
        |-----------------|-------------|------|-------------------|
        | lock, 1 thread  | 1.000       | std  | 0.950 to 1.050    |
        | lock, 2 threads | 1.300       | std  | 1.200 to 1.400    |
        <!-- ANCHOR_END: lock -->

        <!-- ANCHOR: barrier-2-threads -->

        | operation          | ours / peer | peer | lowest to highest |
        |--------------------|-------------|------|-------------------|
        | barrier, 2 threads | 0.200       | std  | 0.100 to 0.300    |
        <!-- ANCHOR_END: barrier-2-threads -->

        <!-- ANCHOR: lock-1-thread -->

        | operation      | ours / peer | peer | lowest to highest |
        |----------------|-------------|------|-------------------|
        | lock, 1 thread | 1.000       | std  | 0.950 to 1.050    |
        <!-- ANCHOR_END: lock-1-thread -->

        <!-- ANCHOR: lock-2-threads -->

        | operation       | ours / peer | peer | lowest to highest |
        |-----------------|-------------|------|-------------------|
        | lock, 2 threads | 1.300       | std  | 1.200 to 1.400    |
        <!-- ANCHOR_END: lock-2-threads -->

        <!-- ANCHOR: machine -->
        *barrier, lock:* Measured on 2 cores of AMD.
        Recorded on 2026-01-01, with the code of commit abc1234.
        The crates: hurdles 1.0.1.
        <!-- ANCHOR_END: machine -->
        ");
    }

    #[test]
    fn a_row_shows_the_worst_processor_and_names_each() {
        let amd = vec![
            row("lock, 1 thread", &[1.1, 1.2, 1.3]),
            row("lock, 2 threads", &[0.5, 0.6, 0.7]),
        ];
        let intel = vec![row("lock, 1 thread", &[0.7, 0.8, 1.9])];
        let both = [recording("AMD", amd), recording("Intel", intel)];
        let comparisons = comparisons(&both);
        let table = table(&comparisons.iter().collect::<Vec<_>>());
        insta::assert_snapshot!(table, @"
        | operation       | ours / peer | peer | lowest to highest | AMD   | Intel |
        |-----------------|-------------|------|-------------------|-------|-------|
        | lock, 1 thread  | 1.200       | std  | 1.100 to 1.300    | 1.200 | 0.800 |
        | lock, 2 threads | 0.600       | std  | 0.500 to 0.700    | 0.600 | –     |
        ");
    }

    #[test]
    fn others_are_faster_where_every_process_says_so_the_worst_first() {
        let amd = vec![
            row("a, above", &[1.1, 1.2, 1.3]),
            row("b, in doubt", &[0.9, 5.0, 6.0]),
            row("c, far above", &[3.0, 3.0, 3.0]),
            row("d, on the other", &[0.5, 1.5, 1.6]),
        ];
        let intel = vec![row("d, on the other", &[1.01, 1.02, 1.03])];
        let both = [recording("AMD", amd), recording("Intel", intel)];
        insta::assert_snapshot!(slower(&comparisons(&both)), @"
        | operation       | ours / peer | peer | lowest to highest | AMD   | Intel |
        |-----------------|-------------|------|-------------------|-------|-------|
        | c, far above    | 3.000       | std  | 3.000 to 3.000    | 3.000 | –     |
        | d, on the other | 1.500       | std  | 0.500 to 1.600    | 1.500 | 1.020 |
        | a, above        | 1.200       | std  | 1.100 to 1.300    | 1.200 | –     |
        ");
    }

    #[test]
    fn the_recorded_tables_are_those_of_the_recordings() {
        let root = crate::project::root().unwrap();
        let written = std::fs::read_to_string(root.join(super::super::TABLES));
        let recordings = super::super::recording::read(&root).unwrap();
        assert!(
            written.unwrap() == page(&recordings),
            "`cargo book bench --tables` writes them anew"
        );
    }
}
