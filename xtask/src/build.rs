//! `cargo book`: the HTML of the book.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::{alone, book, includes, progress};

/// Builds the book below `root` and says where its first page is.
///
/// # Errors
///
/// When a page can't be read or an include is broken; then the book that was
/// built before stays as it is.
pub fn run(root: &Path) -> Result<PathBuf> {
    let start = Instant::now();
    let index = progress::during("Building the book", || build(root))?;
    let time = progress::seconds(start);
    println!("The book is built ({time}): {}", index.display());
    Ok(index)
}

/// Builds into a folder beside the book's, which then takes its place: two
/// builds at once would remove each other's pages.
fn build(root: &Path) -> Result<PathBuf> {
    let mut book = book::load(root)?;
    includes::check(&book)?;
    let folder = root.join(&book.config.build.build_dir);
    let index = book.build_dir_for("html").join("index.html");
    let new = folder.with_extension("new");

    let _alone = alone::wait(&folder.with_extension("lock"))?;
    remove(&new)?;
    book.config.build.build_dir = new.clone();
    book.build()?;
    replace(&folder, &new)?;
    Ok(index)
}

/// Puts the folder `new` in the place of `folder`.
fn replace(folder: &Path, new: &Path) -> Result<()> {
    let old = folder.with_extension("old");
    remove(&old)?;
    if folder.exists() {
        fs::rename(folder, &old).with_context(|| moved(folder))?;
    }
    fs::rename(new, folder).with_context(|| moved(new))?;
    remove(&old)
}

fn moved(folder: &Path) -> String {
    format!("can't move {}", folder.display())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error)
            .with_context(|| format!("can't remove {}", folder.display())),
        _ => Ok(()),
    }
}
