//! The pages of the book, as they are written and as mdBook shows them.
//!
//! `build.rs` uses this file too, so everything in it serves both.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use mdbook_driver::book::BookItem;
use mdbook_renderer::{RenderContext, Renderer};

/// One page that `SUMMARY.md` links to.
#[derive(Clone, Debug)]
pub struct Page {
    /// `lock`, for `src/lock.md`.
    pub stem: String,
    /// `src/lock.md`.
    pub path: String,
    /// The text as it is written.
    pub source: String,
    /// The text with every include expanded.
    pub expanded: String,
}

/// Asks for the text that `mdbook test` would see: includes are expanded,
/// diagrams are left as they are written.
struct TestRenderer;

impl Renderer for TestRenderer {
    fn name(&self) -> &str {
        "test"
    }

    fn render(&self, _: &RenderContext) -> Result<()> {
        Ok(())
    }
}

/// Every page of the book below `root`, in the order of `SUMMARY.md`.
///
/// # Errors
///
/// When the book can't be loaded, say because `SUMMARY.md` links to a page
/// that does not exist.
pub fn pages(root: &Path) -> Result<Vec<Page>> {
    let book = xtask::book::load(root)?;
    let (expanded, _) = book.preprocess_book(&TestRenderer)?;
    let mut pages = Vec::new();
    for item in expanded.iter() {
        if let BookItem::Chapter(chapter) = item
            && let Some(path) = &chapter.source_path
        {
            pages.push(page(root, path, chapter.content.clone())?);
        }
    }
    Ok(pages)
}

fn page(root: &Path, path: &Path, expanded: String) -> Result<Page> {
    let path = format!("src/{}", path.display());
    let source = fs::read_to_string(root.join(&path))
        .with_context(|| format!("can't read {path}"))?;
    let stem = Path::new(&path).file_stem().unwrap_or_default();
    Ok(Page {
        stem: stem.to_string_lossy().into_owned(),
        path,
        source,
        expanded,
    })
}
