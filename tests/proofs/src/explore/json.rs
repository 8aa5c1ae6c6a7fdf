//! The graph as a page's script reads it.

use serde_json::{Value, json};

use crate::checker::{Status, Thread};

use super::graph::{Ends, text};
use super::{End, Graph, Node, Recording};

/// The graph, a line for each node.
pub fn json(recording: &Recording, graph: &Graph) -> String {
    let mut tables = Tables::default();
    // What most nodes have is the first of its kind.
    tables.calls.number("");
    tables.texts.number("");
    let values = recording.values;
    let line = |node| tables.node(node, values).to_string();
    let nodes: Vec<String> = graph.nodes.iter().map(line).collect();
    let program = &recording.program;
    let parts = [
        ("name", json!(program.name)),
        ("title", json!(recording.title)),
        ("threads", json!(program.threads)),
        ("schedule", json!(recording.schedule)),
        ("values", json!(recording.values)),
        ("objects", json!(tables.objects.0)),
        ("ends", ends(&graph.ends())),
        ("lines", json!(recording.lines())),
        ("calls", json!(tables.calls.0)),
        ("texts", json!(tables.texts.0)),
    ];
    let right = ("right", json!(recording.right));
    let right = Some(right).filter(|_| !recording.right.is_empty());
    let part = |(name, value)| format!("\"{name}\":{value},\n");
    let parts: String = parts.into_iter().chain(right).map(part).collect();
    let nodes = nodes.join(",\n");
    let json = format!("{{{parts}\"nodes\":[\n{nodes}\n]}}");
    // The script element must not end in the middle.
    json.replace("</", "<\\/")
}

fn ends(ends: &Ends) -> Value {
    let end = |((end, text), number): (&(End, String), &u128)| {
        json!([kind(end), text, number.to_string()])
    };
    ends.iter().map(end).collect()
}

fn kind(end: &End) -> &'static str {
    match end {
        End::Done => "done",
        End::Deadlock => "deadlock",
        End::Panic(_) => "panic",
        End::Limit | End::Same(_) => "limit",
    }
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
    calls: Table,
    texts: Table,
}

impl Tables {
    fn node(&mut self, node: &Node, values: &[&str]) -> Value {
        let state = &node.state;
        let threads: Vec<Value> = state
            .threads
            .iter()
            .map(|it| self.thread(node, it))
            .collect();
        let values: Vec<usize> =
            values.iter().map(|name| self.value(node, name)).collect();
        let held: Vec<[usize; 2]> = state
            .objects
            .iter()
            .filter_map(|it| Some([self.objects.number(it.name), it.holder?]))
            .collect();
        let output = self.texts.number(&state.output);
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
            let text = self.texts.number(&text(end, state));
            parts.push(json!([kind(end), text]));
        }
        parts.into()
    }

    fn thread(&mut self, node: &Node, thread: &Thread) -> Value {
        let call = self.calls.number(&thread.next.call);
        let start = (letter(thread.status), thread.next.line, call);
        let name = thread.next.receiver();
        let is_known = node.state.objects.iter().any(|it| it.name == name);
        if thread.status == Status::Waits && is_known {
            let object = self.objects.number(name);
            return json!([start.0, start.1, start.2, object]);
        }
        json!(start)
    }

    fn value(&mut self, node: &Node, name: &str) -> usize {
        let mut objects = node.state.objects.iter();
        let object = objects.find(|object| object.name == name);
        self.texts.number(object.map_or("", |object| &object.value))
    }
}
