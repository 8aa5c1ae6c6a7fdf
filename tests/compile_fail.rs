//! What a page says does not compile, does not compile, for the reason that
//! the page gives.
//!
//! The fence states the error code, ```` ```rust,compile_fail,E0382 ````, and
//! the next block of the page, ```` ```text ````, shows the compiler's message.
//! Every such snippet is a program of one generated crate, and one
//! `cargo check` judges them all.
//!
//! When it fails: correct the code on the fence, or the snippet, so that the
//! compiler gives that code and no other.
//! The wording is compared only with the release of Rust that `rust-version`
//! names, since messages change; copy the line that the failure shows.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use book_tests::cargo;
use book_tests::fences::Fence;
use book_tests::problems::Problems;
use book_tests::workspace::{all_fences, root};
use cargo_metadata::Message;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};

/// A snippet that must not compile, and the block after it on its page.
struct Snippet {
    fence: Fence,
    next: Option<Fence>,
}

/// What the compiler says about a snippet.
#[derive(Default)]
struct Verdict {
    codes: BTreeSet<String>,
    without_code: Vec<String>,
    first_lines: Vec<String>,
}

#[test]
fn snippets_fail_with_the_code_on_their_fence() {
    let mut problems = Problems::default();
    let snippets = snippets(&all_fences(&mut problems));
    if snippets.is_empty() {
        return problems.report();
    }
    let verdicts = check(&snippets);
    let compares_wording = compiler_is_the_stated_one();
    for snippet in &snippets {
        let silent = Verdict::default();
        let verdict = verdicts.get(&snippet.name()).unwrap_or(&silent);
        if let Err(problem) = judge_code(snippet, verdict) {
            problems.add(problem);
        } else if compares_wording {
            problems.ok(judge_wording(snippet, verdict));
        }
    }
    problems.report();
}

impl Snippet {
    /// The name of its program: `lock_line_42`.
    fn name(&self) -> String {
        let stem = self.fence.path.trim_start_matches("src/");
        let name = stem.trim_end_matches(".md").replace('/', "_");
        format!("{name}_line_{}", self.fence.line)
    }

    /// The error codes on its fence.
    fn codes(&self) -> BTreeSet<String> {
        let tags = self.fence.tags();
        let is_code = |tag: &&str| {
            let digits = tag.strip_prefix('E').unwrap_or_default();
            digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit())
        };
        tags.filter(is_code).map(str::to_owned).collect()
    }

    /// The program: as rustdoc has it, without the marks of hidden lines.
    fn program(&self) -> String {
        let lines = self.fence.text.lines().map(|line| {
            let trimmed = line.trim_start();
            match trimmed.strip_prefix("# ") {
                Some(hidden) => hidden,
                None if trimmed == "#" => "",
                None => line,
            }
        });
        lines.map(|line| format!("{line}\n")).collect()
    }
}

fn snippets(fences: &[Fence]) -> Vec<Snippet> {
    let found = fences
        .iter()
        .enumerate()
        .filter(|(_, fence)| fence.has("rust") && fence.has("compile_fail"));
    found
        .map(|(at, fence)| Snippet {
            fence: fence.clone(),
            next: fences.get(at + 1).cloned(),
        })
        .collect()
}

fn check(snippets: &[Snippet]) -> BTreeMap<String, Verdict> {
    let mut files = vec![("Cargo.toml".to_owned(), manifest())];
    for snippet in snippets {
        let path = format!("src/bin/{}.rs", snippet.name());
        files.push((path, snippet.program()));
    }
    let output = cargo::check_crate("compile-fail", &files);
    let messages = cargo::messages(&output);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        !messages.is_empty(),
        "cargo could not check the snippets:\n{errors}",
    );
    verdicts(&messages)
}

fn manifest() -> String {
    let version = cargo::version_of("parking_lot");
    format!(
        "[package]\nname = \"does-not-compile\"\nedition = \"2024\"\n\n\
         [workspace]\n\n[dependencies]\nthreading = {{ path = {:?} }}\n\
         parking_lot = {:?}\n",
        root().join("code"),
        version.as_deref().unwrap_or("*"),
    )
}

