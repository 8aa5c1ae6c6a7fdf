use std::thread;

use threading::Lock;

use super::module::Condition;

pub fn main() {
    let lock = Lock::new(false);
    let any = Condition::new(&lock);
    facade::show!(lock, any);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut is_ready = lock.acquire();
                while !*is_ready {
                    any.wait(&mut is_ready);
                }
            });
        }
        scope.spawn(|| {
            let mut is_ready = lock.acquire();
            *is_ready = true;
            any.notify_one(&is_ready);
            any.notify_one(&is_ready);
        });
    });
}
