use std::thread;

use threading::Lock;

pub fn main() {
    let checking = Lock::new(100);
    let savings = Lock::new(100);
    facade::show!(checking, savings);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut from = checking.acquire();
            let mut to = savings.acquire();
            *from -= 10;
            *to += 10;
        });
        scope.spawn(|| {
            let mut from = savings.acquire();
            let mut to = checking.acquire();
            *from -= 10;
            *to += 10;
        });
    });
}
