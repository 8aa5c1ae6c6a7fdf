//! A reader takes a module home: its files, copied into an empty crate that
//! has `parking_lot` alone, compile without a warning and pass their tests
//! there, and the chapter's programs run.
//!
//! A test is called like the module. The files that travel are the module and
//! those in the line ``//! Travels with: `rlock.rs`.`` of its first comment;
//! the dependencies are those that the page's *Take it home* shows.
//! A program that uses more of the crate than its module says so in the same
//! way, and one that uses another crate has a line ``//! Needs: `sha2`.``;
//! each of them is run in a crate of its own.
//!
//! When it fails: the module uses something that does not travel. Name the
//! file in that line and on the page, or do without it.

use std::collections::BTreeSet;
use std::env::consts::EXE_SUFFIX;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use book_tests::cargo::{
    cargo, make_crate, required_features, succeed, version_of,
};
use book_tests::fences::{Fence, fences};
use book_tests::pages::Page;
use book_tests::workspace::{
    Built, all_pages, chapter_of, modules, programs, read,
};
use libtest_mimic::{Arguments, Trial};
use regex::Regex;

/// Crates that a module may need.
const ALLOWED: [&str; 2] = ["parking_lot", "parking_lot_core"];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = modules()
        .into_iter()
        .map(|stem| Trial::test(stem.clone(), move || Ok(take_home(&stem)?)));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn take_home(stem: &str) -> Result<(), String> {
    let page = PAGES.iter().find(|page| page.stem == stem);
    let travels = travels(&format!("code/src/{stem}.rs"))?;
    if let Some(page) = page {
        page_names_them(page, &travels)?;
    }
    let mut own = Vec::new();
    let mut with_more = Vec::new();
    for program in programs_of(stem, page.is_some()) {
        let path = format!("code/examples/{program}.rs");
        let more = self::travels(&path)?.split_off(1);
        let needs = needs(&path)?;
        if more.is_empty() && needs.is_empty() {
            own.push(program);
        } else {
            with_more.push((program, more, needs));
        }
    }
    let dependencies = dependencies(page)?;
    try_crate(stem, &travels, &own, &dependencies)?;
    for (program, more, needs) in with_more {
        let all = [travels.clone(), more].concat();
        let name = format!("program-{program}");
        let dependencies = format!("{dependencies}{needs}");
        try_crate(&name, &all, &[program], &dependencies)?;
    }
    Ok(())
}

/// Makes a crate of these modules and programs, tests it and runs them.
fn try_crate(
    name: &str,
    modules: &[String],
    programs: &[String],
    dependencies: &str,
) -> Result<(), String> {
    let scratch = Built::find().scratch("take-home");
    let folder = scratch.join(name);
    let files = files(name, modules, programs, dependencies);
    make_crate(&folder, &files).map_err(|error| {
        format!("can't write below {}: {error}", folder.display())
    })?;
    let target = scratch.join("target");
    in_crate(&folder, &target, &["test"])?;
    for program in programs {
        in_crate(&folder, &target, &["build", "--example", program])?;
        ends_as_its_snapshot_says(&target, program)?;
    }
    Ok(())
}

