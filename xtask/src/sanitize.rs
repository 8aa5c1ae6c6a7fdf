//! ThreadSanitizer: a part of `cargo book check --long`.
//!
//! It is built into rustc for a few systems, and switched on by an option
//! that is not stable yet, hence `RUSTC_BOOTSTRAP`.
//! `std` comes without it, and whoever hands over values through `std` alone
//! is reported wrongly: mostly the threads of a scope and of libtest.
//! So what runs here is the stress test, which joins its threads and has
//! another harness.
//! The timers are left out: their threads hand over by the `OnceLock` and the
//! `Arc` of `std`, so each of the reports is about those.

use std::env::consts::{ARCH, OS};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::project;

/// What ThreadSanitizer's runtime ends a program with that has a race.
const RACE: i32 = 66;

/// Puts every primitive under load, and fails if a race is seen.
///
/// # Errors
///
/// When there is one, or a test fails.
pub fn stress(root: &Path) -> Result<()> {
    let words = ["test", "--test", "stress", "--", "--test-threads=1"];
    let words = [words.as_slice(), &["--skip", "timer"]].concat();
    match cargo(root, &words) {
        Some(mut command) => project::run(&mut command, "the stress test"),
        None => Ok(()),
    }
}

/// Runs a program that has a race, and fails if that is not seen.
///
/// # Errors
///
/// When the program can't be built, or is found to be clean.
pub fn planted_race(root: &Path) -> Result<()> {
    let Some(mut command) = cargo(root, &["run", "--example", "race"]) else {
        return Ok(());
    };
    let output = command.output().context("can't start cargo")?;
    let report = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.code() == Some(RACE)
            && report.contains("WARNING: ThreadSanitizer: data race"),
        "ThreadSanitizer does not see the race in \
         tests/proofs/examples/race.rs, so its silence about the primitives \
         means nothing: the program ends with {}\n{report}",
        output.status
    );
    println!("ThreadSanitizer reports it.");
    Ok(())
}

/// Cargo with the first of `words` for the package of the proofs, with the
/// sanitizer; `None` where there is none.
fn cargo(root: &Path, words: &[&str]) -> Option<Command> {
    let target = match (OS, ARCH) {
        ("linux", "x86_64") => "x86_64-unknown-linux-gnu",
        ("linux", "aarch64") => "aarch64-unknown-linux-gnu",
        ("macos", "aarch64") => "aarch64-apple-darwin",
        _ => {
            println!("Left out: rustc has no ThreadSanitizer here.");
            return None;
        }
    };
    let suppressions = root.join("tests/proofs/tsan.supp");
    let options =
        format!("exitcode={RACE} suppressions={}", suppressions.display());
    let mut command = project::cargo(root);
    command
        .arg(words[0])
        .args(["--package", "proofs", "--target", target])
        .args(["--target-dir", "target/tsan"])
        .args(&words[1..])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("TSAN_OPTIONS", options);
    project::rustflags(
        &mut command,
        "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer",
    );
    Some(command)
}
