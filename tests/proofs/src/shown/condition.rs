// Below a mutant of `condition.rs`, so that a table shows its flag.

impl<T> facade::explore::Show for Condition<&Lock<T>> {
    const KIND: facade::explore::Kind = facade::explore::Kind::Place;

    fn look(&self) -> facade::explore::Look {
        facade::explore::Look::value(self.waiters.any.load(Ordering::Relaxed))
    }
}
