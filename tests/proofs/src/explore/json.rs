//! The graph as a page's script reads it.

use serde_json::{Value, json};

use crate::checker::{Status, Step, Thread};

use super::graph::{fails, text};
use super::{End, Graph, Node, Recording};

/// The graph, a line for each node.
pub fn json(recording: &Recording, graph: &Graph) -> String {
    let ends: Vec<(End, String)> = graph.ends().into_keys().collect();
    let mut tables = Tables::default();
    // What most nodes have is the first of its kind.
    tables.texts.number("");
    let values = recording.values;
    let line = |node| tables.node(node, values, &ends).to_string();
    let nodes: Vec<String> = graph.nodes.iter().map(line).collect();
    let program = &recording.program;
    let parts = [
        ("name", json!(program.name)),
        ("title", json!(recording.title)),
        ("threads", json!(program.threads)),
        ("schedule", json!(recording.schedule)),
        ("values", json!(recording.values)),
        ("objects", json!(tables.objects.0)),
        ("ends", judged(&ends, recording.right)),
        ("lines", json!(recording.lines())),
        ("stands", json!(tables.stands)),
        ("texts", json!(tables.texts.0)),
    ];
    let part = |(name, value)| format!("\"{name}\":{value},\n");
    let parts: String = parts.into_iter().map(part).collect();
    let nodes = nodes.join(",\n");
    let json = format!("{{{parts}\"nodes\":[\n{nodes}\n]}}");
    // The script element must not end in the middle.
    json.replace("</", "<\\/")
}

/// The ends in words, and whether they are failures.
fn judged(ends: &[(End, String)], right: &[&str]) -> Value {
    let judge = |(end, text): &(End, String)| {
        let words = words(end, &flat(text));
        let is_wrong = *end == End::Done
            && !right.is_empty()
            && !right.contains(&text.as_str());
        match is_wrong {
            true => json!([format!("wrong: {words}"), true]),
            false => json!([words, fails(end)]),
        }
    };
    ends.iter().map(judge).collect()
}

fn words(end: &End, text: &str) -> String {
    let what = match end {
        End::Done if text.is_empty() => return "all threads end".to_owned(),
        End::Done => return format!("prints {text}"),
        End::Limit | End::Same(_) => return "too long to follow".to_owned(),
        End::Deadlock => "deadlock",
        End::Panic(_) => "panic",
    };
    match text {
        "" => what.to_owned(),
        _ => format!("{what}: {text}"),
    }
}

/// In one line.
fn flat(text: &str) -> String {
    text.trim().replace('\n', " / ")
}

fn letter(status: Status) -> &'static str {
    match status {
        Status::Local | Status::Ready => "r",
        Status::Waits => "w",
        Status::Woken => "g",
        Status::Joins => "j",
        Status::Ended => "e",
        Status::Stopped => "s",
    }
}

/// Strings by their numbers.
#[derive(Default)]
struct Table(Vec<String>);

impl Table {
    fn number(&mut self, text: &str) -> usize {
        let known = self.0.iter().position(|known| known == text);
        known.unwrap_or_else(|| {
            self.0.push(text.to_owned());
            self.0.len() - 1
        })
    }
}

#[derive(Default)]
struct Tables {
    objects: Table,
    stands: Vec<Value>,
    texts: Table,
}

impl Tables {
    fn node(
        &mut self,
        node: &Node,
        values: &[&str],
        ends: &[(End, String)],
    ) -> Value {
        let state = &node.state;
        let threads: Vec<usize> =
            state.threads.iter().map(|it| self.thread(it)).collect();
        let values: Vec<usize> =
            values.iter().map(|name| self.value(node, name)).collect();
        let held: Vec<[usize; 2]> = state
            .objects
            .iter()
            .filter_map(|it| Some([self.objects.number(it.name), it.holder?]))
            .collect();
        let output = self.texts.number(&flat(&state.output));
        let next: Vec<Value> = node
            .next
            .iter()
            .map(|(id, it)| json!([id, it.to, self.texts.number(&it.words)]))
            .collect();
        let mut parts = vec![
            json!(threads),
            json!(values),
            json!(held),
            json!(output),
            json!(next),
        ];
        if let Some(end) = &node.end {
            let end = (end.clone(), text(end, state));
            parts.push(json!(ends.iter().position(|it| *it == end)));
        }
        parts.into()
    }

    /// Where the thread stands.
    fn thread(&mut self, thread: &Thread) -> usize {
        let Step { line, call } = &thread.next;
        let stand = json!([letter(thread.status), line, call]);
        let known = self.stands.iter().position(|known| *known == stand);
        known.unwrap_or_else(|| {
            self.stands.push(stand);
            self.stands.len() - 1
        })
    }

    fn value(&mut self, node: &Node, name: &str) -> usize {
        let mut objects = node.state.objects.iter();
        let object = objects.find(|object| object.name == name);
        self.texts.number(object.map_or("", |object| &object.value))
    }
}
