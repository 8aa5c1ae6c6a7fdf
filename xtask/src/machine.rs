//! What a measurement was made on.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sysinfo::System;

use crate::python;

/// How much of the cores others may use while a measurement is made: what an
/// idle system does now and then.
const QUIET_PERCENT: f32 = 10.0;

/// How many seconds a measurement waits for that.
const PATIENCE: usize = 10;

/// One sentence: the cores, the system, and the versions of both languages.
///
/// # Errors
///
/// When rustc or Python can't be asked.
pub fn sentence(root: &Path) -> Result<String> {
    let python = python::find().map_err(anyhow::Error::msg)?;
    let cores = thread::available_parallelism()?;
    Ok(format!(
        "Measured on {cores} cores of {}, under {}, with {} and {}.",
        processor(),
        System::long_os_version().context("the system has no name")?,
        version(root, "rustc".as_ref())?,
        version(root, &python)?,
    ))
}

/// The name of the processor.
///
/// A virtual machine may hide which `AMD EPYC` it is, but the numbers of its
/// design, which Linux tells, say so.
pub fn processor() -> String {
    let mut system = System::new();
    system.refresh_cpu_all();
    let brand = system.cpus().first().map(|cpu| cpu.brand().trim());
    let brand = brand.filter(|brand| !brand.is_empty());
    let brand = brand.unwrap_or("an unknown processor");
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    brand.to_owned() + &design(&cpuinfo).unwrap_or_default()
}

/// The numbers of the first processor in the text of `/proc/cpuinfo`.
fn design(cpuinfo: &str) -> Option<String> {
    let value = |key: &str| {
        let fields = cpuinfo.lines().filter_map(|line| line.split_once(':'));
        let mut fields = fields.filter(|(name, _)| name.trim() == key);
        fields.next().map(|(_, value)| value.trim().to_owned())
    };
    let (family, model) = (value("cpu family")?, value("model")?);
    Some(format!(" (family {family}, model {model})"))
}

/// Waits a few seconds until the machine has nothing else to do.
///
/// # Errors
///
/// When it stays busy: a measurement would be wrong.
pub fn ensure_quiet() -> Result<()> {
    let mut system = System::new();
    system.refresh_cpu_usage();
    for _ in 0..PATIENCE {
        thread::sleep(Duration::from_secs(1));
        system.refresh_cpu_usage();
        if system.global_cpu_usage() < QUIET_PERCENT {
            return Ok(());
        }
    }
    bail!(
        "other programs use {:.0} % of the cores, so a measurement would be \
         wrong: try again when the machine is quiet",
        system.global_cpu_usage()
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_design_of_a_processor_is_that_of_the_first() {
        let cpuinfo = "\
processor\t: 0
cpu family\t: 25
model name\t: AMD EPYC
model\t\t: 17

cpu family\t: 7
";
        let design = design(cpuinfo);
        assert_eq!(design.as_deref(), Some(" (family 25, model 17)"));
    }

    #[test]
    fn a_system_without_such_numbers_names_the_brand_alone() {
        assert_eq!(design(""), None);
        assert_eq!(design("Hardware\t: BCM2835\n"), None);
    }
}
