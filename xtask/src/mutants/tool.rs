//! cargo-mutants: where it is, and what it says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project;

/// The mutants of other versions may have other names.
const VERSION: &str = "27.1.0";

/// Where it is installed if the reader has none.
const TOOLS: &str = "target/tools";

/// One change of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The number of the line in the module, from 1.
    pub line: usize,
    pub column: usize,
    /// `replace < with == in Semaphore::release`.
    pub change: String,
}

impl Mutant {
    /// Reads `src/lock.rs:12:5: replace …`.
    fn read(text: &str) -> Option<Mutant> {
        let (_, place) = text.split_once(".rs:")?;
        let (line, rest) = place.split_once(':')?;
        let (column, change) = rest.split_once(": ")?;
        Some(Mutant {
            line: line.parse().ok()?,
            column: column.parse().ok()?,
            change: change.to_owned(),
        })
    }

    /// A regular expression for this mutant, in whatever folder its module
    /// is.
    pub fn pattern(&self) -> String {
        let Mutant {
            line,
            column,
            change,
        } = self;
        let name = format!(".rs:{line}:{column}: {change}");
        format!("{}$", regex::escape(&name))
    }
}

/// What became of the mutants that compile.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// How many made a test fail.
    pub caught: usize,
    /// How many made a test wait for too long.
    pub timed_out: usize,
    pub missed: Vec<Mutant>,
}

/// cargo-mutants, installed if it is missing.
///
/// # Errors
///
/// When it can't be installed.
pub fn find(root: &Path) -> Result<PathBuf> {
    let own = root.join(TOOLS).join("bin/cargo-mutants");
    let known = [PathBuf::from("cargo-mutants"), own.clone()];
    if let Some(found) = known.into_iter().find(|path| is_wanted(path)) {
        return Ok(found);
    }
    println!(
        "cargo-mutants {VERSION} is missing, so it is installed in {TOOLS}, \
         which takes some minutes."
    );
    let mut install = project::cargo(root);
    install
        .args(["install", "--quiet", "--locked", "cargo-mutants"])
        .args(["--version", VERSION, "--root", TOOLS]);
    let line = project::line(&install);
    project::run(&mut install, &line)?;
    Ok(own)
}

fn is_wanted(tool: &Path) -> bool {
    let output = Command::new(tool).args(["mutants", "--version"]).output();
    output.is_ok_and(|output| {
        let said = String::from_utf8_lossy(&output.stdout);
        said.trim() == format!("cargo-mutants {VERSION}")
    })
}

/// Runs cargo-mutants, whose reports go into a folder `mutants.out` in
/// `reports`.
///
/// # Errors
///
/// When the tests fail without a change, too.
pub fn run(command: &mut Command, reports: &Path) -> Result<Verdicts> {
    let status = command.status().context("can't start cargo-mutants")?;
    match status.code() {
        // All caught, some missed, some timed out.
        Some(0 | 2 | 3) => read(&reports.join("mutants.out")),
        Some(4) => bail!("the tests fail although nothing is changed"),
        _ => bail!("cargo-mutants ends with {status}"),
    }
}

fn read(reports: &Path) -> Result<Verdicts> {
    Ok(Verdicts {
        caught: mutants(&reports.join("caught.txt"))?.len(),
        timed_out: mutants(&reports.join("timeout.txt"))?.len(),
        missed: mutants(&reports.join("missed.txt"))?,
    })
}

fn mutants(list: &Path) -> Result<Vec<Mutant>> {
    let text = fs::read_to_string(list)
        .with_context(|| format!("can't read {}", list.display()))?;
    let read = |line| {
        Mutant::read(line)
            .with_context(|| format!("cargo-mutants says `{line}`"))
    };
    text.lines().map(read).collect()
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    const NAME: &str = "src/lock.rs:12:5: replace || with && in Lock<T>::take";

    #[test]
    fn a_mutant_has_a_place_and_a_change() {
        let mutant = Mutant::read(NAME).expect("a mutant");
        let change = "replace || with && in Lock<T>::take";
        assert_eq!((mutant.line, mutant.column), (12, 5));
        assert_eq!(mutant.change, change);
        assert_eq!(Mutant::read("no place"), None);
    }

    #[test]
    fn a_pattern_fits_its_mutant_alone() {
        let mutant = Mutant::read(NAME).expect("a mutant");
        let pattern = Regex::new(&mutant.pattern()).expect("a pattern");
        assert!(pattern.is_match(NAME));
        assert!(pattern.is_match(&NAME.replace("src/", "code/src/")));
        assert!(!pattern.is_match(&NAME.replace("12:5", "12:55")));
        assert!(!pattern.is_match(&format!("{NAME}_all")));
    }

    #[test]
    fn the_reports_are_lists_of_mutants() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name, text: &str| {
            fs::write(folder.path().join(name), text).expect("to write");
        };
        write("caught.txt", &format!("{NAME}\n{NAME}\n"));
        write("timeout.txt", "");
        assert!(read(folder.path()).is_err());
        write("missed.txt", NAME);
        let verdicts = read(folder.path()).expect("verdicts");
        assert_eq!((verdicts.caught, verdicts.timed_out), (2, 0));
        assert_eq!(verdicts.missed, [Mutant::read(NAME).expect("a mutant")]);
    }
}
