//! The way of the mutants of a module, from one kind of tests to the next.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::page::{Section, Survivor};
use super::tool::{self, Mutant, Verdicts};
use super::trees;
use crate::project;

/// Values that cargo-mutants tries for a type that it does not know. No guard
/// can be made in this way, so these would be compiled in vain.
const GUESSES: &str = r"with .*::(new|from|from_iter)\(";

/// How many seconds a test has at least. A busy machine must not look like a
/// thread that waits in vain.
const LIMIT: u64 = 20;

/// Two for each processor, since many mutants make a thread wait in vain.
fn jobs() -> String {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    (2 * processors).to_string()
}

/// A module whose mutants are tried.
pub struct Module<'a> {
    pub root: &'a Path,
    pub cargo_mutants: &'a Path,
    /// `rlock` for `code/src/rlock.rs`.
    pub stem: &'a str,
    /// The word for its models, as `RLock`.
    pub primitive: &'a str,
}

/// The tests that try the mutants, one kind after the other.
struct Stage {
    name: &'static str,
    /// Words for cargo.
    words: &'static [&'static str],
}

const UNIT_TESTS: Stage = Stage {
    name: "unit tests",
    words: &["--lib"],
};

const MODELS: &str = "models";

/// The stages for what the module's own tests don't notice.
const LATER: [Stage; 3] = [
    Stage {
        name: "properties",
        words: &["--test=properties"],
    },
    Stage {
        name: MODELS,
        words: &["--test=models", "--release", "--features=models_only"],
    },
    Stage {
        name: "stress",
        words: &["--test=stress"],
    },
];

/// Chooses the checker, for the models.
fn with_flags(stage: &Stage, command: &mut Command) {
    if stage.name == MODELS {
        project::rustflags(command, "--cfg loom");
    }
}

impl Module<'_> {
    /// Tries all mutants.
    ///
    /// # Errors
    ///
    /// When the tests fail without a change.
    pub fn section(&self) -> Result<Section> {
        let unit = self.unit_tests()?;
        let mut section = Section {
            caught: [unit.caught, 0, 0, 0],
            timed_out: unit.timed_out,
            survivors: Vec::new(),
        };
        let mut missed = unit.missed;
        for (stage, caught) in LATER.iter().zip(&mut section.caught[1..]) {
            if !missed.is_empty() {
                let verdicts = self.later(stage, &missed)?;
                *caught = verdicts.caught;
                section.timed_out += verdicts.timed_out;
                missed = verdicts.missed;
            }
        }
        section.survivors = self.survivors(&missed)?;
        Ok(section)
    }

    /// All mutants, under the tests in the file of the module.
    fn unit_tests(&self) -> Result<Verdicts> {
        let home = trees::home(self.root, self.stem)?;
        let mut command = self.command(&UNIT_TESTS, &home, "src")?;
        command
            .args(["--gitignore=false", "--jobs", &jobs()])
            .arg(format!("--minimum-test-timeout={LIMIT}"))
            .args(["--", &format!("{}::", self.stem)]);
        self.verdicts(&UNIT_TESTS, command)
    }

    /// The mutants that were missed until now, under tests in `proofs`.
    fn later(&self, stage: &Stage, missed: &[Mutant]) -> Result<Verdicts> {
        let book = trees::book(self.root)?;
        let limit = 5 * self.time_without_change(stage, &book)?;
        let mut command = self.command(stage, &book, "code/src")?;
        command
            .args(["--in-place", "--package=threading"])
            .args(["--test-package=proofs", "--baseline=skip"])
            .arg(format!("--timeout={}", limit.as_secs().max(LIMIT)));
        for mutant in missed {
            command.args(["--re", &mutant.pattern()]);
        }
        command.args(["--", self.filter(stage)]);
        with_flags(stage, &mut command);
        self.verdicts(stage, command)
    }

    /// How long the tests of a stage take, if they pass.
    ///
    /// cargo-mutants would try those of the package that has the modules.
    fn time_without_change(
        &self,
        stage: &Stage,
        book: &Path,
    ) -> Result<Duration> {
        let test = |word: &str| {
            let mut command = project::cargo(book);
            command.args(["test", "--quiet", "--package=proofs"]);
            command.args(stage.words).arg(word).stdout(Stdio::null());
            command.env("CARGO_NET_OFFLINE", "true");
            with_flags(stage, &mut command);
            project::run(&mut command, stage.name)
        };
        test("--no-run")?;
        let start = Instant::now();
        test(self.filter(stage))?;
        Ok(start.elapsed())
    }

    /// The tests of a stage that concern this module.
    fn filter(&self, stage: &Stage) -> &str {
        if stage.name == MODELS {
            self.primitive
        } else {
            self.stem
        }
    }

    /// cargo-mutants for the module in a copy of the modules.
    fn command(
        &self,
        stage: &Stage,
        tree: &Path,
        folder: &str,
    ) -> Result<Command> {
        let reports = self.reports(stage);
        fs::create_dir_all(&reports)?;
        let mut command = Command::new(self.cargo_mutants);
        command.args(["mutants", "--no-config", "--no-shuffle"]);
        command.arg("--dir").arg(tree).arg("--output").arg(reports);
        command.arg(format!("--file={folder}/{}.rs", self.stem));
        command.args(["--exclude-re", GUESSES]);
        let words = stage.words.iter();
        command.args(words.map(|word| format!("--cargo-arg={word}")));
        command.env("CARGO_NET_OFFLINE", "true");
        Ok(command)
    }

    fn verdicts(
        &self,
        stage: &Stage,
        mut command: Command,
    ) -> Result<Verdicts> {
        println!("{}: {}", self.stem, stage.name);
        tool::run(&mut command, &self.reports(stage)).context(stage.name)
    }

    fn reports(&self, stage: &Stage) -> PathBuf {
        let folder = trees::folder(self.root, self.stem);
        folder.join(stage.name.replace(' ', "_"))
    }

    /// The mutants that were missed by all, with the lines that they change.
    fn survivors(&self, missed: &[Mutant]) -> Result<Vec<Survivor>> {
        let text = trees::module(self.root, self.stem)?;
        let lines: Vec<_> = text.lines().collect();
        let survivor = |mutant: &Mutant| Survivor {
            line: lines[mutant.line - 1].trim().to_owned(),
            change: mutant.change.clone(),
        };
        Ok(missed.iter().map(survivor).collect())
    }
}
