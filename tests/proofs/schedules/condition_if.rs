use std::thread;

use threading::{Condition, Lock};

pub fn main() {
    let orders = Lock::new(vec![]);
    let new_order = Condition::new(&orders);
    facade::show!(orders, new_order);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut list = orders.acquire();
            if list.is_empty() {
                new_order.wait(&mut list);
            }
            list.pop().expect("an order");
        });
        scope.spawn(|| {
            let mut list = orders.acquire();
            list.push("soup");
            new_order.notify_one(&list);
            drop(list);
            orders.acquire().clear();
            let mut list = orders.acquire();
            list.push("salad");
            new_order.notify_one(&list);
        });
    });
}
