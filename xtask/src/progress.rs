//! What the reader sees while work goes on.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::ProgressBar;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// Does `work` while `message` is shown, and mdBook's warnings with it.
///
/// On a terminal the message turns beside a spinner and vanishes at the end;
/// elsewhere it is one line.
///
/// # Errors
///
/// Those of `work`.
pub fn during<T>(
    message: &'static str,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let spinner = spinner(message);
    let _log = show_warnings(&spinner);
    let result = work();
    spinner.finish_and_clear();
    result
}

/// Seconds since `start`, for people.
pub fn seconds(start: Instant) -> String {
    format!("{:.1} s", start.elapsed().as_secs_f64())
}

fn spinner(message: &'static str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        eprintln!("{message}");
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner().with_message(message);
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// Shows what mdBook logs, as long as the guard lives.
///
/// mdBook reports much by its log alone, a broken include for one.
fn show_warnings(spinner: &ProgressBar) -> impl Drop + use<> {
    let spinner = spinner.clone();
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::WARN)
        .with_target(false)
        .without_time()
        .with_writer(move || Above(spinner.clone()))
        .set_default()
}

/// Standard error, above the spinner rather than across it.
struct Above(ProgressBar);

impl Write for Above {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(text))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
