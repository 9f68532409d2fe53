//! What the user sees when the program itself is wrong.

use std::panic;

/// Replaces Rust's panic text by a message that says whose fault it is.
///
/// A panic still unwinds: the interpreter turns it into an exit, and a thread
/// of the compiler ends without taking the program along.
pub fn install_hook() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| {
            format!(" ({}:{})", at.file().rsplit('/').next().unwrap_or_default(), at.line())
        });
        let cause = info.payload_as_str().unwrap_or("unknown cause");
        eprintln!("taipan: internal error: {cause}{place}\nThis is a bug in Taipan, not in your program.");
    }));
}
