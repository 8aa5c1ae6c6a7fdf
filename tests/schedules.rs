//! The schedules that pages show are those of the modules as they are now.
//!
//! The programs of `tests/proofs/schedules` are recorded again, and compared
//! with `src/recorded/schedules`.
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
use xtask::schedules::{FOLDER, PROGRAMS, recorder};

#[test]
fn recordings_are_up_to_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut problems = Problems::default();
    problems.ok(cargo::succeed(recorder(root(), folder.path())));
    for name in programs() {
        if problems.is_empty() {
            problems.ok(compare(&name, folder.path()));
        }
    }
    problems.report();
}

#[test]
fn programs_and_recordings_belong_together() {
    let mut problems = Problems::default();
    for name in stems(FOLDER, "md") {
        problems.unless(programs().contains(&name), || {
            format!("{FOLDER}/{name}.md has no program in {PROGRAMS}")
        });
    }
    let shown: BTreeSet<String> = all_pages()
        .iter()
        .flat_map(included)
        .map(|include| include.file)
        .collect();
    for name in programs() {
        let file = format!("{FOLDER}/{name}.md");
        problems.unless(shown.contains(&file), || {
            format!("no page includes {file}: delete {PROGRAMS}/{name}.rs")
        });
    }
    problems.report();
}

fn programs() -> Vec<String> {
    stems(PROGRAMS, "rs")
}

/// Whether the recording is as this new one.
fn compare(name: &str, new: &Path) -> Result<(), String> {
    let file = format!("{FOLDER}/{name}.md");
    let again = format!("run `cargo book record schedules {name}`");
    if !exists(&file) {
        return Err(format!("{file} is missing: {again}"));
    }
    let new = new.join(name).with_extension("md");
    let new = fs::read_to_string(new).map_err(|_| {
        format!("{PROGRAMS}/{name}.rs is not in tests/proofs/src/schedules.rs")
    })?;
    if new == read(&file) {
        return Ok(());
    }
    let pages = pages_with(&file).join(", ");
    Err(format!("{file} is out of date, and so is {pages}: {again}"))
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
