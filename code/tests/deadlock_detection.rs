//! What parking_lot's deadlock detector says of the locks of this crate.
//!
//! ```sh
//! cargo test -p threading --features deadlock_detection \
//!     --test deadlock_detection
//! ```

use std::sync::{Arc, LazyLock, mpsc};
use std::thread;
use std::time::Duration;

use parking_lot::deadlock::check_deadlock;
use threading::{Condition, Lock, OwnedLockGuard};

/// Far longer than any wait in these tests that is expected to end.
const LONG: Duration = Duration::from_secs(30);

/// A thread that waits for a lock which it once acquired by hand or through an
/// owned guard, and which another thread has released and acquired since, is in no deadlock; the
/// detector leaves threads that it reports asleep for good.
fn gets_the_lock_back(acquire: fn(), release: fn(), lock: &'static Lock) {
    let (go, told_to_go) = mpsc::channel();
    let (has_it, other_has_it) = mpsc::channel();
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        acquire();
        go.send(()).unwrap();
        other_has_it.recv_timeout(LONG).unwrap();
        drop(lock.acquire());
        done.send(()).unwrap();
    });
    told_to_go.recv_timeout(LONG).unwrap();
    release();
    let guard = lock.acquire();
    has_it.send(()).unwrap();
    // Whether it waits already cannot be seen; it is a matter of microseconds.
    for _ in 0..20 {
        assert_eq!(check_deadlock().len(), 0);
        assert!(is_done.recv_timeout(Duration::from_millis(5)).is_err());
    }
    drop(guard);
    assert_eq!(is_done.recv_timeout(LONG), Ok(()));
}

#[test]
fn a_lock_released_by_another_thread_is_no_deadlock() {
    static LOCK: Lock = Lock::new(());
    let release = || LOCK.release().unwrap();
    gets_the_lock_back(|| LOCK.acquire_by_hand(), release, &LOCK);
}

#[test]
fn a_condition_released_by_another_thread_is_no_deadlock() {
    static LOCK: Lock = Lock::new(());
    static CONDITION: Condition<&Lock> = Condition::new(&LOCK);
    let acquire_and_wait = || {
        CONDITION.acquire_by_hand();
        let waited = CONDITION.wait_by_hand_timeout(Duration::ZERO);
        assert_eq!(waited, Ok(false));
    };
    let release = || CONDITION.release().unwrap();
    gets_the_lock_back(acquire_and_wait, release, &LOCK);
}

#[test]
fn an_owned_guard_dropped_by_another_thread_is_no_deadlock() {
    static LOCK: LazyLock<Arc<Lock>> = LazyLock::new(Arc::default);
    static GUARD: Lock<Option<OwnedLockGuard<()>>> = Lock::new(None);
    let acquire = || *GUARD.acquire() = Some(LOCK.acquire_owned());
    let release = || drop(GUARD.acquire().take());
    gets_the_lock_back(acquire, release, &LOCK);
}
