//! `cargo book record schedules`: every schedule of small programs, for the
//! pages.
//!
//! The package `proofs` has the programs, and records them when it is built
//! on its own checker, in a target folder of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::{names, project, record};

/// Where the recordings lie, each with the name of its program.
pub const FOLDER: &str = "src/recorded/schedules";

/// Where the programs are.
pub const PROGRAMS: &str = "tests/proofs/schedules";

/// Records the programs and the counterexamples that have `word` in their
/// names, and checks all that a recording takes for granted.
///
/// # Errors
///
/// [`names::Unknown`] when no program has the word; else when a program can't
/// be recorded. Then no recording is changed.
pub fn run(root: &Path, word: Option<&str>) -> Result<()> {
    if let Some(word) = word {
        choose(root, word)?;
    }
    let folder = tempfile::tempdir()?;
    let mut recorder = recorder(root, folder.path());
    recorder.args(word).arg("--all");
    project::run(&mut recorder, "the recorder of schedules")?;
    for recorded in project::files(folder.path(), ".md")? {
        let file = format!("{FOLDER}/{}", project::file_name(&recorded));
        record::write(root, &file, &fs::read_to_string(&recorded)?)?;
        println!("{file} is written");
    }
    Ok(())
}

/// The command that writes the recordings to `folder`; it takes a word, too.
pub fn recorder(root: &Path, folder: &Path) -> Command {
    let mut command = project::cargo(root);
    command
        .args(["run", "--quiet", "--package", "proofs"])
        .args(["--target-dir", "target/recorder", "--"])
        .arg(folder);
    project::rustflags(&mut command, "--cfg recorder");
    command
}

fn choose(root: &Path, word: &str) -> Result<(), names::Unknown> {
    let names = names(root);
    if names.iter().any(|name| name.contains(word)) {
        return Ok(());
    }
    let names = names.iter().map(String::as_str);
    Err(names::unknown("program", word, names))
}

/// Those of the programs, and of all that was recorded before.
fn names(root: &Path) -> BTreeSet<String> {
    let programs = project::stems(&root.join(PROGRAMS), ".rs");
    let recorded = project::stems(&root.join(FOLDER), ".md");
    [programs, recorded]
        .into_iter()
        .flatten()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_can_be_asked_for_by_a_part_of_its_name() {
        let root = project::root().expect("the book");
        assert!(choose(&root, "lost_deposit").is_ok());
        let problem = choose(&root, "lost_deposits").expect_err("no program");
        assert!(problem.to_string().contains("lock_lost_deposit"));
    }
}
