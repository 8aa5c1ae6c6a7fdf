//! Jobs in real programs: this one has a `main` that serves them, which the
//! unit tests of the module can't have.
//!
//! Without an argument it runs all checks. With one it is the program that a
//! check, or a job, has started.

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use threading::processes::{Job, serve};

/// Far longer than anything here takes that ends at all.
const LONG: Duration = Duration::from_secs(60);

const ECHO: Job = Job::new("echo", str::to_owned);

/// Starts this program with the words of its input as arguments, and answers
/// with what it prints.
const START: Job =
    Job::new("start", |words| printed_by(itself().args(words.split(' '))));

/// Starts this program with the arguments of the child.
const AGAIN: Job = Job::new("again", |_| {
    printed_by(itself().args(env::args_os().skip(1)))
});

/// Leaves threads and a process behind that print as fast as they can.
const NOISY: Job = Job::new("noisy", |answer| {
    let (begins, begun) = channel();
    for _ in 0..2 {
        let begins = begins.clone();
        thread::spawn(move || {
            begins.send(()).unwrap();
            loop {
                tick();
            }
        });
    }
    begun.recv().unwrap();
    begun.recv().unwrap();
    leave_behind(&["tick"]);
    answer.to_owned()
});

/// Prints for a while, so that a process that does it ends by itself.
fn tick() {
    for _ in 0..100_000 {
        let _ = io::stdout().write_all(b"tick\n");
    }
}

const PRINT: Job = Job::new("print", |words| {
    println!("printed");
    print!("without an end of line ");
    words.to_owned()
});

/// Leaves a process behind, which has its standard input and output.
const LEAVE: Job = Job::new("leave", |port| {
    leave_behind(&["stay", port]);
    "left".to_owned()
});

const ENVIRONMENT: Job = Job::new("environment", |_| environment());

fn main() {
    serve(&[ECHO, START, AGAIN, NOISY, PRINT, LEAVE, ENVIRONMENT]);

    let mut words = env::args().skip(1);
    match words.next().as_deref() {
        Some("report") => println!("report 1.0"),
        Some("ask-look") => {
            print!("{}", START.in_process("look secret").unwrap());
        }
        Some("look") => look(),
        Some("tick") => tick(),
        Some("ask-noisy") => ask_noisy(),
        Some("print") => println!("{}", PRINT.in_process("soup").unwrap()),
        Some("stay") => stay(&words.next().unwrap()),
        Some(mark) if mark.starts_with("--threading-job=") => {
            println!("no child: {:?}", ECHO.in_process(""));
        }
        // Whatever else there is was meant for the harness of other tests.
        _ => check_all(),
    }
}

fn check_all() {
    let checks: [(&str, fn()); 8] = [
        ("a_job_may_start_its_own_program", own_program),
        (
            "the_arguments_of_a_child_alone_make_no_child",
            own_arguments,
        ),
        ("the_standard_input_of_a_job_is_empty", empty_input),
        ("the_environment_is_that_of_the_parent", same_environment),
        (
            "no_answer_is_lost_among_threads_that_print",
            answers_among_noise,
        ),
        ("what_a_job_prints_comes_before_its_answer", printed_before),
        (
            "an_answer_does_not_wait_for_what_is_left_behind",
            left_behind,
        ),
        ("the_input_has_no_limit", long_input),
    ];
    for (name, check) in checks {
        let (ends, ended) = channel();
        thread::spawn(move || {
            check();
            ends.send(()).unwrap();
        });
        match ended.recv_timeout(LONG) {
            Ok(()) => println!("{name} ... ok"),
            Err(error) => panic!("{name} fails or hangs: {error}"),
        }
    }
}

/// This program once more, unless that has no end.
fn itself() -> Command {
    let depth = env::var("DEPTH").map_or(0, |depth| depth.parse().unwrap());
    assert!(depth < 4, "this program starts itself again and again");
    let mut program = Command::new(env::current_exe().unwrap());
    program.env("DEPTH", (depth + 1).to_string());
    program
}

#[expect(clippy::zombie_processes, reason = "it outlives this process")]
fn leave_behind(arguments: &[&str]) {
    itself().args(arguments).spawn().unwrap();
}

/// Runs a program whose standard input is that of this one.
fn printed_by(program: &mut Command) -> String {
    let program = program.stdin(Stdio::inherit());
    let output = program.stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn own_program() {
    assert_eq!(START.in_process("report").unwrap(), "report 1.0\n");
}

fn own_arguments() {
    assert_eq!(AGAIN.in_process("").unwrap(), "no child: Err(NotServed)\n");
}

fn empty_input() {
    let mut program = itself();
    program.arg("ask-look").stdin(Stdio::piped());
    let mut asks = program.stdout(Stdio::piped()).spawn().unwrap();
    let mut input = asks.stdin.take().unwrap();
    input.write_all(b"not for children").unwrap();
    drop(input);
    let seen = asks.wait_with_output().unwrap().stdout;
    assert_eq!(String::from_utf8_lossy(&seen), "standard input: \"\"\n");
}

fn look() {
    let text = io::read_to_string(io::stdin()).unwrap();
    println!("standard input: {text:?}");
}

fn environment() -> String {
    let mut variables: Vec<_> = env::vars_os().collect();
    variables.sort();
    format!("{variables:?}")
}

fn same_environment() {
    assert_eq!(ENVIRONMENT.in_process("").unwrap(), environment());
}

fn answers_among_noise() {
    let mut program = itself();
    let program = program.arg("ask-noisy").stdout(Stdio::null());
    assert!(program.status().unwrap().success());
}

fn ask_noisy() {
    let long = "soup ".repeat(20_000);
    for answer in ["", "tick\n", &long].into_iter().cycle().take(40) {
        assert_eq!(NOISY.in_process(answer).as_deref(), Ok(answer));
    }
}

fn printed_before() {
    let printed = printed_by(itself().arg("print"));
    assert_eq!(printed, "printed\nwithout an end of line soup\n");
}

fn left_behind() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    assert_eq!(LEAVE.in_process(&port).as_deref(), Ok("left"));
    // It is there still, and ends when this is dropped.
    drop(listener.accept().unwrap());
}

/// Stays until the other end of a connection is closed.
fn stay(port: &str) {
    let address = format!("127.0.0.1:{port}");
    let mut stream = TcpStream::connect(address).unwrap();
    let _ = stream.read(&mut [0]);
}

fn long_input() {
    let long = "soup ".repeat(2_000_000);
    assert_eq!(ECHO.in_process(&long).as_deref(), Ok(&*long));
}
