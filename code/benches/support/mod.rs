//! What a benchmark measures here: the ratio of our time to a peer's.
//!
//! Times of a shared machine drift by more than the differences that matter.
//! So ours and the peer take turns, a few milliseconds each and each first
//! as often as the other, and only the quotient is kept: criterion gets it in
//! place of a time, and its statistics are those of the ratio.
//! A group of criterion is one operation, a benchmark in it is one peer.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use criterion::measurement::{Measurement, ValueFormatter};
use criterion::{Criterion, SamplingMode, Throughput};

/// A sample consists of that many pairs of slices, the order alternating.
const PAIRS: u64 = 4;

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
pub fn criterion() -> Criterion<Ratio> {
    Criterion::default()
        .with_measurement(Ratio)
        .sample_size(40)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
        .nresamples(20_000)
        .configure_from_args()
}

/// Measures the operation `group`: ours against the one that `peer` names.
///
/// A subject carries out the operation as often as it is told and returns
/// how long that took.
pub fn compare(
    criterion: &mut Criterion<Ratio>,
    group: &str,
    peer: &str,
    mut ours: impl FnMut(u64) -> Duration,
    mut theirs: impl FnMut(u64) -> Duration,
) {
    let mut group = criterion.benchmark_group(group);
    // As many operations in each sample: each has the same weight.
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function(peer, |bencher| {
        bencher.iter_custom(|operations| {
            let slice = operations.div_ceil(PAIRS);
            let (mut our_time, mut their_time) = (0.0, 0.0);
            for pair in 0..PAIRS.min(operations) {
                if pair % 2 == 0 {
                    our_time += ours(slice).as_secs_f64();
                    their_time += theirs(slice).as_secs_f64();
                } else {
                    their_time += theirs(slice).as_secs_f64();
                    our_time += ours(slice).as_secs_f64();
                }
            }
            // Criterion divides by the number of operations.
            our_time / their_time * operations as f64
        })
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

/// Where the threads of a subject run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cores {
    /// Wherever the system puts them.
    Any,
    /// All on the first core.
    One,
}

/// Starts a thread per worker, lets each call its worker that many times, and
/// returns the time from the first call to the end of the last.
///
/// To start the threads takes long, and is not part of that time.
pub fn time_threads<W: FnMut() + Send>(
    operations: u64,
    cores: Cores,
    workers: Vec<W>,
) -> Duration {
    let start_line = &Barrier::new(workers.len());
    let run = |worker: W| {
        if cores == Cores::One {
            pin_to_one_core();
        }
        start_line.wait();
        let start = Instant::now();
        time(operations, worker);
        (start, Instant::now())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = workers
            .into_iter()
            .map(|worker| scope.spawn(move || run(worker)))
            .collect();
        let times = threads.into_iter().map(|thread| thread.join().unwrap());
        let (starts, ends): (Vec<_>, Vec<_>) = times.unzip();
        let (first, last) = (starts.iter().min(), ends.iter().max());
        last.unwrap().duration_since(*first.unwrap())
    })
}

/// Whether this system lets a program choose its core.
///
/// Says so, if not: the benchmark is then left out.
pub fn can_pin() -> bool {
    if !cfg!(target_os = "linux") {
        eprintln!("skipped: threads are pinned to one core on Linux alone");
    }
    cfg!(target_os = "linux")
}

/// Keeps the calling thread on the first core it may use.
#[cfg(target_os = "linux")]
fn pin_to_one_core() {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    let allowed = sched_getaffinity(None).unwrap();
    let is_allowed = |core: &usize| allowed.is_set(*core);
    let first = (0..CpuSet::MAX_CPU).find(is_allowed).unwrap();
    let mut cores = CpuSet::new();
    cores.set(first);
    sched_setaffinity(None, &cores).unwrap();
}

#[cfg(not(target_os = "linux"))]
fn pin_to_one_core() {}
