// Below a mutant of `semaphore.rs`, so that a table shows its word.

impl facade::explore::Show for Semaphore {
    const KIND: facade::explore::Kind = facade::explore::Kind::Value;

    fn look(&self) -> facade::explore::Look {
        let word = self.permits.word.load(Ordering::Relaxed);
        facade::explore::Look::value(Self::named(&word.to_string()))
    }

    fn named(value: &str) -> String {
        let word = value.parse().unwrap_or_default();
        match word & SLEEPERS {
            0 => value.to_owned(),
            _ => format!("{} + SLEEPERS", permits(word)),
        }
    }
}
