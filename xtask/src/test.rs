//! `cargo book test`: the snippets, as `mdbook test` runs them.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use mdbook_driver::MDBook;

use crate::{book, includes, libraries, names, progress};

/// Where the crate is built for the snippets.
const TARGET: &str = "target/book-test";

/// Tests the snippets of the book below `root`, or those of one chapter.
///
/// # Errors
///
/// [`names::Unknown`] when there is no such chapter; else when a snippet does
/// not compile or fails.
pub fn run(root: &Path, chapter: Option<&str>) -> Result<()> {
    let start = Instant::now();
    let mut book = book::load(root)?;
    let pages = choose(pages(&book), chapter)?;
    progress::during("Reading the pages", || includes::check(&book))?;
    let libraries =
        progress::during("Building the crate for the snippets", || {
            libraries::build(root, TARGET, &[])
        })?;
    let failed = test(&mut book, libraries.path(), &pages)?;
    if !failed.is_empty() {
        bail!(
            "snippets fail in {} of {}: {} (rustdoc counts lines with the \
             includes expanded)",
            failed.len(),
            count(pages.len()),
            failed.join(", ")
        );
    }
    let time = progress::seconds(start);
    println!("{} tested, all snippets pass ({time})", count(pages.len()));
    Ok(())
}

/// A chapter that has a page.
struct Page {
    file: String,
    title: String,
}

impl Page {
    fn stem(&self) -> &str {
        self.file.trim_end_matches(".md")
    }

    fn is_called(&self, name: &str) -> bool {
        name == self.stem()
            || name == self.file
            || name.to_lowercase() == self.title.to_lowercase()
    }
}

fn pages(book: &MDBook) -> Vec<Page> {
    let pages = book.book.chapters().filter_map(|chapter| {
        let file = chapter.path.as_ref()?.to_str()?.to_owned();
        let title = chapter.name.clone();
        Some(Page { file, title })
    });
    pages.collect()
}

fn choose(pages: Vec<Page>, chapter: Option<&str>) -> Result<Vec<Page>> {
    let Some(name) = chapter else {
        return Ok(pages);
    };
    let stems: Vec<String> =
        pages.iter().map(|page| page.stem().to_owned()).collect();
    let page = pages.into_iter().find(|page| page.is_called(name));
    let page = page.ok_or_else(|| {
        names::unknown("chapter", name, stems.iter().map(String::as_str))
    })?;
    Ok(vec![page])
}

/// Tests `pages` one after the other, and returns those that fail.
///
/// rustdoc finds a crate in the folder `libraries`, by its name alone.
fn test(
    book: &mut MDBook,
    libraries: &Path,
    pages: &[Page],
) -> Result<Vec<String>> {
    let libraries = libraries
        .to_str()
        .context("the path of the book is not Unicode")?;
    let mut failed = Vec::new();
    for page in pages {
        println!("Testing {}", page.file);
        if let Err(error) = book.test_chapter(vec![libraries], Some(&page.file))
        {
            // A failing snippet has no cause; a rustdoc that is missing has.
            if error.source().is_some() {
                return Err(error);
            }
            failed.push(page.stem().to_owned());
        }
    }
    Ok(failed)
}

fn count(chapters: usize) -> String {
    match chapters {
        1 => "1 chapter".to_owned(),
        n => format!("{n} chapters"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_has_three_names() {
        let page = Page {
            file: "life_cycle.md".to_owned(),
            title: "The life cycle of a thread".to_owned(),
        };
        assert!(page.is_called("life_cycle"));
        assert!(page.is_called("life_cycle.md"));
        assert!(page.is_called("the life cycle of a THREAD"));
        assert!(!page.is_called("life"));
    }
}
