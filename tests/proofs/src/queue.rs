//! parking_lot_core's queues of parked threads: one for each address.

use std::cell::Cell;
#[cfg(recorder)]
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use crate::checker::sync::Mutex;
use crate::lazy::Lazy;
use crate::parker::Parker;
use crate::tell;
use crate::time::{Instant, park_until};

/// What a parked thread tells whoever unparks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParkToken(pub usize);

/// What a thread is told by whoever unparks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnparkToken(pub usize);

/// Says nothing.
pub const DEFAULT_PARK_TOKEN: ParkToken = ParkToken(0);
/// Says nothing.
pub const DEFAULT_UNPARK_TOKEN: UnparkToken = UnparkToken(0);

/// How a call of [`park`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParkResult {
    /// Another thread unparked this one.
    Unparked(UnparkToken),
    /// The validation failed.
    Invalid,
    /// The time was up.
    TimedOut,
}

/// What happens to a parked thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterOp {
    /// Unpark it and look at the next.
    Unpark,
    /// Leave it and look at the next.
    Skip,
    /// Leave it, and look no further.
    Stop,
}

/// What [`unpark_requeue`] does with parked threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequeueOp {
    /// Nothing.
    Abort,
    /// Unpark the first and requeue the others.
    UnparkOneRequeueRest,
    /// Requeue all of them.
    RequeueAll,
    /// Unpark the first.
    UnparkOne,
    /// Requeue the first.
    RequeueOne,
}

/// What came of unparking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnparkResult {
    /// How many threads were unparked.
    pub unparked_threads: usize,
    /// How many threads were moved to another queue.
    pub requeued_threads: usize,
    /// Whether threads are left in this queue.
    pub have_more_threads: bool,
    /// Whether fairness is due: never.
    pub be_fair: bool,
}

struct Parked {
    key: Cell<usize>,
    token: ParkToken,
    parker: Rc<Parker>,
    answer: Cell<Option<UnparkToken>>,
}

/// All queues in one list, under one lock, as if all addresses fell into one
/// bucket.
#[derive(Default)]
struct Queue(Vec<Rc<Parked>>);

// SAFETY: see `Lazy`.
unsafe impl Send for Queue {}

/// What the recorder tells one moment from another by.
#[cfg(recorder)]
impl Hash for Queue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for parked in &self.0 {
            (parked.token.0, parked.parker.id()).hash(state);
        }
    }
}

static QUEUE: Lazy<Mutex<Queue>> = Lazy::new();

fn with<R>(f: impl FnOnce(&mut Vec<Rc<Parked>>) -> R) -> R {
    match QUEUE.get(|| Mutex::new(Queue::default())).lock() {
        Ok(mut queue) => {
            tell("locks the queue");
            f(&mut queue.0)
        }
        Err(_) => panic!("another thread of this model has panicked"),
    }
}

/// Whether the caller only looks at an object, and may wake no thread.
fn looks() -> bool {
    #[cfg(recorder)]
    return crate::checker::looks();
    #[cfg(not(recorder))]
    false
}

/// Whether a thread is in the queue of `key`.
fn has(queue: &[Rc<Parked>], key: usize) -> bool {
    queue.iter().any(|parked| parked.key.get() == key)
}

/// `parking_lot_core::park`.
///
/// # Safety
///
/// As there.
pub unsafe fn park(
    key: usize,
    validate: impl FnOnce() -> bool,
    before_sleep: impl FnOnce(),
    timed_out: impl FnOnce(usize, bool),
    token: ParkToken,
    deadline: Option<Instant>,
) -> ParkResult {
    let me = Rc::new(Parked {
        key: Cell::new(key),
        token,
        parker: Parker::new(),
        answer: Cell::new(None),
    });
    let valid = with(|queue| {
        let valid = validate();
        if valid {
            queue.push(Rc::clone(&me));
        }
        valid
    });
    if !valid {
        return ParkResult::Invalid;
    }
    before_sleep();
    park_until(&me.parker, deadline);
    if deadline.is_some() {
        with(|queue| {
            if me.answer.get().is_none() {
                queue.retain(|other| !Rc::ptr_eq(other, &me));
                let key = me.key.get();
                timed_out(key, !has(queue, key));
            }
        });
    }
    me.answer
        .get()
        .map_or(ParkResult::TimedOut, ParkResult::Unparked)
}

