//! The table of names: nothing of Python's and nothing of ours is missing in
//! it.

use std::collections::BTreeSet;

use book_tests::items::public_items;
use book_tests::problems::Problems;
use book_tests::workspace::{all_pages, modules};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The page with the table.
const PAGE: &str = "names";

/// What Python's `threading` documents, without the names that are deprecated.
const PYTHON: &[&str] = &[
    "active_count",
    "current_thread",
    "excepthook",
    "ExceptHookArgs",
    "get_ident",
    "get_native_id",
    "enumerate",
    "main_thread",
    "settrace",
    "gettrace",
    "setprofile",
    "getprofile",
    "stack_size",
    "TIMEOUT_MAX",
    "ThreadError",
    "local",
    "Thread",
    "Thread.start",
    "Thread.run",
    "Thread.join",
    "Thread.name",
    "Thread.ident",
    "Thread.native_id",
    "Thread.is_alive",
    "Thread.daemon",
    "Lock",
    "Lock.acquire",
    "Lock.release",
    "Lock.locked",
    "RLock",
    "RLock.acquire",
    "RLock.release",
    "RLock.locked",
    "Condition",
    "Condition.acquire",
    "Condition.release",
    "Condition.wait",
    "Condition.wait_for",
    "Condition.notify",
    "Condition.notify_all",
    "Semaphore",
    "Semaphore.acquire",
    "Semaphore.release",
    "BoundedSemaphore",
    "Event",
    "Event.is_set",
    "Event.set",
    "Event.clear",
    "Event.wait",
    "Timer",
    "Timer.cancel",
    "Barrier",
    "Barrier.wait",
    "Barrier.reset",
    "Barrier.abort",
    "Barrier.parties",
    "Barrier.n_waiting",
    "Barrier.broken",
    "BrokenBarrierError",
];

/// The names in the table, by column.
struct Names {
    python: BTreeSet<String>,
    ours: BTreeSet<String>,
}

impl Names {
    fn of_the_table() -> Self {
        let pages = all_pages();
        let page = pages.iter().find(|page| page.stem == PAGE);
        let page = page.expect("src/SUMMARY.md links names.md");
        Names::read(&page.source)
    }

    /// The code in the first two columns of all tables.
    fn read(text: &str) -> Self {
        let (mut python, mut ours) = (BTreeSet::new(), BTreeSet::new());
        let mut column = 0;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::TableRow) => column = 0,
                Event::End(TagEnd::TableCell) => column += 1,
                Event::Code(name) if column == 0 => {
                    python.insert(name.to_string());
                }
                Event::Code(name) if column == 1 => {
                    ours.insert(name.to_string());
                }
                _ => {}
            }
        }
        Names { python, ours }
    }

    /// Whether the item `name` of a module, or something of it, is there.
    fn has(&self, module: &str, name: &str, is_unique: bool) -> bool {
        let full = format!("{module}::{name}");
        let part = format!("{name}::");
        self.ours.contains(&full)
            || is_unique
                && self
                    .ours
                    .iter()
                    .any(|ours| ours == name || ours.starts_with(&part))
    }
}

#[test]
fn every_public_item_is_in_the_table() {
    let mut problems = Problems::default();
    let names = Names::of_the_table();
    let items: Vec<(String, String)> = modules()
        .into_iter()
        .flat_map(|module| {
            let items = public_items(&module).into_iter();
            items.map(move |item| (module.clone(), item.name))
        })
        .collect();
    for (module, item) in &items {
        let same = items.iter().filter(|(_, other)| other == item);
        problems.unless(names.has(module, item, same.count() == 1), || {
            format!(
                "src/{PAGE}.md: the table misses {item} of \
                 code/src/{module}.rs: add `{item}`, or `{module}::{item}` if \
                 other modules have one too, to the column of this crate"
            )
        });
    }
    problems.report();
}

#[test]
fn every_name_of_python_is_in_the_table() {
    let mut problems = Problems::default();
    let names = Names::of_the_table();
    for name in PYTHON {
        problems.unless(names.python.contains(*name), || {
            format!(
                "src/{PAGE}.md: the table misses `{name}` \
                 in the column of Python: say what takes its place"
            )
        });
    }
    problems.report();
}
