// ANCHOR: module
// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the operating system knows of a thread: its number, and whether it
//! waits.
//!
//! The number is the one that `top`, `gdb` and the system's logs show, and
//! that Python calls the *native id*.
//!
//! Use it to find a thread of your program in the output of such a tool.
//! To tell two threads apart, compare [`std::thread::ThreadId`]s: the
//! operating system gives the number of a thread that has ended to a new one.
//!
//! # Before you copy it
//!
//! - It declares functions of the operating system in `unsafe` blocks, so it
//!   can't go into a crate with `forbid(unsafe_code)`.
//! - [`native_id`] is a system call each time: keep the answer.
//! - [`is_asleep`] reads a file below `/proc`, which costs some microseconds.
//!   The answer is out of date when you get it.
//! - In a child process made by `fork`, the one thread there has a new
//!   number. A number that was asked for before is still the parent's.
//!
//! The chapter that explains this file is `src/spawn.md`.

/// Returns the number that the operating system gave the calling thread.
///
/// It is `None` on systems other than Linux, Android, Windows and Apple's,
/// which this module does not ask.
///
/// ```
/// use std::thread;
/// use threading::spawn_native::native_id;
///
/// if let Some(number) = native_id() {
///     let other = thread::spawn(native_id).join().unwrap();
///     assert_ne!(other, Some(number));
/// }
/// ```
///
/// # Differences from Python
///
/// This is `threading.get_native_id()`, which asks more systems: FreeBSD,
/// NetBSD, OpenBSD, DragonFly BSD, AIX and Solaris.
#[must_use]
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn native_id() -> Option<u64> {
    // SAFETY: this is the signature in unistd.h; it has no preconditions.
    unsafe extern "C" {
        safe fn gettid() -> i32;
    }
    u64::try_from(gettid()).ok()
}

/// Returns the number that the operating system gave the calling thread.
#[must_use]
#[cfg(target_vendor = "apple")]
pub fn native_id() -> Option<u64> {
    // SAFETY: this is the signature in pthread.h.
    unsafe extern "C" {
        fn pthread_threadid_np(thread: usize, id: *mut u64) -> i32;
    }
    let mut id = 0;
    // SAFETY: a thread of zero is the calling one, and `id` is borrowed for
    // writing by this call alone.
    let error = unsafe { pthread_threadid_np(0, &mut id) };
    (error == 0).then_some(id)
}

/// Returns the number that the operating system gave the calling thread.
#[must_use]
#[cfg(windows)]
pub fn native_id() -> Option<u64> {
    // SAFETY: this is the signature in processthreadsapi.h; it has no
    // preconditions.
    #[link(name = "kernel32")]
    unsafe extern "system" {
        safe fn GetCurrentThreadId() -> u32;
    }
    Some(u64::from(GetCurrentThreadId()))
}

/// Returns the number that the operating system gave the calling thread.
#[must_use]
#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_vendor = "apple",
    windows
)))]
pub fn native_id() -> Option<u64> {
    None
}

/// Reports whether the kernel has put a thread of this program to sleep.
///
/// The thread is named by its [`native_id`]. Linux and Android alone are
/// asked; elsewhere the answer is `false`.
///
/// ```
/// use threading::spawn_native::{is_asleep, native_id};
///
/// let me = native_id().unwrap_or_default();
/// assert!(!is_asleep(me)); // this thread runs
/// ```
///
/// # Differences from Python
///
/// Python can't tell.
// ANCHOR: asleep
#[must_use]
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn is_asleep(native_id: u64) -> bool {
    let path = format!("/proc/self/task/{native_id}/stat");
    // No text: Linux cuts a name at 15 bytes, also within a character.
    let stat = std::fs::read(path).unwrap_or_default();
    // `7 (a name) S …`: a name may hold brackets, so the last one counts.
    let state = stat.windows(3).rfind(|part| part.starts_with(b") "));
    matches!(state, Some([.., b'S' | b'D']))
}

/// Reports whether the kernel has put a thread of this program to sleep.
#[must_use]
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn is_asleep(_native_id: u64) -> bool {
    false
}
// ANCHOR_END: asleep

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;

    /// Far longer than any wait in these tests that is expected to end.
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn threads_have_different_numbers_and_keep_them() {
        let here = native_id();
        assert_eq!(native_id(), here);
        let there = thread::spawn(native_id).join().unwrap();
        assert!(here.is_none() || here != there);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_number_is_the_one_that_the_kernel_uses() {
        let me = std::fs::read_link("/proc/thread-self").unwrap();
        let number = me.file_name().unwrap().to_str().unwrap();
        assert_eq!(native_id(), number.parse().ok());
    }

    /// Linux cuts a name at 15 bytes.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_thread_that_sleeps_is_asleep_whatever_its_name_is() {
        for name in [
            "plain",
            ") R 1 (",
            "a name that is far longer than fifteen bytes",
            "aaaaaaaaaaaaaa\u{e9}",
            "日本語のスレッド名",
            "x日本語のスレッド名",
        ] {
            let (tell, told) = mpsc::channel();
            let (end, wait) = mpsc::channel::<()>();
            let task = move || {
                tell.send(native_id().unwrap()).unwrap();
                wait.recv_timeout(LONG).unwrap_err();
            };
            let builder = thread::Builder::new().name(name.to_owned());
            let thread = builder.spawn(task).unwrap();
            let (id, start) = (told.recv().unwrap(), Instant::now());
            while !is_asleep(id) {
                assert!(start.elapsed() < LONG, "{name}: it never sleeps");
                thread::yield_now();
            }
            drop(end);
            thread.join().unwrap();
        }
    }
}
// ANCHOR_END: module
