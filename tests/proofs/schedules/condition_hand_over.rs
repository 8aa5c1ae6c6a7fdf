use std::thread;

use threading::{Condition, Lock};

pub fn main() {
    let list = Lock::new(vec![]);
    let not_empty = Condition::new(&list);
    facade::show!(list, not_empty);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut items = list.acquire();
            while items.is_empty() {
                not_empty.wait(&mut items);
            }
            items.pop();
        });
        scope.spawn(|| {
            let mut items = list.acquire();
            items.push(2);
            not_empty.notify_one(&items);
        });
    });
}
