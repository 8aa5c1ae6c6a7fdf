//! How many updates of a counter get lost, by where the interpreter checks.
//!
//! Travels with: `threads.rs`.

// ANCHOR: counter
use std::time::Duration;

use threading::gil::Instruction::{self, *};
use threading::gil::{Gil, Globals, Interpreter, run};
use threading::run_all;

/// A debug build is slower, and gets less to do.
const ROUNDS: i64 = if DEBUG { 100_000 } else { 1_000_000 };
const DEBUG: bool = cfg!(debug_assertions);

fn one(_: &mut Interpreter<'_>) -> i64 {
    1
}

/// Two threads run `for _ in range(ROUNDS): counter += addend`; how much in
/// a hundred gets lost.
fn lost(addend: Instruction<'_>) -> f64 {
    let gil = Gil::new(Globals::from([("counter", 0)]));
    gil.set_switch_interval(Duration::from_micros(1));
    let program = [
        LoadConst(ROUNDS),
        LoadGlobal("counter"),
        addend,
        BinaryAdd,
        StoreGlobal("counter"),
        LoadConst(-1),
        BinaryAdd,
        JumpBackward(1),
    ];
    run_all([(); 2].map(|()| || run(&mut gil.acquire(), &program)));
    let lost = 2 * ROUNDS - gil.into_inner()["counter"];
    lost as f64 / (2 * ROUNDS) as f64 * 100.0
}

fn main() {
    println!("statement         checks inside  updates lost (%)");
    println!("counter += 1      0  {:28.1}", lost(LoadConst(1)));
    println!("counter += one()  1  {:28.1}", lost(Call(&one)));
}
// ANCHOR_END: counter
