//! `cargo book check`: what CI does.

use std::fmt;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};
use comfy_table::{Table, presets};

use crate::{build, progress, project, prove, sanitize, systems, test};

/// One thing that CI does.
struct Step {
    name: &'static str,
    work: Work,
}

enum Work {
    /// Cargo with these words, and with variables set for it.
    Cargo {
        env: &'static [(&'static str, &'static str)],
        words: &'static str,
    },
    /// `cargo book` with this word, in this process.
    Book {
        word: &'static str,
        run: fn(&Path) -> Result<()>,
    },
}

const STEPS: [Step; 7] = [
    cargo("format", &[], "fmt --all --check"),
    cargo(
        "lints",
        &[],
        "clippy --workspace --all-targets --all-features -- -D warnings",
    ),
    cargo(
        "tests",
        &[
            ("BOOK_RUNS", "25"),
            ("BOOK_REQUIRE_PYTHON", "1"),
            ("BOOK_BROWSER", "1"),
        ],
        "test --workspace",
    ),
    cargo(
        "deadlock detection",
        &[],
        "test --package threading --features deadlock_detection \
         --test deadlock_detection",
    ),
    cargo(
        "documentation",
        &[("RUSTDOCFLAGS", "-D warnings")],
        "doc --workspace --no-deps",
    ),
    book("snippets", "test", |root| test::run(root, None)),
    book("book", "build", |root| build::run(root).map(drop)),
];

/// What takes minutes; CI does it too.
const LONG_STEPS: [Step; 7] = [
    cargo(
        "stress",
        &[("BOOK_STRESS", "30")],
        "test --package proofs --test stress",
    ),
    book("models", "prove", |root| prove::run(root, None)),
    book("stress, sanitized", "check --long", sanitize::stress),
    book("a planted race", "check --long", sanitize::planted_race),
    book("other systems", "check --long", systems::run),
    book("the oldest Rust", "check --long", systems::oldest),
    book("panics that abort", "check --long", systems::abort),
];

const fn cargo(
    name: &'static str,
    env: &'static [(&'static str, &'static str)],
    words: &'static str,
) -> Step {
    let work = Work::Cargo { env, words };
    Step { name, work }
}

const fn book(
    name: &'static str,
    word: &'static str,
    run: fn(&Path) -> Result<()>,
) -> Step {
    let work = Work::Book { word, run };
    Step { name, work }
}

/// Runs every step in the project below `root`, up to the first that fails;
/// with `long`, also those that take minutes.
///
/// # Errors
///
/// Those of the step that fails, with the command that runs it again.
pub fn run(root: &Path, long: bool) -> Result<()> {
    let start = Instant::now();
    let mut times = Table::new();
    times.load_style(presets::ASCII_MARKDOWN);
    times.set_header(["step", "time"]);
    let more: &[Step] = if long { &LONG_STEPS } else { &[] };
    let steps: Vec<_> = STEPS.iter().chain(more).collect();
    for (number, Step { name, work }) in (1..).zip(&steps) {
        println!("[{number}/{}] {name}: {work}", steps.len());
        let begin = Instant::now();
        if let Err(error) = work.run(root) {
            bail!("step `{name}` failed: {error:#}\nto run it again: {work}");
        }
        times.add_row([*name, progress::seconds(begin).as_str()]);
        println!();
    }
    times.add_row(["all", &progress::seconds(start)]);
    println!("{times}\nEverything passes.");
    Ok(())
}

impl Work {
    fn run(&self, root: &Path) -> Result<()> {
        match self {
            Work::Cargo { env, words } => {
                let mut command = project::cargo(root);
                command.args(words.split_whitespace());
                command.envs(env.iter().copied());
                project::run(&mut command, "cargo")
            }
            Work::Book { run, .. } => run(root),
        }
    }
}

/// The line that does the same in a shell.
impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Work::Cargo { env, words } => {
                for (name, value) in *env {
                    write!(f, "{name}=\"{value}\" ")?;
                }
                write!(f, "cargo {words}")
            }
            Work::Book { word, .. } => write!(f, "cargo book {word}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_shown_as_a_line_for_the_shell() {
        let lines = STEPS.map(|step| step.work.to_string());
        insta::assert_snapshot!(lines.join("\n"), @r#"
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings
    BOOK_RUNS="25" BOOK_REQUIRE_PYTHON="1" BOOK_BROWSER="1" cargo test --workspace
    cargo test --package threading --features deadlock_detection --test deadlock_detection
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
    cargo book test
    cargo book build
    "#);
        let lines = LONG_STEPS.map(|step| step.work.to_string());
        insta::assert_snapshot!(lines.join("\n"), @r#"
    BOOK_STRESS="30" cargo test --package proofs --test stress
    cargo book prove
    cargo book check --long
    cargo book check --long
    cargo book check --long
    cargo book check --long
    cargo book check --long
    "#);
    }
}
