//! A release by somebody who has acquired nothing.

use threading::BoundedSemaphore;

fn yes_or_no(answer: bool) -> &'static str {
    if answer { "yes" } else { "no" }
}

// ANCHOR: stray
fn main() {
    let semaphore = BoundedSemaphore::new(1);

    let permit = semaphore.acquire();
    println!("the only permit is taken");

    let stray = semaphore.release();
    println!("stray release accepted: {}", yes_or_no(stray.is_ok()));

    let second = semaphore.try_acquire_by_hand();
    println!("somebody else is in as well: {}", yes_or_no(second));
    if second {
        semaphore.release().expect("it is held by hand");
    }

    let before = semaphore.value();
    drop(permit);
    let given_back = semaphore.value() - before;
    println!("permits that the owner gives back: {given_back}");
}
// ANCHOR_END: stray
