//! What belongs to a chapter exists, and is shown by its page.

use std::collections::BTreeSet;

use book_tests::problems::Problems;
use book_tests::varies::TABLE;
use book_tests::workspace::{
    NOT_CHAPTERS, all_pages, book, chapter_of, chapters, exists, files, inside,
    modules, programs, read, stems,
};
use xtask::includes::{self, Include, anchors};
use xtask::pages::Page;

/// Modules whose page does not exist yet, each with the reason.
const WITHOUT_PAGE: &[(&str, &str)] = &[];

/// Whether a file is a module without a page, or one of its programs.
fn has_no_page(stem: &str) -> bool {
    let modules = modules();
    let module = chapter_of(stem, &modules);
    WITHOUT_PAGE
        .iter()
        .any(|(excused, _)| Some(*excused) == module)
}

#[test]
fn every_chapter_has_its_files() {
    let mut problems = Problems::default();
    let modules = modules();
    let programs = programs();
    for page in chapters() {
        let Page { stem, path, .. } = page;
        problems.unless(modules.contains(&stem), || {
            format!(
                "{path}: there is no code/src/{stem}.rs: write the module, or \
                 make the chapter a draft in src/SUMMARY.md, `- [Title]()`"
            )
        });
        problems.unless(programs.contains(&stem), || {
            format!(
                "{path}: there is no code/examples/{stem}.rs: write the \
                 program that the page shows"
            )
        });
    }
    problems.report();
}

#[test]
fn every_module_has_its_page() {
    let mut problems = Problems::default();
    let pages: Vec<String> =
        chapters().into_iter().map(|page| page.stem).collect();
    for stem in modules() {
        let has_page = chapter_of(&stem, &pages).is_some();
        problems.unless(has_page || has_no_page(&stem), || {
            format!(
                "code/src/{stem}.rs: src/SUMMARY.md links no page \
                 {stem}.md, and none whose stem this name begins with: write \
                 it, or add a row to WITHOUT_PAGE in tests/layout/chapters.rs"
            )
        });
    }
    for (stem, _) in WITHOUT_PAGE {
        problems.unless(!pages.iter().any(|page| page == stem), || {
            format!(
                "src/{stem}.md exists now: take `{stem}` out of WITHOUT_PAGE \
                 in tests/layout/chapters.rs"
            )
        });
    }
    problems.report();
}

#[test]
fn every_page_stands_in_the_summary() {
    let mut problems = Problems::default();
    let linked: BTreeSet<String> =
        all_pages().into_iter().map(|page| page.path).collect();
    let chapters = files("src", "md");
    let insides = files("src/inside", "md");
    let insides = insides.iter().map(|name| format!("inside/{name}"));
    for name in chapters.into_iter().chain(insides) {
        let path = format!("src/{name}");
        problems.unless(name == "SUMMARY.md" || linked.contains(&path), || {
            format!("{path}: src/SUMMARY.md does not link it: add it there")
        });
    }
    problems.report();
}

#[test]
fn every_program_has_a_twin_a_snapshot_and_a_page() {
    let mut problems = Problems::default();
    let pages = chapters();
    let all = all_pages();
    let stems: Vec<String> = pages.iter().map(|p| p.stem.clone()).collect();
    for program in programs() {
        let path = format!("code/examples/{program}.rs");
        has_file(&path, &format!("code/examples/{program}.py"), &mut problems);
        let snapshot = format!("tests/snapshots/{program}.snap");
        has_file(&path, &snapshot, &mut problems);
        if has_no_page(&program) {
            continue;
        }
        let Some(stem) = chapter_of(&program, &stems) else {
            problems.add(format!(
                "{path}: no page has a stem that its name begins with: call \
                 it <stem>.rs or <stem>_<variant>.rs"
            ));
            continue;
        };
        let page = pages.iter().find(|page| page.stem == stem);
        let both = page.into_iter().chain(page.and_then(|p| inside(p, &all)));
        let shown: Vec<Include> = both.flat_map(includes).collect();
        problems.unless(shows(&shown, &path, None), || {
            format!("{path}: src/{stem}.md does not show it: include it")
        });
        let output =
            ["stdout", "stderr"].map(|part| shows(&shown, &snapshot, part));
        problems.unless(output.contains(&true), || {
            format!(
                "{snapshot}: src/{stem}.md does not show it: include \
                 {{{{#include ../{snapshot}:stdout}}}} (or :stderr) in a \
                 ```text block"
            )
        });
    }
    problems.report();
}

fn has_file(program: &str, wanted: &str, problems: &mut Problems) {
    problems.unless(exists(wanted), || {
        let how = if wanted.ends_with(".snap") {
            "make it with `cargo book bless`"
        } else {
            "write the Python twin"
        };
        format!("{program}: there is no {wanted}: {how}")
    });
}

fn shows<'a>(
    includes: &[Include],
    file: &str,
    anchor: impl Into<Option<&'a str>>,
) -> bool {
    let anchor = anchor.into();
    includes.iter().any(|include| {
        include.file == file
            && (anchor.is_none() || include.anchor.as_deref() == anchor)
    })
}

#[test]
fn nothing_is_left_over() {
    let mut problems = Problems::default();
    let programs = programs();
    for snapshot in stems("tests/snapshots", "snap") {
        let program = snapshot.trim_end_matches(".python");
        problems.unless(programs.iter().any(|p| p == program), || {
            format!(
                "tests/snapshots/{snapshot}.snap: there is no program \
                 code/examples/{program}.rs: delete the snapshot"
            )
        });
    }
    for twin in stems("code/examples", "py") {
        problems.unless(programs.contains(&twin), || {
            format!(
                "code/examples/{twin}.py: there is no program {twin}.rs: \
                 write it, or delete the twin"
            )
        });
    }
    for row in TABLE {
        problems.unless(programs.iter().any(|p| p == row.program), || {
            format!(
                "tests/support/varies.rs: there is no program {:?}: delete \
                 its row",
                row.program,
            )
        });
    }
    problems.report();
}

