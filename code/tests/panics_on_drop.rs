//! Values whose destructors panic, wherever the modules about threads run
//! code that is not theirs.
//!
//! The payload of such a panic panics when it is dropped, and so on without
//! end. Whatever drops it outside of a `catch_unwind` ends a thread in
//! silence, and at the end of a thread it ends this process.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::iter;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Barrier, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use threading::exceptions::{ExceptHook, ExceptHookArgs, set_excepthook};
use threading::life_cycle::{Ending, State};
use threading::spawn::JoinError;
use threading::timer::Phase;
use threading::timer_queue;
use threading::utilities::{current_thread, with_current_thread};
use threading::{
    Deadline, Gil, Helper, Thread, Timer, TimerQueue, Worker, on_threads,
    run_all,
};

/// Far longer than any wait in these tests that is expected to end.
const LONG: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Panics each time it is dropped, silently, with another of its kind.
#[derive(Default)]
struct PanicsOnDrop {
    /// Told when it is dropped for the first time.
    tell: Option<Sender<()>>,
}

impl PanicsOnDrop {
    /// One that says when it is dropped.
    fn told() -> (Self, Receiver<()>) {
        let (tell, told) = mpsc::channel();
        (PanicsOnDrop { tell: Some(tell) }, told)
    }

    fn is_there(&self) {}
}

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        if let Some(tell) = self.tell.take() {
            let _ = tell.send(());
        }
        explode()
    }
}

impl fmt::Debug for PanicsOnDrop {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        explode()
    }
}

/// Panics, with a payload that panics when it is dropped.
fn explode() -> ! {
    panic::resume_unwind(Box::new(PanicsOnDrop::default()))
}

fn catch<T>(f: impl FnOnce() -> T) -> thread::Result<T> {
    panic::catch_unwind(AssertUnwindSafe(f))
}

/// Checks that the code panicked with a payload that must not be dropped.
fn exploded<T>(outcome: thread::Result<T>) {
    let Err(payload) = outcome else {
        panic!("it did not panic");
    };
    assert!(payload.is::<PanicsOnDrop>());
    mem::forget(payload);
}

/// Waits for a thread that has to fail, and whose failure can be asked for.
fn failed<T: Send + 'static>(thread: &Thread<T>) {
    let Some(Err(JoinError::Panicked(failure))) = thread.join_timeout(LONG)
    else {
        panic!("{thread:?} did not fail");
    };
    assert!(!thread.is_alive());
    mem::forget(failure);
}

fn eventually(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < LONG, "it never happened");
        thread::yield_now();
    }
}

thread_local! {
    /// Dropped when the thread ends.
    static LAST: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// Drops a value at the end of the calling thread.
fn drop_at_the_end(value: impl Any) {
    LAST.with(|last| last.replace(Some(Box::new(value))));
}

#[test]
fn a_task_that_explodes_is_a_failed_thread() {
    failed(&Thread::new(|| explode()).start().unwrap());
}

#[test]
fn what_a_task_has_captured_explodes_within_the_task() {
    let value = PanicsOnDrop::default();
    failed(&Thread::new(move || value.is_there()).start().unwrap());
}

#[test]
fn a_worker_that_explodes_is_a_failed_thread() {
    struct Explodes;
    impl Worker for Explodes {
        type Output = ();

        fn run(self) {
            explode()
        }
    }
    failed(&Explodes.start().unwrap());
}

#[test]
fn a_result_that_explodes_can_be_taken() {
    let thread = Thread::new(PanicsOnDrop::default).start().unwrap();
    let result = thread.join_timeout(LONG).unwrap().unwrap();
    result.is_there();
    mem::forget(result);
}

/// A thread whose task returns when the sender is dropped.
fn returns<T: Send + 'static>(value: T) -> (Thread<T>, Sender<()>) {
    let (end, wait) = mpsc::channel::<()>();
    let task = move || {
        wait.recv_timeout(LONG).unwrap_err();
        value
    };
    (Thread::new(task).start().unwrap(), end)
}

