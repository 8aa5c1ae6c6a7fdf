//! A worker with data, and with methods for its steps.

use std::error::Error;

use threading::Worker;

// ANCHOR: data
struct Printer {
    title: String,
    pages: u32,
}

impl Printer {
    fn print(&self, page: u32) {
        println!("{}, page {page} of {}", self.title, self.pages);
    }
}

impl Worker for Printer {
    type Output = ();

    fn run(self) {
        for page in 1..=self.pages {
            self.print(page);
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let title = String::from("Threading");
    let printer = Printer { title, pages: 3 };
    printer.start()?.join()?;
    Ok(())
}
// ANCHOR_END: data
