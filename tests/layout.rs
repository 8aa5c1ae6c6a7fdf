//! Page, module, program, twin and snapshot belong together, and every page
//! has the same anatomy.
//!
//! When it fails: each problem is a sentence with the file, the line and what
//! to do. `layout/` holds the tests: `chapters.rs` for files that belong
//! together, `pages.rs` for what is on a page, `table.rs` for the table of
//! names, `glossary.rs` for the terms, `links.rs` for the HTML book,
//! `controls.rs` for programs that are experiments, `functions.rs` for how
//! long functions are.

#[path = "layout/chapters.rs"]
mod chapters;
#[path = "layout/controls.rs"]
mod controls;
#[path = "layout/functions.rs"]
mod functions;
#[path = "layout/glossary.rs"]
mod glossary;
#[path = "layout/links.rs"]
mod links;
#[path = "layout/pages.rs"]
mod pages;
#[path = "layout/table.rs"]
mod table;
