//! `cargo book bench`: the ratios to other crates.
//!
//! The benchmarks measure ours and a peer in turn and give criterion the
//! ratio of the two, so that criterion's estimates are ratios.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{MetadataCommand, Package};
use comfy_table::{Table, presets};
use serde_json::Value;

use crate::{machine, names, project, record};

/// What all benchmarks together are recorded in.
const RECORDING: &str = "src/recorded/bench.md";

/// Runs the benchmarks below `root`, or one of them, and prints the ratios.
///
/// Those of all benchmarks are recorded, for the page that shows them.
///
/// # Errors
///
/// [`names::Unknown`] when there is no such benchmark; else when one fails or
/// leaves no results.
pub fn run(root: &Path, name: Option<&str>) -> Result<()> {
    let benches = choose(root, name)?;
    let results = root.join("target/criterion");
    let start = SystemTime::now();
    measure(root, &benches, &results)?;
    let mut ratios = Vec::new();
    read(&results, start, &mut ratios)?;
    ensure!(!ratios.is_empty(), "the benchmarks left no results");
    ratios
        .sort_by(|a, b| (&a.operation, &a.peer).cmp(&(&b.operation, &b.peer)));
    let all = table(&ratios);
    println!("\n{all}\nBelow 1, ours takes less time than the peer.");
    if name.is_none() {
        record::write(root, RECORDING, &recording(root, &ratios)?)?;
        println!("{RECORDING} is written");
    }
    Ok(())
}

fn recording(root: &Path, ratios: &[Ratio]) -> Result<String> {
    let machine = machine::sentence(root)?;
    let versions = format!("The crates: {}.", versions(root)?.join(", "));
    let mut parts = tables(ratios);
    parts.push(record::part("machine", &format!("{machine}\n{versions}")));
    Ok("<!-- Written by `cargo book bench`. -->\n".to_owned()
        + &parts.join("\n"))
}

/// All rows, those in which the peer is faster, and those of each primitive,
/// by the word with which their operations begin.
fn tables(ratios: &[Ratio]) -> Vec<String> {
    let primitive = |ratio: &Ratio| {
        let end = ratio.operation.find(',');
        ratio.operation[..end.unwrap_or(ratio.operation.len())].to_owned()
    };
    let part = |name: &str, chosen: &dyn Fn(&&Ratio) -> bool| {
        let table = table(ratios.iter().filter(|ratio| chosen(ratio)));
        record::part(name, &format!("\n{table}\n"))
    };
    let names: BTreeSet<String> = ratios.iter().map(primitive).collect();
    let mut parts = vec![
        part("table", &|_| true),
        part("slower", &|ratio| ratio.low > 1.0),
    ];
    parts.extend(
        names
            .iter()
            .map(|name| part(name, &|ratio| primitive(ratio) == *name)),
    );
    parts
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
    let benches = project::stems(&root.join("code/benches"))?;
    let Some(name) = name else {
        return Ok(benches);
    };
    if !benches.iter().any(|bench| bench == name) {
        let benches = benches.iter().map(String::as_str);
        return Err(names::unknown("benchmark", name, benches).into());
    }
    Ok(vec![name.to_owned()])
}

fn measure(root: &Path, benches: &[String], results: &Path) -> Result<()> {
    let mut command = project::cargo(root);
    command.args(["bench", "--package", "threading"]);
    for bench in benches {
        command.args(["--bench", bench]);
    }
    // Criterion would look for the target directory by itself.
    command.env("CRITERION_HOME", results);
    project::run(&mut command, "cargo bench --package threading")
}

/// Ours in relation to a peer: below 1, ours is faster.
struct Ratio {
    operation: String,
    peer: String,
    median: f64,
    low: f64,
    high: f64,
}

/// Collects what was measured after `start` in `folder` and below.
fn read(
    folder: &Path,
    start: SystemTime,
    ratios: &mut Vec<Ratio>,
) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        let estimates = path.join("estimates.json");
        if !path.ends_with("new") {
            read(&path, start, ratios)?;
        } else if fs::metadata(&estimates)?.modified()? >= start {
            ratios.push(ratio(&path)?);
        }
    }
    Ok(())
}

/// Reads one result of criterion's.
fn ratio(folder: &Path) -> Result<Ratio> {
    let names = json(folder.join("benchmark.json"))?;
    let estimates = json(folder.join("estimates.json"))?;
    let median = &estimates["median"];
    let interval = &median["confidence_interval"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    Ok(Ratio {
        operation: text(&names["group_id"]),
        peer: text(&names["function_id"]),
        median: number(&median["point_estimate"]),
        low: number(&interval["lower_bound"]),
        high: number(&interval["upper_bound"]),
    })
}

fn json(path: PathBuf) -> Result<Value> {
    let file = File::open(&path)
        .with_context(|| format!("can't read {}", path.display()))?;
    Ok(serde_json::from_reader(BufReader::new(file))?)
}

fn table<'a>(ratios: impl IntoIterator<Item = &'a Ratio>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(["operation", "ours / peer", "peer", "95 % interval"]);
    for ratio in ratios {
        table.add_row([
            ratio.operation.clone(),
            format!("{:.3}", ratio.median),
            ratio.peer.clone(),
            format!("{:.3} to {:.3}", ratio.low, ratio.high),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recording_has_all_rows_the_slower_ones_and_a_part_for_each() {
        let ratio = |operation: &str, peer: &str, median: f64| Ratio {
            operation: operation.to_owned(),
            peer: peer.to_owned(),
            median,
            low: median - 0.1,
            high: median + 0.1,
        };
        let ratios = [
            ratio("barrier, 2 threads, quiet", "std", 0.2),
            ratio("lock, 1 thread", "std", 1.05),
            ratio("lock, 2 threads, quiet", "std", 1.3),
        ];
        insta::assert_snapshot!(tables(&ratios).join("\n"), @"
        <!-- ANCHOR: table -->

        | operation                 | ours / peer | peer | 95 % interval  |
        |---------------------------|-------------|------|----------------|
        | barrier, 2 threads, quiet | 0.200       | std  | 0.100 to 0.300 |
        | lock, 1 thread            | 1.050       | std  | 0.950 to 1.150 |
        | lock, 2 threads, quiet    | 1.300       | std  | 1.200 to 1.400 |
        <!-- ANCHOR_END: table -->

        <!-- ANCHOR: slower -->

        | operation              | ours / peer | peer | 95 % interval  |
        |------------------------|-------------|------|----------------|
        | lock, 2 threads, quiet | 1.300       | std  | 1.200 to 1.400 |
        <!-- ANCHOR_END: slower -->

        <!-- ANCHOR: barrier -->

        | operation                 | ours / peer | peer | 95 % interval  |
        |---------------------------|-------------|------|----------------|
        | barrier, 2 threads, quiet | 0.200       | std  | 0.100 to 0.300 |
        <!-- ANCHOR_END: barrier -->

        <!-- ANCHOR: lock -->

        | operation              | ours / peer | peer | 95 % interval  |
        |------------------------|-------------|------|----------------|
        | lock, 1 thread         | 1.050       | std  | 0.950 to 1.150 |
        | lock, 2 threads, quiet | 1.300       | std  | 1.200 to 1.400 |
        <!-- ANCHOR_END: lock -->
        ");
    }
}
