//! A worker's result comes out of the join, and so does the worker itself.

use std::error::Error;

use threading::Worker;

// ANCHOR: value
struct Adder {
    numbers: Vec<u32>,
}

impl Worker for Adder {
    type Output = u32;

    fn run(self) -> u32 {
        self.numbers.iter().sum()
    }
}
// ANCHOR_END: value

// ANCHOR: itself
struct Counter {
    seen: Vec<String>,
    longest: usize,
}

impl Worker for Counter {
    type Output = Self;

    fn run(mut self) -> Self {
        self.longest = self.seen.iter().map(String::len).max().unwrap_or(0);
        self
    }
}
// ANCHOR_END: itself

// ANCHOR: main
fn main() -> Result<(), Box<dyn Error>> {
    let numbers = vec![20, 22];
    let value = Adder { numbers }.start()?.join()?;
    println!("value: {value}");

    let seen = ["lock", "barrier"].map(String::from).to_vec();
    let counter = Counter { seen, longest: 0 }.start()?.join()?;
    println!("seen: {}, longest: {}", counter.seen.len(), counter.longest);
    Ok(())
}
// ANCHOR_END: main
