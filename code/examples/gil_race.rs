//! An update gets lost under an interpreter lock, every time.
//!
//! Travels with: `event.rs`, `lock.rs`, `threads.rs`.
//! Needs: `parking_lot_core`.

use std::time::Duration;

use threading::gil::Instruction::{self, *};
use threading::gil::{Gil, Globals, Interpreter, run};
use threading::{Event, Lock, run_all, task};

// ANCHOR: race
/// Two threads add 1 to a counter, the first by `counter += one()`.
///
/// `one` waits until the other thread has added its 1, no longer than
/// `patience`.
fn add_twice(patience: Duration, lock: Option<&Lock>) -> i64 {
    let gil = Gil::new(Globals::from([("counter", 0)]));
    let (loaded, added) = (Event::new(), Event::new());
    let one = |interpreter: &mut Interpreter<'_>| {
        loaded.set();
        interpreter.release(|| added.wait_timeout(patience));
        1
    };

    let first = || {
        let mut interpreter = gil.acquire();
        let _held = interpreter.release(|| lock.map(Lock::acquire));
        let addend = Call(&one);
        run(&mut interpreter, &counter_plus(addend)).unwrap()
    };
    let second = || {
        loaded.wait();
        let mut interpreter = gil.acquire();
        let _held = interpreter.release(|| lock.map(Lock::acquire));
        let addend = LoadConst(1);
        let executed = run(&mut interpreter, &counter_plus(addend)).unwrap();
        added.set();
        executed
    };
    run_all([task(first), task(second)]);
    gil.into_inner()["counter"]
}

/// `counter += addend`
fn counter_plus(addend: Instruction<'_>) -> [Instruction<'_>; 4] {
    [
        LoadGlobal("counter"),
        addend,
        BinaryAdd,
        StoreGlobal("counter"),
    ]
}

fn main() {
    let (long, short) = (Duration::from_secs(60), Duration::from_millis(20));
    println!("two threads add 1 to 0");
    println!("without a lock: {}", add_twice(long, None));
    println!("with a lock:    {}", add_twice(short, Some(&Lock::new(()))));
}
// ANCHOR_END: race
