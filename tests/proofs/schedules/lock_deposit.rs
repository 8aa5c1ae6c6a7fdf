use std::thread;

use threading::Lock;

pub fn main() {
    let balance = Lock::new(100);
    facade::show!(balance);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut balance = balance.acquire();
                let seen = *balance;
                *balance = seen + 10;
            });
        }
    });
    println!("{}", *balance.acquire());
}
