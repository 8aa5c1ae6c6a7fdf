//! The answers of `cargo book` to wrong words, and its help.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use tempfile::TempDir;

/// A book of two pages, with a program and a benchmark.
fn small_book() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (file, text) in [
        ("book.toml", "[book]\ntitle = \"Small\"\n"),
        (
            "src/SUMMARY.md",
            "- [Lock](lock.md)\n- [The barrier](barrier.md)\n",
        ),
        ("src/lock.md", "# Lock\n"),
        ("src/barrier.md", "# The barrier\n"),
        ("code/examples/lock.rs", "fn main() {}\n"),
        ("code/benches/lock.rs", "fn main() {}\n"),
    ] {
        write(&folder.path().join(file), text);
    }
    folder
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("a file is in a folder");
    fs::create_dir_all(folder).expect("to make a folder");
    fs::write(path, text).expect("to write a file");
}

/// `cargo book`, on the book in `root`.
fn command(root: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(words);
    command.env("CARGO_MANIFEST_DIR", root.join("xtask"));
    command
}

/// Calls `cargo book` on the book in `root` and shows how that ends.
fn cargo_book(root: &Path, words: &[&str]) -> String {
    answer(root, command(root, words))
}

/// Runs `command` and shows how that ends.
fn answer(root: &Path, mut command: Command) -> String {
    let output = command.output().expect("to start xtask");
    let code = output.status.code().expect("an exit code");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let root = root.to_str().expect("a path in Unicode");
    format!("{stdout}{stderr}exit code: {code}").replace(root, "[root]")
}

