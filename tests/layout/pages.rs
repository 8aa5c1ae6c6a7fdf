//! What is on a page: its anatomy, its length, its prose, the width of its
//! code.

use std::sync::LazyLock;

use book_tests::fences::{Fence, fences};
use book_tests::problems::Problems;
use book_tests::prose::{ends_in_punctuation, lines, wrong_lines};
use book_tests::workspace::{all_fences, all_pages, chapters, inside, read};
use regex::Regex;
use xtask::pages::Page;

/// The sections that a chapter has whose module has a page of its own, in
/// their order; others may come after the first.
const SECTIONS: [&str; 8] = [
    "At a glance",
    "Pitfalls",
    "Coming from Python",
    "Try it",
    "Reference",
    "Recap",
    "Take it home",
    "Where to go next",
];

/// The sections of a chapter that explains its module itself.
const SECTIONS_OF_ONE_PAGE: [&str; 11] = [
    "What you will learn",
    "The problem",
    "The smallest program",
    "The picture",
    "How to use it",
    "Inside the module",
    "What does not compile",
    "Pitfalls",
    "Coming from Python",
    "Recap",
    "Take it home",
];

/// How long a page may be: words of prose, and lines of code that are seen
/// without opening a fold.
struct Length {
    words: usize,
    code: usize,
}

const CHAPTER: Length = Length {
    words: 1_800,
    code: 200,
};

const INSIDE: Length = Length {
    words: 2_200,
    code: 400,
};

/// How many columns of code a page shows without scrolling.
const COLUMNS: usize = 80;

/// A heading, with its line, from one.
struct Heading {
    line: usize,
    level: usize,
    title: String,
}

#[test]
fn every_chapter_has_its_sections_in_order() {
    let mut problems = Problems::default();
    let all = all_pages();
    for page in chapters() {
        let mut found = headings(&page.source);
        found.retain(|heading| heading.level == 2);
        if inside(&page, &all).is_some() {
            let is_free = |h: &Heading| !SECTIONS.contains(&&*h.title);
            // Nothing comes before the first.
            let starts_wrong = found.first().is_some_and(is_free);
            found.retain(|h| starts_wrong || !is_free(h));
            in_order(&page, &found, &SECTIONS, &mut problems);
        } else {
            in_order(&page, &found, &SECTIONS_OF_ONE_PAGE, &mut problems);
        }
    }
    problems.report();
}

fn in_order(
    page: &Page,
    found: &[Heading],
    sections: &[&str],
    problems: &mut Problems,
) {
    let longest = found.len().max(sections.len());
    let first_wrong = (0..longest).find(|&at| {
        found.get(at).map(|h| h.title.as_str()) != sections.get(at).copied()
    });
    let Some(at) = first_wrong else { return };
    let wanted = sections.get(at).map_or_else(
        || "the end of the page".to_owned(),
        |title| format!("`## {title}`"),
    );
    let place = found.get(at).map_or_else(
        || format!("{}: the page ends", page.path),
        |h| format!("{}:{}: `## {}` is", page.path, h.line, h.title),
    );
    problems.add(format!(
        "{place} where {wanted} belongs: the sections of a chapter are {}",
        sections.join(", "),
    ));
}

#[test]
fn every_chapter_starts_with_a_promise_and_what_you_will_learn() {
    let mut problems = Problems::default();
    let all = all_pages();
    for page in chapters() {
        promise(&page, &mut problems);
        if inside(&page, &all).is_some() {
            continue;
        }
        let first = SECTIONS_OF_ONE_PAGE[0];
        let learn = section(&page.source, first);
        let items = learn.lines().filter(|line| line.starts_with("- "));
        let count = items.count();
        problems.unless((3..=4).contains(&count), || {
            format!(
                "{}: *{first}* has {count} items: make it a list of 3 or 4 \
                 that start with `- `",
                page.path,
            )
        });
    }
    problems.report();
}

