//! The prose of a page: one sentence on each line of the source.

use std::sync::LazyLock;

use regex::Regex;

/// Ends that are no end of a sentence.
const ABBREVIATIONS: [&str; 5] = ["e.g.", "i.e.", "vs.", "etc.", "cf."];

/// A line of prose, from one, without the marks of lists and quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the source.
    pub number: usize,
    /// Its text.
    pub text: String,
    /// Whether it starts a paragraph, a list item or the like.
    pub starts: bool,
}

/// The lines of prose of a page: no code, no table, no heading, no HTML.
pub fn lines(markdown: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut fence: Option<String> = None;
    let mut comment = false;
    let mut starts = true;
    for (at, line) in markdown.lines().enumerate() {
        let text = line.trim();
        if let Some(open) = &fence {
            if text.starts_with(open.as_str()) {
                fence = None;
            }
            continue;
        }
        if text.starts_with("```") {
            let ticks = text.len() - text.trim_start_matches('`').len();
            fence = Some("`".repeat(ticks));
            starts = true;
            continue;
        }
        comment |= text.starts_with("<!--");
        if comment {
            comment = !text.contains("-->");
            starts = true;
            continue;
        }
        if text.is_empty() || text.starts_with(['#', '|', '<', '{']) {
            starts = true;
            continue;
        }
        let (text, marked) = without_marks(text);
        let starts_here = starts || marked;
        lines.push(Line {
            number: at + 1,
            text,
            starts: starts_here,
        });
        starts = false;
    }
    lines
}

fn without_marks(text: &str) -> (String, bool) {
    static MARKS: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"^(?:>\s*)*(?:[-*+]\s+|\d+[.)]\s+)?";
        Regex::new(pattern).expect("the pattern is valid")
    });
    let rest = MARKS.replace(text, "").into_owned();
    let quoted = text.trim_start_matches(['>', ' ']).len() == rest.len();
    let marked = rest.len() != text.len() && !quoted;
    (rest, marked)
}

/// What is wrong with the lines of prose of a page, if anything: the number
/// of the line, and what to do.
///
/// The rule is simple on purpose. A line holds two sentences when `.`, `!` or
/// `?`, outside of code, is followed by a space and a capital letter, unless
/// it ends an abbreviation; a sentence is broken when a line does not end in
/// punctuation and the next begins with a small letter.
pub fn wrong_lines(lines: &[Line]) -> Vec<(usize, String)> {
    let two = lines.iter().filter(|line| has_two_sentences(&line.text));
    let two = two.map(|line| {
        (
            line.number,
            "start each sentence on a line of its own".to_owned(),
        )
    });
    let broken = lines.windows(2).filter(|pair| {
        let next = pair[1].text.chars().next().unwrap_or(' ');
        pair[1].number == pair[0].number + 1
            && !pair[1].starts
            && next.is_lowercase()
            && !ends_in_punctuation(&pair[0].text)
    });
    let broken = broken.map(|pair| {
        (
            pair[1].number,
            "join this line to the one before it".to_owned(),
        )
    });
    two.chain(broken).collect()
}

/// Whether a line holds more than one sentence.
pub fn has_two_sentences(text: &str) -> bool {
    static END: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r#"[.!?][)"'*_]*\s+["'(*_\[]*\p{Lu}"#;
        Regex::new(pattern).expect("the pattern is valid")
    });
    let mut text = without_code(text);
    for abbreviation in ABBREVIATIONS {
        text = text.replace(abbreviation, "");
    }
    END.is_match(&text)
}

/// Whether a line ends like a sentence does, or introduces what follows.
pub fn ends_in_punctuation(text: &str) -> bool {
    let text = text.trim_end_matches(['*', '_', '"', ')', ' ', '\\']);
    text.ends_with(['.', '!', '?', ':', ';'])
}

fn without_code(text: &str) -> String {
    // A code span that begins a sentence counts as a capital letter.
    let parts = text.split('`').enumerate();
    parts
        .map(|(at, part)| if at % 2 == 1 { "Code" } else { part })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sentences_on_a_line_are_seen() {
        assert!(has_two_sentences("It waits. Then it goes on."));
        assert!(has_two_sentences("It waits. `join` goes on."));
        assert!(has_two_sentences("*It waits.* Then it goes on."));
        assert!(!has_two_sentences("It waits, e.g. Python's does."));
        assert!(!has_two_sentences("It calls `a. B` and waits."));
        assert!(!has_two_sentences("Python 3.11 or later."));
    }

    #[test]
    fn a_sentence_on_two_lines_is_seen() {
        let page = "# T\n\nA thread waits\nfor a lock.\n\n- one\n- two\n";
        let lines = lines(page);
        let wrong = wrong_lines(&lines);
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert_eq!(wrong[0].0, 4);
    }

    #[test]
    fn code_tables_and_comments_are_no_prose() {
        let page =
            "```rust\na. B\n```\n| a. B |\n<!-- a. B\nc. D -->\n## A. B\n";
        assert_eq!(lines(page), []);
    }
}
