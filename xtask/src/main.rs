//! `cargo book`: the commands of this project.

use std::process::ExitCode;

use anyhow::Result;
use xtask::cli::{self, Command};
use xtask::names::Unknown;
use xtask::{
    bench, bless, build, check, mutants, open, project, prove, record, test,
};

fn main() -> ExitCode {
    match cli::command().and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            // As clap does: 2 for a wrong word on the command line.
            ExitCode::from(if error.is::<Unknown>() { 2 } else { 1 })
        }
    }
}

fn run(command: Command) -> Result<()> {
    let root = project::root()?;
    match command {
        Command::Build => build::run(&root).map(drop),
        Command::Open => open::run(&root),
        Command::Test { chapter } => test::run(&root, chapter.as_deref()),
        Command::Check { long } => check::run(&root, long),
        Command::Bless { program, yes } => {
            bless::run(&root, program.as_deref(), yes)
        }
        Command::Bench {
            name,
            short,
            tables,
        } => {
            let mode = bench::Mode::of(short, tables);
            bench::run(&root, name.as_deref(), mode)
        }
        Command::Record { program, word } => {
            record::run(&root, program.as_deref(), word.as_deref())
        }
        Command::Prove { primitive } => prove::run(&root, primitive.as_deref()),
        Command::Mutants { reasons: true, .. } => mutants::reasons(&root),
        Command::Mutants { module, .. } => {
            mutants::run(&root, module.as_deref())
        }
    }
}
