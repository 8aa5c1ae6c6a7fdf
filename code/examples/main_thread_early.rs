//! `main` leaves early with `?`, and the program still waits.

use std::sync::mpsc;

use threading::{Thread, wait_at_end};

// ANCHOR: early
fn print_page(paper: u32) -> Result<u32, String> {
    paper.checked_sub(1).ok_or("out of paper".to_owned())
}

fn main() -> Result<(), String> {
    let _end = wait_at_end();

    let (left, wait) = mpsc::channel::<()>();
    let save = move || {
        let _ = wait.recv(); // until `main` has dropped `left`
        println!("worker: the document is saved");
    };
    Thread::new(save)
        .start()
        .map_err(|error| error.to_string())?;

    println!("main: printing");
    let paper = print_page(0)?;
    println!("main: {paper} sheets left");
    drop(left);
    Ok(())
}
// ANCHOR_END: early
