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

const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "gil_is_taken_back",
        module: "gil.rs",
        old: "        !turn.held && !asked\n",
        new: "        let _ = asked; !turn.held\n",
    },
    Mutant {
        name: "timer_queue_wakes_nobody",
        module: "timer_queue.rs",
        old: "top.number == number)",
        new: "top.number == number && false)",
    },
    Mutant {
        name: "timer_queue_stops_unseen",
        module: "timer_queue.rs",
        old: "        self.schedule.changed.notify_one();\n",
        new: "",
    },
    Mutant {
        name: "timer_queue_leaves_its_thread",
        module: "timer_queue.rs",
        old: "        self.wait_for_the_thread();\n",
        new: "",
    },
    Mutant {
        name: "timer_queue_finishes_relaxed",
        module: "timer_queue.rs",
        old: "store(phase as u8, Ordering::Release)",
        new: "store(phase as u8, Ordering::Relaxed)",
    },
    Mutant {
        name: "lock_wakes_nobody",
        module: "lock.rs",
        old: "            self.wake_if_any(before);\n",
        new: "            let _ = before;\n",
    },
    Mutant {
        name: "lock_by_hand_wakes_nobody",
        module: "lock.rs",
        old: "                self.raw.wake_if_any(state);\n",
        new: "                let _ = state;\n",
    },
    Mutant {
        name: "lock_looks_before_it_locks",
        module: "lock.rs",
        old: "let still_held = || self.announce_sleeper();",
        new: "let seen = self.announce_sleeper(); let still_held = || seen;",
    },
    Mutant {
        name: "lock_never_checks_again",
        module: "lock.rs",
        old: "fetch_update(relaxed, relaxed, announce).is_ok()",
        new: "fetch_update(relaxed, relaxed, announce); true",
    },
    Mutant {
        name: "lock_forgets_the_other_sleeper",
        module: "lock.rs",
        old: "                    if !result.have_more_threads {\n",
        new: "                    if true {\n",
    },
    Mutant {
        name: "lock_forgets_the_patient_sleeper",
        module: "lock.rs",
        old: "                if was_last {\n",
        new: "                if was_last || true {\n",
    },
    Mutant {
        name: "lock_releases_guards_by_hand",
        module: "lock.rs",
        old: "(state & HOLDER == holder as u8)",
        new: "(state & HOLDER != 0)",
    },
    Mutant {
        name: "lock_releases_owned_guards_by_hand",
        module: "lock.rs",
        old: "(state & HOLDER == holder as u8)",
        new: "(state & HAND == holder as u8)",
    },
    Mutant {
        name: "lock_acquires_relaxed",
        module: "lock.rs",
        old: "(Ordering::Acquire, Ordering::Relaxed)",
        new: "(Ordering::Relaxed, Ordering::Relaxed)",
    },
    Mutant {
        name: "lock_releases_relaxed",
        module: "lock.rs",
        old: "fetch_sub(guard, Ordering::Release)",
        new: "fetch_sub(guard, Ordering::Relaxed)",
    },
    Mutant {
        name: "lock_releases_by_hand_relaxed",
        module: "lock.rs",
        old: "(Ordering::Release, Ordering::Relaxed)",
        new: "(Ordering::Relaxed, Ordering::Relaxed)",
    },
    Mutant {
        name: "rlock_leaves_too_early",
        module: "rlock.rs",
        old: "        if depth.all == 0 {\n",
        new: "        if depth.all <= 1 {\n",
    },
    Mutant {
        name: "rlock_keeps_its_owner",
        module: "rlock.rs",
        old: "            self.owner.store(0, Ordering::Relaxed);\n",
        new: "",
    },
    Mutant {
        name: "rlock_lets_anyone_release",
        module: "rlock.rs",
        old: "        if !self.is_owned() {\n",
        new: "        if false {\n",
    },
    Mutant {
        name: "condition_frees_before_it_locks",
        module: "condition.rs",
        old: "        let free = || {\n",
        new: "        // SAFETY: none.\n        freed.set(unsafe { \
              lock.free(holder) });\n        let free = || {\n            \
              if true { self.any.store(true, Ordering::Relaxed); \
              return freed.get().is_ok(); }\n",
    },
    Mutant {
        name: "condition_hides_its_waiter",
        module: "condition.rs",
        old: "            self.any.store(true, Ordering::Relaxed);\n            \
              // SAFETY: the caller's promise.\n            \
              freed.set(unsafe { lock.free(holder) });\n",
        new: "            // SAFETY: the caller's promise.\n            \
              freed.set(unsafe { lock.free(holder) });\n            \
              self.any.store(true, Ordering::Relaxed);\n",
    },
    Mutant {
        name: "condition_wakes_nobody_for_the_lock",
        module: "condition.rs",
        old: "lock.wake_if_any(freed.get().unwrap_or(0))",
        new: "()",
    },
    Mutant {
        name: "condition_moves_unseen",
        module: "condition.rs",
        old: "            let is_held = lock.announce_sleeper();\n",
        new: "            let is_held = lock.holder().is_some();\n",
    },
    Mutant {
        name: "condition_calls_a_moved_waiter_late",
        module: "condition.rs",
        old: "            ParkResult::TimedOut => Ok(moved.get()),\n",
        new: "            ParkResult::TimedOut => Ok(false),\n",
    },
    Mutant {
        name: "condition_forgets_other_waiters",
        module: "condition.rs",
        old: "            if !result.have_more_threads {\n",
        new: "            if true {\n",
    },
    Mutant {
        name: "condition_forgets_the_levels",
        module: "condition.rs",
        old: "        self.depth.set(levels.depth);\n",
        new: "        let _ = levels.depth;\n",
    },
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
        old: "self.word.fetch_add(number, Ordering::Release);",
        new: "self.word.fetch_add(number, Ordering::Relaxed);",
    },
    Mutant {
        name: "semaphore_keeps_the_leftover",
        module: "semaphore.rs",
        old: "            self.wake_sleepers(want.number());\n",
        new: "",
    },
    Mutant {
        name: "semaphore_stops_at_a_big_sleeper",
        module: "semaphore.rs",
        old: "            return FilterOp::Skip;\n",
        new: "            return FilterOp::Stop;\n",
    },
    Mutant {
        name: "semaphore_forgets_relaxed",
        module: "semaphore.rs",
        old: "self.word.fetch_add(noted, Ordering::Release);",
        new: "self.word.fetch_add(noted, Ordering::Relaxed);",
    },
    Mutant {
        name: "semaphore_takes_by_hand_in_two_steps",
        module: "semaphore.rs",
        old: "        self.permits.take(Want::by_hand(1));\n",
        new: "        self.permits.take(Want::guarded(1));
        self.permits.word.fetch_add(ONE_BY_HAND, Ordering::Relaxed);\n",
    },
    Mutant {
        name: "semaphore_wakes_nobody",
        module: "semaphore.rs",
        old: "        self.wake(before, number);\n",
        new: "        let _ = before;\n",
    },
];

/// The one that the recorder of schedules must find.
const PLANTED: &str = "event_looks_before_it_locks";

fn main() {
    println!("cargo::rustc-check-cfg=cfg(loom, shuttle, recorder)");
    println!("cargo::rerun-if-changed=build.rs");
    let has = |name| env::var_os(name).is_some();
    let is_checked = has("CARGO_CFG_LOOM") || has("CARGO_CFG_SHUTTLE");
    let is_planted =
        |mutant: &&Mutant| has("CARGO_CFG_RECORDER") && mutant.name == PLANTED;
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    MUTANTS
        .iter()
        .filter(|mutant| is_checked || is_planted(mutant))
        .for_each(|mutant| mutant.write(&out));
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
