//! Every primitive under 64 threads, with random operations and time-outs.
//!
//! Each thread draws from a generator of its own with a fixed seed. The
//! operations are the same in every run, their order is not.
//! `BOOK_STRESS` multiplies their number; without it they are three times what
//! stands below.
//!
//! The harness is not libtest: its threads talk through parts of `std` that
//! ThreadSanitizer can't see into.

use std::cell::Cell;
use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Trial};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use threading::timer_queue::TimerQueue;
use threading::{
    AutoResetEvent, Barrier, BoundedSemaphore, ClosableSemaphore, Condition,
    Event, Local, Lock, RLock, Semaphore, Timer,
};

const THREADS: usize = 64;
const SEED: u64 = 0x7ead;

/// Far longer than any wait here that is expected to end.
const LONG: Duration = Duration::from_secs(120);

fn main() -> std::process::ExitCode {
    let trial = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let trials = vec![
        trial("lock", lock),
        trial("rlock", rlock),
        trial("condition", condition),
        trial("semaphore", semaphore),
        trial("bounded_semaphore", bounded_semaphore),
        trial("closable_semaphore", closable_semaphore),
        trial("event", event),
        trial("auto_reset_event", auto_reset_event),
        trial("barrier", barrier),
        trial("local", local),
        trial("timer", timer),
        trial("timer_queue", timer_queue),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// `operations`, as often as `BOOK_STRESS` says.
fn times(operations: usize) -> usize {
    let factor = env::var("BOOK_STRESS").ok();
    let factor = factor.and_then(|factor| factor.parse().ok());
    operations * factor.unwrap_or(3)
}

/// Runs `work` in all threads, each with its number and its generator.
///
/// Not in a scope: how its threads end is another thing that
/// ThreadSanitizer can't see, and it would report what they did.
fn in_all_threads(work: impl Fn(usize, &mut SmallRng) + Send + Sync + 'static) {
    let work = Arc::new(work);
    let start = |me| {
        let work = Arc::clone(&work);
        thread::spawn(move || {
            let seed = SEED + me as u64;
            work(me, &mut SmallRng::seed_from_u64(seed));
        })
    };
    let threads: Vec<_> = (0..THREADS).map(start).collect();
    let results: Vec<_> = threads.into_iter().map(|it| it.join()).collect();
    for result in results {
        result.unwrap();
    }
}

/// So that threads can borrow it that no scope ends.
fn shared<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn short(random: &mut SmallRng) -> Duration {
    Duration::from_micros(random.random_range(0..300))
}

fn now_and_then_yield(random: &mut SmallRng) {
    if random.random_ratio(1, 8) {
        thread::yield_now();
    }
}

/// One at a time: a part of the program that only one thread may be in.
#[derive(Default)]
struct Room(AtomicBool);

impl Room {
    fn visit(&self, random: &mut SmallRng) {
        assert!(!self.0.swap(true, Ordering::Relaxed));
        now_and_then_yield(random);
        self.0.store(false, Ordering::Relaxed);
    }
}

fn lock() {
    let (lock, room) = (shared(Lock::new(0)), shared(Room::default()));
    let taken = shared(AtomicUsize::new(0));
    in_all_threads(move |_, random| {
        for _ in 0..times(300) {
            let guard = match random.random_range(0..5) {
                0 => Some(lock.acquire()),
                1 => lock.try_acquire(),
                2 => lock.acquire_timeout(short(random)),
                3 => lock.acquire_deadline(Instant::now() + short(random)),
                _ => {
                    if lock.acquire_by_hand_timeout(short(random)) {
                        room.visit(random);
                        lock.release().unwrap();
                    }
                    None
                }
            };
            if let Some(mut guard) = guard {
                room.visit(random);
                *guard += 1;
                taken.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    assert!(!lock.is_locked());
    assert_eq!(*lock.acquire(), taken.load(Ordering::Relaxed));
}

fn rlock() {
    let lock = shared(RLock::new(Cell::new(0)));
    let (room, taken) = (shared(Room::default()), shared(AtomicUsize::new(0)));
    in_all_threads(move |_, random| {
        for _ in 0..times(200) {
            let Some(outer) = lock.acquire_timeout(short(random)) else {
                assert_eq!(lock.depth(), 0);
                continue;
            };
            let by_hand = random.random_range(0..3);
            for _ in 0..by_hand {
                assert!(lock.try_acquire_by_hand().unwrap());
            }
            let inner = lock.try_acquire().unwrap();
            assert_eq!(lock.depth(), by_hand + 2);
            room.visit(random);
            inner.set(outer.get() + 1);
            taken.fetch_add(1, Ordering::Relaxed);
            for _ in 0..by_hand {
                lock.release().unwrap();
            }
        }
        assert!(lock.release().is_err());
    });
    assert!(!lock.is_locked());
    assert_eq!(lock.acquire().get(), taken.load(Ordering::Relaxed));
}

/// Half of the threads put numbers into a store of eight places, the others
/// take them out.
fn condition() {
    let each = times(100);
    let store = shared(Lock::new(Vec::new()));
    let not_empty = shared(Condition::new(store));
    let not_full = shared(Condition::new(store));
    let sum = shared(AtomicUsize::new(0));
    in_all_threads(move |me, random| {
        for _ in 0..each {
            let mut list = store.acquire();
            let (own, other) = match me % 2 {
                0 => (not_full, not_empty),
                _ => (not_empty, not_full),
            };
            let can_go_on = |list: &Vec<usize>| match me % 2 {
                0 => list.len() < 8,
                _ => !list.is_empty(),
            };
            while !can_go_on(&list) {
                if random.random() {
                    own.wait_timeout(&mut list, short(random));
                } else {
                    let woken =
                        own.wait_for_timeout(&mut list, can_go_on, LONG);
                    assert!(woken, "a notification was lost");
                }
            }
            match me % 2 {
                0 => list.push(me),
                _ => {
                    let number = list.pop().unwrap();
                    sum.fetch_add(number, Ordering::Relaxed);
                }
            }
            match random.random_range(0..8) {
                0 => other.notify_all(&list),
                1 => other.notify(&list, 3),
                _ => usize::from(other.notify_one(&list)),
            };
        }
    });
    let all: usize = (0..THREADS).step_by(2).sum();
    assert_eq!(sum.load(Ordering::Relaxed), all * each);
    assert!(store.acquire().is_empty());
}

/// At most so many: a part of the program that has room for some threads.
struct Rooms {
    size: usize,
    inside: AtomicUsize,
}

impl Rooms {
    fn visit(&self, random: &mut SmallRng) {
        let others = self.inside.fetch_add(1, Ordering::Relaxed);
        assert!(others < self.size, "{others} are inside already");
        now_and_then_yield(random);
        self.inside.fetch_sub(1, Ordering::Relaxed);
    }
}

fn rooms(size: usize) -> &'static Rooms {
    let inside = AtomicUsize::new(0);
    shared(Rooms { size, inside })
}

fn semaphore() {
    let (semaphore, rooms) = (shared(Semaphore::new(5)), rooms(5));
    in_all_threads(move |_, random| {
        for _ in 0..times(300) {
            let guard = match random.random_range(0..7) {
                0 => Some(semaphore.acquire()),
                1 => semaphore.try_acquire(),
                2 => semaphore.acquire_timeout(short(random)),
                3 => semaphore.acquire_deadline(Instant::now() + short(random)),
                4 => Some(semaphore.acquire_many(2)),
                5 => semaphore.acquire_many_timeout(4, short(random)),
                _ => {
                    let wait = short(random);
                    let taken = (0..3)
                        .filter(|_| semaphore.acquire_by_hand_timeout(wait));
                    let taken = taken.count();
                    if taken > 0 {
                        rooms.visit(random);
                        semaphore.release_many(taken).unwrap();
                    }
                    None
                }
            };
            if guard.is_some() {
                rooms.visit(random);
            }
        }
    });
    assert_eq!(semaphore.value(), 5);
}

fn bounded_semaphore() {
    let semaphore = shared(BoundedSemaphore::new(3));
    let rooms = rooms(3);
    in_all_threads(move |_, random| {
        for _ in 0..times(300) {
            if random.random() {
                if let Some(_guard) = semaphore.acquire_timeout(short(random)) {
                    rooms.visit(random);
                }
            } else if semaphore.acquire_by_hand_timeout(short(random)) {
                rooms.visit(random);
                semaphore.release().unwrap();
            }
            assert!(semaphore.value() <= 3);
        }
    });
    assert!(semaphore.release().is_err());
    assert_eq!(semaphore.value(), 3);
}

/// One thread closes it amid the others' turns, and all come home.
fn closable_semaphore() {
    for round in 0..times(3) {
        let (semaphore, rooms) = (shared(ClosableSemaphore::new(5)), rooms(5));
        in_all_threads(move |me, random| {
            for turn in 0..times(20) {
                if me == 0 && turn == round {
                    semaphore.close();
                }
                let permit = match random.random_range(0..3) {
                    0 => semaphore.acquire().map(Some),
                    1 => semaphore.acquire_timeout(short(random)),
                    _ => semaphore.try_acquire(),
                };
                match permit {
                    Ok(Some(_permit)) => rooms.visit(random),
                    Ok(None) => {}
                    Err(_) => assert!(semaphore.is_closed()),
                }
            }
        });
        assert!(semaphore.acquire().is_err());
        assert_eq!(semaphore.value(), 5);
    }
}

/// One thread sets and clears until all others have had their waits.
fn event() {
    let (event, news) = (shared(Event::new()), shared(AtomicUsize::new(0)));
    let left = shared(AtomicUsize::new(THREADS - 1));
    in_all_threads(move |me, random| {
        if me == 0 {
            while left.load(Ordering::Relaxed) > 0 {
                news.fetch_add(1, Ordering::Relaxed);
                event.set();
                now_and_then_yield(random);
                event.clear();
            }
            return;
        }
        let mut seen = 0;
        for _ in 0..times(40) {
            let is_set = match random.random_range(0..3) {
                0 => event.wait_timeout(short(random)),
                1 => event.wait_deadline(Instant::now() + short(random)),
                _ => {
                    assert!(event.wait_timeout(LONG), "a set was lost");
                    true
                }
            };
            let now = news.load(Ordering::Relaxed);
            assert!(now >= seen && (now > 0 || !is_set));
            seen = now;
        }
        left.fetch_sub(1, Ordering::Relaxed);
    });
    assert!(!event.is_set());
}

/// Many producers and many consumers, whose waits may give up: no work stays
/// undone, and no more waits succeed than `set` was called.
fn auto_reset_event() {
    let event = shared(AutoResetEvent::new());
    let [made, through, done] = [(); 3].map(|()| shared(AtomicUsize::new(0)));
    let relaxed = Ordering::Relaxed;
    let all = THREADS / 2 * times(300);
    in_all_threads(move |me, random| {
        if me % 2 == 0 {
            for _ in 0..times(300) {
                made.fetch_add(1, relaxed);
                event.set();
                now_and_then_yield(random);
            }
            return;
        }
        let start = Instant::now();
        while done.load(relaxed) < all {
            assert!(start.elapsed() < LONG, "a set was lost");
            let is_through = match random.random_range(0..3) {
                0 => event.try_wait(),
                1 => event.wait_timeout(short(random)),
                _ => event.wait_deadline(Instant::now() + short(random)),
            };
            if is_through {
                through.fetch_add(1, relaxed);
                done.fetch_add(made.swap(0, relaxed), relaxed);
            }
        }
    });
    assert!(through.load(relaxed) <= all);
    assert_eq!(done.load(relaxed), all);
}

/// A round that passes gives every index once, however many others break.
fn barrier() {
    let barrier = shared(Barrier::new(THREADS).unwrap());
    let given = shared([const { AtomicUsize::new(0) }; THREADS]);
    in_all_threads(move |_, random| {
        for _ in 0..times(20) {
            let answer = match random.random_range(0..1_000) {
                0 => barrier.wait_timeout(short(random)),
                1 => {
                    barrier.abort();
                    barrier.wait()
                }
                _ => barrier.wait_timeout(Duration::from_millis(300)),
            };
            match answer {
                Ok(index) => given[index].fetch_add(1, Ordering::Relaxed),
                Err(_) => {
                    barrier.reset();
                    0
                }
            };
        }
    });
    let given = given.each_ref().map(|it| it.load(Ordering::Relaxed));
    assert!(given[0] > 0);
    assert_eq!(given, [given[0]; THREADS]);
    assert_eq!(barrier.n_waiting(), 0);
}

/// Threads and `Local`s come and go; each value is dropped once.
fn local() {
    struct Value {
        number: Cell<usize>,
        drops: &'static AtomicUsize,
    }

    impl Drop for Value {
        fn drop(&mut self) {
            self.drops.fetch_add(1, Ordering::Relaxed);
        }
    }

    let made = shared(AtomicUsize::new(0));
    let drops = shared(AtomicUsize::new(0));
    let init = || {
        made.fetch_add(1, Ordering::Relaxed);
        Value {
            number: Cell::new(0),
            drops,
        }
    };
    for _ in 0..times(4) {
        let locals: Vec<_> = (0..8).map(|_| Local::new(init)).collect();
        in_all_threads(move |me, random| {
            let mut own = Local::new(init);
            let mut numbers = [0; 8];
            for _ in 0..50 {
                let at = random.random_range(0..8);
                locals[at].with(|value| {
                    assert_eq!(value.number.get(), numbers[at]);
                    numbers[at] += me;
                    value.number.set(numbers[at]);
                });
                own.with(|value| value.number.set(value.number.get() + 1));
                if random.random_ratio(1, 8) {
                    own = Local::new(init);
                    own.with(|value| assert_eq!(value.number.get(), 0));
                }
            }
        });
    }
    assert_eq!(drops.load(Ordering::Relaxed), made.load(Ordering::Relaxed));
}

fn timer() {
    let called = shared(AtomicUsize::new(0));
    let prevented = shared(AtomicUsize::new(0));
    let function = move || {
        called.fetch_add(1, Ordering::Relaxed);
    };
    in_all_threads(move |_, random| {
        for _ in 0..times(5) {
            let timer = Timer::new(short(random), function).start().unwrap();
            now_and_then_yield(random);
            let cancelled = random.random() && timer.cancel().is_ok();
            assert_eq!(timer.join().unwrap().is_none(), cancelled);
            prevented.fetch_add(usize::from(cancelled), Ordering::Relaxed);
        }
    });
    let [called, prevented] =
        [called, prevented].map(|it| it.load(Ordering::Relaxed));
    assert_eq!(called + prevented, THREADS * times(5));
}

fn timer_queue() {
    let queue = shared(TimerQueue::new().unwrap());
    let called = shared(AtomicUsize::new(0));
    let prevented = shared(AtomicUsize::new(0));
    let callback = move || {
        called.fetch_add(1, Ordering::Relaxed);
    };
    in_all_threads(move |_, random| {
        for _ in 0..times(150) {
            let timer = queue.after(short(random), callback);
            now_and_then_yield(random);
            if random.random() && timer.cancel().is_ok() {
                prevented.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let start = Instant::now();
    while queue.pending() > 0 {
        assert!(start.elapsed() < LONG);
        thread::yield_now();
    }
    // Its turn comes when the last callback has returned.
    let done = shared(Event::new());
    queue.after(Duration::ZERO, || done.set());
    assert!(done.wait_timeout(LONG));
    let [called, prevented] =
        [called, prevented].map(|it| it.load(Ordering::Relaxed));
    assert_eq!(called + prevented, THREADS * times(150));
}
