//! One schedule as a sequence diagram.

use crate::checker::Object;

use super::{Graph, Recording, table, words};

/// The diagram of the schedule, in Mermaid's language.
pub fn diagram(recording: &Recording, graph: &Graph) -> Result<String, String> {
    let steps = steps(recording, graph)?;
    let mut lines = vec![
        "sequenceDiagram".to_owned(),
        format!("    accTitle: {}", recording.title),
        format!("    accDescr: {}", description(recording, &steps)),
    ];
    lines.extend(participants(recording, &steps));
    lines.extend(steps.iter().map(Step::line));
    Ok(lines.join("\n"))
}

struct Step<'a> {
    thread: usize,
    /// What the thread uses.
    object: Option<&'a str>,
    words: String,
}

fn steps<'a>(
    recording: &Recording,
    graph: &'a Graph,
) -> Result<Vec<Step<'a>>, String> {
    let way = graph.way(recording.schedule)?;
    let steps = recording.schedule.iter().zip(way);
    let step = |(&thread, at): (&usize, usize)| Step {
        thread,
        object: object(graph, at, thread),
        words: graph.nodes[at].next[&thread].words.replace(';', ","),
    };
    Ok(steps.map(step).collect())
}

/// The object that the thread uses in its next step: the one whose method it
/// calls, or the one that changes, as when a guard is dropped.
fn object(graph: &Graph, at: usize, thread: usize) -> Option<&str> {
    let node = &graph.nodes[at];
    let name = node.state.threads[thread].next.receiver();
    let before = &node.state.objects;
    let after = &graph.nodes[node.next[&thread].to].state.objects;
    let is_called = |it: &&Object| it.name == name;
    let changes = |it: &&Object| !after.contains(it);
    let object = before.iter().find(is_called);
    object.or(before.iter().find(changes)).map(|it| it.name)
}

impl Step<'_> {
    fn line(&self) -> String {
        let (thread, words) = (self.thread, &self.words);
        match self.object {
            Some(object) => format!("    T{thread}->>{object}: {words}"),
            None => format!("    Note over T{thread}: {words}"),
        }
    }
}

/// The steps one after the other, for those who do not see the picture.
fn description(recording: &Recording, steps: &[Step<'_>]) -> String {
    let told = steps.iter().map(|step| {
        let name = words::name(&recording.program, step.thread);
        format!("{name}: {}.", step.words)
    });
    told.collect::<Vec<_>>().join(" ")
}

fn participants(recording: &Recording, steps: &[Step<'_>]) -> Vec<String> {
    let mut all: Vec<String> = table::threads(recording.schedule)
        .into_iter()
        .map(|id| (id, words::name(&recording.program, id)))
        .map(|(id, name)| format!("    participant T{id} as {name}"))
        .collect();
    for object in steps.iter().filter_map(|step| step.object) {
        let line = format!("    participant {object}");
        if !all.contains(&line) {
            all.push(line);
        }
    }
    all
}
