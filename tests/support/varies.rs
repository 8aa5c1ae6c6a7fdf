//! What may differ from run to run, and from machine to machine: the one
//! table of it.
//!
//! A program that is not in [`TABLE`] prints the same bytes each time.
//! One that can't has a row here, which says why.
//! The row holds for its Python twin as well.

/// Replaces what varies.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// A regular expression, matched anywhere in the output.
    pub pattern: &'static str,
    /// What stands in the snapshot instead; `$1` is the first group.
    pub replacement: &'static str,
}

/// A duration, as `Duration`'s `Debug` or Python prints it: `1.52ms`, `3 s`.
pub const DURATIONS: Filter = Filter {
    pattern: r"\b\d+(?:\.\d+)?(?: ?(?:ns|µs|ms|s)\b)",
    replacement: "[duration]",
};

/// A thread's identifier: `ThreadId(3)`, or the long number of CPython.
pub const IDENTIFIERS: Filter = Filter {
    pattern: r"ThreadId\(\d+\)|\b\d{9,}\b",
    replacement: "[identifier]",
};

/// The number that a panic message gives the system's thread.
pub const THREAD_OF_A_PANIC: Filter = Filter {
    pattern: r"(thread '[^']*') \(\d+\) panicked",
    replacement: "$1 panicked",
};

/// An address in memory.
pub const ADDRESSES: Filter = Filter {
    pattern: r"\b0x[0-9a-f]+\b",
    replacement: "[address]",
};

/// What one program may print differently.
#[derive(Clone, Copy, Debug)]
pub struct Varies {
    /// `lock_race`, for `code/examples/lock_race.rs` and its twin.
    pub program: &'static str,
    /// Why it can't print the same each time.
    pub because: &'static str,
    /// What is replaced, in this order.
    pub filters: &'static [Filter],
    /// Regular expressions. The lines that one of them matches may change
    /// places among themselves: they are sorted before they are compared.
    pub free_order: &'static [&'static str],
}

/// One row for each program that needs one, by name.
pub const TABLE: &[Varies] = &[Varies {
    program: "lock_turns",
    because: "a lock does not say which of the waiting threads is next",
    filters: &[],
    free_order: &[r"^worker \d has the lock$"],
}];

/// The row of a program.
pub fn row(program: &str) -> Option<&'static Varies> {
    TABLE.iter().find(|row| row.program == program)
}
