//! A reader takes a module home: its files, copied into an empty library that
//! has another name and `parking_lot` alone, compile without a warning and
//! pass their tests there, and the chapter's programs print what they print
//! here.
//!
//! The library is what the page's *Take it home* tells a reader to make: its
//! commands copy the files, and its blocks are the lines of `Cargo.toml` and
//! of `lib.rs`. The files then get the library's name in place of `threading`,
//! as the README's line does it. The same lines make a program, which has the
//! files as they are.
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
//! `cargo book check --long` tests it with the oldest Rust, too.
//!
//! When it fails: the module uses something that does not travel. Name the
//! file in that line and on the page, or do without it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use book_tests::cargo::{
    self, make_crate, required_features, succeed, version_of,
};
use book_tests::fences::{Fence, fences};
use book_tests::outcome::first_difference;
use book_tests::run;
use book_tests::varies::row;
use book_tests::workspace::{
    self, Built, all_pages, chapter_of, modules, programs, read, root,
};
use cargo_metadata::Message;
use libtest_mimic::{Arguments, Trial};
use regex::Regex;
use xtask::pages::Page;
use xtask::project;
use xtask::systems::OLDEST_RUST;

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
    trials.push(Trial::test("README_acme", || Ok(readme_renames()?)));
    trials.push(Trial::test("README_whole", || Ok(readme_takes_all()?)));
    trials.push(Trial::test("README_unsafe", || Ok(readme_names_unsafe()?)));
    trials.push(Trial::test("earlier_parking_lot", || Ok(earlier_works()?)));
    // `cargo book check --long` gets that Rust first.
    let oldest = Trial::test("oldest_rust", || Ok(oldest_rust_works()?));
    trials.push(oldest.with_ignored_flag(true));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The commands of the README bring a module into a program, whose two lines
/// then compile; without their `pub` the compiler warns.
fn readme_lines_work() -> Result<(), String> {
    let section = "Take a module home";
    let lines = readme_block(section, "rust", "pub mod lock;")?;
    let desk = Desk::new("readme")?;
    desk.run(&readme_block(section, "sh", "cp ")?)?;
    let build = |lines: &str| {
        desk.write("src/main.rs", &format!("{lines}\nfn main() {{}}\n"))?;
        succeed(in_crate(&desk.project(), &target(), "build"))
    };
    build(&lines)?;
    match build(&lines.replace("pub ", "")) {
        Err(warning) if warning.contains("never used") => Ok(()),
        other => Err(format!("without `pub` there is no warning: {other:?}")),
    }
}

/// The README's command for a library changes its name as these tests do.
fn readme_renames() -> Result<(), String> {
    let desk = Desk::new("readme-acme")?;
    let sed = readme_block("Take a module home", "sh", "sed ")?;
    desk.run(&sed.replace("../acme/", "../your-project/"))?;
    let copied = desk.copied()?;
    let lock = renamed(&read("code/src/lock.rs"));
    if copied == [("lock.rs".to_owned(), lock)] {
        return Ok(());
    }
    Err(format!("README.md: `{sed}` does not write what is tested"))
}

/// The README's command gives a program the whole crate.
fn readme_takes_all() -> Result<(), String> {
    let desk = Desk::new("readme-whole")?;
    let add = readme_block("Get the code", "sh", "cargo add")?;
    let here = format!("'{}'", root().join("code").display());
    let add = add.replace("../threading-book/code", &here);
    desk.run(&format!("cd ../your-project; {add}"))?;
    desk.write(
        "src/main.rs",
        "fn main() { threading::Event::new().set(); }",
    )?;
    succeed(in_crate(&desk.project(), &target(), "check"))
}

/// A block of the README that begins like this.
fn readme_block(
    section: &str,
    language: &str,
    start: &str,
) -> Result<String, String> {
    let readme = read("README.md");
    let section = readme.split("\n## ").find(|it| it.starts_with(section));
    let fence = format!("```{language}\n");
    let blocks = section.unwrap_or_default().split(&fence).skip(1);
    let mut blocks = blocks.filter_map(|block| block.split("```").next());
    let found = blocks.find(|block| block.starts_with(start));
    found.map(str::to_owned).ok_or_else(|| {
        format!("README.md: no {fence} block begins with `{start}`")
    })
}

