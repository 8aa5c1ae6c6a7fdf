// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! Measure whether threads make a job faster.
//!
//! [`compare`] does a list of tasks one after the other and on threads,
//! several times by turns, checks that both ways have the same results, and
//! returns a [`SpeedUp`].
//! [`on_threads`] is the second way alone, for when you have measured that it
//! pays.
//! [`SpeedUp::of`] compares any two ways to the same results, and [`amdahl`]
//! says how much faster a job could become at best.
//!
//! Use this for a job that takes a millisecond or more, where the question is
//! whether to use threads at all, and how many.
//! A neighbour may serve you better: a benchmark harness such as `criterion`
//! for differences of a few per cent, and `run_all` for a few tasks that have
//! to be under way together.
//!
//! # Before you copy it
//!
//! - [`compare`] does the whole job six times, and stops at the first result
//!   that differs.
//! - Each call of [`on_threads`] starts its threads and waits for their end:
//!   tens of microseconds for each, more than a short job gains.
//! - If a task panics, the results of the others are dropped. A destructor
//!   that panics in turn is printed, and goes no further.
//!
//! The chapter that explains this file is `src/when_to_use.md`.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

/// How often a job is done in each of the two ways.
const ROUNDS: usize = 3;

/// Does the tasks on so many threads, and returns their results in the order
/// of the tasks.
///
/// Each thread takes the next task that no thread has taken, so a long task
/// keeps only one thread busy, and the others do the rest.
/// No more threads are started than there are tasks.
///
/// `work` and the tasks may borrow from the caller: this returns when all
/// threads have ended.
///
/// # Panics
///
/// If `threads` is 0.
///
/// If a task panics. Its thread takes no other task, and the others go on to
/// the end of the list; then the panic goes on in the caller, with its
/// payload.
///
/// If the system refuses a thread. Those that have started do the tasks
/// first.
///
/// # Examples
///
/// ```
/// use threading::on_threads;
///
/// let dishes = ["soup", "salad", "bread"];
/// let lengths = on_threads(2, &dishes, |dish| dish.len());
/// assert_eq!(lengths, [4, 5, 5]);
/// ```
///
/// # Differences from Python
///
/// This is `list(executor.map(work, tasks))` with a `ThreadPoolExecutor` that
/// lives for one call. The executor raises `ValueError` for zero workers, and
/// when a task fails, it cancels those that have not begun.
///
/// Source: [`Executor.map`][python].
///
/// [python]: https://docs.python.org/3/library/concurrent.futures.html
// ANCHOR: on_threads
#[track_caller]
pub fn on_threads<'a, T, R>(
    threads: usize,
    tasks: &'a [T],
    work: impl Fn(&'a T) -> R + Sync,
) -> Vec<R>
where
    T: Sync,
    R: Send,
{
    assert_not_zero(threads);
    let next = AtomicUsize::new(0);
    let work_on = || {
        let mut done = Vec::new();
        loop {
            // `Relaxed`: the number carries no other memory with it.
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(number) else { break };
            done.push((number, work(task)));
        }
        done
    };
    let done = thread::scope(|scope| {
        let mut started = Vec::new();
        let spawn = |_| started.push(scope.spawn(work_on));
        let threads = 0..threads.min(tasks.len());
        let refused = catch(|| threads.for_each(spawn)).err();
        // All are started, and only now is any of them waited for.
        let ended = started.into_iter().map(ScopedJoinHandle::join);
        all_or_first_panic(ended.collect(), refused)
    });
    in_order(done)
}

#[track_caller]
fn assert_not_zero(threads: usize) {
    assert!(threads > 0, "0 threads: at least one has to do the work");
}

type Payload = Box<dyn Any + Send>;

/// What the threads have done, or else the first panic, which continues here.
fn all_or_first_panic<R>(
    ended: Vec<Result<Vec<R>, Payload>>,
    refused: Option<Payload>,
) -> Vec<R> {
    let (mut all, mut panics) = (Vec::new(), Vec::new());
    for end in ended {
        match end {
            Ok(done) => all.extend(done),
            Err(payload) => panics.push(payload),
        }
    }
    panics.extend(refused);
    if panics.is_empty() {
        return all;
    }
    let first = panics.remove(0);
    all.into_iter().for_each(drop_quietly);
    panics.into_iter().for_each(drop_quietly);
    panic::resume_unwind(first)
}

