//! What a thread costs: its start and join against `std::thread`, and asking
//! who is running against a bare read of a thread-local value.

mod support;

use std::cell::Cell;
use std::hint::black_box;
use std::ptr;
use std::sync::Arc;
use std::thread;

use criterion::Criterion;
use support::{Ratio, Surroundings, compare, compare_in, criterion, time};
use threading::utilities::{
    current_thread, get_ident, get_native_id, with_current_thread,
};
use threading::{Thread, ThreadHandle};

/// A thread that does next to nothing, from its start to its end.
fn start_and_join(criterion: &mut Criterion<Ratio>, around: Surroundings) {
    let ours = |n| {
        time(n, || {
            let thread = Thread::new(|| black_box(1)).start().unwrap();
            consume(thread.join().unwrap());
        })
    };
    let theirs = |n| {
        time(n, || {
            let thread = thread::spawn(|| black_box(1));
            consume(thread.join().unwrap());
        })
    };
    let group = format!("spawn, start and join{}", around.suffix());
    compare_in(around, criterion, &group, "std::thread", ours, theirs);
}

/// Keeps the compiler from leaving out what nobody reads.
fn consume<T>(value: T) {
    let _used = black_box(value);
}

thread_local! {
    static NUMBER: Cell<u64> = const { Cell::new(7) };
    static HANDLE: Arc<u64> = Arc::new(7);
}

/// The numbers, and the handle as long as it is borrowed.
fn numbers(criterion: &mut Criterion<Ratio>) {
    let peer = "a bare thread-local read";
    let bare = |n| time(n, || consume(NUMBER.get()));

    let ident = |n| time(n, || consume(get_ident()));
    compare(criterion, "spawn, get_ident", peer, ident, bare);

    let native_id = |n| time(n, || consume(get_native_id()));
    compare(criterion, "spawn, get_native_id", peer, native_id, bare);

    let look = |thread: &ThreadHandle| consume(ptr::from_ref(thread));
    let borrowed = |n| time(n, || with_current_thread(look));
    compare(
        criterion,
        "spawn, with_current_thread",
        peer,
        borrowed,
        bare,
    );
}

/// A handle to keep: it is counted, and so is the peer's.
fn handles(criterion: &mut Criterion<Ratio>) {
    let ours = |n| time(n, || consume(current_thread()));
    let theirs = |n| time(n, || consume(HANDLE.with(Arc::clone)));
    let peer = "cloning an Arc of a thread-local";
    compare(criterion, "spawn, current_thread", peer, ours, theirs);

    let theirs = |n| time(n, || consume(thread::current()));
    let peer = "std::thread::current";
    compare(criterion, "spawn, current_thread", peer, ours, theirs);
}

fn main() {
    let mut criterion = criterion();
    for around in Surroundings::without_crowd() {
        start_and_join(&mut criterion, around);
    }
    numbers(&mut criterion);
    handles(&mut criterion);
    criterion.final_summary();
}
