//! Operations on the bits of integers and booleans, and on divisors of integers.

use super::kernel::{Op1, Op2};
use crate::dtype::Bool;
use crate::fpflags::FpFlags;

/// `a & b`
pub struct And;
/// `a | b`
pub struct Or;
/// `a ^ b`
pub struct Xor;
/// `~a`
pub struct Invert;
/// `a << b`; 0 if `b` is not less than the width
pub struct LeftShift;
/// `a >> b`; the sign if `b` is not less than the width
pub struct RightShift;
/// Number of one bits of `|a|`
pub struct BitCount;
/// Greatest common divisor
pub struct Gcd;
/// Least common multiple
pub struct Lcm;

macro_rules! op2 {
    ($op:ident, $ty:ty, $simd:literal, |$a:ident, $b:ident| $body:expr) => {
        impl Op2<$ty> for $op {
            type R = $ty;
            const SIMD: bool = $simd;
            #[inline(always)]
            fn f($a: $ty, $b: $ty, _: &mut FpFlags) -> $ty {
                $body
            }
        }
    };
}

macro_rules! integers {
    ($($ty:ty)*) => { $(
        op2!(And, $ty, true, |a, b| a & b);
        op2!(Or, $ty, true, |a, b| a | b);
        op2!(Xor, $ty, true, |a, b| a ^ b);
        op2!(LeftShift, $ty, true, |a, b| if (b as u64) < <$ty>::BITS as u64 { a << b } else { 0 });
        op2!(RightShift, $ty, true, |a, b| {
            // For signed types the last shift leaves only copies of the sign.
            #[allow(unused_comparisons, reason = "shared with unsigned types")]
            let sign: $ty = if a < 0 { !0 } else { 0 };
            if (b as u64) < <$ty>::BITS as u64 { a >> b } else { sign }
        });
        impl Op1<$ty> for Invert {
            type R = $ty;
            const SIMD: bool = true;
            #[inline(always)]
            fn f(a: $ty, _: &mut FpFlags) -> $ty {
                !a
            }
        }
    )* };
}
integers!(i8 i16 i32 i64 u8 u16 u32 u64);

op2!(And, Bool, true, |a, b| Bool::from(a.get() & b.get()));
op2!(Or, Bool, true, |a, b| Bool::from(a.get() | b.get()));
op2!(Xor, Bool, true, |a, b| Bool::from(a.get() ^ b.get()));
impl Op1<Bool> for Invert {
    type R = Bool;
    const SIMD: bool = true;
    #[inline(always)]
    fn f(a: Bool, _: &mut FpFlags) -> Bool {
        Bool::from(!a.get())
    }
}

macro_rules! divisors {
    ($($ty:ty, $magnitude:expr;)*) => { $(
        impl Op1<$ty> for BitCount {
            type R = u8;
            fn f(a: $ty, _: &mut FpFlags) -> u8 {
                $magnitude(a).count_ones() as u8
            }
        }
        impl Op2<$ty> for Gcd {
            type R = $ty;
            fn f(a: $ty, b: $ty, _: &mut FpFlags) -> $ty {
                let (mut a, mut b) = ($magnitude(a), $magnitude(b));
                while b != 0 {
                    (a, b) = (b, a % b);
                }
                a as $ty
            }
        }
        impl Op2<$ty> for Lcm {
            type R = $ty;
            fn f(a: $ty, b: $ty, flags: &mut FpFlags) -> $ty {
                let divisor = <Gcd as Op2<$ty>>::f(a, b, flags);
                if divisor == 0 {
                    return 0;
                }
                let (a, b, divisor) = ($magnitude(a), $magnitude(b), $magnitude(divisor));
                (a / divisor).wrapping_mul(b) as $ty
            }
        }
    )* };
}
divisors! {
    i8, i8::unsigned_abs;
    i16, i16::unsigned_abs;
    i32, i32::unsigned_abs;
    i64, i64::unsigned_abs;
    u8, std::convert::identity::<u8>;
    u16, std::convert::identity::<u16>;
    u32, std::convert::identity::<u32>;
    u64, std::convert::identity::<u64>;
}
