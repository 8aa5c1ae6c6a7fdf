//! The fenced blocks of a page: what mdBook shows in them, and where they
//! stand in the source.
//!
//! `build.rs` uses this file too, so everything in it serves both.

use pulldown_cmark::{
    CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd,
};

use xtask::pages::Page;

/// One fenced block of a page.
#[derive(Clone, Debug)]
pub struct Fence {
    /// `src/lock.md`.
    pub path: String,
    /// The line of its opening fence in the source of the page, from one.
    pub line: usize,
    /// The H1 or H2 above it.
    pub section: String,
    /// What stands after the backticks: `rust,ignore`.
    pub info: String,
    /// The text in it, includes expanded, hidden lines and all.
    pub text: String,
}

impl Fence {
    /// `src/lock.md:42`, which editors and terminals open.
    pub fn place(&self) -> String {
        format!("{}:{}", self.path, self.line)
    }

    /// The words after the backticks: `rust`, `compile_fail`, `E0382`.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.info.split([',', ' ']).filter(|tag| !tag.is_empty())
    }

    /// Whether `tag` is one of the words after the backticks.
    pub fn has(&self, tag: &str) -> bool {
        self.tags().any(|found| found == tag)
    }
}

/// The fenced blocks of `page`.
///
/// Includes make a page longer, so the n-th block of the page as mdBook shows
/// it is matched with the n-th block of the source, which has the line.
///
/// # Errors
///
/// A sentence, when the two do not have the same blocks.
pub fn fences(page: &Page) -> Result<Vec<Fence>, String> {
    let written = blocks(&page.source);
    let shown = blocks(&page.expanded);
    let longest = written.len().max(shown.len());
    let differs = |&at: &usize| {
        written.get(at).map(|b| &b.info) != shown.get(at).map(|b| &b.info)
    };
    if let Some(at) = (0..longest).find(differs) {
        // What went wrong is in the block before.
        let start = written.get(at.saturating_sub(1)).map_or(0, |b| b.start);
        return Err(format!(
            "{}:{}: an include in or after this block opens a block, or \
             closes this one early: give the block a fence of more backticks \
             than the included text has",
            page.path,
            line_of(page, start),
        ));
    }
    let pairs = written.into_iter().zip(shown);
    Ok(pairs
        .map(|(from, shown)| fence(page, from, shown))
        .collect())
}

struct Block {
    start: usize,
    section: String,
    info: String,
    text: String,
}

fn fence(page: &Page, written: Block, shown: Block) -> Fence {
    Fence {
        path: page.path.clone(),
        line: line_of(page, written.start),
        section: written.section,
        info: written.info,
        text: shown.text,
    }
}

fn line_of(page: &Page, offset: usize) -> usize {
    page.source[..offset].matches('\n').count() + 1
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut section = String::new();
    let (mut in_heading, mut in_block) = (false, false);
    let parser = Parser::new_ext(markdown, options());
    for (event, range) in parser.into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                in_heading = level <= HeadingLevel::H2;
                if in_heading {
                    section.clear();
                }
            }
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                in_block = true;
                blocks.push(Block {
                    start: range.start,
                    section: section.clone(),
                    info: info.into_string(),
                    text: String::new(),
                });
            }
            Event::End(TagEnd::CodeBlock) => in_block = false,
            Event::Text(text) | Event::Code(text) if in_heading => {
                section.push_str(&text);
            }
            Event::Text(text) if in_block => {
                if let Some(block) = blocks.last_mut() {
                    block.text.push_str(&text);
                }
            }
            _ => {}
        }
    }
    blocks
}

/// What mdBook understands beyond CommonMark.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
}
