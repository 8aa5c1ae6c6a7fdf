// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! Thread-local data: every thread has a value of its own.
//!
//! [`Local`] is Python's `threading.local`: one object that all threads
//! share, and in which each finds its own value.
//! The value is made on first use, and dropped when its thread ends or when
//! the [`Local`] is dropped, whichever comes first.
//!
//! Use [`Local`] for what a thread needs again and again and must not share:
//! a buffer, a connection, the request it works on.
//! A neighbour may serve you better:
//! `std::thread_local!` for one value per thread in the whole program, a
//! parameter where the value only goes down a few calls, a lock where the
//! threads are to see each other's changes.
//!
//! # Before you copy it
//!
//! - Finding a value takes `unsafe`: the file can't go into a crate with
//!   `forbid(unsafe_code)`.
//! - It needs 64-bit atomics, which a few small processors lack.
//! - The table of a thread reaches up to the place of each [`Local`] that it
//!   uses, at 16 bytes a place. Where a million of them live, a thread that
//!   uses the last one alone pays 16 MB.
//! - Making a value or dropping one takes a lock that all [`Local`]s of the
//!   program share, for a few instructions. Finding one takes none.
//! - A thread that still runs when `main` returns drops no value, and a
//!   `static` is never dropped: what a destructor was to flush is lost.
//! - A value that panics when it is dropped at the end of its thread aborts
//!   the process, as with `std::thread_local!`.
//! - After a `fork`, the values of the parent's other threads stay until their
//!   [`Local`] is dropped. If one of those threads held the lock, the child
//!   waits for it forever.
//!
//! The chapter that explains this file is `src/local.md`.
//!
//! # How it works
//!
//! Each thread has a table, and each [`Local`] has a number that says where
//! in every table its value is.
//! A thread reads its own table alone, so it needs no lock.
//!
//! When a [`Local`] is dropped, its place in the tables is given to another,
//! with a new generation in its number.
//! An entry that a thread still has from the former owner bears the old
//! generation, so it is never taken for the new owner's value.
//!
//! All values of a [`Local`] are linked in a list, and a lock protects the
//! lists of all. A thread that ends and a [`Local`] that is dropped both take
//! a value out of its list before they drop it, so only one of them can.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

// ANCHOR: types
/// A value of type `T` for each thread.
///
/// `F` is the type of the function that makes a thread's value on first use.
///
/// A value is dropped by its own thread when that ends, or, if the `Local` is
/// dropped before, by the thread that drops it.
/// That is why threads share a `Local` only if `T` is [`Send`].
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use std::thread;
/// use threading::Local;
///
/// let calls = Local::new(|| Cell::new(0));
/// calls.set(33);
/// thread::scope(|scope| {
///     scope.spawn(|| {
///         assert_eq!(calls.get(), 0); // not 33
///         calls.set(44);
///     });
/// });
/// assert_eq!(calls.get(), 33); // not 44
/// ```
///
/// # Differences from Python
///
/// - A `Local` holds one value of a type that you choose, not attributes of
///   any name: give it a struct with fields.
/// - Every thread's value is made in the same way, as in a subclass of
///   `threading.local` with an `__init__`. So no thread meets an
///   `AttributeError`.
///
/// Source: [Thread-local data][python].
///
/// [python]: https://docs.python.org/3/library/threading.html#thread-local-data
pub struct Local<T: 'static, F = fn() -> T> {
    /// Where the value is in each thread's table; `UNUSED` until the first
    /// value is made.
    id: AtomicU64,
    init: F,
    /// As a mutex: each thread uses its own value, so `T` need not be `Sync`;
    /// another thread may drop it, so it must be `Send`.
    values: PhantomData<Mutex<T>>,
}

// An unwind breaks no invariant of ours: `init`, `f` and the destructors run
// with nothing locked and nothing half done. As with `std::thread::LocalKey`,
// a value that a panic left half changed is seen by its own thread alone.
impl<T: 'static, F: UnwindSafe> UnwindSafe for Local<T, F> {}
impl<T: 'static, F: RefUnwindSafe> RefUnwindSafe for Local<T, F> {}

/// A thread's value, in a box of its own.
#[repr(C)]
struct Node<T> {
    /// Comes first, so that a pointer to the node is one to its link.
    link: Link,
    value: T,
}

/// A node's place in the list of its `Local`, whatever its type is.
struct Link {
    previous: Option<NonNull<Link>>,
    next: Option<NonNull<Link>>,
    /// Drops the node, and frees its memory.
    drop: unsafe fn(NonNull<Link>),
}
// ANCHOR_END: types

/// The error of [`Local::try_with`]: the thread is ending, and has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError;

// ANCHOR: table
thread_local! {
    /// The values of this thread.
    ///
    /// It is never dropped, so a thread that is ending can still use it.
    static TABLE: ManuallyDrop<RefCell<Vec<Entry>>> =
        const { ManuallyDrop::new(RefCell::new(Vec::new())) };

    /// Empties the table at the end of the thread.
    static THREAD_END: ThreadEnd = const { ThreadEnd };
}

/// A thread's value in its table, whatever its type is.
#[derive(Clone, Copy)]
struct Entry {
    /// Whose value it is.
    id: u64,
    /// The value; `None` if the entry was never used. Dangles once that
    /// `Local` is gone: only `id` tells.
    node: Option<NonNull<Link>>,
}

