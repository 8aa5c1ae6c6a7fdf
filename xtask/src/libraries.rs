//! The crate as cargo builds it, for programs that cargo does not build.

use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use cargo_metadata::{Artifact, Message};
use tempfile::TempDir;

use crate::project;

/// Builds the crate `threading` below `target`, for this machine, and puts
/// its library and those that it needs into a folder of their own.
///
/// Where cargo keeps them depends on the reader's configuration, so cargo
/// says it; and where it keeps them there are libraries of older builds too,
/// between which a compiler that is given the folder can't choose.
///
/// # Errors
///
/// When the crate can't be built.
pub fn build(root: &Path, target: &str, words: &[&str]) -> Result<TempDir> {
    let folder = root.join(target);
    fs::create_dir_all(&folder)?;
    let folder = tempfile::Builder::new()
        .prefix("libraries-")
        .tempdir_in(folder)?;
    for artifact in artifacts(root, target, words)? {
        for file in artifact.filenames {
            if file.extension() == Some("rlib") {
                let name = file.file_name().unwrap_or_default();
                link(file.as_std_path(), &folder.path().join(name))?;
            }
        }
    }
    Ok(folder)
}

/// What cargo has built, or found to be built already.
fn artifacts(
    root: &Path,
    target: &str,
    words: &[&str],
) -> Result<Vec<Artifact>> {
    const NAME: &str = "cargo build --package threading";
    let mut command = project::cargo(root);
    command
        .args(["build", "--quiet", "--package", "threading", "--lib"])
        // Whatever `build.target` says: what is built here runs here.
        .args(["--target", "host-tuple", "--target-dir", target])
        .arg("--message-format=json-render-diagnostics")
        .args(words)
        .stderr(Stdio::inherit());
    let output = command
        .output()
        .with_context(|| format!("can't start `{NAME}`"))?;
    if !output.status.success() {
        bail!("`{NAME}` ends with {}", output.status);
    }
    let mut artifacts = Vec::new();
    for message in Message::parse_stream(BufReader::new(&*output.stdout)) {
        if let Message::CompilerArtifact(artifact) = message? {
            artifacts.push(artifact);
        }
    }
    Ok(artifacts)
}

/// A second name for a file, or a copy where the file system has none.
fn link(file: &Path, name: &Path) -> Result<()> {
    fs::hard_link(file, name)
        .or_else(|_| fs::copy(file, name).map(drop))
        .with_context(|| format!("can't copy {}", file.display()))
}
