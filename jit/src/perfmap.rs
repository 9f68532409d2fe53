//! `/tmp/perf-PID.map`: names of compiled functions for `perf`.
//!
//! Written only when `TAIPAN_PERF_MAP=1` (or `-X perf` or `PYTHONPERFSUPPORT=1`,
//! as CPython has them). One line a function: start and size in hexadecimal, then
//! its name and tier. A forked child has a map of its own with all that it
//! inherited.

use std::fmt::Write as _;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};

static ON: AtomicBool = AtomicBool::new(false);

/// Writes the map from now on.
pub fn enable() {
    ON.store(true, Ordering::Relaxed);
}

fn enabled() -> bool {
    static ASKED: OnceLock<bool> = OnceLock::new();
    let is_set = |name| std::env::var_os(name).is_some_and(|v| v == "1");
    ON.load(Ordering::Relaxed) || *ASKED.get_or_init(|| is_set("TAIPAN_PERF_MAP") || is_set("PYTHONPERFSUPPORT"))
}

/// What was written, and by which process.
struct Map {
    process: u32,
    lines: String,
}

/// Adds functions: name, address, bytes. A map that cannot be written is
/// silently left alone: it is a convenience.
pub fn add(functions: &[(String, *const u8, u64)]) {
    static MAP: Mutex<Map> = Mutex::new(Map { process: 0, lines: String::new() });
    if !enabled() {
        return;
    }
    let mut map = MAP.lock().unwrap_or_else(|e| e.into_inner());
    let old = map.lines.len();
    for (name, address, size) in functions {
        let _ = writeln!(map.lines, "{:x} {size:x} {name}", *address as usize);
    }
    let process = std::process::id();
    // An earlier process of the same number may have left a map.
    let first = map.process != process;
    map.process = process;
    let mut options = std::fs::OpenOptions::new();
    match first {
        true => options.create(true).write(true).truncate(true),
        false => options.append(true),
    };
    // Anybody may put links into /tmp.
    options.mode(0o600).custom_flags(libc::O_NOFOLLOW);
    let path = format!("/tmp/perf-{process}.map");
    if let Ok(mut file) = options.open(path) {
        let _ = file.write_all(&map.lines.as_bytes()[if first { 0 } else { old }..]);
    }
}

/// Adds functions of the optimising tier, whose names have serial numbers.
pub fn add_llvm(functions: &[(String, *const u8, u64)]) {
    if enabled() {
        let named: Vec<_> = functions.iter().map(|(name, address, size)| (llvm_name(name), *address, *size)).collect();
        add(&named);
    }
}

fn llvm_name(symbol: &str) -> String {
    match symbol.rsplit_once('#') {
        Some((name, rest)) if rest.ends_with(".entry") => format!("py::{name}.uniform [llvm]"),
        Some((name, _)) => format!("py::{name} [llvm]"),
        None => format!("{symbol} [llvm]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_of_the_optimising_tier_are_named_like_the_others() {
        assert_eq!(llvm_name("kernel#12"), "py::kernel [llvm]");
        assert_eq!(llvm_name("a.kernel#12.entry"), "py::a.kernel.uniform [llvm]");
        assert_eq!(llvm_name("kernel.osr0.1#3"), "py::kernel.osr0.1 [llvm]");
    }
}
