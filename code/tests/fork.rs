//! What is left of threads, timers and their registry in a child process that
//! `fork` has made: the files say so below *Before you copy it*.
//!
//! A program of its own, which forks while its other threads sleep, so none
//! of them holds a lock that the child needs. The child checks, and then
//! `_exit`s with the number of the check that has failed.

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::sync::mpsc;
    use std::thread;
    use std::time::{Duration, Instant};

    use threading::main_thread::{WaitAtEnd, wait_at_end};
    use threading::spawn_native::{is_asleep, native_id};
    use threading::timer_queue::QueuedTimer;
    use threading::{
        State, Thread, ThreadHandle, Timer, TimerQueue, active_count,
        current_thread, enumerate,
    };

    /// Far longer than the child takes.
    const LONG: Duration = Duration::from_secs(60);

    /// A limit that is to run out.
    const SHORT: Duration = Duration::from_millis(20);

    /// What the parent has made before the fork.
    struct Before {
        me: ThreadHandle,
        other: Thread<bool>,
        timer: Timer,
        queued: QueuedTimer,
    }

    type Check = (&'static str, fn(&Before) -> bool);

    /// What holds in the child.
    const CHECKS: [Check; 8] = [
        ("the thread that forked keeps its handle", |before| {
            current_thread() == before.me && before.me.is_alive()
        }),
        ("its handle keeps the native id of the parent", |before| {
            before.me.native_id() != native_id()
        }),
        ("the others stay as they were, and in the list", |before| {
            let all = enumerate();
            before.other.state().is_alive() && all.contains(&before.other)
        }),
        ("a join with a deadline ends with it", |before| {
            before.other.join_timeout(SHORT).is_none()
                && before.other.wait_timeout(SHORT).is_ok_and(|gone| !gone)
        }),
        ("a timer never fires", |before| {
            !before.timer.wait_timeout(SHORT)
        }),
        ("a timer of a queue never fires", |before| {
            !before.queued.wait_timeout(SHORT)
        }),
        ("timers can be cancelled", |before| {
            before.timer.cancel().is_ok() && before.queued.cancel().is_ok()
        }),
        ("new threads run, are listed, and are joined", |_| {
            let (count, task) = (active_count(), || active_count());
            let new = Thread::new(task).start().ok();
            new.and_then(|new| new.join().ok()) == Some(count + 1)
        }),
    ];

    pub fn main() {
        let end = wait_at_end();
        let (finish, wait) = mpsc::channel::<()>();
        let task = move || wait.recv().is_err();
        let queue = TimerQueue::new().unwrap();
        let hour = Duration::from_secs(3600);
        let before = Before {
            me: current_thread(),
            other: Thread::new(task).start().unwrap(),
            timer: Timer::new(hour, || ()).start().unwrap(),
            queued: queue.after(hour, || ()),
        };
        until("all others sleep", others_sleep);
        // SAFETY: all other threads sleep, so they hold no lock of the
        // allocator or of this crate, and the child may use them.
        match unsafe { libc::fork() } {
            -1 => panic!("no child: {}", std::io::Error::last_os_error()),
            0 => child(&before, end),
            child => assert_eq!(exit_of(child), "exit status: 0"),
        }
        before.timer.cancel().unwrap();
        assert_eq!(before.other.state(), State::Blocked);
        drop(finish);
        assert!(before.other.join().unwrap());
    }

    fn child(before: &Before, end: WaitAtEnd) -> ! {
        let failed = CHECKS.iter().position(|(_, check)| !check(before));
        if let Some(number) = failed {
            eprintln!("in the child: not so: {}", CHECKS[number].0);
        } else {
            // It would wait for threads that do not exist here.
            drop(end);
        }
        // SAFETY: it ends the process, and runs nothing of it any more.
        unsafe { libc::_exit(i32::from(failed.is_some())) }
    }

    fn until(what: &str, done: impl Fn() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < LONG, "{what}: this never happens");
            thread::yield_now();
        }
    }

    /// Whether the kernel lets all threads but this one sleep.
    fn others_sleep() -> bool {
        let tasks = fs::read_dir("/proc/self/task").unwrap();
        let number = |task: std::io::Result<fs::DirEntry>| {
            task.unwrap().file_name().to_str().unwrap().parse().unwrap()
        };
        let others = tasks.map(number).filter(|&n| Some(n) != native_id());
        others.collect::<Vec<u64>>().into_iter().all(is_asleep)
    }

    /// How the child ended; one that hangs is killed.
    fn exit_of(child: i32) -> String {
        use std::os::unix::process::ExitStatusExt;
        use std::process::ExitStatus;

        let start = Instant::now();
        let mut status = 0;
        // SAFETY: `status` is borrowed for writing by this call alone.
        while unsafe { libc::waitpid(child, &mut status, libc::WNOHANG) } == 0 {
            if start.elapsed() > LONG {
                // SAFETY: it is our child, and not waited for yet.
                unsafe { libc::kill(child, libc::SIGKILL) };
            }
            thread::sleep(Duration::from_millis(1));
        }
        ExitStatus::from_raw(status).to_string()
    }
}