#[test]
fn help_has_one_line_for_each_command() {
    let book = small_book();
    assert_snapshot!(cargo_book(book.path(), &["--help"]), @r"
    Builds, tests and checks the book

    Usage: cargo book [COMMAND]

    Commands:
      build    Build the book and print where it is (the default)
      open     Build the book and open it in the browser
      test     Compile and run the snippets of every page, or of one chapter
      check    Do everything that CI does, step by step
      bless    Show the outputs that changed, and accept them
      bench    Measure against other crates, and record the ratios
      record   Run the programs that measure, and record their numbers; and record schedules
      prove    Try the primitives under every schedule up to a bound
      mutants  Change one place of a module at a time, and record which tests notice

    Options:
      -h, --help  Print help

    Examples:
      cargo book                 build the book
      cargo book open            build it and read it
      cargo book test lock       test the snippets of one chapter
      cargo book bless barrier   accept the new output of one program
      cargo book check           do what CI does, before you push
    exit code: 0
    ");
}

#[test]
fn an_unknown_command_gets_the_nearest_names() {
    let book = small_book();
    assert_snapshot!(cargo_book(book.path(), &["tset"]), @r"
    error: there is no command `tset`; did you mean `test`?
    exit code: 2
    ");
}

#[test]
fn an_unknown_chapter_gets_the_nearest_names() {
    let book = small_book();
    assert_snapshot!(cargo_book(book.path(), &["test", "lokc"]), @r"
    error: there is no chapter `lokc`; did you mean `lock`?
    exit code: 2
    ");
}

#[test]
fn an_unknown_program_gets_the_nearest_names() {
    let book = small_book();
    assert_snapshot!(cargo_book(book.path(), &["bless", "lokc"]), @r"
    error: there is no program `lokc`; did you mean `lock`?
    exit code: 2
    ");
}

#[test]
fn an_unknown_benchmark_gets_the_nearest_names() {
    let book = small_book();
    assert_snapshot!(cargo_book(book.path(), &["bench", "clock"]), @r"
    error: there is no benchmark `clock`; did you mean `lock`?
    exit code: 2
    ");
}

#[test]
fn tables_of_nothing_are_not_written() {
    let book = small_book();
    assert_snapshot!(cargo_book(book.path(), &["bench", "--tables"]), @r"
    error: nothing is recorded yet: run `cargo book bench`
    exit code: 1
    ");
    assert!(!book.path().join("src/recorded").exists());
}

#[test]
fn tables_are_those_of_what_is_recorded() {
    let book = small_book();
    let folder = book.path().join("src/recorded");
    let recording = "\
processor = 'A'
date = '2026-01-01'
code = 'abc1234'
machine = 'Measured on 2 cores.'
crates = []

[[row]]
operation = 'lock, 1 thread'
peer = 'std'
ratios = [1.25, 1.5]
";
    write(&folder.join("bench/a/lock.toml"), recording);
    assert_snapshot!(cargo_book(book.path(), &["bench", "--tables"]), @r"
    src/recorded/bench.md is written
    exit code: 0
    ");
    let tables = fs::read_to_string(folder.join("bench.md"));
    assert!(tables.expect("to read").contains("1.250 to 1.500"));
}

#[test]
fn an_unknown_program_is_not_recorded() {
    let book = small_book();
    assert_snapshot!(cargo_book(book.path(), &["record", "clock"]), @r"
    error: there is no program `clock`; did you mean `lock`?
    exit code: 2
    ");
}

#[test]
fn a_program_that_does_not_run_leaves_no_recording() {
    let book = small_book(); // has no Cargo.toml
    let answer = cargo_book(book.path(), &["record", "lock"]);
    assert!(
        answer.contains("error: `cargo build --quiet --release"),
        "{answer}"
    );
    assert!(answer.ends_with("exit code: 1"), "{answer}");
    assert!(!book.path().join("src/recorded").exists());
}

#[test]
fn an_unknown_module_is_not_changed() {
    let book = small_book();
    assert_snapshot!(cargo_book(book.path(), &["mutants", "rlokc"]), @r"
    error: there is no module `rlokc`; did you mean `rlock`, `lock`?
    exit code: 2
    ");
}

#[test]
fn a_folder_without_a_book_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_snapshot!(cargo_book(folder.path(), &["build"]), @r"
    error: [root] has no book.toml, so it is not the book
    exit code: 1
    ");
}

#[test]
fn the_book_is_built_where_book_toml_says() {
    let book = small_book();
    let answer = cargo_book(book.path(), &[]);
    assert!(answer.contains("[root]/book/index.html"), "{answer}");
    assert!(book.path().join("book/lock.html").is_file());
}

#[test]
fn an_include_of_a_missing_file_fails_the_build() {
    let book = small_book();
    write(
        &book.path().join("src/lock.md"),
        "# Lock\n\n{{#include no.rs}}\n",
    );
    assert_snapshot!(cargo_book(book.path(), &["build"]), @r"
    Building the book
    error: src/lock.md:3: there is no src/no.rs: correct the path
    exit code: 1
    ");
}

#[test]
fn an_include_of_a_missing_anchor_fails_the_build() {
    let book = small_book();
    let page = "# Lock\n\n{{#rustdoc_include use.rs:take}}\n";
    write(&book.path().join("src/lock.md"), page);
    write(&book.path().join("src/use.rs"), "// ANCHOR: takes\n");
    assert_snapshot!(cargo_book(book.path(), &["build"]), @r"
    Building the book
    error: src/lock.md:3: src/use.rs has no line `ANCHOR: take`: correct the name, or add the anchor
    exit code: 1
    ");
}

#[test]
fn a_broken_include_in_an_included_file_fails_the_build() {
    let book = small_book();
    write(&book.path().join("src/lock.md"), "{{#include part.md}}\n");
    write(&book.path().join("src/part.md"), "{{#include no.rs}}\n");
    let answer = cargo_book(book.path(), &["build"]);
    // mdBook's own log comes before it, with the system's words.
    let end = "error: src/lock.md: a file that it includes has \
               `{{#include no.rs}}`, which mdBook can't follow: correct that \
               path\nexit code: 1";
    assert!(answer.contains("ERROR Error updating"), "{answer}");
    assert!(answer.ends_with(end), "{answer}");
}

#[test]
fn snippets_are_tested_against_the_crate_as_it_is() {
    let book = small_book();
    let crate_says = |number: u8| {
        let text = format!("pub fn number() -> u8 {{ {number} }}\n");
        write(&book.path().join("code/src/lib.rs"), &text);
    };
    let manifest = "[package]\nname = \"threading\"\nedition = \"2024\"\n";
    write(&book.path().join("code/Cargo.toml"), manifest);
    let workspace = "[workspace]\nresolver = \"3\"\nmembers = [\"code\"]\n";
    write(&book.path().join("Cargo.toml"), workspace);
    let page = "```rust\nextern crate threading;\n\
                assert_eq!(threading::number(), 5);\n```\n";
    write(&book.path().join("src/lock.md"), page);

    // First as most readers run it, then where another configuration puts
    // what cargo builds into other folders.
    for odd in [false, true] {
        let test = || {
            let mut command = command(book.path(), &["test", "lock"]);
            if odd {
                command.env("CARGO_BUILD_TARGET", host());
                command.env("CARGO_BUILD_BUILD_DIR", "elsewhere");
            }
            answer(book.path(), command)
        };
        crate_says(5);
        let answer = test();
        assert!(answer.contains("all snippets pass"), "{answer}");
        crate_says(6);
        let answer = test();
        assert!(answer.contains("error: snippets fail in 1 of"), "{answer}");
    }
}

/// The target triple of this machine.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output();
    let output = output.expect("to start rustc");
    let text = String::from_utf8(output.stdout).expect("text");
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("the line of the host").to_owned()
}

#[test]
fn an_unknown_primitive_gets_the_nearest_names_before_a_build() {
    let book = small_book(); // has no Cargo.toml
    let model = "const PRIMITIVE: &str = \"Lock\";\n";
    write(&book.path().join("tests/proofs/src/models/lock.rs"), model);
    assert_snapshot!(cargo_book(book.path(), &["prove", "Lokc"]), @r"
    error: there is no primitive `Lokc`; did you mean `Lock`?
    exit code: 2
    ");
}

#[test]
fn without_python_nothing_is_measured() {
    let book = small_book();
    let mut command = command(book.path(), &["record", "lock"]);
    command.env("PYTHON", "no-python");
    let answer = answer(book.path(), command);
    let start = "error: `no-python` can't be run (";
    let end = "): install CPython 3.11 or later, or name one in PYTHON\n\
               exit code: 1";
    assert!(answer.starts_with(start), "{answer}");
    assert!(answer.ends_with(end), "{answer}");
    assert!(!book.path().join("src/recorded").exists());
}

#[test]
fn a_program_that_is_not_python_is_not_taken_for_an_old_one() {
    let book = small_book();
    let mut command = command(book.path(), &["record", "lock"]);
    // Any program that ends at once and prints no version.
    command.env("PYTHON", env!("CARGO_BIN_EXE_xtask"));
    let answer = answer(book.path(), command);
    assert!(
        answer.contains("` is not a working Python, it ends"),
        "{answer}"
    );
}

#[test]
fn a_second_build_waits_for_the_first() {
    let book = small_book();
    let lock = File::create(book.path().join("book.lock")).expect("a file");
    lock.lock().expect("to lock");
    let mut build = command(book.path(), &["build"]);
    build.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut build = build.spawn().expect("to start");
    let stderr = build.stderr.take().expect("standard error");
    let mut lines = BufReader::new(stderr).lines();
    let waits = "Waiting for another `cargo book` to end";
    let found = lines.by_ref().flatten().any(|line| line == waits);

    assert!(found, "the build ends without waiting");
    assert!(!book.path().join("book/lock.html").exists());
    lock.unlock().expect("to unlock");
    assert!(build.wait().expect("to wait").success());
    assert!(book.path().join("book/lock.html").is_file());
}

#[test]
fn a_build_that_fails_leaves_the_book_as_it_was() {
    let book = small_book();
    cargo_book(book.path(), &["build"]);
    let config = "[book]\ntitle = \"Small\"\n\n[output.html]\n\
                  additional-css = [\"no.css\"]\n";
    write(&book.path().join("book.toml"), config);

    let answer = cargo_book(book.path(), &["build"]);

    assert!(answer.ends_with("exit code: 1"), "{answer}");
    assert!(book.path().join("book/lock.html").is_file());
}

#[cfg(target_os = "linux")]
#[test]
fn open_says_what_to_do_where_no_browser_opens() {
    use std::os::unix::fs::PermissionsExt;

    let book = small_book();
    // It ends as the real one does where there is no browser.
    let opener = book.path().join("bin/xdg-open");
    write(&opener, "#!/bin/sh\nexit 3\n");
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&opener, executable).expect("to set permissions");
    let mut command = command(book.path(), &["open"]);
    command.env("PATH", book.path().join("bin"));

    let answer = answer(book.path(), command);

    let said = "[root]/book/index.html\n\
                If no browser opens, open that file in one.\n";
    assert!(answer.contains(said), "{answer}");
}