const EMPTY: Entry = Entry {
    id: UNUSED,
    node: None,
};
// ANCHOR_END: table

// ANCHOR: ids
/// No number: its generation is 0.
const UNUSED: u64 = 0;
const ONE_GENERATION: u64 = 1 << 32;
const LAST_GENERATION: u64 = u32::MAX as u64;

/// The low half of a number is a place in the tables, the high half a
/// generation, which is 1 or more.
fn place(id: u64) -> usize {
    (id & u64::from(u32::MAX)) as usize
}

/// Who has which place, and the values of each.
static PLACES: Mutex<Places> = Mutex::new(Places {
    all: Vec::new(),
    given_back: Vec::new(),
});

struct Places {
    all: Vec<Place>,
    /// Numbers that nobody has yet, in places that somebody had.
    given_back: Vec<u64>,
}

struct Place {
    /// Of the `Local` that has it, or will have it.
    id: u64,
    /// The first value in its list.
    first: Option<NonNull<Link>>,
}

// SAFETY: with the lock held, only the links of the nodes are used, which are
// plain data, and no value. A value is dropped by the thread that made it, or
// by one that drops its `Local`. That may be another thread only if it was
// given the `Local`, which is `Send` only if `T` is, or shared it: `Sync` only
// if `T` is `Send`. So a value that is not `Send` stays in its thread.
unsafe impl Send for Places {}

impl Places {
    /// A number that was never in use.
    fn take(&mut self) -> u64 {
        if let Some(id) = self.given_back.pop() {
            return id;
        }
        let Ok(place) = u32::try_from(self.all.len()) else {
            panic!("there are {} locals already", self.all.len());
        };
        let id = ONE_GENERATION | u64::from(place);
        self.all.push(Place { id, first: None });
        id
    }

    /// Ends the use of a number; returns the values that its `Local` had.
    fn give_back(&mut self, id: u64) -> Values {
        let place = &mut self.all[place(id)];
        // After the last generation the first would come again, and old
        // entries with it: that place is not used any more.
        place.id = UNUSED;
        if id >> 32 < LAST_GENERATION {
            place.id = id + ONE_GENERATION;
            self.given_back.push(place.id);
        }
        Values(place.first.take())
    }
}
// ANCHOR_END: ids

impl<T: 'static, F> Local<T, F> {
    /// Creates a `Local` whose values are made by `init`.
    ///
    /// Nothing is made yet: each thread calls `init` when it first needs its
    /// value.
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use threading::Local;
    ///
    /// static LINE: Local<RefCell<String>> = Local::new(RefCell::default);
    /// LINE.with_borrow_mut(|line| line.push_str("GET /"));
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is a subclass of `threading.local` with an `__init__`.
    pub const fn new(init: F) -> Self {
        Local {
            id: AtomicU64::new(UNUSED),
            init,
            values: PhantomData,
        }
    }
}

