//! `std::thread_local!` for the threads of the checker.
//!
//! As in `std`, a value whose type needs no drop stays until the end, and the
//! others are dropped one by one, in the order in which they were made.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::rc::Rc;

use crate::checker::thread::{self, ThreadId};
use crate::lazy::Lazy;

/// `std::thread::LocalKey`.
pub struct LocalKey<T: 'static> {
    init: fn() -> T,
    on_its_thread: PhantomData<fn(T)>,
}

/// `std::thread::AccessError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError;

impl std::fmt::Display for AccessError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the thread-local value was dropped already")
    }
}

struct Value {
    thread: ThreadId,
    key: *const (),
    /// `None` once it is dropped.
    value: Option<NonNull<()>>,
    drop: Option<unsafe fn(NonNull<()>)>,
    free: unsafe fn(NonNull<()>),
}

#[derive(Default)]
struct Values(RefCell<Vec<Value>>);

impl Drop for Values {
    fn drop(&mut self) {
        for value in self.0.get_mut() {
            if let Some(pointer) = value.value {
                // SAFETY: it was boxed in `with`, its type needs no drop, and
                // its execution is over.
                unsafe { (value.free)(pointer) };
            }
        }
    }
}

static VALUES: Lazy<Rc<Values>> = Lazy::new();

fn values() -> &'static Values {
    VALUES.get(Rc::default)
}

unsafe fn drop_value<T>(value: NonNull<()>) {
    // SAFETY: the caller's promise: it points to a boxed `T`.
    drop(unsafe { Box::from_raw(value.cast::<T>().as_ptr()) });
}

unsafe fn free_value<T>(value: NonNull<()>) {
    let pointer = value.cast::<std::mem::ManuallyDrop<T>>().as_ptr();
    // SAFETY: the caller's promise: it points to a boxed `T`.
    drop(unsafe { Box::from_raw(pointer) });
}

impl<T> LocalKey<T> {
    #[doc(hidden)]
    pub const fn new(init: fn() -> T) -> Self {
        LocalKey {
            init,
            on_its_thread: PhantomData,
        }
    }

    fn find(&'static self) -> Option<Option<NonNull<()>>> {
        let (me, key) = (thread::current().id(), ptr::from_ref(self).cast());
        let values = values().0.borrow();
        let mut mine = values.iter().filter(|value| value.thread == me);
        mine.find(|value| value.key == key).map(|value| value.value)
    }

    /// Calls `f` with the calling thread's value.
    ///
    /// # Errors
    ///
    /// If it was dropped.
    pub fn try_with<R>(
        &'static self,
        f: impl FnOnce(&T) -> R,
    ) -> Result<R, AccessError> {
        let found = self.find().unwrap_or_else(|| {
            let value = NonNull::from(Box::leak(Box::new((self.init)())));
            let drop: unsafe fn(NonNull<()>) = drop_value::<T>;
            values().0.borrow_mut().push(Value {
                thread: thread::current().id(),
                key: ptr::from_ref(self).cast(),
                value: Some(value.cast()),
                drop: std::mem::needs_drop::<T>().then_some(drop),
                free: free_value::<T>,
            });
            Some(value.cast())
        });
        match found {
            // SAFETY: it lives until its thread ends, which is now in `f`.
            Some(value) => Ok(f(unsafe { value.cast::<T>().as_ref() })),
            None => Err(AccessError),
        }
    }

    /// Calls `f` with the calling thread's value.
    ///
    /// # Panics
    ///
    /// If it was dropped.
    pub fn with<R>(&'static self, f: impl FnOnce(&T) -> R) -> R {
        match self.try_with(f) {
            Ok(result) => result,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Drops the values of the calling thread.
pub(crate) fn end_thread() {
    let me = thread::current().id();
    loop {
        let next = values().0.borrow_mut().iter_mut().find_map(|value| {
            let drop = value.drop.filter(|_| value.thread == me)?;
            Some((drop, value.value.take()?))
        });
        match next {
            // SAFETY: it was boxed by `try_with`, and is there no more.
            Some((drop, value)) => unsafe { drop(value) },
            None => return,
        }
    }
}

/// `std::thread_local!`.
#[macro_export]
macro_rules! thread_locals {
    () => {};
    (
        $(#[$about:meta])*
        $visible:vis static $name:ident: $type:ty = const { $init:expr }
        $(; $($rest:tt)*)?
    ) => {
        $(#[$about])*
        $visible static $name: $crate::thread::LocalKey<$type> =
            $crate::thread::LocalKey::new(|| $init);
        $($crate::thread_locals!($($rest)*);)?
    };
}
