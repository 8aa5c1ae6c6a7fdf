//! One run of a program: who moves when, and how it ends.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::Hash;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

use super::inner::Inner;
use super::key::hash;
use super::looks;
use super::place::Source;
use super::show::Entry;
use super::task::{Status, Task};
use super::{State, Step};

/// Where a thread may be interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Before each operation of the facade, as in a proof.
    Operations,
    /// Before each call in the text of the program, and where it sleeps: the
    /// steps that a reader sees.
    Calls,
}

/// How a run ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// All threads have ended.
    Done,
    /// No thread can be chosen, and not all have ended.
    Deadlock,
    /// A thread panicked, with this message.
    Panic(String),
    /// Cut off: it took too many steps.
    Limit,
    /// It goes on like another run that came to the moment with this key.
    Same(u64),
}

/// A moment at which a thread has to be chosen, or the last one.
#[derive(Clone, Debug)]
pub struct Moment {
    /// What a reader can see.
    pub state: State,
    /// Who could be chosen.
    pub ready: Vec<usize>,
    /// Who was chosen, unless the run ended here.
    pub chosen: Option<usize>,
    /// Equal where two runs go on alike.
    pub key: u64,
    /// What the step before it tells: what was read, written or printed.
    pub told: Option<String>,
}

/// What to run, and how.
pub struct Plan<'a> {
    /// Its main function.
    pub program: fn(),
    /// Its text.
    pub source: &'a Arc<Source>,
    /// Where threads may be interrupted.
    pub grain: Grain,
    /// Who is to be chosen, as far as that is planned.
    pub choices: Vec<usize>,
    /// So many choices, and the run is cut off.
    pub limit: usize,
    /// The keys of the moments that earlier runs came to.
    pub seen: Option<Arc<Mutex<HashSet<u64>>>>,
}

/// So many operations between two choices, and the run is cut off.
const OPERATIONS: usize = 10_000;

/// One run.
pub(crate) struct Execution {
    inner: Mutex<Inner>,
    /// Who waits for the end of the run.
    caller: std::thread::Thread,
    entries: Mutex<Vec<Entry>>,
    source: Arc<Source>,
    grain: Grain,
    choices: Vec<usize>,
    limit: usize,
    seen: Option<Arc<Mutex<HashSet<u64>>>>,
}

thread_local! {
    static ME: RefCell<Option<(Arc<Execution>, usize)>> =
        const { RefCell::new(None) };
}

/// The run, and the number of the calling thread.
pub(crate) fn me() -> (Arc<Execution>, usize) {
    let me = ME.with_borrow(Option::clone);
    me.unwrap_or_else(|| panic!("this thread belongs to no run"))
}

/// What unwinds a thread whose run is over.
struct Over;

/// Runs a program once.
pub fn run(plan: Plan<'_>) -> (Vec<Moment>, End) {
    keep_panics_quiet();
    let execution = Arc::new(Execution {
        inner: Mutex::default(),
        caller: std::thread::current(),
        entries: Mutex::default(),
        source: Arc::clone(plan.source),
        grain: plan.grain,
        choices: plan.choices,
        limit: plan.limit,
        seen: plan.seen,
    });
    crate::lazy::next_execution();
    execution.start(Box::new(move || {
        // Here, so that the clock is made before the threads.
        let _ = crate::time::Instant::now();
        (plan.program)();
        crate::local::end_thread();
    }));
    execution.await_end()
}

/// A panic in a run is an end of it, and nothing for the terminal.
fn keep_panics_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            match ME.with_borrow(Option::clone) {
                Some((execution, id)) => execution.panics(id, info),
                None => usual(info),
            }
        }));
    });
}

impl Execution {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_over(&self) -> bool {
        self.inner().end.is_some()
    }

    /// Starts a thread, which runs when it is its turn.
    pub(super) fn start(
        self: &Arc<Self>,
        work: Box<dyn FnOnce() + Send>,
    ) -> usize {
        let id = {
            let mut inner = self.inner();
            let id = inner.tasks.len();
            inner.tasks.push(Task::new(id));
            inner.current.get_or_insert(id);
            id
        };
        let execution = Arc::clone(self);
        let thread = move || {
            ME.set(Some((Arc::clone(&execution), id)));
            let work = AssertUnwindSafe(|| {
                execution.await_turn(id);
                work();
            });
            let result = panic::catch_unwind(work);
            execution.leave(id, result.err());
        };
        let builder = std::thread::Builder::new().stack_size(1 << 20);
        if let Err(error) = builder.spawn(thread) {
            panic!("can't start a thread: {error}");
        }
        id
    }

    /// Waits until all threads of the run have ended, so that none of them
    /// is still there in the next.
    fn await_end(&self) -> (Vec<Moment>, End) {
        while self.inner().current.is_some() {
            std::thread::park();
        }
        let mut inner = self.inner();
        let moments = std::mem::take(&mut inner.moments);
        (moments, inner.end.clone().unwrap_or(End::Done))
    }