impl<T: 'static, F: Fn() -> T> Local<T, F> {
    /// Calls `f` with this thread's value, which is made first if there is
    /// none.
    ///
    /// `f` may use this and any other `Local` in its turn.
    /// To change the value, make it a [`Cell`] or a [`RefCell`], or a struct
    /// with such fields; no lock is needed.
    ///
    /// ```
    /// use threading::Local;
    ///
    /// let buffer = Local::new(|| vec![0; 8]);
    /// assert_eq!(buffer.with(|bytes| bytes.len()), 8);
    /// ```
    ///
    /// # Panics
    ///
    /// If the thread is ending and has no value, see
    /// [`try_with`](Local::try_with); and if `init` or `f` panics.
    /// After a panic of `init` the next call tries again.
    #[inline]
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        match self.try_with(f) {
            Ok(result) => result,
            Err(error) => panic!("{error}"),
        }
    }

    /// Like [`with`](Local::with), with an error where that would panic at
    /// the end of a thread.
    ///
    /// At its end a thread drops its values one by one, and makes no new
    /// ones.
    /// The destructor of a value reaches those that are not dropped yet.
    ///
    /// ```
    /// use threading::Local;
    ///
    /// let name = Local::new(|| "worker");
    /// assert_eq!(name.try_with(|name| name.len()), Ok(6));
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccessError`] if the thread is ending and has no value.
    ///
    /// # Panics
    ///
    /// If `init` or `f` panics.
    // ANCHOR: try_with
    #[inline]
    pub fn try_with<R>(
        &self,
        f: impl FnOnce(&T) -> R,
    ) -> Result<R, AccessError> {
        let value = match self.find() {
            Some(value) => value,
            None => self.make()?,
        };
        // SAFETY: `value` points to a `T` that this thread made for this
        // `Local`. Two things end its life: the drop of this `Local`, which
        // `&self` rules out while `f` runs, and the end of this thread, which
        // drops one value after the other, and none while `f` runs in it.
        // `f` must take a `&T` of any lifetime, so it keeps none for later.
        // It may lend it to another thread only if `T` is `Sync`.
        Ok(f(unsafe { value.as_ref() }))
    }

    /// This thread's value, if it was made already.
    #[inline]
    fn find(&self) -> Option<NonNull<T>> {
        // Relaxed: if this thread's table has an entry for this number, it
        // was this thread that made it, and knew the number then.
        let id = self.id.load(Ordering::Relaxed);
        TABLE.with(|table| {
            let table = table.borrow();
            let entry = table.get(place(id))?;
            if entry.id == id {
                // SAFETY: the node is a `Node<T>`, since the number belongs
                // to this `Local`; it lives as long as that does.
                entry.node.map(|node| unsafe { value_of(node) })
            } else {
                None
            }
        })
    }
    // ANCHOR_END: try_with

    // ANCHOR: make
    /// Makes this thread's value.
    #[cold]
    fn make(&self) -> Result<NonNull<T>, AccessError> {
        // The first time, this has the system call `ThreadEnd::drop` later.
        THREAD_END.try_with(|_| ()).map_err(|_| AccessError)?;
        let value = (self.init)();
        if let Some(value) = self.find() {
            // `init` has used this very `Local`: the first value stays.
            return Ok(value);
        }
        let node = Box::new(Node {
            link: Link {
                previous: None,
                next: None,
                drop: drop_node::<T>,
            },
            value,
        });
        put(self.link(node));
        self.find().ok_or(AccessError)
    }

    /// Puts a node into the list of this `Local`, which gets its number with
    /// its first.
    fn link(&self, node: Box<Node<T>>) -> Entry {
        let mut places = PLACES.lock();
        let mut id = self.id.load(Ordering::Relaxed);
        if id == UNUSED {
            id = places.take();
            self.id.store(id, Ordering::Relaxed);
        }
        let node = NonNull::from(Box::leak(node)).cast();
        // SAFETY: the node is new, so it is in no list, and the lock is held.
        unsafe { places.all[place(id)].push(node) };
        Entry {
            id,
            node: Some(node),
        }
    }
    // ANCHOR_END: make
}

/// Where the value of a node is. Makes no reference to the node, whose link
/// another thread may be changing.
///
/// # Safety
///
/// It is a `Node<T>` that lives.
#[inline]
unsafe fn value_of<T>(node: NonNull<Link>) -> NonNull<T> {
    let node = node.cast::<Node<T>>().as_ptr();
    // SAFETY: the caller's promise; a place in a node is not null.
    unsafe { NonNull::new_unchecked(&raw mut (*node).value) }
}

/// Drops a node.
///
/// # Safety
///
/// It is a `Node<T>` in no list, and the caller owns it.
unsafe fn drop_node<T>(node: NonNull<Link>) {
    // SAFETY: the caller's promise; `link` took it out of a box.
    drop(unsafe { Box::from_raw(node.cast::<Node<T>>().as_ptr()) });
}

/// Puts an entry into this thread's table.
fn put(entry: Entry) {
    let place = place(entry.id);
    TABLE.with(|table| {
        let mut table = table.borrow_mut();
        if table.len() <= place {
            table.resize(place + 1, EMPTY);
        }
        table[place] = entry;
    });
}

// ANCHOR: list
impl Place {
    /// Puts a node at the beginning of the list.
    ///
    /// # Safety
    ///
    /// It is in no list, and the lock of `PLACES` is held.
    unsafe fn push(&mut self, node: NonNull<Link>) {
        let next = self.first.replace(node);
        // SAFETY: nodes of a list live, and nobody else uses the links.
        unsafe {
            (*node.as_ptr()).next = next;
            if let Some(next) = next {
                (*next.as_ptr()).previous = Some(node);
            }
        }
    }

    /// Takes a node out of the list.
    ///
    /// # Safety
    ///
    /// It is in this list, and the lock of `PLACES` is held.
    unsafe fn remove(&mut self, node: NonNull<Link>) {
        // SAFETY: nodes of a list live, and nobody else uses the links.
        unsafe {
            let Link { previous, next, .. } = *node.as_ptr();
            match previous {
                Some(previous) => (*previous.as_ptr()).next = next,
                None => self.first = next,
            }
            if let Some(next) = next {
                (*next.as_ptr()).previous = previous;
            }
        }
    }
}

/// Nodes that are in the list of no place any more.
struct Values(Option<NonNull<Link>>);

impl Values {
    fn drop_all(&mut self) {
        while let Some(node) = self.0 {
            // SAFETY: the node belongs to these values alone. It is taken
            // from them before its destructor runs, which may panic.
            unsafe {
                self.0 = (*node.as_ptr()).next;
                ((*node.as_ptr()).drop)(node);
            }
        }
    }
}

impl Drop for Values {
    /// Drops those that are left when the destructor of one has panicked.
    fn drop(&mut self) {
        self.drop_all();
    }
}
// ANCHOR_END: list

// ANCHOR: drop
impl<T: 'static, F> Drop for Local<T, F> {
    /// Drops the values of all threads.
    fn drop(&mut self) {
        let id = *self.id.get_mut();
        if id != UNUSED {
            let mut values = PLACES.lock().give_back(id);
            // If a destructor panics, `values` is left to drop the others.
            values.drop_all();
        }
    }
}

/// Has a destructor that runs at the end of each thread that needs it.
struct ThreadEnd;

impl Drop for ThreadEnd {
    fn drop(&mut self) {
        // One by one, and the table not borrowed meanwhile: a destructor may
        // use the values that are still there. It finds no way to add one.
        while let Some(entry) = TABLE.with(|table| table.borrow_mut().pop()) {
            drop(take_out(entry));
        }
        TABLE.with(|table| table.take()); // frees the table's own memory
    }
}

/// Takes the value of an entry out of its list, unless its `Local` is gone,
/// which has dropped the value or is doing so.
fn take_out(entry: Entry) -> Option<Values> {
    let node = entry.node?;
    let mut places = PLACES.lock();
    let place = &mut places.all[place(entry.id)];
    if place.id != entry.id {
        return None;
    }
    // SAFETY: `make` has put it there. While the place bears that number,
    // nobody else takes it out: only its own thread and its `Local` do.
    unsafe {
        place.remove(node);
        (*node.as_ptr()).next = None;
    }
    Some(Values(Some(node)))
}
// ANCHOR_END: drop

/// Shortcuts for values that are copied in and out.
impl<T: 'static, F: Fn() -> Cell<T>> Local<Cell<T>, F> {
    /// Returns a copy of this thread's value.
    ///
    /// ```
    /// use std::cell::Cell;
    /// use threading::Local;
    ///
    /// let depth = Local::new(|| Cell::new(1));
    /// assert_eq!(depth.get(), 1);
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`with`](Local::with), as all of these methods do.
    ///
    /// # Differences from Python
    ///
    /// `local.depth` raises `AttributeError` in a thread that never set it.
    #[inline]
    #[track_caller]
    pub fn get(&self) -> T
    where
        T: Copy,
    {
        self.with(Cell::get)
    }

    /// Sets this thread's value.
    ///
    /// ```
    /// use std::cell::Cell;
    /// use threading::Local;
    ///
    /// let depth = Local::new(|| Cell::new(1));
    /// depth.set(2);
    /// assert_eq!(depth.get(), 2);
    /// ```
    ///
    /// # Differences from Python
    ///
    /// This is `local.depth = 2`.
    #[inline]
    #[track_caller]
    pub fn set(&self, value: T) {
        self.with(|cell| cell.set(value));
    }

    /// Takes this thread's value and leaves the default.
    ///
    /// ```
    /// use std::cell::Cell;
    /// use threading::Local;
    ///
    /// let depth = Local::new(|| Cell::new(1));
    /// assert_eq!((depth.take(), depth.get()), (1, 0));
    /// ```
    #[track_caller]
    pub fn take(&self) -> T
    where
        T: Default,
    {
        self.with(Cell::take)
    }

    /// Sets this thread's value and returns the former one.
    ///
    /// ```
    /// use std::cell::Cell;
    /// use threading::Local;
    ///
    /// let depth = Local::new(|| Cell::new(1));
    /// assert_eq!((depth.replace(2), depth.get()), (1, 2));
    /// ```
    #[track_caller]
    pub fn replace(&self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

/// Shortcuts for values that are changed in place.
impl<T: 'static, F: Fn() -> RefCell<T>> Local<RefCell<T>, F> {
    /// Calls `f` with a shared reference to this thread's value.
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use threading::Local;
    ///
    /// let path = Local::new(|| RefCell::new(vec!["home"]));
    /// assert_eq!(path.with_borrow(|path| path.len()), 1);
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`with`](Local::with), and if the value is borrowed mutably, by
    /// a call further out.
    #[track_caller]
    pub fn with_borrow<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        // Panics outside of the closure, which has another place.
        let result = self.with(|cell| cell.try_borrow().map(|it| f(&it)));
        result.expect("a call further out borrows this thread's value")
    }

    /// Calls `f` with an exclusive reference to this thread's value.
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use threading::Local;
    ///
    /// let path = Local::new(|| RefCell::new(vec!["home"]));
    /// path.with_borrow_mut(|path| path.push("ada"));
    /// assert_eq!(path.take(), ["home", "ada"]);
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`with`](Local::with), and if the value is borrowed, by a call
    /// further out; this holds for the methods below, too.
    #[track_caller]
    pub fn with_borrow_mut<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        let result =
            self.with(|cell| cell.try_borrow_mut().map(|mut it| f(&mut it)));
        result.expect("a call further out borrows this thread's value")
    }

    /// Sets this thread's value.
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use threading::Local;
    ///
    /// let name = Local::new(|| RefCell::new(String::new()));
    /// name.set("Ada".to_owned());
    /// assert_eq!(name.take(), "Ada");
    /// ```
    #[track_caller]
    pub fn set(&self, value: T) {
        drop(self.replace(value));
    }

    /// Takes this thread's value and leaves the default.
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use threading::Local;
    ///
    /// let path = Local::new(|| RefCell::new(vec!["home"]));
    /// assert_eq!(path.take(), ["home"]);
    /// assert!(path.take().is_empty());
    /// ```
    #[track_caller]
    pub fn take(&self) -> T
    where
        T: Default,
    {
        self.with_borrow_mut(mem::take)
    }

    /// Sets this thread's value and returns the former one.
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use threading::Local;
    ///
    /// let name = Local::new(|| RefCell::new("Ada"));
    /// assert_eq!(name.replace("Grace"), "Ada");
    /// ```
    #[track_caller]
    pub fn replace(&self, value: T) -> T {
        self.with_borrow_mut(|old| mem::replace(old, value))
    }
}