/// `parking_lot_core::unpark_filter`.
///
/// # Safety
///
/// As there.
pub unsafe fn unpark_filter(
    key: usize,
    mut filter: impl FnMut(ParkToken) -> FilterOp,
    callback: impl FnOnce(UnparkResult) -> UnparkToken,
) -> UnparkResult {
    if looks() {
        return UnparkResult::default();
    }
    let mut woken = Vec::new();
    let result = with(|queue| {
        let mut stopped = false;
        queue.retain(|parked| {
            if stopped || parked.key.get() != key {
                return true;
            }
            let what = filter(parked.token);
            stopped = what == FilterOp::Stop;
            if what == FilterOp::Unpark {
                woken.push(Rc::clone(parked));
            }
            what != FilterOp::Unpark
        });
        let result = UnparkResult {
            unparked_threads: woken.len(),
            have_more_threads: has(queue, key),
            ..UnparkResult::default()
        };
        let token = callback(result);
        woken.iter().for_each(|it| it.answer.set(Some(token)));
        result
    });
    woken.iter().for_each(|parked| parked.parker.unpark());
    result
}

/// `parking_lot_core::unpark_one`.
///
/// # Safety
///
/// As there.
pub unsafe fn unpark_one(
    key: usize,
    callback: impl FnOnce(UnparkResult) -> UnparkToken,
) -> UnparkResult {
    let mut found = false;
    let first = |_| {
        if std::mem::replace(&mut found, true) {
            FilterOp::Stop
        } else {
            FilterOp::Unpark
        }
    };
    // SAFETY: the caller's promise.
    unsafe { unpark_filter(key, first, callback) }
}

/// `parking_lot_core::unpark_all`.
///
/// # Safety
///
/// As there.
pub unsafe fn unpark_all(key: usize, token: UnparkToken) -> usize {
    // SAFETY: the caller's promise.
    let result = unsafe { unpark_filter(key, |_| FilterOp::Unpark, |_| token) };
    result.unparked_threads
}

/// `parking_lot_core::unpark_requeue`.
///
/// # Safety
///
/// As there.
pub unsafe fn unpark_requeue(
    from: usize,
    to: usize,
    validate: impl FnOnce() -> RequeueOp,
    callback: impl FnOnce(RequeueOp, UnparkResult) -> UnparkToken,
) -> UnparkResult {
    let mut woken = None;
    let result = with(|queue| {
        let what = validate();
        let (unparks, requeues) = match what {
            RequeueOp::Abort => return UnparkResult::default(),
            RequeueOp::UnparkOneRequeueRest => (1, usize::MAX),
            RequeueOp::RequeueAll => (0, usize::MAX),
            RequeueOp::UnparkOne => (1, 0),
            RequeueOp::RequeueOne => (0, 1),
        };
        let is_here = |parked: &Rc<Parked>| parked.key.get() == from;
        if unparks == 1
            && let Some(first) = queue.iter().position(is_here)
        {
            woken = Some(queue.remove(first));
        }
        let moved: Vec<usize> = (0..queue.len())
            .filter(|&place| is_here(&queue[place]))
            .take(requeues)
            .collect();
        // They come last in their new queue.
        for (gone, place) in moved.iter().enumerate() {
            let parked = queue.remove(place - gone);
            parked.key.set(to);
            parked.parker.moves();
            queue.push(parked);
        }
        let result = UnparkResult {
            unparked_threads: woken.iter().len(),
            requeued_threads: moved.len(),
            have_more_threads: has(queue, from),
            ..UnparkResult::default()
        };
        let token = callback(what, result);
        woken.iter().for_each(|it| it.answer.set(Some(token)));
        result
    });
    woken.iter().for_each(|parked| parked.parker.unpark());
    result
}

/// How many threads are in all queues.
pub(crate) fn len() -> usize {
    with(|queue| queue.len())
}
