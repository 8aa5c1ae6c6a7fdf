//! What else runs while a measurement is made, and on which cores it runs.

use std::hint;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Where and beside what the threads of a measurement run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surroundings {
    /// Nothing else runs.
    Quiet,
    /// Beside that many threads that never rest, and have nothing to do with
    /// what is measured.
    BesideBusy(usize),
    /// All threads share the first core.
    OneCore,
    /// Far more threads than cores: 64 of them share the first two.
    Crowd,
}

use Surroundings::{BesideBusy, Crowd, OneCore, Quiet};

impl Surroundings {
    /// The four, or those of them that this system allows.
    pub fn all() -> Vec<Surroundings> {
        Self::those_possible(&[Quiet, BesideBusy(2), OneCore, Crowd])
    }

    /// The same for an operation of a fixed number of threads.
    pub fn without_crowd() -> Vec<Surroundings> {
        Self::those_possible(&[Quiet, BesideBusy(2), OneCore])
    }

    /// Beside that many busy threads, which may be none.
    pub fn beside(number: usize) -> Surroundings {
        if number == 0 {
            Quiet
        } else {
            BesideBusy(number)
        }
    }

    fn those_possible(wanted: &[Surroundings]) -> Vec<Surroundings> {
        let is_possible = |around: &Surroundings| {
            let is_pinned = matches!(around, OneCore | Crowd);
            let is_possible = !is_pinned || cfg!(target_os = "linux");
            if !is_possible {
                eprintln!("skipped: threads are pinned on Linux alone");
            }
            is_possible
        };
        wanted.iter().copied().filter(is_possible).collect()
    }

    /// How many threads an operation has here that usually has that many.
    pub fn threads(self, usual: usize) -> usize {
        if self == Crowd { 64 } else { usual }
    }

    /// What the name of an operation has at its end.
    pub fn suffix(self) -> String {
        match self {
            Quiet => String::new(),
            BesideBusy(number) => format!(" beside {number} busy threads"),
            OneCore => " on one core".to_owned(),
            Crowd => " on two cores".to_owned(),
        }
    }

    /// A name such as `lock, 64 threads on two cores`.
    pub fn name(self, what: &str, usual_threads: usize) -> String {
        let threads = self.threads(usual_threads);
        format!("{what}, {threads} threads{}", self.suffix())
    }

    /// How many pairs of slices a sample has.
    pub fn pairs(self) -> u64 {
        if self.is_rough() { 1 } else { 4 }
    }

    pub fn measurement_time(self) -> Duration {
        Duration::from_millis(if self.is_rough() { 1_200 } else { 400 })
    }

    /// Whether a thread may have to wait for its core, which takes a few
    /// milliseconds: then a slice must be much longer than that.
    fn is_rough(self) -> bool {
        matches!(self, BesideBusy(_) | Crowd)
    }

    /// Calls `measure` here. The threads that it starts are here, too.
    pub fn run(self, measure: impl FnOnce()) {
        match self {
            Quiet => measure(),
            BesideBusy(number) => beside_busy_threads(number, measure),
            OneCore => on_cores(1, measure),
            Crowd => on_cores(2, measure),
        }
    }
}

fn beside_busy_threads(number: usize, measure: impl FnOnce()) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..number {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    hint::spin_loop();
                }
            });
        }
        measure();
        done.store(true, Ordering::Relaxed);
    });
}

/// Keeps the calling thread on the first cores it may use, for a while. The
/// threads that it starts inherit that.
#[cfg(target_os = "linux")]
fn on_cores(number: usize, measure: impl FnOnce()) {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    let allowed = sched_getaffinity(None).unwrap();
    let is_allowed = |core: &usize| allowed.is_set(*core);
    let mut cores = CpuSet::new();
    for core in (0..CpuSet::MAX_CPU).filter(is_allowed).take(number) {
        cores.set(core);
    }
    sched_setaffinity(None, &cores).unwrap();
    measure();
    sched_setaffinity(None, &allowed).unwrap();
}

#[cfg(not(target_os = "linux"))]
fn on_cores(_: usize, _: impl FnOnce()) {
    unreachable!("no such surroundings are measured here")
}