impl<T: Default + 'static> Default for Local<T> {
    fn default() -> Self {
        Local::new(T::default)
    }
}

impl<T: fmt::Debug + 'static, F> fmt::Debug for Local<T, F>
where
    F: Fn() -> T,
{
    /// Shows this thread's value, and makes none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.find().is_none() {
            return f.write_str("Local(<not made>)");
        }
        self.with(|value| f.debug_tuple("Local").field(value).finish())
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a thread that is ending makes no new thread-local value")
    }
}

impl std::error::Error for AccessError {}

#[cfg(test)]
mod tests {
    use std::panic::{self, AssertUnwindSafe};
    use std::ptr;
    use std::rc::Rc;
    use std::sync::atomic::AtomicUsize;
    use std::sync::{Arc, Barrier, mpsc};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;

    /// Far longer than any of these tests takes.
    const LONG: Duration = Duration::from_secs(60);

    /// Runs a test in a thread, and fails instead of hanging with it.
    fn limited(test: impl FnOnce() + Send + 'static) {
        let (start, test) = (Instant::now(), thread::spawn(test));
        while !test.is_finished() {
            assert!(start.elapsed() < LONG, "the test does not end");
            thread::sleep(Duration::from_micros(100));
        }
        test.join()
            .unwrap_or_else(|payload| panic::resume_unwind(payload));
    }