/// The results by the numbers of their tasks.
fn in_order<R>(mut done: Vec<(usize, R)>) -> Vec<R> {
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}
// ANCHOR_END: on_threads

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

/// Does the tasks one after the other and on so many threads, and reports
/// how long each way takes.
///
/// Both ways take turns, three times, and the shortest time of each counts:
/// other programs disturb the longer ones.
///
/// The results have to be equal, in order. Let `work` return what can be
/// checked: a result that nobody looks at may be work that the compiler
/// leaves out.
///
/// # Errors
///
/// [`Differs`], if a task has another result on threads, or in another
/// round.
///
/// # Panics
///
/// As [`on_threads`] does.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use std::time::Duration;
/// use threading::compare;
///
/// let wait = |milliseconds: &u64| {
///     thread::sleep(Duration::from_millis(*milliseconds));
///     *milliseconds
/// };
/// let speed_up = compare(2, &[10, 10], wait).unwrap();
/// assert!(speed_up.serial() >= Duration::from_millis(20));
/// assert!(speed_up.threaded() >= Duration::from_millis(10));
/// println!("{speed_up}");
/// ```
///
/// # Differences from Python
///
/// `timeit.repeat` times one way, several times, and its documentation
/// advises to look at the shortest time as well. It turns the garbage
/// collector off meanwhile; there is none here.
///
/// Source: [`timeit.Timer.repeat`][python].
///
/// [python]: https://docs.python.org/3/library/timeit.html#timeit.Timer.repeat
// ANCHOR: compare
#[track_caller]
pub fn compare<'a, T, R>(
    threads: usize,
    tasks: &'a [T],
    work: impl Fn(&'a T) -> R + Sync,
) -> Result<SpeedUp, Differs>
where
    T: Sync,
    R: Send + PartialEq,
{
    // Here and not below: a closure does not know who called `compare`.
    assert_not_zero(threads);
    SpeedUp::of(
        || tasks.iter().map(&work).collect(),
        || on_threads(threads, tasks, &work),
    )
}
// ANCHOR_END: compare

/// How long a job takes one task after the other, and how long on threads.
///
/// As text it is one line: `40.3 ms in turn, 10.2 ms on threads, speed-up:
/// 3.95`.
// ANCHOR: speed_up
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpeedUp {
    serial: Duration,
    threaded: Duration,
}
// ANCHOR_END: speed_up

impl SpeedUp {
    /// Compares two ways to the same list of results.
    ///
    /// Both take turns, three times, `serial` first, and the shortest time of
    /// each counts.
    ///
    /// # Errors
    ///
    /// [`Differs`], if the lists of one round are not equal.
    ///
    /// # Examples
    ///
    /// ```
    /// use threading::{SpeedUp, on_threads};
    ///
    /// let numbers = [1_u64, 2, 3, 4];
    /// let half = |part: &[u64]| part.iter().sum::<u64>();
    /// let speed_up = SpeedUp::of(
    ///     || vec![numbers.iter().sum::<u64>()],
    ///     || {
    ///         let halves: Vec<&[u64]> = numbers.chunks(2).collect();
    ///         let sums = on_threads(2, &halves, |part| half(part));
    ///         vec![sums.iter().sum::<u64>()]
    ///     },
    /// )
    /// .unwrap();
    /// assert!(speed_up.ratio() > 0.0); // far below 1: there is no work
    /// ```
    // ANCHOR: of
    pub fn of<R: PartialEq>(
        mut serial: impl FnMut() -> Vec<R>,
        mut threaded: impl FnMut() -> Vec<R>,
    ) -> Result<SpeedUp, Differs> {
        let mut best = SpeedUp::LONGEST;
        for _ in 0..ROUNDS {
            let (expected, serial) = timed(&mut serial);
            let (results, threaded) = timed(&mut threaded);
            same(&expected, &results)?;
            best = best.shorter(SpeedUp { serial, threaded });
        }
        Ok(best)
    }

