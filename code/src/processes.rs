// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
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
//! # Before you copy it
//!
//! - The child runs everything that `main` does before [`serve`].
//! - In a test of `cargo test`, `main` belongs to the test harness and never
//!   calls [`serve`]: [`Job::in_process`] fails there. Use
//!   [`Job::in_thread`], or a test target with `harness = false`.
//! - The input and the answer go through a file in the folder for temporary
//!   files, which no other user may read, and which the child removes before
//!   it begins. The folder must be writable, and have room for both.
//! - The child has one more argument, `--threading-job=` and a number. Its
//!   own children do not inherit it.
//!
//! The chapter that explains this file is `src/processes.md`.

use std::collections::hash_map::RandomState;
use std::env;
use std::error::Error;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::hash::BuildHasher;
use std::io::{self, ErrorKind, Read, Write};
use std::path::PathBuf;
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

/// Begins the argument that tells a child its letter. Unlike a variable of
/// the environment, it does not reach the child's own children.
const MARK: &str = "--threading-job=";

/// Whether [`serve`] has found the job of this process.
static SERVED: AtomicBool = AtomicBool::new(false);

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
    /// waits for the end of the child.
    ///
    /// The child begins at the start of `main`, with the memory of a fresh
    /// program. It ends with its job; threads that the job leaves behind end
    /// with it, and processes that it leaves behind are not waited for.
    ///
    /// Nothing limits the length of the input and of the answer. The child
    /// shares standard output and standard error with this process, so what
    /// the job prints appears at once. Its standard input is empty.
    ///
    /// # Errors
    ///
    /// - [`NotStarted`](JobError::NotStarted), also if the folder for
    ///   temporary files has no room for the input.
    /// - [`NoAnswer`](JobError::NoAnswer) if the child ended before the job
    ///   returned, or with an exit code that is not zero.
    /// - [`NotServed`](JobError::NotServed).
    ///
    /// # Differences from Python
    ///
    /// This is the start method `"spawn"`. With `"fork"`, which Unix alone
    /// has, the child begins with a copy of its parent's memory.
    ///
    /// A child of Python waits for its non-daemon threads before it ends.
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
        if own_number().is_some() && !SERVED.load(Ordering::Relaxed) {
            return Err(JobError::NotServed);
        }
        let letter = Letter::write(self.name, input);
        let mut letter = letter.map_err(JobError::not_started)?;
        let status = program
            .arg(format!("{MARK}{}", letter.number))
            .stdin(Stdio::null())
            .status()
            .map_err(JobError::not_started)?;
        let answer = letter.answer().filter(|_| status.success());
        answer.ok_or(JobError::NoAnswer {
            exit_code: status.code(),
        })
    }
    // ANCHOR_END: in_process
}

// ANCHOR: letter
/// Ends the name of a job, its input, and its answer: a byte that UTF-8 text
/// never has.
const END: u8 = 0xFF;

/// A file that takes a request to a child, and the answer back.
///
/// Parent and child open it each for itself, so none of their other children
/// has it, and the positions of the two are independent. Both stand behind
/// the request when one has written and the other has read it.
struct Letter {
    number: u64,
    file: File,
}

impl Letter {
    /// In the parent: writes the request.
    fn write(job: &str, input: &str) -> io::Result<Letter> {
        // The keys are random, so other users can't foresee the name.
        let number = RandomState::new().hash_one(process::id());
        let file = options().create_new(true).open(path(number))?;
        let mut letter = Letter { number, file };
        letter.send(job)?;
        letter.send(input)?;
        Ok(letter)
    }

    /// In the child: opens the letter, once; its name is gone then.
    fn take(number: u64) -> io::Result<Letter> {
        let file = options().open(path(number))?;
        fs::remove_file(path(number))?;
        Ok(Letter { number, file })
    }

    fn send(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        self.file.write_all(&[END])
    }

    /// Reads all that was sent so far, unless the last text is incomplete.
    fn receive(&mut self) -> Option<Vec<String>> {
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes).ok()?;
        bytes.pop_if(|last| *last == END)?;
        let texts = bytes.split(|byte| *byte == END);
        let texts = texts.map(|text| String::from_utf8(text.to_owned()));
        texts.collect::<Result<_, _>>().ok()
    }

    fn request(&mut self) -> Option<[String; 2]> {
        self.receive()?.try_into().ok()
    }

    fn answer(&mut self) -> Option<String> {
        let [answer] = self.receive()?.try_into().ok()?;
        Some(answer)
    }
}

impl Drop for Letter {
    /// Removes the file, should the child not have come that far.
    fn drop(&mut self) {
        let _ = fs::remove_file(path(self.number));
    }
}
// ANCHOR_END: letter

fn path(number: u64) -> PathBuf {
    env::temp_dir().join(format!("threading-job-{number}"))
}

/// How to open a file that other users can't read.
fn options() -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The number of the letter to this process, if it is a child.
fn own_number() -> Option<u64> {
    let last = env::args_os().skip(1).last()?;
    last.to_str()?.strip_prefix(MARK)?.parse().ok()
}