    /// Counts those that were made and those that were dropped.
    #[derive(Clone, Default)]
    struct Counts(Arc<[AtomicUsize; 2]>);

    impl Counts {
        fn count(&self) -> Counted {
            self.0[0].fetch_add(1, Ordering::Relaxed);
            Counted(self.clone())
        }

        fn get(&self) -> [usize; 2] {
            [0, 1].map(|at| self.0[at].load(Ordering::Relaxed))
        }
    }

    /// Counts its own drop.
    struct Counted(Counts);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.0[1].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Runs `task` in a thread and waits for its very end.
    fn in_a_thread(task: impl FnOnce() + Send) {
        // The end of the scope would not wait for destructors; `join` does.
        thread::scope(|scope| scope.spawn(task).join().unwrap());
    }

    #[test]
    fn each_thread_has_its_own_value() {
        limited(|| {
            let local = Local::new(|| Cell::new(0));
            let both_have_set = Barrier::new(2);
            thread::scope(|scope| {
                for value in [1, 2] {
                    let (local, both_have_set) = (&local, &both_have_set);
                    scope.spawn(move || {
                        local.set(value);
                        both_have_set.wait();
                        assert_eq!(local.get(), value);
                    });
                }
            });
            assert_eq!(local.get(), 0);
        });
    }

    #[test]
    fn a_value_is_made_once_per_thread_and_on_first_use() {
        limited(|| {
            let counts = Counts::default();
            let local = Local::new(|| counts.count());
            assert_eq!(counts.get(), [0, 0]);
            local.with(|_| ());
            let first = local.with(ptr::from_ref);
            assert_eq!(local.with(ptr::from_ref), first);
            assert_eq!(counts.get(), [1, 0]);
            in_a_thread(|| {
                local.with(|_| ());
                local.with(|_| ());
            });
            assert_eq!(counts.get()[0], 2);
        });
    }

    #[test]
    fn a_value_is_dropped_when_its_thread_ends() {
        limited(|| {
            let counts = Counts::default();
            let local = Local::new(|| counts.count());
            in_a_thread(|| {
                local.with(|_| ());
                assert_eq!(counts.get(), [1, 0]);
            });
            assert_eq!(counts.get(), [1, 1]);
            drop(local);
            assert_eq!(counts.get(), [1, 1]);
        });
    }

    #[test]
    fn all_values_are_dropped_with_the_local() {
        limited(|| {
            let counts = Counts::default();
            let of_local = counts.clone();
            let local = Arc::new(Local::new(move || of_local.count()));
            let (ready, is_ready) = mpsc::channel();
            let threads: Vec<_> = (0..3)
                .map(|_| {
                    let (local, ready) = (Arc::clone(&local), ready.clone());
                    let (go, may_go) = mpsc::channel::<()>();
                    let thread = thread::spawn(move || {
                        local.with(|_| ());
                        drop(local);
                        ready.send(()).unwrap();
                        may_go.recv().unwrap();
                    });
                    (thread, go)
                })
                .collect();
            for _ in 0..3 {
                is_ready.recv().unwrap();
            }
            local.with(|_| ());
            assert_eq!(counts.get(), [4, 0]);
            drop(local);
            assert_eq!(counts.get(), [4, 4]); // the threads are still there
            for (thread, go) in threads {
                go.send(()).unwrap();
                thread.join().unwrap();
            }
            assert_eq!(counts.get(), [4, 4]);
        });
    }

    #[test]
    fn of_the_end_of_the_thread_and_of_the_local_one_drops() {
        limited(|| {
            for _ in 0..300 {
                let counts = Counts::default();
                let of_local = counts.clone();
                let local = Arc::new(Local::new(move || of_local.count()));
                let threads = [(); 3].map(|()| {
                    let local = Arc::clone(&local);
                    thread::spawn(move || local.with(|_| ()))
                });
                drop(local);
                for thread in threads {
                    thread.join().unwrap();
                }
                assert_eq!(counts.get(), [3, 3]);
            }
        });
    }

