//! A thread that sleeps until it is woken.

use std::cell::Cell;
use std::rc::Rc;

use crate::checker::thread::{self, Thread};

/// One sleep of one thread.
pub(crate) struct Parker {
    thread: Thread,
    woken: Cell<bool>,
    /// Only a thread that is parked may be unparked: loom would also wake one
    /// that waits for something else.
    parked: Cell<bool>,
}

impl Parker {
    /// For the calling thread.
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Parker {
            thread: thread::current(),
            woken: Cell::new(false),
            parked: Cell::new(false),
        })
    }

    pub(crate) fn park(&self) {
        while !self.woken.get() {
            self.parked.set(true);
            thread::park();
            self.parked.set(false);
        }
        self.woken.set(false);
    }

    /// The thread sleeps on, and waits for something else from now on.
    #[cfg(recorder)]
    pub(crate) fn moves(&self) {
        self.thread.moves();
    }

    #[cfg(not(recorder))]
    pub(crate) fn moves(&self) {}

    #[cfg(recorder)]
    pub(crate) fn id(&self) -> thread::ThreadId {
        self.thread.id()
    }

    pub(crate) fn unpark(&self) {
        self.woken.set(true);
        if self.parked.get() {
            self.thread.unpark();
        }
    }
}
