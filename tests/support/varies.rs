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

/// How much faster one thing is than another: `speed-up: 1.9`.
pub const SPEED_UP: Filter = Filter {
    pattern: r"\b(speed-up: +)\d+\.\d+",
    replacement: "$1[ratio]",
};

/// The cells of a table of measurements, with the space before them.
pub const CELLS: Filter = Filter {
    pattern: r" {2,}\d+\.\d+",
    replacement: "  [number]",
};

/// How many threads can run at once: `in parallel: 2`.
pub const CORES: Filter = Filter {
    pattern: r"\b(in parallel: )\d+",
    replacement: "$1[number]",
};

/// Which Python runs a twin: `interpreter: CPython 3.11.7`.
pub const INTERPRETER: Filter = Filter {
    pattern: r"\b(interpreter: |interpreter lock: |interval: ).*",
    replacement: "$1[answer]",
};

/// The frames of a Python traceback that lie in Python's own files.
pub const FRAMES_OF_PYTHON: Filter = Filter {
    pattern: r#"(?m)^  File "[^"]*threading\.py".*\n(?:    .*\n)+"#,
    replacement: "",
};

/// Where a Python program lies, and the marks below a line of it.
pub const PLACES_OF_PYTHON: Filter = Filter {
    pattern: r#"(?m)(^  File ")[^"]*(code/examples/)|^ +[~^]+\n"#,
    replacement: "$1$2",
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
pub const TABLE: &[Varies] = &[
    Varies {
        program: "event",
        because: "`set` releases all clients at once",
        filters: &[],
        free_order: &[r"^client \d sends its first request$"],
    },
    Varies {
        program: "exceptions",
        because: "a traceback has lines of Python's own, by version",
        filters: &[FRAMES_OF_PYTHON, PLACES_OF_PYTHON],
        free_order: &[],
    },
    Varies {
        program: "exceptions_fallback",
        because: "a traceback has lines of Python's own, by version",
        filters: &[FRAMES_OF_PYTHON, PLACES_OF_PYTHON],
        free_order: &[],
    },
    Varies {
        program: "exceptions_in_main",
        because: "a panic names the system's thread, a traceback varies",
        filters: &[THREAD_OF_A_PANIC, PLACES_OF_PYTHON],
        free_order: &[],
    },
    Varies {
        program: "exceptions_in_thread",
        because: "a traceback has lines of Python's own, by version",
        filters: &[FRAMES_OF_PYTHON, PLACES_OF_PYTHON],
        free_order: &[],
    },
    Varies {
        program: "gil_counter",
        because: "it measures",
        filters: &[CELLS],
        free_order: &[],
    },
    Varies {
        program: "gil_curve",
        because: "it measures, and says which Python runs the twin",
        filters: &[CELLS, INTERPRETER],
        free_order: &[],
    },
    Varies {
        program: "lock_turns",
        because: "a lock does not say which of the waiting threads is next",
        filters: &[],
        free_order: &[r"^worker \d has the lock$"],
    },
    Varies {
        program: "processes_cost",
        because: "it measures",
        filters: &[CELLS],
        free_order: &[],
    },
    Varies {
        program: "threads_parallel",
        because: "it measures, and says how many cores there are",
        filters: &[DURATIONS, SPEED_UP, CORES],
        free_order: &[],
    },
    Varies {
        program: "when_to_use",
        because: "it measures",
        filters: &[DURATIONS, SPEED_UP],
        free_order: &[],
    },
    Varies {
        program: "when_to_use_how_many",
        because: "it measures",
        filters: &[CELLS],
        free_order: &[],
    },
    Varies {
        program: "when_to_use_jobs",
        because: "it measures",
        filters: &[CELLS],
        free_order: &[],
    },
];

/// The row of a program.
pub fn row(program: &str) -> Option<&'static Varies> {
    TABLE.iter().find(|row| row.program == program)
}
