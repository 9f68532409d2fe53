//! Integer floored division and remainder by one divisor for a whole run.
//!
//! # Unsafe contract
//! That of an [`InnerLoop`](super::kernel::InnerLoop).
//!
//! Division by a constant `d >= 2` becomes a multiplication by `floor(2^(b-1+l) / d) + 1` and a
//! shift, with `l = ceil(log2 d)` and `b` the width of the type (Granlund and Montgomery, 1994).
//! That is exact for numerators below `2^(b-1)`; a negative number `x` is divided through its
//! complement, since `floor(x / d) = !(!x / d)`.

use super::division::{FloorDivide, Remainder};
use super::kernel::binary;
use crate::fpflags::FpFlags;
use crate::iter::PerOperand;

/// Runs shorter than this divide directly.
const SHORT: usize = 16;

macro_rules! loops {
    ($($ty:ty, $unsigned:ty, $wide:ty, $divide:ident, $remainder:ident;)*) => { $(
        loops!(@one $ty, $unsigned, $wide, $divide, FloorDivide, |quotient, _x, _d| quotient);
        loops!(@one $ty, $unsigned, $wide, $remainder, Remainder,
            |quotient, x, d| x.wrapping_sub(quotient.wrapping_mul(d)));
    )* };
    (@one $ty:ty, $unsigned:ty, $wide:ty, $name:ident, $op:ty, |$q:ident, $x:ident, $d:ident| $result:expr) => {
        /// The loop, with a fast path for a constant divisor of at least 2.
        ///
        /// # Safety
        /// See the file head.
        pub unsafe fn $name(args: &PerOperand<*mut u8>, n: usize, strides: &PerOperand<isize>) -> FpFlags {
            const WIDTH: u32 = <$ty>::BITS;
            // SAFETY: by the contract all elements are valid.
            unsafe {
                if strides[1] != 0 || n < SHORT {
                    return binary::<$op, $ty, $ty>(args, n, strides);
                }
                let $d = args[1].cast::<$ty>().read_unaligned();
                if $d < 2 {
                    return binary::<$op, $ty, $ty>(args, n, strides);
                }
                let log = WIDTH - ($d - 1).leading_zeros();
                let factor = (((1 as $wide) << (WIDTH - 1 + log)) / $d as $wide + 1) as $unsigned;
                let shift = WIDTH - 1 + log;
                let step = |$x: $ty| -> $ty {
                    let sign = $x >> (WIDTH - 1);
                    let magnitude = ($x ^ sign) as $unsigned;
                    let quotient = ((magnitude as $wide * factor as $wide) >> shift) as $ty;
                    let $q = quotient ^ sign;
                    $result
                };
                let size = size_of::<$ty>() as isize;
                if strides[0] == size && strides[2] == size {
                    let (src, dst) = (args[0].cast::<$ty>(), args[2].cast::<$ty>());
                    for i in 0..n {
                        dst.add(i).write_unaligned(step(src.add(i).read_unaligned()));
                    }
                } else {
                    let (mut src, mut dst) = (args[0], args[2]);
                    for _ in 0..n {
                        let value = step(src.cast::<$ty>().read_unaligned());
                        dst.cast::<$ty>().write_unaligned(value);
                        src = src.wrapping_offset(strides[0]);
                        dst = dst.wrapping_offset(strides[2]);
                    }
                }
            }
            FpFlags::NONE
        }
    };
}
loops! {
    i8, u8, u16, divide_i8, remainder_i8;
    i16, u16, u32, divide_i16, remainder_i16;
    i32, u32, u64, divide_i32, remainder_i32;
    i64, u64, u128, divide_i64, remainder_i64;
}
