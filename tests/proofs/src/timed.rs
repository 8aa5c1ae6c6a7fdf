//! The timer as it stands, over a thread that only starts and is joined.
//!
//! The book's own thread, with its registry and its reports of panics, is too
//! large for a model. What the timer needs of it is here.

#[path = "../../../code/src/timer.rs"]
pub mod timer;

/// In place of the module of this name.
pub mod life_cycle {
    pub fn blocked<T>(wait: impl FnOnce() -> T) -> T {
        wait()
    }
}

/// In place of the module of this name.
pub mod spawn {
    use std::ops::Deref;
    use std::sync::Arc;
    use std::thread;
    use std::time::{Duration, Instant};

    use facade::model::UncheckedMutex as Mutex;

    type Work<T> = Box<dyn FnOnce() -> T + Send>;

    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct StartError;

    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct JoinError;

    #[derive(Clone)]
    pub struct ThreadHandle;

    pub struct Thread<T = ()>(Arc<Mutex<State<T>>>);

    pub struct NewThread<T = ()>(Thread<T>);

    /// No lock of the checker: it is held by one thread at a time anyway.
    struct State<T> {
        work: Option<Work<T>>,
        thread: Option<thread::JoinHandle<T>>,
    }

    // SAFETY: the handle belongs to the checker, which runs one thread at a
    // time.
    unsafe impl<T> Send for State<T> {}

    impl<T: Send + 'static> Thread<T> {
        #[expect(clippy::new_ret_no_self, reason = "as in the module")]
        pub fn new(work: impl FnOnce() -> T + Send + 'static) -> NewThread<T> {
            let work: Option<Work<T>> = Some(Box::new(work));
            let state = State { work, thread: None };
            NewThread(Thread(Arc::new(Mutex::new(state))))
        }

        pub fn start(&self) -> Result<(), StartError> {
            let work = self.0.lock().unwrap().work.take().ok_or(StartError)?;
            let thread = thread::spawn(work);
            self.0.lock().unwrap().thread = Some(thread);
            Ok(())
        }

        pub fn join(&self) -> Result<T, JoinError> {
            let thread = self.0.lock().unwrap().thread.take();
            thread.ok_or(JoinError)?.join().map_err(|_| JoinError)
        }

        pub fn join_timeout(
            &self,
            _: Duration,
        ) -> Option<Result<T, JoinError>> {
            Some(self.join())
        }

        pub fn join_deadline(
            &self,
            _: Instant,
        ) -> Option<Result<T, JoinError>> {
            Some(self.join())
        }
    }

    impl<T> Thread<T> {
        pub fn handle(&self) -> ThreadHandle {
            ThreadHandle
        }
    }

    impl<T> Deref for Thread<T> {
        type Target = ThreadHandle;

        fn deref(&self) -> &ThreadHandle {
            &ThreadHandle
        }
    }

    impl<T> Clone for Thread<T> {
        fn clone(&self) -> Self {
            Thread(Arc::clone(&self.0))
        }
    }

    impl ThreadHandle {
        pub fn name(&self) -> &'static str {
            "timer"
        }
    }

    impl<T> NewThread<T> {
        pub fn name(self, _: impl Into<String>) -> Self {
            self
        }

        pub fn daemon(self, _: bool) -> Self {
            self
        }

        pub fn share(self) -> Thread<T> {
            self.0
        }
    }

    impl<T: Send + 'static> NewThread<T> {
        pub fn start(self) -> Result<Thread<T>, StartError> {
            self.0.start()?;
            Ok(self.0)
        }
    }
}
