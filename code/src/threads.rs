// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! Run several functions, or several methods of one object, concurrently,
//! and collect their results in order.
//!
//! [`run_all`] starts one thread of the system per task, waits for all of
//! them, and returns what they returned.
//! [`run_methods`] does so with the methods of one object, which it lends to
//! all threads by reference.
//! [`parallelism`] says how many of them can truly run at the same moment.
//!
//! Use this for a handful of tasks that begin together and are awaited
//! together.
//! A neighbour may serve you better: `Thread` for a task that lives on while
//! its creator does something else, a pool of threads for thousands of short
//! tasks, and a plain loop for tasks that wait for nothing on a machine with
//! one core.
//!
//! # Before you copy it
//!
//! - [`run_all`] starts all its threads at once, however many there are.
//! - If a task panics, the results of the others are dropped. A destructor
//!   that panics in turn is printed, and goes no further.
//! - [`parallelism`] asks the system anew each time, which may take as long
//!   as reading some files.
//!
//! The chapter that explains this file is `src/threads.md`.

use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::thread::{self, ScopedJoinHandle};

/// Runs the tasks concurrently, each in a thread of its own, and returns
/// their results in the order of the tasks.
///
/// It returns when all tasks have ended.
/// So a task may borrow from the caller, and what the tasks did
/// happens before what the caller does next.
///
/// All tasks have the same type here.
/// That is so for an array of functions, and for closures that one
/// expression makes; [`task`] brings different closures together.
///
/// # Panics
///
/// If a task panics. The others run to their end first; then the panic goes
/// on in the caller, with its payload. Of several, that of the first task in
/// the list does.
///
/// If the system refuses a thread, or `tasks` panics while it is asked for
/// the next task. The tasks that have begun run to their end first.
///
/// # Examples
///
/// ```
/// use threading::run_all;
///
/// let lengths = run_all(["soup", "salad"].map(|dish| || dish.len()));
/// assert_eq!(lengths, [4, 5]);
/// ```
///
/// # Differences from Python
///
/// `threading.Thread` throws the result of its function away.
/// The nearest in Python is `ThreadPoolExecutor.map`, with as many workers
/// as tasks: it returns the results in order, and raises the exception of
/// the first task that failed.
///
/// Source: [`Executor.map`][python].
///
/// [python]: https://docs.python.org/3/library/concurrent.futures.html
// ANCHOR: run_all
pub fn run_all<T, R>(tasks: impl IntoIterator<Item = T>) -> Vec<R>
where
    T: FnOnce() -> R + Send,
    R: Send,
{
    thread::scope(|scope| {
        let mut threads = Vec::new();
        let spawn = |task| threads.push(scope.spawn(task));
        let started = catch(|| tasks.into_iter().for_each(spawn));
        // All are started, and only now is any of them waited for.
        let ended = threads.into_iter().map(ScopedJoinHandle::join);
        all_or_first_panic(started, ended.collect())
    })
}

/// The results, or else the first panic, which goes on here.
fn all_or_first_panic<R>(
    started: thread::Result<()>,
    ended: Vec<thread::Result<R>>,
) -> Vec<R> {
    let (mut results, mut panics) = (Vec::new(), Vec::new());
    for end in ended {
        match end {
            Ok(result) => results.push(result),
            Err(payload) => panics.push(payload),
        }
    }
    panics.extend(started.err());
    if panics.is_empty() {
        return results;
    }
    let first = panics.remove(0);
    results.into_iter().for_each(drop_quietly);
    panics.into_iter().for_each(drop_quietly);
    panic::resume_unwind(first)
}
// ANCHOR_END: run_all

/// Drops a value. If its destructor panics, that ends here.
fn drop_quietly<T>(value: T) {
    let dropped = catch(|| drop(value));
    // A payload could panic without end each time it is dropped.
    mem::forget(dropped.or_else(|payload| catch(|| drop(payload))));
}