    #[test]
    fn many_locals_in_many_threads_leave_nothing() {
        limited(|| {
            let counts = Counts::default();
            let local = |_| Local::new(|| (counts.count(), Cell::new(0)));
            let mut locals: Vec<_> = (0..100).map(local).collect();
            for round in 1..=3 {
                thread::scope(|scope| {
                    let threads = [0; 8].map(|_| {
                        scope.spawn(|| {
                            for (at, local) in locals.iter().enumerate() {
                                local.with(|(_, cell)| cell.set(at));
                            }
                            for (at, local) in locals.iter().enumerate() {
                                local.with(|(_, cell)| {
                                    assert_eq!(cell.get(), at)
                                });
                            }
                        })
                    });
                    for thread in threads {
                        thread.join().unwrap();
                    }
                });
                assert_eq!(counts.get(), [round * 800; 2]);
            }
            locals.clear();
            assert_eq!(counts.get(), [2_400; 2]);
        });
    }

    #[test]
    fn a_new_local_does_not_find_the_values_of_an_old_one() {
        limited(|| {
            in_a_thread(|| {
                for round in 0..1_000_u64 {
                    let number = Local::new(|| Cell::new(0_u64));
                    assert_eq!(number.replace(round), 0);
                    assert_eq!(number.get(), round);
                    drop(number);
                    let text = Local::new(|| RefCell::new(String::new()));
                    assert_eq!(text.replace("old".to_owned()), "");
                }
                // 2,000 locals, a few at a time: the places were used again.
                let length = TABLE.with(|table| table.borrow().len());
                assert!(length < 500, "the table has {length} entries");
            });
        });
    }

    #[test]
    fn what_an_old_local_left_in_another_thread_is_not_found_by_a_new_one() {
        limited(|| {
            type Shared = Arc<Local<Cell<u32>>>;
            let (give, take) = mpsc::channel::<Shared>();
            let (answer, answered) = mpsc::channel();
            let other = thread::spawn(move || {
                for local in take {
                    let found = local.replace(1);
                    drop(local); // so that this thread keeps its entry
                    answer.send(found).unwrap();
                }
            });
            for _ in 0..1_000 {
                let local = Shared::default();
                local.set(2); // gives it a number
                give.send(Arc::clone(&local)).unwrap();
                assert_eq!(answered.recv(), Ok(0));
            }
            drop(give);
            other.join().unwrap();
        });
    }

    /// How many values are in the list.
    fn linked<T, F>(local: &Local<T, F>) -> usize {
        let places = PLACES.lock();
        let place = &places.all[place(local.id.load(Ordering::Relaxed))];
        let mut node = place.first;
        let next = || {
            // SAFETY: nodes of a list live, and the lock is held.
            node.inspect(|at| node = unsafe { (*at.as_ptr()).next })
        };
        std::iter::from_fn(next).count()
    }

    #[test]
    fn threads_that_come_and_go_leave_no_trace() {
        limited(|| {
            let local = Local::new(|| Cell::new(0));
            local.set(1);
            for _ in 0..500 {
                in_a_thread(|| local.set(2));
            }
            assert_eq!(linked(&local), 1);
            assert_eq!(local.get(), 1);
        });
    }

    #[test]
    fn a_number_is_never_given_twice() {
        let mut places = Places {
            all: Vec::new(),
            given_back: Vec::new(),
        };
        let first = places.take();
        assert_eq!((place(first), first >> 32), (0, 1));
        assert_eq!(place(places.take()), 1);
        drop(places.give_back(first));
        let second = places.take();
        assert_eq!((place(second), second >> 32), (0, 2));

        let last = LAST_GENERATION << 32;
        drop(places.give_back(last - ONE_GENERATION));
        assert_eq!(places.take(), last);
        drop(places.give_back(last));
        assert_eq!(place(places.take()), 2);
        // No entry of a table finds the place that is not used any more.
        assert_eq!(places.all[0].id, UNUSED);
    }

    #[test]
    fn threads_that_come_first_together_agree_on_the_number() {
        limited(|| {
            for _ in 0..50 {
                let made = AtomicUsize::new(0);
                let local = Local::new(|| {
                    made.fetch_add(1, Ordering::Relaxed);
                    Cell::new(0)
                });
                thread::scope(|scope| {
                    let no_numbers = PLACES.lock();
                    for value in [1, 2] {
                        let local = &local;
                        scope.spawn(move || {
                            local.set(value);
                            // With two numbers it would not be found again, and
                            // made once more.
                            assert_eq!(local.get(), value);
                        });
                    }
                    while made.load(Ordering::Relaxed) < 2 {
                        thread::yield_now();
                    }
                    // Lets both come to the place where they want a number.
                    for _ in 0..20 {
                        thread::yield_now();
                    }
                    drop(no_numbers);
                });
                assert_eq!(made.load(Ordering::Relaxed), 2);
            }
        });
    }

    #[test]
    fn a_use_inside_a_use_finds_the_same_value() {
        limited(|| {
            let (outer, inner) =
                (Local::new(|| 1), Local::new(|| Cell::new(0)));
            let sum = outer.with(|one| {
                inner.set(outer.with(|again| one + again));
                // Many others, so that the table moves while `one` is in use.
                let other = |n: usize| Local::new(move || n);
                let others: Vec<_> = (0..200).map(other).collect();
                for (n, other) in others.iter().enumerate() {
                    assert_eq!(other.with(|value| *value), n);
                }
                one + inner.get()
            });
            assert_eq!(sum, 3);
        });
    }

