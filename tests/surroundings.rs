//! The other tests of the book, where a reader's variables would make them
//! fail, or pass, for a reason that is not in the book.
//!
//! When it fails: `xtask/src/surroundings.rs` says which variables a program
//! does not get; where cargo puts what it builds, cargo itself says.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;

use book_tests::cargo;
use book_tests::workspace::{Built, root};
use cargo_metadata::Message;

/// The executables of the other tests, by their names, built as this one was.
static TESTS: LazyLock<BTreeMap<String, PathBuf>> = LazyLock::new(|| {
    let built = Built::find();
    let mut command = cargo::cargo(root(), "test");
    // All of the workspace, as `cargo test` builds it.
    command.args(["--workspace", "--test", "programs", "--test", "take_home"]);
    command.args(["--no-run", "--message-format=json"]);
    if built.profile != "dev" {
        // What `cargo test` does without this is a profile of its own.
        command.args(["--profile", &built.profile]);
    }
    command.arg("--target-dir").arg(&built.target);
    if let Some(triple) = &built.triple {
        command.args(["--target", triple]);
    }
    let messages = cargo::messages(&cargo::output(command));
    let executables = messages.into_iter().filter_map(|message| {
        let Message::CompilerArtifact(artifact) = message else {
            return None;
        };
        Some((artifact.target.name, artifact.executable?.into()))
    });
    executables.collect()
});

/// Runs the test `name` of the executable `test`, each program once.
fn run(test: &str, name: &str, variables: &[(&str, &str)]) -> Output {
    let Some(executable) = TESTS.get(test) else {
        panic!("cargo builds no test `{test}`");
    };
    let mut command = Command::new(executable);
    command.args(["--exact", name]).env("BOOK_RUNS", "1");
    command.env_remove("BOOK_REQUIRE_PYTHON"); // CI sets it
    command.envs(variables.iter().copied());
    cargo::output(command)
}

fn passes(test: &str, name: &str, variables: &[(&str, &str)]) {
    let output = run(test, name, variables);
    assert!(
        output.status.success(),
        "{name} fails with {variables:?}:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

#[test]
fn no_program_prints_a_backtrace() {
    let asked = [("RUST_BACKTRACE", "1"), ("RUST_LIB_BACKTRACE", "1")];
    passes("programs", "exceptions.rs", &asked);
    passes("programs", "exceptions_fallback.rs", &asked);
}

#[test]
fn no_twin_obeys_the_variables_of_python() {
    let encoding = [("PYTHONIOENCODING", "latin-1")];
    passes("programs", "processes_cost.py", &encoding);
    passes("programs", "timer_queue.py", &[("PYTHONDEVMODE", "1")]);
    passes("programs", "lock.py", &[("PYTHONHOME", "/nowhere")]);
}

#[test]
fn a_python_that_is_missing_is_one_sentence() {
    let output = run("programs", "lock.rs", &[("PYTHON", "no-python")]);
    let errors = String::from_utf8_lossy(&output.stderr);
    let said = "The Python twins are skipped: `no-python` can't be run";
    assert_eq!(errors.matches(said).count(), 1, "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
}

#[test]
fn a_module_is_taken_home_where_cargo_builds_for_a_named_target() {
    let rustc = Command::new("rustc").arg("-vV").output();
    let text = String::from_utf8(rustc.expect("to start rustc").stdout);
    let text = text.expect("rustc prints text");
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    let target = host.expect("rustc knows its host");
    passes("take_home", "rlock", &[("CARGO_BUILD_TARGET", target)]);
}
