//! Threads take their arguments along, and bring their results back.

use std::error::Error;

use threading::Thread;
use threading::spawn::StartError;

// ANCHOR: arguments
fn repeat(word: &str, times: usize) -> String {
    vec![word; times].join(" ")
}

fn main() -> Result<(), Box<dyn Error>> {
    let jobs = [(String::from("tick"), 3), (String::from("tock"), 2)];
    let threads: Vec<Thread<String>> = jobs
        .into_iter()
        .map(|(word, times)| Thread::new(move || repeat(&word, times)).start())
        .collect::<Result<_, StartError>>()?;

    for thread in threads {
        println!("{}", thread.join()?);
    }
    Ok(())
}
// ANCHOR_END: arguments
