//! The command line of `cargo book`.

use anyhow::Result;
use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, Parser, Subcommand};

use crate::names;

const EXAMPLES: &str = "\
Examples:
  cargo book                 build the book
  cargo book open            build it and read it
  cargo book test lock       test the snippets of one chapter
  cargo book bless barrier   accept the new output of one program
  cargo book check           do what CI does, before you push";

/// Builds, tests and checks the book.
#[derive(Parser)]
#[command(name = "cargo book", bin_name = "cargo book")]
#[command(after_help = EXAMPLES, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

/// What `cargo book` can do.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum Command {
    /// Build the book and print where it is (the default)
    Build,
    /// Build the book and open it in the browser
    Open,
    /// Compile and run the snippets of every page, or of one chapter
    Test {
        /// The chapter, as `lock`, `lock.md` or `Lock`
        chapter: Option<String>,
    },
    /// Do everything that CI does, step by step
    Check {
        /// Also what takes minutes: models, sanitizer, other systems
        #[arg(long)]
        long: bool,
    },
    /// Show the outputs that changed, and accept them
    Bless {
        /// The program, as `lock`: only its output
        program: Option<String>,
        /// Accept without asking
        #[arg(long)]
        yes: bool,
    },
    /// Measure against other crates, and record the ratios
    Bench {
        /// The file in `code/benches`, as `lock`: only its rows
        name: Option<String>,
        /// Measure in one process, for a look, and record nothing
        #[arg(long)]
        short: bool,
        /// Measure nothing: write the tables of what is recorded
        #[arg(long, conflicts_with_all = ["name", "short"])]
        tables: bool,
    },
    /// Run the programs that measure, and record their numbers; and record
    /// schedules
    Record {
        /// The program, as `gil_curve`, or `schedules`: only this one
        program: Option<String>,
        /// After `schedules`, a word as `lock`: only programs that have it in
        /// their names
        word: Option<String>,
    },
    /// Try the primitives under every schedule up to a bound
    Prove {
        /// The primitive, as `Lock`: only its promises, for a look
        primitive: Option<String>,
    },
    /// Change one place of a module at a time, and record which tests notice
    Mutants {
        /// The module, as `lock`: only this one
        module: Option<String>,
        /// Change nothing: only record the reasons anew
        #[arg(long, conflicts_with = "module")]
        reasons: bool,
    },
}

/// The command that was asked for.
///
/// Prints and exits by itself for `--help` and for a wrong option.
///
/// # Errors
///
/// [`names::Unknown`] when there is no such command.
pub fn command() -> Result<Command> {
    match Cli::try_parse() {
        Ok(cli) => Ok(cli.command.unwrap_or(Command::Build)),
        Err(error) if error.kind() == ErrorKind::InvalidSubcommand => {
            Err(unknown_command(&error).into())
        }
        Err(error) => error.exit(),
    }
}

fn unknown_command(error: &clap::Error) -> names::Unknown {
    let word = error.get(ContextKind::InvalidSubcommand);
    let word = word.map(ToString::to_string).unwrap_or_default();
    let cli = Cli::command();
    let commands = cli.get_subcommands().map(|command| command.get_name());
    names::unknown("command", &word, commands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
