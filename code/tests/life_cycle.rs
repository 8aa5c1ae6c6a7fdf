//! A panic for a caller's bug names the line of the caller.

use std::panic::{self, Location};
use std::sync::Mutex;

use threading::LifeCycle;

#[test]
fn a_life_that_is_not_started_names_the_line_that_runs_it() {
    static PLACE: Mutex<Option<(String, u32)>> = Mutex::new(None);
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| (at.file().into(), at.line()));
        *PLACE.lock().unwrap() = place;
    }));

    let run = || drop(LifeCycle::new().run(|| ()));
    let here = (file!().to_owned(), Location::caller().line() - 1);
    panic::catch_unwind(run).unwrap_err();
    drop(panic::take_hook());
    let place = PLACE.lock().unwrap().take();
    assert_eq!(place, Some(here));
}