#[test]
fn the_last_handle_drops_a_result_that_explodes() {
    let (value, told) = PanicsOnDrop::told();
    let (thread, end) = returns(value);
    drop(end);
    assert!(thread.wait_timeout(LONG).unwrap());
    drop(thread);
    told.try_recv().unwrap();
}

#[test]
fn the_last_handle_drops_a_payload_that_explodes() {
    let thread = Thread::new(|| explode()).start().unwrap();
    assert!(thread.wait_timeout(LONG).unwrap());
    assert_eq!(thread.ending(), Some(Ending::Panicked));
    drop(thread);
}

/// The handle goes after the task has returned, and before the thread ends.
#[test]
fn a_thread_at_its_very_end_drops_a_result_that_explodes() {
    struct Waits(Receiver<()>);
    impl Drop for Waits {
        fn drop(&mut self) {
            self.0.recv_timeout(LONG).unwrap_err();
        }
    }
    let (value, told) = PanicsOnDrop::told();
    let (end, wait) = mpsc::channel::<()>();
    let task = move || {
        drop_at_the_end(Waits(wait));
        value
    };
    let thread = Thread::new(task).start().unwrap();
    eventually(|| thread.state() == State::Terminated);
    drop(thread);
    drop(end);
    told.recv_timeout(LONG).unwrap();
}

#[test]
fn another_thread_at_its_very_end_drops_a_result_that_explodes() {
    let (value, told) = PanicsOnDrop::told();
    let (thread, end) = returns(value);
    drop(end);
    assert!(thread.wait_timeout(LONG).unwrap());
    let other = thread::spawn(move || drop_at_the_end(thread));
    other.join().unwrap();
    told.recv_timeout(LONG).unwrap();
}

#[test]
fn a_result_that_explodes_may_be_dropped_while_a_panic_unwinds() {
    let (thread, end) = returns(PanicsOnDrop::default());
    drop(end);
    assert!(thread.wait_timeout(LONG).unwrap());
    let outcome = catch(|| {
        let _thread = thread;
        panic::resume_unwind(Box::new("the first"));
    });
    let payload: Box<dyn Any + Send> = outcome.unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"the first"));
}

/// The handle goes at any moment.
#[test]
fn results_that_explode_may_be_left_alone_at_any_moment() {
    for round in 0..2_000 {
        let (value, told) = PanicsOnDrop::told();
        let thread = Thread::new(move || value).start().unwrap();
        (0..round % 50).for_each(|_| std::hint::spin_loop());
        if round % 2 == 0 {
            thread::yield_now();
        }
        drop(thread);
        told.recv_timeout(LONG).unwrap();
    }
}

#[test]
fn the_calling_thread_is_known_after_a_panic_that_explodes() {
    exploded(catch(|| with_current_thread(|_| explode())));
    let me = current_thread();
    assert!(with_current_thread(|thread| *thread == me));
}

/// The hook is the whole program's.
static HOOK: Mutex<()> = Mutex::new(());

