//! What changes while a run goes on, and what is written down of it.

use super::State;
use super::key::{States, hash};
use super::run::{End, Moment};
use super::show::Entry;
use super::task::{Status, Task};

/// What changes while a run goes on.
#[derive(Default)]
pub(super) struct Inner {
    pub(super) tasks: Vec<Task>,
    /// Whose turn it is; `None` when all have ended.
    pub(super) current: Option<usize>,
    pub(super) end: Option<End>,
    pub(super) moments: Vec<Moment>,
    pub(super) states: States,
    pub(super) output: String,
    pub(super) told: Option<String>,
    pub(super) operations: usize,
}

impl Inner {
    pub(super) fn with_status(&self, statuses: &[Status]) -> Vec<usize> {
        let has_it = |&id: &usize| statuses.contains(&self.tasks[id].status);
        (0..self.tasks.len()).filter(has_it).collect()
    }

    /// Threads unwind one by one, the youngest first, so that none outlives
    /// what it borrows.
    pub(super) fn youngest(&self) -> Option<usize> {
        self.tasks
            .iter()
            .rposition(|task| task.status != Status::Ended)
    }

    pub(super) fn choose(&mut self, chosen: usize) {
        if let Some(moment) = self.moments.last_mut() {
            moment.chosen = Some(chosen);
        }
        let task = &mut self.tasks[chosen];
        task.resumes = task.status == Status::Woken;
        task.status = Status::Ready;
        self.operations = 0;
        self.current = Some(chosen);
    }

    /// Writes a moment down.
    pub(super) fn finish(
        &mut self,
        entries: &[Entry],
        ready: Vec<usize>,
        key: u64,
    ) {
        let state = State {
            threads: self.tasks.iter().map(Task::seen).collect(),
            objects: entries.iter().map(|it| it.object.clone()).collect(),
            output: self.output.clone(),
        };
        self.moments.push(Moment {
            state,
            ready,
            chosen: None,
            key,
            told: self.told.take(),
        });
    }

    pub(super) fn key(&self, entries: &[Entry]) -> u64 {
        let task = |task: &Task| {
            hash((task.status, task.moved, task.token, task.history))
        };
        let tasks: Vec<u64> = self.tasks.iter().map(task).collect();
        let objects: Vec<_> = entries.iter().map(|it| &it.object).collect();
        hash((tasks, objects, self.states.all(), &self.output))
    }
}
