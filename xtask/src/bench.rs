//! `cargo book bench`: the ratios to other crates.
//!
//! The benchmarks measure ours and a peer in turn and give criterion the
//! ratio of the two, so that criterion's estimates are ratios.
//!
//! A processor and a benchmark have a `recording` of their own. The
//! `tables` that pages include are made of all recordings.

mod recording;
mod results;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{MetadataCommand, Package};

use self::recording::{Recording, Row};
use crate::{machine, names, project, record};

/// In how many processes each benchmark runs: where memory comes to lie, and
/// which core a thread gets, differ from process to process.
const PROCESSES: usize = 5;

/// Begins each loop at a cache line. An operation of a nanosecond is a loop of
/// a few instructions, and where it happens to lie can double its time.
const FLAGS: &str = "-C llvm-args=-align-loops=64";

/// What the pages include.
const TABLES: &str = "src/recorded/bench.md";

/// What is to be done, other than to measure everything and to record it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Measure in all processes, and record.
    Record,
    /// Measure in one process, and print.
    Short,
    /// Measure nothing, and write the tables anew.
    Tables,
}

impl Mode {
    /// The mode of the options `--short` and `--tables`.
    pub fn of(short: bool, tables: bool) -> Self {
        match (short, tables) {
            (_, true) => Mode::Tables,
            (true, false) => Mode::Short,
            (false, false) => Mode::Record,
        }
    }
}

/// Runs the benchmarks below `root`, or one of them, prints the ratios, and
/// records them, as `mode` says.
///
/// A benchmark that does not run keeps what was recorded of it.
///
/// # Errors
///
/// [`names::Unknown`] when there is no such benchmark; else when one fails or
/// leaves no results, or when the machine is busy with something else.
pub fn run(root: &Path, name: Option<&str>, mode: Mode) -> Result<()> {
    let benches = choose(root, name)?;
    match mode {
        Mode::Record => measure_and_record(root, &benches)?,
        Mode::Short => {
            print(&measure(root, &benches, 1)?);
            return Ok(());
        }
        Mode::Tables => {}
    }
    let recordings = recording::read(root)?;
    ensure!(
        !recordings.is_empty(),
        "nothing is recorded yet: run `cargo book bench`"
    );
    record::write(root, TABLES, &tables::page(&recordings))?;
    println!("{TABLES} is written");
    Ok(())
}

fn measure_and_record(root: &Path, benches: &[String]) -> Result<()> {
    // Before the benchmarks have measured for minutes.
    let description = machine::sentence(root)?;
    let crates = versions(root)?;
    let code = recording::code(root);
    build(root, benches)?;
    machine::ensure_quiet()?;
    let measured = measure(root, benches, PROCESSES)?;
    print(&measured);
    for (bench, rows) in measured {
        let recording = Recording {
            processor: machine::processor(),
            date: recording::today(),
            code: code.clone(),
            machine: description.clone(),
            crates: crates.clone(),
            rows,
        };
        let file = recording.write(root, &bench)?;
        println!("{file} is written");
    }
    Ok(())
}

fn print(measured: &[(String, Vec<Row>)]) {
    let rows = measured.iter().flat_map(|(_, rows)| rows);
    println!("\n{}", tables::of_one_machine(rows));
    println!("Below 1, ours takes less time than the peer.");
}

/// The crates that the benchmarks use, with their versions.
fn versions(root: &Path) -> Result<Vec<String>> {
    let metadata = MetadataCommand::new().current_dir(root).exec()?;
    let is_ours = |package: &&Package| package.name == "threading";
    let ours = metadata.packages.iter().find(is_ours);
    let ours = ours.context("there is no package `threading`")?;
    let mut versions = Vec::new();
    for dependency in &ours.dependencies {
        let mut packages = metadata.packages.iter();
        let package = packages.find(|package| {
            package.name == dependency.name
                && dependency.req.matches(&package.version)
        });
        versions.extend(package.map(|p| format!("{} {}", p.name, p.version)));
    }
    versions.sort();
    Ok(versions)
}

fn choose(root: &Path, name: Option<&str>) -> Result<Vec<String>> {
    let benches = project::stems(&root.join("code/benches"), ".rs")?;
    let Some(name) = name else {
        return Ok(benches);
    };
    if !benches.iter().any(|bench| bench == name) {
        let benches = benches.iter().map(String::as_str);
        return Err(names::unknown("benchmark", name, benches).into());
    }
    Ok(vec![name.to_owned()])
}

/// What each benchmark measures, in so many processes of its own.
///
/// A process of each comes before the second of any, so that what disturbs
/// the machine for a minute does not disturb all processes of a benchmark.
fn measure(
    root: &Path,
    benches: &[String],
    processes: usize,
) -> Result<Vec<(String, Vec<Row>)>> {
    // Two measurements at a time must not read each other's results.
    let results = tempfile::tempdir_in(target(root)?)?;
    let folder = |number: usize, bench: &str| {
        results.path().join(number.to_string()).join(bench)
    };
    for number in 1..=processes {
        for bench in benches {
            println!("{bench}, process {number} of {processes}");
            measure_once(root, bench, &folder(number, bench))?;
        }
    }
    let rows = |bench: &String| {
        let folders = (1..=processes).map(|number| folder(number, bench));
        let rows = results::rows(folders)?;
        ensure!(!rows.is_empty(), "the benchmark `{bench}` left no results");
        Ok((bench.clone(), rows))
    };
    benches.iter().map(rows).collect()
}

/// Where what is built lies, and so what will be removed with it.
fn target(root: &Path) -> Result<PathBuf> {
    let target = root.join("target");
    fs::create_dir_all(&target)?;
    Ok(target)
}

fn measure_once(root: &Path, bench: &String, results: &Path) -> Result<()> {
    let mut command = cargo_bench(root, [bench]);
    // Criterion would look for the target directory by itself.
    command.env("CRITERION_HOME", results);
    project::run(&mut command, "cargo bench --package threading")
}

fn build(root: &Path, benches: &[String]) -> Result<()> {
    let mut command = cargo_bench(root, benches);
    project::run(command.arg("--no-run"), "cargo bench --no-run")
}

fn cargo_bench<'a>(
    root: &Path,
    benches: impl IntoIterator<Item = &'a String>,
) -> Command {
    let mut command = project::cargo(root);
    project::rustflags(&mut command, FLAGS);
    command.args(["bench", "--quiet", "--package", "threading"]);
    for bench in benches {
        command.args(["--bench", bench]);
    }
    command
}
