//! What a processor gave: `src/recorded/bench/<processor>/<benchmark>.toml`.
//!
//! To measure a benchmark again on a known processor replaces its file; a new
//! processor gets a folder of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use chrono::Utc;
use serde::{Deserialize, Serialize};

use crate::{project, record};

const FOLDER: &str = "src/recorded/bench";

/// What one benchmark gave on one processor.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    pub processor: String,
    pub date: String,
    /// The commit that changed `code/` last.
    pub code: String,
    pub machine: String,
    pub crates: Vec<String>,
    #[serde(rename = "row")]
    pub rows: Vec<Row>,
}

/// Ours in relation to a peer: below 1, ours is faster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub operation: String,
    pub peer: String,
    /// The median of each process.
    pub ratios: Vec<f64>,
}

impl Row {
    pub fn new(
        operation: impl Into<String>,
        peer: impl Into<String>,
        ratios: Vec<f64>,
    ) -> Self {
        let ratios = ratios.into_iter().map(rounded).collect();
        Row {
            operation: operation.into(),
            peer: peer.into(),
            ratios,
        }
    }

    /// The word with which the operation begins: its primitive.
    pub fn primitive(&self) -> &str {
        self.operation.split(',').next().unwrap_or_default()
    }

    pub fn lowest(&self) -> f64 {
        self.ratios.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub fn highest(&self) -> f64 {
        self.ratios.iter().copied().fold(0.0, f64::max)
    }

    /// The middle of the processes' medians, or the higher of two middles.
    pub fn median(&self) -> f64 {
        let mut sorted = self.ratios.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// Whether every process found the peer faster.
    pub fn is_slower(&self) -> bool {
        self.lowest() > 1.0
    }
}

/// As many digits as the tables show, and one more.
fn rounded(ratio: f64) -> f64 {
    (ratio * 1e4).round() / 1e4
}

impl Recording {
    /// Writes it where [`read`] finds it, and returns where that is.
    pub fn write(&self, root: &Path, bench: &str) -> Result<String> {
        let file = format!("{FOLDER}/{}/{bench}.toml", slug(&self.processor));
        let text = "# Written by `cargo book bench`.\n".to_owned()
            + &toml::to_string(self)?;
        record::write(root, &file, &text)?;
        Ok(file)
    }
}

/// All recordings, by processor and benchmark.
pub fn read(root: &Path) -> Result<Vec<Recording>> {
    let mut recordings = Vec::new();
    for folder in project::folders(&root.join(FOLDER))? {
        for file in project::files(&folder, ".toml")? {
            let text = fs::read_to_string(&file)?;
            let recording = toml::from_str(&text)
                .with_context(|| format!("can't read {}", file.display()))?;
            recordings.push(recording);
        }
    }
    Ok(recordings)
}

/// `Intel(R) Xeon(R)` is `intel-r-xeon-r`.
pub fn slug(name: &str) -> String {
    let name = name.to_lowercase();
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

pub fn today() -> String {
    Utc::now().format("%Y-%m-%d").to_string()
}

/// The commit that changed the code last, and whether it was changed since.
///
/// A copy of the project without its history has an unknown one.
pub fn code(root: &Path) -> String {
    let paths = ["--", "code", "Cargo.lock"];
    let last = git(root, &["log", "-1", "--format=%h"], &paths);
    let changes = git(root, &["status", "--porcelain"], &paths);
    match (last, changes) {
        (Some(commit), Some(changes)) if changes.is_empty() => commit,
        (Some(commit), _) => format!("{commit}, changed"),
        (None, _) => "unknown".to_owned(),
    }
}

fn git(root: &Path, words: &[&str], paths: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    let command = command.current_dir(root).args(words).args(paths);
    let output = command.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(processor: &str, ratios: &[f64]) -> Recording {
        Recording {
            processor: processor.to_owned(),
            date: "2026-01-01".to_owned(),
            code: "abc1234".to_owned(),
            machine: "Measured on 2 cores.".to_owned(),
            crates: vec!["hurdles 1.0.1".to_owned()],
            rows: vec![Row::new("lock, 1 thread", "std", ratios.to_vec())],
        }
    }

    #[test]
    fn another_processor_is_added_and_a_known_one_replaced() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        recording("AMD EPYC", &[1.0]).write(root, "lock").unwrap();
        recording("Xeon(R)", &[2.0]).write(root, "lock").unwrap();
        recording("AMD EPYC", &[3.0]).write(root, "rlock").unwrap();
        recording("AMD EPYC", &[4.0]).write(root, "lock").unwrap();
        let expected = [
            recording("AMD EPYC", &[4.0]),
            recording("AMD EPYC", &[3.0]),
            recording("Xeon(R)", &[2.0]),
        ];
        assert_eq!(read(root).unwrap(), expected);
    }

    #[test]
    fn a_recording_can_be_read() {
        let recording = recording("AMD EPYC", &[0.98, 1.25]);
        insta::assert_snapshot!(toml::to_string(&recording).unwrap(), @r#"
        processor = "AMD EPYC"
        date = "2026-01-01"
        code = "abc1234"
        machine = "Measured on 2 cores."
        crates = ["hurdles 1.0.1"]

        [[row]]
        operation = "lock, 1 thread"
        peer = "std"
        ratios = [0.98, 1.25]
        "#);
    }

    #[test]
    fn a_broken_recording_is_named() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join(FOLDER).join("amd/lock.toml");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "processor = 7").unwrap();
        let error = read(root.path()).unwrap_err().to_string();
        assert!(error.ends_with("amd/lock.toml"), "{error}");
    }

    #[test]
    fn the_figure_is_the_middle_and_the_interval_that_of_all_processes() {
        let row = Row::new("lock", "std", vec![1.3, 0.9, 1.1, 1.2, 1.0]);
        assert_eq!(
            [row.lowest(), row.median(), row.highest()],
            [0.9, 1.1, 1.3]
        );
        assert!(!row.is_slower());
        assert!(Row::new("lock", "std", vec![1.3, 1.01]).is_slower());
    }

    #[test]
    fn a_processor_has_a_name_that_every_system_allows() {
        assert_eq!(slug("Intel(R) Xeon(R) @ 2.8GHz"), "intel-r-xeon-r-2-8ghz");
    }
}
