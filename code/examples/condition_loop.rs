//! Two cooks are woken for one order: why a wait sits in a loop.

use std::thread;

use threading::{Condition, Lock};

#[derive(Default)]
struct Kitchen {
    cooks: u32,
    orders: Vec<&'static str>,
    woken_for_nothing: u32,
}

type Shared<'a> = Condition<&'a Lock<Kitchen>>;

// ANCHOR: cook
fn cook(new_order: &Shared, report: &Shared) {
    let mut kitchen = new_order.acquire();
    kitchen.cooks += 1;
    while kitchen.orders.is_empty() {
        report.notify_one(&kitchen);
        new_order.wait(&mut kitchen);
        if kitchen.orders.is_empty() {
            kitchen.woken_for_nothing += 1;
        }
    }
    kitchen.orders.pop();
}
// ANCHOR_END: cook

fn main() {
    let kitchen = Lock::new(Kitchen::default());
    let new_order = Condition::new(&kitchen);
    let report = Condition::new(&kitchen);

    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| cook(&new_order, &report));
        }

        let mut kitchen = report.acquire();
        report.wait_for(&mut kitchen, |kitchen| kitchen.cooks == 2);
        kitchen.orders.push("soup");
        new_order.notify_all(&kitchen);
        println!("one order, both cooks are woken");

        report.wait_for(&mut kitchen, |kitchen| kitchen.woken_for_nothing > 0);
        println!("cooks who found no order: {}", kitchen.woken_for_nothing);
        kitchen.orders.push("salad");
        new_order.notify_all(&kitchen);
    });
    println!("orders left: {}", kitchen.into_inner().orders.len());
}
