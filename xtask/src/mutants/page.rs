//! The recording: what became of the mutants, module by module.
//!
//! It is read before it is written, since a run may concern one module alone.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::Result;

use super::reasons::Reasons;
use crate::record;

/// Where the recording is.
pub const FILE: &str = "src/recorded/mutants.md";

const HEADER: &str = "\
| Module | Mutants | Unit tests | Properties | Models | Stress | Timed out \
| Survived | Caught |
|---|--:|--:|--:|--:|--:|--:|--:|--:|
";

const SURVIVORS: &str = "\
| Line | What was changed | Why no test notices |
|---|---|---|
";

/// What the row of a sum begins with.
const ALL: &str = "all";

/// A change that no test notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// The line as it is in the module, without the white space around it.
    pub line: String,
    pub change: String,
}

/// What became of the mutants of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// How many were caught, by stage.
    pub caught: [usize; 4],
    /// How many made a test wait for too long, in any stage.
    pub timed_out: usize,
    pub survivors: Vec<Survivor>,
}

/// The sections of the recording, by module.
pub type Sections = BTreeMap<String, Section>;

/// The sections that are recorded.
pub fn read(root: &Path) -> Sections {
    let text = fs::read_to_string(root.join(FILE)).unwrap_or_default();
    parse(&text)
}

/// Writes the recording: those of `modules` that have a section, in this
/// order.
///
/// # Errors
///
/// When the file can't be written.
pub fn write(
    root: &Path,
    modules: &[&str],
    sections: &Sections,
    reasons: &Reasons,
) -> Result<()> {
    record::write(root, FILE, &text(modules, sections, reasons))
}

fn text(modules: &[&str], sections: &Sections, reasons: &Reasons) -> String {
    let mut table = HEADER.to_owned();
    let mut parts = Vec::new();
    let mut sum = Numbers::default();
    for module in modules {
        if let Some(section) = sections.get(*module) {
            table += &section.numbers().row(&format!("`{module}`"));
            sum.add(&section.numbers());
            let survivors = section.table(module, reasons);
            parts.push(record::part(module, &survivors));
        }
    }
    table += &sum.row(ALL);
    parts.insert(0, record::part("table", &table));
    parts.push(record::part("percent", &sum.percent()));
    "<!-- Written by `cargo book mutants`. -->\n".to_owned() + &parts.join("\n")
}

impl Section {
    fn numbers(&self) -> Numbers {
        Numbers {
            caught: self.caught,
            timed_out: self.timed_out,
            survived: self.survivors.len(),
        }
    }

    /// The table of the survivors.
    fn table(&self, module: &str, reasons: &Reasons) -> String {
        let mut table = SURVIVORS.to_owned();
        for survivor in &self.survivors {
            let reason =
                reasons.of(module, survivor).unwrap_or("no reason yet");
            let Survivor { line, change } = survivor;
            let row = format!("`{}` | `{}`", cell(line), cell(change));
            let _ = writeln!(table, "| {row} | {} |", cell(reason));
        }
        table
    }
}

/// A row of the table of modules.
#[derive(Default)]
struct Numbers {
    caught: [usize; 4],
    timed_out: usize,
    survived: usize,
}

impl Numbers {
    fn noticed(&self) -> usize {
        self.caught.iter().sum::<usize>() + self.timed_out
    }

    fn add(&mut self, other: &Numbers) {
        for (sum, number) in self.caught.iter_mut().zip(other.caught) {
            *sum += number;
        }
        self.timed_out += other.timed_out;
        self.survived += other.survived;
    }

    fn percent(&self) -> String {
        let all = self.noticed() + self.survived;
        let part = self.noticed() as f64 / all.max(1) as f64;
        // Not rounded up to 100.
        format!("{:.1} %", (part * 1000.0).floor() / 10.0)
    }

    fn row(&self, name: &str) -> String {
        let [unit, properties, models, stress] = self.caught;
        let (timed_out, survived) = (self.timed_out, self.survived);
        format!(
            "| {name} | {} | {unit} | {properties} | {models} | {stress} | \
             {timed_out} | {survived} | {} |\n",
            self.noticed() + survived,
            self.percent()
        )
    }
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', r"\|")
}

