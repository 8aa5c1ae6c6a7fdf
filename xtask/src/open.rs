//! `cargo book open`: the book in the browser.

use std::path::Path;

use anyhow::{Context, Result};

use crate::build;

/// Builds the book below `root` and opens it in the browser.
///
/// # Errors
///
/// When the book can't be built or no browser can be started.
pub fn run(root: &Path) -> Result<()> {
    let index = build::run(root)?;
    opener::open_browser(&index).with_context(|| {
        format!(
            "the book is built, but no browser could be started; open {} \
             in one",
            index.display()
        )
    })
}
