//! What a blocked thread costs: three threads that block, and one that spins.
//!
//! Travels with: `event.rs`.

use std::fs;
use std::hint;
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use threading::{Deadline, Event};

const WAIT: Duration = Duration::from_millis(60);
const ROUNDS: usize = 3;

// ANCHOR: used
/// How long this thread has had a core. A file of Linux says so: nanoseconds
/// on a core, nanoseconds in the queue for one, and how many turns.
fn used() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// What waiting until a deadline in this way costs, in a new thread each
/// time; the smallest cost comes first.
fn costs(wait: impl Fn(Deadline) + Sync) -> Option<[Duration; ROUNDS]> {
    let measure = || {
        let before = used()?;
        let deadline = Deadline::after(WAIT);
        wait(deadline);
        assert!(deadline.is_over());
        Some(used()? - before)
    };
    let mut costs = [Duration::ZERO; ROUNDS];
    for cost in &mut costs {
        *cost = thread::scope(|scope| scope.spawn(measure).join().unwrap())?;
    }
    costs.sort();
    Some(costs)
}
// ANCHOR_END: used

// ANCHOR: costs
fn main() -> io::Result<()> {
    let door = Event::new(); // is never set
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let terminal = TcpStream::connect(listener.local_addr()?)?;
    let _silent = listener.accept()?; // never writes

    let all = [
        costs(|deadline| {
            let _ = door.wait_deadline(deadline);
        }),
        costs(|deadline| {
            let _ = deadline.on(&terminal).read(&mut [0]);
        }),
        costs(Deadline::sleep),
        costs(|deadline| {
            while !deadline.is_over() {
                hint::spin_loop();
            }
        }),
    ];
    let [Some(event), Some(socket), Some(sleep), Some(spin)] = all else {
        println!("this operating system does not say what a thread has used");
        return Ok(());
    };

    // Other programs on this machine add to the cost of a thread that blocks,
    // and take a core away from one that spins.
    let least = [
        ("event", event[0]),
        ("socket", socket[0]),
        ("sleep", sleep[0]),
    ];
    let most = spin[ROUNDS - 1];
    println!("of the time that a thread waited,");
    for (name, used) in least {
        let share = if used < WAIT / 100 { "less" } else { "more" };
        println!("  {name}: it used {share} than a hundredth");
    }
    let together = least.iter().map(|(_, used)| used).sum();
    println!("spinning costs more than all three: {}", most > together);
    Ok(())
}
// ANCHOR_END: costs
