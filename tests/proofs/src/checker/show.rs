//! The objects of a program that a reader can look at.
//!
//! A primitive's state is known to its module alone, so the program names what
//! it wants to show, and each is looked at through its own methods while
//! nothing runs.

use std::fmt;
use std::marker::PhantomData;

use super::{LOOKS, me};

/// What a kind of object is used for, which decides how one speaks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A plain value, such as an atomic.
    Value,
    /// One thread at a time holds it.
    Lock,
    /// It has permits.
    Permits,
    /// It is set or clear.
    Flag,
    /// Threads meet there, or wait there to be told.
    Place,
}

/// What a look at an object shows.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// `None` if that can't be seen now: then the last one stands.
    pub value: Option<String>,
    /// Whether a thread holds it.
    pub held: bool,
}

impl Look {
    /// Of an object that nobody holds.
    pub fn value(value: impl fmt::Display) -> Self {
        Look {
            value: Some(value.to_string()),
            held: false,
        }
    }
}

/// An object that can be looked at.
pub trait Show {
    /// Decides on the words of a table.
    const KIND: Kind;

    /// Must leave the object as it is.
    fn look(&self) -> Look;

    /// What a value of its atomics is called.
    fn named(value: &str) -> String {
        value.to_owned()
    }
}

/// What a reader can see of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// As the program calls it.
    pub name: &'static str,
    /// Decides on the words of a table.
    pub kind: Kind,
    /// Empty for an object that has none to show.
    pub value: String,
    /// The thread that holds it.
    pub holder: Option<usize>,
}

/// An object and where it lies.
pub(crate) struct Entry {
    pub(super) object: Object,
    start: usize,
    size: usize,
    named: fn(&str) -> String,
    /// Gone when the object may be gone.
    look: Option<Box<dyn Fn() -> Look + Send>>,
}

impl Entry {
    fn new<T: Show>(name: &'static str, object: &T) -> Self {
        let pointer = Pointer(object);
        let look: Box<dyn Fn() -> Look + Send + '_> =
            Box::new(move || pointer.look());
        // SAFETY: `Shown` borrows the object, and takes the entry away.
        let look = unsafe { std::mem::transmute::<Box<_>, Box<_>>(look) };
        Entry {
            object: Object {
                name,
                kind: T::KIND,
                value: String::new(),
                holder: None,
            },
            start: std::ptr::from_ref(object).addr(),
            size: size_of::<T>(),
            named: T::named,
            look: Some(look),
        }
    }

    /// How far behind the start of the object `address` is.
    pub(super) fn offset(&self, address: usize) -> Option<usize> {
        let offset = address.checked_sub(self.start)?;
        (offset < self.size).then_some(offset)
    }

    /// What `value` is called, if the atomic at `address` is a part of this.
    pub(super) fn named(&self, address: usize, value: &str) -> Option<String> {
        self.offset(address).map(|_| (self.named)(value))
    }

    /// What was seen last is there to stay.
    fn freeze(&mut self) {
        self.look = None;
        self.size = 0;
    }

    /// Looks, after a step that `thread` took.
    pub(super) fn update(&mut self, thread: usize) {
        let Some(look) = &self.look else { return };
        LOOKS.set(true);
        let Look { value, held } = look();
        LOOKS.set(false);
        if let Some(value) = value {
            self.object.value = value;
        }
        let holder = &mut self.object.holder;
        *holder = held.then(|| holder.unwrap_or(thread));
    }
}

struct Pointer<T>(*const T);

// SAFETY: one thread runs at a time, and `Shown` ends with the object.
unsafe impl<T> Send for Pointer<T> {}

impl<T: Show> Pointer<T> {
    fn look(&self) -> Look {
        // SAFETY: `Shown` borrows the object, and takes the entry away.
        unsafe { &*self.0 }.look()
    }
}

/// Shows objects for as long as it lives.
#[must_use]
pub struct Shown<'a>(PhantomData<&'a ()>);

impl<'a> Shown<'a> {
    /// Shows nothing yet.
    #[allow(clippy::new_without_default, reason = "it registers something")]
    pub fn new() -> Self {
        Shown(PhantomData)
    }

    /// Shows one more.
    pub fn and<T: Show>(self, name: &'static str, object: &'a T) -> Self {
        me().0.entries().push(Entry::new(name, object));
        self
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        let (execution, id) = me();
        execution.look(id);
        execution.entries().iter_mut().for_each(Entry::freeze);
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown")
    }
}

/// `show!(balance);` lets the reader see the value of `balance` until the end
/// of the block, as one of the table's columns.
#[macro_export]
macro_rules! show {
    ($($name:ident),* $(,)?) => {
        let _shown = $crate::explore::Shown::new()
            $(.and(stringify!($name), &$name))*;
    };
}
