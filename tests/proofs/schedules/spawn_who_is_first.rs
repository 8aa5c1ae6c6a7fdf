use std::thread;

pub fn main() {
    let thread = thread::spawn(|| println!("at work"));
    println!("waiting");
    thread.join().unwrap();
}
