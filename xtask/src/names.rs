//! Answers to a name that nothing has.

use std::error::Error;
use std::fmt;

/// How alike two names are, from 0 to 1, for one to be worth suggesting.
const ALIKE: f64 = 0.75;

/// A name on the command line that nothing has.
///
/// Its message is one sentence with the nearest names.
#[derive(Debug)]
pub struct Unknown(String);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Unknown {}

/// Says that no `kind` is called `word`, and which of `names` are near.
///
/// Where none is near, all of them are given.
pub fn unknown<'a>(
    kind: &str,
    word: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Unknown {
    let names: Vec<&str> = names.into_iter().collect();
    let near = nearest(word, &names);
    Unknown(if names.is_empty() {
        format!("there is no {kind} `{word}`, nor any other {kind} yet")
    } else if near.is_empty() {
        format!("there is no {kind} `{word}`; choose from {}", list(&names))
    } else {
        format!("there is no {kind} `{word}`; did you mean {}?", list(&near))
    })
}

/// The names that are like `word`, the most alike first.
fn nearest<'a>(word: &str, names: &[&'a str]) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let mut near: Vec<(f64, &str)> = names
        .iter()
        .map(|name| (strsim::jaro_winkler(&word, &name.to_lowercase()), *name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> =
        names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["barrier", "condition", "lock", "rlock"];

    #[test]
    fn the_nearest_name_comes_first() {
        assert_eq!(nearest("lokc", &NAMES), ["lock", "rlock"]);
        assert_eq!(nearest("Conditon", &NAMES), ["condition"]);
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(nearest("BARRIER", &NAMES), ["barrier"]);
    }

    #[test]
    fn where_no_name_is_near_all_are_given() {
        assert_eq!(
            unknown("chapter", "xyz", NAMES).to_string(),
            "there is no chapter `xyz`; \
             choose from `barrier`, `condition`, `lock`, `rlock`"
        );
    }

    #[test]
    fn nothing_to_choose_from_is_said() {
        assert_eq!(
            unknown("program", "lock", []).to_string(),
            "there is no program `lock`, nor any other program yet"
        );
    }
}
