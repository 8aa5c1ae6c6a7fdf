//! The programs whose schedules the book shows, and which schedule of each.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use facade::explore::{self, Program, Recording};

use crate::counterexamples::COUNTEREXAMPLES;
use crate::planted;

/// What a program prints belongs to its schedule.
#[collapse_debuginfo(yes)]
macro_rules! println {
    ($($text:tt)*) => {
        facade::explore::print(&(format!($($text)*) + "\n"))
    };
}

macro_rules! recordings {
    ($(
        $name:ident: $title:literal [$($thread:literal),*] [$($step:literal)*]
            [$($value:literal),*]
            $(prints [$($right:literal),*])?;
    )*) => {
        /// As a reader would write them.
        #[path = "../schedules"]
        #[allow(
            clippy::redundant_closure,
            reason = "a call in the text is a step"
        )]
        mod programs {
            $(pub mod $name;)*
        }

        const RECORDINGS: &[Recording] = &[$(Recording {
            program: Program {
                name: stringify!($name),
                file: concat!("schedules/", stringify!($name), ".rs"),
                text: include_str!(concat!(
                    "../schedules/",
                    stringify!($name),
                    ".rs"
                )),
                run: programs::$name::main,
                threads: &["main thread", $($thread),*],
            },
            title: $title,
            schedule: &[$($step),*],
            values: &[$($value),*],
            right: &[$($($right),*)?],
        }),*];
    };
}

// The file, what the schedule is about, what the threads are called, who moves
// step by step, and the table's last columns; where some of what it prints is
// wrong, also what is right.
recordings! {
    barrier_early_return: "A worker never comes to the barrier"
        ["worker 1", "worker 2"] [1 2 0] [];
    barrier_round: "Three threads meet at a barrier"
        ["worker 1", "worker 2"] [1 0 2 1 0] [];
    best_practices_opposite_order: "Two locks, acquired in opposite order"
        ["Ada", "Ben"] [1 2 1 2] [];
    condition_hand_over: "Waiting and notifying"
        ["taker", "giver"] [1 1 2 2 2 1 1] ["list"];
    condition_if: "The order is gone when the cook wakes"
        ["cook", "guest"] [1 1 2 2 2 2 2 1] ["orders"];
    condition_while: "The cook looks again when it wakes"
        ["cook", "guest"] [1 1 2 2 2 2 2 1 1] ["orders"];
    event_clear_first: "The event is cleared before the look"
        ["cook", "guest"] [1 1 2 2 1] ["orders", "news"];
    event_clear_late: "The event is cleared after the look"
        ["cook", "guest"] [1 2 2 1 1] ["orders", "news"];
    event_notify_first: "A notification comes before the wait"
        ["late worker"] [0 0 0 1 1] [];
    event_pulse: "A pulse comes before the wait"
        ["worker"] [0 0 1] ["door"];
    event_set: "One set releases all"
        ["worker 1", "worker 2"] [1 2 0 1 2 0 0] ["door"];
    local_shared: "Two threads share one variable"
        ["first waiter", "second waiter"] [1 2 1 2] ["order"]
        prints ["33\n44\n", "44\n33\n"];
    lock_asks_first: "A thread asks first and acts later"
        ["thread A", "thread B"] [1 2 1] [];
    lock_deposit: "Two threads and one lock"
        ["first clerk", "second clerk"] [1 2 1 2 2] ["balance"];
    lock_lost_deposit: "One of two deposits is lost"
        ["first clerk", "second clerk"] [1 2 1 2] ["balance"]
        prints ["120\n"];
    rlock_lock_twice: "A thread acquires a lock twice"
        [] [0 0] [];
    semaphore_asks_first: "A thread asks first and acts later"
        ["thread A", "thread B"] [1 2 1] ["permits"];
    semaphore_stray_release: "A release by mistake lets two threads in"
        ["thread A", "thread B", "thread C"] [1 2 3 1 3] ["permits", "inside"];
    semaphore_three_workers: "Three workers and two permits"
        ["worker 1", "worker 2", "worker 3"] [1 2 3 2 3 1 3] ["permits"];
    semaphore_two_each: "Two threads want both permits"
        ["thread A", "thread B"] [1 2 1 2] ["permits"];
    spawn_who_is_first: "The new thread comes first"
        ["new thread"] [1 0] [];
    timer_cancel: "A cancel comes too late"
        ["timer", "clock"] [0 0 1 2 1 1 0 0 1] [];
    timer_flag: "A timer looks at its flag too early"
        ["sleeping thread"] [1 0 1] ["cancelled"]
        prints ["cancelled\n", "the soup is done\ncancelled\n"];
}

/// A check that takes more runs is given up, unless all are asked for; then
/// it may take so many.
const RUNS: [usize; 2] = [200, 6_000];

/// Programs that take more runs to record are not worth such a try.
const SMALL: usize = 10;

/// `proofs FOLDER [WORD] [--all]`: writes the recordings whose names have the
/// word, and checks the small ones, or all of them.
pub fn main() -> ExitCode {
    let mut words: Vec<String> = env::args().skip(1).collect();
    let all = words.pop_if(|word| word == "--all").is_some();
    let most = RUNS[usize::from(all)];
    let Some(folder) = words.first() else {
        eprintln!("Where to? Run `cargo book record schedules`.");
        return ExitCode::FAILURE;
    };
    let word = words.get(1).map_or("", String::as_str);
    stay_on_one_core();
    let folder = Path::new(folder);
    let recorded = RECORDINGS
        .iter()
        .filter(|it| it.program.name.contains(word))
        .map(|it| record(it, folder, most));
    let shown = COUNTEREXAMPLES
        .iter()
        .filter(|it| it.program.name.contains(word))
        .map(|it| write(it.program.name, folder, &it.markdown()?));
    let problems: Vec<String> = recorded
        .chain(shown)
        .filter_map(Result::err)
        .chain(planted::problems())
        .collect();
    problems.iter().for_each(|problem| eprintln!("{problem}"));
    match problems.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// The threads take turns anyway, and it is slow to change cores.
fn stay_on_one_core() {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::{CpuSet, sched_getcpu, sched_setaffinity};
        let mut one = CpuSet::new();
        one.set(sched_getcpu());
        // If that can't be, it only takes longer.
        let _ = sched_setaffinity(None, &one);
    }
}

fn record(
    recording: &Recording,
    folder: &Path,
    most: usize,
) -> Result<(), String> {
    let name = recording.program.name;
    let (graph, runs) = recording.graph()?;
    if runs <= SMALL || most > RUNS[0] {
        let checked = explore::check(&recording.program, &graph, most)?;
        if !checked.fine {
            eprintln!("{name}: too large to try each operation as a step");
        }
    }
    let text = recording.markdown(&graph);
    let text = text.map_err(|problem| format!("{name}: {problem}"))?;
    write(name, folder, &text)
}

fn write(name: &str, folder: &Path, text: &str) -> Result<(), String> {
    let file = folder.join(name).with_extension("md");
    fs::write(&file, text)
        .map_err(|error| format!("can't write {}: {error}", file.display()))
}
