//! Runs a program several times, some of them while other work keeps the
//! cores busy.

use std::env;
use std::fs::File;
use std::hint;
use std::io::{self, Read, Seek};
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use xtask::surroundings;

use crate::outcome::{Outcome, first_difference};
use crate::varies::Varies;
use crate::workspace::root;

/// How long a run may take before it counts as stuck.
const LIMIT: Duration = Duration::from_secs(60);

/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// How often each program runs: `BOOK_RUNS`, else five times.
///
/// # Panics
///
/// When `BOOK_RUNS` is no number above zero.
pub fn runs() -> usize {
    let Ok(text) = env::var("BOOK_RUNS") else {
        return 5;
    };
    match text.parse() {
        Ok(runs) if runs > 0 => runs,
        _ => panic!("BOOK_RUNS is {text:?}: make it a number above zero"),
    }
}

/// Runs a program [`runs`] times, and returns what it did each time.
///
/// # Errors
///
/// A sentence, when it did not end, or not do the same each time.
pub fn agree(
    command: impl Fn() -> Command,
    row: Option<&Varies>,
) -> Result<Outcome, String> {
    let mut first: Option<Outcome> = None;
    for number in 1..=runs() {
        let busy = number % 2 == 0;
        let outcome = {
            let _others = busy.then(Busy::all_cores);
            run(command())?.normalized(row)
        };
        match &first {
            None => first = Some(outcome),
            Some(first) if *first == outcome => {}
            Some(first) => {
                return Err(disagreement(number, busy, first, &outcome));
            }
        }
    }
    first.ok_or_else(|| "it never ran".to_owned())
}

fn disagreement(
    number: usize,
    busy: bool,
    first: &Outcome,
    other: &Outcome,
) -> String {
    let (first, other) = (first.to_string(), other.to_string());
    let beside = if busy { ", beside busy threads," } else { "" };
    format!(
        "run {number}{beside} differs from run 1: {}\n\
         Order the program's output with joins, channels or barriers; what \
         can't be the same each time is declared in tests/support/varies.rs.\n\
         \n--- run 1\n{first}\n--- run {number}\n{other}",
        first_difference(&first, &other),
    )
}

/// Threads that keep every core busy until they are dropped.
struct Busy {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Busy {
    fn all_cores() -> Busy {
        let stop = Arc::new(AtomicBool::new(false));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let spin = || {
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    hint::spin_loop();
                }
            })
        };
        let threads = (0..cores).map(|_| spin()).collect();
        Busy { stop, threads }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A thread that only spins can't have failed.
            let _ = thread.join();
        }
    }
}

/// Runs a program once, in the root of the workspace.
///
/// Its output goes to files, not to pipes: a child that it leaves behind can
/// hold a pipe open forever.
///
/// # Errors
///
/// A sentence, when it can't be started or does not end.
pub fn run(mut command: Command) -> Result<Outcome, String> {
    let failed = |error: io::Error| format!("it could not be run: {error}");
    let stdout = tempfile::tempfile().map_err(failed)?;
    let stderr = tempfile::tempfile().map_err(failed)?;
    surroundings::same_everywhere(&mut command)
        .current_dir(root())
        .stdin(std::process::Stdio::null())
        .stdout(stdout.try_clone().map_err(failed)?)
        .stderr(stderr.try_clone().map_err(failed)?);
    let mut child = command.spawn().map_err(failed)?;
    let ended = wait(&mut child).map_err(failed)?;
    let stdout = text(stdout).map_err(failed)?;
    let stderr = text(stderr).map_err(failed)?;
    let Some(status) = ended else {
        return Err(format!(
            "it did not end within {} s, and was killed; find what it waits \
             for\n--- stdout\n{stdout}--- stderr\n{stderr}",
            LIMIT.as_secs(),
        ));
    };
    let exit_code = match status.code() {
        Some(code) => code.to_string(),
        None => "none: killed by a signal".to_owned(),
    };
    Ok(Outcome {
        stdout,
        stderr,
        exit_code,
    })
}

/// Waits for the end of a program, or kills it at the limit.
fn wait(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if started.elapsed() > LIMIT {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

fn text(mut file: File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    // Python ends lines as the system does.
    Ok(text.replace("\r\n", "\n"))
}
