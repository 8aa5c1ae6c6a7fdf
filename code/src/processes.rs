// ANCHOR: module
//! Run the same job in a thread, or in a child process: the program starts
//! itself again.
//!
//! A [`Job`] is a function with a name.
//! [`Job::in_thread`] runs it in a thread of this process, which shares its
//! memory.
//! [`Job::in_process`] starts this program once more and runs it there, in
//! memory of its own; [`serve`] is what the child calls to find its job.
//!
//! Use a child process where a job may crash, or must not touch your memory.
//! A thread serves you better in all other cases: it starts sooner, and takes
//! and returns values of any type.
//! To run a program that is not this one, `std::process::Command` is enough.
//!
//! The chapter that explains this file is `src/processes.md`.

use std::env;
use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A function that can run in a thread and in a child process.
///
/// It takes text and returns text, since nothing else crosses the border
/// between two processes: a reference means nothing on the other side.
/// The name tells the child which function is meant.
///
/// # Examples
///
/// ```
/// use threading::processes::{Job, serve};
///
/// fn shout(words: &str) -> String {
///     words.to_uppercase()
/// }
///
/// const SHOUT: Job = Job::new("shout", shout);
///
/// fn main() {
///     serve(&[SHOUT]); // the child stays here
///     assert_eq!(SHOUT.in_thread("soup").unwrap(), "SOUP");
///     assert_eq!(SHOUT.in_process("soup").unwrap(), "SOUP");
/// }
/// ```
///
/// # Differences from Python
///
/// `multiprocessing.Process` finds the function by the name of its module
/// and pickles the arguments. A binary has no such names at run time, so the
/// program passes a list of its jobs to [`serve`].
///
/// Source: [`multiprocessing.Process`][python].
///
/// [python]: https://docs.python.org/3/library/multiprocessing.html
// ANCHOR: job
#[derive(Clone, Copy, Debug)]
pub struct Job {
    name: &'static str,
    run: fn(&str) -> String,
}
// ANCHOR_END: job

// ANCHOR: error
/// Why a job has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobError {
    /// The system refused to start the thread or the process.
    NotStarted {
        /// What the system says.
        kind: ErrorKind,
    },
    /// The job panicked in its thread; the message is on standard error.
    Panicked,
    /// The child process ended without an answer.
    NoAnswer {
        /// Its exit code, if it has one: 101 after a panic, none if a signal
        /// ended it.
        exit_code: Option<i32>,
    },
    /// This process is a child itself, and did not call [`serve`].
    NotServed,
}
// ANCHOR_END: error

/// The variables that tell a child its job, and the job's input.
const JOB: &str = "THREADING_JOB";
const INPUT: &str = "THREADING_INPUT";

/// Whether this process is a child that has found its job.
static SERVING: AtomicBool = AtomicBool::new(false);

impl Job {
    /// Gives a function a name, which no other job of the program has.
    ///
    /// # Examples
    ///
    /// ```
    /// use threading::processes::Job;
    ///
    /// const TRIM: Job = Job::new("trim", |words| words.trim().to_owned());
    /// assert_eq!(TRIM.in_thread(" soup "), Ok("soup".to_owned()));
    /// ```
    pub const fn new(name: &'static str, run: fn(&str) -> String) -> Job {
        Job { name, run }
    }

    /// Runs the job in a new thread of this process and waits for its answer.
    ///
    /// What it changes in memory is changed for the whole process.
    ///
    /// # Errors
    ///
    /// [`NotStarted`](JobError::NotStarted) and
    /// [`Panicked`](JobError::Panicked).
    // ANCHOR: in_thread
    pub fn in_thread(self, input: &str) -> Result<String, JobError> {
        thread::scope(|scope| {
            let job = || (self.run)(input);
            let thread = thread::Builder::new()
                .spawn_scoped(scope, job)
                .map_err(JobError::not_started)?;
            thread.join().map_err(|_| JobError::Panicked)
        })
    }
    // ANCHOR_END: in_thread

