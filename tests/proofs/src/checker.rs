//! A checker that runs real threads, one at a time, in the order that a plan
//! says.
//!
//! It has the parts of loom and shuttle that the facade uses, and writes down
//! what a reader can see whenever a thread has to be chosen.
//! A deadlock and a panic are ends of a run, and no failures of the checker.
//! It knows no weak memory: orderings are loom's business.

mod inner;
mod key;
mod place;
mod run;
mod show;
pub mod sync;
mod task;
pub mod thread;

use std::cell::Cell;

pub use place::{Source, is_shown};
pub use run::{End, Grain, Moment, Plan, run};
pub use show::{Kind, Look, Object, Show, Shown};

pub use task::Status;

pub(crate) use run::me;

/// What a reader can see at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    /// Those that were started so far, the main thread first.
    pub threads: Vec<Thread>,
    /// Those that the program shows.
    pub objects: Vec<Object>,
    /// All that was printed so far.
    pub output: String,
}

/// What a reader can see of a thread.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Thread {
    /// Whether it can be chosen.
    pub status: Status,
    /// Its next step, or the one in which it sleeps.
    pub next: Step,
    /// It sleeps, and waits no longer for what it called, but for a lock.
    pub moved: bool,
}

/// A call in the text of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Step {
    /// Zero for a thread that is not in the program's text.
    pub line: usize,
    /// As the program has it: `balance.load`.
    pub call: String,
}

impl Step {
    /// `balance` of `balance.load`.
    pub fn receiver(&self) -> &str {
        self.call
            .rsplit_once('.')
            .map_or("", |(receiver, _)| receiver)
    }

    /// `load` of `balance.load`.
    pub fn method(&self) -> &str {
        let method = self.call.rsplit_once('.');
        method.map_or(self.call.as_str(), |(_, method)| method)
    }
}

thread_local! {
    /// Whether this thread looks at an object, and must change nothing.
    static LOOKS: Cell<bool> = const { Cell::new(false) };
}

/// Whether nobody may be woken: a look takes a lock and releases it.
pub(crate) fn looks() -> bool {
    LOOKS.get()
}

/// What a step inside a module does, where each operation is a step.
pub(crate) fn tell(what: &str) {
    me().0.tell_inside(what);
}

/// What the program prints belongs to its schedule.
pub fn print(text: &str) {
    let (execution, _) = me();
    execution.operation();
    execution.print(text);
}
