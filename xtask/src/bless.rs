//! `cargo book bless`: accepting outputs that changed.
//!
//! The programs are tested with insta told to write each output that is not
//! the expected one beside it: `lock.snap.new` beside `lock.snap`.
//! Those are shown, and on a yes they take the place of the old ones.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use console::style;
use dialoguer::Confirm;
use similar::{ChangeTag, TextDiff};

use crate::{alone, names, progress, project, python};

/// How the name of an output that waits to be accepted ends.
const NEW: &str = ".snap.new";

/// Shows the outputs of the programs below `root` that changed, or of one
/// program, and accepts them when the reader says yes, or said it with `yes`.
///
/// # Errors
///
/// [`names::Unknown`] when there is no such program; else when the programs
/// can't be tested, or when there is nobody to ask.
pub fn run(root: &Path, program: Option<&str>, yes: bool) -> Result<()> {
    check_name(root, program)?;
    let _alone = alone::wait(&root.join("target/bless.lock"))?;
    if let Err(problem) = python::find() {
        println!("The Python twins are left out: {problem}");
    }
    let folder = root.join("tests/snapshots");
    remove(&project::files(&folder, NEW)?)?;
    progress::during("Running the programs", || test(root, program))?;
    let changed = project::files(&folder, NEW)?;
    if changed.is_empty() {
        println!("No output changed.");
        return Ok(());
    }
    for new in &changed {
        show(root, new)?;
    }
    decide(&changed, yes)
}

fn check_name(root: &Path, program: Option<&str>) -> Result<()> {
    let programs = project::stems(&root.join("code/examples"), ".rs")?;
    match program {
        Some(name) if !programs.iter().any(|program| program == name) => {
            let programs = programs.iter().map(String::as_str);
            Err(names::unknown("program", name, programs).into())
        }
        _ => Ok(()),
    }
}

/// Runs the test of the programs, or of one program and its twin.
fn test(root: &Path, program: Option<&str>) -> Result<()> {
    let Some(program) = program else {
        return test_those(root, &[]);
    };
    test_those(root, &["--exact", &format!("{program}.rs")])?;
    test_those(root, &["--exact", &format!("{program}.py")])
}

/// Runs the tests that `filter` lets through, which fail only for another
/// reason than a changed output.
fn test_those(root: &Path, filter: &[&str]) -> Result<()> {
    let mut command = project::cargo(root);
    // Of the workspace, as `cargo test` builds it.
    command.args(["test", "--workspace", "--test", "programs"]);
    command.arg("--").args(filter);
    command.env("INSTA_UPDATE", "new");
    command.env("INSTA_FORCE_PASS", "1");
    let output = command.output().context("can't start `cargo test`")?;
    if !output.status.success() {
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        eprint!("{}", String::from_utf8_lossy(&output.stdout));
        bail!("the programs fail for another reason than a changed output");
    }
    Ok(())
}

/// Prints what changes when `new` is accepted, as a coloured diff.
fn show(root: &Path, new: &Path) -> Result<()> {
    let old = accepted_path(new);
    let name = old.strip_prefix(root).unwrap_or(&old).display();
    let before = match fs::read_to_string(&old) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).context(old.display().to_string()),
    };
    let after = fs::read_to_string(new)?;
    println!("{}", style(name).bold());
    print_diff(output(&before), output(&after));
    println!();
    Ok(())
}

fn print_diff(before: &str, after: &str) {
    let diff = TextDiff::from_lines(before, after);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        println!("{}", style(hunk.header()).cyan());
        for change in hunk.iter_changes() {
            let line = format!("{}{}", change.tag(), change.value().trim_end());
            match change.tag() {
                ChangeTag::Delete => println!("{}", style(line).red()),
                ChangeTag::Insert => println!("{}", style(line).green()),
                ChangeTag::Equal => println!("{line}"),
            }
        }
    }
}

fn decide(changed: &[PathBuf], yes: bool) -> Result<()> {
    if !yes && !io::stdin().is_terminal() {
        bail!(
            "nothing is accepted, because there is no terminal to ask on; \
             `cargo book bless --yes` accepts without asking"
        );
    }
    if yes || ask()? {
        changed.iter().try_for_each(|new| accept(new))?;
        println!("Accepted: {}", changed.len());
    } else {
        remove(changed)?;
        println!("Nothing is accepted.");
    }
    Ok(())
}

fn ask() -> Result<bool> {
    let question = Confirm::new().with_prompt("Accept?").default(false);
    Ok(question.interact()?)
}

/// Puts `new` in the place of the old output.
fn accept(new: &Path) -> Result<()> {
    let text = fs::read_to_string(new)?;
    // In one step, so that a snapshot is never half written.
    fs::write(new, without_line_number(&text))?;
    fs::rename(new, accepted_path(new))?;
    Ok(())
}

fn remove(files: &[PathBuf]) -> Result<()> {
    for file in files {
        fs::remove_file(file)
            .with_context(|| format!("can't remove {}", file.display()))?;
    }
    Ok(())
}

/// `lock.snap` for `lock.snap.new`.
fn accepted_path(new: &Path) -> PathBuf {
    new.with_extension("")
}

/// The snapshot without the line of the test that took it, which would change
/// whenever the test does.
fn without_line_number(snapshot: &str) -> String {
    let (header, output) = split(snapshot);
    let header: String = header
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("assertion_line:"))
        .collect();
    header + output
}

/// The part of the snapshot that the program printed.
fn output(snapshot: &str) -> &str {
    split(snapshot).1
}

/// Insta's header, with the `---` around it, and what follows.
fn split(snapshot: &str) -> (&str, &str) {
    let end = snapshot.strip_prefix("---\n").and_then(|rest| {
        let length = rest.find("\n---\n")?;
        Some("---\n".len() + length + "\n---\n".len())
    });
    snapshot.split_at(end.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "\
---
source: tests/programs.rs
assertion_line: 42
description: cargo run -p threading --example lock
---
ANCHOR: stdout
assertion_line: a program may print this
---
ANCHOR_END: stdout
";

    #[test]
    fn only_the_line_number_of_the_header_is_dropped() {
        let expected = NEW.replace("assertion_line: 42\n", "");
        assert_eq!(without_line_number(NEW), expected);
    }

    #[test]
    fn the_output_begins_after_the_header() {
        assert!(output(NEW).starts_with("ANCHOR: stdout\n"));
        assert_eq!(output("no header\n"), "no header\n");
        assert_eq!(output(""), "");
    }

    #[test]
    fn a_new_output_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = folder.path().join("lock.python.snap");
        let new = folder.path().join("lock.python.snap.new");
        fs::write(&old, "old").expect("to write");
        fs::write(&new, NEW).expect("to write");

        accept(&new).expect("to accept");

        let text = fs::read_to_string(&old).expect("to read");
        assert_eq!(text, without_line_number(NEW));
        assert!(!new.exists());
    }
}
