//! What tells one moment from another: two with the same key go on alike.
//!
//! A thread does what it does because of what it has observed, so its history
//! is part of the key, and so is the state of each object.
//! Of an object that the program shows, the state is what a look shows.
//! Of any other the state is who changed it in which order, since the facade
//! can't see what it protects.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::show::Entry;

/// The same in every run, unlike that of a `HashMap`.
pub(super) fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// An object, by a name that is the same in every run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Id {
    /// So far behind the start of a shown object.
    Shown(usize, usize),
    /// By the order in which they were used first.
    Other(usize),
}

/// The states of all objects.
#[derive(Default)]
pub(super) struct States {
    ids: HashMap<usize, usize>,
    states: BTreeMap<Id, u64>,
}

impl States {
    /// What a thread with this history has observed, after an operation that
    /// found `before` at `address` and perhaps wrote `after`.
    pub fn access(
        &mut self,
        entries: &[Entry],
        address: usize,
        history: u64,
        before: u64,
        after: Option<u64>,
    ) -> u64 {
        let id = self.id(entries, address);
        let state = self.states.entry(id).or_default();
        if let Id::Shown(number, _) = id {
            *state = after.unwrap_or(before);
            let object = &entries[number].object;
            return hash((history, id, before, &object.value));
        }
        let seen = hash((history, id, before, *state));
        if after.is_some() {
            *state = seen;
        }
        seen
    }

    fn id(&mut self, entries: &[Entry], address: usize) -> Id {
        let offset = |(number, entry): (usize, &Entry)| {
            Some(Id::Shown(number, entry.offset(address)?))
        };
        let shown = entries.iter().enumerate().find_map(offset);
        shown.unwrap_or_else(|| {
            let next = self.ids.len();
            Id::Other(*self.ids.entry(address).or_insert(next))
        })
    }

    pub fn all(&self) -> u64 {
        hash(&self.states)
    }
}
