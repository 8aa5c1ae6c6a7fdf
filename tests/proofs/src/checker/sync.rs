//! What the facade needs of a checker's `sync`.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::convert::Infallible;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};

use super::run::me;
use super::task::Status;

/// A lock of the facade's own; what it protects is part of a moment's key.
pub struct Mutex<T: Hash> {
    locked: Cell<bool>,
    /// Threads that wait for it, which happens at the grain of operations.
    sleepers: RefCell<Vec<usize>>,
    value: UnsafeCell<T>,
}

// SAFETY: one thread runs at a time.
unsafe impl<T: Hash> Sync for Mutex<T> {}
// SAFETY: as above.
unsafe impl<T: Hash> Send for Mutex<T> {}

/// Its guard.
pub struct Guard<'a, T: Hash>(&'a Mutex<T>);

impl<T: Hash> Mutex<T> {
    /// As in `std`.
    pub fn new(value: T) -> Self {
        Mutex {
            locked: Cell::new(false),
            sleepers: RefCell::default(),
            value: UnsafeCell::new(value),
        }
    }

    /// As in `std`.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn lock(&self) -> Result<Guard<'_, T>, Infallible> {
        let (execution, id) = me();
        execution.operation();
        while self.locked.get() && !execution.is_over() {
            self.sleepers.borrow_mut().push(id);
            execution.switch(id, Status::Waits);
        }
        self.locked.set(true);
        let guard = Guard(self);
        execution.access(self.address(), &*guard, None::<()>);
        Ok(guard)
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl<T: Hash> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: `locked` is true.
        unsafe { &*self.0.value.get() }
    }
}

impl<T: Hash> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: `locked` is true.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T: Hash> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        let (execution, _) = me();
        execution.access(self.0.address(), (), Some(&**self));
        self.0.locked.set(false);
        for id in self.0.sleepers.take() {
            execution.unpark(id);
        }
    }
}

/// A place in the program and nothing else: the facade's clock needs one.
#[allow(dead_code, reason = "it has an address of its own")]
pub struct Condvar(u8);

impl Condvar {
    /// As in `std`.
    #[allow(clippy::new_without_default, reason = "it is no plain value")]
    pub fn new() -> Self {
        Condvar(0)
    }

    /// A thread comes to the place.
    pub fn notify_one(&self) {
        let address = std::ptr::from_ref(self).addr();
        let (execution, _) = me();
        execution.operation();
        execution.access(address, (), Some(()));
    }
}

/// Atomics: a cell each, since one thread runs at a time.
pub mod atomic {
    use std::cell::Cell;
    use std::sync::atomic::Ordering;

    use crate::checker::me;

    macro_rules! atomic {
        ($($name:ident: $type:ty;)*) => {$(
            /// The atomic of the same name in `std::sync::atomic`.
            pub struct $name(Cell<$type>);

            // SAFETY: one thread runs at a time.
            unsafe impl Sync for $name {}

            #[allow(missing_docs, reason = "they are std's")]
            #[allow(clippy::missing_errors_doc, reason = "they are std's")]
            impl $name {
                pub fn new(value: $type) -> Self {
                    $name(Cell::new(value))
                }

                /// The value, for whoever has the only reference.
                pub fn peek(&self) -> $type {
                    self.0.get()
                }

                pub fn load(&self, _: Ordering) -> $type {
                    self.access(|_| None, |old, _| format!("reads {old}"))
                }

                pub fn store(&self, value: $type, _: Ordering) {
                    let tell = |_: &str, new: &str| format!("writes {new}");
                    self.access(|_| Some(value), tell);
                }

                pub fn swap(&self, value: $type, _: Ordering) -> $type {
                    self.change(|_| value)
                }

                pub fn compare_exchange(
                    &self,
                    current: $type,
                    new: $type,
                    _: Ordering,
                    _: Ordering,
                ) -> Result<$type, $type> {
                    let is_found = Cell::new(false);
                    let write = |old| {
                        is_found.set(old == current);
                        (old == current).then_some(new)
                    };
                    let found = self.access(write, |old, new| {
                        if is_found.get() {
                            format!("finds {old}, writes {new}")
                        } else {
                            format!("finds {old}, writes nothing")
                        }
                    });
                    if found == current { Ok(found) } else { Err(found) }
                }

                fn change(&self, f: impl Fn($type) -> $type) -> $type {
                    self.access(|old| Some(f(old)), |old, new| {
                        format!("reads {old}, writes {new}")
                    })
                }

                fn access(
                    &self,
                    write: impl FnOnce($type) -> Option<$type>,
                    tell: impl FnOnce(&str, &str) -> String,
                ) -> $type {
                    let address = std::ptr::from_ref(self).addr();
                    let (execution, _) = me();
                    let is_step = execution.operation();
                    let old = self.0.get();
                    let new = write(old);
                    self.0.set(new.unwrap_or(old));
                    execution.access(address, old, new);
                    if is_step {
                        let named = |value: $type| {
                            execution.named(address, &value.to_string())
                        };
                        let new = named(self.0.get());
                        execution.tell(tell(&named(old), &new));
                    }
                    old
                }
            }
        )*};
    }

    macro_rules! number {
        ($($name:ident: $type:ty;)*) => {
            atomic! { $($name: $type;)* }
            $(
                #[allow(missing_docs, reason = "they are std's")]
                impl $name {
                    pub fn fetch_add(&self, by: $type, _: Ordering) -> $type {
                        self.change(|old| old.wrapping_add(by))
                    }

                    pub fn fetch_sub(&self, by: $type, _: Ordering) -> $type {
                        self.change(|old| old.wrapping_sub(by))
                    }

                    pub fn fetch_and(&self, by: $type, _: Ordering) -> $type {
                        self.change(|old| old & by)
                    }

                    pub fn fetch_or(&self, by: $type, _: Ordering) -> $type {
                        self.change(|old| old | by)
                    }

                    pub fn fetch_max(&self, by: $type, _: Ordering) -> $type {
                        self.change(|old| old.max(by))
                    }

                    pub fn fetch_min(&self, by: $type, _: Ordering) -> $type {
                        self.change(|old| old.min(by))
                    }
                }
            )*
        };
    }

    atomic! { AtomicBool: bool; }
    number! {
        AtomicU8: u8;
        AtomicU32: u32;
        AtomicU64: u64;
        AtomicUsize: usize;
        AtomicI32: i32;
        AtomicI64: i64;
    }
}