/// In a child process that [`Job::in_process`] started: runs the job and ends
/// the process. In any other process: does nothing.
///
/// Call it as the first thing in `main`, with every job of the program.
/// Whatever comes before it runs in each child as well.
///
/// A program that the job starts is no such child, even if it is this program
/// once more.
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
    let Some(number) = own_number() else { return };
    // A job that calls this is served already.
    if SERVED.load(Ordering::Relaxed) {
        return;
    }
    match Letter::take(number) {
        Ok(letter) => answer(letter, jobs),
        // Another process has taken it, and this one has its arguments.
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => give_up(format_args!("can't read the job: {error}")),
    }
}

fn answer(mut letter: Letter, jobs: &[Job]) -> ! {
    // Relaxed: the flag tells nothing of other memory.
    SERVED.store(true, Ordering::Relaxed);
    let Some([name, input]) = letter.request() else {
        give_up(format_args!("the job is not readable"));
    };
    let Some(job) = jobs.iter().find(|job| job.name == name) else {
        give_up(format_args!("this program serves no job called {name:?}"));
    };
    let answer = (job.run)(&input);
    if let Err(error) = letter.send(&answer) {
        give_up(format_args!("can't write the answer of {name:?}: {error}"));
    }
    process::exit(0);
}

fn give_up(problem: fmt::Arguments<'_>) -> ! {
    eprintln!("{problem}");
    process::exit(2);
}
// ANCHOR_END: serve

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
    const READ: Job =
        Job::new("read", |_| io::read_to_string(io::stdin()).unwrap());
    const SERVE: Job = Job::new("serve", |_| {
        serve(&[]);
        "still here".to_owned()
    });
    const UNKNOWN: Job = Job::new("unknown", |_| unreachable!());
    const FORGETFUL: Job = Job::new("forgetful", |_| unreachable!());
    const JOBS: [Job; 9] = [
        COUNT, FAIL, EXIT, ABORT, LEAVE, GRANDCHILD, PRINT, READ, SERVE,
    ];

    /// Runs one test of this module, alone, as the child.
    fn run_in(test: &str, job: Job, input: &str) -> Result<String, JobError> {
        let (_crate, module) = module_path!().split_once("::").unwrap();
        let name = format!("{module}::{test}");
        let mut program = Command::new(env::current_exe().unwrap());
        let options = ["--exact", "--nocapture", "--test-threads=1", "--"];
        program.arg(&name).args(options).stdout(Stdio::null());
        job.run_by(program, input)
    }

    fn run(job: Job, input: &str) -> Result<String, JobError> {
        run_in("what_is_no_child_goes_on", job, input)
    }

    #[test]
    fn what_is_no_child_goes_on() {
        serve(&JOBS);
        assert!(own_number().is_none());
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

    /// As a child, it answers, and ends with an error all the same.
    #[test]
    fn an_answer_counts_only_if_the_child_ends_well() {
        if let Some(number) = own_number() {
            let mut letter = Letter::take(number).unwrap();
            letter.request().unwrap();
            letter.send("soup").unwrap();
            process::exit(3);
        }
        let me = "an_answer_counts_only_if_the_child_ends_well";
        let exit_code = Some(3);
        let error = JobError::NoAnswer { exit_code };
        assert_eq!(run_in(me, COUNT, "5"), Err(error));
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
    fn a_job_that_calls_serve_goes_on() {
        assert_eq!(run(SERVE, "").as_deref(), Ok("still here"));
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
        if own_number().is_some() {
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
    }

    #[test]
    fn any_text_comes_through_and_back() {
        let long = "soup ".repeat(1_000_000);
        for text in ["", "\n", "so\0up", "säuerlich", &long] {
            assert_eq!(run(PRINT, text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn the_standard_input_of_a_job_is_empty() {
        assert_eq!(run(READ, "soup"), Ok(String::new()));
    }

    #[test]
    fn half_an_answer_is_none() {
        let mut letter = Letter::write("shout", "soup").unwrap();
        let mut taken = Letter::take(letter.number).unwrap();
        assert_eq!(taken.request(), Some(["shout", "soup"].map(String::from)));
        assert_eq!(letter.answer(), None);

        taken.file.write_all(b"SO").unwrap();
        assert_eq!(letter.answer(), None);

        let mut letter = Letter::write("shout", "").unwrap();
        let mut taken = Letter::take(letter.number).unwrap();
        assert_eq!(taken.request(), Some(["shout", ""].map(String::from)));
        taken.send("").unwrap();
        assert_eq!(letter.answer().as_deref(), Some(""));
    }

    #[test]
    fn a_letter_is_taken_once_and_nothing_is_left_behind() {
        let letter = Letter::write("shout", "soup").unwrap();
        let number = letter.number;
        let _taken = Letter::take(number).unwrap();
        let again = Letter::take(number).err().unwrap();
        assert_eq!(again.kind(), ErrorKind::NotFound);

        let never_taken = Letter::write("shout", "soup").unwrap();
        let path = path(never_taken.number);
        assert!(path.exists());
        drop(never_taken);
        assert!(!path.exists());
    }

    #[test]
    #[cfg(unix)]
    fn no_other_user_can_read_a_letter() {
        use std::os::unix::fs::PermissionsExt;

        let letter = Letter::write("shout", "soup").unwrap();
        let mode = letter.file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
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
