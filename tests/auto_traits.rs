//! Which public types may change threads, be shared, and be used after a
//! panic: nobody writes these traits down, the compiler derives them, so a
//! changed field can change a promise.

use std::cell::Cell;
use std::fmt::Write as _;
use std::marker::{PhantomData, PhantomPinned};
use std::rc::Rc;

use book_tests::items::public_items;
use book_tests::problems::Problems;
use book_tests::workspace::modules;
use threading::{
    barrier, best_practices, blocking_calls_deadline, blocking_calls_helper,
    blocking_calls_stream, condition, configure, event, event_auto_reset,
    exceptions, gil, life_cycle, local, lock, main_thread, processes, rlock,
    semaphore, semaphore_closable, spawn, spawn_join, spawn_report, timer,
    timer_alarm, timer_queue, when_to_use,
};

struct Is<T: ?Sized>(PhantomData<T>);

/// Makes a question of a trait: a method call on `&&Is<T>` looks at `Yes`
/// first, and takes it if the bound holds.
macro_rules! question {
    ($name:ident, $bound:path) => {
        mod $name {
            use super::Is;

            pub trait No {
                fn $name(&self) -> &'static str {
                    "-"
                }
            }
            impl<T: ?Sized> No for Is<T> {}

            pub trait Yes {
                fn $name(&self) -> &'static str;
            }
            impl<T: ?Sized + $bound> Yes for &Is<T> {
                fn $name(&self) -> &'static str {
                    "yes"
                }
            }
        }
        use $name::{No as _, Yes as _};
    };
}

question!(send, Send);
question!(sync, Sync);
question!(unpin, Unpin);
question!(unwind_safe, std::panic::UnwindSafe);
question!(ref_unwind_safe, std::panic::RefUnwindSafe);

fn row(table: &mut String, name: &str, answers: [&str; 5]) {
    let [send, sync, unpin, unwind, ref_unwind] = answers;
    writeln!(
        table,
        "{name:<44}{send:<6}{sync:<6}{unpin:<7}{unwind:<12}{ref_unwind}"
    )
    .expect("a string grows");
}

/// A row for each type, under a header.
macro_rules! table {
    ($($type:ty),* $(,)?) => {{
        let mut table = String::new();
        let header = ["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"];
        row(&mut table, "", header);
        $(
            let is = Is::<$type>(PhantomData);
            let answers = [
                (&&is).send(),
                (&&is).sync(),
                (&&is).unpin(),
                (&&is).unwind_safe(),
                (&&is).ref_unwind_safe(),
            ];
            let name = stringify!($type).replace("'static, ", "");
            row(&mut table, &name, answers);
        )*
        table
    }};
}

/// `Send`, and not `Sync`.
type InTurns = Cell<u8>;
/// Neither.
type Bound = Rc<u8>;
/// Must not be moved once it is pinned.
type Pinned = PhantomPinned;

