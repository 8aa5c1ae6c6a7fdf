//! A value per thread, made on first use; every thread starts afresh.

use std::cell::{Cell, RefCell};
use std::thread;

use threading::Local;

// ANCHOR: init
struct Waiter {
    served: Cell<u32>,
    orders: RefCell<Vec<&'static str>>,
}

static WAITER: Local<Waiter> = Local::new(|| {
    println!("  a waiter starts with an empty list");
    Waiter {
        served: Cell::new(0),
        orders: RefCell::default(),
    }
});
// ANCHOR_END: init

// ANCHOR: use
fn serve(order: &'static str) {
    WAITER.with(|waiter| {
        waiter.served.set(waiter.served.get() + 1);
        waiter.orders.borrow_mut().push(order);
    });
}

fn report() {
    WAITER.with(|waiter| {
        let orders = waiter.orders.borrow().join(", ");
        println!("  {} served: {orders}", waiter.served.get());
    });
}
// ANCHOR_END: use

fn main() {
    // ANCHOR: threads
    println!("the main thread");
    serve("soup");
    serve("salad");
    report();

    println!("another thread");
    let other = thread::spawn(|| {
        serve("pie");
        report();
    });
    other.join().unwrap();

    println!("the main thread");
    report();
    // ANCHOR_END: threads
}
