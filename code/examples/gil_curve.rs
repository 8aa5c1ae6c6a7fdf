//! The same job on 1, 2 and 4 threads: with an interpreter lock, without
//! one, and with the lock released around the heavy part.
//!
//! Travels with: `threads.rs`.

// ANCHOR: job
use std::hint::black_box;
use std::time::Instant;

use threading::gil::Instruction::{self, *};
use threading::gil::{Gil, Globals, Interpreter, run};
use threading::run_all;

/// How often the heavy part is called, by all threads together.
const CALLS: usize = 64;

/// A debug build is slower, and gets less to do.
const STEPS: u64 = if DEBUG { 10_000 } else { 200_000 };
const DEBUG: bool = cfg!(debug_assertions);

/// The heavy part: it calculates, and needs nothing of the interpreter.
fn heavy() -> i64 {
    let mut number = black_box(88_172_645_463_325_252_u64);
    for _ in 0..STEPS {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
    }
    i64::from(number > 0)
}

fn keep_the_lock(_: &mut Interpreter<'_>) -> i64 {
    heavy()
}

fn release_it(interpreter: &mut Interpreter<'_>) -> i64 {
    interpreter.release(heavy)
}
// ANCHOR_END: job

// ANCHOR: measure
type Function = fn(&mut Interpreter<'_>) -> i64;

/// `for _ in range(rounds): result = function()`
fn program(rounds: usize, function: &Function) -> [Instruction<'_>; 6] {
    [
        LoadConst(rounds as i64),
        Call(function),
        StoreGlobal("result"),
        LoadConst(-1),
        BinaryAdd,
        JumpBackward(1),
    ]
}

/// The time in ms that so many threads take, with so many locks.
fn time(threads: usize, locks: usize, function: Function) -> f64 {
    let gils: Vec<_> = (0..locks).map(|_| Gil::new(Globals::new())).collect();
    let start = Instant::now();
    run_all((0..threads).map(|thread| {
        let gil = &gils[thread % locks];
        let program = program(CALLS / threads, &function);
        move || run(&mut gil.acquire(), &program).unwrap()
    }));
    start.elapsed().as_secs_f64() * 1e3
}

/// The shortest of three: other programs disturb the longer ones.
fn best(time: impl Fn() -> f64) -> f64 {
    [(); 3]
        .map(|()| time())
        .into_iter()
        .fold(f64::MAX, f64::min)
}

fn main() {
    println!("threads  with the lock (ms)  without it  released");
    for threads in [1, 2, 4] {
        let with_it = best(|| time(threads, 1, keep_the_lock));
        let without = best(|| time(threads, threads, keep_the_lock));
        let released = best(|| time(threads, 1, release_it));
        println!("{threads:7}  {with_it:18.1}  {without:10.1}  {released:8.1}");
    }
}
// ANCHOR_END: measure
