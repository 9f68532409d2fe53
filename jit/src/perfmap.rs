//! `/tmp/perf-PID.map`: names of compiled functions for `perf`.
//!
//! Written only when `TAIPAN_PERF_MAP=1` (or `PYTHONPERFSUPPORT=1`, as CPython has it) or [`enable`] was called. One line a
//! function: start and size in hexadecimal, then the name.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};

static ON: AtomicBool = AtomicBool::new(false);

/// Writes the map from now on.
pub fn enable() {
    ON.store(true, Ordering::Relaxed);
}

fn enabled() -> bool {
    static ASKED: OnceLock<bool> = OnceLock::new();
    ON.load(Ordering::Relaxed) || *ASKED.get_or_init(|| std::env::var_os("TAIPAN_PERF_MAP").is_some_and(|v| v == "1") || std::env::var_os("PYTHONPERFSUPPORT").is_some_and(|v| v == "1"))
}

/// Adds functions: name, address, bytes. A map that cannot be written is
/// silently left alone: it is a convenience.
pub fn add(functions: &[(String, *const u8, u64)]) {
    static WRITING: Mutex<()> = Mutex::new(());
    if !enabled() {
        return;
    }
    let _one = WRITING.lock();
    // Named by process: a forked child gets its own.
    let path = format!("/tmp/perf-{}.map", std::process::id());
    let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(path) else { return };
    for (name, address, size) in functions {
        let _ = writeln!(file, "{:x} {size:x} {name}", *address as usize);
    }
}
