//! Writes the mutants: modules of the book with one small change each.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// One change that breaks a module.
struct Mutant {
    name: &'static str,
    module: &'static str,
    /// Stands in the module once.
    old: &'static str,
    new: &'static str,
}

const MUTANTS: [Mutant; 9] = [
    Mutant {
        name: "barrier_wakes_without_the_mutex",
        module: "barrier.rs",
        old: "        drop(self.mutex.lock());\n",
        new: "",
    },
    Mutant {
        name: "event_looks_before_it_locks",
        module: "event.rs",
        old: "let still_clear = || self.announce_sleeper();",
        new: "let seen = self.announce_sleeper(); let still_clear = || seen;",
    },
    Mutant {
        name: "event_sets_relaxed",
        module: "event.rs",
        old: "(Ordering::Release, Ordering::Relaxed)",
        new: "(Ordering::Relaxed, Ordering::Relaxed)",
    },
    Mutant {
        name: "event_replaces_a_set",
        module: "event.rs",
        old: "self.state.swap(SET, Ordering::Release);",
        new: "self.state.store(SET, Ordering::Release);",
    },
    Mutant {
        name: "local_drops_twice",
        module: "local.rs",
        old: "if place.id != entry.id {",
        new: "if place.id == UNUSED {",
    },
    Mutant {
        name: "semaphore_forgets_a_sleeper",
        module: "semaphore.rs",
        old: "            if was_last {\n",
        new: "            if was_last | true {\n",
    },
    Mutant {
        name: "semaphore_gives_back_relaxed",
        module: "semaphore.rs",
        old: "self.word.fetch_add(1, Ordering::Release);",
        new: "self.word.fetch_add(1, Ordering::Relaxed);",
    },
    Mutant {
        name: "semaphore_takes_by_hand_in_two_steps",
        module: "semaphore.rs",
        old: "        self.permits.take(into_hand);\n",
        new: "        self.permits.take(into_guard);
        self.permits.word.fetch_add(ONE_BY_HAND, Ordering::Relaxed);\n",
    },
    Mutant {
        name: "semaphore_wakes_nobody",
        module: "semaphore.rs",
        old: "        self.wake(before, 1);\n",
        new: "        let _ = before;\n",
    },
];

fn main() {
    println!("cargo::rustc-check-cfg=cfg(loom, shuttle)");
    println!("cargo::rerun-if-changed=build.rs");
    let is_checked = ["CARGO_CFG_LOOM", "CARGO_CFG_SHUTTLE"]
        .iter()
        .any(|name| env::var_os(name).is_some());
    if is_checked {
        let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
        MUTANTS.iter().for_each(|mutant| mutant.write(&out));
    }
}

impl Mutant {
    fn write(&self, out: &Path) {
        let (name, module) = (self.name, self.module);
        let path = Path::new("../../code/src").join(module);
        println!("cargo::rerun-if-changed={}", path.display());
        let source = match fs::read_to_string(&path) {
            Ok(source) => source,
            Err(error) => panic!("can't read {}: {error}", path.display()),
        };
        let times = source.matches(self.old).count();
        assert!(
            times == 1,
            "the mutant `{name}` changes this, which stands {times} times in \
             {module} and should stand there once: choose another change in \
             tests/proofs/build.rs\n{}",
            self.old
        );
        // The module is included in the middle of another one, where these
        // comments can't stand.
        let source =
            source.replace(self.old, self.new).replace("\n//!", "\n//");
        let path = out.join(name).with_extension("rs");
        if let Err(error) = fs::write(&path, source) {
            panic!("can't write {}: {error}", path.display());
        }
    }
}
