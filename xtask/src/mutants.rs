//! `cargo book mutants`: modules with one small change each, and which test
//! notices it.
//!
//! cargo-mutants makes the changes. A change goes through the stages until a
//! test fails: first the module's own tests, which are quick, then those of
//! the package `proofs`. A change that survives all of them is a missing test,
//! or has a reason in `tests/proofs/survivors.toml`.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{names, progress};
use reasons::Reasons;
use stages::Module;

mod page;
mod reasons;
mod stages;
mod tool;
mod trees;

/// The modules that are changed, and the primitive that the models call by
/// this name.
const MODULES: [(&str, &str); 12] = [
    ("lock", "Lock"),
    ("rlock", "RLock"),
    ("condition", "Condition"),
    ("semaphore", "Semaphore"),
    ("event", "Event"),
    ("timer", "Timer"),
    ("timer_alarm", "Timer"),
    ("timer_queue", "TimerQueue"),
    ("barrier", "Barrier"),
    ("local", "Local"),
    ("spawn_join", "JoinState"),
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
