//! Why no test can notice a change, or need notice it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::page::Survivor;

/// Where the reasons are.
pub const FILE: &str = "tests/proofs/survivors.toml";

/// All reasons.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reasons {
    #[serde(default, rename = "survivor")]
    reasons: Vec<Reason>,
}

/// Why some changes of one line survive.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// The stem of the module.
    module: String,
    /// The line as it is in the module, without the white space around it.
    line: String,
    /// What cargo-mutants does to it.
    changes: Vec<String>,
    reason: String,
}

impl Reason {
    fn fits(&self, survivor: &Survivor) -> bool {
        self.line == survivor.line && self.changes.contains(&survivor.change)
    }
}

impl Reasons {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// When it is missing, or has another form.
    pub fn read(root: &Path) -> Result<Reasons> {
        let text = fs::read_to_string(root.join(FILE))
            .with_context(|| format!("can't read {FILE}"))?;
        toml::from_str(&text).with_context(|| format!("in {FILE}"))
    }

    /// The reason for a survivor of a module.
    pub fn of(&self, module: &str, survivor: &Survivor) -> Option<&str> {
        let mut reasons = self.reasons.iter();
        let is_it = |it: &&Reason| it.module == module && it.fits(survivor);
        reasons.find(is_it).map(|it| it.reason.as_str())
    }

    /// What is wrong with the reasons for a module: a sentence for each
    /// survivor without a reason, and for each reason without a survivor.
    pub fn problems(
        &self,
        module: &str,
        survivors: &[Survivor],
    ) -> Vec<String> {
        let alone = survivors
            .iter()
            .filter(|survivor| self.of(module, survivor).is_none())
            .map(|Survivor { line, change }| {
                format!(
                    "no test of `{module}` notices `{change}` in the line \
                     `{line}`: write one, or a reason into {FILE}"
                )
            });
        let reasons = self.reasons.iter().filter(|it| it.module == module);
        let left_over = reasons.flat_map(|reason| {
            let Reason { line, changes, .. } = reason;
            changes.iter().filter_map(move |change| {
                let caught = !survivors
                    .iter()
                    .any(|it| (&it.line, &it.change) == (line, change));
                caught.then(|| {
                    format!(
                        "`{change}` in the line `{line}` of `{module}` does \
                         not survive: take it out of {FILE}"
                    )
                })
            })
        });
        alone.chain(left_over).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons() -> Reasons {
        let text = r#"
            [[survivor]]
            module = "lock"
            line = "if self.is_free() {"
            changes = ["replace Lock::acquire with ()", "delete !"]
            reason = "It only saves time."
        "#;
        toml::from_str(text).expect("reasons")
    }

    fn survivor(line: &str, change: &str) -> Survivor {
        let (line, change) = (line.to_owned(), change.to_owned());
        Survivor { line, change }
    }

    #[test]
    fn a_reason_belongs_to_a_module_a_line_and_its_changes() {
        let (reasons, line) = (reasons(), "if self.is_free() {");
        let it = survivor(line, "delete !");
        assert_eq!(reasons.of("lock", &it), Some("It only saves time."));
        assert_eq!(reasons.of("rlock", &it), None);
        assert_eq!(reasons.of("lock", &survivor("else {", "delete !")), None);
        assert_eq!(reasons.of("lock", &survivor(line, "delete -")), None);
    }

    #[test]
    fn survivors_and_reasons_come_in_pairs() {
        let line = "if self.is_free() {";
        let survivors = [
            survivor(line, "delete !"),
            survivor(line, "replace > with <"),
        ];
        let problems = reasons().problems("lock", &survivors);
        insta::assert_snapshot!(problems.join("\n"), @"
        no test of `lock` notices `replace > with <` in the line `if self.is_free() {`: write one, or a reason into tests/proofs/survivors.toml
        `replace Lock::acquire with ()` in the line `if self.is_free() {` of `lock` does not survive: take it out of tests/proofs/survivors.toml
        ");
        assert!(reasons().problems("rlock", &[]).is_empty());
    }

    #[test]
    fn the_reasons_can_be_read() {
        let root = crate::project::root().expect("the book");
        Reasons::read(&root).expect("reasons");
    }
}
