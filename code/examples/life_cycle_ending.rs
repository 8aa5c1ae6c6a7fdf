//! A thread ends by returning, or by failing.

use std::panic;
use std::thread;

use threading::life_cycle::{IllegalMove, LifeCycle};

// ANCHOR: ending
fn print_page(paper: u32) -> u32 {
    if paper == 0 {
        panic!("out of paper");
    }
    paper - 1
}

fn main() -> Result<(), IllegalMove> {
    // What a failing thread prints is another chapter's subject.
    panic::set_hook(Box::new(|_| ()));

    for paper in [1, 0] {
        let life = LifeCycle::new();
        life.start()?;
        let mine = life.clone();
        let task = move || mine.run(|| print_page(paper));
        let outcome = thread::spawn(task).join().unwrap();

        println!("sheets in the printer: {paper}");
        println!("  state:   {}", life.state());
        match outcome {
            Ok(left) => println!("  it returned: {left} left"),
            Err(payload) => {
                let reason = payload.downcast_ref::<&str>().unwrap();
                println!("  it failed: {reason}");
            }
        }
    }
    Ok(())
}
// ANCHOR_END: ending
