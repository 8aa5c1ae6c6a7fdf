use std::thread;

use threading::{Condition, Lock};

pub fn main() {
    let orders = Lock::new(vec![]);
    let new_order = Condition::new(&orders);
    facade::show!(orders, new_order);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut list = orders.acquire();
                while list.is_empty() {
                    new_order.wait(&mut list);
                }
                list.pop().expect("an order");
            });
        }
        scope.spawn(|| {
            for dish in ["soup", "salad"] {
                let mut list = orders.acquire();
                list.push(dish);
                new_order.notify_all(&list);
            }
        });
    });
}
