//! Three methods of one object run concurrently.

// ANCHOR: methods
use std::sync::Barrier;

use threading::run_methods;

/// The takings of a week, day by day.
struct Takings {
    days: Vec<u32>,
    /// Nobody calculates before all three have come.
    all_here: Barrier,
}

impl Takings {
    fn total(&self) -> u32 {
        self.all_here.wait();
        self.days.iter().sum()
    }

    fn best(&self) -> u32 {
        self.all_here.wait();
        self.days.iter().copied().max().unwrap_or(0)
    }

    fn worst(&self) -> u32 {
        self.all_here.wait();
        self.days.iter().copied().min().unwrap_or(0)
    }
}

fn main() {
    let takings = Takings {
        days: vec![310, 280, 295, 340, 520, 610],
        all_here: Barrier::new(3),
    };

    let methods = [Takings::total, Takings::best, Takings::worst];
    let answers = run_methods(&takings, methods);

    println!("total: {}", answers[0]);
    println!("best:  {}", answers[1]);
    println!("worst: {}", answers[2]);
}
// ANCHOR_END: methods
