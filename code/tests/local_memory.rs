//! The memory of a thread's value comes back with the value.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use threading::{Event, Local, Semaphore};

const MIB: usize = 1 << 20;
const MANY: usize = 64;

/// Far longer than any wait in these tests that is expected to end.
const LONG: Duration = Duration::from_secs(60);

/// Counts what is asked for. The size of the process would also have what the
/// allocator keeps for later.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn live() -> usize {
    LIVE.load(Ordering::Relaxed)
}

/// One test at a time, as all are counted together.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Fails instead of hanging if the thread does not end.
fn join(thread: JoinHandle<()>) {
    let start = Instant::now();
    while !thread.is_finished() {
        assert!(start.elapsed() < LONG, "a thread does not end");
        thread::yield_now();
    }
    thread.join().unwrap();
}

/// Its bytes are in the value itself.
struct Large(#[expect(dead_code, reason = "only its size counts")] [u8; MIB]);

/// A value of 1 MiB passes over the stack, several times in a debug build.
fn spawn(task: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    let builder = thread::Builder::new().stack_size(32 * MIB);
    builder.spawn(task).unwrap()
}

#[test]
fn of_threads_that_have_ended() {
    let _alone = alone();
    static BUFFER: Local<Large> = Local::new(|| Large([1; MIB]));
    let (made, end) = (Arc::new(Semaphore::new(0)), Arc::new(Event::new()));
    let before = live();
    let threads: Vec<_> = (0..MANY)
        .map(|_| {
            let (made, end) = (Arc::clone(&made), Arc::clone(&end));
            spawn(move || {
                BUFFER.with(|_| ());
                made.release().unwrap();
                end.wait();
            })
        })
        .collect();
    for _ in 0..MANY {
        assert!(made.acquire_by_hand_timeout(LONG));
    }
    assert!(live() - before >= (MANY - 1) * MIB);
    end.set();
    threads.into_iter().for_each(join);
    let more = live().saturating_sub(before);
    assert!(more < MIB, "{more} bytes are left");
}

#[test]
fn of_locals_that_are_gone_while_the_thread_lives_on() {
    let _alone = alone();
    let local = |_| Local::new((|| Large([2; MIB])) as fn() -> Large);
    let locals: Vec<_> = (0..MANY).map(local).collect();
    let locals = Arc::new(locals);
    let (used, end) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let before = live();
    let thread = spawn({
        let (locals, used) = (Arc::clone(&locals), Arc::clone(&used));
        let end = Arc::clone(&end);
        move || {
            locals.iter().for_each(|local| local.with(|_| ()));
            drop(locals);
            used.set();
            end.wait();
        }
    });
    assert!(used.wait_timeout(LONG));
    assert!(live() - before >= (MANY - 1) * MIB);
    drop(locals);
    let more = live().saturating_sub(before);
    end.set();
    join(thread);
    assert!(more < MIB, "{more} bytes are left");
}

/// What is kept for later is small: 16 bytes for a place in the table.
#[test]
fn of_the_table() {
    let _alone = alone();
    let locals: Vec<Local<()>> =
        (0..10_000).map(|_| Local::default()).collect();
    locals.iter().for_each(|local| local.with(|_| ()));
    let before = live();
    let locals = Arc::new(locals);
    let (used, end) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let thread = spawn({
        let (locals, used) = (Arc::clone(&locals), Arc::clone(&used));
        let end = Arc::clone(&end);
        move || {
            locals[locals.len() - 1].with(|_| ());
            used.set();
            end.wait();
        }
    });
    assert!(used.wait_timeout(LONG));
    let table = live() - before;
    end.set();
    join(thread);
    let left = live().saturating_sub(before);
    assert!(table < 20 * 10_000, "a table of {table} bytes");
    assert!(left < 5 * 10_000, "{left} bytes are left");
}
