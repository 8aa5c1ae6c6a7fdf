//! The models of one primitive as a test, for `cargo book mutants`.

use std::env;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let mut models = Command::new(env!("CARGO_BIN_EXE_proofs"));
    match models.args(env::args().skip(1)).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => panic!("can't start the models: {error}"),
    }
}
