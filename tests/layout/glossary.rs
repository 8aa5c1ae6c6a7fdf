//! The glossary: no term is missing, each is in its place, and the page that
//! it names uses it.

use book_tests::problems::Problems;
use book_tests::workspace::{all_pages, read};
use regex::Regex;

const PATH: &str = "src/glossary.md";

/// What readers search for.
const TERMS: &[&str] = &[
    "atomic operation",
    "auto-reset event",
    "barging",
    "barrier",
    "binary semaphore",
    "blocking call",
    "busy waiting",
    "condition variable",
    "contention",
    "context switch",
    "counting semaphore",
    "critical section",
    "daemon thread",
    "data race",
    "deadlock",
    "detach",
    "fairness",
    "free-threaded build",
    "global interpreter lock",
    "happens-before",
    "JoinHandle",
    "latch",
    "livelock",
    "lost wake-up",
    "manual-reset event",
    "marker trait",
    "memory ordering",
    "monitor",
    "move closure",
    "mutex",
    "mutual exclusion",
    "oversubscription",
    "permit",
    "poisoning",
    "race condition",
    "recursive mutex",
    "reentrant mutex",
    "rendezvous",
    "scoped thread",
    "semaphore",
    "Send",
    "spinning",
    "spurious wake-up",
    "starvation",
    "subinterpreter",
    "Sync",
    "thread-local storage",
    "time slice",
];

/// One row of the table.
struct Entry {
    /// `mutex` and `mutual exclusion`, without marks and explanations.
    terms: Vec<String>,
    /// The stem of the page that explains them.
    page: String,
}

fn entries() -> Vec<Entry> {
    let pattern = r"(?m)^\| ([^|]+) \| [^|]+ \| \[[^]]+\]\(([\w/]+)\.md";
    let row = Regex::new(pattern).expect("the pattern is valid");
    let text = read(PATH);
    let rows = row.captures_iter(&text);
    rows.map(|row| Entry {
        terms: terms(&row[1]),
        page: row[2].to_owned(),
    })
    .collect()
}

/// The terms of a cell: `a, b (c)` has two.
fn terms(cell: &str) -> Vec<String> {
    let cell = cell.replace('`', "");
    let before = cell.split(" (").next().unwrap_or_default();
    before.split(", ").map(str::to_owned).collect()
}

#[test]
fn the_glossary_has_every_term() {
    let mut problems = Problems::default();
    let known: Vec<String> = entries()
        .into_iter()
        .flat_map(|entry| entry.terms)
        .collect();
    for term in TERMS {
        problems.unless(known.iter().any(|other| other == term), || {
            format!("{PATH}: there is no row for *{term}*: add it")
        });
    }
    problems.report();
}

#[test]
fn the_glossary_is_in_order() {
    let mut problems = Problems::default();
    let entries = entries();
    for pair in entries.windows(2) {
        let [before, after] = [&pair[0], &pair[1]].map(|e| &e.terms[0]);
        problems.unless(before.to_lowercase() < after.to_lowercase(), || {
            format!("{PATH}: *{after}* belongs before *{before}*: move it")
        });
    }
    problems.report();
}

#[test]
fn a_term_is_on_the_page_that_explains_it() {
    let mut problems = Problems::default();
    let pages = all_pages();
    for Entry { terms, page } in entries() {
        let found = pages.iter().find(|other| other.stem == page);
        let text = found.map_or("", |page| page.source.as_str());
        let text = text.replace('`', "").to_lowercase();
        for term in terms {
            problems.unless(text.contains(&term.to_lowercase()), || {
                format!(
                    "{PATH}: src/{page}.md does not use the term *{term}*: \
                     define it there, or name another page"
                )
            });
        }
    }
    problems.report();
}