#[test]
fn no_page_is_too_long() {
    let mut problems = Problems::default();
    let all = all_pages();
    for chapter in chapters() {
        let Some(inside) = inside(&chapter, &all) else {
            continue;
        };
        fits(&chapter, &CHAPTER, &mut problems);
        fits(inside, &INSIDE, &mut problems);
    }
    problems.report();
}

fn fits(page: &Page, limit: &Length, problems: &mut Problems) {
    let prose = lines(&page.source);
    let words: usize = prose.iter().map(|line| words(&line.text)).sum();
    problems.unless(words <= limit.words, || {
        format!(
            "{}: it has {words} words of prose: cut it to {}",
            page.path, limit.words,
        )
    });
    let code = visible_code(page, problems);
    problems.unless(code <= limit.code, || {
        format!(
            "{}: it shows {code} lines of code without opening a fold: show \
             at most {}",
            page.path, limit.code,
        )
    });
}

/// The words of a line of prose; a link counts as its text.
fn words(text: &str) -> usize {
    static TARGET: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\]\([^)]*\)").expect("the pattern is valid")
    });
    TARGET.replace_all(text, "").split_whitespace().count()
}

/// The lines of Rust and Python that a reader sees without opening a fold.
fn visible_code(page: &Page, problems: &mut Problems) -> usize {
    let fences = problems.ok(fences(page)).unwrap_or_default();
    let code = fences.iter().filter(|fence| {
        (fence.has("rust") || fence.has("python"))
            && !is_folded(&page.source, fence.line)
    });
    code.map(|fence| visible(fence).count()).sum()
}

/// Whether the line is inside of a `<details>`.
fn is_folded(source: &str, line: usize) -> bool {
    let before = source.lines().take(line);
    let count = |tag| before.clone().filter(|l| l.contains(tag)).count();
    count("<details") > count("</details>")
}

/// A title, then one paragraph that is one sentence.
fn promise(page: &Page, problems: &mut Problems) {
    let titles = headings(&page.source).into_iter().filter(|h| h.level == 1);
    problems.unless(titles.count() == 1, || {
        format!("{}: a page has one title, `# …`, on its top", page.path)
    });
    let intro = page.source.split("\n## ").next().unwrap_or_default();
    let prose = lines(intro);
    let one = prose.len() == 1 && ends_in_punctuation(&prose[0].text);
    problems.unless(one && wrong_lines(&prose).is_empty(), || {
        format!(
            "{}:{}: between the title and the first section stands one \
             paragraph that is one sentence on one line: the promise of the \
             page",
            page.path,
            prose.first().map_or(1, |line| line.number),
        )
    });
}

#[test]
fn every_diagram_is_told_in_words() {
    let mut problems = Problems::default();
    let all = all_pages();
    let of_one_page = |page: &Page| inside(page, &all).is_none();
    for page in chapters().into_iter().filter(of_one_page) {
        let picture = section(&page.source, "The picture");
        problems.unless(picture.contains("```mermaid"), || {
            format!(
                "{}: *The picture* has no ```mermaid block: draw one",
                page.path,
            )
        });
    }
    for page in &all {
        for line in diagrams_without_words(&page.source) {
            problems.add(format!(
                "{}:{line}: the diagram is not followed by a paragraph that \
                 starts with `*In words:*` and says the same",
                page.path,
            ));
        }
    }
    problems.report();
}

fn diagrams_without_words(source: &str) -> Vec<usize> {
    let all: Vec<&str> = source.lines().collect();
    let starts = (0..all.len()).filter(|&at| all[at].starts_with("```mermaid"));
    let silent = starts.filter(|&at| {
        let mut after = all[at + 1..].iter();
        let _end = after.find(|line| line.starts_with("```"));
        let next = after.find(|line| !line.trim().is_empty());
        !next.is_some_and(|line| line.starts_with("*In words:*"))
    });
    silent.map(|at| at + 1).collect()
}

