//! `cargo book`: the HTML of the book.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;

use crate::{book, includes, progress};

/// Builds the book below `root` and says where its first page is.
///
/// # Errors
///
/// When a page can't be read or an include is broken.
pub fn run(root: &Path) -> Result<PathBuf> {
    let start = Instant::now();
    let index = progress::during("Building the book", || build(root))?;
    let time = progress::seconds(start);
    println!("The book is built ({time}): {}", index.display());
    Ok(index)
}

fn build(root: &Path) -> Result<PathBuf> {
    let book = book::load(root)?;
    includes::check(&book)?;
    book.build()?;
    Ok(book.build_dir_for("html").join("index.html"))
}