/// All modules, with what most lock files have in place of our dependencies.
fn earlier_works() -> Result<(), String> {
    let name = "earlier-parking-lot";
    let scratch = Built::find().scratch("take-home");
    let folder = write_crate(&scratch, name, &earlier(name))?;
    let mut test = in_crate(&folder, &target(), "test");
    // The examples run with the oldest Rust, over the same versions.
    test.arg("--lib");
    succeed(test)?;
    let rust = OLDEST_RUST.trim_end_matches(".0");
    for path in ["README.md", "src/introduction.md"] {
        names_all(
            path,
            &EARLIER.map(|(it, version)| format!("`{it}` {version}")),
        )?;
        names_all(path, &[format!("Rust {rust}")])?;
    }
    Ok(())
}

/// The same with the Rust that is the oldest to compile it.
fn oldest_rust_works() -> Result<(), String> {
    let name = "oldest-rust";
    let scratch = Built::find().scratch("take-home");
    let folder = write_crate(&scratch, name, &earlier(name))?;
    let mut test = cargo::cargo_of(OLDEST_RUST, &folder, "test");
    test.args(["--offline", "--quiet", "--target-dir"]);
    test.arg(scratch.join("target-oldest"));
    succeed(test)
}

fn earlier(name: &str) -> Vec<(String, String)> {
    let all = modules();
    let line = |(name, version)| format!("{name} = \"{version}\"\n");
    let lines: String = EARLIER.into_iter().map(line).collect();
    let dependencies = format!("[dependencies]\n{lines}");
    files(name, &own(&all), &[], &dependencies, &library(&all))
}