#[test]
fn one_sentence_stands_on_each_line() {
    let mut problems = Problems::default();
    for page in all_pages() {
        for (line, advice) in wrong_lines(&lines(&page.source)) {
            problems.add(format!("{}:{line}: {advice}", page.path));
        }
    }
    problems.report();
}

#[test]
fn code_is_at_most_80_columns_wide() {
    let mut problems = Problems::default();
    for fence in all_fences(&mut problems) {
        if fence.has("mermaid") {
            continue;
        }
        for line in visible(&fence) {
            let columns = line.chars().count();
            problems.unless(columns <= COLUMNS, || {
                format!(
                    "{}: the block shows a line of {columns} columns; break \
                     it so that it fits in {COLUMNS}: `{line}`",
                    fence.place(),
                )
            });
        }
    }
    problems.report();
}

#[test]
fn no_anchor_is_visible() {
    let mut problems = Problems::default();
    for fence in all_fences(&mut problems) {
        let mut lines = visible(&fence);
        problems.unless(!lines.any(|line| line.contains("ANCHOR:")), || {
            format!(
                "{}: the block shows `ANCHOR:` comments, since it includes a \
                 whole file: include an anchor that spans the file, or a file \
                 that has none",
                fence.place(),
            )
        });
    }
    problems.report();
}

#[test]
fn included_code_is_not_empty() {
    let mut problems = Problems::default();
    for fence in all_fences(&mut problems) {
        let empty = visible(&fence).all(|line| line.trim().is_empty());
        problems.unless(!empty, || {
            format!(
                "{}: the block shows nothing: mend its include, or delete it",
                fence.place(),
            )
        });
    }
    problems.report();
}

#[test]
fn ignored_snippets_have_a_reason() {
    let mut problems = Problems::default();
    for fence in all_fences(&mut problems) {
        if !fence.has("ignore") {
            continue;
        }
        let source = read(&fence.path);
        let before = source.lines().nth(fence.line.saturating_sub(2));
        let reason = before
            .unwrap_or_default()
            .trim()
            .strip_prefix("<!--")
            .and_then(|rest| rest.strip_suffix("-->"))
            .is_some_and(|reason| reason.trim().len() > 10);
        problems.unless(reason, || {
            format!(
                "{}: nothing tests an ignored snippet: let it be tested, or \
                 say in the line above why not: `<!-- ignored because … -->`",
                fence.place(),
            )
        });
    }
    problems.report();
}

#[test]
fn every_block_says_what_it_holds() {
    let mut problems = Problems::default();
    for fence in all_fences(&mut problems) {
        problems.unless(!fence.info.is_empty(), || {
            format!(
                "{}: the fence names no language: write ```text, ```rust, …",
                fence.place(),
            )
        });
    }
    problems.report();
}

/// The lines that mdBook shows: in Rust, those that do not begin with `# `.
fn visible(fence: &Fence) -> impl Iterator<Item = &str> {
    let rust = fence.has("rust");
    fence.text.lines().filter(move |line| {
        let line = line.trim_start();
        !(rust && (line.starts_with("# ") || line == "#"))
    })
}

fn headings(source: &str) -> Vec<Heading> {
    let mut fenced = false;
    let mut headings = Vec::new();
    for (at, text) in source.lines().enumerate() {
        fenced ^= text.starts_with("```");
        let title = text.trim_start_matches('#');
        let level = text.len() - title.len();
        if !fenced && level > 0 && title.starts_with(' ') {
            let title = title.trim().to_owned();
            headings.push(Heading {
                line: at + 1,
                level,
                title,
            });
        }
    }
    headings
}

/// The text of an H2 section.
fn section<'a>(source: &'a str, title: &str) -> &'a str {
    let heading = format!("\n## {title}\n");
    let rest = source.split_once(heading.as_str()).map(|(_, rest)| rest);
    let rest = rest.unwrap_or_default();
    rest.split("\n## ").next().unwrap_or_default()
}
