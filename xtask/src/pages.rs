//! The pages of the book, as they are written and as mdBook shows them.

use anyhow::Result;
use mdbook_driver::MDBook;
use mdbook_driver::book::Chapter;
use mdbook_renderer::{RenderContext, Renderer};

/// One page that `SUMMARY.md` links to.
#[derive(Clone, Debug)]
pub struct Page {
    /// `lock` for `src/lock.md`, `inside/lock` for `src/inside/lock.md`.
    pub stem: String,
    /// `src/lock.md`.
    pub path: String,
    /// The text as it is written.
    pub source: String,
    /// The text with every include expanded.
    pub expanded: String,
}

impl Page {
    /// Its stem as a name: `inside_lock` for `src/inside/lock.md`.
    pub fn name(&self) -> String {
        self.stem.replace('/', "_")
    }
}

/// Every page of a book, in the order of `SUMMARY.md`.
///
/// # Errors
///
/// When a preprocessor fails.
pub fn pages(book: &MDBook) -> Result<Vec<Page>> {
    let (expanded, _) = book.preprocess_book(&TestRenderer)?;
    let both = book.book.chapters().zip(expanded.chapters());
    let pages = both.filter_map(|(written, expanded)| {
        let path = path(book, written)?;
        let below = written.source_path.as_ref()?.with_extension("");
        Some(Page {
            stem: below.to_str()?.to_owned(),
            path,
            source: written.content.clone(),
            expanded: expanded.content.clone(),
        })
    });
    Ok(pages.collect())
}

/// The path of a page from the root of the book; a draft has none.
pub fn path(book: &MDBook, chapter: &Chapter) -> Option<String> {
    let below = chapter.source_path.as_ref()?;
    let folder = book.config.book.src.display();
    Some(format!("{folder}/{}", below.display()))
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
