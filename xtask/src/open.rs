//! `cargo book open`: the book in the browser.

use std::path::Path;

use anyhow::{Context, Result};

use crate::build;

/// Builds the book below `root` and opens it in the browser.
///
/// Whether a browser opens can't be known: the program that starts one is
/// not waited for, since it may run for as long as the browser does.
///
/// # Errors
///
/// When the book can't be built, or nothing can be started that would open a
/// browser.
pub fn run(root: &Path) -> Result<()> {
    let index = build::run(root)?;
    opener::open_browser(&index).with_context(|| {
        format!(
            "the book is built, but no browser could be started; open {} \
             in one",
            index.display()
        )
    })?;
    println!("If no browser opens, open that file in one.");
    Ok(())
}
