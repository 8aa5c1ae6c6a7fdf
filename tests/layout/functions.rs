//! The modules are made of short functions.

use std::cmp::Reverse;
use std::sync::LazyLock;

use book_tests::workspace::{modules, read};
use regex::Regex;

/// Half of the functions have at most this many lines of code.
const MEDIAN: usize = 5;

/// Nine in ten have fewer than this many.
const LONG: usize = 15;

/// How many of the longest a failure names.
const WORST: usize = 20;

/// A function of a module.
struct Function {
    /// `code/src/lock.rs:42`.
    place: String,
    name: String,
    /// The lines between its braces that are neither empty nor a comment.
    lines: usize,
}

#[test]
fn functions_are_short() {
    let mut all: Vec<Function> =
        modules().iter().flat_map(|stem| functions(stem)).collect();
    all.sort_by_key(|function| Reverse(function.lines));
    let median = all[all.len() / 2].lines;
    let long = all.iter().filter(|it| it.lines >= LONG).count();
    let worst =
        all.iter()
            .take(WORST)
            .map(|Function { place, name, lines }| {
                format!("\n- {place}: `{name}` has {lines} lines")
            });
    assert!(
        median <= MEDIAN && long * 10 <= all.len(),
        "the median function of the modules has {median} lines, and {long} of \
         {} have {LONG} or more: split the longest, so that the median is at \
         most {MEDIAN} and nine in ten are shorter than {LONG}:{}",
        all.len(),
        worst.collect::<String>(),
    );
}

/// The functions of a module, without those of its tests.
fn functions(stem: &str) -> Vec<Function> {
    static FUNCTION: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"^( *)(?:pub |pub\(\w+\) |const |unsafe )*fn (\w+)";
        Regex::new(pattern).expect("the pattern is valid")
    });
    let path = format!("code/src/{stem}.rs");
    let text = read(&path);
    let code = text.split("#[cfg(test)]\nmod tests").next();
    let lines: Vec<&str> = code.unwrap_or_default().lines().collect();
    let found = lines.iter().enumerate().filter_map(|(at, line)| {
        let found = FUNCTION.captures(line)?;
        Some(Function {
            place: format!("{path}:{}", at + 1),
            name: found[2].to_owned(),
            lines: body(&lines[at..], &found[1])?,
        })
    });
    found.collect()
}

/// The lines of code of the function that begins at the first line, or `None`
/// if it has no body; rustfmt puts its last brace below the `fn`.
fn body(lines: &[&str], indent: &str) -> Option<usize> {
    let ends = |line: &&str| line.ends_with(['{', '}', ';']);
    let head = lines.iter().position(ends)?;
    if !lines[head].ends_with('{') {
        return lines[head].ends_with('}').then_some(1);
    }
    let end = format!("{indent}}}");
    let body = lines[head + 1..].iter().take_while(|line| **line != end);
    let code = body.map(|line| line.trim_start());
    let is_code = |line: &&str| !line.is_empty() && !line.starts_with("//");
    Some(code.filter(is_code).count())
}

#[test]
fn a_body_is_counted_without_comments() {
    let text = "    fn a(\n        x: u8,\n    ) -> u8 {\n        // Why.\n\n\
                        if x {\n        }\n    }\n    fn b() {}\n";
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(body(&lines, "    "), Some(2));
    assert_eq!(body(&lines[8..], "    "), Some(1));
    assert_eq!(body(&["fn c();"], ""), None);
}
