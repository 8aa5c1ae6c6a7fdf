//! What `cargo book` is made of, and how every other part of the project
//! loads the book.
//!
//! Each command has a module of its name; the other modules are what they
//! share.

pub mod alone;
pub mod bench;
pub mod bless;
pub mod book;
pub mod build;
pub mod chart;
pub mod check;
pub mod cli;
pub mod includes;
pub mod libraries;
pub mod machine;
pub mod mutants;
pub mod names;
pub mod open;
pub mod pages;
pub mod progress;
pub mod project;
pub mod prove;
pub mod python;
pub mod record;
pub mod sanitize;
pub mod schedules;
pub mod surroundings;
pub mod systems;
pub mod test;
