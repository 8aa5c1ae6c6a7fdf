use std::thread;

use threading::Lock;

pub fn main() {
    let account = Lock::new(100);
    facade::show!(account);
    thread::scope(|scope| {
        scope.spawn(|| {
            if !account.is_locked() {
                *account.acquire() += 10;
            }
        });
        scope.spawn(|| {
            let mut balance = account.acquire();
            *balance += 20;
        });
    });
}
