//! Two threads run bytecode under one interpreter lock.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use threading::gil::{Gil, Globals, Instruction::*, Interpreter, run};

// ANCHOR: count
/// How many threads are at a place now, and how many were there at most.
#[derive(Default)]
struct Place {
    now: AtomicU32,
    most: AtomicU32,
}

impl Place {
    fn visit<R>(&self, stay: impl FnOnce() -> R) {
        let here = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(here, Ordering::Relaxed);
        stay();
        self.now.fetch_sub(1, Ordering::Relaxed);
    }
}
// ANCHOR_END: count

// ANCHOR: smallest
fn main() {
    let gil = Gil::new(Globals::from([("orders", 0)]));
    let (inside, outside) = (Place::default(), Place::default());
    let together = Barrier::new(2);

    let take_order = |_: &mut Interpreter<'_>| {
        inside.visit(thread::yield_now); // let the other try
        1
    };
    let program = [
        LoadConst(100),        // the number of rounds
        Call(&take_order),     // pushes 1
        LoadGlobal("orders"),  // pushes the value
        BinaryAdd,             // pops both, pushes the sum
        StoreGlobal("orders"), // pops the sum
        LoadConst(-1),
        BinaryAdd, // one round less
        JumpBackward(1),
    ];
    let waiter = || {
        let mut interpreter = gil.acquire();
        let executed = run(&mut interpreter, &program).unwrap();
        interpreter.release(|| outside.visit(|| together.wait()));
        executed
    };
    let executed: u64 = thread::scope(|scope| {
        let waiters = [waiter, waiter].map(|waiter| scope.spawn(waiter));
        waiters.map(|waiter| waiter.join().unwrap()).iter().sum()
    });

    println!("instructions executed: {executed}");
    println!("orders taken: {}", gil.acquire()["orders"]);
    println!("with the lock: {} at a time", inside.most.into_inner());
    println!("without it: {} at a time", outside.most.into_inner());
}
// ANCHOR_END: smallest
