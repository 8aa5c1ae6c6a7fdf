//! The pages in a real browser: what a reader meets who uses the keyboard,
//! asks the system for less motion or for other colours, or prints.
//!
//! `cargo book check` runs them, by `BOOK_BROWSER`; a plain `cargo test` has
//! no time for a browser.
//! They need Chromium, by one of its names on `PATH`. Without it every test
//! is skipped, unless `BOOK_REQUIRE_BROWSER` is set, as `.ci/run` does.
//!
//! When it fails: each problem names what is wrong and where.
//! `theme/` has the style sheets and scripts.

use std::collections::BTreeMap;
use std::env;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use book_tests::browser::{self, Browser, Page};
use book_tests::workspace::{Built, root};
use libtest_mimic::{Arguments, Trial};
use mdbook_driver::book::{BookItem, Chapter};
use serde_json::Value;
use xtask::alone;

/// Pages that have all there is: tables, folds, and diagrams of each kind.
const PAGES: [&str; 5] = ["introduction", "threads", "lock", "event", "gil"];

/// A page without a sidebar, as on a phone; and one with it.
const NARROW: (u32, u32) = (390, 844);
const WIDE: (u32, u32) = (1366, 768);
/// A sheet of A4 without its margins of 12 mm.
const SHEET: (u32, u32) = (703, 1032);

type Check = fn(&mut Page<'_>) -> Result<(), String>;

const CHECKS: [(&str, Check); 15] = [
    ("diagrams_with_less_motion", |page| {
        diagrams_can_be_read(page, &[("prefers-reduced-motion", "reduce")])
    }),
    ("diagrams_with_forced_colours", |page| {
        diagrams_can_be_read(page, &[("forced-colors", "active")])
    }),
    ("diagrams_with_forced_colours_in_the_dark", |page| {
        let dark = ("prefers-color-scheme", "dark");
        diagrams_can_be_read(page, &[("forced-colors", "active"), dark])
    }),
    ("sidebar_opens_by_keyboard", sidebar_opens_by_keyboard),
    ("arrows_stay_in_what_has_the_focus", arrows_stay),
    ("skip_link_leads_to_the_text", skip_link_leads_to_the_text),
    ("what_scrolls_has_a_name", what_scrolls_has_a_name),
    ("link_opens_its_fold", link_opens_its_fold),
    ("nothing_is_cut_on_paper", nothing_is_cut_on_paper),
    ("no_sheet_of_paper_is_blank", no_sheet_is_blank),
    ("steppers_show_what_is_recorded", steppers_show),
    ("steppers_work_by_keyboard", steppers_work_by_keyboard),
    ("steppers_fit_and_have_no_barrier", steppers_are_accessible),
    ("steppers_can_be_read_in_each_theme", steppers_can_be_read),
    ("steppers_are_tables_on_paper", steppers_are_tables),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // There is one browser.
    arguments.test_threads = Some(1);
    let is_set = |name| env::var_os(name).is_some();
    let required = is_set("BOOK_REQUIRE_BROWSER");
    let program = if required || is_set("BOOK_BROWSER") {
        browser::find()
    } else {
        Err("`cargo book check` does that".to_owned())
    };
    if let Err(problem) = &program
        && !required
    {
        eprintln!("The pages are not tried in a browser: {problem}");
    }
    let skipped = program.is_err() && !required;
    let shared = Arc::new(Mutex::new(None));
    let trials = CHECKS.map(|(name, check)| {
        let (shared, program) = (Arc::clone(&shared), program.clone());
        let trial =
            Trial::test(name, move || Ok(run(&shared, program?, check)?));
        trial.with_ignored_flag(skipped)
    });
    let conclusion = libtest_mimic::run(&arguments, trials.into());
    drop(shared);
    conclusion.exit_code()
}

/// Runs a check on a page of its own, in the browser that all share.
fn run(
    shared: &Mutex<Option<Browser>>,
    program: PathBuf,
    check: Check,
) -> Result<(), String> {
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let browser = match &mut *shared {
        Some(browser) => browser,
        none => none.insert(Browser::start(&program)?),
    };
    check(&mut browser.page()?)
}

/// A book that is built into a folder of the test's own.
struct Book {
    folder: PathBuf,
    /// The files of the pages that have a stepper.
    steppers: Vec<String>,
    /// Keeps other runs of the test away from the folder.
    _alone: File,
}

/// The book of [`PAGES`], and of those with a stepper.
static BOOK: LazyLock<Result<Book, String>> = LazyLock::new(|| {
    let folder = Built::find().scratch("browser");
    let built = xtask::book::load(root()).and_then(|mut book| {
        let has_stepper =
            |chapter: &Chapter| chapter.content.contains(":stepper}}");
        book.book.items.retain(|item| match item {
            BookItem::Chapter(chapter) => {
                has_stepper(chapter) || is_one_of_pages(chapter)
            }
            _ => false,
        });
        let with_stepper = book.book.chapters().filter(|it| has_stepper(it));
        let steppers = with_stepper.filter_map(html).collect();
        book.config.set("output.html.search.enable", false)?;
        // Most of them lead to pages that are not there.
        let none: [(&str, &str); 0] = [];
        book.config
            .set("output.html.redirect", BTreeMap::from(none))?;
        let alone = alone::wait(&folder.with_extension("lock"))?;
        book.config.build.build_dir = folder.clone();
        book.build()?;
        Ok(Book {
            folder,
            steppers,
            _alone: alone,
        })
    });
    built.map_err(|error| format!("the book does not build: {error:#}"))
});

fn is_one_of_pages(chapter: &Chapter) -> bool {
    let path = |page: &&str| Some(format!("{page}.md").into());
    PAGES.iter().any(|page| chapter.path == path(page))
}

fn html(chapter: &Chapter) -> Option<String> {
    let path = chapter.path.as_ref()?.with_extension("html");
    Some(path.display().to_string())
}

fn book() -> Result<&'static Book, String> {
    BOOK.as_ref().map_err(String::clone)
}

