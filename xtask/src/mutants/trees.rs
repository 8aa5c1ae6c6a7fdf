//! The copies of the modules that cargo-mutants changes.
//!
//! There are two: the files that travel with a module in a package of their
//! own, which compiles in a second or two; and the packages `threading` and
//! `proofs`, for what the module's own tests don't notice.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result};
use regex::Regex;

use crate::project;

/// Where the copies are.
const FOLDER: &str = "target/mutants";

/// What a module may need.
const DEPENDENCIES: [&str; 2] = ["parking_lot", "parking_lot_core"];

/// The folder for everything about a module.
pub fn folder(root: &Path, stem: &str) -> PathBuf {
    root.join(FOLDER).join(stem)
}

/// Copies a module and the files that travel with it into a package.
///
/// # Errors
///
/// When a file is missing or can't be written.
pub fn home(root: &Path, stem: &str) -> Result<PathBuf> {
    let home = folder(root, stem).join("home");
    let files = travels(&module(root, stem)?, stem);
    let modules: Vec<_> = files
        .iter()
        .map(|file| format!("pub mod {file};\n"))
        .collect();
    clear(&home.join("src"))?;
    for file in files {
        let text = module(root, &file)?;
        let path = home.join(format!("src/{file}.rs"));
        fs::write(path, impatient(&text).as_ref())?;
    }
    fs::write(home.join("src/lib.rs"), modules.concat())?;
    fs::write(home.join("Cargo.toml"), manifest(root)?)?;
    copy(&root.join("Cargo.lock"), &home.join("Cargo.lock"))?;
    Ok(home)
}

/// A module whose tests soon fail where they would wait in vain.
fn impatient(module: &str) -> Cow<'_, str> {
    static LONG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(const LONG: Duration = Duration::from_secs)\(\d+\)")
            .expect("a constant")
    });
    LONG.replace(module, "$1(10)")
}

/// The text of a module.
///
/// # Errors
///
/// When there is none.
pub fn module(root: &Path, stem: &str) -> Result<String> {
    let path = format!("code/src/{stem}.rs");
    fs::read_to_string(root.join(&path))
        .with_context(|| format!("can't read {path}"))
}

/// The stems of the files that travel with a module: its own first.
fn travels(module: &str, stem: &str) -> Vec<String> {
    static FILE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"`(\w+)\.rs`").expect("a constant"));
    let (_, rest) = module.split_once("//! Travels with:").unwrap_or_default();
    let list = rest.split("`.\n").next().unwrap_or_default().to_owned() + "`";
    let named = FILE.captures_iter(&list).map(|file| file[1].to_owned());
    [stem.to_owned()].into_iter().chain(named).collect()
}

fn manifest(root: &Path) -> Result<String> {
    let workspace = fs::read_to_string(root.join("Cargo.toml"))?;
    let workspace: toml::Table = workspace.parse()?;
    let dependencies = &workspace["workspace"]["dependencies"];
    let lines =
        DEPENDENCIES.map(|name| format!("{name} = {}\n", dependencies[name]));
    Ok(format!(
        "[package]\nname = \"home\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [lib]\nname = \"threading\"\ndoctest = false\n\n[profile.dev]\ndebug = false\n\n\
         [dependencies]\n{}",
        lines.concat()
    ))
}

/// Copies the packages `threading` and `proofs` into a workspace.
///
/// # Errors
///
/// When a file can't be read or written.
pub fn book(root: &Path) -> Result<PathBuf> {
    let book = folder(root, "book");
    for package in ["code", "tests/proofs"] {
        clear(&book.join(package))?;
        copy(&root.join(package), &book.join(package))?;
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    fs::write(book.join("Cargo.toml"), with_two_members(&manifest))?;
    copy(&root.join("Cargo.lock"), &book.join("Cargo.lock"))?;
    Ok(book)
}

fn with_two_members(manifest: &str) -> String {
    static MEMBERS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^members = .*$").expect("a constant")
    });
    let two = r#"members = ["code", "tests/proofs"]"#;
    MEMBERS.replace(manifest, two).into_owned()
}

/// Makes `folder` an empty one.
fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)
        .with_context(|| format!("can't make {}", folder.display()))
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let path = entry?.path();
            copy(&path, &to.join(project::file_name(&path)))?;
        }
        return Ok(());
    }
    fs::copy(from, to)
        .map(drop)
        .with_context(|| format!("can't copy {}", from.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_names_what_travels_with_it() {
        let text = "//! Text.\n//! Travels with: `lock.rs`,\n//! `rlock.rs`.\n\n\
                    use super::lock; // in `lock.rs`\n";
        assert_eq!(travels(text, "condition"), ["condition", "lock", "rlock"]);
        assert_eq!(travels("//! Text.\n", "lock"), ["lock"]);
    }

    #[test]
    fn the_tests_at_home_wait_for_ten_seconds() {
        let text = "const LONG: Duration = Duration::from_secs(60);";
        assert_eq!(
            impatient(text),
            "const LONG: Duration = Duration::from_secs(10);"
        );
        assert_eq!(impatient("no tests"), "no tests");
    }

    #[test]
    fn a_home_has_the_versions_of_the_workspace() {
        let root = project::root().expect("the book");
        let manifest = manifest(&root).expect("a manifest");
        let manifest: toml::Table = manifest.parse().expect("a table");
        let dependencies = manifest["dependencies"].as_table();
        let names = dependencies.expect("a table").keys();
        assert_eq!(names.collect::<Vec<_>>(), DEPENDENCIES);
    }

    #[test]
    fn the_workspace_has_members_to_leave_out() {
        let manifest = "[workspace]\nmembers = [\"code\", \"xtask\"]\n";
        assert_eq!(
            with_two_members(manifest),
            "[workspace]\nmembers = [\"code\", \"tests/proofs\"]\n"
        );
    }
}