    /// Starts this program again as a child process, runs the job there, and
    /// waits for its answer.
    ///
    /// The child begins at the start of `main`, with the memory of a fresh
    /// program. It ends with its job; threads that the job leaves behind end
    /// with it.
    ///
    /// What the job prints on standard output appears when the child has
    /// ended. Its standard input is empty.
    ///
    /// # Errors
    ///
    /// [`NotStarted`](JobError::NotStarted), also if `input` is too long for
    /// a variable of the environment, or has a NUL character in it;
    /// [`NoAnswer`](JobError::NoAnswer) and
    /// [`NotServed`](JobError::NotServed).
    ///
    /// # Differences from Python
    ///
    /// This is the start method `"spawn"`. With `"fork"`, which Unix alone
    /// has, the child begins with a copy of its parent's memory.
    ///
    /// Source: [Contexts and start methods][python].
    ///
    /// [python]: https://docs.python.org/3/library/multiprocessing.html
    // ANCHOR: in_process
    pub fn in_process(self, input: &str) -> Result<String, JobError> {
        let program = env::current_exe().map_err(JobError::not_started)?;
        self.run_by(Command::new(program), input)
    }

    fn run_by(
        self,
        mut program: Command,
        input: &str,
    ) -> Result<String, JobError> {
        let is_child = env::var_os(JOB).is_some();
        if is_child && !SERVING.load(Ordering::Relaxed) {
            return Err(JobError::NotServed);
        }
        let child = program
            .env(JOB, self.name)
            .env(INPUT, input)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .output()
            .map_err(JobError::not_started)?;

        let no_answer = JobError::NoAnswer {
            exit_code: child.status.code(),
        };
        if !child.status.success() {
            return Err(no_answer);
        }
        let (printed, answer) = split(&child.stdout).ok_or(no_answer)?;
        print!("{}", String::from_utf8_lossy(printed));
        Ok(String::from_utf8_lossy(answer).into_owned())
    }
    // ANCHOR_END: in_process
}

/// In a child process that [`Job::in_process`] started: runs the job and ends
/// the process. In any other process: does nothing.
///
/// Call it as the first thing in `main`, with every job of the program.
/// Whatever comes before it runs in each child as well.
///
/// A child whose job is not in the list says so on standard error and ends
/// with the exit code 2.
///
/// # Panics
///
/// In the child, if the job panics.
///
/// # Differences from Python
///
/// It takes the place of `if __name__ == "__main__":`, which keeps a child
/// from doing what its parent does.
// ANCHOR: serve
pub fn serve(jobs: &[Job]) {
    let Ok(name) = env::var(JOB) else { return };
    // A job that calls this is served already.
    if SERVING.swap(true, Ordering::Relaxed) {
        return;
    }
    let Some(job) = jobs.iter().find(|job| job.name == name) else {
        eprintln!("this program serves no job called {name:?}");
        process::exit(2);
    };
    let input = env::var(INPUT).unwrap_or_default();
    let answer = (job.run)(&input);
    process::exit(i32::from(send(&answer).is_err()));
}
// ANCHOR_END: serve

// ANCHOR: answer
/// Writes the answer to standard output, and then its length.
///
/// So the parent can tell it from what the job has printed before.
fn send(answer: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(answer.as_bytes())?;
    out.write_all(&(answer.len() as u64).to_be_bytes())?;
    out.flush()
}

/// Splits a child's output into what the job printed, and its answer.
fn split(output: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, length) = output.split_last_chunk()?;
    let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(rest.len().checked_sub(length)?)
}
// ANCHOR_END: answer

