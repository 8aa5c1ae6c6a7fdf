//! `cargo book mutants`: modules with one small change each, and which test
//! notices it.
//!
//! cargo-mutants makes the changes. A change goes through the stages until a
//! test fails: first the module's own tests, which are quick, then those of
//! the package `proofs`. A change that survives all of them is a missing test,
//! or has a reason in `tests/proofs/survivors.toml`.

use std::path::Path;
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

/// The stages after that of the module's own tests, with the words for cargo;
/// the last of them chooses among the tests.
const STAGES: [(&str, &str); 3] = [
    ("properties", "--test properties"),
    ("models", "--release --features models_only --test models"),
    ("stress", "--test stress"),
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
        for (stage, caught) in STAGES.iter().zip(&mut section.caught[1..]) {
            if !missed.is_empty() {
                let verdicts = self.stage(stage, &missed)?;
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
        println!("{}: unit tests", self.stem);
        let mut command = self.command(&home, &format!("src/{}.rs", self.stem));
        command
            .args(["--gitignore=false", "--jobs", &jobs(), "--"])
            .args(["--lib", &format!("{}::", self.stem)]);
        self.verdicts(command, "unit_tests")
    }

    /// The mutants that were missed until now, under tests in `proofs`.
    fn stage(
        &self,
        (stage, words): &(&str, &str),
        missed: &[Mutant],
    ) -> Result<Verdicts> {
        let book = trees::book(self.root)?;
        println!("{}: {stage}", self.stem);
        let file = format!("code/src/{}.rs", self.stem);
        let mut command = self.command(&book, &file);
        command.args(["--in-place", "--package=threading"]);
        command.arg("--test-package=proofs");
        for mutant in missed {
            command.args(["--re", &mutant.pattern()]);
        }
        command.arg("--").args(words.split_whitespace());
        if *stage == "models" {
            project::rustflags(&mut command, "--cfg loom");
            command.arg(self.primitive);
        } else {
            command.arg(self.stem);
        }
        self.verdicts(command, stage)
    }

    /// cargo-mutants for a file in a copy of the modules.
    fn command(&self, tree: &Path, file: &str) -> Command {
        let mut command = Command::new(self.cargo_mutants);
        command
            .arg("mutants")
            .arg("--dir")
            .arg(tree)
            .args(["--file", file, "--no-config", "--no-shuffle"])
            // A thread that waits in vain costs no time; too short a limit
            // would make a busy machine look like one.
            .args(["--minimum-test-timeout=20", "--timeout-multiplier=5"])
            .env("CARGO_NET_OFFLINE", "true");
        command
    }

    fn verdicts(&self, mut command: Command, stage: &str) -> Result<Verdicts> {
        let reports = trees::folder(self.root, self.stem).join(stage);
        tool::run(&mut command, &reports).with_context(|| stage.to_owned())
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
