//! The same work, done one after another and concurrently, and measured.

// ANCHOR: parallel
use std::time::{Duration, Instant};

use threading::{parallelism, run_all};

const TASKS: u32 = 2;
const ROUNDS: u32 = 3;
const LIMIT: u32 = 150_000;

/// Counts the primes below `LIMIT`: it calculates, and waits for nothing.
fn count_primes() -> usize {
    let is_prime = |number: &u32| {
        let mut divisors = (2..).take_while(|d| d * d <= *number);
        divisors.all(|divisor| !number.is_multiple_of(divisor))
    };
    (2..LIMIT).filter(is_prime).count()
}

fn in_turn() -> Vec<usize> {
    (0..TASKS).map(|_| count_primes()).collect()
}

fn concurrently() -> Vec<usize> {
    run_all((0..TASKS).map(|_| count_primes))
}

fn time(work: fn() -> Vec<usize>) -> Duration {
    let start = Instant::now();
    assert_eq!(work(), [13_848, 13_848]);
    start.elapsed()
}

fn main() {
    // The shortest time counts: other programs disturb the longer ones.
    let (mut one, mut other) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        one = one.min(time(in_turn));
        other = other.min(time(concurrently));
    }

    let speed_up = one.as_secs_f64() / other.as_secs_f64();
    println!("threads in parallel: {} at most", parallelism());
    println!("one after the other: {} ms", one.as_millis());
    println!("concurrently:        {} ms", other.as_millis());
    println!("speed-up:            {speed_up:.1}");
}
// ANCHOR_END: parallel