    /// Any measurement is shorter.
    const LONGEST: SpeedUp = SpeedUp {
        serial: Duration::MAX,
        threaded: Duration::MAX,
    };

    /// The shorter time of two measurements, for each way.
    fn shorter(self, other: SpeedUp) -> SpeedUp {
        SpeedUp {
            serial: self.serial.min(other.serial),
            threaded: self.threaded.min(other.threaded),
        }
    }
    // ANCHOR_END: of

    /// How long the job takes one task after the other, at least 1 ns.
    #[must_use]
    pub fn serial(self) -> Duration {
        self.serial
    }

    /// How long the job takes on threads, at least 1 ns, with starting them
    /// and waiting for their end.
    #[must_use]
    pub fn threaded(self) -> Duration {
        self.threaded
    }

    /// How many times faster the job is on threads: below 1, they make it
    /// slower.
    ///
    /// # Examples
    ///
    /// ```
    /// let speed_up = threading::compare(2, &["soup"], |dish| dish.len());
    /// assert!(speed_up.unwrap().ratio() > 0.0);
    /// ```
    // ANCHOR: ratio
    #[must_use]
    pub fn ratio(self) -> f64 {
        self.serial.as_secs_f64() / self.threaded.as_secs_f64()
    }
    // ANCHOR_END: ratio
}

impl fmt::Display for SpeedUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        write!(
            f,
            "{:.1} ms in turn, {:.1} ms on threads, speed-up: {:.2}",
            milliseconds(self.serial),
            milliseconds(self.threaded),
            self.ratio(),
        )
    }
}

/// The two ways have different results.
// ANCHOR: differs
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differs {
    /// The place of the first result that differs, from 0.
    pub place: usize,
}

impl fmt::Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "result {} differs when computed on threads", self.place)
    }
}

impl Error for Differs {}

/// Whether two lists are equal.
fn same<R: PartialEq>(expected: &[R], results: &[R]) -> Result<(), Differs> {
    let longest = expected.len().max(results.len());
    let differs = |place: &usize| expected.get(*place) != results.get(*place);
    match (0..longest).find(differs) {
        Some(place) => Err(Differs { place }),
        None => Ok(()),
    }
}

/// What `way` returns, and how long it takes.
fn timed<R>(way: impl FnOnce() -> R) -> (R, Duration) {
    let start = Instant::now();
    let results = way();
    // A clock may be too coarse for a short job, and a ratio needs a number
    // above zero.
    (results, start.elapsed().max(Duration::from_nanos(1)))
}
// ANCHOR_END: differs

