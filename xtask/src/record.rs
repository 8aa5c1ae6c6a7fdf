//! `cargo book record`: runs the programs that measure, and keeps what they
//! print where the pages include it.
//!
//! A recording of numbers is a file `src/recorded/<program>.md` with the anchors
//! `chart`, `rust`, `python` and `machine`.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::chart::{self, Figures};
use crate::{
    machine, names, progress, project, python, schedules, surroundings,
};

/// Where recordings lie.
pub const FOLDER: &str = "src/recorded";

/// What [`schedules`] records, in the place of a program.
const SCHEDULES: &str = "schedules";

/// Records every program that has a recording, and the schedules, or what is
/// named; of the schedules, those that have `word` in their names.
///
/// # Errors
///
/// [`names::Unknown`] when there is no such program; else when one can't be
/// run, fails, or prints no table, or when the machine is busy.
/// Recordings that are complete by then stay.
pub fn run(
    root: &Path,
    program: Option<&str>,
    word: Option<&str>,
) -> Result<()> {
    if program == Some(SCHEDULES) {
        return schedules::run(root, word);
    }
    ensure!(
        word.is_none(),
        "only `cargo book record {SCHEDULES}` takes a word"
    );
    measure(root, program)?;
    match program {
        None => schedules::run(root, None),
        Some(_) => Ok(()),
    }
}

/// Runs programs that measure, and writes their recordings anew.
fn measure(root: &Path, program: Option<&str>) -> Result<()> {
    let programs = choose(root, program)?;
    // Before the first program has measured for minutes.
    let python = python::find().map_err(anyhow::Error::msg)?;
    for program in programs {
        let file = format!("{FOLDER}/{program}.md");
        let text =
            progress::during("Measuring", || record(root, &program, &python))?;
        write(root, &file, &text)?;
        println!("{file} is written");
    }
    Ok(())
}

/// Writes a recording, whole or not at all.
///
/// # Errors
///
/// When the file can't be written.
pub fn write(root: &Path, file: &str, text: &str) -> Result<()> {
    write_whole(&root.join(file), text)
        .with_context(|| format!("can't write {file}"))
}

/// Each call has a half-written file of its own, so that two that write the
/// same recording at once leave one of the two.
fn write_whole(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().context("a recording is in a folder")?;
    fs::create_dir_all(folder)?;
    let own = tempfile::tempdir_in(folder)?;
    let half_written = own.path().join("half-written");
    fs::write(&half_written, text)?;
    Ok(fs::rename(&half_written, path)?)
}

/// A part of a recording that a page includes by its name.
pub fn part(anchor: &str, text: &str) -> String {
    let text = text.trim_end();
    format!(
        "<!-- ANCHOR: {anchor} -->\n{text}\n<!-- ANCHOR_END: {anchor} -->\n"
    )
}

fn choose(root: &Path, program: Option<&str>) -> Result<Vec<String>> {
    let programs = project::stems(&root.join("code/examples"), ".rs")?;
    let Some(name) = program else {
        let recorded = |program: &String| {
            root.join(format!("{FOLDER}/{program}.md")).is_file()
        };
        return Ok(programs.into_iter().filter(recorded).collect());
    };
    if !programs.iter().any(|program| program == name) {
        let programs = programs.iter().map(String::as_str);
        let programs = programs.chain([SCHEDULES]);
        return Err(names::unknown("program", name, programs).into());
    }
    Ok(vec![name.to_owned()])
}

fn record(root: &Path, program: &str, python: &OsStr) -> Result<String> {
    let example = ["--release", "--package", "threading", "--example", program];
    output(
        project::cargo(root)
            .args(["build", "--quiet"])
            .args(example),
    )?;
    machine::ensure_quiet()?;
    let run = ["run", "--quiet"];
    let rust = output(project::cargo(root).args(run).args(example))?;
    let twin = format!("code/examples/{program}.py");
    let python = output(Command::new(python).arg(&twin).current_dir(root))?;
    let figures = Figures::read(&rust)
        .with_context(|| format!("{program} prints no table"))?;
    let parts = [
        part("chart", &chart::chart(&figures)),
        part("rust", &rust),
        part("python", &python),
        part("machine", &machine::sentence(root)?),
    ];
    let command =
        format!("<!-- Written by `cargo book record {program}`. -->\n");
    Ok(command + &parts.join("\n"))
}

/// What `command` prints, if it succeeds.
fn output(command: &mut Command) -> Result<String> {
    let line = project::line(command);
    let output = surroundings::same_everywhere(command)
        .output()
        .with_context(|| format!("can't start `{line}`"))?;
    ensure!(
        output.status.success(),
        "`{line}` ends with {}:\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim_end()
    );
    Ok(String::from_utf8(output.stdout)?)
}
