// Below a mutant of `lock.rs`, so that a table shows its byte.

impl<T: fmt::Debug> facade::explore::Show for Lock<T> {
    const KIND: facade::explore::Kind = facade::explore::Kind::Value;

    fn look(&self) -> facade::explore::Look {
        let other = match self.raw.holder() {
            Some(Holder::Hand) => Holder::Guard,
            _ => Holder::Hand,
        };
        // SAFETY: nothing is freed, since the lock is held in another way.
        let byte = unsafe { self.raw.free(other) }.unwrap_or_else(|byte| byte);
        facade::explore::Look::value(Self::named(&byte.to_string()))
    }

    fn named(value: &str) -> String {
        crate::shown::lock_byte(value).to_owned()
    }
}