/// How many times faster a job becomes on so many threads, at best, when a
/// part of it can't be divided among them.
///
/// `serial_part` is that part, in parts of the time that the job takes on
/// one thread: from 0, everything can be divided, to 1, nothing can.
///
/// This is Amdahl's law, 1 / (s + (1 − s) / n).
/// It knows nothing of what threads cost, nor of how many cores there are:
/// for work that calculates, `threads` above that number gain nothing more.
///
/// # Panics
///
/// If `serial_part` is not a number from 0 to 1, or `threads` is 0.
///
/// # Examples
///
/// ```
/// use threading::amdahl;
///
/// assert_eq!(amdahl(0.0, 4), 4.0);
/// assert_eq!(amdahl(0.5, 2), 1.0 / 0.75);
/// assert!(amdahl(0.1, 1_000_000) < 10.0); // however many there are
/// ```
// ANCHOR: amdahl
#[must_use]
#[track_caller]
pub fn amdahl(serial_part: f64, threads: usize) -> f64 {
    assert!(
        (0.0..=1.0).contains(&serial_part),
        "the serial part is {serial_part}: it has to be from 0 to 1"
    );
    assert_not_zero(threads);
    1.0 / (serial_part + (1.0 - serial_part) / threads as f64)
}
// ANCHOR_END: amdahl

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::panic::AssertUnwindSafe;

    use super::*;

    /// Far longer than any of these waits should take.
    const LIMIT: Duration = Duration::from_secs(60);

    const MS: Duration = Duration::from_millis(1);

    /// Waits until so many have come.
    fn meet(arrived: &AtomicUsize, parties: usize) {
        let start = Instant::now();
        arrived.fetch_add(1, Ordering::Relaxed);
        while arrived.load(Ordering::Relaxed) < parties {
            assert!(start.elapsed() < LIMIT, "the others never come");
            thread::yield_now();
        }
    }

    #[test]
    fn results_come_in_the_order_of_the_tasks() {
        let (begun, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |number: &usize| {
            match number {
                0 => meet(&begun, 2),
                1 => {
                    meet(&begun, 2);
                    // So the thread that does task 0 does task 2 as well.
                    meet(&done, 2);
                }
                2 => meet(&done, 1),
                _ => {}
            }
            number * 10
        };
        let results = on_threads(2, &[0, 1, 2, 3], work);
        assert_eq!(results, [0, 10, 20, 30]);
    }

    #[test]
    fn each_task_is_done_once() {
        let tasks: Vec<usize> = (0..200_000).collect();
        for threads in [1, 2, 5] {
            let begun = AtomicUsize::new(0);
            let times: Vec<_> =
                tasks.iter().map(|_| AtomicUsize::new(0)).collect();
            let work = |number: &usize| {
                if *number < threads {
                    meet(&begun, threads); // all are at work from here on
                }
                times[*number].fetch_add(1, Ordering::Relaxed);
                *number
            };
            assert_eq!(on_threads(threads, &tasks, work), tasks);
            assert!(times.into_iter().all(|times| times.into_inner() == 1));
        }
    }

    #[test]
    fn as_many_tasks_are_under_way_as_there_are_threads() {
        let begun = AtomicUsize::new(0);
        on_threads(3, &[(); 3], |()| meet(&begun, 3));
    }

    #[test]
    fn no_more_tasks_are_under_way_than_there_are_threads() {
        let (now, highest) = (AtomicUsize::new(0), AtomicUsize::new(0));
        on_threads(3, &[(); 100], |()| {
            let inside = now.fetch_add(1, Ordering::Relaxed) + 1;
            highest.fetch_max(inside, Ordering::Relaxed);
            thread::yield_now();
            now.fetch_sub(1, Ordering::Relaxed);
        });
        assert!((1..=3).contains(&highest.into_inner()));
    }

    #[test]
    fn more_threads_than_tasks_are_not_started() {
        // So many would be refused.
        assert_eq!(on_threads(usize::MAX, &["soup"], |d| d.len()), [4]);
        assert!(on_threads(usize::MAX, &[(); 0], |()| ()).is_empty());
    }

    #[test]
    fn tasks_and_work_may_borrow() {
        let (dishes, price) = (vec![String::from("soup")], 7);
        let bills = on_threads(2, &dishes, |dish| (dish.as_str(), price));
        assert_eq!(bills, [("soup", 7)]);
    }

    /// What a panic carried.
    fn message(run: impl FnOnce()) -> String {
        let result = panic::catch_unwind(AssertUnwindSafe(run));
        let payload = result.expect_err("it panics");
        let fixed = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
        let made = || payload.downcast_ref::<String>().cloned();
        fixed.or_else(made).expect("it says why")
    }

    #[test]
    fn a_panic_goes_on_in_the_caller_when_the_others_have_done_the_rest() {
        let done = AtomicUsize::new(0);
        let said = message(|| {
            on_threads(2, &[0, 1, 2, 3, 4, 5], |number| {
                assert!(*number != 2, "the soup is burnt");
                done.fetch_add(1, Ordering::Relaxed);
            });
        });
        assert_eq!(said, "the soup is burnt");
        assert_eq!(done.into_inner(), 5);
    }

    #[test]
    fn no_threads_are_a_bug_of_the_caller() {
        let expected = "0 threads: at least one has to do the work";
        let said = message(|| drop(on_threads(0, &[1], |n| *n)));
        assert_eq!(said, expected);
        let said = message(|| _ = compare(0, &[1], |n| *n));
        assert_eq!(said, expected);
        let said = message(|| _ = amdahl(0.5, 0));
        assert_eq!(said, expected);
    }

    #[test]
    fn both_ways_take_turns() {
        let turns = RefCell::new(String::new());
        let way = |name| {
            let turns = &turns;
            move || {
                turns.borrow_mut().push(name);
                vec![7]
            }
        };
        SpeedUp::of(way('s'), way('t')).unwrap();
        assert_eq!(turns.into_inner(), "st".repeat(ROUNDS));
    }

    #[test]
    fn the_shortest_time_of_each_way_counts() {
        let measured = |serial, threaded| SpeedUp {
            serial: serial * MS,
            threaded: threaded * MS,
        };
        let best = [measured(50, 10), measured(40, 30), measured(60, 20)]
            .into_iter()
            .fold(SpeedUp::LONGEST, SpeedUp::shorter);
        assert_eq!(best, measured(40, 10));
    }

    #[test]
    fn every_round_is_measured() {
        let round = Cell::new(0);
        let wait = || {
            round.set(round.get() + 1);
            thread::sleep(5 * MS);
            vec![()]
        };
        let speed_up = SpeedUp::of(wait, || vec![()]).unwrap();
        assert_eq!(round.get(), ROUNDS);
        assert!(speed_up.serial() >= 5 * MS);
        assert!(speed_up.threaded() > Duration::ZERO);
    }

    #[test]
    fn waiting_in_turn_takes_the_sum_and_on_threads_the_longest() {
        let wait = |milliseconds: &u32| thread::sleep(*milliseconds * MS);
        let speed_up = compare(3, &[2, 9, 4], wait).unwrap();
        assert!(speed_up.serial() >= 15 * MS);
        assert!(speed_up.threaded() >= 9 * MS);
    }

    #[test]
    fn a_result_that_differs_is_an_error_that_names_its_place() {
        let calls = AtomicUsize::new(0);
        let third_changes = |place: &usize| {
            let call = calls.fetch_add(1, Ordering::Relaxed);
            if *place == 2 { call } else { 0 }
        };
        let differs = compare(1, &[0, 1, 2, 3], third_changes).unwrap_err();
        assert_eq!(differs, Differs { place: 2 });
        let said = differs.to_string();
        assert_eq!(said, "result 2 differs when computed on threads");
    }

    #[test]
    fn a_result_too_few_or_too_many_differs() {
        let short = SpeedUp::of(|| vec![1, 2], || vec![1]);
        assert_eq!(short, Err(Differs { place: 1 }));
        let long = SpeedUp::of(Vec::new, || vec![1]);
        assert_eq!(long, Err(Differs { place: 0 }));
    }

    #[test]
    fn no_tasks_have_a_speed_up_too() {
        let speed_up = compare(4, &[(); 0], |()| ()).unwrap();
        assert!(speed_up.ratio() > 0.0 && speed_up.ratio().is_finite());
    }

    #[test]
    fn a_report_is_one_line() {
        let speed_up = SpeedUp {
            serial: 40 * MS,
            threaded: 16 * MS,
        };
        assert_eq!(speed_up.ratio(), 2.5);
        assert_eq!(
            speed_up.to_string(),
            "40.0 ms in turn, 16.0 ms on threads, speed-up: 2.50",
        );
    }

    #[test]
    fn amdahls_law_has_its_limits() {
        assert_eq!(amdahl(1.0, 8), 1.0);
        assert_eq!(amdahl(0.0, 8), 8.0);
        assert_eq!(amdahl(0.25, 1), 1.0);
        assert_eq!(amdahl(0.25, 3), 2.0);
        assert!((3.9..4.0).contains(&amdahl(0.25, 1_000)));
    }

    #[test]
    fn a_serial_part_is_from_0_to_1() {
        for wrong in [-0.1, 1.1, f64::NAN] {
            let said = message(|| _ = amdahl(wrong, 2));
            assert!(said.ends_with("it has to be from 0 to 1"), "{said}");
        }
    }
}
// ANCHOR_END: module
