//! Where things are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use xtask::pages::{Page, pages};
use xtask::project;

use crate::fences::{Fence, fences};
use crate::problems::Problems;

/// The folder of the workspace.
///
/// # Panics
///
/// When this package is not in a folder of it.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the package is in the workspace")
}

/// Reads a file, by its path from the root.
///
/// # Panics
///
/// When it can't be read.
pub fn read(path: &str) -> String {
    match fs::read_to_string(root().join(path)) {
        Ok(text) => text,
        Err(error) => panic!("can't read {path}: {error}"),
    }
}

/// Whether there is such a file, by its path from the root.
pub fn exists(path: &str) -> bool {
    root().join(path).is_file()
}

/// The files of a folder that end in `.extension`, by name and in order.
///
/// # Panics
///
/// When the folder can't be read.
pub fn files(folder: &str, extension: &str) -> Vec<String> {
    match project::files(&root().join(folder), &format!(".{extension}")) {
        Ok(paths) => {
            let names = paths.iter().map(|path| project::file_name(path));
            names.map(str::to_owned).collect()
        }
        Err(error) => panic!("{error:#}"),
    }
}

/// The stems of the files of a folder: `lock` for `lock.rs`.
pub fn stems(folder: &str, extension: &str) -> Vec<String> {
    let ending = format!(".{extension}");
    let names = files(folder, extension);
    names.iter().map(|name| name.replace(&ending, "")).collect()
}

/// The stems of the modules in `code/src`.
pub fn modules() -> Vec<String> {
    let mut modules = stems("code/src", "rs");
    modules.retain(|stem| stem != "lib");
    modules
}

/// The names of the programs in `code/examples`.
pub fn programs() -> Vec<String> {
    stems("code/examples", "rs")
}

/// The page a program or a module belongs to: the longest stem that its name
/// begins with.
pub fn chapter_of<'a>(name: &str, stems: &'a [String]) -> Option<&'a str> {
    let fits = |stem: &&String| {
        let rest = name.strip_prefix(stem.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    let stem = stems.iter().filter(fits).max_by_key(|stem| stem.len());
    stem.map(String::as_str)
}

/// The book.
///
/// # Panics
///
/// When it can't be loaded.
pub fn book() -> MDBook {
    match xtask::book::load(root()) {
        Ok(book) => book,
        Err(error) => panic!("{error:#}"),
    }
}

/// Every page of the book.
///
/// # Panics
///
/// When the book can't be loaded.
pub fn all_pages() -> Vec<Page> {
    match pages(&book()) {
        Ok(pages) => pages,
        Err(error) => panic!("the book can't be read: {error:#}"),
    }
}

/// Pages that are no chapter: they have no module and no program.
pub const NOT_CHAPTERS: [&str; 7] = [
    "glossary",
    "introduction",
    "names",
    "proofs",
    "resources",
    "speed",
    "which_one",
];

/// Where the pages are that explain the inside of a module.
const INSIDE: &str = "inside/";

/// Every page that is a chapter.
pub fn chapters() -> Vec<Page> {
    let mut pages = all_pages();
    pages.retain(|page| {
        let is_other = NOT_CHAPTERS.contains(&page.stem.as_str());
        !is_other && !page.stem.starts_with(INSIDE)
    });
    pages
}

/// The page about the inside of the module of `chapter`, if it has one.
pub fn inside<'a>(chapter: &Page, pages: &'a [Page]) -> Option<&'a Page> {
    let stem = format!("{INSIDE}{}", chapter.stem);
    pages.iter().find(|page| page.stem == stem)
}

/// Every fenced block of the book.
pub fn all_fences(problems: &mut Problems) -> Vec<Fence> {
    let of_page = |page| problems.ok(fences(&page)).unwrap_or_default();
    all_pages().into_iter().flat_map(of_page).collect()
}

/// Where cargo put the test that is running.
#[derive(Clone, Debug)]
pub struct Built {
    /// The target folder.
    pub target: PathBuf,
    /// The target triple, if one was asked for.
    pub triple: Option<String>,
    /// The profile, as `cargo build --profile` takes it.
    pub profile: String,
}

impl Built {
    /// Finds out from the path of the running test, which is
    /// `<target>/[<triple>/]<profile>/deps/<test>`.
    ///
    /// # Panics
    ///
    /// When the test is not where cargo puts tests.
    pub fn find() -> Built {
        let exe = env::current_exe().expect("the test knows where it is");
        let target = exe
            .ancestors()
            .find(|folder| folder.join("CACHEDIR.TAG").is_file())
            .expect("the test is below cargo's target folder");
        let inside = exe.strip_prefix(target).unwrap_or(&exe);
        let mut names: Vec<String> = inside
            .iter()
            .take_while(|name| *name != "deps" && *name != "build")
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        let profile = match names.pop().as_deref() {
            None | Some("debug") => "dev".to_owned(),
            Some(name) => name.to_owned(),
        };
        let target = target.to_owned();
        Built {
            target,
            triple: names.pop(),
            profile,
        }
    }

    /// A folder for a test's own files, that stays from run to run.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.target.join("book-tests").join(name)
    }
}
