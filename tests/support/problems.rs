//! All problems of one test, reported together.

/// Collects what is wrong, each a sentence that says what to do.
#[derive(Debug, Default)]
pub struct Problems(Vec<String>);

impl Problems {
    /// Adds one problem.
    pub fn add(&mut self, problem: impl Into<String>) {
        self.0.push(problem.into());
    }

    /// Adds a problem unless `good`.
    pub fn unless(&mut self, good: bool, problem: impl FnOnce() -> String) {
        if !good {
            self.add(problem());
        }
    }

    /// Whether there are none so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the value, or adds the error.
    pub fn ok<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|problem| self.add(problem)).ok()
    }

    /// Fails the test when there are problems.
    ///
    /// # Panics
    ///
    /// When there is one.
    pub fn report(self) {
        let count = self.0.len();
        let plural = if count == 1 { "" } else { "s" };
        assert!(
            self.0.is_empty(),
            "{count} problem{plural}:\n\n- {}\n",
            self.0.join("\n- "),
        );
    }
}
