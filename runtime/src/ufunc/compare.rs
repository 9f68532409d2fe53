//! Comparisons, truth functions, extrema and classification.
//!
//! Complex numbers are ordered lexicographically; `maximum` and `minimum` hand on the first NaN,
//! `fmax` and `fmin` avoid them.

use half::f16;
use num_complex::Complex;

use super::kernel::{Op1, Op2};
use crate::dtype::{Bool, Element};
use crate::fpflags::FpFlags;

macro_rules! operations {
    ($($name:ident)*) => { $( #[doc = concat!("The `", stringify!($name), "` operation.")] pub struct $name; )* };
}
operations! {
    Equal NotEqual Less LessEqual Greater GreaterEqual
    LogicalAnd LogicalOr LogicalXor LogicalNot
    Maximum Minimum Fmax Fmin
    IsNan IsInf IsFinite SignBit
}

/// What the operations of this file need to know about a type.
pub trait Ordered: Element {
    /// `a < b`; false if either is NaN.
    fn lt(self, other: Self) -> bool;
    /// `a <= b`; false if either is NaN.
    fn le(self, other: Self) -> bool;
    /// Not equal to itself.
    fn nan(self) -> bool;
    /// Different from zero (NaN is).
    fn truth(self) -> bool;
    /// Whether loops over it vectorise.
    const VECTOR: bool;
}

macro_rules! ordered {
    ($($ty:ty, $zero:expr, $vector:literal;)*) => { $(
        impl Ordered for $ty {
            const VECTOR: bool = $vector;
            #[inline(always)]
            fn lt(self, other: Self) -> bool { self < other }
            #[inline(always)]
            fn le(self, other: Self) -> bool { self <= other }
            #[inline(always)]
            #[allow(clippy::eq_op, reason = "that is what makes a NaN")]
            fn nan(self) -> bool { self != self }
            #[inline(always)]
            fn truth(self) -> bool { self != $zero }
        }
    )* };
}
ordered! {
    Bool, Bool(0), true;
    i8, 0, true; i16, 0, true; i32, 0, true; i64, 0, true;
    u8, 0, true; u16, 0, true; u32, 0, true; u64, 0, true;
    f32, 0.0, true; f64, 0.0, true;
    f16, f16::ZERO, false;
}

macro_rules! ordered_complex {
    ($($ty:ty)*) => { $(
        impl Ordered for Complex<$ty> {
            const VECTOR: bool = false;
            #[inline(always)]
            fn lt(self, other: Self) -> bool {
                (self.re < other.re && !self.im.is_nan() && !other.im.is_nan())
                    || (self.re == other.re && self.im < other.im)
            }
            #[inline(always)]
            fn le(self, other: Self) -> bool {
                (self.re < other.re && !self.im.is_nan() && !other.im.is_nan())
                    || (self.re == other.re && self.im <= other.im)
            }
            #[inline(always)]
            fn nan(self) -> bool { self.re.is_nan() || self.im.is_nan() }
            #[inline(always)]
            fn truth(self) -> bool { self.re != 0.0 || self.im != 0.0 }
        }
    )* };
}
ordered_complex!(f32 f64);

macro_rules! predicates2 {
    ($($op:ident, |$a:ident, $b:ident| $body:expr;)*) => { $(
        impl<T: Ordered> Op2<T> for $op {
            type R = Bool;
            const SIMD: bool = T::VECTOR;
            #[inline(always)]
            fn f($a: T, $b: T, _: &mut FpFlags) -> Bool {
                Bool::from($body)
            }
        }
    )* };
}
predicates2! {
    Equal, |a, b| a == b;
    NotEqual, |a, b| a != b;
    Less, |a, b| a.lt(b);
    LessEqual, |a, b| a.le(b);
    Greater, |a, b| b.lt(a);
    GreaterEqual, |a, b| b.le(a);
    LogicalAnd, |a, b| a.truth() & b.truth();
    LogicalOr, |a, b| a.truth() | b.truth();
    LogicalXor, |a, b| a.truth() ^ b.truth();
}

macro_rules! mixed_signs {
    ($($op:ident, |$a:ident, $b:ident| $signed_first:expr, $unsigned_first:expr;)*) => { $(
        impl Op2<i64, u64> for $op {
            type R = Bool;
            #[inline(always)]
            fn f($a: i64, $b: u64, _: &mut FpFlags) -> Bool {
                Bool::from($signed_first)
            }
        }
        impl Op2<u64, i64> for $op {
            type R = Bool;
            #[inline(always)]
            fn f($a: u64, $b: i64, _: &mut FpFlags) -> Bool {
                Bool::from($unsigned_first)
            }
        }
    )* };
}
mixed_signs! {
    Equal, |a, b| a >= 0 && a as u64 == b, b >= 0 && a == b as u64;
    NotEqual, |a, b| a < 0 || a as u64 != b, b < 0 || a != b as u64;
    Less, |a, b| a < 0 || (a as u64) < b, b >= 0 && a < b as u64;
    LessEqual, |a, b| a < 0 || a as u64 <= b, b >= 0 && a <= b as u64;
    Greater, |a, b| a >= 0 && a as u64 > b, b < 0 || a > b as u64;
    GreaterEqual, |a, b| a >= 0 && a as u64 >= b, b < 0 || a >= b as u64;
}

impl<T: Ordered> Op1<T> for LogicalNot {
    type R = Bool;
    const SIMD: bool = T::VECTOR;
    #[inline(always)]
    fn f(a: T, _: &mut FpFlags) -> Bool {
        Bool::from(!a.truth())
    }
}

macro_rules! extrema {
    ($($op:ident, |$a:ident, $b:ident| $body:expr;)*) => { $(
        impl<T: Ordered> Op2<T> for $op {
            type R = T;
            const SIMD: bool = T::VECTOR;
            #[inline(always)]
            fn f($a: T, $b: T, _: &mut FpFlags) -> T {
                if $body { $a } else { $b }
            }
        }
    )* };
}
extrema! {
    Maximum, |a, b| b.le(a) | a.nan();
    Minimum, |a, b| a.le(b) | a.nan();
    Fmax, |a, b| b.le(a) | b.nan();
    Fmin, |a, b| a.le(b) | b.nan();
}

macro_rules! classify {
    ($($ty:ty, $nan:expr, $inf:expr, $finite:expr;)*) => { $(
        classify!(@one IsNan, $ty, $nan);
        classify!(@one IsInf, $ty, $inf);
        classify!(@one IsFinite, $ty, $finite);
    )* };
    (@one $op:ident, $ty:ty, $body:expr) => {
        impl Op1<$ty> for $op {
            type R = Bool;
            const SIMD: bool = <$ty as Ordered>::VECTOR;
            #[inline(always)]
            fn f(a: $ty, _: &mut FpFlags) -> Bool {
                let test: fn($ty) -> bool = $body;
                Bool::from(test(a))
            }
        }
    };
}
macro_rules! classify_integers {
    ($($ty:ty)*) => { classify!($($ty, |_| false, |_| false, |_| true;)*); };
}
classify_integers!(Bool i8 i16 i32 i64 u8 u16 u32 u64);
classify! {
    f16, |a| a.is_nan(), |a| a.is_infinite(), |a| a.is_finite();
    f32, |a| a.is_nan(), |a| a.is_infinite(), |a| a.is_finite();
    f64, |a| a.is_nan(), |a| a.is_infinite(), |a| a.is_finite();
    Complex<f32>, |a| a.re.is_nan() || a.im.is_nan(), |a| a.re.is_infinite() || a.im.is_infinite(), |a| a.re.is_finite() && a.im.is_finite();
    Complex<f64>, |a| a.re.is_nan() || a.im.is_nan(), |a| a.re.is_infinite() || a.im.is_infinite(), |a| a.re.is_finite() && a.im.is_finite();
}

macro_rules! sign_bits {
    ($($ty:ty)*) => { $( classify!(@one SignBit, $ty, |a| a.is_sign_negative()); )* };
}
sign_bits!(f16 f32 f64);
