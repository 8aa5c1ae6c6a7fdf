//! `std::thread`, with the threads of a run.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::looks;
use super::run::me;
use super::task::Status;

/// `std::thread::ThreadId`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadId(usize);

/// `std::thread::Thread`.
#[derive(Clone, Debug)]
pub struct Thread(usize);

impl Thread {
    /// As there.
    pub fn id(&self) -> ThreadId {
        ThreadId(self.0)
    }

    /// None has one.
    pub fn name(&self) -> Option<&str> {
        None
    }

    /// As there.
    pub fn unpark(&self) {
        me().0.unpark(self.0);
    }

    /// It sleeps on, and waits for something else.
    pub(crate) fn moves(&self) {
        me().0.moves(self.0);
    }
}

/// `std::thread::current`.
pub fn current() -> Thread {
    Thread(me().1)
}

/// `std::thread::park`.
pub fn park() {
    assert!(!looks(), "a look never waits");
    let (execution, id) = me();
    execution.park(id);
}

/// `std::thread::yield_now`: a step, so that a loop that waits has one.
pub fn yield_now() {
    let (execution, id) = me();
    execution.switch(id, Status::Ready);
}

type Slot<T> = Arc<Mutex<Option<T>>>;

/// `std::thread::JoinHandle`.
pub struct JoinHandle<T> {
    id: usize,
    result: Slot<T>,
}

impl<T> JoinHandle<T> {
    /// As there.
    pub fn thread(&self) -> Thread {
        Thread(self.id)
    }

    /// As there.
    ///
    /// # Errors
    ///
    /// Never: a panic ends the run.
    pub fn join(self) -> std::thread::Result<T> {
        let (execution, id) = me();
        execution.join(id, &[self.id]);
        execution.inherit(id, self.id);
        let mut result =
            self.result.lock().unwrap_or_else(PoisonError::into_inner);
        result.take().ok_or_else(|| Box::new("it panicked") as _)
    }
}

/// `std::thread::spawn`.
pub fn spawn<T: Send + 'static>(
    f: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    // SAFETY: it borrows nothing.
    unsafe { spawn_unchecked(f) }
}

/// # Safety
///
/// The thread ends before what it borrows.
unsafe fn spawn_unchecked<'a, T: Send + 'a>(
    f: impl FnOnce() -> T + Send + 'a,
) -> JoinHandle<T> {
    let result = Slot::default();
    let slot = Arc::clone(&result);
    let work: Box<dyn FnOnce() + Send + 'a> = Box::new(move || {
        let value = f();
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
        if size_of::<T>() == 0 {
            let (execution, id) = me();
            execution.forget(id);
        }
    });
    // SAFETY: the caller's promise.
    let work: Box<dyn FnOnce() + Send> = unsafe { std::mem::transmute(work) };
    let id = me().0.start(work);
    JoinHandle { id, result }
}

/// `std::thread::Scope`.
pub struct Scope<'scope, 'env: 'scope> {
    threads: Mutex<Vec<usize>>,
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

/// `std::thread::ScopedJoinHandle`.
pub struct ScopedJoinHandle<'scope, T> {
    handle: JoinHandle<T>,
    scope: PhantomData<&'scope ()>,
}

impl<T> ScopedJoinHandle<'_, T> {
    /// As there.
    ///
    /// # Errors
    ///
    /// Never: a panic ends the run.
    pub fn join(self) -> std::thread::Result<T> {
        self.handle.join()
    }
}

impl<'scope> Scope<'scope, '_> {
    /// As there.
    pub fn spawn<T: Send + 'scope>(
        &'scope self,
        f: impl FnOnce() -> T + Send + 'scope,
    ) -> ScopedJoinHandle<'scope, T> {
        // SAFETY: `scope` returns or unwinds after the thread has ended.
        let handle = unsafe {
            spawn_unchecked(|| {
                let result = f();
                crate::local::end_thread();
                result
            })
        };
        self.threads().push(handle.id);
        ScopedJoinHandle {
            handle,
            scope: PhantomData,
        }
    }

    fn threads(&self) -> std::sync::MutexGuard<'_, Vec<usize>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `std::thread::scope`.
pub fn scope<'env, T>(
    f: impl for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
) -> T {
    let scope = Scope {
        threads: Mutex::default(),
        scope: PhantomData,
        env: PhantomData,
    };
    let result = catch_unwind(AssertUnwindSafe(|| f(&scope)));
    let threads = scope.threads().clone();
    let (execution, id) = me();
    match result {
        Ok(result) => {
            execution.join(id, &threads);
            result
        }
        // The run is over, and the younger threads have ended.
        Err(payload) => resume_unwind(payload),
    }
}
