//! What the reader's surroundings must not change in what a program prints.

use std::env;
use std::process::Command;

/// Variables that change what a Rust program prints, or how it ends.
const OF_RUST: [&str; 3] =
    ["RUST_BACKTRACE", "RUST_LIB_BACKTRACE", "RUST_MIN_STACK"];

/// Makes `command`, a program or its Python twin, print the same wherever it
/// runs.
///
/// Python's own variables are taken away rather than ignored with `-E`, so
/// that a Python which a twin starts does not have them either.
pub fn same_everywhere(command: &mut Command) -> &mut Command {
    for name in OF_RUST {
        command.env_remove(name);
    }
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("PYTHON") {
            command.env_remove(name);
        }
    }
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("PYTHONUTF8", "1")
}
