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
        name: "gil_is_given_up_unseen",
        module: "gil.rs",
        old: "self.changed.notify_one();",
        new: "",
    },
    Mutant {
        name: "gil_lets_sleepers_sleep",
        module: "gil.rs",
        old: "if self.drop_request.swap(false, Ordering::Relaxed) {
            self.changed.notify_all();
        }",
        new: "self.drop_request.swap(false, Ordering::Relaxed);",
    },
    Mutant {
        name: "gil_changes_its_interval_unseen",
        module: "gil.rs",
        old: "self.turns.changed.notify_all();",
        new: "",
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
        name: "timer_queue_reads_relaxed",
        module: "timer_queue.rs",
        old: "self.phase.load(Ordering::Acquire)",
        new: "self.phase.load(Ordering::Relaxed)",
    },
    Mutant {
        name: "timer_queue_takes_in_two_steps",
        module: "timer_queue.rs",
        old: "let callback = callback.take().ok_or_else(taken)?;
        self.set(phase);",
        new: "let taken = callback.take().ok_or_else(taken)?;
        drop(callback);
        self.set(phase);
        let callback = taken;",
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
        name: "lock_announces_nothing",
        module: "lock.rs",
        old: ".then_some(state | SLEEPERS)",
        new: ".then_some(state)",
    },
    Mutant {
        name: "lock_forgets_sleepers_as_it_is_acquired",
        module: "lock.rs",
        old: "let held = state | holder as u8;",
        new: "let held = holder as u8;",
    },
    Mutant {
        name: "lock_forgets_sleepers_as_it_is_released",
        module: "lock.rs",
        old: "self.state.fetch_sub(guard, Ordering::Release);",
        new: "{ let _ = guard; self.state.swap(FREE, Ordering::Release) };",
    },
    Mutant {
        name: "lock_forgets_after_it_unlocks_the_queue",
        module: "lock.rs",
        old: "parking_lot_core::unpark_one(self.queue(), |result| {
                    if !result.have_more_threads {
                        self.state.fetch_and(!SLEEPERS, Ordering::Relaxed);
                    }
                    DEFAULT_UNPARK_TOKEN
                });",
        new: "let (queue, token) = (self.queue(), DEFAULT_UNPARK_TOKEN);
                let result = parking_lot_core::unpark_one(queue, |_| token);
                if !result.have_more_threads {
                    self.state.fetch_and(!SLEEPERS, Ordering::Relaxed);
                }",
    },
    Mutant {
        name: "lock_wakes_before_it_is_free",
        module: "lock.rs",
        old: "let before = self.state.fetch_sub(guard, Ordering::Release);
            self.wake_if_any(before);",
        new: "self.wake_if_any(self.state.load(Ordering::Relaxed));
            self.state.fetch_sub(guard, Ordering::Release);",
    },
    Mutant {
        name: "lock_gives_up_when_woken",
        module: "lock.rs",
        old: "if self.sleep(deadline) == ParkResult::TimedOut {",
        new: "if self.sleep(deadline) == ParkResult::TimedOut
                        || deadline.is_some_and(|it| it <= Instant::now())
                    {",
    },
    Mutant {
        name: "lock_releases_by_hand_in_two_steps",
        module: "lock.rs",
        old: "self.state.fetch_update(release, relaxed, |state| {
                (state & HOLDER == holder as u8).then_some(state & !HOLDER)
            })",
        new: "let state = self.state.load(relaxed);
            if state & HOLDER == holder as u8 {
                Ok(self.state.fetch_and(!HOLDER, release))
            } else {
                Err(state)
            }",
    },
    Mutant {
        name: "lock_explains_a_failed_release_later",
        module: "lock.rs",
        old: "held_by_guard: raw::holder(state).is_some(),",
        new: "held_by_guard: { let _ = state; self.raw.holder().is_some() },",
    },
    Mutant {
        name: "lock_acquires_by_hand_in_two_steps",
        module: "lock.rs",
        old: "let acquired = self.take(FREE, holder).is_ok()",
        new: "let acquired = self.take(FREE, Holder::Guard).is_ok_and(|_| {
                let more = holder as u8 - Holder::Guard as u8;
                self.state.fetch_add(more, Ordering::Relaxed);
                true
            })",
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
        name: "rlock_forgets_its_owner_late",
        module: "rlock.rs",
        old: "self.owner.store(0, Ordering::Relaxed);
            // SAFETY: the calling thread owns `raw`, and this was its last
            // level, so none of its guards exists.
            unsafe { self.raw.release(Holder::Guard) };",
        new: "// SAFETY: none.
            unsafe { self.raw.release(Holder::Guard) };
            self.owner.store(0, Ordering::Relaxed);",
    },
    Mutant {
        name: "rlock_owns_before_it_acquires",
        module: "rlock.rs",
        old: "} else if take(&self.raw) {",
        new: "} else if {
            self.owner.store(me, Ordering::Relaxed);
            take(&self.raw)
        } {",
    },
    Mutant {
        name: "rlock_numbers_threads_in_two_steps",
        module: "rlock.rs",
        old: "match last.fetch_update(relaxed, relaxed, next) {",
        new: "let before = last.load(relaxed);
    let after = next(before).ok_or(before);
    match after.map(|after| { last.store(after, relaxed); before }) {",
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
        name: "condition_returns_without_the_lock",
        module: "condition.rs",
        old: "Ok(_) => lock.acquire(holder, None),",
        new: "Ok(_) => lock.note(true, holder),",
    },
    Mutant {
        name: "condition_moves_to_a_free_lock",
        module: "condition.rs",
        old: "if is_held {
                RequeueOp::RequeueOne",
        new: "if is_held || true {
                RequeueOp::RequeueOne",
    },
    Mutant {
        name: "condition_forgets_the_patient_waiter",
        module: "condition.rs",
        old: "if was_last && !moved.get() {",
        new: "if !moved.get() {",
    },
    Mutant {
        name: "condition_mistakes_the_queue",
        module: "condition.rs",
        old: "if was_last && !moved.get() {",
        new: "if was_last {",
    },
    Mutant {
        name: "condition_calls_a_woken_waiter_late",
        module: "condition.rs",
        old: "ParkResult::Unparked(_) => Ok(true),",
        new: "ParkResult::Unparked(_) => {
                Ok(!deadline.is_some_and(|it| it <= Instant::now()))
            }",
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
        name: "barrier_never_checks_again",
        module: "barrier.rs",
        old: "word.has_sleepers()
            || self
                .word
                .compare_exchange(
                    word.0,
                    word.with_sleepers().0,
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                )
                .is_ok()",
        new: "let _ = word;
        self.word.fetch_or(SLEEPERS, Ordering::Relaxed);
        true",
    },
    Mutant {
        name: "barrier_wakes_one",
        module: "barrier.rs",
        old: "self.condvar.notify_all();",
        new: "self.condvar.notify_one();",
    },
    Mutant {
        name: "barrier_resets_unseen",
        module: "barrier.rs",
        old: "Some(self.with_phase(resetting).awake())",
        new: "Some(self.with_phase(resetting))",
    },
    Mutant {
        name: "barrier_opens_unseen",
        module: "barrier.rs",
        old: "left.with_phase(Phase::Filling).awake()",
        new: "left.with_phase(Phase::Filling)",
    },
    Mutant {
        name: "barrier_times_out_in_two_steps",
        module: "barrier.rs",
        old: "if found.time_out(generation).is_some() {",
        new: "if { let _ = found; true } {",
    },
    Mutant {
        name: "barrier_times_out_an_action",
        module: "barrier.rs",
        old: "&& self.phase() == Phase::Filling;",
        new: "&& self.cause().is_none();",
    },
    Mutant {
        name: "barrier_breaks_a_round_that_is_over",
        module: "barrier.rs",
        old: "Some(cause) if word.generation() == generation => {",
        new: "Some(cause) if { let _ = generation; true } => {",
    },
    Mutant {
        name: "barrier_keeps_the_place_of_a_waiter",
        module: "barrier.rs",
        old: "self.update(|word| Some(word.leave()));
                Err(cause)",
        new: "Err(cause)",
    },
    Mutant {
        name: "barrier_keeps_the_place_of_a_panic",
        module: "barrier.rs",
        old: "self.broken(BrokenBarrierError::ActionPanicked).leave()",
        new: "self.broken(BrokenBarrierError::ActionPanicked)",
    },
    Mutant {
        name: "barrier_keeps_the_place_of_the_runner",
        module: "barrier.rs",
        old: "Phase::Acting => self.next_generation(),
            _ => self.leave(),",
        new: "Phase::Acting => self.next_generation(),
            _ => self,",
    },
    Mutant {
        name: "barrier_forgets_a_reset_in_the_action",
        module: "barrier.rs",
        old: "Phase::Filling | Phase::Acting if self.count() > 0 => {",
        new: "Phase::Filling if self.count() > 0 => {",
    },
    Mutant {
        name: "barrier_arrives_relaxed",
        module: "barrier.rs",
        old: "Ordering::AcqRel,",
        new: "Ordering::Acquire,",
    },
    Mutant {
        name: "barrier_completes_relaxed",
        module: "barrier.rs",
        old: "Ordering::AcqRel,",
        new: "Ordering::Release,",
    },
    Mutant {
        name: "barrier_leaves_relaxed",
        module: "barrier.rs",
        old: "Word(self.word.load(Ordering::Acquire))",
        new: "Word(self.word.load(Ordering::Relaxed))",
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
        name: "event_raises_by_store",
        module: "event.rs",
        old: "self.state.swap(SET, Ordering::Release);",
        new: "self.state.store(SET, Ordering::Release);",
    },
    Mutant {
        name: "event_announces_nothing",
        module: "event.rs",
        old: ".compare_exchange(CLEAR, AWAITED, relaxed, acquire)",
        new: ".compare_exchange(CLEAR, CLEAR, relaxed, acquire)",
    },
    Mutant {
        name: "event_never_checks_again",
        module: "event.rs",
        old: "before != Err(SET)",
        new: "let _ = before;
        true",
    },
    Mutant {
        name: "event_overwrites_awaited",
        module: "event.rs",
        old: "while state != AWAITED {",
        new: "loop {",
    },
    Mutant {
        name: "event_clears_awaited",
        module: "event.rs",
        old: "self.state.compare_exchange(SET, CLEAR, acquire, relaxed);",
        new: "(self.state.swap(CLEAR, acquire), relaxed);",
    },
    Mutant {
        name: "event_wakes_one",
        module: "event.rs",
        old: "let everybody = |_| FilterOp::Unpark;",
        new: "let mut first = true;
        let everybody = |_| match std::mem::take(&mut first) {
            true => FilterOp::Unpark,
            false => FilterOp::Stop,
        };",
    },
    Mutant {
        name: "event_raises_after_unlocking",
        module: "event.rs",
        old: "self.state.swap(SET, Ordering::Release);
            DEFAULT_UNPARK_TOKEN
        };
        // SAFETY: the address is that of our own byte. Neither closure
        // panics or uses parking_lot.
        unsafe {
            parking_lot_core::unpark_filter(self.queue(), everybody, raise);
        }",
        new: "DEFAULT_UNPARK_TOKEN
        };
        // SAFETY: none.
        unsafe {
            parking_lot_core::unpark_filter(self.queue(), everybody, raise);
        }
        self.state.swap(SET, Ordering::Release);",
    },
    Mutant {
        name: "event_raises_before_locking",
        module: "event.rs",
        old: "self.state.swap(SET, Ordering::Release);
            DEFAULT_UNPARK_TOKEN
        };
        // SAFETY: the address is that of our own byte. Neither closure
        // panics or uses parking_lot.
        unsafe {
            parking_lot_core::unpark_filter(self.queue(), everybody, raise);
        }",
        new: "DEFAULT_UNPARK_TOKEN
        };
        self.state.swap(SET, Ordering::Release);
        // SAFETY: none.
        unsafe {
            parking_lot_core::unpark_filter(self.queue(), everybody, raise);
        }",
    },
    Mutant {
        name: "event_rechecks_the_flag",
        module: "event.rs",
        old: "pub fn wait(&self) {
        if !self.is_set() {",
        new: "pub fn wait(&self) {
        while !self.is_set() {",
    },
    Mutant {
        name: "event_gives_up_for_all",
        module: "event.rs",
        old: "if was_last {",
        new: "if was_last || true {",
    },
    Mutant {
        name: "event_sets_only_once",
        module: "event.rs",
        old: "let mut state = CLEAR;
        while state != AWAITED {",
        new: "if self.is_set() {
            return;
        }
        let mut state = CLEAR;
        while state != AWAITED {",
    },
    Mutant {
        name: "event_reads_relaxed",
        module: "event.rs",
        old: "self.state.load(Ordering::Acquire) == SET",
        new: "self.state.load(Ordering::Relaxed) == SET",
    },
    Mutant {
        name: "event_raises_relaxed",
        module: "event.rs",
        old: "self.state.swap(SET, Ordering::Release)",
        new: "self.state.swap(SET, Ordering::Relaxed)",
    },
    Mutant {
        name: "event_announces_relaxed",
        module: "event.rs",
        old: "let (relaxed, acquire) = (Ordering::Relaxed, Ordering::Acquire);",
        new: "let (relaxed, acquire) = (Ordering::Relaxed, Ordering::Relaxed);",
    },
    Mutant {
        name: "event_clears_relaxed",
        module: "event.rs",
        old: "let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);",
        new: "let (acquire, relaxed) = (Ordering::Relaxed, Ordering::Relaxed);",
    },
    Mutant {
        name: "local_drops_twice",
        module: "local.rs",
        old: "if place.id != entry.id {",
        new: "if place.id == UNUSED {",
    },
    Mutant {
        name: "local_looks_before_it_locks",
        module: "local.rs",
        old: "let mut places = PLACES.lock();
    let place = &mut places.all[place(entry.id)];
    if place.id != entry.id {",
        new: "let old = PLACES.lock().all[place(entry.id)].id;
    let mut places = PLACES.lock();
    let place = &mut places.all[place(entry.id)];
    if old != entry.id {",
    },
    Mutant {
        name: "local_takes_two_places",
        module: "local.rs",
        old: "let mut places = PLACES.lock();
        let mut id = self.id.load(Ordering::Relaxed);
        if id == UNUSED {",
        new: "let mut id = self.id.load(Ordering::Relaxed);
        let mut places = PLACES.lock();
        if id == UNUSED {",
    },
    Mutant {
        name: "local_keeps_its_generation",
        module: "local.rs",
        old: "place.id = id + ONE_GENERATION;",
        new: "place.id = id;",
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
    Mutant {
        name: "auto_reset_wakes_nobody",
        module: "event_auto_reset.rs",
        old: "            self.wake_one();\n",
        new: "",
    },
    Mutant {
        name: "auto_reset_looks_before_it_locks",
        module: "event_auto_reset.rs",
        old: "let still_clear = || self.announce_sleeper();",
        new: "let seen = self.announce_sleeper(); let still_clear = || seen;",
    },
    Mutant {
        name: "auto_reset_lets_two_through",
        module: "event_auto_reset.rs",
        old: "if result.unparked_threads == 0 {",
        new: "if true {",
    },
    Mutant {
        name: "auto_reset_forgets_the_other_sleeper",
        module: "event_auto_reset.rs",
        old: "} else if !result.have_more_threads {",
        new: "} else {",
    },
    Mutant {
        name: "auto_reset_forgets_the_patient_sleeper",
        module: "event_auto_reset.rs",
        old: "        if was_last {\n",
        new: "        if was_last | true {\n",
    },
    Mutant {
        name: "auto_reset_swallows_a_set",
        module: "event_auto_reset.rs",
        old: "        result != ParkResult::TimedOut\n",
        new: "        let is_late = deadline.is_some_and(|at| at <= Instant::now());\n        result == ParkResult::Invalid\n            || (result != ParkResult::TimedOut && !is_late)\n",
    },
    Mutant {
        name: "auto_reset_sets_relaxed",
        module: "event_auto_reset.rs",
        old: "(Ordering::Release, Ordering::Relaxed)",
        new: "(Ordering::Relaxed, Ordering::Relaxed)",
    },
    Mutant {
        name: "auto_reset_waits_relaxed",
        module: "event_auto_reset.rs",
        old: "(Ordering::Acquire, Ordering::Relaxed)",
        new: "(Ordering::Relaxed, Ordering::Relaxed)",
    },
    Mutant {
        name: "auto_reset_sleeps_relaxed",
        module: "event_auto_reset.rs",
        old: "fetch_update(acquire, relaxed, next)",
        new: "fetch_update(relaxed, { let _ = acquire; relaxed }, next)",
    },
    Mutant {
        name: "auto_reset_replaces_a_set",
        module: "event_auto_reset.rs",
        old: "self.state.swap(SET, Ordering::Release);",
        new: "self.state.store(SET, Ordering::Release);",
    },
    Mutant {
        name: "closable_wakes_nobody",
        module: "semaphore_closable.rs",
        old: "            let _ = self.permits.release();\n",
        new: "",
    },
    Mutant {
        name: "closable_keeps_the_last_permit",
        module: "semaphore_closable.rs",
        old: "            return Err(ClosedError);\n",
        new: "            std::mem::forget(acquired);\n            return Err(ClosedError);\n",
    },
    Mutant {
        name: "closable_adds_before_it_closes",
        module: "semaphore_closable.rs",
        old: "        if !self.is_closed.swap(true, Ordering::Release) {\n",
        new: "        let _ = self.permits.release();\n        if self.is_closed.swap(true, Ordering::Release) {\n",
    },
    Mutant {
        name: "closable_closes_relaxed",
        module: "semaphore_closable.rs",
        old: "swap(true, Ordering::Release)",
        new: "swap(true, Ordering::Relaxed)",
    },
    Mutant {
        name: "closable_asks_relaxed",
        module: "semaphore_closable.rs",
        old: "self.is_closed.load(Ordering::Acquire)",
        new: "self.is_closed.load(Ordering::Relaxed)",
    },
    Mutant {
        name: "semaphore_announces_nothing",
        module: "semaphore.rs",
        old: ".or(Some(word | SLEEPERS))",
        new: ".or(Some(word))",
    },
    Mutant {
        name: "semaphore_looks_before_it_locks",
        module: "semaphore.rs",
        old: "let still_none = || !self.take_or_announce(want);",
        new: "let taken = self.take_or_announce(want);
        let still_none = || !taken;",
    },
    Mutant {
        name: "semaphore_forgets_the_other_sleepers",
        module: "semaphore.rs",
        old: "if !result.have_more_threads {",
        new: "if true {",
    },
    Mutant {
        name: "semaphore_wakes_before_it_releases",
        module: "semaphore.rs",
        old: "let before = self.word.fetch_add(number, Ordering::Release);
            self.wake(before, number);",
        new: "self.wake(self.word.load(Ordering::Relaxed), number);
            self.word.fetch_add(number, Ordering::Release);",
    },
    Mutant {
        name: "semaphore_wakes_one_for_all",
        module: "semaphore.rs",
        old: ".map(|before| self.wake(before, number))",
        new: ".map(|before| self.wake(before, number.min(1)))",
    },
    Mutant {
        name: "semaphore_gives_up_when_woken",
        module: "semaphore.rs",
        old: "ParkResult::TimedOut => return false,",
        new: "ParkResult::TimedOut => return false,
                ParkResult::Unparked(_)
                    if deadline.is_some_and(|it| it <= Instant::now()) =>
                {
                    return false;
                }",
    },
    Mutant {
        name: "semaphore_takes_in_two_steps",
        module: "semaphore.rs",
        old: "self.word
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, take)
            .is_ok()",
        new: "let before = self.word.load(Ordering::Acquire);
        let add = |after: usize| {
            let taken = after.wrapping_sub(before);
            self.word.fetch_add(taken, Ordering::Acquire);
        };
        take(before).map(add).is_some()",
    },
    Mutant {
        name: "semaphore_lowers_the_bit_in_two_steps",
        module: "semaphore.rs",
        old: "self.word.fetch_and(!SLEEPERS, Ordering::Relaxed);",
        new: "let word = self.word.load(Ordering::Relaxed);
        self.word.store(word & !SLEEPERS, Ordering::Relaxed);",
    },
    Mutant {
        name: "semaphore_acquires_relaxed",
        module: "semaphore.rs",
        old: ".fetch_update(Ordering::Acquire, Ordering::Relaxed, take)",
        new: ".fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)",
    },
    Mutant {
        name: "semaphore_acquires_late_relaxed",
        module: "semaphore.rs",
        old: ".fetch_update(Ordering::Acquire, Ordering::Relaxed, next)",
        new: ".fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)",
    },
    Mutant {
        name: "semaphore_releases_relaxed",
        module: "semaphore.rs",
        old: ".fetch_update(Ordering::Release, Ordering::Relaxed, change)",
        new: ".fetch_update(Ordering::Relaxed, Ordering::Relaxed, change)",
    },
    Mutant {
        name: "semaphore_releases_in_two_steps",
        module: "semaphore.rs",
        old: "self.word
            .fetch_update(Ordering::Release, Ordering::Relaxed, change)
            .map(|before| self.wake(before, number))",
        new: "let before = self.word.load(Ordering::Relaxed);
        let after = change(before).ok_or(before)?;
        let added = after.wrapping_sub(before);
        let before = self.word.fetch_add(added, Ordering::Release);
        self.wake(before, number);
        Ok(())",
    },
    Mutant {
        name: "semaphore_takes_many_one_by_one",
        module: "semaphore.rs",
        old: "if !self.try_take(want) {
            self.sleep_until(want, None);
        }",
        new: "let one = Want(1 << 2 | want.0 & 0b11);
        for _ in 0..want.number() {
            if !self.try_take(one) {
                self.sleep_until(one, None);
            }
        }",
    },
    Mutant {
        name: "timer_cancels_unseen",
        module: "timer_alarm.rs",
        old: "*phase = Phase::Cancelled;
        self.over.notify_all();",
        new: "*phase = Phase::Cancelled;",
    },
    Mutant {
        name: "timer_cancels_in_two_steps",
        module: "timer_alarm.rs",
        old: "return Err(CancelError { phase: *phase });
        }
        *phase = Phase::Cancelled;",
        new: "return Err(CancelError { phase: *phase });
        }
        drop(phase);
        let mut phase = self.phase.lock();
        *phase = Phase::Cancelled;",
    },
    Mutant {
        name: "timer_fires_in_two_steps",
        module: "timer_alarm.rs",
        old: "if fires {",
        new: "drop(phase);
        let mut phase = self.phase.lock();
        if fires {",
    },
    Mutant {
        name: "timer_finishes_early",
        module: "timer_alarm.rs",
        old: "let _finish = Finish(self);",
        new: "drop(Finish(self));",
    },
    Mutant {
        name: "join_starts_in_two_steps",
        module: "spawn_join.rs",
        old: "return Err(NotNew::Started);
        }
        progress.system = System::Starting;",
        new: "return Err(NotNew::Started);
        }
        drop(progress);
        let mut progress = self.progress.lock();
        progress.system = System::Starting;",
    },
    Mutant {
        name: "join_starts_unseen",
        module: "spawn_join.rs",
        old: "progress.system = system;
        self.changed.notify_all();",
        new: "progress.system = system;",
    },
    Mutant {
        name: "join_leaves_unseen",
        module: "spawn_join.rs",
        old: "progress.left = true;
        self.changed.notify_all();",
        new: "progress.left = true;",
    },
    Mutant {
        name: "join_wakes_one",
        module: "spawn_join.rs",
        old: "progress.system = System::Joined;
        self.changed.notify_all();",
        new: "progress.system = System::Joined;
        self.changed.notify_one();",
    },
    Mutant {
        name: "join_wakes_nobody",
        module: "spawn_join.rs",
        old: "progress.system = System::Joined;
        self.changed.notify_all();",
        new: "progress.system = System::Joined;",
    },
    Mutant {
        name: "join_asks_the_system_early",
        module: "spawn_join.rs",
        old: "let may_ask = has_time || progress.left;",
        new: "let may_ask = true;
        let _ = has_time;",
    },
    Mutant {
        name: "join_says_joined_early",
        module: "spawn_join.rs",
        old: "mem::replace(&mut progress.system, System::Joining);",
        new: "mem::replace(&mut progress.system, System::Joined);",
    },
    Mutant {
        name: "join_holds_the_lock",
        module: "spawn_join.rs",
        old: "MutexGuard::unlocked(progress, || started.join());",
        new: "started.join();",
    },
    Mutant {
        name: "join_turns_joiners_away",
        module: "spawn_join.rs",
        old: "System::New => return Err(NotStarted),",
        new: "System::New | System::Starting => return Err(NotStarted),",
    },
];

fn main() {
    println!("cargo::rustc-check-cfg=cfg(loom, shuttle, recorder)");
    println!("cargo::rerun-if-changed=build.rs");
    let has = |name| env::var_os(name).is_some();
    let checkers =
        ["CARGO_CFG_LOOM", "CARGO_CFG_SHUTTLE", "CARGO_CFG_RECORDER"];
    if checkers.into_iter().any(has) && !has("CARGO_FEATURE_MODELS_ONLY") {
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
