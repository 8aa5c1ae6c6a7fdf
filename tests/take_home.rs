//! A reader takes a module home: its files, copied into an empty library that
//! has another name and `parking_lot` alone, compile without a warning and
//! pass their tests there, and the chapter's programs print what they print
//! here.
//!
//! The library says what the page's *Take it home* tells a reader to write,
//! and its files have its name in place of `threading`, as the README's line
//! writes it.
//!
//! A test is called like the module. The files that travel are the module and
//! those in the list ``//! Travels with: `rlock.rs`.`` of its first comment;
//! the dependencies are those that the page's *Take it home* shows. A page of
//! several modules has a part for each there, below a heading: the first file
//! that it lists is the module's.
//! A program that uses more of the crate than its module says so in the same
//! way, and one that uses another crate has a line ``//! Needs: `sha2`.``;
//! each of them is run in a crate of its own.
//!
//! One more crate has all modules, and the versions of `parking_lot` and
//! `parking_lot_core` that came before: most lock files still have those.
//!
//! When it fails: the module uses something that does not travel. Name the
//! file in that line and on the page, or do without it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use book_tests::cargo::{
    self, make_crate, required_features, succeed, version_of,
};
use book_tests::fences::{Fence, fences};
use book_tests::outcome::first_difference;
use book_tests::pages::Page;
use book_tests::run;
use book_tests::varies::row;
use book_tests::workspace::{
    Built, all_pages, chapter_of, modules, programs, read,
};
use cargo_metadata::Message;
use libtest_mimic::{Arguments, Trial};
use regex::Regex;

/// Crates that a module may need.
const ALLOWED: [&str; 2] = ["parking_lot", "parking_lot_core"];

