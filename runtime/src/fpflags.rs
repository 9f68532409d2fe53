//! The floating-point status flags of this thread, and the set of them a kernel raised.
//!
//! # Unsafe contract
//! Reads and writes the MXCSR register. Only the sticky exception bits are touched, never the
//! masks or the rounding mode.
//!
//! Elementwise loops do plain arithmetic; the processor records division by zero, overflow,
//! underflow and invalid operations on the side. [`watch`] clears the record, runs a kernel and
//! reads it, so that checking costs nothing per element.

use std::ops::{BitOr, BitOrAssign};

/// A set of floating-point conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct FpFlags(pub u8);

impl FpFlags {
    /// Nothing happened.
    pub const NONE: FpFlags = FpFlags(0);
    /// Division by zero.
    pub const DIVIDE: FpFlags = FpFlags(1);
    /// Result too large.
    pub const OVERFLOW: FpFlags = FpFlags(2);
    /// Result too small to be normal, with loss.
    pub const UNDERFLOW: FpFlags = FpFlags(4);
    /// Invalid operation.
    pub const INVALID: FpFlags = FpFlags(8);

    /// The conditions in the order NumPy reports them, with the words of its messages:
    /// `"{words} encountered in {ufunc}"`.
    pub const WORDS: [(FpFlags, &'static str); 4] = [
        (FpFlags::DIVIDE, "divide by zero"),
        (FpFlags::OVERFLOW, "overflow"),
        (FpFlags::UNDERFLOW, "underflow"),
        (FpFlags::INVALID, "invalid value"),
    ];

    /// Whether all of `other` are set.
    #[inline]
    pub fn contains(self, other: FpFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether none is set.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for FpFlags {
    type Output = FpFlags;
    #[inline]
    fn bitor(self, other: FpFlags) -> FpFlags {
        FpFlags(self.0 | other.0)
    }
}

impl BitOrAssign for FpFlags {
    #[inline]
    fn bitor_assign(&mut self, other: FpFlags) {
        self.0 |= other.0;
    }
}

#[cfg(target_arch = "x86_64")]
mod status {
    use super::FpFlags;

    /// Sticky exception bits of MXCSR: IE, DE, ZE, OE, UE, PE.
    const EXCEPTIONS: u32 = 0x3f;

    #[inline(always)]
    fn read() -> u32 {
        let mut value = 0u32;
        // SAFETY: stores the register into the local; the memory clobber (default of asm!) keeps
        // array stores on their side of it.
        unsafe {
            std::arch::asm!("stmxcsr [{}]", in(reg) &mut value, options(nostack));
        }
        value
    }

    #[inline(always)]
    pub fn clear() {
        let value = read();
        if value & EXCEPTIONS != 0 {
            let cleared = value & !EXCEPTIONS;
            // SAFETY: masks and rounding mode stay as they were.
            unsafe {
                std::arch::asm!("ldmxcsr [{}]", in(reg) &cleared, options(nostack));
            }
        }
    }

    #[inline(always)]
    pub fn get() -> FpFlags {
        let value = read();
        let bit = |mask: u32, flag: FpFlags| if value & mask != 0 { flag } else { FpFlags::NONE };
        bit(1, FpFlags::INVALID)
            | bit(4, FpFlags::DIVIDE)
            | bit(8, FpFlags::OVERFLOW)
            | bit(16, FpFlags::UNDERFLOW)
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod status {
    use super::FpFlags;
    pub fn clear() {}
    pub fn get() -> FpFlags {
        FpFlags::NONE
    }
}

/// Forgets what this thread raised so far.
#[inline(always)]
pub fn clear() {
    status::clear()
}

/// What this thread raised since [`clear`].
#[inline(always)]
pub fn get() -> FpFlags {
    status::get()
}

/// Runs `kernel` and returns what it raised, besides its own result.
#[inline]
pub fn watch<T>(kernel: impl FnOnce() -> T) -> (T, FpFlags) {
    clear();
    let result = kernel();
    let flags = get();
    (result, flags)
}
