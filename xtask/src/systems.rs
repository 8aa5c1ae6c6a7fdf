//! What a reader's machine may have and this one has not: a part of
//! `cargo book check --long`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{libraries, project, surroundings};

/// One of each family, beside Linux.
const TARGETS: [&str; 3] = [
    "x86_64-pc-windows-gnu",
    "aarch64-apple-darwin",
    "x86_64-unknown-freebsd",
];

/// The oldest Rust that the modules work with, over the versions of
/// `parking_lot` that it can compile.
pub const OLDEST_RUST: &str = "1.87.0";

/// Tests the modules with the oldest Rust that they work with.
///
/// It is left out, and that is said, when rustup can't have it.
///
/// # Errors
///
/// When a module does not compile there, or a test fails.
pub fn oldest(root: &Path) -> Result<()> {
    let install = ["toolchain", "install", OLDEST_RUST, "--profile", "minimal"];
    if !rustup(&["run", OLDEST_RUST, "cargo", "--version"]) && !rustup(&install)
    {
        println!("Left out: rustup can't have Rust {OLDEST_RUST} here.");
        return Ok(());
    }
    let mut command = project::cargo(root);
    command.args(["test", "--package", "book-tests", "--test", "take_home"]);
    command.args(["--", "--ignored", "--exact", "oldest_rust"]);
    project::run(&mut command, "the modules with the oldest Rust")
}

/// Checks that the modules compile for other systems.
///
/// A system is left out, and that is said, when rustup can't have it.
///
/// # Errors
///
/// When a module does not compile.
pub fn run(root: &Path) -> Result<()> {
    for target in TARGETS {
        if !rustup(&["target", "add", target]) {
            println!("Left out: rustup can't have {target} here.");
            continue;
        }
        let mut command = project::cargo(root);
        command.args(["check", "--quiet", "--package", "threading"]);
        command.args(["--target", target]);
        command.args(["--target-dir", "target/systems"]);
        project::run(&mut command, &format!("cargo check --target {target}"))?;
        println!("The modules compile for {target}.");
    }
    Ok(())
}

/// Whether rustup does this.
fn rustup(words: &[&str]) -> bool {
    let mut command = Command::new("rustup");
    command.args(words);
    command.output().is_ok_and(|output| output.status.success())
}

/// Builds a program with `panic = "abort"`, and fails unless a panic in one
/// of its threads is reported before it ends the process.
///
/// Nothing is caught then, so no hook of the module is called: what must
/// print the message is the panic hook of `std`.
///
/// # Errors
///
/// When the program can't be built, or ends in another way.
pub fn abort(root: &Path) -> Result<()> {
    const PROGRAM: &str = "code/examples/exceptions.rs";
    const MESSAGE: &str = "something bad happened";

    let abort = ["--config", "profile.dev.panic=\"abort\""];
    let libraries = libraries::build(root, "target/abort", &abort)?;
    let program = libraries.path().join("exceptions");
    let mut compiler = Command::new("rustc");
    compiler
        .args(["--edition", "2024", "-C", "panic=abort", PROGRAM])
        .args(["--extern", "threading", "-L"])
        .arg(libraries.path())
        .arg("-o")
        .arg(&program)
        .current_dir(root);
    project::run(&mut compiler, "rustc, with panic = \"abort\"")?;

    let output = surroundings::same_everywhere(&mut Command::new(&program))
        .output()
        .context("can't start the program")?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(
        !output.status.success()
            && stderr.contains(PROGRAM)
            && stderr.contains(MESSAGE)
            && output.stdout == b"worker: working\n",
        "with panic = \"abort\", {PROGRAM} should print `{MESSAGE}` and end \
         at once; it ends with {}\n{stderr}",
        output.status
    );
    println!("The message is printed, then the program ends.");
    Ok(())
}