/// The same crates as most lock files have them. The workspace's has them
/// too, below the HTML parser of the tests.
const EARLIER: [(&str, &str); 2] =
    [("parking_lot", "0.12"), ("parking_lot_core", "0.9")];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = modules()
        .into_iter()
        .map(|stem| Trial::test(stem.clone(), move || Ok(take_home(&stem)?)))
        .collect();
    trials.push(Trial::test("README", || Ok(readme_lines_work()?)));
    trials.push(Trial::test("README_unsafe", || Ok(readme_names_unsafe()?)));
    trials.push(Trial::test("earlier_parking_lot", || Ok(earlier_works()?)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The lines of the README, in a program.
fn readme_lines_work() -> Result<(), String> {
    let readme = read("README.md");
    let section = readme.split("\n## Take a module home\n").nth(1);
    let block = |fence| {
        let (_, rest) = section?.split_once(fence)?;
        Some(rest.split_once("\n```")?.0)
    };
    let (Some(shell), Some(lines)) = (block("```sh\n"), block("```rust\n"))
    else {
        return Err("README.md: *Take a module home* has no blocks".to_owned());
    };
    let wanted = "cargo add parking_lot_core@0.10";
    if !shell.contains("cp code/src/lock.rs") || !shell.contains(wanted) {
        return Err(format!("README.md: the first block has no `{wanted}`"));
    }
    let dependencies = "parking_lot_core = \"0.10\"\n";
    let files = vec![
        ("Cargo.toml".to_owned(), package("readme", dependencies)),
        (
            "src/main.rs".to_owned(),
            format!("{lines}\nfn main() {{}}\n"),
        ),
        ("src/lock.rs".to_owned(), read("code/src/lock.rs")),
    ];
    let scratch = Built::find().scratch("take-home");
    let folder = write_crate(&scratch, "readme", &files)?;
    // Without tests, which would use what the program does not.
    succeed(in_crate(&folder, &scratch.join("target"), "build"))
}

/// All modules, with what most lock files have in place of our dependencies.
fn earlier_works() -> Result<(), String> {
    let all = modules();
    let line = |(name, version)| format!("{name} = \"{version}\"\n");
    let dependencies: String = EARLIER.into_iter().map(line).collect();
    let name = "earlier-parking-lot";
    let files = files(name, &all, &[], &dependencies, library(&all));
    try_crate(name, files, &[])?;
    earlier_is_named("README.md")?;
    earlier_is_named("src/introduction.md")
}

fn earlier_is_named(path: &str) -> Result<(), String> {
    let text = read(path);
    let names = |line: &&str| {
        EARLIER.iter().all(|(name, version)| {
            line.contains(&format!("`{name}` {version}"))
        })
    };
    let found = text.lines().find(names);
    found.map(drop).ok_or_else(|| {
        format!("{path}: no line says that the modules work with {EARLIER:?}")
    })
}

/// The README names the modules that have `unsafe` code.
fn readme_names_unsafe() -> Result<(), String> {
    let readme = read("README.md");
    let start = "The modules with `unsafe` code";
    let line = readme.lines().find(|line| line.starts_with(start));
    let line = line.ok_or(format!("README.md: no line begins `{start}`"))?;
    let named: BTreeSet<&str> = code_spans(line).collect();
    for stem in modules() {
        let path = format!("code/src/{stem}.rs");
        let has_unsafe = read(&path)
            .lines()
            .map(str::trim_start)
            .any(|line| !line.starts_with("//") && line.contains("unsafe "));
        let is_named = named.contains(stem.as_str());
        let companions = travels(&path)?.split_off(1);
        let comes_along =
            companions.iter().any(|stem| named.contains(stem.as_str()));
        if is_named != has_unsafe && !(has_unsafe && comes_along) {
            return Err(format!(
                "README.md, in the line `{start}`: {stem} is {}named, but \
                 {path} has {}`unsafe` code",
                if is_named { "" } else { "not " },
                if has_unsafe { "" } else { "no " },
            ));
        }
    }
    Ok(())
}

fn take_home(stem: &str) -> Result<(), String> {
    let part = Part::of(stem)?;
    let part = part.as_ref();
    let travels = travels(&format!("code/src/{stem}.rs"))?;
    if let Some(part) = part {
        part.names_them(&travels)?;
    }
    let mut own = Vec::new();
    let mut with_more = Vec::new();
    for program in programs_of(stem, part.is_some()) {
        let path = format!("code/examples/{program}.rs");
        let more = self::travels(&path)?.split_off(1);
        let needs = needs(&path)?;
        if more.is_empty() && needs.is_empty() {
            own.push(program);
        } else {
            with_more.push((program, more, needs));
        }
    }
    let dependencies = dependencies(part)?;
    let library = match part {
        Some(part) => part.library()?,
        None => library(&travels),
    };
    let files = files(stem, &travels, &own, &dependencies, library.clone());
    try_crate(stem, files, &own)?;
    for (program, more, needs) in with_more {
        let library = format!("{library}{}", self::library(&more));
        let all = [travels.clone(), more].concat();
        let name = format!("program-{program}");
        let dependencies = format!("{dependencies}{needs}");
        let programs = [program];
        let files = self::files(&name, &all, &programs, &dependencies, library);
        try_crate(&name, files, &programs)?;
    }
    Ok(())
}

/// Makes a crate of these modules and programs, tests it and runs them.
fn try_crate(
    name: &str,
    files: Vec<(String, String)>,
    programs: &[String],
) -> Result<(), String> {
    let scratch = Built::find().scratch("take-home");
    let folder = write_crate(&scratch, name, &files)?;
    let target = scratch.join("target");
    succeed(in_crate(&folder, &target, "test"))?;
    for program in programs {
        let mut build = in_crate(&folder, &target, "build");
        build.args(["--example", program]);
        let binary = executable(build)?;
        does_what_its_snapshot_says(&binary, program)?;
    }
    Ok(())
}

fn write_crate(
    scratch: &Path,
    name: &str,
    files: &[(String, String)],
) -> Result<PathBuf, String> {
    let folder = scratch.join(name);
    make_crate(&folder, files).map_err(|error| {
        format!("can't write below {}: {error}", folder.display())
    })?;
    Ok(folder)
}

/// Builds a program, and asks cargo where it is.
fn executable(mut build: Command) -> Result<PathBuf, String> {
    build.arg("--message-format=json-render-diagnostics");
    let output = cargo::output(build);
    let found = cargo::messages(&output).into_iter().find_map(|message| {
        let Message::CompilerArtifact(artifact) = message else {
            return None;
        };
        artifact.executable
    });
    found.map(PathBuf::from).ok_or_else(|| {
        format!("cargo: {}", String::from_utf8_lossy(&output.stderr))
    })
}

fn does_what_its_snapshot_says(
    binary: &Path,
    program: &str,
) -> Result<(), String> {
    let outcome = run::run(Command::new(binary))?.normalized(row(program));
    let path = format!("tests/snapshots/{program}.snap");
    let snapshot = read(&path);
    let (_, wanted) = snapshot.split_once("\n---\n").unwrap_or_default();
    let wanted = here(wanted.trim_end());
    let outcome = outcome.to_string();
    if outcome == wanted {
        return Ok(());
    }
    Err(format!(
        "code/examples/{program}.rs does not do what {path} says: {}\n\n\
         --- {path}\n{wanted}\n--- at home\n{outcome}",
        first_difference(&wanted, &outcome),
    ))
}

/// What a snapshot says, with the paths and the names of the reader's crate.
fn here(snapshot: &str) -> String {
    renamed(&snapshot.replace("code/examples/", "examples/"))
        .replace("code/src/", "src/")
}

static PAGES: LazyLock<Vec<Page>> = LazyLock::new(all_pages);

/// What *Take it home* of a page says about one module.
struct Part {
    page: &'static Page,
    text: &'static str,
    /// How many parts are above it, and so how many blocks of a kind.
    at: usize,
}

fn in_crate(folder: &Path, target: &Path, subcommand: &str) -> Command {
    let mut command = cargo::cargo(folder, subcommand);
    command.args(["--offline", "--quiet"]);
    command.arg("--target-dir").arg(target);
    command
}

/// The stems of the files that travel with a file: its own first.
fn travels(path: &str) -> Result<Vec<String>, String> {
    let text = read(path);
    let begin = |line: &&str| !line.starts_with("//! Travels with:");
    let list = text.lines().skip_while(begin);
    let list: String = list.take_while(|line| line.contains('`')).collect();
    let own = Path::new(path).file_stem().unwrap_or_default();
    let mut files = vec![own.to_string_lossy().into_owned()];
    for span in code_spans(&list) {
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

impl Part {
    /// The part for a module; a module without a page has none.
    fn of(stem: &str) -> Result<Option<Part>, String> {
        let stems: Vec<_> = PAGES.iter().map(|p| p.stem.clone()).collect();
        let chapter = chapter_of(stem, &stems);
        let page = PAGES.iter().find(|page| Some(&*page.stem) == chapter);
        page.map(|page| Part::on(page, stem)).transpose()
    }

    fn on(page: &'static Page, stem: &str) -> Result<Part, String> {
        let section = page.source.split("\n## Take it home").nth(1);
        let parts = section.unwrap_or_default().split("\n### ");
        let parts = parts.filter(|part| listed(part).next().is_some());
        let first = format!("code/src/{stem}.rs");
        let is_it = |part: &str| listed(part).next() == Some(&first);
        let mut parts = parts.enumerate();
        let Some((at, text)) = parts.find(|(_, part)| is_it(part)) else {
            return Err(format!(
                "{}: *Take it home* has no list that begins with `{first}`",
                page.path,
            ));
        };
        Ok(Part { page, text, at })
    }

    /// The list is the list of files that travel.
    fn names_them(&self, travels: &[String]) -> Result<(), String> {
        let listed: BTreeSet<String> =
            listed(self.text).map(str::to_owned).collect();
        let path = |stem: &String| format!("code/src/{stem}.rs");
        let travel: BTreeSet<String> = travels.iter().map(path).collect();
        if listed == travel {
            return Ok(());
        }
        Err(format!(
            "{}: the list in *Take it home* names {listed:?}, but the files \
             that travel are {travel:?}: correct the list, or the line \
             `Travels with` of the module",
            self.page.path,
        ))
    }

    /// The block of this part that is `wanted`.
    fn fence(
        &self,
        wanted: impl Fn(&Fence) -> bool,
    ) -> Result<Option<Fence>, String> {
        let fences = fences(self.page)?.into_iter();
        let mut found = fences
            .filter(|fence| fence.section == "Take it home" && wanted(fence));
        Ok(found.nth(self.at))
    }

    /// The lines for `lib.rs` that the page tells a reader to write.
    fn library(&self) -> Result<String, String> {
        let shown = self.fence(|fence| {
            fence.has("rust") && fence.text.starts_with("pub mod ")
        })?;
        shown.map(|fence| fence.text).ok_or_else(|| {
            format!(
                "{}: *Take it home* has no ```rust block that begins with \
                 `pub mod`",
                self.page.path,
            )
        })
    }

    /// The lines for `Cargo.toml` that the page tells a reader to write.
    fn dependencies(&self) -> Result<String, String> {
        let Some(fence) = self.fence(|fence| fence.has("toml"))? else {
            return Err(format!(
                "{}: *Take it home* has no ```toml block with the \
                 dependencies",
                self.page.path,
            ));
        };
        let is_dependency = |line: &&str| line.contains('=');
        let lines: Vec<&str> =
            fence.text.lines().filter(is_dependency).collect();
        for line in &lines {
            allowed(&fence, line)?;
        }
        Ok(format!("{}\n", lines.join("\n")))
    }
}

/// The modules that the list of a part names.
fn listed(part: &str) -> impl Iterator<Item = &str> {
    let lines = part.lines();
    lines
        .filter(|line| line.trim_start().starts_with(['-', '*']))
        .flat_map(code_spans)
        .filter(|span| span.starts_with("code/src/"))
}

fn files(
    name: &str,
    modules: &[String],
    programs: &[String],
    dependencies: &str,
    library: String,
) -> Vec<(String, String)> {
    let mut files = vec![
        ("Cargo.toml".to_owned(), manifest(name, dependencies)),
        ("src/lib.rs".to_owned(), library),
    ];
    for module in modules {
        let text = read(&format!("code/src/{module}.rs"));
        files.push((format!("src/{module}.rs"), renamed(&text)));
    }
    for program in programs {
        let text = read(&format!("code/examples/{program}.rs"));
        files.push((format!("examples/{program}.rs"), renamed(&text)));
    }
    files
}

/// A file in the reader's library: `sed 's/threading::/acme::/g'`.
fn renamed(text: &str) -> String {
    text.replace("threading::", "acme::")
}

/// The package has a name of its own, since cargo takes packages of one name
/// for the same one when they share a target folder.
fn manifest(name: &str, dependencies: &str) -> String {
    let package = package(name, dependencies);
    format!("{package}\n[lib]\nname = \"acme\"\n")
}

fn package(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"take-home-{name}\"\nedition = \"2024\"\n\n\
         [workspace]\n\n[lints.rust]\nwarnings = \"deny\"\n\n\
         [dependencies]\n{dependencies}"
    )
}

/// What the page tells a reader to write; without a page, what is allowed.
fn dependencies(part: Option<&Part>) -> Result<String, String> {
    if let Some(part) = part {
        return part.dependencies();
    }
    let lines = ALLOWED.iter().filter_map(|name| {
        Some(format!("{name} = \"{}\"\n", version_of(name)?))
    });
    Ok(lines.collect())
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
    if travels.is_empty() {
        return String::new();
    }
    let names = travels.join("|");
    let pattern = format!(r"(?ms)^pub (?:mod|use) (?:{names})\b[^;]*;");
    let pattern = Regex::new(&pattern).expect("stems are plain names");
    let text = read("code/src/lib.rs");
    let found = pattern.find_iter(&text);
    found.map(|item| format!("{}\n", item.as_str())).collect()
}
