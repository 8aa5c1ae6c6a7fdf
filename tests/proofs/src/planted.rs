//! Programs that put the recorder itself to the test, and that no page shows.

use facade::explore::{
    Counterexample, End, Grain, Graph, Program, Tree, check, explore,
};

/// A module with a bug that no schedule of whole calls shows.
#[allow(unused, reason = "the program needs little of it")]
mod event {
    include!(concat!(env!("OUT_DIR"), "/event_looks_before_it_locks.rs"));
}

#[path = "../planted"]
mod programs {
    pub mod broken_event;
    pub mod drop_that_waits;
    pub mod loop_without_end;
}

macro_rules! program {
    ($name:ident) => {
        Program {
            name: stringify!($name),
            file: concat!("planted/", stringify!($name), ".rs"),
            text: include_str!(concat!(
                "../planted/",
                stringify!($name),
                ".rs"
            )),
            run: programs::$name::main,
            threads: &["main thread"],
        }
    };
}

/// Whether the recorder does what it must; if not, a sentence says what.
pub fn problems() -> Vec<String> {
    let all = [
        (
            bug_in_a_module_is_found(),
            "the bug of broken_event is not found",
        ),
        (
            bug_of_the_control_is_found(),
            "a counterexample whose control fails, too, is taken for one",
        ),
        (
            waiting_drop_ends(),
            "drop_that_waits does not end in a deadlock",
        ),
        (
            endless_loop_is_reported(),
            "loop_without_end is not said to go on without end",
        ),
    ];
    let failed = all.into_iter().filter(|(is_right, _)| !is_right);
    failed.map(|(_, problem)| problem.to_owned()).collect()
}

fn tree(program: &Program) -> Tree {
    explore(program, Grain::Calls, true, 100)
}

fn bug_in_a_module_is_found() -> bool {
    let program = program!(broken_event);
    let graph = Graph::new(&tree(&program), &program);
    check(&program, &graph, 100).is_err()
}

/// Without a bug that the control does not have, a schedule shows nothing.
fn bug_of_the_control_is_found() -> bool {
    let example = Counterexample {
        program: program!(broken_event),
        control: programs::broken_event::main,
        start: &[],
        values: &[],
    };
    example.markdown().is_err()
}

/// The threads of a deadlock are left, whatever their values do when they are
/// dropped.
fn waiting_drop_ends() -> bool {
    let program = program!(drop_that_waits);
    let ends = Graph::new(&tree(&program), &program).ends();
    ends.keys().any(|(end, _)| *end == End::Deadlock)
}

fn endless_loop_is_reported() -> bool {
    !tree(&program!(loop_without_end)).complete
}
