//! Hands every Rust snippet of every page, as mdBook shows it, to skeptic.
//!
//! skeptic names a test after the file, section and line where it found the
//! snippet.
//! So each snippet gets a small document of its own, named like its page,
//! in which it stands below its section's heading and at the line where it
//! stands in the source of the page: `lock_sect_the_problem_line_42` is
//! `src/lock.md`, line 42.
//!
//! What is wrong with a page is not reported here, where it would end every
//! test: it is written to a file, and a test in `snippets.rs` reports it.

use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

#[path = "support/fences.rs"]
mod fences;

use fences::Fence;
use xtask::{book, pages};

/// What the pages are made of; a change below any of them runs this again.
const MADE_OF: [&str; 6] = [
    "book.toml",
    "src",
    "code/src",
    "code/examples",
    "code/benches",
    "tests/snapshots",
];

fn main() {
    if let Err(error) = run() {
        println!("cargo::error=the book can't be read: {error:#}");
    }
}

fn run() -> Result<()> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = package.parent().context("the package is in a workspace")?;
    for part in MADE_OF {
        let part = root.join(part);
        if part.exists() {
            println!("cargo::rerun-if-changed={}", part.display());
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=support");

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let folder = out.join("snippets");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut problems = Vec::new();
    let mut documents = Vec::new();
    for page in pages::pages(&book::load(root)?)? {
        match fences::fences(&page) {
            Ok(fences) => {
                problems.extend(fences.iter().filter_map(not_for_skeptic));
                documents
                    .extend(write_all(&folder.join(page.name()), &fences)?);
            }
            Err(problem) => problems.push(problem),
        }
    }
    fs::write(out.join("snippet-problems.rs"), format!("&{problems:?}"))?;
    // skeptic writes nothing when it is given nothing.
    fs::write(out.join("skeptic-tests.rs"), "")?;
    skeptic::generate_doc_tests(&documents);
    set_limits(&out.join("skeptic-tests.rs"))
}

/// skeptic writes a snippet into a raw string with four hashes.
fn not_for_skeptic(fence: &Fence) -> Option<String> {
    fence.text.contains("\"####").then(|| {
        format!(
            "{}: the snippet holds `\"####`, which skeptic can't quote: write \
             that string with fewer hashes",
            fence.place(),
        )
    })
}

/// skeptic waits for a snippet forever; `snippets.rs` has a function of the
/// same form that does not.
fn set_limits(tests: &Path) -> Result<()> {
    let text = fs::read_to_string(tests)?;
    let text = text.replace("skeptic::rt::run_test(", "run_test(");
    Ok(fs::write(tests, text)?)
}

fn write_all(folder: &Path, fences: &[Fence]) -> Result<Vec<PathBuf>> {
    let snippets = fences.iter().filter(|fence| {
        fence.has("rust")
            && !fence.has("compile_fail")
            && !fence.has("ignore")
            && !fence.text.contains("\"####")
    });
    snippets.map(|snippet| write(folder, snippet)).collect()
}

fn write(folder: &Path, snippet: &Fence) -> Result<PathBuf> {
    let name = folder.file_name().context("the folder has a name")?;
    let folder = folder.join(snippet.line.to_string());
    fs::create_dir_all(&folder)?;
    let path = folder.join(name).with_extension("md");
    let mut file = File::create(&path)?;
    file.write_all(document(snippet).as_bytes())?;
    // skeptic has cargo watch this file. Written just now, it would count as
    // changed, and this script would run each time.
    file.set_modified(SystemTime::UNIX_EPOCH)?;
    Ok(path)
}

/// The heading on line one, the fence on the line it has in the page.
fn document(snippet: &Fence) -> String {
    let heading: String = snippet
        .section
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    format!(
        "# {heading}{}````````{}\n{}````````\n",
        "\n".repeat(snippet.line - 1),
        snippet.info,
        snippet.text,
    )
}
