//! The control of life_cycle_marked: the same wait, without a mark.

use std::error::Error;
use std::sync::mpsc;
use std::thread;

use threading::life_cycle;

// ANCHOR: wait
fn main() -> Result<(), Box<dyn Error>> {
    let life = life_cycle::LifeCycle::new();
    life.start()?;
    let mine = life.clone();
    let (tell, told) = mpsc::channel();
    let (send, letters) = mpsc::channel();
    let wait = move || {
        tell.send("it waits for a letter").unwrap();
        letters.recv().unwrap()
    };
    let thread = thread::spawn(move || mine.run(wait));

    println!("{}", told.recv()?);
    println!("its state: {}", life.state());
    send.send("it has its letter")?;
    println!("{}", thread.join().unwrap().unwrap());
    Ok(())
}
// ANCHOR_END: wait
