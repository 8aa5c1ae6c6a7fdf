//! A telephone call: two functions run concurrently, and take turns.

use std::sync::mpsc::{Receiver, Sender, channel};

use threading::{run_all, task};

// ANCHOR: phone
/// One of two phones: what goes in at a mouth comes out at the other's ear.
struct Phone {
    mouth: Sender<&'static str>,
    ear: Receiver<&'static str>,
}

impl Phone {
    fn say(&self, words: &'static str) {
        println!("{words}");
        self.mouth.send(words).unwrap();
    }

    /// Waits until somebody says something.
    fn listen(&self) -> &'static str {
        self.ear.recv().unwrap()
    }
}
// ANCHOR_END: phone

// ANCHOR: functions
fn ada(phone: Phone) -> &'static str {
    phone.say("Ada: Shall we eat together?");
    phone.listen();
    phone.say("Ada: When?");
    phone.listen()
}

fn ben(phone: Phone) -> &'static str {
    let invitation = phone.listen();
    phone.say("Ben: With pleasure.");
    phone.listen();
    phone.say("Ben: At six.");
    invitation
}
// ANCHOR_END: functions

/// Two phones, each connected to the other.
fn connect() -> (Phone, Phone) {
    let (her_mouth, his_ear) = channel();
    let (his_mouth, her_ear) = channel();
    let hers = Phone {
        mouth: her_mouth,
        ear: her_ear,
    };
    let his = Phone {
        mouth: his_mouth,
        ear: his_ear,
    };
    (hers, his)
}

// ANCHOR: call
fn main() {
    let (hers, his) = connect();

    let notes = run_all([task(|| ada(hers)), task(|| ben(his))]);

    println!("Ada's note: {}", notes[0]);
    println!("Ben's note: {}", notes[1]);
}
// ANCHOR_END: call
