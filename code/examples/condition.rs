//! The main thread waits for work that another thread puts on a list.

use std::thread;

use threading::{Condition, Lock};

// ANCHOR: smallest
fn main() {
    let work_list = Condition::new(Lock::new(Vec::new()));

    thread::scope(|scope| {
        let mut list = work_list.acquire();
        scope.spawn(|| {
            let mut list = work_list.acquire();
            println!("worker: adding 2 to the list");
            list.push(2);
            work_list.notify_one(&list);
        });

        println!("main: waiting for work");
        work_list.wait_for(&mut list, |list| !list.is_empty());
        println!("main: got {list:?}");
    });
}
// ANCHOR_END: smallest
