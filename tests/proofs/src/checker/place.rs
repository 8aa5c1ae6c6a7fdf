//! Where in the program's text a thread is, by a backtrace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use backtrace::Frame;

use super::Step;

/// The text of a program, and what is known of addresses in its code.
pub struct Source {
    /// How the path of the file ends.
    file: &'static str,
    lines: Vec<&'static str>,
    known: Mutex<HashMap<usize, Option<Arc<Known>>>>,
}

/// What the debug information says of an address.
struct Known {
    function: String,
    /// The line in the program, if that is where it lies.
    line: Option<usize>,
}

impl Known {
    /// Whether it is the checker's own code, or the backtrace's.
    fn is_ours(&self) -> bool {
        let has = |name| self.function.contains(name);
        has("facade::") || has("backtrace::")
    }
}

/// A call in the program's text, on its way to an operation.
pub(super) struct Place {
    pub step: Step,
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
            known: Mutex::default(),
        }
    }

    /// The number of a line among those that a reader sees.
    fn shown(&self, line: usize) -> usize {
        let before = self.lines.iter().take(line);
        before.filter(|line| is_shown(line)).count()
    }

    /// Where the calling thread is in the program, if it is there at all.
    pub(super) fn place(&self) -> Option<Place> {
        let (mut way, mut callee, mut found) = (Vec::new(), None, None);
        let mut direct = true;
        let look = |frame: &Frame| {
            let address = frame.ip().addr();
            let Some(known) = self.known(address, frame) else {
                return true;
            };
            found = known.line.map(|line| (address, line));
            if found.is_none() {
                way.push(address);
                direct &= known.is_ours();
                callee = Some(known);
            }
            found.is_none()
        };
        backtrace::trace(look);
        let (call, line) = found?;
        let callee = callee.as_ref().map_or("", |it| &it.function);
        let step = Step {
            line: self.shown(line),
            call: self.call(line, callee),
        };
        Some(Place {
            step,
            call,
            way,
            direct,
        })
    }

    fn known(&self, address: usize, frame: &Frame) -> Option<Arc<Known>> {
        let mut known = self.known.lock().unwrap_or_else(|it| it.into_inner());
        let resolve = || self.resolve(frame).map(Arc::new);
        known.entry(address).or_insert_with(resolve).clone()
    }

    fn resolve(&self, frame: &Frame) -> Option<Known> {
        let mut found: Option<Known> = None;
        backtrace::resolve_frame(frame, |symbol| {
            let name = symbol.name().map(|name| format!("{name:#}"));
            let file = symbol.filename();
            let is_here = file.is_some_and(|path| path.ends_with(self.file));
            let line = symbol.lineno().filter(|_| is_here);
            // The innermost of those that were inlined, or the program.
            if found.is_none() || line.is_some() {
                found = Some(Known {
                    function: name.unwrap_or_default(),
                    line: line.map(|line| line as usize),
                });
            }
        });
        found
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
