//! Runs a program several times, some of them while other work keeps the
//! cores busy.

use std::env;
use std::fs::File;
use std::hint;
use std::io::{self, Read, Seek};
use std::process::{Child, Command, ExitStatus, Stdio};
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
/// # Errors
///
/// A sentence, when it can't be started or does not end.
pub fn run(mut command: Command) -> Result<Outcome, String> {
    surroundings::same_everywhere(&mut command).current_dir(root());
    let ended = within(LIMIT, command)
        .map_err(|error| format!("it could not be run: {error}"))?;
    let (stdout, stderr) = (text(&ended.stdout), text(&ended.stderr));
    let Some(status) = ended.status else {
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

/// What a command printed, and how it ended, unless it was killed.
pub struct Ended {
    /// `None`, when it did not end in time.
    pub status: Option<ExitStatus>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

/// Runs a command to its end, and kills it if that takes longer than `limit`.
///
/// Its output goes to files, not to pipes: a child that it leaves behind can
/// hold a pipe open forever.
///
/// # Errors
///
/// When it can't be started.
pub fn within(limit: Duration, mut command: Command) -> io::Result<Ended> {
    let (stdout, stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(stdout.try_clone()?)
        .stderr(stderr.try_clone()?)
        .spawn()?;
    Ok(Ended {
        status: wait(&mut child, limit)?,
        stdout: contents(stdout)?,
        stderr: contents(stderr)?,
    })
}

/// Waits for the end of a program, or kills it at the limit.
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

fn contents(mut file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn text(bytes: &[u8]) -> String {
    // Python ends lines as the system does.
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_does_not_end_is_killed() {
        let mut command = Command::new("sleep");
        command.arg("600");
        let ended = within(Duration::from_millis(100), command);
        assert_eq!(ended.expect("to run `sleep`").status, None);
    }
}