fn verdicts(messages: &[Message]) -> BTreeMap<String, Verdict> {
    let mut verdicts = BTreeMap::<String, Verdict>::new();
    for message in messages {
        let Message::CompilerMessage(message) = message else {
            continue;
        };
        assert!(
            message.target.is_bin()
                || message.message.level != DiagnosticLevel::Error,
            "the crate `threading` does not compile: {}",
            message.message,
        );
        let verdict = verdicts.entry(message.target.name.clone()).or_default();
        verdict.take(&message.message);
    }
    verdicts
}

impl Verdict {
    fn take(&mut self, diagnostic: &Diagnostic) {
        let summary = diagnostic.message.starts_with("aborting due to");
        if diagnostic.level != DiagnosticLevel::Error || summary {
            return;
        }
        match &diagnostic.code {
            Some(code) => {
                self.codes.insert(code.code.clone());
            }
            None => self.without_code.push(diagnostic.message.clone()),
        }
        let rendered = diagnostic.rendered.as_deref().unwrap_or_default();
        self.first_lines
            .extend(rendered.lines().next().map(str::to_owned));
    }
}

fn judge_code(snippet: &Snippet, verdict: &Verdict) -> Result<(), String> {
    let place = snippet.fence.place();
    let stated = snippet.codes();
    if stated.is_empty() {
        return Err(format!(
            "{place}: the fence states no error code: write \
             ```rust,compile_fail,{}",
            listed(&verdict.codes, "E0382"),
        ));
    }
    if let [first, ..] = verdict.without_code.as_slice() {
        return Err(format!(
            "{place}: the compiler gives an error that has no code, {first:?}: \
             change the snippet so that it fails for the reason the page gives"
        ));
    }
    if verdict.codes.is_empty() {
        return Err(format!(
            "{place}: the snippet compiles, but its fence says \
             compile_fail,{}: break it again, or take `compile_fail` away and \
             say on the page that it compiles",
            listed(&stated, ""),
        ));
    }
    if verdict.codes != stated {
        return Err(format!(
            "{place}: the fence states {}, but the compiler gives {}: correct \
             the fence, or the snippet",
            listed(&stated, ""),
            listed(&verdict.codes, ""),
        ));
    }
    Ok(())
}

fn judge_wording(snippet: &Snippet, verdict: &Verdict) -> Result<(), String> {
    let Some(given) = verdict.first_lines.first() else {
        return Ok(());
    };
    let next = snippet
        .next
        .as_ref()
        .filter(|next| next.path == snippet.fence.path && next.has("text"));
    let Some(next) = next else {
        return Err(format!(
            "{}: the compiler's message is missing: the next block of the \
             page must be a ```text block that starts with `{given}`",
            snippet.fence.place(),
        ));
    };
    if verdict
        .first_lines
        .iter()
        .any(|line| begins_with(&next.text, line))
    {
        return Ok(());
    }
    let shown = next.text.lines().next().unwrap_or_default();
    Err(format!(
        "{}: the block starts with `{shown}`, but the compiler says \
         `{given}`: copy its line",
        next.place(),
    ))
}

/// Whether `message` is the first line of the block, or its first lines,
/// where it had to be broken to fit on the page.
fn begins_with(block: &str, message: &str) -> bool {
    let mut joined = String::new();
    block.lines().any(|line| {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line.trim());
        joined == message
    })
}

fn listed(codes: &BTreeSet<String>, none: &str) -> String {
    if codes.is_empty() {
        return none.to_owned();
    }
    codes
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(",")
}

/// Whether the compiler is of the release that `rust-version` names.
fn compiler_is_the_stated_one() -> bool {
    let output = cargo::output({
        let mut rustc = Command::new("rustc");
        rustc.arg("--version").current_dir(root());
        rustc
    });
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split(' ').nth(1).unwrap_or_default();
    let stated = cargo::threading().rust_version.as_ref();
    stated.is_some_and(|stated| {
        let minor = format!("{}.{}.", stated.major, stated.minor);
        version.starts_with(&minor)
    })
}
