//! The graph of all schedules: moments that look alike and go on alike are
//! one node.

use std::collections::{BTreeMap, HashMap};

use super::{End, Program, State, Tree, words};

/// A moment, for the reader.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// What a reader can see.
    pub state: State,
    /// By the number of the thread that moves.
    pub next: BTreeMap<usize, Edge>,
    /// How the schedules that come here end, if they do.
    pub end: Option<End>,
}

/// A step of one thread.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edge {
    /// What the thread does, as a table says it.
    pub words: String,
    /// The number of the next node.
    pub to: usize,
}

/// All schedules of a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The first is the start, and the others come breadth first.
    pub nodes: Vec<Node>,
}

/// How many schedules end so, and with what text: the output, or the message
/// of a panic.
pub type Ends = BTreeMap<(End, String), u128>;

/// A schedule that ends badly, after how many steps and how many changes from
/// one thread to another.
type Failure = (usize, usize, Vec<usize>);

impl Graph {
    /// Makes one node of those in a tree that look alike and go on alike.
    pub fn new(tree: &Tree, program: &Program) -> Self {
        let mut builder = Builder {
            tree,
            program,
            first: first_with_each_key(tree),
            known: HashMap::new(),
            numbers: HashMap::new(),
            nodes: Vec::new(),
        };
        let start = builder.reduce(0);
        breadth_first(&builder.nodes, start)
    }

    /// The nodes that a schedule comes through, the first and the last too.
    ///
    /// # Errors
    ///
    /// A sentence, if a thread can't move when it is to.
    pub fn way(&self, schedule: &[usize]) -> Result<Vec<usize>, String> {
        let mut way = vec![0];
        for (step, thread) in schedule.iter().enumerate() {
            let next = &self.nodes[way[step]].next;
            let Some(edge) = next.get(thread) else {
                let step = step + 1;
                let others: Vec<_> = next.keys().collect();
                return Err(format!(
                    "no schedule is {schedule:?}: step {step} is one of \
                     {others:?}"
                ));
            };
            way.push(edge.to);
        }
        Ok(way)
    }

    /// The shortest schedule that ends badly, and of several the one in which
    /// another thread moves least often.
    pub fn shortest_failure(&self) -> Option<Vec<usize>> {
        let (_, _, schedule) = self.failure(0, 0, &mut HashMap::new())?;
        Some(schedule)
    }

    fn failure(
        &self,
        at: usize,
        last: usize,
        known: &mut HashMap<(usize, usize), Option<Failure>>,
    ) -> Option<Failure> {
        if let Some(failure) = known.get(&(at, last)) {
            return failure.clone();
        }
        let node = &self.nodes[at];
        let fails = node.end.as_ref().is_some_and(fails);
        let here = fails.then(|| (0, 0, Vec::new()));
        let mut later = |(&thread, edge): (&usize, &Edge)| {
            let (steps, switches, rest) =
                self.failure(edge.to, thread, known)?;
            let switches = switches + usize::from(thread != last);
            Some((steps + 1, switches, [vec![thread], rest].concat()))
        };
        let failure =
            here.or_else(|| node.next.iter().filter_map(&mut later).min());
        known.insert((at, last), failure.clone());
        failure
    }

    /// How the program may end.
    pub fn ends(&self) -> Ends {
        self.count(0, &mut HashMap::new())
    }

    fn count(&self, at: usize, known: &mut HashMap<usize, Ends>) -> Ends {
        if let Some(ends) = known.get(&at) {
            return ends.clone();
        }
        let node = &self.nodes[at];
        let mut ends = Ends::new();
        if let Some(end) = &node.end {
            ends.insert((end.clone(), text(end, &node.state)), 1);
        }
        for edge in node.next.values() {
            for (end, number) in self.count(edge.to, known) {
                *ends.entry(end).or_default() += number;
            }
        }
        known.insert(at, ends.clone());
        ends
    }
}

/// Whether it is a bad end.
pub fn fails(end: &End) -> bool {
    matches!(end, End::Deadlock | End::Panic(_))
}

/// What there is to read in the end.
pub fn text(end: &End, state: &State) -> String {
    match end {
        End::Panic(message) => message.clone(),
        _ => state.output.clone(),
    }
}

/// The nodes that were the first to have their keys: the others are cut off.
fn first_with_each_key(tree: &Tree) -> HashMap<u64, usize> {
    let is_whole =
        |id: &usize| !matches!(tree.nodes[*id].end, Some(End::Same(_)));
    let ids = (0..tree.nodes.len()).filter(is_whole).rev();
    ids.map(|id| (tree.nodes[id].key, id)).collect()
}

struct Builder<'a> {
    tree: &'a Tree,
    program: &'a Program,
    first: HashMap<u64, usize>,
    /// By what they look like and how they go on.
    known: HashMap<Node, usize>,
    /// By their numbers in the tree.
    numbers: HashMap<usize, usize>,
    nodes: Vec<Node>,
}

impl Builder<'_> {
    /// The number of the node for this one of the tree.
    fn reduce(&mut self, id: usize) -> usize {
        let id = match self.tree.nodes[id].end {
            Some(End::Same(key)) => self.first[&key],
            _ => id,
        };
        if let Some(&number) = self.numbers.get(&id) {
            return number;
        }
        let node = self.node(id);
        let next = self.nodes.len();
        let number = *self.known.entry(node.clone()).or_insert(next);
        if number == next {
            self.nodes.push(node);
        }
        self.numbers.insert(id, number);
        number
    }

    fn node(&mut self, id: usize) -> Node {
        let branch = &self.tree.nodes[id];
        let mut next = BTreeMap::new();
        for (&thread, &to) in &branch.next {
            let after = &self.tree.nodes[to];
            let words = words::of(
                self.program,
                thread,
                [&branch.state, &after.state],
                after.told.as_deref(),
            );
            let to = self.reduce(to);
            next.insert(thread, Edge { words, to });
        }
        Node {
            state: branch.state.clone(),
            next,
            end: branch.end.clone(),
        }
    }
}

/// The nodes in the order in which a reader comes to them.
fn breadth_first(nodes: &[Node], start: usize) -> Graph {
    let mut order = vec![start];
    let mut numbers = HashMap::from([(start, 0)]);
    let mut at = 0;
    while at < order.len() {
        for edge in nodes[order[at]].next.values() {
            numbers.entry(edge.to).or_insert_with(|| {
                order.push(edge.to);
                order.len() - 1
            });
        }
        at += 1;
    }
    let renumbered = |&old: &usize| {
        let mut node = nodes[old].clone();
        for edge in node.next.values_mut() {
            edge.to = numbers[&edge.to];
        }
        node
    };
    Graph {
        nodes: order.iter().map(renumbered).collect(),
    }
}
