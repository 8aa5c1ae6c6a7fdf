//! The includes of a page, and the anchors they name.

use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use crate::pages::Page;

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
    Regex::new(pattern).expect("the pattern is valid")
});

// As in mdBook, where `[\w-]+` is the name of an anchor.
static ANCHOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"ANCHOR:\s*([\w-]+)").expect("the pattern is valid")
});

/// The includes of a page.
pub fn includes(page: &Page) -> Vec<Include> {
    let lines = page.source.lines().enumerate();
    let of_line = |(line, text)| {
        let place = format!("{}:{}", page.path, line + 1);
        let folder = Path::new(&page.path).parent().unwrap_or(Path::new(""));
        INCLUDE
            .captures_iter(text)
            .map(move |found: regex::Captures<'_>| Include {
                place: place.clone(),
                file: from_root(&folder.join(&found[1])),
                anchor: found.get(2).map(|anchor| anchor.as_str().to_owned()),
            })
    };
    lines.flat_map(of_line).collect()
}

/// The anchors that a text opens, each with its line, from one.
pub fn anchors(text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().enumerate();
    lines
        .filter_map(|(line, text)| {
            Some((line + 1, ANCHOR.captures(text)?[1].to_owned()))
        })
        .collect()
}

/// Whether a text closes the anchor that it opens.
pub fn closes(text: &str, anchor: &str) -> bool {
    text.lines().any(|line| {
        let name = line.split("ANCHOR_END:").nth(1).map(str::trim_start);
        name.is_some_and(|name| {
            let rest = name.strip_prefix(anchor);
            rest.is_some_and(|rest| {
                !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            })
        })
    })
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
