//! How many threads parallel regions may use: `set_num_threads` and friends.

use rustpython_vm::{PyResult, VirtualMachine};
use std::cell::Cell;
use std::sync::OnceLock;

/// The largest number, from `NUMBA_NUM_THREADS` or the machine.
pub fn maximum() -> usize {
    static MAX: OnceLock<usize> = OnceLock::new();
    *MAX.get_or_init(|| {
        let asked = std::env::var("NUMBA_NUM_THREADS").ok().and_then(|v| v.trim().parse().ok());
        asked.filter(|n| *n > 0).unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
    })
}

thread_local! {
    /// 0 = the maximum. Per thread, as Numba's mask is.
    static ACTIVE: Cell<usize> = const { Cell::new(0) };
}

/// The number in force on this thread.
pub fn active() -> usize {
    match ACTIVE.get() {
        0 => maximum(),
        n => n,
    }
}

/// `numba.set_num_threads`.
///
/// # Errors
/// ValueError outside `1..=maximum`.
pub fn set_active(n: i64, vm: &VirtualMachine) -> PyResult<()> {
    if n < 1 || n as u64 > maximum() as u64 {
        return Err(vm.new_value_error(format!("The number of threads must be between 1 and {}", maximum())));
    }
    ACTIVE.set(n as usize);
    Ok(())
}
