//! Finding includes that bring nothing.
//!
//! mdBook does not stop at them: where a file is missing it logs an error and
//! leaves the raw text on the page, and where an anchor is missing it says
//! nothing at all and shows an empty block.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Result, bail, ensure};
use mdbook_driver::MDBook;
use mdbook_driver::book::Chapter;
use mdbook_renderer::{RenderContext, Renderer};
use regex::{Captures, Regex};

/// `{{#include path:anchor}}`, where a number as anchor stands for a line.
static INCLUDE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"\{\{#(?:rustdoc_)?include ([^:}]+)(?::([\w-]+))?";
    Regex::new(pattern).expect("the pattern is a constant")
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
    for chapter in book.book.chapters() {
        check_page(book, chapter)?;
    }
    // What an included file includes in turn shows only once it is expanded.
    let (expanded, _) = book.preprocess_book(&Expand)?;
    expanded.chapters().try_for_each(check_expanded)
}

fn check_page(book: &MDBook, chapter: &Chapter) -> Result<()> {
    let page = book.source_dir().join(file(chapter));
    let name = page.strip_prefix(&book.root).unwrap_or(&page).display();
    for (number, line) in (1..).zip(chapter.content.lines()) {
        for include in INCLUDE.captures_iter(line) {
            if let Err(error) = check_include(&page, &include) {
                bail!("broken include at {name}:{number}: {error}");
            }
        }
    }
    Ok(())
}

fn check_include(page: &Path, include: &Captures) -> Result<()> {
    let path = &include[1];
    let folder = page.parent().unwrap_or(Path::new(""));
    let Ok(text) = fs::read_to_string(folder.join(path.trim())) else {
        bail!("there is no file `{path}`");
    };
    if let Some(anchor) = include.get(2).map(|anchor| anchor.as_str()) {
        ensure!(
            anchor == NOTHING
                || is_line_number(anchor)
                || has_anchor(&text, anchor),
            "`{path}` has no line `ANCHOR: {anchor}`"
        );
    }
    Ok(())
}

fn is_line_number(anchor: &str) -> bool {
    anchor.bytes().all(|byte| byte.is_ascii_digit())
}

fn has_anchor(text: &str, anchor: &str) -> bool {
    text.lines()
        .filter_map(|line| line.split_once("ANCHOR:"))
        .any(|(_, name)| name.split_whitespace().next() == Some(anchor))
}

fn check_expanded(chapter: &Chapter) -> Result<()> {
    let left = chapter.content.lines().find(|line| line.contains("{{#"));
    if let Some(line) = left {
        bail!(
            "unexpanded text on page {}: {line}",
            file(chapter).display()
        );
    }
    Ok(())
}

fn file(chapter: &Chapter) -> &Path {
    let path = chapter.source_path.as_deref();
    path.unwrap_or(Path::new(""))
}

/// A renderer that gets the pages as mdBook expands them and shows nothing.
struct Expand;

impl Renderer for Expand {
    fn name(&self) -> &str {
        // The name that `mdbook test` uses.
        "test"
    }

    fn render(&self, _: &RenderContext) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_found_by_its_whole_name() {
        let text = "// ANCHOR: small\nlet a = 1;\n// ANCHOR_END: small\n";
        assert!(has_anchor(text, "small"));
        assert!(!has_anchor(text, "smallest"));
        assert!(!has_anchor(text, "sma"));
    }

    #[test]
    fn both_forms_are_includes() {
        for line in ["{{#include a.rs:x}}", "{{#rustdoc_include a.rs:x}}"] {
            let include = INCLUDE.captures(line).expect("an include");
            assert_eq!([&include[1], &include[2]], ["a.rs", "x"]);
        }
    }

    #[test]
    fn the_whole_file_and_lines_of_it_have_no_anchor() {
        for line in ["{{#include a.rs}}", "{{#include a.rs::5}}"] {
            let include = INCLUDE.captures(line).expect("an include");
            assert!(include.get(2).is_none(), "{line}");
        }
        assert!(is_line_number("12"));
    }
}