    fn await_turn(&self, id: usize) {
        self.inner().tasks[id].thread = Some(std::thread::current());
        while self.inner().current != Some(id) {
            std::thread::park();
        }
        self.unwind_if_over(id);
    }

    /// Tells the thread whose turn it is.
    fn pass_on(&self) {
        let inner = self.inner();
        match inner.current {
            Some(id) => {
                if let Some(thread) = &inner.tasks[id].thread {
                    thread.unpark();
                }
            }
            None => self.caller.unpark(),
        }
    }

    /// Leaves a run that is over, by unwinding.
    ///
    /// A thread that unwinds already goes on, so that its values are dropped.
    fn unwind_if_over(&self, id: usize) {
        if self.is_over() {
            if !std::thread::panicking() {
                resume_unwind(Box::new(Over));
            }
            self.leave_behind_if_stuck(id);
        }
    }

    /// A value whose drop waits in a loop, for a thread that is gone: this
    /// thread stays where it is, and is never heard of again.
    fn leave_behind_if_stuck(&self, id: usize) {
        let mut inner = self.inner();
        inner.operations += 1;
        if inner.operations > 2 * OPERATIONS {
            inner.operations = 0;
            drop(inner);
            self.leave_behind(id);
        }
    }

    fn leave_behind(&self, id: usize) -> ! {
        self.leave(id, None);
        loop {
            std::thread::park();
        }
    }

    /// Gives others a turn.
    pub(super) fn switch(&self, id: usize, status: Status) {
        if self.is_over() {
            self.unwind_if_over(id);
            if status == Status::Waits || status == Status::Joins {
                self.leave_behind(id);
            }
            return;
        }
        self.inner().tasks[id].status = status;
        self.choose(id);
        self.pass_on();
        self.await_turn(id);
    }

    /// A thread has ended, with what it panicked with.
    fn leave(&self, id: usize, panic: Option<Box<dyn Any + Send>>) {
        drop(panic);
        let mut inner = self.inner();
        inner.tasks[id].status = Status::Ended;
        inner.tasks[id].next = Step::default();
        for task in &mut inner.tasks {
            task.joins.retain(|&other| other != id);
            if task.status == Status::Joins && task.joins.is_empty() {
                task.status = Status::Local;
            }
        }
        drop(inner);
        self.choose(id);
        self.pass_on();
    }

    /// The run ends here, and its threads are left to unwind.
    fn panics(&self, id: usize, info: &PanicHookInfo<'_>) {
        if self.is_over() {
            return;
        }
        let message = info.payload_as_str().unwrap_or("(no message)");
        let mut inner = self.inner();
        inner.tasks[id].status = Status::Stopped;
        inner.told = Some(format!("panics: {message}"));
        drop(inner);
        self.look(id);
        let (entries, mut inner) = (self.entries(), self.inner());
        inner.finish(&entries, Vec::new(), 0);
        inner.end = Some(End::Panic(message.to_owned()));
    }

    /// Looks at what the program shows, after a step of this thread.
    pub(super) fn look(&self, id: usize) {
        let chosen = self.inner().moments.last().and_then(|it| it.chosen);
        // Not locked meanwhile: a look comes through here.
        let mut entries = std::mem::take(&mut *self.entries());
        for entry in &mut entries {
            entry.update(chosen.unwrap_or(id));
        }
        *self.entries() = entries;
    }

    /// Decides whose turn it is after that of `id`.
    fn choose(&self, id: usize) {
        let mut inner = self.inner();
        if inner.end.is_some() {
            inner.current = inner.youngest();
            return;
        }
        if let Some(local) = inner.with_status(&[Status::Local]).first() {
            inner.current = Some(*local);
            return;
        }
        drop(inner);
        self.look(id);
        let entries = self.entries();
        let mut inner = self.inner();
        let ready = inner.with_status(&[Status::Ready, Status::Woken]);
        let key = inner.key(&entries);
        inner.finish(&entries, ready.clone(), key);
        match self.next(&inner, &ready, key) {
            Ok(chosen) => inner.choose(chosen),
            Err(end) => {
                inner.end = Some(end);
                inner.current = inner.youngest();
            }
        }
    }

    /// Who is chosen at the moment that was written down last.
    fn next(
        &self,
        inner: &Inner,
        ready: &[usize],
        key: u64,
    ) -> Result<usize, End> {
        let depth = inner.moments.len() - 1;
        let Some(&first) = ready.first() else {
            let has_ended = |task: &Task| task.status == Status::Ended;
            let all = inner.tasks.iter().all(has_ended);
            return Err(if all { End::Done } else { End::Deadlock });
        };
        if let Some(&choice) = self.choices.get(depth) {
            let changed = "it does not do the same in every run".to_owned();
            let is_there = ready.contains(&choice);
            return is_there.then_some(choice).ok_or(End::Panic(changed));
        }
        if depth >= self.limit {
            return Err(End::Limit);
        }
        let is_new = |seen: &Arc<Mutex<HashSet<u64>>>| {
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(key)
        };
        match self.seen.as_ref().is_none_or(is_new) {
            true => Ok(first),
            false => Err(End::Same(key)),
        }
    }