    #[test]
    fn init_may_use_locals_even_its_own() {
        limited(|| {
            thread_local! {
                static INSIDE: Cell<bool> = const { Cell::new(false) };
            }
            static COUNT: AtomicUsize = AtomicUsize::new(0);
            static OTHER: Local<u32> = Local::new(|| 7);
            static OWN: Local<(u32, Cell<usize>)> = Local::new(|| {
                if !INSIDE.replace(true) {
                    OWN.with(|own| own.1.set(99));
                }
                COUNT.fetch_add(1, Ordering::Relaxed);
                (OTHER.with(|seven| *seven), Cell::new(0))
            });
            in_a_thread(|| {
                // The one made further in came first, and stays.
                OWN.with(|own| assert_eq!((own.0, own.1.get()), (7, 99)));
            });
            assert_eq!(COUNT.load(Ordering::Relaxed), 2);
        });
    }

    #[test]
    fn after_a_panic_of_init_the_next_use_tries_again() {
        limited(|| {
            let tries = Cell::new(0);
            let local = Local::new(|| {
                tries.set(tries.get() + 1);
                assert!(tries.get() > 1, "the first try");
                tries.get()
            });
            let first = AssertUnwindSafe(|| local.with(|_| ()));
            assert!(panic::catch_unwind(first).is_err());
            assert_eq!(local.with(|value| *value), 2);
        });
    }

    #[test]
    fn a_destructor_at_the_end_of_a_thread_finds_what_is_still_there() {
        limited(|| {
            /// Looks for three values when it is dropped.
            struct Curious(usize);

            static CURIOUS: [Local<Curious>; 2] =
                [Local::new(|| Curious(0)), Local::new(|| Curious(1))];
            static NEVER_MADE: Local<()> = Local::new(|| ());
            static SEEN: Mutex<Vec<[bool; 3]>> = Mutex::new(Vec::new());

            impl Drop for Curious {
                fn drop(&mut self) {
                    let other = CURIOUS[1 - self.0].try_with(|_| ());
                    let own = CURIOUS[self.0].try_with(|_| ());
                    let third = NEVER_MADE.try_with(|_| ());
                    SEEN.lock().push([other, own, third].map(|r| r.is_ok()));
                }
            }

            in_a_thread(|| CURIOUS.iter().for_each(|local| local.with(|_| ())));
            // The one that goes first finds the other.
            let none = [false; 3];
            assert_eq!(*SEEN.lock(), [[true, false, false], none]);
        });
    }

    #[test]
    fn a_destructor_of_the_thread_itself_may_use_a_local() {
        limited(|| {
            struct Late(mpsc::Sender<Result<u32, AccessError>>);

            impl Drop for Late {
                fn drop(&mut self) {
                    self.0.send(NUMBER.try_with(|number| *number)).unwrap();
                }
            }

            static NUMBER: Local<u32> = Local::new(|| 5);
            thread_local! {
                static BEFORE: RefCell<Option<Late>> =
                    const { RefCell::new(None) };
                static AFTER: RefCell<Option<Late>> =
                    const { RefCell::new(None) };
            }
            let (send, receive) = mpsc::channel();
            in_a_thread(move || {
                BEFORE.set(Some(Late(send.clone())));
                NUMBER.with(|_| ());
                AFTER.set(Some(Late(send)));
            });
            // Whichever order the system chooses: there, or a clean error.
            let results: Vec<_> = receive.iter().collect();
            assert_eq!(results.len(), 2);
            let fine = |result| [Ok(5), Err(AccessError)].contains(result);
            assert!(results.iter().all(fine), "{results:?}");
        });
    }

    #[test]
    fn a_panicking_destructor_spoils_no_other_local() {
        limited(|| {
            struct Bad;

            impl Drop for Bad {
                fn drop(&mut self) {
                    panic!("a bad destructor");
                }
            }

            let bad = Local::new(|| Bad);
            bad.with(|_| ());
            let result = panic::catch_unwind(AssertUnwindSafe(|| drop(bad)));
            assert!(result.is_err());
            let good = Local::new(|| Cell::new(1));
            assert_eq!(good.get(), 1);
        });
    }

    #[test]
    fn after_a_panic_of_one_destructor_the_others_run() {
        limited(|| {
            struct Bad(Counted);

            impl Drop for Bad {
                fn drop(&mut self) {
                    assert!(self.0.0.get()[1] > 0, "a bad destructor");
                }
            }

            let counts = Counts::default();
            let of_local = counts.clone();
            let local = Arc::new(Local::new(move || Bad(of_local.count())));
            let (both_have_one, local_is_gone) =
                (Arc::new(Barrier::new(3)), Arc::new(Barrier::new(3)));
            let threads = [(); 2].map(|()| {
                let (made, end) =
                    (both_have_one.clone(), local_is_gone.clone());
                let local = Arc::clone(&local);
                thread::spawn(move || {
                    local.with(|_| ());
                    drop(local);
                    made.wait();
                    end.wait();
                })
            });
            both_have_one.wait();
            local.with(|_| ());
            let dropped = AssertUnwindSafe(|| drop(local));
            assert!(panic::catch_unwind(dropped).is_err());
            assert_eq!(counts.get(), [3, 3]);
            local_is_gone.wait();
            for thread in threads {
                thread.join().unwrap();
            }
            assert_eq!(counts.get(), [3, 3]);
        });
    }

