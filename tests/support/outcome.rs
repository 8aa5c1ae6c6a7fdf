//! What a program did: all that it printed and how it ended, in the form of
//! its snapshot.

use std::fmt;

use regex::Regex;

use crate::varies::Varies;

/// What one run printed, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// `0`, or `none: killed by a signal`.
    pub exit_code: String,
}

impl Outcome {
    /// The outcome without what `row` says may vary.
    #[must_use]
    pub fn normalized(&self, row: Option<&Varies>) -> Outcome {
        let Some(row) = row else { return self.clone() };
        Outcome {
            stdout: normalize(&self.stdout, row),
            stderr: normalize(&self.stderr, row),
            exit_code: self.exit_code.clone(),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        part(f, "stdout", &self.stdout)?;
        part(f, "stderr", &self.stderr)?;
        write!(f, "exit code: {}", self.exit_code)
    }
}

fn part(f: &mut fmt::Formatter<'_>, name: &str, text: &str) -> fmt::Result {
    writeln!(f, "ANCHOR: {name}")?;
    for line in text.lines() {
        writeln!(f, "{line}")?;
    }
    if !text.is_empty() && !text.ends_with('\n') {
        writeln!(f, "[no end of line]")?;
    }
    writeln!(f, "ANCHOR_END: {name}")
}

fn normalize(text: &str, row: &Varies) -> String {
    let mut text = text.to_owned();
    for filter in row.filters {
        let pattern = compile(filter.pattern, row);
        text = pattern.replace_all(&text, filter.replacement).into_owned();
    }
    for pattern in row.free_order {
        text = sort_matching(&text, &compile(pattern, row));
    }
    text
}

fn compile(pattern: &str, row: &Varies) -> Regex {
    match Regex::new(pattern) {
        Ok(regex) => regex,
        Err(error) => panic!(
            "tests/support/varies.rs: the row of `{}` has a pattern that is \
             no regular expression: {error}",
            row.program,
        ),
    }
}

/// Sorts the lines that match among the places that they have.
fn sort_matching(text: &str, pattern: &Regex) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let matches = |line: &str| pattern.is_match(line.trim_end());
    let places: Vec<usize> =
        (0..lines.len()).filter(|&at| matches(lines[at])).collect();
    let mut free: Vec<&str> = places.iter().map(|&at| lines[at]).collect();
    free.sort_unstable();
    for (place, line) in places.into_iter().zip(free) {
        lines[place] = line;
    }
    lines.concat()
}

/// The first line in which two texts differ, in a sentence.
pub fn first_difference(one: &str, other: &str) -> String {
    let end = "(the end)";
    let (mut a, mut b) = (one.lines(), other.lines());
    for number in 1.. {
        match (a.next(), b.next()) {
            (None, None) => break,
            (one, other) if one == other => {}
            (one, other) => {
                return format!(
                    "line {number} is `{}` in one and `{}` in the other",
                    one.unwrap_or(end),
                    other.unwrap_or(end),
                );
            }
        }
    }
    "they differ in their line ends".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::varies::{DURATIONS, IDENTIFIERS, THREAD_OF_A_PANIC};

    const ROW: Varies = Varies {
        program: "sample",
        because: "this is a test",
        filters: &[DURATIONS, IDENTIFIERS, THREAD_OF_A_PANIC],
        free_order: &["^worker"],
    };

    fn outcome(stdout: &str) -> Outcome {
        let exit_code = "0".to_owned();
        Outcome {
            stdout: stdout.to_owned(),
            stderr: String::new(),
            exit_code,
        }
    }

    #[test]
    fn a_program_without_a_row_is_compared_as_it_is() {
        let raw = outcome("took 3.5ms\n");
        assert_eq!(raw.normalized(None), raw);
    }

    #[test]
    fn filters_replace_what_varies() {
        let raw = outcome("took 3.5ms, 12 s, by ThreadId(7), 139872346: 5 x\n");
        let shown = raw.normalized(Some(&ROW)).stdout;
        let expected =
            "took [duration], [duration], by [identifier], [identifier]: 5 x\n";
        assert_eq!(shown, expected);
        let raw = outcome("thread 'main' (4711) panicked at a.rs:1:1:\n");
        let shown = raw.normalized(Some(&ROW)).stdout;
        assert_eq!(shown, "thread 'main' panicked at a.rs:1:1:\n");
    }

    #[test]
    fn lines_of_free_order_are_sorted_where_they_stand() {
        let raw = outcome("start\nworker 2\nmiddle\nworker 1\nend\n");
        let shown = raw.normalized(Some(&ROW)).stdout;
        assert_eq!(shown, "start\nworker 1\nmiddle\nworker 2\nend\n");
    }

    #[test]
    fn a_snapshot_shows_a_missing_end_of_line() {
        let shown = outcome("a").to_string();
        assert_eq!(
            shown,
            "ANCHOR: stdout\na\n[no end of line]\nANCHOR_END: stdout\n\
             ANCHOR: stderr\nANCHOR_END: stderr\nexit code: 0",
        );
    }
}
