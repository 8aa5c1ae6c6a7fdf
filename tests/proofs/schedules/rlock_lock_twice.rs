use threading::Lock;

pub fn main() {
    let account = Lock::new(100);
    facade::show!(account);
    let outer = account.acquire();
    let inner = account.acquire();
    println!("{} {}", *outer, *inner);
}
