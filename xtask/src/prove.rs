//! `cargo book prove`: the primitives under two model checkers.
//!
//! The package `proofs` has the models. It is built twice, with a target
//! folder for each checker, because the checker is chosen by a `--cfg` for
//! all crates.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::LazyLock;

use anyhow::{Context, Result, bail, ensure};
use regex::Regex;

use crate::{names, project, record};

/// Where the table of what was tried lies.
const FILE: &str = "src/recorded/proofs.md";

/// The checkers, by the `--cfg` that chooses them.
const CHECKERS: [&str; 2] = ["loom", "shuttle"];

/// Where the models are.
const MODELS: &str = "tests/proofs/src/models";

/// Runs the models below `root`, or those that have `word` in the name of
/// their primitive or in their promise.
///
/// If all ran, writes the table of schedules.
///
/// # Errors
///
/// [`names::Unknown`] when no model has the word, which is said before
/// anything is built; else when a promise is broken, and when a mutant is not
/// found.
pub fn run(root: &Path, word: Option<&str>) -> Result<()> {
    let word = word.map(|word| choose(root, word)).transpose()?;
    let word = word.as_deref();
    let [loom, shuttle] = CHECKERS.map(|checker| check(root, checker, word));
    let (loom, shuttle) = (loom?, shuttle?);
    ensure!(!loom.is_empty(), "no model was tried");
    let text = tables(&loom, &shuttle)?;
    println!("{text}");
    if word.is_none() {
        record::write(root, FILE, &text)?;
        println!("{FILE} is written");
    }
    Ok(())
}

/// The word that the models are asked for: `Lock` for `lock`.
fn choose(root: &Path, word: &str) -> Result<String> {
    let mut texts = String::new();
    for path in project::files(&root.join(MODELS), ".rs")? {
        texts += &fs::read_to_string(path)?;
    }
    let primitives: BTreeSet<_> = strings(&PRIMITIVE, &texts).collect();
    let same = |name: &&String| name.eq_ignore_ascii_case(word);
    if let Some(name) = primitives.iter().find(same) {
        return Ok(name.clone());
    }
    let has_it = |text: &String| text.contains(word);
    if primitives.iter().any(has_it)
        || strings(&PROMISE, &texts).any(|text| has_it(&text))
    {
        return Ok(word.to_owned());
    }
    let names = primitives.iter().map(String::as_str);
    Err(names::unknown("primitive", word, names).into())
}

/// What `pattern` finds in the source of the models, as the program has it.
fn strings(pattern: &Regex, texts: &str) -> impl Iterator<Item = String> {
    let found = pattern.captures_iter(texts);
    found.map(|found| BREAK.replace_all(&found[1], "").into_owned())
}

