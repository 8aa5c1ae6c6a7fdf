//! What a look at the book's primitives shows.

use std::fmt::Debug;

use facade::explore::{Kind, Look, Show};

use crate::book::barrier::Barrier;
use crate::book::condition::Condition;
use crate::book::event::Event;
use crate::book::lock::Lock;
use crate::book::semaphore::{BoundedSemaphore, Semaphore};
use crate::book::timer_alarm::Alarm;

impl<T: Debug> Show for Lock<T> {
    const KIND: Kind = Kind::Lock;

    fn look(&self) -> Look {
        let value = self.try_acquire();
        Look {
            held: value.is_none(),
            value: value.map(|value| format!("{:?}", *value)),
        }
    }

    fn named(value: &str) -> String {
        lock_byte(value).to_owned()
    }
}

/// What a value of a lock's byte is called.
pub fn lock_byte(value: &str) -> &str {
    match value {
        "0" => "FREE",
        "1" => "HELD",
        "4" => "FREE + SLEEPERS",
        "5" => "HELD + SLEEPERS",
        other => other,
    }
}

impl Show for Semaphore {
    const KIND: Kind = Kind::Permits;

    fn look(&self) -> Look {
        Look::value(self.value())
    }
}

impl Show for BoundedSemaphore {
    const KIND: Kind = Kind::Permits;

    fn look(&self) -> Look {
        Look::value(self.value())
    }
}

impl Show for Event {
    const KIND: Kind = Kind::Flag;

    fn look(&self) -> Look {
        Look::value(if self.is_set() { "set" } else { "clear" })
    }
}

impl<A: FnMut() + Send> Show for Barrier<A> {
    const KIND: Kind = Kind::Place;

    fn look(&self) -> Look {
        Look::value(self.n_waiting())
    }
}

impl<T: Debug> Show for Condition<Lock<T>> {
    const KIND: Kind = Kind::Place;

    fn look(&self) -> Look {
        self.lock().look()
    }
}

/// Its lock is shown by itself.
impl<T> Show for Condition<&Lock<T>> {
    const KIND: Kind = Kind::Place;

    fn look(&self) -> Look {
        Look::default()
    }
}

impl Show for Alarm {
    const KIND: Kind = Kind::Place;

    fn look(&self) -> Look {
        Look::default()
    }
}
