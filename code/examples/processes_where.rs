//! Where a job runs: in which process, and on which thread of it.

use std::process;
use std::thread;

use threading::processes::{Job, serve};

// ANCHOR: where
fn where_am_i(parent: &str) -> String {
    let same_process = process::id().to_string() == parent;
    let on_main_thread = thread::current().name() == Some("main");
    format!(
        "same process: {same_process}, on its main thread: {on_main_thread}"
    )
}

const WHERE: Job = Job::new("where", where_am_i);

fn main() {
    serve(&[WHERE]);

    let me = process::id().to_string();
    println!("a call    {}", where_am_i(&me));
    println!("a thread  {}", WHERE.in_thread(&me).unwrap());
    println!("a process {}", WHERE.in_process(&me).unwrap());
}
// ANCHOR_END: where
