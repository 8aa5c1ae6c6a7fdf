//! parking_lot's mutex and condition variable.
//!
//! A lock may go to whoever comes first, not only to the thread that was
//! woken for it, as in parking_lot.

use std::cell::Cell;
use std::collections::VecDeque;
#[cfg(recorder)]
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::rc::Rc;
use std::thread;

use lock_api::RawMutex as _;

use crate::checker::sync::Mutex;
use crate::lazy::Lazy;
use crate::parker::Parker;
use crate::time::{Duration, Instant, park_until};

/// `parking_lot::RawMutex`.
pub struct RawMutex {
    state: Lazy<Mutex<State>>,
}

#[derive(Default)]
struct State {
    locked: bool,
    waiters: VecDeque<Rc<Parker>>,
}

// SAFETY: see `Lazy`.
unsafe impl Send for State {}

/// What the recorder tells one moment from another by.
#[cfg(recorder)]
impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.locked.hash(state);
        self.waiters.iter().for_each(|it| it.id().hash(state));
    }
}

/// What a thread that holds the mutex has to show.
#[derive(Default)]
pub struct Held(PhantomData<*mut ()>);

impl RawMutex {
    fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        let state = self.state.get(|| Mutex::new(State::default()));
        match state.lock() {
            Ok(mut state) => f(&mut state),
            Err(_) => panic!("another thread of this model has panicked"),
        }
    }

    fn lock_until(&self, deadline: Option<Instant>) -> bool {
        let parker = Parker::new();
        let (mut is_over, mut sleeps) = (false, true);
        while sleeps {
            sleeps = self.with(|state| {
                // It is in the queue still if its time is up.
                state.waiters.retain(|other| !Rc::ptr_eq(other, &parker));
                if state.locked && !is_over {
                    state.waiters.push_back(Rc::clone(&parker));
                    return true;
                }
                is_over = state.locked;
                state.locked = true;
                false
            });
            if sleeps {
                park_until(&parker, deadline);
                is_over = deadline.is_some_and(|d| d <= Instant::now());
            }
        }
        !is_over
    }
}

// SAFETY: `locked` is true from the return of a successful `lock` or
// `try_lock` to the call of `unlock`.
unsafe impl lock_api::RawMutex for RawMutex {
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "the trait demands it"
    )]
    const INIT: Self = RawMutex { state: Lazy::new() };

    type Guard = Held;

    fn lock(&self) -> Held {
        self.lock_until(None);
        Held::default()
    }

    fn try_lock(&self) -> Option<Held> {
        let was_locked =
            self.with(|state| std::mem::replace(&mut state.locked, true));
        (!was_locked).then(Held::default)
    }

    unsafe fn unlock(&self, _: Held) {
        let next = self.with(|state| {
            // A wait may be left by unwinding, before it has the mutex again.
            let is_right = state.locked || thread::panicking();
            assert!(is_right, "unlock of a mutex that nobody holds");
            state.locked = false;
            state.waiters.pop_front()
        });
        if let Some(next) = next {
            next.unpark();
        }
    }

    fn is_locked(&self) -> bool {
        self.with(|state| state.locked)
    }
}

// SAFETY: it adds nothing but a time limit.
unsafe impl lock_api::RawMutexTimed for RawMutex {
    type Duration = Duration;
    type Instant = Instant;

    fn try_lock_for(&self, timeout: Duration) -> Option<Held> {
        let deadline = Instant::now().checked_add(timeout);
        self.lock_until(deadline).then(Held::default)
    }

    fn try_lock_until(&self, deadline: Instant) -> Option<Held> {
        self.lock_until(Some(deadline)).then(Held::default)
    }
}

/// `parking_lot::RawCondvar`.
pub struct RawCondvar {
    waiters: Lazy<Mutex<Waiters>>,
}

#[derive(Default)]
struct Waiters(VecDeque<Rc<Waiter>>);

struct Waiter {
    parker: Rc<Parker>,
    notified: Cell<bool>,
}

// SAFETY: see `Lazy`.
unsafe impl Send for Waiters {}

/// As that of `State`.
#[cfg(recorder)]
impl Hash for Waiters {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|it| it.parker.id().hash(state));
    }
}

impl RawCondvar {
    fn with<R>(&self, f: impl FnOnce(&mut VecDeque<Rc<Waiter>>) -> R) -> R {
        let waiters = self.waiters.get(|| Mutex::new(Waiters::default()));
        match waiters.lock() {
            Ok(mut waiters) => f(&mut waiters.0),
            Err(_) => panic!("another thread of this model has panicked"),
        }
    }

    fn notify(&self, most: usize) -> usize {
        let woken: Vec<_> = self.with(|waiters| {
            let number = most.min(waiters.len());
            let woken: Vec<_> = waiters.drain(..number).collect();
            woken.iter().for_each(|waiter| waiter.notified.set(true));
            woken
        });
        woken.iter().for_each(|waiter| waiter.parker.unpark());
        woken.len()
    }

    /// Tells whether it was notified.
    ///
    /// # Safety
    ///
    /// The caller holds `mutex`.
    unsafe fn wait(&self, mutex: &RawMutex, deadline: Option<Instant>) -> bool {
        let waiter = Rc::new(Waiter {
            parker: Parker::new(),
            notified: Cell::new(false),
        });
        // To enter the queue and to leave the mutex is one step for whoever
        // notifies.
        self.with(|waiters| {
            waiters.push_back(Rc::clone(&waiter));
            // SAFETY: the caller's promise.
            unsafe { mutex.unlock(Held::default()) };
        });
        park_until(&waiter.parker, deadline);
        if deadline.is_some() {
            self.with(|waiters| {
                waiters.retain(|other| !Rc::ptr_eq(other, &waiter));
            });
        }
        mutex.lock();
        waiter.notified.get()
    }
}

// SAFETY: `wait` returns with the mutex held.
unsafe impl lock_api::RawCondvar for RawCondvar {
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "the trait demands it"
    )]
    const INIT: Self = RawCondvar {
        waiters: Lazy::new(),
    };

    type RawMutex = RawMutex;

    unsafe fn wait(&self, mutex: &RawMutex, _: &mut Held) {
        // SAFETY: the caller's promise.
        unsafe { RawCondvar::wait(self, mutex, None) };
    }

    fn notify_one(&self) -> bool {
        self.notify(1) == 1
    }

    fn notify_all(&self) -> usize {
        self.notify(usize::MAX)
    }
}

// SAFETY: it adds nothing but a time limit.
unsafe impl lock_api::RawCondvarTimed for RawCondvar {
    fn checked_duration_to_instant(timeout: &Duration) -> Option<Instant> {
        Instant::now().checked_add(*timeout)
    }

    unsafe fn wait_until(
        &self,
        mutex: &RawMutex,
        _: &mut Held,
        deadline: &Instant,
    ) -> bool {
        // SAFETY: the caller's promise.
        unsafe { !RawCondvar::wait(self, mutex, Some(*deadline)) }
    }
}
