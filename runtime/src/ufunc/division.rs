//! Division in all its forms: true, floored, truncated, and the remainders that go with them.
//!
//! Floored division and remainder follow Python: the remainder has the sign of the divisor, and
//! `a == b * (a // b) + a % b` as nearly as rounding allows.

use half::f16;
use num_complex::Complex;

use super::kernel::{NEGATIVE_POWER, Op2, Op2x2};
use crate::fpflags::FpFlags;

/// `a / b`
pub struct Divide;
/// `a // b`
pub struct FloorDivide;
/// `a % b`, sign of `b`
pub struct Remainder;
/// `fmod(a, b)`, sign of `a`
pub struct Fmod;
/// `(a // b, a % b)`
pub struct DivMod;
/// `a ** b` of integers
pub struct IntPower;

/// Square-and-multiply with wrapping products.
macro_rules! power {
    ($a:ident, $b:ident, $ty:ty) => {{
        let (mut base, mut exponent) = ($a, $b);
        let mut result: $ty = 1;
        while exponent != 0 {
            if exponent & 1 != 0 {
                result = result.wrapping_mul(base);
            }
            exponent >>= 1;
            base = base.wrapping_mul(base);
        }
        result
    }};
}

macro_rules! signed {
    ($($ty:ty)*) => { $(
        impl Op2<$ty> for FloorDivide {
            type R = $ty;
            #[inline(always)]
            fn f(a: $ty, b: $ty, flags: &mut FpFlags) -> $ty {
                if b == 0 {
                    *flags |= FpFlags::DIVIDE;
                    return 0;
                }
                if b == -1 {
                    if a == <$ty>::MIN {
                        *flags |= FpFlags::OVERFLOW;
                    }
                    return a.wrapping_neg();
                }
                let quotient = a / b;
                if (a % b != 0) && ((a < 0) != (b < 0)) { quotient - 1 } else { quotient }
            }
        }
        impl Op2<$ty> for Remainder {
            type R = $ty;
            #[inline(always)]
            fn f(a: $ty, b: $ty, flags: &mut FpFlags) -> $ty {
                if b == 0 {
                    *flags |= FpFlags::DIVIDE;
                    return 0;
                }
                let rest = a.wrapping_rem(b);
                if rest != 0 && ((rest < 0) != (b < 0)) { rest + b } else { rest }
            }
        }
        impl Op2<$ty> for IntPower {
            type R = $ty;
            #[inline(always)]
            fn f(a: $ty, b: $ty, flags: &mut FpFlags) -> $ty {
                if b < 0 {
                    *flags |= NEGATIVE_POWER;
                    return 0;
                }
                power!(a, b, $ty)
            }
        }
    )* };
}
macro_rules! unsigned {
    ($($ty:ty)*) => { $(
        impl Op2<$ty> for FloorDivide {
            type R = $ty;
            #[inline(always)]
            fn f(a: $ty, b: $ty, flags: &mut FpFlags) -> $ty {
                a.checked_div(b).unwrap_or_else(|| { *flags |= FpFlags::DIVIDE; 0 })
            }
        }
        impl Op2<$ty> for Remainder {
            type R = $ty;
            #[inline(always)]
            fn f(a: $ty, b: $ty, flags: &mut FpFlags) -> $ty {
                a.checked_rem(b).unwrap_or_else(|| { *flags |= FpFlags::DIVIDE; 0 })
            }
        }
        impl Op2<$ty> for IntPower {
            type R = $ty;
            #[inline(always)]
            fn f(a: $ty, b: $ty, _: &mut FpFlags) -> $ty {
                power!(a, b, $ty)
            }
        }
    )* };
}
macro_rules! integers {
    ($($ty:ty)*) => { $(
        impl Op2<$ty> for Fmod {
            type R = $ty;
            #[inline(always)]
            fn f(a: $ty, b: $ty, flags: &mut FpFlags) -> $ty {
                if b == 0 {
                    *flags |= FpFlags::DIVIDE;
                    return 0;
                }
                a.wrapping_rem(b)
            }
        }
        impl Op2x2<$ty> for DivMod {
            #[inline(always)]
            fn f(a: $ty, b: $ty, flags: &mut FpFlags) -> ($ty, $ty) {
                let mut ignored = FpFlags::NONE;
                (<FloorDivide as Op2<$ty>>::f(a, b, flags), <Remainder as Op2<$ty>>::f(a, b, &mut ignored))
            }
        }
    )* };
}
signed!(i8 i16 i32 i64);
unsigned!(u8 u16 u32 u64);
integers!(i8 i16 i32 i64 u8 u16 u32 u64);