/// A line of a file has all of these words.
fn names_all(path: &str, words: &[String]) -> Result<(), String> {
    let text = read(path);
    let has_all =
        |line: &str| words.iter().all(|word| line.contains(word.as_str()));
    text.lines().any(has_all).then_some(()).ok_or_else(|| {
        format!("{path}: no line says that the modules work with {words:?}")
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
    let (modules, library) = match part {
        Some(part) => (part.copied(stem)?, part.library()?),
        None => (self::own(&travels), library(&travels)),
    };
    let mut files = files(stem, &modules, &own, &dependencies, &library);
    files.extend(in_a_program(&modules, &library));
    try_crate(stem, files, &own)?;
    for (program, more, needs) in with_more {
        let library = format!("{library}{}", self::library(&more));
        let all = self::own(&[travels.clone(), more].concat());
        let name = format!("program-{program}");
        let dependencies = format!("{dependencies}{needs}");
        let programs = [program];
        let files =
            self::files(&name, &all, &programs, &dependencies, &library);
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
    let target = target();
    succeed(in_crate(&folder, &target, "test"))?;
    for program in programs {
        let mut build = in_crate(&folder, &target, "build");
        build.args(["--example", program]);
        let binary = executable(build)?;
        does_what_its_snapshot_says(&binary, program)?;
    }
    Ok(())
}

/// Where all these crates are built.
fn target() -> PathBuf {
    Built::find().scratch("take-home").join("target")
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
    let list = text.split("//! Travels with:").nth(1).unwrap_or_default();
    let end = list.find("`.\n").map_or(0, |end| end + 1);
    let list = &list[..end];
    let own = Path::new(path).file_stem().unwrap_or_default();
    let mut files = vec![own.to_string_lossy().into_owned()];
    for span in code_spans(list) {
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

    /// The files that the page's commands copy.
    fn copied(&self, stem: &str) -> Result<Vec<(String, String)>, String> {
        let shell = self.fence(|fence| fence.has("sh"))?.ok_or_else(|| {
            format!(
                "{}: *Take it home* has no ```sh block that copies the files",
                self.page.path,
            )
        })?;
        let desk = Desk::new(stem)?;
        desk.run(&shell.text)?;
        let copied = desk.copied()?;
        let path = |(name, _): &(String, String)| format!("code/src/{name}");
        let found: BTreeSet<String> = copied.iter().map(path).collect();
        let listed = listed(self.text).map(str::to_owned).collect();
        if found == listed {
            return Ok(copied);
        }
        Err(format!(
            "{}: the commands copy {found:?}, but the list names {listed:?}",
            shell.place(),
        ))
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
        for line in fence.text.lines().filter(|line| line.contains('=')) {
            allowed(&fence, line)?;
        }
        Ok(fence.text)
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

/// A folder with the book and a reader's project side by side, where a reader
/// types the book's commands.
struct Desk(PathBuf);

impl Desk {
    fn new(name: &str) -> Result<Desk, String> {
        let desk = Desk(Built::find().scratch("desk").join(name));
        let made = desk.lay_out().map_err(|error| desk.failed(&error));
        made.map(|()| desk)
    }

    fn lay_out(&self) -> io::Result<()> {
        if self.0.exists() {
            fs::remove_dir_all(&self.0)?;
        }
        let book = self.book();
        fs::create_dir_all(book.join("code/src"))?;
        for name in workspace::files("code/src", "rs") {
            let path = format!("code/src/{name}");
            fs::copy(root().join(&path), book.join(&path))?;
        }
        let files = [
            ("Cargo.toml".to_owned(), package("desk", "")),
            ("src/main.rs".to_owned(), "fn main() {}\n".to_owned()),
        ];
        make_crate(&self.project(), &files)
    }

    fn failed(&self, error: &io::Error) -> String {
        format!("can't write below {}: {error}", self.0.display())
    }

    fn book(&self) -> PathBuf {
        self.0.join("book")
    }

    fn project(&self) -> PathBuf {
        self.0.join("your-project")
    }

    /// Runs commands of the book as they are written, in its folder, but
    /// without the network.
    fn run(&self, commands: &str) -> Result<(), String> {
        let mut shell = Command::new("sh");
        shell
            .args(["-euc", commands])
            .env("CARGO_NET_OFFLINE", "true");
        shell.current_dir(self.book());
        succeed(shell)
    }

    fn write(&self, path: &str, text: &str) -> Result<(), String> {
        let written = fs::write(self.project().join(path), text);
        written.map_err(|error| self.failed(&error))
    }

    /// What was copied into the project, by name.
    fn copied(&self) -> Result<Vec<(String, String)>, String> {
        let folder = self.project().join("src");
        let paths = project::files(&folder, ".rs");
        let paths = paths.map_err(|error| format!("{error:#}"))?;
        let names = paths.iter().map(|path| project::file_name(path));
        let read = |name: &str| {
            let text = fs::read_to_string(folder.join(name));
            text.map(|text| (name.to_owned(), text))
                .map_err(|error| self.failed(&error))
        };
        names.filter(|name| *name != "main.rs").map(read).collect()
    }
}

/// The files of modules, by their names.
fn own(modules: &[String]) -> Vec<(String, String)> {
    let file = |stem: &String| {
        let name = format!("{stem}.rs");
        let text = read(&format!("code/src/{name}"));
        (name, text)
    };
    modules.iter().map(file).collect()
}

/// A library of these modules, and programs that use it.
fn files(
    name: &str,
    modules: &[(String, String)],
    programs: &[String],
    dependencies: &str,
    library: &str,
) -> Vec<(String, String)> {
    let mut files = vec![
        ("Cargo.toml".to_owned(), manifest(name, dependencies)),
        ("src/lib.rs".to_owned(), library.to_owned()),
    ];
    for (name, text) in modules {
        files.push((format!("src/{name}"), renamed(text)));
    }
    for program in programs {
        let text = read(&format!("code/examples/{program}.rs"));
        files.push((format!("examples/{program}.rs"), renamed(&text)));
    }
    files
}

/// A program of these modules; it is an example so that the tests build it.
fn in_a_program(
    modules: &[(String, String)],
    library: &str,
) -> Vec<(String, String)> {
    let folder = "examples/in_a_program";
    let main = format!("{library}\nfn main() {{}}\n");
    let mut files = vec![(format!("{folder}/main.rs"), main)];
    let path = |(name, text): &(String, String)| {
        (format!("{folder}/{name}"), text.clone())
    };
    files.extend(modules.iter().map(path));
    files
}

/// A file in the reader's library: `sed 's/threading::/acme::/g'`.
fn renamed(text: &str) -> String {
    text.replace("threading::", "acme::")
}

/// The package has a name of its own, since cargo takes packages of one name
/// for the same one when they share a target folder.
fn manifest(name: &str, dependencies: &str) -> String {
    package(name, &format!("[lib]\nname = \"acme\"\n\n{dependencies}"))
}

fn package(name: &str, rest: &str) -> String {
    format!(
        "[package]\nname = \"take-home-{name}\"\nedition = \"2024\"\n\n\
         [workspace]\n\n[lints.rust]\nwarnings = \"deny\"\n\n{rest}"
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
    let lines: String = lines.collect();
    Ok(format!("[dependencies]\n{lines}"))
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