/// The cells of a row; none if it is no row.
fn cells(row: &str) -> Vec<String> {
    let Some(row) = row.strip_prefix("| ") else {
        return Vec::new();
    };
    let cells = row.trim_end_matches(" |").split(" | ");
    cells
        .map(|cell| cell.trim_matches('`').replace(r"\|", "|"))
        .collect()
}

fn parse(text: &str) -> Sections {
    let mut sections = Sections::new();
    let mut part = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("<!-- ANCHOR: ") {
            part = name.trim_end_matches(" -->");
        }
        match &cells(line)[..] {
            [line, change, _] if !SURVIVORS.contains(change) => {
                let (line, change) = (line.clone(), change.clone());
                if let Some(section) = sections.get_mut(part) {
                    section.survivors.push(Survivor { line, change });
                }
            }
            [module, _, numbers @ .., _, _] if module != ALL => {
                if let Some(section) = section(numbers) {
                    sections.insert(module.clone(), section);
                }
            }
            _ => {}
        }
    }
    sections
}

fn section(numbers: &[String]) -> Option<Section> {
    let numbers: Result<Vec<usize>, _> =
        numbers.iter().map(|number| number.parse()).collect();
    let [unit, properties, models, stress, timed_out] = numbers.ok()?[..]
    else {
        return None;
    };
    Some(Section {
        caught: [unit, properties, models, stress],
        timed_out,
        survivors: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections() -> Sections {
        let lock = Section {
            caught: [90, 2, 5, 0],
            timed_out: 1,
            survivors: vec![
                Survivor {
                    line: "if a || b {".to_owned(),
                    change: "replace || with && in Lock<T>::take".to_owned(),
                },
                Survivor {
                    line: "!a".to_owned(),
                    change: "delete !".to_owned(),
                },
            ],
        };
        let event = Section {
            caught: [999, 0, 0, 0],
            ..Section::default()
        };
        [("lock", lock), ("event", event)]
            .map(|(name, section)| (name.to_owned(), section))
            .into()
    }

    #[test]
    fn the_recording_has_a_row_and_a_part_for_each_module() {
        let modules = ["lock", "rlock", "event"];
        let text = text(&modules, &sections(), &Reasons::default());
        insta::assert_snapshot!(text, @r"
        <!-- Written by `cargo book mutants`. -->
        <!-- ANCHOR: table -->
        | Module | Mutants | Unit tests | Properties | Models | Stress | Timed out | Survived | Caught |
        |---|--:|--:|--:|--:|--:|--:|--:|--:|
        | `lock` | 100 | 90 | 2 | 5 | 0 | 1 | 2 | 98.0 % |
        | `event` | 999 | 999 | 0 | 0 | 0 | 0 | 0 | 100.0 % |
        | all | 1099 | 1089 | 2 | 5 | 0 | 1 | 2 | 99.8 % |
        <!-- ANCHOR_END: table -->

        <!-- ANCHOR: lock -->
        | Line | What was changed | Why no test notices |
        |---|---|---|
        | `if a \|\| b {` | `replace \|\| with && in Lock<T>::take` | no reason yet |
        | `!a` | `delete !` | no reason yet |
        <!-- ANCHOR_END: lock -->

        <!-- ANCHOR: event -->
        | Line | What was changed | Why no test notices |
        |---|---|---|
        <!-- ANCHOR_END: event -->

        <!-- ANCHOR: percent -->
        99.8 %
        <!-- ANCHOR_END: percent -->
        ");
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        let modules = ["lock", "event"];
        let text = text(&modules, &sections(), &Reasons::default());
        assert_eq!(parse(&text), sections());
        assert_eq!(parse(""), Sections::new());
    }

    #[test]
    fn one_survivor_of_many_is_less_than_all() {
        let numbers = Numbers {
            caught: [9_999, 0, 0, 0],
            survived: 1,
            ..Numbers::default()
        };
        assert_eq!(numbers.percent(), "99.9 %");
    }
}