fn load(
    page: &mut Page<'_>,
    file: &str,
    (width, height): (u32, u32),
) -> Result<(), String> {
    page.resize(width, height)?;
    page.load(&book()?.folder, file)
}

/// What a function of `tests/browser.js` returns.
fn ask(page: &mut Page<'_>, call: &str) -> Result<Value, String> {
    let script = include_str!("browser.js");
    page.evaluate(&format!("(() => {{\n{script}\nreturn {call};\n}})()"))
}

/// Fails with the sentences that a function of `tests/browser.js` returns.
fn none(page: &mut Page<'_>, call: &str) -> Result<(), String> {
    let found = ask(page, call)?;
    let problems: Vec<&str> = match &found {
        Value::Array(problems) => {
            problems.iter().filter_map(Value::as_str).collect()
        }
        _ => return Err(format!("{call} returns {found}, not a list")),
    };
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!("\n- {}", problems.join("\n- ")))
}

/// Fails with `problem` unless `expression` is true.
fn holds(
    page: &mut Page<'_>,
    expression: &str,
    problem: &str,
) -> Result<(), String> {
    match page.evaluate(expression)? {
        Value::Bool(true) => Ok(()),
        other => Err(format!("{problem}: `{expression}` is {other}")),
    }
}

fn diagrams_can_be_read(
    page: &mut Page<'_>,
    wishes: &[(&str, &str)],
) -> Result<(), String> {
    page.media("screen", wishes)?;
    load(page, "print.html", WIDE)?;
    none(page, "unreadable()")
}

fn sidebar_opens_by_keyboard(page: &mut Page<'_>) -> Result<(), String> {
    const TOGGLE: &str =
        "document.activeElement.id === 'mdbook-sidebar-toggle'";
    load(page, "lock.html", NARROW)?;
    for _ in 0..3 {
        page.press("Tab")?;
        if page.evaluate(TOGGLE)? == true {
            break;
        }
    }
    holds(page, TOGGLE, "three Tabs do not reach the sidebar's button")?;
    none(page, "toggleIs('false')")?;
    for (key, state) in [("Enter", "true"), (" ", "false"), (" ", "true")] {
        page.press(key)?;
        page.settle()?;
        none(page, &format!("toggleIs('{state}')"))?;
    }
    Ok(())
}

/// Notes that the page would be turned, and stays.
const STAY: &str = "navigation.addEventListener('navigate', event => {
    event.preventDefault();
    window.turned = true;
})";

fn arrows_stay(page: &mut Page<'_>) -> Result<(), String> {
    load(page, "threads.html", NARROW)?;
    page.evaluate(STAY)?;
    page.press("ArrowRight")?;
    holds(page, "window.turned", "→ does not turn the page any more")?;
    for selector in [
        "main pre > code[tabindex]",
        "main .table-wrapper[tabindex]",
        "main pre.mermaid[tabindex]",
        "main pre button",
        "main summary",
        "#mdbook-sidebar-toggle",
        "#mdbook-theme-toggle",
        "#mdbook-theme-coal",
    ] {
        let focus = format!(
            "window.turned = false;
            document.getElementById('mdbook-theme-list').style.display =
                'block';
            window.wanted = document.querySelector('{selector}');
            window.wanted?.focus();
            document.activeElement === window.wanted"
        );
        holds(page, &focus, &format!("{selector} can't have the focus"))?;
        for key in ["ArrowRight", "ArrowLeft"] {
            page.press(key)?;
            let problem = format!("{key} turns the page from {selector}");
            holds(page, "!window.turned", &problem)?;
        }
    }
    Ok(())
}

fn skip_link_leads_to_the_text(page: &mut Page<'_>) -> Result<(), String> {
    load(page, "lock.html", WIDE)?;
    page.press("Tab")?;
    page.settle()?;
    none(page, "skipLinkIsSeen()")?;
    page.press("Enter")?;
    let focus = "document.activeElement.localName";
    holds(
        page,
        &format!("{focus} === 'main'"),
        "it does not lead there",
    )?;
    page.press("Tab")?;
    let inside = "Boolean(document.activeElement.closest('main'))";
    holds(page, inside, "the next Tab leaves the text")
}

