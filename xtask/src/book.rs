//! Loading the book: the one place that knows how.

use std::path::Path;

use anyhow::{Context, Result};
use mdbook_driver::MDBook;
use mdbook_mermaid::Mermaid;

/// Loads the book below `root` with its preprocessors in this process.
///
/// `book.toml` names `mdbook-mermaid` as a command, for those who run plain
/// `mdbook`.
/// Here the same preprocessor is called as a library, so that nobody has to
/// install it: a book has one preprocessor of each name, and this one takes
/// the place of the command, at the same point of the order.
///
/// # Errors
///
/// When `book.toml`, `SUMMARY.md` or a page it names can't be read.
pub fn load(root: &Path) -> Result<MDBook> {
    let mut book = MDBook::load(root).with_context(|| {
        format!("can't load the book in {}", root.display())
    })?;
    book.with_preprocessor(Mermaid);
    Ok(book)
}
