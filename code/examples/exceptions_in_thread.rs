//! A panic in a thread: the others finish their work.

use std::error::Error;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use threading::Thread;

// ANCHOR: main
fn print_page() {
    println!("printing");
    panic!("out of paper");
}

fn main() -> Result<(), Box<dyn Error>> {
    let (tell, told) = mpsc::channel();
    let save = move || {
        println!("saving");
        tell.send(()).unwrap(); // half of it is saved
        thread::sleep(Duration::from_secs(1)); // a slow step
        println!("the document is saved");
    };
    let saver = Thread::new(save).start()?;
    told.recv()?;

    Thread::new(print_page).start()?.wait()?;
    saver.join()?;
    println!("finished");
    Ok(())
}
// ANCHOR_END: main