fn what_scrolls_has_a_name(page: &mut Page<'_>) -> Result<(), String> {
    for size in [NARROW, WIDE] {
        load(page, "threads.html", size)?;
        page.evaluate("document.querySelector('summary').click()")?;
        page.settle()?;
        none(page, "unnamed()")?;
    }
    Ok(())
}

fn link_opens_its_fold(page: &mut Page<'_>) -> Result<(), String> {
    const LINK: &str =
        "document.querySelector('main p a[href=\"#the-whole-module\"]')";
    load(page, "inside/lock.html", WIDE)?;
    page.evaluate(&format!("{LINK}.click()"))?;
    none(page, "foldIsShown('the-whole-module')")?;
    // Shut again, and followed again: the address stays the same.
    page.evaluate("document.getElementById('the-whole-module').open = false")?;
    page.evaluate(&format!("{LINK}.click()"))?;
    none(page, "foldIsShown('the-whole-module')")?;
    load(page, "inside/event.html#the-whole-module", WIDE)?;
    none(page, "foldIsShown('the-whole-module')")
}

fn nothing_is_cut_on_paper(page: &mut Page<'_>) -> Result<(), String> {
    page.media("print", &[])?;
    load(page, "print.html", SHEET)?;
    none(page, "cutOnPaper()")
}

fn no_sheet_is_blank(page: &mut Page<'_>) -> Result<(), String> {
    load(page, "print.html", SHEET)?;
    let pdf = page.pdf()?;
    let text = String::from_utf8_lossy(&pdf);
    // What a sheet needs, up to its size; text needs a font, and a sheet
    // without text has a picture.
    let sheets = text.split("/Type /Page\n").skip(1);
    let blank = |sheet: &str| {
        let needs = sheet.split("/MediaBox").next().unwrap_or_default();
        !needs.contains("/Font") && !needs.contains("/XObject")
    };
    let blank: Vec<String> = (1..)
        .zip(sheets.clone())
        .filter(|(_, sheet)| blank(sheet))
        .map(|(number, _)| i32::to_string(&number))
        .collect();
    let count = sheets.count();
    if count < PAGES.len() {
        return Err(format!("the PDF has {count} sheets"));
    }
    if blank.is_empty() {
        return Ok(());
    }
    Err(format!(
        "of {count} sheets these are blank: {}",
        blank.join(", ")
    ))
}

/// Does something on each page that has a stepper, at a size.
fn with_steppers(
    page: &mut Page<'_>,
    size: (u32, u32),
    check: fn(&mut Page<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let files = &book()?.steppers;
    if files.is_empty() {
        return Err("no page has a stepper".to_owned());
    }
    for file in files {
        load(page, file, size)?;
        check(page).map_err(|problem| format!("{file}: {problem}"))?;
    }
    Ok(())
}

fn steppers_show(page: &mut Page<'_>) -> Result<(), String> {
    with_steppers(page, WIDE, |page| none(page, "playAll()"))
}

fn steppers_work_by_keyboard(page: &mut Page<'_>) -> Result<(), String> {
    const KEYS: [(&str, i32); 3] =
        [("ArrowLeft", -1), ("ArrowRight", 1), ("ArrowLeft", -1)];
    with_steppers(page, NARROW, |page| {
        page.evaluate(STAY)?;
        let count = ask(page, "focusable().length")?;
        for index in 0..count.as_u64().unwrap_or_default() {
            none(page, &format!("focusOn({index})"))?;
            for (key, by) in KEYS {
                page.press(key)?;
                none(page, &format!("hasMoved({by})"))?;
            }
        }
        none(page, "isReady()")?;
        page.press("1")?;
        none(page, "hasChosen()")
    })
}

fn steppers_are_accessible(page: &mut Page<'_>) -> Result<(), String> {
    with_steppers(page, NARROW, |page| {
        page.evaluate(include_str!("axe/axe.min.js"))?;
        none(page, "wider()")?;
        none(page, "unnamed()")?;
        none(page, "barriers({})")
    })
}

/// The colours are the same on each page.
fn steppers_can_be_read(page: &mut Page<'_>) -> Result<(), String> {
    page.media("screen", &[("prefers-reduced-motion", "reduce")])?;
    load(page, "lock.html", WIDE)?;
    page.evaluate(include_str!("axe/axe.min.js"))?;
    for theme in ["light", "rust", "coal", "navy", "ayu"] {
        ask(page, &format!("setTheme('{theme}')"))?;
        page.settle()?;
        none(page, "barriers({ runOnly: 'color-contrast' })")
            .map_err(|problems| format!("{theme}: {problems}"))?;
    }
    Ok(())
}

fn steppers_are_tables(page: &mut Page<'_>) -> Result<(), String> {
    page.media("print", &[])?;
    with_steppers(page, SHEET, |page| none(page, "notATable()"))
}