fn traits() -> String {
    table![
        barrier::Barrier,
        barrier::Barrier<fn() -> Bound>,
        barrier::BrokenBarrierError,
        barrier::PartiesError,
        best_practices::AcquireAllError,
        best_practices::Label,
        best_practices::OrderViolation,
        best_practices::RankedLock<u8>,
        best_practices::RankedLock<InTurns>,
        best_practices::RankedLock<Bound>,
        best_practices::RankedLock<Pinned>,
        best_practices::RankedLockError,
        best_practices::RankedLockGuard<'static, u8>,
        best_practices::RankedLockGuard<'static, InTurns>,
        best_practices::RepeatedLock,
        blocking_calls_deadline::Deadline,
        blocking_calls_deadline::TimeoutError,
        blocking_calls_helper::Helper<u8>,
        blocking_calls_helper::Helper<InTurns>,
        blocking_calls_stream::TimedStream<'static>,
        condition::Condition,
        condition::Condition<lock::Lock<u8>>,
        condition::Condition<lock::Lock<InTurns>>,
        condition::Condition<lock::Lock<Bound>>,
        condition::Condition<lock::Lock<Pinned>>,
        condition::NotHeldError,
        configure::Setting,
        configure::TooLateError,
        event::Event,
        event_auto_reset::AutoResetEvent,
        exceptions::ExceptHookArgs<'static>,
        gil::Gil<u8>,
        gil::Gil<InTurns>,
        gil::Gil<Bound>,
        gil::GilGuard<'static, u8>,
        gil::GilGuard<'static, InTurns>,
        gil::Instruction<'static>,
        gil::RunError,
        life_cycle::Ending,
        life_cycle::IllegalMove,
        life_cycle::LifeCycle,
        life_cycle::State,
        local::AccessError,
        local::Local<u8>,
        local::Local<InTurns>,
        local::Local<Bound>,
        lock::Lock<u8>,
        lock::Lock<InTurns>,
        lock::Lock<Bound>,
        lock::Lock<Pinned>,
        lock::LockGuard<'static, u8>,
        lock::LockGuard<'static, InTurns>,
        lock::MappedLockGuard<'static, u8>,
        lock::MappedLockGuard<'static, InTurns>,
        lock::OwnedLockGuard<u8>,
        lock::OwnedLockGuard<InTurns>,
        lock::OwnedLockGuard<Bound>,
        lock::ReleaseError,
        main_thread::WaitAtEnd,
        processes::Job,
        processes::JobError,
        rlock::RLock<u8>,
        rlock::RLock<InTurns>,
        rlock::RLock<Bound>,
        rlock::RLock<Pinned>,
        rlock::RLockGuard<'static, u8>,
        rlock::RLockGuard<'static, InTurns>,
        rlock::ReleaseError,
        rlock::TooDeepError,
        semaphore::BoundedSemaphore,
        semaphore::OwnedSemaphoreGuard,
        semaphore::ReleaseError,
        semaphore::Semaphore,
        semaphore::SemaphoreGuard<'static>,
        semaphore_closable::ClosableSemaphore,
        semaphore_closable::ClosedError,
        spawn::JoinError,
        spawn::NewThread<u8>,
        spawn::NewThread<Bound>,
        spawn::StartError,
        spawn::Thread<u8>,
        spawn::Thread<InTurns>,
        spawn::Thread<Bound>,
        spawn::ThreadHandle,
        spawn_join::JoinState<u8>,
        spawn_join::JoinState<InTurns>,
        spawn_join::NotNew,
        spawn_join::NotStarted,
        spawn_report::Failure,
        spawn_report::Place,
        timer::NewTimer<u8>,
        timer::Timer<u8>,
        timer::Timer<Bound>,
        timer_alarm::Alarm,
        timer_alarm::CancelError,
        timer_alarm::Phase,
        timer_queue::CancelError,
        timer_queue::Phase,
        timer_queue::QueuedTimer,
        timer_queue::TimerQueue,
        when_to_use::Differs,
        when_to_use::SpeedUp,
        std::sync::Mutex<u8>,
        std::sync::MutexGuard<'static, u8>,
        std::sync::Barrier,
        std::sync::Condvar,
        std::thread::JoinHandle<u8>,
    ]
}

#[test]
fn auto_traits() {
    insta::with_settings!({
        snapshot_path => ".",
        prepend_module_to_snapshot => false,
        omit_expression => true,
        description => "the traits that nobody writes down; the last rows are \
                        std's, to compare with",
    }, {
        insta::assert_snapshot!("auto_traits", traits());
    });
}

#[test]
fn every_public_type_is_in_the_table() {
    let mut problems = Problems::default();
    let table = traits();
    for module in modules() {
        for item in public_items(&module) {
            let name = format!("{module}::{}", item.name);
            let is_name = |line: &str| {
                let rest = line.strip_prefix(&name);
                rest.is_some_and(|rest| rest.starts_with([' ', '<']))
            };
            let is_there = !item.is_type || table.lines().any(is_name);
            problems.unless(is_there, || {
                format!(
                    "tests/auto_traits.rs: the table misses {name}: add a row \
                     for it, and one for each kind of value if it is generic"
                )
            });
        }
    }
    problems.report();
}
