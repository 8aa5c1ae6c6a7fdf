//! A transfer calls a withdrawal and a deposit under the same lock.

use std::cell::Cell;
use std::thread;

use threading::RLock;

// ANCHOR: smallest
struct Bank {
    savings: Cell<i32>,
    checking: Cell<i32>,
}

fn withdraw(bank: &RLock<Bank>, amount: i32) {
    let bank = bank.acquire();
    bank.savings.set(bank.savings.get() - amount);
}

fn deposit(bank: &RLock<Bank>, amount: i32) {
    let bank = bank.acquire();
    bank.checking.set(bank.checking.get() + amount);
}

fn transfer(bank: &RLock<Bank>, amount: i32) {
    let _guard = bank.acquire();
    withdraw(bank, amount); // acquires the lock again
    deposit(bank, amount); // and so does this
}
// ANCHOR_END: smallest

// ANCHOR: main
fn main() {
    let bank = RLock::new(Bank {
        savings: Cell::new(100),
        checking: Cell::new(0),
    });

    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| transfer(&bank, 10));
        }
        // Whoever looks sees no money on its way.
        let bank = bank.acquire();
        println!("total: {}", bank.savings.get() + bank.checking.get());
    });

    let Bank { savings, checking } = bank.into_inner();
    println!("savings: {}", savings.get());
    println!("checking: {}", checking.get());
}
// ANCHOR_END: main
