//! What a measurement was made on.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};
use sysinfo::System;

use crate::python;

/// One sentence: the cores, the system, and the versions of both languages.
///
/// # Errors
///
/// When rustc or Python can't be asked.
pub fn sentence(root: &Path) -> Result<String> {
    let python = python::find().map_err(anyhow::Error::msg)?;
    let cores = thread::available_parallelism()?;
    let mut system = System::new();
    system.refresh_cpu_all();
    let processor = system.cpus().first().map(|cpu| cpu.brand().trim());
    let processor = processor.filter(|brand| !brand.is_empty());
    Ok(format!(
        "Measured on {cores} cores{}, under {}, with {} and {}.",
        processor
            .map(|brand| format!(" of {brand}"))
            .unwrap_or_default(),
        System::long_os_version().context("the system has no name")?,
        version(root, "rustc".as_ref())?,
        version(root, &python)?,
    ))
}

/// `rustc 1.95.0`, as the program says it of itself.
fn version(root: &Path, program: &OsStr) -> Result<String> {
    let output = Command::new(program)
        .arg("--version")
        .current_dir(root)
        .output()
        .with_context(|| format!("can't start {}", program.display()))?;
    let text = String::from_utf8(output.stdout)?;
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    Ok(words.join(" "))
}
