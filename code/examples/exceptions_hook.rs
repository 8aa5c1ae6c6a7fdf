//! A hook of the program's own, and the default one again.
//!
//! Travels with: `attributes.rs`, `configure.rs`.

use std::error::Error;
use std::sync::Arc;

use threading::exceptions::ExceptHookArgs;
use threading::{Thread, set_excepthook};

// ANCHOR: hook
fn hook(args: &ExceptHookArgs) {
    println!("thread failed: {}", args.message);
    println!("  its name: {}", args.thread.name());
    println!("  it is still alive: {}", args.thread.is_alive());
    println!("  the place is known: {}", args.place.is_some());
}

fn main() -> Result<(), Box<dyn Error>> {
    let old = set_excepthook(Arc::new(hook));
    let fail = || panic!("out of paper");
    Thread::new(fail)
        .name("printer")
        .start()?
        .join()
        .unwrap_err();

    let new = set_excepthook(old);
    println!("the old hook is back, and the new one is ours again");
    // ANCHOR_END: hook

    // ANCHOR: chain
    set_excepthook(Arc::new(move |args: &ExceptHookArgs| {
        println!("one more: {}", args.message);
        new(args);
    }));
    let fail = || panic!("out of ink");
    Thread::new(fail)
        .name("plotter")
        .start()?
        .join()
        .unwrap_err();
    // ANCHOR_END: chain
    println!("main: finished");
    Ok(())
}
