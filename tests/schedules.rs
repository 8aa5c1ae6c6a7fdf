//! The schedules that pages show are those of the modules as they are now.
//!
//! The programs of `tests/proofs/schedules` are recorded again, and so are the
//! schedules that show the bugs of mutants, and compared with
//! `src/recorded/schedules`.
//!
//! When it fails: run `cargo book record schedules`, look at what has changed,
//! and read the pages that show it once more.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use book_tests::cargo;
use book_tests::problems::Problems;
use book_tests::workspace::{all_pages, exists, read, root, stems};
use xtask::includes::{Include, includes};
use xtask::pages::Page;
use xtask::project;
use xtask::schedules::{FOLDER, PROGRAMS, recorder};

#[test]
fn recordings_are_up_to_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut problems = Problems::default();
    problems.ok(cargo::succeed(recorder(root(), folder.path())));
    for name in names(folder.path()) {
        if problems.is_empty() {
            problems.ok(compare(&name, folder.path()));
        }
    }
    problems.report();
}

#[test]
fn recordings_are_shown() {
    let mut problems = Problems::default();
    let shown: BTreeSet<String> = all_pages()
        .iter()
        .flat_map(included)
        .map(|include| include.file)
        .collect();
    for name in stems(FOLDER, "md") {
        let file = format!("{FOLDER}/{name}.md");
        problems.unless(shown.contains(&file), || {
            format!("no page includes {file}: delete its program, and it")
        });
    }
    problems.report();
}

/// What a page with steppers makes a reader load, in bytes.
#[test]
fn steppers_are_small() {
    let mut problems = Problems::default();
    let mut at_most = |most: usize, what: &str, files: &[String]| {
        let size: usize = files.iter().map(|file| read(file).len()).sum();
        problems.unless(size <= most, || {
            format!("{what} have {size} bytes, and should have at most {most}")
        });
    };
    let own = ["theme/schedules.js", "theme/schedules.css"];
    at_most(10_000, "the stepper's files", &own.map(str::to_owned));
    for page in all_pages() {
        let steppers: Vec<String> = included(&page)
            .into_iter()
            .filter(|include| include.anchor.as_deref() == Some("stepper"))
            .map(|include| include.file)
            .collect();
        at_most(30_000, &format!("the steppers of {}", page.path), &steppers);
    }
    problems.report();
}

/// Those of the programs, and of what is recorded in either folder.
fn names(new: &Path) -> BTreeSet<String> {
    let recorded = project::stems(new, ".md").unwrap_or_default();
    [stems(PROGRAMS, "rs"), stems(FOLDER, "md"), recorded]
        .into_iter()
        .flatten()
        .collect()
}

/// Whether the recording is as this new one.
fn compare(name: &str, new: &Path) -> Result<(), String> {
    let file = format!("{FOLDER}/{name}.md");
    let new = new.join(name).with_extension("md");
    let new = fs::read_to_string(new).map_err(|_| {
        format!(
            "{name} is in no list of tests/proofs/src, neither in \
             schedules.rs nor in counterexamples.rs"
        )
    })?;
    if !exists(&file) {
        return Err(format!(
            "{file} is missing: run `cargo book record schedules`"
        ));
    }
    if new == read(&file) {
        return Ok(());
    }
    let pages = pages_with(&file).join(", ");
    Err(format!(
        "{file} is out of date, and so is {pages}: run `cargo book record \
         schedules {name}`"
    ))
}

fn included(page: &Page) -> Vec<Include> {
    includes(&page.path, &page.source)
}

/// The pages that include the file.
fn pages_with(file: &str) -> Vec<String> {
    let mut pages = all_pages();
    pages.retain(|page| included(page).iter().any(|it| it.file == file));
    pages.into_iter().map(|page| page.path).collect()
}