    #[test]
    fn a_destructor_may_make_values_and_drop_locals() {
        limited(|| {
            static MADE_LATE: Local<Cell<u32>> = Local::new(Cell::default);

            struct Busy(Local<Counted, Box<dyn Fn() -> Counted + Send>>);

            impl Drop for Busy {
                fn drop(&mut self) {
                    self.0.with(|_| ()); // dropped after this
                    MADE_LATE.set(MADE_LATE.get() + 1);
                }
            }

            let counts = Counts::default();
            let of_local = counts.clone();
            let local = Local::new(move || {
                let counts = of_local.clone();
                Busy(Local::new(Box::new(move || counts.count())))
            });
            local.with(|_| ());
            drop(local);
            assert_eq!((MADE_LATE.get(), counts.get()), (1, [1, 1]));
        });
    }

    #[test]
    fn at_the_end_of_a_thread_a_destructor_may_drop_a_local() {
        limited(|| {
            struct Owner(
                #[expect(dead_code, reason = "only its drop counts")]
                Option<Local<Counted, Make>>,
            );
            type Make = Box<dyn Fn() -> Counted + Send>;

            let counts = Counts::default();
            let of_inner = counts.clone();
            let owner = Local::new(move || {
                let counts = of_inner.clone();
                let inner: Make = Box::new(move || counts.count());
                let inner = Local::new(inner);
                inner.with(|_| ());
                Owner(Some(inner))
            });
            let owner = Arc::new(owner);
            let theirs = Arc::clone(&owner);
            thread::spawn(move || theirs.with(|_| ())).join().unwrap();
            assert_eq!(counts.get(), [1, 1]);
        });
    }

    #[test]
    fn values_leave_the_list_in_any_order() {
        limited(|| {
            let counts = Counts::default();
            let of_local = counts.clone();
            let local = Arc::new(Local::new(move || of_local.count()));
            local.with(|_| ());
            // The last made first, the first made last, and from the middle.
            for order in [[2, 1, 0], [0, 1, 2], [1, 0, 2], [1, 2, 0]] {
                let (made, is_made) = mpsc::channel();
                let mut threads = [(); 3].map(|()| {
                    let (local, made) = (Arc::clone(&local), made.clone());
                    let (end, ends) = mpsc::channel::<()>();
                    let thread = thread::spawn(move || {
                        local.with(|_| ());
                        made.send(()).unwrap();
                        ends.recv().unwrap();
                    });
                    is_made.recv().unwrap(); // one after the other
                    Some((thread, end))
                });
                for (left, at) in [3, 2, 1].into_iter().zip(order) {
                    assert_eq!(linked(&local), left + 1);
                    let (thread, end) = threads[at].take().unwrap();
                    end.send(()).unwrap();
                    thread.join().unwrap();
                    assert_eq!(linked(&local), left);
                }
            }
            assert_eq!(counts.get(), [13, 12]);
        });
    }

    #[test]
    fn a_local_that_moves_keeps_its_values() {
        limited(|| {
            let local = Local::new(|| Cell::new(0));
            local.set(3);
            let moved = Box::new(local);
            assert_eq!(moved.get(), 3);
        });
    }

    #[test]
    fn a_value_that_stays_in_its_thread_need_not_be_send() {
        limited(|| {
            let local: Local<Rc<u32>> = Local::new(|| Rc::new(4));
            let shared = local.with(Rc::clone);
            drop(local);
            assert_eq!(Rc::strong_count(&shared), 1);
        });
    }

    #[test]
    fn shortcuts_read_and_change_the_value() {
        let cell: Local<Cell<u32>> = Local::default();
        cell.set(1);
        assert_eq!((cell.replace(2), cell.get()), (1, 2));
        assert_eq!((cell.take(), cell.get()), (2, 0));

        let list = Local::new(|| RefCell::new(vec![1]));
        list.with_borrow_mut(|list| list.push(2));
        assert_eq!(list.with_borrow(|list| list.len()), 2);
        assert_eq!(list.replace(vec![3]), [1, 2]);
        list.set(vec![4]);
        assert_eq!(list.take(), [4]);
        assert_eq!(list.with_borrow(|list| list.len()), 0);
    }

    #[test]
    fn who_can_share_it_depends_on_its_value_and_its_function() {
        fn shared<T: Send + Sync>() {}
        fn unwinds<T: UnwindSafe + RefUnwindSafe>() {}
        shared::<Local<Cell<u32>>>(); // not `Sync`, and need not be
        unwinds::<Local<Cell<u32>>>(); // as `LocalKey<Cell<u32>>`
        unwinds::<thread::LocalKey<Cell<u32>>>();
        unwinds::<Local<Rc<Cell<u32>>>>();
    }

    #[test]
    fn its_value_is_shown_and_not_made_for_that() {
        let local = Local::new(|| 5);
        assert_eq!(format!("{local:?}"), "Local(<not made>)");
        local.with(|_| ());
        assert_eq!(format!("{local:?}"), "Local(5)");
        let error = AccessError.to_string();
        assert_eq!(
            error,
            "a thread that is ending makes no new thread-local value"
        );
    }
}
// ANCHOR_END: module
