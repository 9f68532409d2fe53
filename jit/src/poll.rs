//! The slow path of a poll: Ctrl-C, stop requests, cancellation.
//!
//! Compiled loops read `Ctx::poll` and come here when it is not 0. What the
//! bits mean for the interpreter is the `vm` crate's affair: it installs hooks.
//!
//! `unsafe` room: the `extern "C"` functions are called by compiled code with
//! the calling thread's context.

use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use taipan_runtime::trap::{Ctx, STATUS_OK, STATUS_TRAP, TrapKind, poll, taipan_trap};

/// Site number of the trap that a cancelled sibling of a parallel region
/// leaves behind; the scheduler drops such traps.
pub use taipan_runtime::trap::CANCELLED_SITE;

static INTERRUPT: OnceLock<fn() -> bool> = OnceLock::new();
static STOP: OnceLock<fn()> = OnceLock::new();

/// Installs what to do about Ctrl-C: `true` raises `KeyboardInterrupt` in the
/// compiled code, `false` goes on. Without a hook it raises. Later calls
/// change nothing.
pub fn set_interrupt_hook(hook: fn() -> bool) {
    let _ = INTERRUPT.set(hook);
}

/// Installs what to do when the interpreter asks this thread to stop for a
/// moment; it returns when the thread may go on. Later calls change nothing.
pub fn set_stop_hook(hook: fn()) {
    let _ = STOP.set(hook);
}

/// Serves the poll word; gives `STATUS_OK` to go on, `STATUS_TRAP` (with the
/// trap recorded at `site`) to leave the function.
///
/// # Safety
/// `ctx` is the calling thread's context.
pub unsafe extern "C" fn taipan_poll_interrupt(ctx: *mut Ctx, site: u32) -> i32 {
    // SAFETY: contract of this function.
    let word = unsafe { &(*ctx).poll };
    let bits = word.load(Ordering::Acquire);
    if bits & poll::INTERRUPT != 0 {
        word.fetch_and(!poll::INTERRUPT, Ordering::AcqRel);
        if INTERRUPT.get().is_none_or(|hook| hook()) {
            // SAFETY: contract of this function.
            unsafe { taipan_trap(ctx, TrapKind::Interrupt as u32, site, 0, 0, 0, 0) };
            return STATUS_TRAP;
        }
    }
    if bits & poll::STOP != 0 {
        word.fetch_and(!poll::STOP, Ordering::AcqRel);
        if let Some(hook) = STOP.get() {
            hook();
        }
    }
    if bits & poll::CANCEL != 0 {
        // The bit stays: every loop of this region is to end.
        // SAFETY: contract of this function.
        unsafe { taipan_trap(ctx, TrapKind::Pending as u32, CANCELLED_SITE, 0, 0, 0, 0) };
        return STATUS_TRAP;
    }
    if bits & poll::SLICE != 0 {
        // Only loops with a slice branch of their own care.
        word.fetch_and(!poll::SLICE, Ordering::AcqRel);
    }
    STATUS_OK
}

/// Called at the start of a function whose frame would end at `lowest`, which
/// is below the context's stack limit: raises `RecursionError` at `site` if the
/// stack is used up, serves the poll word otherwise. Gives the status.
///
/// # Safety
/// `ctx` is the calling thread's context.
pub unsafe extern "C" fn taipan_stack_limit(ctx: *mut Ctx, lowest: usize, site: u32) -> i32 {
    // SAFETY: contract of this function.
    unsafe {
        if (*ctx).stack_is_low(lowest) {
            taipan_trap(ctx, TrapKind::Recursion as u32, site, 0, 0, 0, 0);
            return STATUS_TRAP;
        }
        taipan_poll_interrupt(ctx, site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_served_and_cleared() {
        let ctx = Ctx::current();
        // SAFETY: this thread's context.
        unsafe {
            (*ctx).poll.store(poll::STOP | poll::SLICE, Ordering::Release);
            assert_eq!(taipan_poll_interrupt(ctx, 5), STATUS_OK);
            assert_eq!((*ctx).poll.load(Ordering::Acquire), 0);
            (*ctx).poll.store(poll::INTERRUPT, Ordering::Release);
            assert_eq!(taipan_poll_interrupt(ctx, 5), STATUS_TRAP);
            assert_eq!(((*ctx).trap.kind, (*ctx).trap.site), (TrapKind::Interrupt, 5));
            (*ctx).poll.store(poll::CANCEL, Ordering::Release);
            assert_eq!(taipan_poll_interrupt(ctx, 5), STATUS_TRAP);
            assert_eq!((*ctx).trap.site, CANCELLED_SITE);
            (*ctx).poll.store(0, Ordering::Release);
        }
    }
}
