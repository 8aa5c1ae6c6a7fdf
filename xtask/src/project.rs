//! Where the project is, its files, and cargo in it.

use std::env;
use std::fs;
use std::iter;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// The folder with `book.toml`, from wherever the command is called.
///
/// `cargo run` tells a program where its package lies, and this package lies
/// one folder below the root.
/// A binary that is called by hand falls back on where it was compiled.
///
/// # Errors
///
/// When there is no `book.toml`.
pub fn root() -> Result<PathBuf> {
    let package = env::var_os("CARGO_MANIFEST_DIR")
        .unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let root = Path::new(&package).parent().unwrap_or(Path::new("/"));
    ensure!(
        root.join("book.toml").is_file(),
        "{} has no book.toml, so it is not the book",
        root.display()
    );
    Ok(root.to_path_buf())
}

/// The cargo that runs this program, in the folder `root`.
pub fn cargo(root: &Path) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root);
    command
}

/// Makes `cargo` compile with these flags, and with no others of the
/// reader's: those in `CARGO_ENCODED_RUSTFLAGS` would come first.
pub fn rustflags<'a>(cargo: &'a mut Command, flags: &str) -> &'a mut Command {
    cargo.env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo.env("RUSTFLAGS", flags)
}

/// `command` as a line for the shell.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    let words = iter::once(program).chain(command.get_args());
    let words = words.map(|word| word.to_string_lossy().into_owned());
    words.collect::<Vec<_>>().join(" ")
}

/// Runs `command` with its output shown as it comes.
///
/// # Errors
///
/// When it can't be started or does not succeed; `name` says what it is.
pub fn run(command: &mut Command, name: &str) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("can't start `{name}`"))?;
    if !status.success() {
        bail!("`{name}` ends with {status}");
    }
    Ok(())
}

/// The paths of the files in `folder` whose names end in `ending`, sorted.
///
/// # Errors
///
/// When the folder can't be read.
pub fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("can't read {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_file() && file_name(&path).ends_with(ending) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The paths of the folders in `folder`, sorted, if there is any.
///
/// # Errors
///
/// When the folder can't be read.
pub fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        folders.extend(Some(entry?.path()).filter(|path| path.is_dir()));
    }
    folders.sort();
    Ok(folders)
}

/// The last part of `path`, or nothing where it has none.
pub fn file_name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

/// The names of the files in `folder` that end so, without that ending.
///
/// # Errors
///
/// When the folder can't be read.
pub fn stems(folder: &Path, ending: &str) -> Result<Vec<String>> {
    let files = files(folder, ending)?;
    let names = files.iter().map(|path| file_name(path));
    Ok(names
        .map(|name| name.trim_end_matches(ending).to_owned())
        .collect())
}