    /// Comes before each operation on shared memory; tells whether that is a
    /// step of its own: the program itself makes it, with no module between,
    /// or the grain is that fine.
    pub(crate) fn operation(&self) -> bool {
        let (_, id) = me();
        if looks() {
            return false;
        }
        if self.counts_too_many() {
            self.cut_off(id);
        }
        self.unwind_if_over(id);
        if self.is_over() {
            return false;
        }
        let place = self.source.place();
        let direct = place.as_ref().is_some_and(|place| place.direct);
        let every = self.grain == Grain::Operations;
        // Not locked any more when the step begins.
        let is_step = {
            let task = &mut self.inner().tasks[id];
            task.comes_to(place, &self.source, every, id)
        };
        if is_step {
            self.switch(id, Status::Ready);
            self.observe(id, "step");
        }
        direct || every
    }

    fn counts_too_many(&self) -> bool {
        let mut inner = self.inner();
        inner.operations += 1;
        inner.end.is_none() && inner.operations > OPERATIONS
    }

    fn cut_off(&self, id: usize) {
        self.look(id);
        let (entries, mut inner) = (self.entries(), self.inner());
        inner.finish(&entries, Vec::new(), 0);
        inner.end = Some(End::Limit);
    }

    /// Something that the calling thread knows from now on.
    pub(super) fn observe(&self, id: usize, what: impl Hash) {
        let task = &mut self.inner().tasks[id];
        task.history = hash((task.history, hash(what)));
    }

    /// An operation found `before` at `address`, and perhaps wrote `after`.
    pub(super) fn access(
        &self,
        address: usize,
        before: impl Hash,
        after: Option<impl Hash>,
    ) {
        if looks() {
            return;
        }
        let (entries, mut inner) = (self.entries(), self.inner());
        let Some(id) = inner.current else { return };
        let history = inner.tasks[id].history;
        let after = after.map(hash);
        let before = hash(before);
        inner.tasks[id].history = inner
            .states
            .access(&entries, address, history, before, after);
    }

    /// What the step that goes on has to tell.
    pub(super) fn tell(&self, what: String) {
        if !looks() {
            self.inner().told = Some(what);
        }
    }

    /// The same, for a step inside a module.
    pub(super) fn tell_inside(&self, what: &str) {
        if self.grain == Grain::Operations {
            self.tell(what.to_owned());
        }
    }

    /// What a value of the atomic at `address` is called.
    pub(super) fn named(&self, address: usize, value: &str) -> String {
        let entries = self.entries();
        let mut named =
            entries.iter().filter_map(|it| it.named(address, value));
        named.next().unwrap_or_else(|| value.to_owned())
    }

    pub(super) fn print(&self, text: &str) {
        let mut inner = self.inner();
        inner.output.push_str(text);
        inner.told = Some(format!("prints {}", text.trim_end()));
    }
}

/// For `thread`.
impl Execution {
    pub(super) fn unpark(&self, id: usize) {
        let task = &mut self.inner().tasks[id];
        match task.status {
            Status::Waits => task.status = Status::Woken,
            _ => task.token = true,
        }
    }

    pub(super) fn park(&self, id: usize) {
        let has_token = {
            let task = &mut self.inner().tasks[id];
            task.moved = false;
            std::mem::take(&mut task.token)
        };
        if !has_token {
            self.switch(id, Status::Waits);
        }
    }

    /// A sleeper now waits for something else.
    pub(super) fn moves(&self, id: usize) {
        self.inner().tasks[id].moved = true;
    }

    /// Waits until they have ended; in whatever order.
    pub(super) fn join(&self, id: usize, others: &[usize]) {
        let mut inner = self.inner();
        let is_there =
            |&other: &usize| inner.tasks[other].status != Status::Ended;
        let left: Vec<usize> =
            others.iter().copied().filter(is_there).collect();
        if left.is_empty() {
            return;
        }
        inner.tasks[id].joins = left;
        drop(inner);
        self.switch(id, Status::Joins);
    }

    /// A thread takes the result of another, and all that went into it.
    pub(super) fn inherit(&self, id: usize, other: usize) {
        let history = self.inner().tasks[other].history;
        self.observe(id, history);
    }

    /// Nobody can ask for the result of this thread any more, or it has none.
    pub(super) fn forget(&self, id: usize) {
        self.inner().tasks[id].history = 0;
    }
}
