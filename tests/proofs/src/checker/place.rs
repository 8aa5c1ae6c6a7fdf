//! Where in the program's text a thread is, by a backtrace.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use backtrace::Frame;

use super::Step;

/// The text of a program.
pub struct Source {
    /// How the path of the file ends.
    file: &'static str,
    lines: Vec<&'static str>,
}

/// What the debug information says of an address: the functions that are
/// there, the innermost first.
type Symbols = Arc<Vec<Symbol>>;

struct Symbol {
    function: String,
    file: String,
    line: usize,
    /// It is the checker's own code, or the backtrace's.
    is_ours: bool,
}

impl Symbol {
    fn new(symbol: &backtrace::Symbol) -> Self {
        let name = symbol.name().map(|name| format!("{name:#}"));
        let function = name.unwrap_or_default();
        let file = symbol.filename().map(Path::to_string_lossy);
        Symbol {
            file: file.unwrap_or_default().into_owned(),
            line: symbol.lineno().unwrap_or(0) as usize,
            is_ours: ["facade::", "backtrace::"]
                .iter()
                .any(|name| function.contains(name)),
            function,
        }
    }
}

/// Looked up once in a process, since that takes long.
static SYMBOLS: LazyLock<Mutex<HashMap<usize, Symbols>>> =
    LazyLock::new(Mutex::default);

fn symbols(frame: &Frame) -> Symbols {
    let mut known = SYMBOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let resolve = || Arc::new(resolve(frame));
    let address = frame.ip().addr();
    Arc::clone(known.entry(address).or_insert_with(resolve))
}

fn resolve(frame: &Frame) -> Vec<Symbol> {
    let mut found = Vec::new();
    backtrace::resolve_frame(frame, |it| found.push(Symbol::new(it)));
    found
}

/// A call in the program's text, on its way to an operation.
pub(super) struct Place {
    line: usize,
    /// What is called there.
    callee: Option<Symbols>,
    /// The address in the program.
    pub call: usize,
    /// The addresses from there to the operation.
    pub way: Vec<usize>,
    /// No module stands between the program and the operation.
    pub direct: bool,
}

impl Source {
    /// For a program in a file whose path ends in `file`.
    pub fn new(file: &'static str, text: &'static str) -> Self {
        Source {
            file,
            lines: text.lines().collect(),
        }
    }

    /// The number of a line among those that a reader sees.
    fn shown(&self, line: usize) -> usize {
        let before = self.lines.iter().take(line);
        before.filter(|line| is_shown(line)).count()
    }

    /// Where the calling thread is in the program, if it is there at all.
    pub(super) fn place(&self) -> Option<Place> {
        let mut inner: Vec<(usize, Symbols)> = Vec::new();
        let mut found = None;
        backtrace::trace(|frame| {
            let (address, symbols) = (frame.ip().addr(), symbols(frame));
            found = self.line(&symbols).map(|line| (address, line));
            inner.push((address, symbols));
            found.is_none()
        });
        let (call, line) = found?;
        inner.pop();
        let mut names = inner.iter().filter_map(|(_, all)| all.first());
        Some(Place {
            line,
            call,
            direct: names.all(|symbol| symbol.is_ours),
            way: inner.iter().map(|(address, _)| *address).collect(),
            callee: inner.pop().map(|(_, symbols)| symbols),
        })
    }

    /// The place as a reader sees it.
    pub(super) fn step(&self, place: &Place) -> Step {
        let callee = place.callee.as_ref().and_then(|all| all.first());
        let callee = callee.map_or("", |symbol| &symbol.function);
        Step {
            line: self.shown(place.line),
            call: self.call(place.line, callee),
        }
    }

    /// The line in the program's text.
    fn line(&self, symbols: &Symbols) -> Option<usize> {
        let mut symbols = symbols.iter();
        let here = symbols.find(|symbol| symbol.file.ends_with(self.file))?;
        Some(here.line)
    }

    /// The call as the program has it: `balance.load`.
    fn call(&self, line: usize, callee: &str) -> String {
        let method = method(callee);
        let text = self.lines.get(line.wrapping_sub(1)).unwrap_or(&"");
        if callee.ends_with("checker::print") {
            return "println!".to_owned();
        }
        let Some(end) = text.find(&format!(".{method}(")) else {
            return method.to_owned();
        };
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let before = text[..end].trim_end_matches(is_name).len();
        format!("{}.{method}", &text[before..end])
    }
}

/// Whether a reader sees this line; what is for the recorder alone is hidden.
pub fn is_shown(line: &str) -> bool {
    !line.contains("facade::show!")
}

/// `acquire` of `threading::lock::Lock<T>::acquire`.
fn method(function: &str) -> &str {
    if function.contains("drop_in_place") || function.contains("drop_glue") {
        return "drop";
    }
    let name = function.trim_end_matches("::{{closure}}");
    let name = name.split("::<").next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}
