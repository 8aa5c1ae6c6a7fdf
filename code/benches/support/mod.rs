//! What a benchmark measures here: the ratio of our time to a peer's.
//!
//! Times of a shared machine drift by more than the differences that matter.
//! So ours and the peer take turns, a few milliseconds each and each first
//! as often as the other, and only the quotient is kept: criterion gets it in
//! place of a time, and its statistics are those of the ratio.
//! A group of criterion is one operation, a benchmark in it is one peer.
//!
//! [`Surroundings`] say beside what a measurement runs, and on which cores.

#![allow(dead_code, reason = "no benchmark needs all of it")]

pub mod cpu_time;
mod surroundings;

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use criterion::measurement::{Measurement, ValueFormatter};
use criterion::{Criterion, SamplingMode, Throughput};
pub use surroundings::Surroundings;

/// Criterion's measurement of ratios, for benchmarks that use `iter_custom`.
pub struct Ratio;

impl Measurement for Ratio {
    type Intermediate = ();
    type Value = f64;

    fn start(&self) {}

    fn end(&self, (): ()) -> f64 {
        unreachable!("a ratio takes two subjects: use `Bench::against`")
    }

    fn add(&self, a: &f64, b: &f64) -> f64 {
        a + b
    }

    fn zero(&self) -> f64 {
        0.0
    }

    fn to_f64(&self, value: &f64) -> f64 {
        *value
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        self
    }
}

impl ValueFormatter for Ratio {
    fn format_value(&self, value: f64) -> String {
        format!("{value:.3} x")
    }

    fn scale_values(&self, _: f64, _: &mut [f64]) -> &'static str {
        "x"
    }

    fn scale_throughputs(
        &self,
        _: f64,
        _: &Throughput,
        _: &mut [f64],
    ) -> &'static str {
        "x"
    }

    fn scale_for_machines(&self, _: &mut [f64]) -> &'static str {
        "x"
    }
}

/// The settings for all benchmarks, and what the command line changes.
///
/// A process is short, because `cargo book bench` starts several: their
/// medians are what it keeps, and their spread is the one that matters.
pub fn criterion() -> Criterion<Ratio> {
    Criterion::default()
        .with_measurement(Ratio)
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .nresamples(2_000)
        .configure_from_args()
}

/// Measures the operation `group` where nothing else runs: ours against the
/// one that `peer` names.
///
/// A subject carries out the operation as often as it is told and returns
/// how long that took.
pub fn compare(
    criterion: &mut Criterion<Ratio>,
    group: &str,
    peer: &str,
    ours: impl FnMut(u64) -> Duration,
    theirs: impl FnMut(u64) -> Duration,
) {
    let around = Surroundings::Quiet;
    compare_in(around, criterion, group, peer, ours, theirs);
}

/// Measures the operation `group` in the given surroundings.
pub fn compare_in(
    around: Surroundings,
    criterion: &mut Criterion<Ratio>,
    group: &str,
    peer: &str,
    mut ours: impl FnMut(u64) -> Duration,
    mut theirs: impl FnMut(u64) -> Duration,
) {
    let pairs = around.pairs();
    let mut is_ours_first = true;
    let mut group = criterion.benchmark_group(group);
    // As many operations in each sample: each has the same weight.
    group.sampling_mode(SamplingMode::Flat);
    group.measurement_time(around.measurement_time());
    let measure = |operations: u64| {
        let slice = operations.div_ceil(pairs);
        let (mut our_time, mut their_time) = (0.0, 0.0);
        for _ in 0..pairs.min(operations) {
            if is_ours_first {
                our_time += ours(slice).as_secs_f64();
                their_time += theirs(slice).as_secs_f64();
            } else {
                their_time += theirs(slice).as_secs_f64();
                our_time += ours(slice).as_secs_f64();
            }
            is_ours_first = !is_ours_first;
        }
        // Criterion divides by the number of operations.
        our_time / their_time * operations as f64
    };
    around.run(|| {
        let mut measure = measure;
        group.bench_function(peer, |bencher| {
            bencher.iter_custom(&mut measure);
        });
    });
    group.finish();
}

/// Calls `operation` that many times and returns how long it took.
pub fn time(operations: u64, mut operation: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..operations {
        operation();
    }
    start.elapsed()
}

/// Starts a thread per worker, lets each call its worker that many times, and
/// returns the time from the first call to the end of the last.
///
/// To start the threads takes long, and is not part of that time.
pub fn time_threads<W: FnMut() + Send>(
    operations: u64,
    workers: Vec<W>,
) -> Duration {
    let run = |worker| {
        let start = Instant::now();
        time(operations, worker);
        (start, Instant::now())
    };
    let times = each_on_a_thread(workers, run).into_iter();
    let (starts, ends): (Vec<_>, Vec<_>) = times.unzip();
    let (first, last) = (starts.iter().min(), ends.iter().max());
    last.unwrap().duration_since(*first.unwrap())
}

/// Starts a thread for each worker, and calls `run` with it once all threads
/// are there.
fn each_on_a_thread<W: Send, R: Send>(
    workers: Vec<W>,
    run: impl Fn(W) -> R + Sync,
) -> Vec<R> {
    let start_line = Barrier::new(workers.len());
    let line_up = |worker| {
        start_line.wait();
        run(worker)
    };
    thread::scope(|scope| {
        let line_up = &line_up;
        let threads: Vec<_> = workers
            .into_iter()
            .map(|worker| scope.spawn(move || line_up(worker)))
            .collect();
        let results = threads.into_iter().map(|thread| thread.join().unwrap());
        results.collect()
    })
}

/// The same for several threads that do the same.
///
/// Each has a copy of the worker: one that is shared is one more pointer to
/// follow, which doubles the time of the shortest operations.
pub fn time_alike<W: FnMut() + Send + Clone>(
    operations: u64,
    threads: usize,
    worker: W,
) -> Duration {
    time_threads(operations, vec![worker; threads])
}

/// Half of the threads share a subject with one of the other half, and each
/// takes its turn that many times, for one side of its subject.
pub fn time_pairs<T: Sync>(
    operations: u64,
    threads: usize,
    new: impl Fn() -> T,
    turn: impl Fn(&T, bool) + Sync,
) -> Duration {
    let subjects: Vec<T> = (0..threads / 2).map(|_| new()).collect();
    time_threads(operations, pairs(&subjects, &turn))
}

/// A worker for each side of each subject.
fn pairs<T: Sync>(
    subjects: &[T],
    turn: &(impl Fn(&T, bool) + Sync),
) -> Vec<impl FnMut() + Send> {
    let sides = |subject| [false, true].map(|side| move || turn(subject, side));
    subjects.iter().flat_map(sides).collect()
}

/// Keeps a subject on cache lines of its own: where it comes to lie must not
/// decide which is faster.
#[repr(align(128))]
pub struct Apart<T>(pub T);