impl JobError {
    fn not_started(error: io::Error) -> JobError {
        JobError::NotStarted { kind: error.kind() }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JobError::NotStarted { kind } => {
                write!(f, "the job could not be started: {kind}")
            }
            JobError::Panicked => write!(f, "the job panicked in its thread"),
            JobError::NoAnswer {
                exit_code: Some(code),
            } => write!(
                f,
                "the child process ended without an answer, exit code {code}"
            ),
            JobError::NoAnswer { exit_code: None } => write!(
                f,
                "the child process ended without an answer, by a signal"
            ),
            JobError::NotServed => write!(
                f,
                "this process is a child itself: call `serve` first in `main`"
            ),
        }
    }
}

impl Error for JobError {}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc::channel;

    use super::*;

    static VISITORS: AtomicUsize = AtomicUsize::new(0);

    fn count(visitors: &str) -> String {
        let more = visitors.parse().unwrap();
        let found = VISITORS.fetch_add(more, Ordering::Relaxed);
        format!("{found} {}", process::id())
    }

    fn fail(message: &str) -> String {
        panic!("{message}");
    }

    fn leave_a_thread(_: &str) -> String {
        let (begins, begun) = channel();
        thread::spawn(move || {
            begins.send(()).unwrap();
            loop {
                thread::park();
            }
        });
        begun.recv().unwrap();
        "the job has ended".to_owned()
    }

    fn grandchild(visitors: &str) -> String {
        run(COUNT, visitors).unwrap()
    }

    fn print(words: &str) -> String {
        println!("printed, not answered");
        words.to_owned()
    }

    const COUNT: Job = Job::new("count", count);
    const FAIL: Job = Job::new("fail", fail);
    const EXIT: Job = Job::new("exit", |code| {
        process::exit(code.parse().unwrap());
    });
    const ABORT: Job = Job::new("abort", |_| process::abort());
    const LEAVE: Job = Job::new("leave", leave_a_thread);
    const GRANDCHILD: Job = Job::new("grandchild", grandchild);
    const PRINT: Job = Job::new("print", print);
    const FORGE: Job = Job::new("forge", |answer| {
        send(answer).unwrap();
        process::exit(3);
    });
    const UNKNOWN: Job = Job::new("unknown", |_| unreachable!());
    const FORGETFUL: Job = Job::new("forgetful", |_| unreachable!());
    const JOBS: [Job; 8] =
        [COUNT, FAIL, EXIT, ABORT, LEAVE, GRANDCHILD, PRINT, FORGE];

    /// Runs one test of this module, alone, as the child.
    fn run_in(test: &str, job: Job, input: &str) -> Result<String, JobError> {
        let (_crate, module) = module_path!().split_once("::").unwrap();
        let name = format!("{module}::{test}");
        let mut program = Command::new(env::current_exe().unwrap());
        program.args(["--exact", &name, "--nocapture", "--test-threads=1"]);
        job.run_by(program, input)
    }

    fn run(job: Job, input: &str) -> Result<String, JobError> {
        run_in("what_is_no_child_goes_on", job, input)
    }

    #[test]
    fn what_is_no_child_goes_on() {
        serve(&JOBS);
        assert_eq!(env::var_os(JOB), None);
    }

    #[test]
    fn a_thread_changes_this_memory_and_a_child_its_own() {
        VISITORS.store(10, Ordering::Relaxed);
        let here = format!("10 {}", process::id());
        assert_eq!(COUNT.in_thread("5"), Ok(here));
        assert_eq!(VISITORS.load(Ordering::Relaxed), 15);

        let answer = run(COUNT, "5").unwrap();
        let (found, process) = answer.split_once(' ').unwrap();
        assert_eq!(found, "0");
        assert_ne!(process, process::id().to_string());
        assert_eq!(VISITORS.load(Ordering::Relaxed), 15);
    }

    #[test]
    fn a_panic_is_an_error_in_both() {
        assert_eq!(FAIL.in_thread("on purpose"), Err(JobError::Panicked));
        let exit_code = Some(101);
        let error = JobError::NoAnswer { exit_code };
        assert_eq!(run(FAIL, "on purpose"), Err(error));
    }

    #[test]
    fn a_child_that_exits_leaves_its_code() {
        for code in [3, 0] {
            let exit_code = Some(code);
            let error = JobError::NoAnswer { exit_code };
            assert_eq!(run(EXIT, &code.to_string()), Err(error));
        }
    }

    #[test]
    fn an_answer_counts_only_if_the_child_ends_well() {
        let exit_code = Some(3);
        let error = JobError::NoAnswer { exit_code };
        assert_eq!(run(FORGE, "soup"), Err(error));
    }

    #[test]
    fn a_crash_ends_the_child_alone() {
        let error = run(ABORT, "").unwrap_err();
        assert!(matches!(error, JobError::NoAnswer { .. }));
        if cfg!(unix) {
            assert_eq!(error, JobError::NoAnswer { exit_code: None });
        }
    }

    #[test]
    fn a_child_does_not_wait_for_the_threads_of_its_job() {
        let ended = Ok("the job has ended".to_owned());
        assert_eq!(run(LEAVE, ""), ended);
    }

    #[test]
    fn a_child_may_have_children() {
        let answer = run(GRANDCHILD, "5").unwrap();
        assert!(answer.starts_with("0 "));
    }

    #[test]
    fn what_a_job_prints_is_no_part_of_its_answer() {
        assert_eq!(run(PRINT, ""), Ok(String::new()));
        let long = "soup ".repeat(20_000);
        assert_eq!(run(PRINT, &long), Ok(long));
    }

    #[test]
    fn a_job_that_is_not_served_is_an_error() {
        let exit_code = Some(2);
        let error = JobError::NoAnswer { exit_code };
        assert_eq!(run(UNKNOWN, ""), Err(error));
    }

    /// As a child, it is a program that forgets to call `serve`.
    #[test]
    fn a_child_that_does_not_serve_starts_no_children() {
        if env::var_os(JOB).is_some() {
            assert_eq!(run(COUNT, "5"), Err(JobError::NotServed));
            return;
        }
        let me = "a_child_that_does_not_serve_starts_no_children";
        let exit_code = Some(0);
        let error = JobError::NoAnswer { exit_code };
        assert_eq!(run_in(me, FORGETFUL, ""), Err(error));
    }

    #[test]
    fn what_can_not_be_started_is_an_error() {
        let missing = Command::new("./no/such/program");
        let kind = ErrorKind::NotFound;
        let error = JobError::NotStarted { kind };
        assert_eq!(COUNT.run_by(missing, ""), Err(error));

        let kind = ErrorKind::InvalidInput;
        let error = JobError::NotStarted { kind };
        assert_eq!(run(PRINT, "so\0up"), Err(error));
    }

    #[test]
    fn the_answer_is_what_its_length_says() {
        let length = |n: u64| n.to_be_bytes();
        let output = [b"printed".as_slice(), b"soup", &length(4)].concat();
        let parts = (b"printed".as_slice(), b"soup".as_slice());
        assert_eq!(split(&output), Some(parts));
        assert_eq!(split(&length(0)), Some((&b""[..], &b""[..])));
        assert_eq!(split(&length(1)), None);
        assert_eq!(split(&length(u64::MAX)), None);
        assert_eq!(split(b"short"), None);
        assert_eq!(split(b"a child that never served\n"), None);
    }

    #[test]
    fn the_errors_are_sentences() {
        let not_started = JobError::NotStarted {
            kind: ErrorKind::NotFound,
        };
        let ended = |exit_code| JobError::NoAnswer { exit_code };
        let errors = [
            not_started,
            JobError::Panicked,
            ended(Some(3)),
            ended(None),
            JobError::NotServed,
        ];
        assert_eq!(
            errors.map(|error| error.to_string()),
            [
                "the job could not be started: entity not found",
                "the job panicked in its thread",
                "the child process ended without an answer, exit code 3",
                "the child process ended without an answer, by a signal",
                "this process is a child itself: call `serve` first in \
                 `main`",
            ]
        );
    }
}
// ANCHOR_END: module
