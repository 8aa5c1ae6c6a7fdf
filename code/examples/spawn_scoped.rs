//! Scoped threads borrow: the scope outlives none of what they use.

use std::thread;

// ANCHOR: scoped
fn main() {
    let numbers = [3, 1, 4, 1, 5, 9, 2, 6];
    let mut sums = [0, 0];
    let (left, right) = numbers.split_at(4);

    thread::scope(|scope| {
        for (sum, half) in sums.iter_mut().zip([left, right]) {
            scope.spawn(move || *sum = half.iter().sum());
        }
    });

    println!("halves: {} and {}", sums[0], sums[1]);
    println!("total:  {}", sums.iter().sum::<i32>());
}
// ANCHOR_END: scoped
