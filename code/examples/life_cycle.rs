//! A thread goes through the four states of its life.

use std::sync::mpsc;
use std::thread;

use threading::life_cycle::{IllegalMove, LifeCycle, State, blocked};

// ANCHOR: smallest
fn main() -> Result<(), IllegalMove> {
    let life = LifeCycle::new();
    println!("made:     {}", life.state());

    life.start()?;
    let (wake, woken) = mpsc::channel();
    let mine = life.clone();
    let thread = thread::spawn(move || {
        mine.run(|| {
            println!("at work:  {}", mine.state());
            blocked(|| woken.recv().unwrap());
            println!("at work:  {}", mine.state());
        })
    });

    while life.state() != State::Blocked {
        thread::yield_now(); // until it waits
    }
    println!("waiting:  {}", life.state());
    wake.send(()).unwrap();

    thread.join().unwrap().unwrap();
    println!("joined:   {}", life.state());
    if let Err(IllegalMove { from, .. }) = life.start() {
        println!("a second start is refused: it is {from}");
    }
    Ok(())
}
// ANCHOR_END: smallest
