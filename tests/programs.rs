//! Every program of `code/examples` does what its snapshot says, each time,
//! and so does its Python twin.
//!
//! A test is called like the file it runs: `lock.rs`, `lock.py`.
//! `cargo test -p book-tests --test programs lock` runs those whose name
//! has `lock` in it. `BOOK_RUNS=25` runs each 25 times.
//!
//! When it fails because runs differ: make the program order its output, or
//! declare what varies in `tests/support/varies.rs`.
//! When the snapshot differs: mend the program, or accept its new output
//! with `cargo book bless`, and read the page again.
//! When the twin differs by design, the page says so, and the twin gets
//! `tests/snapshots/<program>.python.snap`: make that an empty file, then
//! `cargo book bless`.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::ops::RangeInclusive;
use std::panic;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use book_tests::cargo;
use book_tests::outcome::{Outcome, first_difference};
use book_tests::run::agree;
use book_tests::varies::row;
use book_tests::workspace::{Built, exists, programs, root};
use cargo_metadata::Message;
use libtest_mimic::{Arguments, Failed, Trial};
use xtask::python;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Many of them wait for most of their time.
    arguments.test_threads.get_or_insert(4);
    let python = python::find();
    if let Err(problem) = &python
        && !requires_python()
    {
        eprintln!("The Python twins are skipped: {problem}");
    }
    let mut trials = Vec::new();
    for program in programs() {
        if exists(&format!("code/examples/{program}.py")) {
            trials.push(twin_trial(program.clone(), &python));
        }
        trials.push(Trial::test(format!("{program}.rs"), move || {
            Ok(check_program(&program)?)
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check_program(program: &str) -> Result<(), String> {
    let Some(binary) = EXAMPLES.binaries.get(program) else {
        return Err(EXAMPLES.why_not_built(program));
    };
    let outcome = agree(|| Command::new(binary), row(program))?;
    compare(program, &run_command(program), &outcome)
}

/// How a reader runs the program.
fn run_command(program: &str) -> String {
    let run = "cargo run -p threading";
    match cargo::required_features(program) {
        [] => format!("{run} --example {program}"),
        features => {
            let features = features.join(",");
            format!("{run} --features {features} --example {program}")
        }
    }
}

/// The examples, built as this test was built.
static EXAMPLES: LazyLock<Examples> = LazyLock::new(Examples::build);

#[derive(Default)]
struct Examples {
    /// The executables, by the names of their programs.
    binaries: BTreeMap<String, PathBuf>,
    /// What the compiler says, by the names of programs and crates.
    errors: BTreeMap<String, String>,
    /// What cargo says.
    cargo: String,
}

impl Examples {
    fn build() -> Examples {
        let mut examples = Examples::default();
        examples.run_cargo(&["--examples", "--keep-going"]);
        // `--examples` leaves out those that require features. They are built
        // one by one, so that no other program gets their features.
        for program in programs() {
            let features = cargo::required_features(&program).join(",");
            if !features.is_empty() {
                let only = ["--example", &program, "--features", &features];
                examples.run_cargo(&only);
            }
        }
        examples
    }

    fn run_cargo(&mut self, arguments: &[&str]) {
        let built = Built::find();
        let mut command = cargo::cargo(root(), "build");
        command.args(["--package", "threading"]).args(arguments);
        command.args(["--message-format=json", "--profile", &built.profile]);
        command.arg("--target-dir").arg(&built.target);
        if let Some(triple) = &built.triple {
            command.args(["--target", triple]);
        }
        let output = cargo::output(command);
        self.cargo += &String::from_utf8_lossy(&output.stderr);
        for message in cargo::messages(&output) {
            self.take(message);
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::CompilerArtifact(artifact) => {
                if artifact.target.is_example()
                    && let Some(binary) = artifact.executable
                {
                    self.binaries.insert(artifact.target.name, binary.into());
                }
            }
            Message::CompilerMessage(message) => {
                let rendered = message.message.rendered.unwrap_or_default();
                let errors = self.errors.entry(message.target.name);
                errors.or_default().push_str(&rendered);
            }
            _ => {}
        }
    }

    fn why_not_built(&self, program: &str) -> String {
        let own = self.errors.get(program);
        let of_the_crate = || self.errors.get("threading");
        let errors = own.or_else(of_the_crate).unwrap_or(&self.cargo);
        format!("code/examples/{program}.rs does not build:\n{errors}")
    }
}

/// Compares with a snapshot; insta shows the difference and writes the new
/// one.
fn compare(
    snapshot: &str,
    command: &str,
    outcome: &Outcome,
) -> Result<(), String> {
    let mut settings = insta::Settings::new();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path(root().join("tests/snapshots"));
    settings.set_description(command);
    let compare = panic::AssertUnwindSafe(|| {
        settings.bind(|| {
            insta::assert_snapshot!(snapshot, outcome.to_string());
        });
    });
    panic::catch_unwind(compare).map_err(|_| {
        format!(
            "`{command}` does not do what tests/snapshots/{snapshot}.snap \
             says; the difference is shown above. Mend it, or accept the new \
             output with `cargo book bless`."
        )
    })
}

fn twin_trial(program: String, python: &Result<OsString, String>) -> Trial {
    let name = format!("{program}.py");
    match python.clone() {
        Ok(python) => match unfit(&program, &python) {
            Some(problem) => skipped(name, &problem),
            None => {
                Trial::test(name, move || Ok(check_twin(&program, &python)?))
            }
        },
        Err(problem) if requires_python() => {
            Trial::test(name, move || Err(Failed::from(problem)))
        }
        Err(_) => Trial::test(name, || Ok(())).with_ignored_flag(true),
    }
}

fn skipped(name: String, problem: &str) -> Trial {
    eprintln!("{name} is skipped: {problem}");
    Trial::test(name, || Ok(())).with_ignored_flag(true)
}

/// A twin that some versions of CPython can't run.
struct Unfit {
    program: &'static str,
    versions: RangeInclusive<[u32; 3]>,
    because: &'static str,
}

const UNFIT: &[Unfit] = &[Unfit {
    program: "main_thread_wait",
    versions: [3, 12, 0]..=[3, 12, 2],
    because: "it starts no thread once its main thread has ended \
              (python/cpython#113964); take 3.12.3 or later",
}];

/// Why this Python can't run the twin of a program, in a sentence.
fn unfit(program: &str, python: &OsString) -> Option<String> {
    let unfit = UNFIT.iter().find(|unfit| unfit.program == program)?;
    let script = "import sys; print(*sys.version_info[:3])";
    let output = Command::new(python).args(["-c", script]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers = text.split_whitespace().map(str::parse);
    let numbers: Vec<u32> = numbers.collect::<Result<_, _>>().ok()?;
    let version: [u32; 3] = numbers.try_into().ok()?;
    let [major, minor, micro] = version;
    let because = unfit.because;
    unfit
        .versions
        .contains(&version)
        .then(|| format!("this is CPython {major}.{minor}.{micro}: {because}"))
}

fn requires_python() -> bool {
    env::var_os("BOOK_REQUIRE_PYTHON").is_some()
}

fn check_twin(program: &str, python: &OsString) -> Result<(), String> {
    let twin = format!("code/examples/{program}.py");
    let run = || {
        let mut command = Command::new(python);
        command.arg(&twin);
        command
    };
    let outcome = agree(run, row(program))?;
    let own = format!("{program}.python");
    if exists(&format!("tests/snapshots/{own}.snap")) {
        compare(&own, &format!("python3 {twin}"), &outcome)?;
        return differs(program, &own);
    }
    same(program, &outcome)
}

/// The twin has no snapshot of its own, so it does what the program does.
fn same(program: &str, outcome: &Outcome) -> Result<(), String> {
    let path = format!("tests/snapshots/{program}.snap");
    let Some(expected) = contents(program) else {
        return blessing().ok_or(format!(
            "{path} does not exist: make it with `cargo book bless`"
        ));
    };
    let outcome = outcome.to_string();
    if expected == outcome {
        return Ok(());
    }
    blessing().ok_or(format!(
        "code/examples/{program}.py does not do what {path} says: {}\n\
         Mend the twin. If it differs by design, say so on the page, make \
         tests/snapshots/{program}.python.snap as an empty file, and run \
         `cargo book bless`.\n\n--- {path}\n{expected}\n\
         --- the twin\n{outcome}",
        first_difference(&expected, &outcome),
    ))
}

/// Snapshots are being renewed: the next run compares.
fn blessing() -> Option<()> {
    env::var("INSTA_FORCE_PASS")
        .is_ok_and(|set| set == "1")
        .then_some(())
}

fn differs(program: &str, own: &str) -> Result<(), String> {
    if contents(program).is_some() && contents(program) == contents(own) {
        return Err(format!(
            "tests/snapshots/{own}.snap says the same as {program}.snap: \
             delete it"
        ));
    }
    Ok(())
}

/// What a snapshot holds below its header.
fn contents(snapshot: &str) -> Option<String> {
    let path = root().join(format!("tests/snapshots/{snapshot}.snap"));
    let text = fs::read_to_string(path).ok()?.replace("\r\n", "\n");
    let (_, contents) = text.strip_prefix("---\n")?.split_once("\n---\n")?;
    Some(contents.trim_end().to_owned())
}
