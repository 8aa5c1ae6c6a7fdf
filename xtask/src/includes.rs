//! The includes of the pages, and the anchors they name.
//!
//! mdBook does not stop at an include that brings nothing: where a file is
//! missing it logs an error and leaves the raw text on the page, and where an
//! anchor is missing it says nothing at all and shows an empty block.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Result, bail};
use mdbook_driver::MDBook;
use regex::{Captures, Regex};

use crate::pages::{self, Page};

/// One `{{#include …}}` or `{{#rustdoc_include …}}`.
#[derive(Clone, Debug)]
pub struct Include {
    /// `src/lock.md:42`.
    pub place: String,
    /// The included file, from the root: `code/src/lock.rs`.
    pub file: String,
    /// What follows the colon after the path.
    pub anchor: Option<String>,
}

static INCLUDE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"\{\{\s*#(?:rustdoc_)?include\s+([^\s:}]+)(?::([^\s}]+))?";
    Regex::new(pattern).expect("the pattern is a constant")
});

// As in mdBook, where `[\w-]+` is the name of an anchor.
static ANCHOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"ANCHOR:\s*([\w-]+)").expect("the pattern is a constant")
});

static ANCHOR_END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"ANCHOR_END:\s*([\w-]+)").expect("the pattern is a constant")
});

/// The anchor that no file has, so that `rustdoc_include` hides all of it: a
/// snippet needs the file to compile, and a reader does not want to see it.
const NOTHING: &str = "_";

/// Makes sure that each include of the book brings something.
///
/// # Errors
///
/// For the first that does not, with its page and line.
pub fn check(book: &MDBook) -> Result<()> {
    match broken(book)?.into_iter().next() {
        Some(problem) => bail!(problem),
        None => Ok(()),
    }
}

/// What is wrong with the includes of a book, each with its page and line.
///
/// # Errors
///
/// When a preprocessor fails.
pub fn broken(book: &MDBook) -> Result<Vec<String>> {
    let chapters = book.book.chapters();
    let written: Vec<String> = chapters
        .filter_map(|chapter| {
            let page = pages::path(book, chapter)?;
            Some(includes(&page, &chapter.content))
        })
        .flatten()
        .filter_map(|include| include.problem(&book.root))
        .collect();
    if !written.is_empty() {
        return Ok(written);
    }
    // What an included file includes in turn shows only once it is expanded.
    let pages = pages::pages(book)?;
    Ok(pages.iter().filter_map(unexpanded).collect())
}

/// The includes of a page, which is the file `page` and has this text.
pub fn includes(page: &str, text: &str) -> Vec<Include> {
    let folder = Path::new(page).parent().unwrap_or(Path::new(""));
    let include = |line, found: Captures<'_>| Include {
        place: format!("{page}:{line}"),
        file: from_root(&folder.join(&found[1])),
        anchor: found.get(2).map(|anchor| anchor.as_str().to_owned()),
    };
    let lines = (1..).zip(text.lines());
    lines
        .flat_map(|(line, text)| {
            let found = INCLUDE.captures_iter(text);
            found.map(move |found| include(line, found))
        })
        .collect()
}

impl Include {
    /// Why it brings nothing, in a sentence that says what to do.
    fn problem(&self, root: &Path) -> Option<String> {
        let Include { place, file, .. } = self;
        let Ok(text) = fs::read_to_string(root.join(file)) else {
            return Some(format!(
                "{place}: there is no {file}: correct the path"
            ));
        };
        let anchor = self.anchor.as_deref()?;
        if anchor == NOTHING {
            return None;
        }
        if anchor.starts_with(|c: char| c.is_ascii_digit() || c == ':') {
            return Some(format!(
                "{place}: the include names lines, which move: give the lines \
                 an ANCHOR in {file}, and name that"
            ));
        }
        if !anchors(&text).iter().any(|(_, opened)| opened == anchor) {
            return Some(format!(
                "{place}: {file} has no line `ANCHOR: {anchor}`: correct the \
                 name, or add the anchor"
            ));
        }
        (!closes(&text, anchor)).then(|| {
            format!("{file}: ANCHOR {anchor} has no ANCHOR_END: add it")
        })
    }
}

/// The anchors that a text opens, each with its line, from one.
pub fn anchors(text: &str) -> Vec<(usize, String)> {
    let lines = (1..).zip(text.lines());
    lines
        .filter_map(|(line, text)| {
            Some((line, ANCHOR.captures(text)?[1].to_owned()))
        })
        .collect()
}

/// Whether a text closes an anchor.
fn closes(text: &str, anchor: &str) -> bool {
    ANCHOR_END
        .captures_iter(text)
        .any(|found| &found[1] == anchor)
}

/// What mdBook left as it is, in a file that a page includes.
fn unexpanded(page: &Page) -> Option<String> {
    let line = page.expanded.lines().find(|line| line.contains("{{#"))?;
    Some(format!(
        "{}: a file that it includes has `{}`, which mdBook can't follow: \
         correct that path",
        page.path,
        line.trim(),
    ))
}

/// `src/../code/src/lock.rs` is `code/src/lock.rs`.
fn from_root(path: &Path) -> String {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_found_by_its_whole_name() {
        let text = "// ANCHOR: small\nlet a = 1;\n// ANCHOR_END: smallest\n";
        assert_eq!(anchors(text), [(1, "small".to_owned())]);
        assert!(closes(text, "smallest"));
        assert!(!closes(text, "small"));
    }

    #[test]
    fn both_forms_are_includes() {
        let text = "{{#include a.rs:x}}\n{{#rustdoc_include ../b.rs}}\n";
        let found = includes("src/lock.md", text);
        let found = found.iter().map(|it| (&*it.file, it.anchor.as_deref()));
        let found: Vec<_> = found.collect();
        assert_eq!(found, [("src/a.rs", Some("x")), ("b.rs", None)]);
    }

    #[test]
    fn lines_are_no_anchor() {
        for line in ["{{#include lib.rs:12}}", "{{#include lib.rs::5}}"] {
            let include = includes("src/lock.md", line).remove(0);
            let file = Path::new(env!("CARGO_MANIFEST_DIR"));
            let problem = include.problem(file).expect("a problem");
            assert!(problem.contains("names lines"), "{problem}");
        }
    }
}
