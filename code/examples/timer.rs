//! A timer calls a function with its arguments after a delay.

use std::error::Error;
use std::time::{Duration, Instant};

use threading::Timer;

// ANCHOR: smallest
const DELAY: Duration = Duration::from_millis(30);

fn ring(dish: &str, plates: u32) -> String {
    println!("timer: the {dish} is done");
    format!("{plates} plates of {dish}")
}

fn main() -> Result<(), Box<dyn Error>> {
    let dish = String::from("soup");
    println!("main: the {dish} is on the stove");

    let start = Instant::now();
    let timer = Timer::new(DELAY, move || ring(&dish, 3)).start()?;
    let served = timer.join()?;

    println!("main: too early: {}", start.elapsed() < DELAY);
    println!("main: serves {}", served.unwrap_or_default());
    Ok(())
}
// ANCHOR_END: smallest