/// All that a panic leaves half changed is dropped, or belongs to the caller.
fn catch<R>(code: impl FnOnce() -> R) -> thread::Result<R> {
    panic::catch_unwind(AssertUnwindSafe(code))
}

/// A task of any type that returns an `R`.
// ANCHOR: task_type
pub type Task<'a, R> = Box<dyn FnOnce() -> R + Send + 'a>;
// ANCHOR_END: task_type

/// Puts a task into a box, so that different closures fit into one list.
///
/// # Examples
///
/// ```
/// use threading::{run_all, task};
///
/// let (dish, guests) = ("soup", 4);
/// let words = run_all([
///     task(|| dish.to_uppercase()),
///     task(|| format!("for {guests}")),
/// ]);
/// assert_eq!(words.join(" "), "SOUP for 4");
/// ```
// ANCHOR: task
#[must_use = "a task does nothing until it is run"]
pub fn task<'a, R>(task: impl FnOnce() -> R + Send + 'a) -> Task<'a, R> {
    Box::new(task)
}
// ANCHOR_END: task

/// Runs methods of one object concurrently, and returns their results in the
/// order of the methods.
///
/// The object is lent to all threads at once, so the methods take `&self`,
/// and the object must be [`Sync`].
///
/// # Panics
///
/// As [`run_all`] does.
///
/// # Examples
///
/// ```
/// use threading::run_methods;
///
/// let dish = String::from("soup");
/// let answers = run_methods(&dish, [String::len, String::capacity]);
/// assert_eq!(answers[0], 4);
/// assert!(answers[1] >= 4);
/// ```
///
/// # Differences from Python
///
/// `Thread(target=dish.serve)` takes a *bound* method, which carries its
/// object along. Here the object comes first, and then the methods by the
/// name of their type: `Dish::serve`.
///
/// Python lets any method change the object at any time. Here a method that
/// takes `&self` can change only what is made to be changed by several
/// threads, such as an atomic number or a lock.
// ANCHOR: run_methods
pub fn run_methods<'a, O, M, R>(
    object: &'a O,
    methods: impl IntoIterator<Item = M>,
) -> Vec<R>
where
    O: Sync + ?Sized,
    M: FnOnce(&'a O) -> R + Send,
    R: Send,
{
    run_all(methods.into_iter().map(|method| move || method(object)))
}
// ANCHOR_END: run_methods

/// Returns how many threads of this process can run at the same moment.
///
/// This is at least 1, and an estimate: it counts the processors that the
/// system lets this process use, and not what other processes do with them.
///
/// # Examples
///
/// ```
/// assert!(threading::parallelism() >= 1);
/// ```
///
/// # Differences from Python
///
/// `os.cpu_count()` counts the processors of the machine, also those that
/// this process may not use. `os.process_cpu_count()`, since Python 3.13,
/// leaves them out. Neither knows that CPython's interpreter lock lets one
/// thread at a time run Python code.
///
/// Source: [`os.process_cpu_count`][python].
///
/// [python]: https://docs.python.org/3/library/os.html#os.process_cpu_count
// ANCHOR: parallelism
#[must_use]
pub fn parallelism() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
// ANCHOR_END: parallelism

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    use super::*;

    /// Far longer than any of these waits should take.
    const LIMIT: Duration = Duration::from_secs(60);

    /// A line of tasks: each waits for a word from the one behind it, and
    /// then passes it on to the one before it.
    fn last_ends_first(count: usize) -> Vec<usize> {
        let ended = AtomicUsize::new(0);
        let (mut before, first): (Sender<()>, Receiver<()>) = channel();
        let mut tasks = Vec::new();
        for _ in 0..count {
            let (pass_on, word) = channel();
            let pass_on = mem::replace(&mut before, pass_on);
            let ended = &ended;
            tasks.push(move || {
                word.recv_timeout(LIMIT).expect("the next task runs too");
                let place = ended.fetch_add(1, Ordering::Relaxed);
                pass_on.send(()).unwrap();
                place
            });
        }
        before.send(()).unwrap();
        let places = run_all(tasks);
        first.recv_timeout(LIMIT).unwrap();
        places
    }

    #[test]
    fn results_come_in_the_order_of_the_tasks() {
        assert_eq!(last_ends_first(5), [4, 3, 2, 1, 0]);
    }

    #[test]
    fn two_hundred_tasks_run_at_once() {
        let places = last_ends_first(200);
        assert!(places.into_iter().eq((0..200).rev()));
    }

    #[test]
    fn each_task_has_a_thread_of_its_own() {
        let mut threads =
            run_all([thread::current; 3].map(|thread| move || thread().id()));
        threads.push(thread::current().id());
        for (place, thread) in threads.iter().enumerate() {
            assert!(!threads[..place].contains(thread));
        }
    }

    #[test]
    fn no_tasks_have_no_results() {
        assert!(run_all(Vec::<fn() -> u8>::new()).is_empty());
    }

    #[test]
    fn tasks_may_borrow_and_change_what_is_theirs() {
        let mut halves = [1, 2];
        let added = 10;
        run_all(halves.iter_mut().map(|half| || *half += added));
        assert_eq!(halves, [11, 12]);
    }

    #[test]
    fn different_closures_fit_into_one_list() {
        let (name, number) = (String::from("Ada"), 7);
        let words =
            run_all([task(|| name.clone()), task(move || number.to_string())]);
        assert_eq!(words, ["Ada", "7"]);
    }

    /// What a panic carried.
    fn message(run: impl FnOnce()) -> &'static str {
        let result = panic::catch_unwind(AssertUnwindSafe(run));
        let payload = result.expect_err("it panics");
        payload.downcast_ref::<&str>().expect("it says why")
    }

    #[test]
    fn a_panic_goes_on_in_the_caller_when_all_tasks_have_ended() {
        let ended = &AtomicUsize::new(0);
        let (fails, failed) = channel::<()>();
        let fail = || {
            let _dropped_in_the_panic = fails;
            panic!("the soup is burnt");
        };
        let outlast = move || {
            // Ends when the sender is dropped.
            assert!(failed.recv_timeout(LIMIT).is_err());
            ended.fetch_add(1, Ordering::Relaxed);
        };
        let said = message(|| {
            run_all([task(fail), task(outlast)]);
        });
        assert_eq!(said, "the soup is burnt");
        assert_eq!(ended.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn of_several_panics_the_first_in_the_list_goes_on() {
        let (last_fails, last_failed) = channel::<()>();
        let first = move || {
            assert!(last_failed.recv_timeout(LIMIT).is_err());
            panic!("first in the list");
        };
        let last = || {
            let _dropped_in_the_panic = last_fails;
            panic!("first in time");
        };
        let said = message(|| {
            run_all([task(first), task(last)]);
        });
        assert_eq!(said, "first in the list");
    }

    struct Kitchen {
        name: String,
        orders: AtomicUsize,
    }

    impl Kitchen {
        fn order(&self) -> &str {
            self.orders.fetch_add(1, Ordering::Relaxed);
            &self.name
        }

        fn order_two(&self) -> &str {
            self.orders.fetch_add(2, Ordering::Relaxed);
            &self.name[..1]
        }
    }

    #[test]
    fn methods_run_on_the_object_itself_and_may_borrow_from_it() {
        let kitchen = Kitchen {
            name: "Harbour".to_owned(),
            orders: AtomicUsize::new(0),
        };
        let names = run_methods(&kitchen, [Kitchen::order, Kitchen::order_two]);
        assert_eq!(names, ["Harbour", "H"]);
        assert_eq!(kitchen.orders.into_inner(), 3);
    }

    #[test]
    fn methods_of_an_object_without_a_size_run_too() {
        let lengths = run_methods("soup", [str::len, |s: &str| s.len() + 1]);
        assert_eq!(lengths, [4, 5]);
    }

    #[test]
    fn at_least_one_thread_can_run() {
        assert!(parallelism() >= 1);
    }
}
// ANCHOR_END: module