/// The remainder with the sign of the divisor.
macro_rules! floored_rest {
    ($a:ident, $b:ident, $ty:ty) => {{
        let rest = $a % $b;
        if rest == 0.0 {
            (0.0 as $ty).copysign($b)
        } else if ($b < 0.0) != (rest < 0.0) {
            rest + $b
        } else {
            rest
        }
    }};
}

macro_rules! floats {
    ($($ty:ty, $divmod:ident;)*) => { $(
        /// Quotient and remainder as Python's `divmod` gives them.
        #[inline]
        pub(crate) fn $divmod(a: $ty, b: $ty) -> ($ty, $ty) {
            // Comparisons of NaN below may count as invalid operations; NaN in is not one.
            if a.is_nan() || b.is_nan() {
                return (a + b, a + b);
            }
            let mut rest = a % b;
            if b == 0.0 {
                return (a / b, rest);
            }
            let mut quotient = (a - rest) / b;
            if rest != 0.0 {
                if (b < 0.0) != (rest < 0.0) {
                    rest += b;
                    quotient -= 1.0;
                }
            } else {
                rest = (0.0 as $ty).copysign(b);
            }
            let floored = if quotient != 0.0 {
                let floor = quotient.floor();
                if quotient - floor > 0.5 { floor + 1.0 } else { floor }
            } else {
                (0.0 as $ty).copysign(a / b)
            };
            (floored, rest)
        }
        impl Op2<$ty> for Divide {
            type R = $ty;
            const SIMD: bool = true;
            #[inline(always)]
            fn f(a: $ty, b: $ty, _: &mut FpFlags) -> $ty {
                a / b
            }
        }
        impl Op2<$ty> for FloorDivide {
            type R = $ty;
            fn f(a: $ty, b: $ty, _: &mut FpFlags) -> $ty {
                if b == 0.0 { a / b } else { $divmod(a, b).0 }
            }
        }
        impl Op2<$ty> for Remainder {
            type R = $ty;
            fn f(a: $ty, b: $ty, _: &mut FpFlags) -> $ty {
                if a.is_nan() || b.is_nan() {
                    return a + b;
                }
                if b == 0.0 { a % b } else { floored_rest!(a, b, $ty) }
            }
        }
        impl Op2<$ty> for Fmod {
            type R = $ty;
            fn f(a: $ty, b: $ty, _: &mut FpFlags) -> $ty {
                a % b
            }
        }
        impl Op2x2<$ty> for DivMod {
            fn f(a: $ty, b: $ty, _: &mut FpFlags) -> ($ty, $ty) {
                $divmod(a, b)
            }
        }
        impl Op2<Complex<$ty>> for Divide {
            type R = Complex<$ty>;
            #[inline(always)]
            fn f(a: Complex<$ty>, b: Complex<$ty>, _: &mut FpFlags) -> Complex<$ty> {
                // Smith's method: scale by the larger part of the divisor.
                if b.re.abs() >= b.im.abs() {
                    if b.re == 0.0 && b.im == 0.0 {
                        return Complex::new(a.re / b.re.abs(), a.im / b.re.abs());
                    }
                    let ratio = b.im / b.re;
                    let scale = 1.0 / (b.re + b.im * ratio);
                    Complex::new((a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale)
                } else {
                    let ratio = b.re / b.im;
                    let scale = 1.0 / (b.im + b.re * ratio);
                    Complex::new((a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale)
                }
            }
        }
    )* };
}
floats!(f32, divmod32; f64, divmod64;);

macro_rules! halves {
    ($($op:ident)*) => { $(
        impl Op2<f16> for $op {
            type R = f16;
            fn f(a: f16, b: f16, flags: &mut FpFlags) -> f16 {
                f16::from_f32(<$op as Op2<f32>>::f(a.to_f32(), b.to_f32(), flags))
            }
        }
    )* };
}
halves!(Divide FloorDivide Remainder Fmod);
impl Op2x2<f16> for DivMod {
    fn f(a: f16, b: f16, _: &mut FpFlags) -> (f16, f16) {
        let (quotient, rest) = divmod32(a.to_f32(), b.to_f32());
        (f16::from_f32(quotient), f16::from_f32(rest))
    }
}
