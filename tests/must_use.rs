//! An answer that it is a bug to drop is a warning where it is dropped.
//!
//! Each line of [`CALLS`] is compiled with `deny(unused_must_use)`, and must
//! be an error.
//!
//! When it fails: give the method a `#[must_use = "…"]` that says what is lost.

use std::collections::BTreeSet;

use book_tests::cargo;
use book_tests::workspace::root;
use cargo_metadata::Message;

/// What the calls are made on.
const SUBJECTS: &str = "\
    let (none, now) = (std::time::Duration::ZERO, std::time::Instant::now());
    let (event, semaphore) = (Event::new(), Semaphore::new(0));
    let (turn, closable) = (AutoResetEvent::new(), ClosableSemaphore::new(0));
    let bounded = BoundedSemaphore::new(1);
    let shared = std::sync::Arc::new(Semaphore::new(0));
    let limited = std::sync::Arc::new(BoundedSemaphore::new(1));
    let local = Local::new(|| 1);
    let (lock, reentrant) = (Lock::new(1), RLock::new(1));
    let shared = std::sync::Arc::new(Lock::new(1));
    let condition = Condition::new(&lock);
    let mut guard = condition.acquire();
    let ranked = RankedLock::new(1, \"lock\", 1);
    let barrier = Barrier::new(1).unwrap();
    let thread: Thread = Thread::new(|| ()).start().unwrap();
    let timer: Timer = Timer::new(none, || ()).start().unwrap();
    let alarm = threading::timer_alarm::Alarm::new();
    let queued = TimerQueue::new().unwrap().after(none, || ());
    let joining = threading::spawn_join::JoinState::<u8>::new();
";

/// Calls whose answer is lost, one a line.
const CALLS: &[&str] = &[
    "event.is_set();",
    "event.wait_timeout(none);",
    "event.wait_deadline(now);",
    "turn.try_wait();",
    "turn.wait_timeout(none);",
    "turn.wait_deadline(now);",
    "closable.is_closed();",
    "closable.acquire();",
    "closable.try_acquire();",
    "closable.acquire_timeout(none);",
    "closable.acquire_deadline(now);",
    "closable.release();",
    "closable.release_many(2);",
    "semaphore.acquire();",
    "semaphore.try_acquire();",
    "semaphore.acquire_timeout(none);",
    "semaphore.acquire_deadline(now);",
    "semaphore.try_acquire_by_hand();",
    "semaphore.acquire_by_hand_timeout(none);",
    "semaphore.acquire_by_hand_deadline(now);",
    "semaphore.acquire_many(1);",
    "semaphore.try_acquire_many(1);",
    "semaphore.acquire_many_timeout(1, none);",
    "semaphore.acquire_many_deadline(1, now);",
    "semaphore.release();",
    "semaphore.release_many(2);",
    "shared.acquire_owned();",
    "shared.try_acquire_owned();",
    "shared.acquire_owned_timeout(none);",
    "shared.acquire_owned_deadline(now);",
    "limited.acquire_owned();",
    "limited.try_acquire_owned();",
    "limited.acquire_owned_timeout(none);",
    "limited.acquire_owned_deadline(now);",
    "bounded.acquire();",
    "bounded.try_acquire();",
    "bounded.acquire_timeout(none);",
    "bounded.acquire_deadline(now);",
    "bounded.try_acquire_by_hand();",
    "bounded.acquire_by_hand_timeout(none);",
    "bounded.acquire_by_hand_deadline(now);",
    "bounded.acquire_many(1);",
    "bounded.try_acquire_many(1);",
    "bounded.acquire_many_timeout(1, none);",
    "bounded.acquire_many_deadline(1, now);",
    "bounded.release();",
    "bounded.release_many(2);",
    "local.try_with(|_| ());",
    "lock.acquire();",
    "lock.try_acquire();",
    "lock.acquire_timeout(none);",
    "lock.acquire_deadline(now);",
    "lock.try_acquire_by_hand();",
    "lock.acquire_by_hand_timeout(none);",
    "lock.acquire_by_hand_deadline(now);",
    "lock.release();",
    "LockGuard::map(lock.acquire(), |value| value);",
    "LockGuard::try_map(lock.acquire(), |value| Some(value));",
    "shared.acquire_owned();",
    "shared.try_acquire_owned();",
    "shared.acquire_owned_timeout(none);",
    "shared.acquire_owned_deadline(now);",
    "reentrant.acquire();",
    "reentrant.try_acquire();",
    "reentrant.acquire_timeout(none);",
    "reentrant.acquire_deadline(now);",
    "reentrant.acquire_by_hand();",
    "reentrant.try_acquire_by_hand();",
    "reentrant.acquire_by_hand_timeout(none);",
    "reentrant.acquire_by_hand_deadline(now);",
    "reentrant.release();",
    "condition.acquire();",
    "condition.try_acquire();",
    "condition.acquire_timeout(none);",
    "condition.acquire_deadline(now);",
    "condition.wait_for_timeout(&mut guard, |_| true, none);",
    "condition.wait_for_deadline(&mut guard, |_| true, now);",
    "condition.try_acquire_by_hand();",
    "condition.acquire_by_hand_timeout(none);",
    "condition.acquire_by_hand_deadline(now);",
    "condition.release();",
    "condition.wait_by_hand();",
    "condition.wait_by_hand_timeout(none);",
    "condition.wait_by_hand_deadline(now);",
    "condition.wait_for_by_hand(|| true);",
    "condition.wait_for_by_hand_timeout(|| true, none);",
    "condition.wait_for_by_hand_deadline(|| true, now);",
    "condition.notify_by_hand(1);",
    "condition.notify_all_by_hand();",
    "ranked.acquire();",
    "ranked.checked_acquire();",
    "ranked.try_acquire();",
    "barrier.wait();",
    "barrier.wait_timeout(none);",
    "barrier.wait_deadline(now);",
    "thread.join_timeout(none);",
    "thread.join();",
    "thread.wait();",
    "thread.wait_timeout(none);",
    "thread.wait_deadline(now);",
    "joining.wait(None);",
    "joining.take();",
    "timer.join();",
    "timer.join_timeout(none);",
    "timer.cancel();",
    "timer.wait_timeout(none);",
    "timer.wait_deadline(now);",
    "alarm.cancel();",
    "alarm.wait_timeout(none);",
    "alarm.wait_deadline(now);",
    "queued.cancel();",
    "queued.wait_timeout(none);",
    "queued.wait_deadline(now);",
];

/// Calls that have no answer, or none that must be looked at.
const OTHER_CALLS: &[&str] = &[
    "event.wait();",
    "event.set();",
    "turn.wait();",
    "turn.set();",
    "turn.clear();",
    "closable.close();",
    "semaphore.acquire_by_hand();",
    "local.with(|_| ());",
    "lock.acquire_by_hand();",
    "condition.acquire_by_hand();",
];

#[test]
fn a_lost_answer_is_an_error_for_those_who_deny_it() {
    let before = 2 + SUBJECTS.lines().count();
    let calls = [CALLS, OTHER_CALLS].concat().join("\n");
    let program = format!(
        "#![deny(unused_must_use)] use threading::*; fn main() {{\n\
         {SUBJECTS}{calls}\n}}\n"
    );
    let lines = lines_with_errors(program);
    let is_one = |at: usize| lines.contains(&(at + before));
    for (at, call) in CALLS.iter().enumerate() {
        assert!(is_one(at), "`{call}` compiles without a warning");
    }
    for (at, call) in OTHER_CALLS.iter().enumerate() {
        assert!(!is_one(CALLS.len() + at), "`{call}` does not compile");
    }
    assert_eq!(lines.len(), CALLS.len(), "other errors in {lines:?}");
}

/// Where the compiler says that an answer is not used.
fn lines_with_errors(program: String) -> BTreeSet<usize> {
    let manifest = format!(
        "[package]\nname = \"must-use\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nthreading = {{ path = {:?} }}\n",
        root().join("code"),
    );
    let files = [
        ("Cargo.toml".to_owned(), manifest),
        ("src/main.rs".to_owned(), program),
    ];
    let messages = cargo::messages(&cargo::check_crate("must-use", &files));
    messages.iter().flat_map(lines_of).collect()
}

/// The lines of an error in the program; none, of another message.
fn lines_of(message: &Message) -> Vec<usize> {
    let Message::CompilerMessage(message) = message else {
        return Vec::new();
    };
    let code = message.message.code.as_ref();
    let is_unused = code.is_some_and(|it| it.code == "unused_must_use");
    let spans = message.message.spans.iter();
    spans
        .filter(|span| is_unused && span.is_primary)
        .map(|span| span.line_start)
        .collect()
}
