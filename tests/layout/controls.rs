//! A program that is to show something has a control: the same program with
//! one thing changed, and another output.
//!
//! A program that prints the same with its control's change shows nothing.

use book_tests::problems::Problems;
use book_tests::workspace::read;

/// A program, its control, and the one thing in which they differ.
struct Pair {
    program: &'static str,
    control: &'static str,
    /// A text that the program has once, and what the control has instead.
    rust: [&'static str; 2],
    /// The same for the Python twins.
    python: [&'static str; 2],
}

const PAIRS: &[Pair] = &[
    Pair {
        program: "configure_daemon",
        control: "configure_non_daemon",
        rust: ["daemon(true)", "daemon(false)"],
        python: ["daemon=True", "daemon=False"],
    },
    Pair {
        program: "exceptions_in_thread",
        control: "exceptions_in_main",
        rust: ["Thread::new(print_page).start()?.wait()?", "print_page()"],
        python: ["start(print_page).join()", "print_page()"],
    },
    Pair {
        program: "main_thread_wait",
        control: "main_thread_no_wait",
        rust: ["let _end", "let _"],
        python: ["daemon=False", "daemon=True"],
    },
    Pair {
        program: "blocking_calls_once",
        control: "blocking_calls_anew",
        rust: ["start + LIMIT", "Instant::now() + LIMIT"],
        python: ["start + LIMIT", "time.monotonic() + LIMIT"],
    },
    Pair {
        program: "life_cycle_marked",
        control: "life_cycle_unmarked",
        rust: ["|| life_cycle::blocked(wait)", "wait"],
        python: ["thread.blocked()", "contextlib.nullcontext()"],
    },
    Pair {
        program: "spawn",
        control: "spawn_early_join",
        rust: [
            "println!(\"main: reads Dracula\");\n    drop(begin);\n    \
             emma.join()?;",
            "drop(begin);\n    emma.join()?;\n    \
             println!(\"main: reads Dracula\");",
        ],
        python: [
            "print(\"main: reads Dracula\")\nbegin.set()\nemma.join()",
            "begin.set()\nemma.join()\nprint(\"main: reads Dracula\")",
        ],
    },
    Pair {
        program: "worker",
        control: "worker_run",
        rust: ["Greeter.start()?.join()?;", "Greeter.run();"],
        python: ["greeter.start()\ngreeter.join()", "greeter.run()"],
    },
];

#[test]
fn a_program_and_its_control_differ_in_one_thing() {
    let mut problems = Problems::default();
    for pair in PAIRS {
        let [rust, python] = [("rs", pair.rust), ("py", pair.python)];
        for (extension, [here, there]) in [rust, python] {
            let program = format!("code/examples/{}.{extension}", pair.program);
            let control = format!("code/examples/{}.{extension}", pair.control);
            let code = code(&read(&program));
            let changed = code.replacen(here, there, 1);
            let once = code.matches(here).count() == 1;
            problems.unless(once && changed == self::code(&read(&control)), || {
                format!(
                    "{control}: make it {program} with `{there}` in the place \
                     of `{here}`, and nothing else, or correct the pair in \
                     tests/layout/controls.rs"
                )
            });
        }
    }
    problems.report();
}

#[test]
fn a_program_and_its_control_print_different_things() {
    let mut problems = Problems::default();
    for Pair {
        program, control, ..
    } in PAIRS
    {
        let [one, other] = [program, control]
            .map(|name| output(&read(&format!("tests/snapshots/{name}.snap"))));
        problems.unless(one != other, || {
            format!(
                "code/examples/{program}.rs prints what {control}.rs prints, \
                 and so shows nothing: change the experiment"
            )
        });
    }
    problems.report();
}

/// A program without the comment at its top, and without the names of what
/// the page shows.
fn code(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let text = match text.strip_prefix("\"\"\"") {
        Some(rest) => rest.split_once("\"\"\"").unwrap_or_default().1,
        None => &text,
    };
    let lines = text
        .lines()
        .filter(|line| !line.starts_with("//!") && !line.contains("ANCHOR"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What a snapshot holds below its header.
fn output(snapshot: &str) -> String {
    let (_header, output) = snapshot.split_once("\n---\n").unwrap_or_default();
    output.to_owned()
}
