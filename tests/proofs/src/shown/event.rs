// Below a mutant of `event.rs`, so that a table shows its byte.

impl facade::explore::Show for Event {
    const KIND: facade::explore::Kind = facade::explore::Kind::Flag;

    fn look(&self) -> facade::explore::Look {
        let byte = self.state.load(Ordering::Relaxed);
        facade::explore::Look::value(Self::named(&byte.to_string()))
    }

    fn named(value: &str) -> String {
        match value {
            "0" => "CLEAR",
            "1" => "AWAITED",
            "2" => "SET",
            other => other,
        }
        .to_owned()
    }
}
