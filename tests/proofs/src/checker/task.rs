//! One thread of a run.

use super::key::hash;
use super::place::{Place, Source};
use super::{Step, Thread};

/// Whether a thread can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It runs up to its next step without being asked.
    Local,
    /// It can be chosen.
    Ready,
    /// It sleeps.
    Waits,
    /// It slept, and goes on if it is chosen.
    Woken,
    /// It waits for others to end.
    Joins,
    /// It is over.
    Ended,
    /// It was in the middle of something when the run ended.
    Stopped,
}

/// A thread of a run, and what it is about to do.
pub(super) struct Task {
    /// The thread of the system, so that it can be told that it has a turn.
    pub(super) thread: Option<std::thread::Thread>,
    pub(super) status: Status,
    pub(super) next: Step,
    pub(super) moved: bool,
    /// It was unparked before it parked.
    pub(super) token: bool,
    /// Hashed: all that it has observed.
    pub(super) history: u64,
    /// Whose end it waits for.
    pub(super) joins: Vec<usize>,
    /// The call that it is in, and the way from there to its first operation.
    pub(super) call: Option<(usize, Vec<usize>)>,
    pub(super) resumes: bool,
    /// It slept in this call.
    pub(super) slept: bool,
    /// It is not in the program's text at all.
    pub(super) is_outside: bool,
}

impl Task {
    pub(super) fn new(number: usize) -> Self {
        Task {
            thread: None,
            status: Status::Local,
            next: Step::default(),
            moved: false,
            token: false,
            history: hash(number),
            joins: Vec::new(),
            call: None,
            resumes: false,
            slept: false,
            is_outside: false,
        }
    }

    pub(super) fn seen(&self) -> Thread {
        let status = match self.status {
            Status::Local => Status::Ready,
            other => other,
        };
        Thread {
            status,
            next: self.next.clone(),
            moved: self.moved,
        }
    }
}

impl Task {
    /// Whether the operation at `place` begins a new step.
    pub(super) fn comes_to(
        &mut self,
        place: Option<Place>,
        source: &Source,
        every: bool,
        id: usize,
    ) -> bool {
        let resumes = std::mem::take(&mut self.resumes);
        let Some(place) = place else {
            // A module's own thread is in one call from the start to the
            // program's text, or back; the main thread only prepares itself.
            self.next = Step::default();
            let was_here = std::mem::replace(&mut self.is_outside, true);
            self.call = None;
            return id > 0 && (!was_here || every);
        };
        self.is_outside = false;
        let same = self.call.as_ref().is_some_and(|(call, first)| {
            // A module may have a loop of its own, and from here it looks as
            // if the program had one around the call. But if the program
            // makes the operation itself, or the thread slept and has done
            // more since, to come the same way again is another call.
            let is_new = place.direct || self.slept;
            let again = is_new && *first == place.way;
            *call == place.call && (resumes || !again)
        });
        self.slept = same && (self.slept || resumes);
        if !same {
            self.next = source.step(&place);
            self.call = Some((place.call, place.way));
        }
        !same || every
    }
}