static PRIMITIVE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i:primitive):(?: &str =)?\s*"(\w+)""#));
static PROMISE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"promise:\s*"([^"]*)""#));
/// Where a string goes on in the next line.
static BREAK: LazyLock<Regex> = LazyLock::new(|| pattern(r"\\\n\s*"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

/// The lines that the models print, built on `checker`.
fn check(root: &Path, checker: &str, word: Option<&str>) -> Result<String> {
    println!("The models, on {checker}:");
    let folder = format!("target/{checker}");
    let mut command = project::cargo(root);
    command
        .args(["run", "--quiet", "--release", "--package", "proofs"])
        .args(["--target-dir", &folder, "--"])
        .args(word);
    let output = project::rustflags(&mut command, &format!("--cfg {checker}"))
        .env("SHUTTLE_SILENCE_WARNINGS", "1")
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("can't start the models on {checker}"))?;
    if !output.status.success() {
        bail!("a model on {checker} ends with {}", output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// One line of a checker.
struct Row<'a> {
    kind: &'a str,
    primitive: &'a str,
    /// A promise, or the change that makes a mutant.
    what: &'a str,
    /// A model's bound, or the first promise that a mutant breaks.
    detail: &'a str,
    /// How many schedules, or whether the mutant was found.
    result: &'a str,
}

fn rows(lines: &str) -> impl Iterator<Item = Row<'_>> {
    lines.lines().filter_map(|line| {
        let cells: Vec<_> = line.split('\t').collect();
        let [kind, primitive, what, detail, result] = cells[..] else {
            return None;
        };
        Some(Row {
            kind,
            primitive,
            what,
            detail,
            result,
        })
    })
}

/// The tables of what both checkers tried, as a page includes them.
fn tables(loom: &str, shuttle: &str) -> Result<String> {
    let of_shuttle: BTreeMap<_, _> = rows(shuttle)
        .map(|row| ((row.primitive, row.what), row.result))
        .collect();
    let mut models = String::from(
        "| Primitive | Promise | Switches | Schedules, loom | Schedules, \
         shuttle |\n|---|---|--:|--:|--:|\n",
    );
    let mut mutants = String::from(
        "| Primitive | What was changed | Broken promise | loom | shuttle |\n\
         |---|---|---|---|---|\n",
    );
    let mut sums = [0, 0];
    for row in rows(loom) {
        let Row {
            primitive,
            what,
            detail,
            result,
            ..
        } = row;
        let other = *of_shuttle
            .get(&(primitive, what))
            .with_context(|| format!("shuttle did not try this: {what}"))?;
        let start = format!("| `{primitive}` | {what} | {detail} |");
        if row.kind == "mutant" {
            mutants += &format!("{start} {result} | {other} |\n");
            continue;
        }
        let mut cells = [result, other].map(str::to_owned);
        for (sum, cell) in sums.iter_mut().zip(&mut cells) {
            let number: u64 = cell.parse()?;
            *sum += number;
            *cell = grouped(number);
        }
        models += &format!("{start} {} | {} |\n", cells[0], cells[1]);
    }
    let [loom, shuttle] = sums.map(grouped);
    models += &format!("| all | | | {loom} | {shuttle} |\n");
    let parts = [
        record::part("table", &models),
        record::part("mutants", &mutants),
        record::part("schedules", &loom),
    ];
    Ok("<!-- Written by `cargo book prove`. -->\n".to_owned()
        + &parts.join("\n"))
}

/// `12,345`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_primitive_of_the_table_can_be_asked_for() {
        let root = project::root().expect("the book");
        let table = fs::read_to_string(root.join(FILE)).expect("to read");
        let rows = table.lines().filter_map(|row| row.strip_prefix("| `"));
        for row in rows {
            let (name, _) = row.split_once('`').expect("a name");
            let chosen = choose(&root, &name.to_lowercase());
            assert_eq!(chosen.ok().as_deref(), Some(name));
        }
    }

    #[test]
    fn a_promise_is_found_where_it_goes_on_in_the_next_line() {
        let text = "promise: \"held by hand it \\\n            excludes\",";
        let found: Vec<_> = strings(&PROMISE, text).collect();
        assert_eq!(found, ["held by hand it excludes"]);
    }

    #[test]
    fn the_tables_have_a_line_for_each_model_and_mutant() {
        let loom = "model\tLock\tone at a time\tany\t12\n\
                    model\tEvent\tset releases all\t3\t1234567\n\
                    mutant\tEvent\ta notify removed\tset releases all\tfound\n";
        let shuttle = "model\tLock\tone at a time\tany\t40000\n\
                       model\tEvent\tset releases all\t3\t40000\n\
                       mutant\tEvent\ta notify removed\t\tnot found\n";
        let text = tables(loom, shuttle).expect("two tables");
        insta::assert_snapshot!(text, @"
        <!-- Written by `cargo book prove`. -->
        <!-- ANCHOR: table -->
        | Primitive | Promise | Switches | Schedules, loom | Schedules, shuttle |
        |---|---|--:|--:|--:|
        | `Lock` | one at a time | any | 12 | 40,000 |
        | `Event` | set releases all | 3 | 1,234,567 | 40,000 |
        | all | | | 1,234,579 | 80,000 |
        <!-- ANCHOR_END: table -->

        <!-- ANCHOR: mutants -->
        | Primitive | What was changed | Broken promise | loom | shuttle |
        |---|---|---|---|---|
        | `Event` | a notify removed | set releases all | found | not found |
        <!-- ANCHOR_END: mutants -->

        <!-- ANCHOR: schedules -->
        1,234,579
        <!-- ANCHOR_END: schedules -->
        ");
        assert!(tables(loom, "").is_err());
    }
}
