//! A step in the words of a table: one phrase for one event.

use crate::checker::{Kind, Object, Status, Step, Thread};

use super::{Program, State};

/// What `thread` did between two moments, and what the step tells itself.
pub fn of(
    program: &Program,
    thread: usize,
    [before, after]: [&State; 2],
    told: Option<&str>,
) -> String {
    let change = Change {
        program,
        thread,
        before,
        after,
    };
    match told.and_then(|told| told.lines().next()) {
        Some(told) => told.to_owned() + &change.consequences(),
        None => change.words(),
    }
}

/// What a thread is called.
pub fn name(program: &Program, thread: usize) -> String {
    let name = program.threads.get(thread);
    name.map_or_else(|| format!("thread {thread}"), ToString::to_string)
}

struct Change<'a> {
    program: &'a Program,
    thread: usize,
    before: &'a State,
    after: &'a State,
}

impl Change<'_> {
    fn words(&self) -> String {
        if let Some(lock) = self.gained() {
            return match self.was_woken() {
                true => format!("gets {lock}"),
                false => format!("acquires {lock}"),
            };
        }
        if self.sleeps() {
            return self.sleep();
        }
        if let Some(lock) = self.lost() {
            return format!("releases {lock}");
        }
        self.other()
    }

    fn thread(&self) -> &Thread {
        &self.before.threads[self.thread]
    }

    fn step(&self) -> &Step {
        &self.thread().next
    }

    fn was_woken(&self) -> bool {
        self.thread().status == Status::Woken
    }

    fn sleeps(&self) -> bool {
        self.after.threads[self.thread].status == Status::Waits
    }

    /// The objects before and after.
    fn objects(&self) -> impl Iterator<Item = (&Object, &Object)> {
        let after = &self.after.objects;
        self.before.objects.iter().filter_map(move |before| {
            let same = |object: &&Object| object.name == before.name;
            Some((before, after.iter().find(same)?))
        })
    }

    /// The lock that this thread holds now.
    fn gained(&self) -> Option<&str> {
        let me = Some(self.thread);
        let is_new = |(old, new): &(&Object, &Object)| {
            old.holder != me && new.holder == me
        };
        self.objects().find(is_new).map(|(_, new)| new.name)
    }

    /// The lock that this thread holds no longer.
    fn lost(&self) -> Option<&str> {
        let me = Some(self.thread);
        let is_gone = |(old, new): &(&Object, &Object)| {
            old.holder == me && new.holder != me
        };
        self.objects().find(is_gone).map(|(_, new)| new.name)
    }

    /// The object whose method is called.
    fn object(&self) -> Option<&Object> {
        let name = self.step().receiver();
        self.before
            .objects
            .iter()
            .find(|object| object.name == name)
    }

    /// To fall asleep, or to wake for nothing.
    fn sleep(&self) -> String {
        let Some(object) = self.object() else {
            return "waits".to_owned();
        };
        let name = object.name;
        if let Some(lock) = self.lost() {
            return format!("releases {lock} and waits");
        }
        let Some(holder) = self.holder(object) else {
            return match object.kind {
                Kind::Permits => "wants a permit and waits".to_owned(),
                Kind::Place if self.step().method() == "wait" => {
                    format!("arrives at {name} and waits")
                }
                _ => format!("waits for {name}"),
            };
        };
        match self.was_woken() {
            true => format!("wakes and waits for {holder}"),
            false => format!("asks for {name} and waits for {holder}"),
        }
    }

    /// Who holds the object, or the lock that belongs to it.
    fn holder(&self, object: &Object) -> Option<String> {
        let other = self.after.objects.iter().find_map(|it| it.holder);
        let its_lock = other.filter(|_| self.was_woken());
        Some(self.name(object.holder.or(its_lock)?))
    }

    fn name(&self, thread: usize) -> String {
        match thread == self.thread {
            true => "itself".to_owned(),
            false => name(self.program, thread),
        }
    }

    fn other(&self) -> String {
        let changed = self.objects().find(|(old, new)| {
            new.kind == Kind::Permits && old.value != new.value
        });
        if let Some((old, new)) = changed {
            return permits(old, new);
        }
        let step = self.step();
        let Some(object) = self.object() else {
            return self.without_object();
        };
        let Object { name, value, .. } = object;
        match step.method() {
            "is_locked" if object.holder.is_some() => {
                format!("sees that {name} is held")
            }
            "is_locked" => format!("sees that {name} is free"),
            "value" if value == "1" => "sees 1 permit".to_owned(),
            "value" => format!("sees {value} permits"),
            "is_set" => format!("sees that {name} is {value}"),
            "set" => format!("sets {name}"),
            "clear" => format!("clears {name}"),
            "wait" if self.was_woken() && object.kind == Kind::Flag => {
                "wakes".to_owned()
            }
            "wait" if self.was_woken() => format!("wakes and leaves {name}"),
            "wait" if object.kind == Kind::Flag => {
                format!("finds {name} {value}")
            }
            "wait" => format!("arrives last at {name}"),
            "notify_one" | "notify_all" | "notify" => self.notify(name),
            _ if self.was_woken() => "wakes".to_owned(),
            method => format!("calls {name}.{method}"),
        }
    }

    fn without_object(&self) -> String {
        let has_ended = self.after.threads[self.thread].status == Status::Ended;
        match self.step().method() {
            "time_passes" => "the time is up".to_owned(),
            "now" => "reads the clock".to_owned(),
            "" if has_ended => "ends".to_owned(),
            "" if self.was_woken() => "wakes".to_owned(),
            "" => "begins".to_owned(),
            method => format!("calls {method}"),
        }
    }

    fn notify(&self, name: &str) -> String {
        let told = self.told(|old, new| {
            new.status == Status::Woken || new.moved != old.moved
        });
        match told.is_empty() {
            true => format!("notifies {name}, but no thread waits"),
            false => format!("notifies {}", told.join(" and ")),
        }
    }

    /// What becomes of threads in a step that tells itself what it does.
    fn consequences(&self) -> String {
        let woken = self.told(|_, new| new.status == Status::Woken);
        let moved = self.told(|old, new| new.moved && !old.moved);
        let mut all = String::new();
        if !moved.is_empty() {
            all += &format!(", moves {}", moved.join(" and "));
        }
        if !woken.is_empty() {
            all += &format!(", wakes {}", woken.join(" and "));
        }
        if self.sleeps() {
            all += ", sleeps";
        }
        all
    }

    /// Those that slept before this step, and for which that is true now.
    fn told(&self, is_told: impl Fn(&Thread, &Thread) -> bool) -> Vec<String> {
        let pairs = self.before.threads.iter().zip(&self.after.threads);
        pairs
            .enumerate()
            .filter(|(_, (old, _))| old.status == Status::Waits)
            .filter(|(_, (old, new))| is_told(old, new))
            .map(|(id, _)| self.name(id))
            .collect()
    }
}

fn permits(old: &Object, new: &Object) -> String {
    let count = |object: &Object| object.value.parse().unwrap_or(0_i64);
    let (verb, number) = match count(new) - count(old) {
        number if number < 0 => ("acquires", -number),
        number => ("releases", number),
    };
    match number {
        1 => format!("{verb} a permit"),
        _ => format!("{verb} {number} permits"),
    }
}
