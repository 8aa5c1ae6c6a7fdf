//! Runs the models, one after the other, and prints what was tried.

use std::env;
use std::process::{Command, ExitCode, Stdio};
use std::time::SystemTime;

use facade::model;

use crate::mutants::{MUTANTS, Mutant};

/// A small program with a few threads, and what it shows.
pub struct Model {
    pub primitive: &'static str,
    /// What holds in every schedule, as a sentence without its full stop.
    pub promise: &'static str,
    /// How many switches loom may make that no thread asked for; as many as
    /// there can be without a bound.
    pub preemptions: Option<usize>,
    /// What some schedules show and others don't; a model that never shows
    /// it proves less than it seems to.
    pub sees: &'static [&'static str],
    pub run: fn(),
}

const BOOK: &[&[Model]] = &[
    crate::gil::models::MODELS,
    crate::spawn_join::models::MODELS,
    crate::local::models::MODELS,
    crate::lock::models::MODELS,
    crate::rlock::models::MODELS,
    crate::condition::models::MODELS,
    crate::semaphore::models::MODELS,
    crate::semaphore_closable::models::MODELS,
    crate::event::models::MODELS,
    crate::event_auto_reset::models::MODELS,
    crate::timer::models::MODELS,
    crate::timer_queue::models::MODELS,
    crate::barrier::models::MODELS,
];

/// `proofs [WORD]`: the models whose primitive or promise has the word.
///
/// `proofs --mutant NAME [WORD]`: the models of one mutant, of which one
/// should fail. It prints the promise of each before it tries it.
pub fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => check_all(""),
        ["--mutant", name] => check_mutant(name, ""),
        ["--mutant", name, word] => check_mutant(name, word),
        [word, ..] => check_all(word),
    }
}

fn check_all(word: &str) -> ExitCode {
    let models = BOOK.iter().copied().flatten();
    let models = models.filter(|model| model.has(word));
    models.for_each(check_and_print);
    let is_chosen = |mutant: &&Mutant| {
        mutant.name.contains(word) || mutant.module.contains(word)
    };
    let survivors: Vec<_> = MUTANTS
        .iter()
        .filter(is_chosen)
        .filter(|mutant| !fares_as_expected(mutant))
        .collect();
    for mutant in &survivors {
        eprintln!("the mutant `{}` should not pass", mutant.name);
    }
    if survivors.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A short look at each model, then a longer one, and then the whole: most
/// mutants are found at once, and some of the models are long.
fn check_mutant(name: &str, word: &str) -> ExitCode {
    const LOOKS: [Option<usize>; 3] = [Some(100), Some(5_000), None];
    let mutant = MUTANTS.iter().find(|mutant| mutant.name == name);
    let models = mutant.into_iter().flat_map(|mutant| mutant.models);
    let models: Vec<_> = models.filter(|model| model.has(word)).collect();
    for look in LOOKS {
        for model in &models {
            println!("{}", model.promise);
            model::check(model.run, model.preemptions, look);
        }
    }
    ExitCode::SUCCESS
}

fn check_and_print(model: &Model) {
    // The only clock that the checker leaves as it is.
    let start = SystemTime::now();
    eprint!("{}: {} ... ", model.primitive, model.promise);
    let schedules = check(model);
    let time = start.elapsed().unwrap_or_default();
    eprintln!("{schedules} schedules, {time:.1?}");
    let bound = model.preemptions.map(|bound| bound.to_string());
    let bound = bound.as_deref().unwrap_or("any");
    let Model {
        primitive, promise, ..
    } = model;
    println!("model\t{primitive}\t{promise}\t{bound}\t{schedules}");
}

/// Tries the model's schedules; panics or aborts in one that breaks it.
fn check(model: &Model) -> usize {
    model::all_seen();
    let schedules = model::check(model.run, model.preemptions, None);
    let seen = model::all_seen();
    for what in model.sees {
        assert!(seen.contains(what), "no schedule shows this: {what}");
    }
    schedules
}

/// Whether the checker finds the mutant's bug, and prints the answer.
///
/// A model that fails ends its process, so this is another one.
fn fares_as_expected(mutant: &Mutant) -> bool {
    let found = env::current_exe().and_then(|program| {
        Command::new(program)
            .args(["--mutant", mutant.name])
            .stderr(Stdio::null())
            .output()
    });
    let output = match found {
        Ok(output) => output,
        Err(error) => panic!("can't run this program again: {error}"),
    };
    let found = !output.status.success();
    let promises = String::from_utf8_lossy(&output.stdout);
    let broken = promises.lines().next_back().filter(|_| found);
    let broken = broken.unwrap_or_default();
    let word = if found { "found" } else { "not found" };
    eprintln!("mutant {}: {word} {broken}", mutant.name);
    let Mutant { module, change, .. } = mutant;
    println!("mutant\t{module}\t{change}\t{broken}\t{word}");
    found || (cfg!(shuttle) && mutant.is_weak_ordering)
}

impl Model {
    fn has(&self, word: &str) -> bool {
        self.primitive.contains(word) || self.promise.contains(word)
    }
}
