//! A thread marks where it waits, so its state is Blocked.

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
    let thread = thread::spawn(move || mine.run(|| life_cycle::blocked(wait)));

    println!("{}", told.recv()?);
    println!("its state: {}", life.state());
    send.send("it has its letter")?;
    println!("{}", thread.join().unwrap().unwrap());
    Ok(())
}
// ANCHOR_END: wait