/// Sets a hook until the test ends.
fn with_hook(
    hook: impl Fn(&ExceptHookArgs<'_>) + Send + Sync + 'static,
) -> impl Sized {
    struct Restore(
        Option<ExceptHook>,
        #[expect(dead_code, reason = "unlocked at the end")]
        MutexGuard<'static, ()>,
    );
    impl Drop for Restore {
        fn drop(&mut self) {
            set_excepthook(self.0.take().unwrap());
        }
    }
    let guard = HOOK.lock().unwrap();
    Restore(Some(set_excepthook(Arc::new(hook))), guard)
}

#[test]
fn a_hook_that_explodes_ends_no_thread_in_silence() {
    let _restore = with_hook(|_| explode());
    let thread: Thread = Thread::new(|| panic!("boom")).start().unwrap();
    let Some(Err(JoinError::Panicked(failure))) = thread.join_timeout(LONG)
    else {
        panic!("{thread:?} did not fail");
    };
    assert_eq!(failure.message(), "boom");
    assert!(!thread.is_alive());
}

#[test]
fn a_hook_that_is_replaced_while_it_runs_may_explode() {
    let (value, told) = PanicsOnDrop::told();
    let _restore = with_hook(move |_| {
        value.is_there();
        let old = set_excepthook(Arc::new(|_: &ExceptHookArgs<'_>| {}));
        assert!(Arc::strong_count(&old) > 1);
    });
    failed(&Thread::new(|| explode()).start().unwrap());
    told.try_recv().unwrap();
}

#[test]
fn a_hook_that_is_replaced_while_it_runs_may_explode_twice() {
    let value = PanicsOnDrop::default();
    let _restore = with_hook(move |_| {
        value.is_there();
        set_excepthook(Arc::new(|_: &ExceptHookArgs<'_>| {}));
        explode()
    });
    failed(&Thread::new(|| explode()).start().unwrap());
}

#[test]
fn a_hook_may_join_its_own_thread_and_wait_for_others() {
    let _restore = with_hook(|args| {
        let joined = args.thread.wait();
        assert!(matches!(joined, Err(JoinError::WouldDeadlock)));
        assert!(args.thread.is_alive());
        set_excepthook(Arc::new(|_: &ExceptHookArgs<'_>| {}));
        failed(&Thread::new(|| explode()).start().unwrap());
    });
    failed(&Thread::new(|| explode()).start().unwrap());
}

#[test]
fn a_timer_may_explode() {
    let timer = Timer::new(Duration::ZERO, || explode()).start().unwrap();
    let _: &Timer = &timer;
    let ended = timer.join_timeout(LONG).unwrap();
    let Err(JoinError::Panicked(failure)) = ended else {
        panic!("{timer:?} did not fail");
    };
    assert_eq!(timer.phase(), Phase::Finished);
    mem::forget(failure);
}

#[test]
fn what_a_cancelled_timer_has_captured_may_explode() {
    let (value, told) = PanicsOnDrop::told();
    let timer = Timer::new(HOUR, move || value.is_there()).start().unwrap();
    timer.cancel().unwrap();
    assert!(timer.handle().wait_timeout(LONG).unwrap());
    told.try_recv().unwrap();
    assert_eq!(timer.phase(), Phase::Cancelled);
}

/// Checks that a later callback is called.
fn goes_on(queue: &TimerQueue) {
    let (tell, told) = mpsc::channel();
    let _ = queue.after(Duration::ZERO, move || tell.send(()).unwrap());
    told.recv_timeout(LONG).unwrap();
}

#[test]
fn a_queue_goes_on_when_a_callback_explodes() {
    let queue = TimerQueue::new().unwrap();
    let timer = queue.after(Duration::ZERO, || explode());
    goes_on(&queue);
    assert_eq!(timer.phase(), timer_queue::Phase::Finished);
    let value = PanicsOnDrop::default();
    let timer = queue.after(Duration::ZERO, move || value.is_there());
    goes_on(&queue);
    assert_eq!(timer.phase(), timer_queue::Phase::Finished);
}

#[test]
fn a_cancelled_callback_explodes_in_the_thread_that_cancels() {
    let queue = TimerQueue::new().unwrap();
    let value = PanicsOnDrop::default();
    let timer = queue.after(HOUR, move || value.is_there());
    exploded(catch(|| timer.cancel()));
    assert_eq!(timer.phase(), timer_queue::Phase::Cancelled);
    assert_eq!(queue.pending(), 0);
    goes_on(&queue);
}

#[test]
fn a_queue_that_is_dropped_drops_all_callbacks_though_each_explodes() {
    let queue = TimerQueue::new().unwrap();
    let timers = [(); 5].map(|()| {
        let (value, told) = PanicsOnDrop::told();
        (queue.after(HOUR, move || value.is_there()), told)
    });
    drop(queue);
    for (timer, told) in timers {
        told.try_recv().unwrap();
        assert_eq!(timer.phase(), timer_queue::Phase::Cancelled);
    }
}

/// What `run` panics with, if it is a text.
fn message(run: impl FnOnce()) -> &'static str {
    *catch(run).unwrap_err().downcast().unwrap()
}

#[test]
fn the_first_panic_of_many_tasks_goes_on_and_the_others_may_explode() {
    let said = message(|| {
        run_all([0, 1, 2, 3].map(|number| {
            move || match number {
                1 => panic::resume_unwind(Box::new("the first")),
                2 => explode(),
                _ => PanicsOnDrop::default(),
            }
        }));
    });
    assert_eq!(said, "the first");
}

#[test]
fn tasks_that_run_explode_quietly_if_the_list_of_tasks_panics() {
    let ended = AtomicUsize::new(0);
    let said = message(|| {
        let task = |number| match number {
            0..2 => || {
                ended.fetch_add(1, Ordering::Relaxed);
                PanicsOnDrop::default()
            },
            _ => panic::resume_unwind(Box::new("no task")),
        };
        run_all((0..3).map(task));
    });
    assert_eq!(said, "no task");
    assert_eq!(ended.into_inner(), 2);
}

#[test]
fn the_first_panic_on_threads_goes_on_and_the_others_may_explode() {
    let line = Barrier::new(3);
    let said = message(|| {
        on_threads(3, &[0, 1, 2], |number| {
            line.wait(); // so that each has a thread of its own
            match number {
                0 => PanicsOnDrop::default(),
                1 => panic::resume_unwind(Box::new("text")),
                _ => panic::resume_unwind(Box::new("text")),
            }
        });
    });
    assert_eq!(said, "text");
    exploded(catch(|| {
        let explode = |_: &u8| -> PanicsOnDrop { explode() };
        drop(on_threads(1, &[0], explode));
    }));
}

#[test]
fn a_call_of_a_helper_explodes_in_its_owner() {
    let mut calls =
        Helper::new(iter::once_with(|| -> u8 { explode() })).unwrap();
    exploded(catch(|| calls.wait(Deadline::after(LONG))));
    assert_eq!(calls.wait(Deadline::after(LONG)), Ok(None));
}

#[test]
fn the_calls_of_a_helper_may_explode_when_their_owner_has_gone() {
    let (value, told) = PanicsOnDrop::told();
    let (end, wait) = mpsc::channel::<()>();
    let (call, called) = mpsc::channel();
    let calls = move || {
        value.is_there();
        call.send(()).unwrap();
        wait.recv_timeout(LONG).unwrap_err();
        PanicsOnDrop::default()
    };
    let helper = Helper::new(iter::repeat_with(calls)).unwrap();
    called.recv_timeout(LONG).unwrap();
    drop(helper);
    drop(end);
    told.recv_timeout(LONG).unwrap();
    // Its thread is about to end: it must not take the process along.
    eventually(|| called.try_recv() == Err(mpsc::TryRecvError::Disconnected));
}

#[test]
fn work_outside_of_an_interpreter_lock_may_explode() {
    let gil = Gil::new(1);
    let mut guard = gil.acquire();
    exploded(catch(|| guard.release(|| explode())));
    *guard += 1;
    drop(guard);
    assert_eq!(gil.into_inner(), 2);
}

#[test]
fn the_state_of_an_interpreter_may_explode_when_it_is_shown() {
    let gil = Gil::new(PanicsOnDrop::default());
    let guard = gil.acquire();
    exploded(catch(|| format!("{guard:?}")));
    drop(guard);
    assert!(format!("{gil:?}").contains("held: false"));
    mem::forget(gil);
}
