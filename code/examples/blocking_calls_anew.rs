//! A timeout for each of three calls: all of them wait, one after the other.

use std::sync::mpsc;
use std::time::{Duration, Instant};

// ANCHOR: anew
const LIMIT: Duration = Duration::from_millis(50);

fn main() {
    let (_sender, parcels) = mpsc::channel::<u32>();
    let start = Instant::now();
    let mut waits = 0;
    for _ in 0..3 {
        let end = Instant::now() + LIMIT;
        let rest = end.saturating_duration_since(Instant::now());
        waits += u32::from(!rest.is_zero());
        assert!(parcels.recv_timeout(rest).is_err()); // none comes
    }
    println!("calls that waited: {waits} of 3");
    println!("each for {LIMIT:?}: {}", start.elapsed() >= LIMIT * waits);
}
// ANCHOR_END: anew
