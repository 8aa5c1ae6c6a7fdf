//! When values go: with their thread, or with the `Local`.

use std::cell::Cell;
use std::sync::{Arc, mpsc};
use std::thread;

use threading::Local;

// ANCHOR: tray
/// A tray that says when it is put away.
#[derive(Default)]
struct Tray {
    owner: Cell<&'static str>,
}

impl Drop for Tray {
    fn drop(&mut self) {
        println!("  the tray of {} is put away", self.owner.get());
    }
}

fn take(tray: &Local<Tray>, owner: &'static str) {
    tray.with(|tray| tray.owner.set(owner));
}
// ANCHOR_END: tray

fn main() {
    // ANCHOR: thread_end
    let tray: Arc<Local<Tray>> = Arc::default();

    println!("Ada comes and goes");
    let of_ada = Arc::clone(&tray);
    let ada = thread::spawn(move || take(&of_ada, "Ada"));
    ada.join().unwrap();
    // ANCHOR_END: thread_end

    // ANCHOR: local_end
    println!("Grace comes and stays");
    let (ready, is_ready) = mpsc::channel();
    let (go_home, may_go) = mpsc::channel::<()>();
    let of_grace = Arc::clone(&tray);
    let grace = thread::spawn(move || {
        take(&of_grace, "Grace");
        drop(of_grace);
        ready.send(()).unwrap();
        may_go.recv().unwrap();
    });
    is_ready.recv().unwrap();

    println!("the trays are not needed any more");
    drop(tray);

    println!("Grace goes");
    go_home.send(()).unwrap();
    grace.join().unwrap();
    // ANCHOR_END: local_end
}
