//! What criterion leaves behind: a folder for each row of each process.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::recording::Row;

/// An operation and a peer, and what each process has measured.
type Ratios = BTreeMap<(String, String), Vec<f64>>;

/// The rows of a benchmark, of which each process has a folder.
pub fn rows(folders: impl Iterator<Item = PathBuf>) -> Result<Vec<Row>> {
    let mut ratios = Ratios::new();
    for folder in folders {
        collect(&folder, &mut ratios)?;
    }
    let row = |((operation, peer), ratios)| Row::new(operation, peer, ratios);
    Ok(ratios.into_iter().map(row).collect())
}

/// Reads the results in `folder` and below.
fn collect(folder: &Path, ratios: &mut Ratios) -> Result<()> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("can't read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.ends_with("new") {
            let (names, median) = result(&path)?;
            ratios.entry(names).or_default().push(median);
        } else if path.is_dir() {
            collect(&path, ratios)?;
        }
    }
    Ok(())
}

/// One result: what was measured, and the median of its samples.
fn result(folder: &Path) -> Result<((String, String), f64)> {
    let names = json(folder.join("benchmark.json"))?;
    let estimates = json(folder.join("estimates.json"))?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names = (text(&names["group_id"]), text(&names["function_id"]));
    let median = estimates["median"]["point_estimate"].as_f64();
    Ok((names, median.context("criterion gives no median")?))
}

fn json(path: PathBuf) -> Result<Value> {
    let file = File::open(&path)
        .with_context(|| format!("can't read {}", path.display()))?;
    Ok(serde_json::from_reader(BufReader::new(file))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, median: f64) {
        let folder = folder.join("lock_ 1 thread/std/new");
        fs::create_dir_all(&folder).unwrap();
        let names = r#"{"group_id": "lock, 1 thread", "function_id": "std"}"#;
        fs::write(folder.join("benchmark.json"), names).unwrap();
        let median = format!(r#"{{"median": {{"point_estimate": {median}}}}}"#);
        fs::write(folder.join("estimates.json"), median).unwrap();
    }

    #[test]
    fn a_row_has_the_median_of_each_process() {
        let folder = tempfile::tempdir().unwrap();
        let folders = ["1", "2", "3"].map(|number| folder.path().join(number));
        for (folder, median) in folders.iter().zip([0.9, 1.1, 1.0]) {
            write(folder, median);
        }
        let row = Row::new("lock, 1 thread", "std", vec![0.9, 1.1, 1.0]);
        assert_eq!(rows(folders.into_iter()).unwrap(), [row]);
    }
}
