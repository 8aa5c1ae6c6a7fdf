use std::thread;

use threading::Lock;

struct Last<'a>(&'a Lock<u32>);

impl Drop for Last<'_> {
    fn drop(&mut self) {
        *self.0.acquire() += 1;
    }
}

pub fn main() {
    let first = Lock::new(0);
    let second = Lock::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _last = Last(&second);
            let _first = first.acquire();
            let _second = second.acquire();
        });
        scope.spawn(|| {
            let _last = Last(&first);
            let _second = second.acquire();
            let _first = first.acquire();
        });
    });
}
