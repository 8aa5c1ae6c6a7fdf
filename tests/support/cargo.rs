//! Runs cargo from within a test.

use std::env;
use std::fs;
use std::io::{self, BufReader};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::Duration;

use cargo_metadata::{Message, Metadata, MetadataCommand, Package};
use xtask::project;

use crate::run;
use crate::workspace::{Built, root};

/// The cargo that runs this test, to be run in `folder`.
pub fn cargo(folder: &Path, subcommand: &str) -> Command {
    let mut command = project::cargo(folder);
    command.arg(subcommand);
    without_package(command)
}

/// The cargo of another release of Rust, which rustup has.
pub fn cargo_of(release: &str, folder: &Path, subcommand: &str) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", release, "cargo", subcommand]);
    command.current_dir(folder);
    without_package(command)
}

fn without_package(mut command: Command) -> Command {
    // Set by the outer cargo for this package, not for what is built here.
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") {
            command.env_remove(name);
        }
    }
    command.env_remove("CARGO_MANIFEST_DIR");
    command.env_remove("CARGO_MANIFEST_PATH");
    command
}

/// How long cargo may take before it counts as stuck: a module may wait for
/// ever in a test of its own.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Runs a command and returns what it printed.
///
/// # Panics
///
/// When it can't be started, or does not end.
pub fn output(command: Command) -> Output {
    let shown = format!("{command:?}");
    let ended = match run::within(LIMIT, command) {
        Ok(ended) => ended,
        Err(error) => panic!("can't run {shown}: {error}"),
    };
    let (stdout, stderr) = (ended.stdout, ended.stderr);
    let Some(status) = ended.status else {
        panic!(
            "{shown} did not end within {} min, and was killed:\n{}{}",
            LIMIT.as_secs() / 60,
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr),
        );
    };
    Output {
        status,
        stdout,
        stderr,
    }
}

/// Runs a command; its whole output is the error when it fails.
///
/// # Errors
///
/// What it printed, when it fails.
pub fn succeed(command: Command) -> Result<(), String> {
    let shown = shown(&command);
    let output = output(command);
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{shown} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    ))
}

/// The command as one types it, and where.
fn shown(command: &Command) -> String {
    let folder = command.get_current_dir().unwrap_or(Path::new("."));
    format!("`{}` in {}", project::line(command), folder.display())
}

/// What cargo printed with `--message-format=json`.
pub fn messages(output: &Output) -> Vec<Message> {
    let reader = BufReader::new(output.stdout.as_slice());
    Message::parse_stream(reader)
        .filter_map(Result::ok)
        .collect()
}

/// What cargo knows about the workspace.
///
/// # Panics
///
/// When the workspace can't be read.
pub fn metadata() -> &'static Metadata {
    static METADATA: OnceLock<Metadata> = OnceLock::new();
    METADATA.get_or_init(|| {
        let mut command = MetadataCommand::new();
        command.manifest_path(root().join("Cargo.toml")).no_deps();
        match command.exec() {
            Ok(metadata) => metadata,
            Err(error) => panic!("can't read the workspace: {error}"),
        }
    })
}

/// The package `threading`.
///
/// # Panics
///
/// When the workspace has no such package.
pub fn threading() -> &'static Package {
    let packages = metadata().packages.iter();
    let mut named = packages.filter(|package| package.name == "threading");
    named
        .next()
        .expect("code/Cargo.toml is the package threading")
}

/// The features that a program of `code/examples` has to be built with; most
/// have none.
pub fn required_features(program: &str) -> &'static [String] {
    let mut targets = threading().targets.iter();
    let target =
        targets.find(|target| target.is_example() && target.name == program);
    target.map_or(&[], |target| &target.required_features)
}

/// The version of a dependency that `code/Cargo.toml` asks for.
pub fn version_of(dependency: &str) -> Option<String> {
    let dependencies = &threading().dependencies;
    let found = dependencies.iter().find(|found| found.name == dependency)?;
    Some(found.req.to_string().trim_start_matches('^').to_owned())
}

/// Checks a crate of these files in a folder of its own, and returns what
/// the compiler says, for [`messages`].
///
/// # Panics
///
/// When the files can't be written, or cargo can't be started.
pub fn check_crate(name: &str, files: &[(String, String)]) -> Output {
    let folder = Built::find().scratch(name);
    if let Err(error) = make_crate(&folder, files) {
        panic!("can't write below {}: {error}", folder.display());
    }
    let mut command = cargo(&folder, "check");
    command.args(["--keep-going", "--offline", "--message-format=json"]);
    command.arg("--target-dir").arg(folder.join("target"));
    output(command)
}

/// Makes a crate of these files in `folder`, with the workspace's lock file.
///
/// A file that has not changed is not written, so that cargo sees nothing to
/// do; a file that is no longer asked for goes.
///
/// # Errors
///
/// When a file can't be written.
pub fn make_crate(folder: &Path, files: &[(String, String)]) -> io::Result<()> {
    for below in ["src", "src/bin", "examples", "examples/in_a_program"] {
        remove_others(folder, below, files)?;
    }
    for (path, text) in files {
        write_if_changed(&folder.join(path), text)?;
    }
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    write_if_changed(&folder.join("Cargo.lock"), &lock)
}

fn remove_others(
    folder: &Path,
    below: &str,
    files: &[(String, String)],
) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(folder.join(below)) else {
        return Ok(());
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let path = format!("{below}/{}", name.to_string_lossy());
        let asked = files.iter().any(|(asked, _)| *asked == path);
        if !asked && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}