#[test]
fn module_and_page_name_each_other() {
    let mut problems = Problems::default();
    let pages = chapters();
    let all = all_pages();
    let stems: Vec<String> = pages.iter().map(|p| p.stem.clone()).collect();
    for page in &pages {
        let mut wanted = vec![format!("code/src/{}.rs", page.stem)];
        for stem in modules() {
            if chapter_of(&stem, &stems) != Some(&page.stem) {
                continue;
            }
            let module = format!("code/src/{stem}.rs");
            let text = read(&module);
            let mut head = text.lines().filter(|l| l.starts_with("//!"));
            problems.unless(head.any(|line| line.contains(&page.path)), || {
                format!(
                    "{module}: its first comment does not name {}: add \
                     `//! The chapter is {}.`",
                    page.path, page.path,
                )
            });
            wanted.push(module);
        }
        for program in programs() {
            if chapter_of(&program, &stems) == Some(&page.stem) {
                wanted.push(format!("code/examples/{program}.rs"));
                wanted.push(format!("code/examples/{program}.py"));
            }
        }
        let mut prose = without_includes(&page.source);
        if let Some(page) = inside(page, &all) {
            prose += &without_includes(&page.source);
        }
        for path in wanted {
            problems.unless(prose.contains(&path), || {
                format!(
                    "{}: the page does not name `{path}`: say where the file \
                     is, next to where it is shown",
                    page.path,
                )
            });
        }
    }
    problems.report();
}

/// What a module must not hide from somebody who copies it: a word in its
/// code, and what its header then says below *Before you copy it*.
const SURPRISES: &[[&str; 2]] = &[
    ["unsafe {", "forbid(unsafe_code)"],
    ["AtomicU64", "64-bit atomics"],
];

#[test]
fn every_module_says_what_surprises_whoever_copies_it() {
    const HEADING: &str = "//! # Before you copy it\n";
    let mut problems = Problems::default();
    for stem in modules() {
        let module = format!("code/src/{stem}.rs");
        let text = read(&module);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let header = code.split_once(HEADING).map_or("", |(_, rest)| rest);
        problems.unless(!header.is_empty(), || {
            format!(
                "{module}: its header has no section `{}`: add one that says \
                 what surprises whoever copies the file",
                HEADING.trim_start_matches("//! ").trim_end(),
            )
        });
        for [word, says] in SURPRISES {
            let is_said = !code.contains(word) || header.contains(says);
            problems.unless(is_said, || {
                format!(
                    "{module}: it uses `{word}`, and *Before you copy it* \
                     does not mention `{says}`: say so there"
                )
            });
        }
    }
    problems.report();
}

/// What a module says of its licence, since it is copied without the book.
const LICENCE: &str = "// SPDX-License-Identifier: MIT OR Apache-2.0\n";

#[test]
fn every_module_carries_its_licence() {
    let mut problems = Problems::default();
    for stem in stems("code/src", "rs") {
        let path = format!("code/src/{stem}.rs");
        let text = read(&path);
        // Below the anchor, so that the listing on the page has it too.
        let (first, rest) = text.split_once('\n').unwrap_or_default();
        let is_module = first == "// ANCHOR: module";
        let head = if is_module { rest } else { &text };
        let is_in_place = head.starts_with(LICENCE);
        problems.unless(is_in_place && (is_module || stem == "lib"), || {
            format!(
                "{path}: whoever copies it needs the line `{}`: put it below \
                 `ANCHOR: module`, and in lib.rs first",
                LICENCE.trim_end(),
            )
        });
    }
    problems.report();
}

fn without_includes(source: &str) -> String {
    let lines = source.lines().filter(|line| !line.contains("{{#"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_include_leads_somewhere() {
    let mut problems = Problems::default();
    let broken = includes::broken(&book()).expect("mdBook expands the pages");
    for problem in broken {
        problems.add(problem);
    }
    problems.report();
}

/// The includes of a page.
fn includes(page: &Page) -> Vec<Include> {
    includes::includes(&page.path, &page.source)
}

#[test]
fn every_anchor_is_shown() {
    let mut problems = Problems::default();
    let shown: BTreeSet<(String, String)> = all_pages()
        .iter()
        .flat_map(includes)
        .filter_map(|include| Some((include.file, include.anchor?)))
        .collect();
    let places = [
        ("code/src", "rs"),
        ("code/examples", "rs"),
        ("code/examples", "py"),
    ];
    for (folder, extension) in places {
        for stem in stems(folder, extension) {
            if has_no_page(&stem) {
                continue;
            }
            let file = format!("{folder}/{stem}.{extension}");
            for (line, anchor) in anchors(&read(&file)) {
                let used = shown.contains(&(file.clone(), anchor.clone()));
                problems.unless(used, || {
                    format!(
                        "{file}:{line}: no page shows ANCHOR {anchor}: \
                         include it, or delete its two lines"
                    )
                });
            }
        }
    }
    problems.report();
}

#[test]
fn pages_that_are_no_chapter_have_no_module() {
    let mut problems = Problems::default();
    let modules = modules();
    for name in NOT_CHAPTERS {
        problems.unless(!modules.iter().any(|stem| stem == name), || {
            format!(
                "code/src/{name}.rs: `{name}` counts as a page without a \
                 module: take it out of NOT_CHAPTERS in \
                 tests/support/workspace.rs"
            )
        });
    }
    problems.report();
}
