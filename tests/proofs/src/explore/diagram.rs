//! One schedule as a sequence diagram.

use super::{Graph, Program, table, words};

/// The diagram of `schedule`, in Mermaid's language.
pub fn diagram(
    graph: &Graph,
    program: &Program,
    schedule: &[usize],
) -> Result<String, String> {
    let way = graph.way(schedule)?;
    let mut text = String::from("sequenceDiagram\n");
    for id in table::threads(schedule) {
        let name = words::name(program, id);
        text += &format!("    participant T{id} as {name}\n");
    }
    let objects: Vec<&str> = schedule
        .iter()
        .zip(&way)
        .filter_map(|(thread, &at)| receiver(graph, at, *thread))
        .collect();
    let mut known = Vec::new();
    for name in objects {
        if !known.contains(&name) {
            text += &format!("    participant {name}\n");
            known.push(name);
        }
    }
    for (thread, &at) in schedule.iter().zip(&way) {
        let said = graph.nodes[at].next[thread].words.replace(';', ",");
        text += &match receiver(graph, at, *thread) {
            Some(object) => format!("    T{thread}->>{object}: {said}\n"),
            None => format!("    Note over T{thread}: {said}\n"),
        };
    }
    Ok(text)
}

/// The object that the thread uses in its next step.
fn receiver(graph: &Graph, at: usize, thread: usize) -> Option<&str> {
    let state = &graph.nodes[at].state;
    let name = state.threads[thread].next.receiver();
    let objects = &mut state.objects.iter();
    objects.find(|it| it.name == name).map(|it| it.name)
}