/// Runs a program that is built; it may fail if that is what it shows.
fn ends_as_its_snapshot_says(
    target: &Path,
    program: &str,
) -> Result<(), String> {
    let path = format!("tests/snapshots/{program}.snap");
    let snapshot = read(&path);
    let wanted = snapshot.lines().find(|l| l.starts_with("exit code: "));
    let name = format!("{program}{EXE_SUFFIX}");
    let binary = target.join("debug").join("examples").join(name);
    let output = Command::new(&binary).output();
    let output = output
        .map_err(|error| format!("can't run {}: {error}", binary.display()))?;
    let code = output.status.code().unwrap_or(-1);
    if wanted == Some(&format!("exit code: {code}")) {
        return Ok(());
    }
    Err(format!(
        "code/examples/{program}.rs ends with exit code {code}, and {path} \
         wants {wanted:?}:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    ))
}

static PAGES: LazyLock<Vec<Page>> = LazyLock::new(all_pages);

fn in_crate(
    folder: &Path,
    target: &Path,
    arguments: &[&str],
) -> Result<(), String> {
    let mut command = cargo(folder, arguments[0]);
    command.args(["--offline", "--quiet"]);
    command
        .arg("--target-dir")
        .arg(target)
        .args(&arguments[1..]);
    succeed(command)
}

/// The stems of the files that travel with a file: its own first.
fn travels(path: &str) -> Result<Vec<String>, String> {
    let text = read(path);
    let line = text
        .lines()
        .find(|line| line.starts_with("//! Travels with:"));
    let own = Path::new(path).file_stem().unwrap_or_default();
    let mut files = vec![own.to_string_lossy().into_owned()];
    for span in code_spans(line.unwrap_or_default()) {
        let Some(companion) = span.strip_suffix(".rs") else {
            return Err(format!(
                "{path}: `{span}` in the line `Travels with` is no file: \
                 write `{span}.rs`"
            ));
        };
        files.push(companion.to_owned());
    }
    Ok(files)
}

/// The lines for `Cargo.toml` of the crates that a program alone needs.
fn needs(path: &str) -> Result<String, String> {
    let text = read(path);
    let line = text.lines().find(|line| line.starts_with("//! Needs:"));
    let line_for = |name| match version_of(name) {
        Some(version) => Ok(format!("{name} = \"{version}\"\n")),
        None => Err(format!(
            "{path}: `{name}` in the line `Needs` is no dependency of the \
             crate: add it to code/Cargo.toml"
        )),
    };
    code_spans(line.unwrap_or_default()).map(line_for).collect()
}

fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// A chapter's own programs; a module without a page has none.
///
/// Those that require a feature of this crate stay here: a reader's crate has
/// no such feature.
fn programs_of(stem: &str, has_page: bool) -> Vec<String> {
    let stems = modules();
    let mut programs = programs();
    programs.retain(|program| {
        has_page
            && chapter_of(program, &stems) == Some(stem)
            && required_features(program).is_empty()
    });
    programs
}

/// The list in *Take it home* is the list of files that travel.
fn page_names_them(page: &Page, travels: &[String]) -> Result<(), String> {
    let section = page.source.split("\n## Take it home").nth(1);
    let listed: BTreeSet<String> = section
        .unwrap_or_default()
        .lines()
        .filter(|line| line.trim_start().starts_with(['-', '*']))
        .flat_map(code_spans)
        .filter(|span| span.starts_with("code/src/"))
        .map(str::to_owned)
        .collect();
    let path = |stem: &String| format!("code/src/{stem}.rs");
    let travel: BTreeSet<String> = travels.iter().map(path).collect();
    if listed == travel {
        return Ok(());
    }
    Err(format!(
        "{}: the list in *Take it home* names {listed:?}, but the files that \
         travel are {travel:?}: correct the list, or the line `Travels with` \
         of the module",
        page.path,
    ))
}

fn files(
    name: &str,
    modules: &[String],
    programs: &[String],
    dependencies: &str,
) -> Vec<(String, String)> {
    let mut files = vec![
        ("Cargo.toml".to_owned(), manifest(name, dependencies)),
        ("src/lib.rs".to_owned(), library(modules)),
    ];
    for module in modules {
        let text = read(&format!("code/src/{module}.rs"));
        files.push((format!("src/{module}.rs"), text));
    }
    for program in programs {
        let text = read(&format!("code/examples/{program}.rs"));
        files.push((format!("examples/{program}.rs"), text));
    }
    files
}

/// The package has a name of its own, since cargo takes packages of one name
/// for the same one when they share a target folder; the crate is called
/// `threading`, as the programs want it.
fn manifest(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"take-home-{name}\"\nedition = \"2024\"\n\n\
         [lib]\nname = \"threading\"\n\n\
         [workspace]\n\n[lints.rust]\nwarnings = \"deny\"\n\n\
         [dependencies]\n{dependencies}"
    )
}

/// What the page tells a reader to write; without a page, what is allowed.
fn dependencies(page: Option<&Page>) -> Result<String, String> {
    if let Some(page) = page {
        return page_dependencies(page);
    }
    let lines = ALLOWED.iter().filter_map(|name| {
        Some(format!("{name} = \"{}\"\n", version_of(name)?))
    });
    Ok(lines.collect())
}

/// The lines for `Cargo.toml` that the page tells a reader to write.
fn page_dependencies(page: &Page) -> Result<String, String> {
    let fences = fences(page)?;
    let shown = fences
        .iter()
        .find(|fence| fence.section == "Take it home" && fence.has("toml"));
    let Some(fence) = shown else {
        return Err(format!(
            "{}: *Take it home* has no ```toml block with the dependencies",
            page.path,
        ));
    };
    let is_dependency = |line: &&str| line.contains('=');
    let lines: Vec<&str> = fence.text.lines().filter(is_dependency).collect();
    for line in &lines {
        allowed(fence, line)?;
    }
    Ok(format!("{}\n", lines.join("\n")))
}

fn allowed(fence: &Fence, line: &str) -> Result<(), String> {
    let name = line.split('=').next().unwrap_or_default().trim();
    let version = version_of(name).unwrap_or_default();
    if !ALLOWED.contains(&name) {
        return Err(format!(
            "{}: `{name}` is not among the crates that a module may need: \
             {ALLOWED:?}",
            fence.place(),
        ));
    }
    if !line.contains(&format!("\"{version}\"")) {
        return Err(format!(
            "{}: `{line}` asks for another version than this workspace: \
             write \"{version}\"",
            fence.place(),
        ));
    }
    Ok(())
}

/// The lines of `code/src/lib.rs` that concern the modules that travel.
fn library(travels: &[String]) -> String {
    let names = travels.join("|");
    let pattern = format!(r"(?ms)^pub (?:mod|use) (?:{names})\b[^;]*;");
    let pattern = Regex::new(&pattern).expect("stems are plain names");
    let text = read("code/src/lib.rs");
    let found = pattern.find_iter(&text);
    found.map(|item| format!("{}\n", item.as_str())).collect()
}
