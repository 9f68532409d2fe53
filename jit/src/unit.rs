//! Compiled units: what a caller holds of a function while tiers come and go.
//!
//! `unsafe` room: an address in a cell becomes a function of the one type that
//! is ever stored there; calling it asks for the thread's own context and for
//! the slots of the unit's signature.

use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use taipan_runtime::trap::Ctx;

/// Uniform entry from outside: `args` are the parameter slots (8 bytes each,
/// LIR order), `results` the result slots; gives the status.
pub type NativeEntry = unsafe extern "C" fn(ctx: *mut Ctx, args: *const u64, results: *mut u64) -> i32;

/// The current machine code of a unit. Baseline fills it, LLVM swaps it.
#[derive(Debug, Default)]
#[repr(C)]
pub struct EntryCell {
    /// Offset 0: entry with the LIR calling convention (compiled callers).
    pub direct: AtomicPtr<u8>,
    /// Offset 8: a [`NativeEntry`] (the interpreter's calls).
    pub uniform: AtomicPtr<u8>,
    /// Offset 16: not 0 when a better tier waits for running loops; baseline
    /// code looks at it in `poll` beside `Ctx::poll`.
    pub osr_ready: AtomicU32,
}

impl EntryCell {
    /// The uniform entry, if there is code yet.
    pub fn uniform(&self) -> Option<NativeEntry> {
        let p = self.uniform.load(Ordering::Acquire);
        // SAFETY: only the code registry stores here, and only addresses of
        // functions of exactly this type.
        if p.is_null() { None } else { Some(unsafe { std::mem::transmute::<*mut u8, NativeEntry>(p) }) }
    }
}
