//! `cargo book mutants`: modules with one small change each, and which test
//! notices it.
//!
//! cargo-mutants makes the changes. A change goes through the stages until a
//! test fails: first the module's own tests, which are quick, then those of
//! the package `proofs`. A change that survives all of them is a missing test,
//! or has a reason in `tests/proofs/survivors.toml`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{names, progress, project};
use page::{Section, Survivor};
use reasons::Reasons;
use tool::{Mutant, Verdicts};

mod page;
mod reasons;
mod tool;
mod trees;

/// The modules that are changed, and the primitive that the models call by
/// this name.
const MODULES: [(&str, &str); 10] = [
    ("lock", "Lock"),
    ("rlock", "RLock"),
    ("condition", "Condition"),
    ("semaphore", "Semaphore"),
    ("event", "Event"),
    ("timer", "Timer"),
    ("timer_queue", "TimerQueue"),
    ("barrier", "Barrier"),
    ("local", "Local"),
    ("gil", "Gil"),
];

/// Changes every module, or the one that is named, and records which tests
/// notice it.
///
/// # Errors
///
/// [`names::Unknown`] when there is no such module; else when the tests fail
/// without a change, and, at the end, when a survivor has no reason, or a
/// reason no survivor.
pub fn run(root: &Path, module: Option<&str>) -> Result<()> {
    let modules = choose(module)?;
    let reasons = Reasons::read(root)?;
    let cargo_mutants = tool::find(root)?;
    for (stem, primitive) in modules {
        let start = Instant::now();
        let module = Module {
            root,
            cargo_mutants: &cargo_mutants,
            stem,
            primitive,
        };
        let section = module.section().with_context(|| stem.to_owned())?;
        let mut sections = page::read(root);
        sections.insert(stem.to_owned(), section);
        page::write(root, &stems(), &sections, &reasons)?;
        println!("{stem}: {}", progress::seconds(start));
    }
    check(root, &reasons)
}

/// Records the reasons anew.
///
/// # Errors
///
/// When a survivor has no reason, or a reason no survivor.
pub fn reasons(root: &Path) -> Result<()> {
    let reasons = Reasons::read(root)?;
    page::write(root, &stems(), &page::read(root), &reasons)?;
    check(root, &reasons)
}

/// Holds the reasons against the survivors that are recorded.
fn check(root: &Path, reasons: &Reasons) -> Result<()> {
    let sections = page::read(root);
    let problems = sections.iter().flat_map(|(module, section)| {
        reasons.problems(module, &section.survivors)
    });
    let problems: Vec<_> = problems.collect();
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    println!("{} is written", page::FILE);
    Ok(())
}

fn stems() -> [&'static str; MODULES.len()] {
    MODULES.map(|(stem, _)| stem)
}

fn choose(name: Option<&str>) -> Result<Vec<(&'static str, &'static str)>> {
    let Some(name) = name else {
        return Ok(MODULES.to_vec());
    };
    let is_it = |(stem, _): &&(&str, &str)| stem.eq_ignore_ascii_case(name);
    match MODULES.iter().find(is_it) {
        Some(module) => Ok(vec![*module]),
        None => Err(names::unknown("module", name, stems()).into()),
    }
}

/// Values that cargo-mutants tries for a type that it does not know. No guard
/// can be made in this way, so these would be compiled in vain.
const GUESSES: &str = r"with .*::(new|from|from_iter)\(";

/// Two for each processor, since many mutants make a thread wait in vain.
fn jobs() -> String {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    (2 * processors).to_string()
}

/// A module on its way through the stages.
struct Module<'a> {
    root: &'a Path,
    cargo_mutants: &'a Path,
    stem: &'a str,
    primitive: &'a str,
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

/// The stages for what the module's own tests don't notice.
const LATER: [Stage; 3] = [
    Stage {
        name: "properties",
        words: &["--test=properties"],
    },
    Stage {
        name: "models",
        words: &["--test=models", "--release", "--features=models_only"],
    },
    Stage {
        name: "stress",
        words: &["--test=stress"],
    },
];

impl Module<'_> {
    fn section(&self) -> Result<Section> {
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
            .args(["--", &format!("{}::", self.stem)]);
        self.verdicts(&UNIT_TESTS, command)
    }

    /// The mutants that were missed until now, under tests in `proofs`.
    fn later(&self, stage: &Stage, missed: &[Mutant]) -> Result<Verdicts> {
        let book = trees::book(self.root)?;
        let mut command = self.command(stage, &book, "code/src")?;
        command
            .args(["--in-place", "--package=threading"])
            .arg("--test-package=proofs");
        for mutant in missed {
            command.args(["--re", &mutant.pattern()]);
        }
        command.arg("--");
        if stage.name == "models" {
            project::rustflags(&mut command, "--cfg loom");
            command.arg(self.primitive);
        } else {
            command.arg(self.stem);
        }
        self.verdicts(stage, command)
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
        // A busy machine must not look like a thread that waits in vain.
        command.args(["--minimum-test-timeout=20", "--timeout-multiplier=5"]);
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
