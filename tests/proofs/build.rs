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

const MUTANTS: [Mutant; 8] = [
    Mutant {
        name: "barrier_fills_before_all_have_left",
        module: "barrier.rs",
        old: "Phase::Broken(_) if self.count() == 0 => {",
        new: "Phase::Broken(_) if self.count() <= 2 => {",
    },
    Mutant {
        name: "barrier_forgets_an_abort_in_the_action",
        module: "barrier.rs",
        old: "            Phase::Broken(_) => None,\n",
        new: "            Phase::Broken(_) | Phase::Acting => None,\n",
    },
    Mutant {
        name: "barrier_keeps_the_place_of_the_late",
        module: "barrier.rs",
        old: "self.broken(BrokenBarrierError::TimedOut).leave()",
        new: "self.broken(BrokenBarrierError::TimedOut)",
    },
    Mutant {
        name: "barrier_survives_a_panic",
        module: "barrier.rs",
        old: "self.broken(BrokenBarrierError::ActionPanicked).leave()",
        new: "self.next_generation()",
    },
    Mutant {
        name: "barrier_wakes_without_the_mutex",
        module: "barrier.rs",
        old: "        drop(lock(&self.mutex));\n",
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
