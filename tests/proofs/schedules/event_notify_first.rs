use std::thread;

use threading::{Condition, Lock};

pub fn main() {
    let loaded = Condition::new(Lock::new(()));
    facade::show!(loaded);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut guard = loaded.acquire();
            loaded.wait(&mut guard);
        });
        let guard = loaded.acquire();
        loaded.notify_all(&guard);
    });
}
