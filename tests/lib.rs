//! What keeps the book true: what the tests of the book share.
//!
//! | `cargo test -p book-tests --test …` | guards |
//! |---|---|
//! | `snippets` | every snippet on every page compiles and runs |
//! | `compile_fail` | what must not compile fails with the code shown |
//! | `programs` | every program, and its Python twin, prints its snapshot |
//! | `layout` | page, module, program, twin and snapshot belong together |
//! | `auto_traits` | no type becomes `Send` or `Sync` unnoticed |
//! | `must_use` | a lost answer is a warning where it is lost |
//! | `public_api` | each `_timeout` has its `_deadline`; no foreign types |
//! | `browser` | the pages in a real browser: keyboard, colours, paper |
//! | `surroundings` | a reader's variables change none of the others |
//! | `take_home` | a module works in an empty crate of the reader's |

#[path = "support/browser.rs"]
pub mod browser;
#[path = "support/cargo.rs"]
pub mod cargo;
#[path = "support/fences.rs"]
pub mod fences;
#[path = "support/items.rs"]
pub mod items;
#[path = "support/outcome.rs"]
pub mod outcome;
#[path = "support/problems.rs"]
pub mod problems;
#[path = "support/prose.rs"]
pub mod prose;
#[path = "support/run.rs"]
pub mod run;
#[path = "support/varies.rs"]
pub mod varies;
#[path = "support/workspace.rs"]
pub mod workspace;
