//! The Python that runs the twins.

use std::env;
use std::ffi::OsString;
use std::process::{Command, Output};

use crate::surroundings;

/// What can be done where there is none.
const WANTED: &str = "install CPython 3.11 or later, or name one in PYTHON";

/// The program that `PYTHON` names, else `python3`.
///
/// It is asked for its own path, which starts faster than a script that picks
/// one of several versions.
///
/// # Errors
///
/// A sentence, when it can't be run, is not Python, or is too old.
pub fn find() -> Result<OsString, String> {
    let python = env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    let shown = python.to_string_lossy().into_owned();
    let script = "import sys; print(*sys.version_info[:2], sys.executable)";
    let mut command = Command::new(&python);
    command.args(["-c", script]);
    let output = surroundings::same_everywhere(&mut command).output();
    let output = output.map_err(|error| {
        format!("`{shown}` can't be run ({error}): {WANTED}")
    })?;
    let Some((version, program)) = answer(&output) else {
        return Err(format!(
            "`{shown}` is not a working Python, it ends with {}: {WANTED}",
            output.status
        ));
    };
    if version < (3, 11) {
        let (major, minor) = version;
        return Err(format!("`{shown}` is Python {major}.{minor}: {WANTED}"));
    }
    Ok(if program.is_empty() {
        python
    } else {
        program.into()
    })
}

/// The version and the path in what Python printed.
fn answer(output: &Output) -> Option<((u32, u32), String)> {
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.trim_end().splitn(3, ' ');
    let major = words.next()?.parse().ok()?;
    let minor = words.next()?.parse().ok()?;
    let program = words.next().unwrap_or_default().to_owned();
    output.status.success().then_some(((major, minor), program))
}
