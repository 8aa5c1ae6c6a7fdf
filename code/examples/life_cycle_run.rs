//! Running a task is not the same as starting a thread.

use std::thread::{self, ThreadId};

use threading::life_cycle::{IllegalMove, LifeCycle};

fn where_am_i(main: ThreadId) -> &'static str {
    match thread::current().id() == main {
        true => "in the main thread",
        false => "in another thread",
    }
}

// ANCHOR: run
fn main() -> Result<(), IllegalMove> {
    let main = thread::current().id();

    let life = LifeCycle::new();
    life.start()?;
    let place = life.run(|| where_am_i(main)).unwrap();
    println!("run alone: {place}");

    let life = LifeCycle::new();
    life.start()?;
    let task = move || life.run(|| where_am_i(main)).unwrap();
    let place = thread::spawn(task).join().unwrap();
    println!("started:   {place}");
    Ok(())
}
// ANCHOR_END: run
