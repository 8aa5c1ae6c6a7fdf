//! A hook that fails itself: the default one takes over, and says so.
//!
//! Travels with: `configure.rs`.

use std::error::Error;
use std::sync::Arc;

use threading::exceptions::ExceptHookArgs;
use threading::{Thread, set_excepthook};

// ANCHOR: fallback
fn hook(_: &ExceptHookArgs) {
    panic!("the log is full");
}

fn main() -> Result<(), Box<dyn Error>> {
    set_excepthook(Arc::new(hook));
    let fail = || panic!("out of paper");
    let thread = Thread::new(fail).name("printer").start()?;

    thread.wait()?;
    println!("main: continuing on");
    Ok(())
}
// ANCHOR_END: fallback
