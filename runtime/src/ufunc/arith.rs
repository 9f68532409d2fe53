//! Addition, multiplication and their one-operand relatives.

use half::f16;
use num_complex::Complex;

use super::kernel::{Op1, Op2};
use crate::dtype::Bool;
use crate::fpflags::FpFlags;

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident;)*) => { $( $(#[$doc])* pub struct $name; )* };
}

operations! {
    /// `a + b`
    Add;
    /// `a - b`
    Subtract;
    /// `a * b`
    Multiply;
    /// `-a`
    Negative;
    /// `+a`
    Positive;
    /// `|a|`
    Absolute;
    /// `|a|` of floats only
    Fabs;
    /// -1, 0, 1 (complex: `a / |a|`)
    Sign;
    /// `a * a`
    Square;
    /// `1 / a`
    Reciprocal;
    /// complex conjugate
    Conjugate;
}

macro_rules! op2 {
    ($op:ident, $ty:ty, |$a:ident, $b:ident| $body:expr) => {
        impl Op2<$ty> for $op {
            type R = $ty;
            const SIMD: bool = true;
            #[inline(always)]
            fn f($a: $ty, $b: $ty, _: &mut FpFlags) -> $ty {
                $body
            }
        }
    };
}
macro_rules! op1 {
    ($op:ident, $ty:ty, $r:ty, |$a:ident| $body:expr) => {
        impl Op1<$ty> for $op {
            type R = $r;
            const SIMD: bool = true;
            #[inline(always)]
            fn f($a: $ty, _: &mut FpFlags) -> $r {
                $body
            }
        }
    };
}

macro_rules! integers {
    ($($ty:ty)*) => { $(
        op2!(Add, $ty, |a, b| a.wrapping_add(b));
        op2!(Subtract, $ty, |a, b| a.wrapping_sub(b));
        op2!(Multiply, $ty, |a, b| a.wrapping_mul(b));
        op1!(Negative, $ty, $ty, |a| a.wrapping_neg());
        op1!(Positive, $ty, $ty, |a| a);
        op1!(Square, $ty, $ty, |a| a.wrapping_mul(a));
        op1!(Conjugate, $ty, $ty, |a| a);
        impl Op1<$ty> for Reciprocal {
            type R = $ty;
            #[inline(always)]
            fn f(a: $ty, flags: &mut FpFlags) -> $ty {
                if a == 0 {
                    *flags |= FpFlags::DIVIDE | FpFlags::INVALID;
                    return if size_of::<$ty>() >= 4 { <$ty>::MIN } else { 0 };
                }
                1 / a
            }
        }
    )* };
}
integers!(i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! signed {
    ($($ty:ty)*) => { $(
        op1!(Absolute, $ty, $ty, |a| a.wrapping_abs());
        op1!(Sign, $ty, $ty, |a| a.signum());
    )* };
}
signed!(i8 i16 i32 i64);
macro_rules! unsigned {
    ($($ty:ty)*) => { $(
        op1!(Absolute, $ty, $ty, |a| a);
        op1!(Sign, $ty, $ty, |a| (a != 0) as $ty);
    )* };
}
unsigned!(u8 u16 u32 u64);

op1!(Absolute, Bool, Bool, |a| Bool::from(a.get()));
op2!(Add, Bool, |a, b| Bool::from(a.get() | b.get()));
op2!(Multiply, Bool, |a, b| Bool::from(a.get() & b.get()));

macro_rules! floats {
    ($($ty:ty)*) => { $(
        op2!(Add, $ty, |a, b| a + b);
        op2!(Subtract, $ty, |a, b| a - b);
        op2!(Multiply, $ty, |a, b| a * b);
        op1!(Negative, $ty, $ty, |a| -a);
        op1!(Positive, $ty, $ty, |a| a);
        op1!(Absolute, $ty, $ty, |a| a.abs());
        op1!(Fabs, $ty, $ty, |a| a.abs());
        op1!(Sign, $ty, $ty, |a| if a > 0.0 { 1.0 } else if a < 0.0 { -1.0 } else if a == 0.0 { 0.0 } else { a });
        op1!(Square, $ty, $ty, |a| a * a);
        op1!(Reciprocal, $ty, $ty, |a| 1.0 / a);
        op1!(Conjugate, $ty, $ty, |a| a);
    )* };
}
floats!(f32 f64);

macro_rules! halves {
    (1: $($op:ident)*) => { $(
        impl Op1<f16> for $op {
            type R = f16;
            #[inline(always)]
            fn f(a: f16, flags: &mut FpFlags) -> f16 {
                f16::from_f32(<$op as Op1<f32>>::f(a.to_f32(), flags))
            }
        }
    )* };
    (2: $($op:ident)*) => { $(
        impl Op2<f16> for $op {
            type R = f16;
            #[inline(always)]
            fn f(a: f16, b: f16, flags: &mut FpFlags) -> f16 {
                f16::from_f32(<$op as Op2<f32>>::f(a.to_f32(), b.to_f32(), flags))
            }
        }
    )* };
}
halves!(1: Negative Positive Absolute Fabs Sign Square Reciprocal Conjugate);
halves!(2: Add Subtract Multiply);

/// `|z|` without spurious overflow.
#[inline(always)]
pub(crate) fn modulus32(z: Complex<f32>) -> f32 {
    z.re.hypot(z.im)
}
/// `|z|` without spurious overflow.
#[inline(always)]
pub(crate) fn modulus64(z: Complex<f64>) -> f64 {
    z.re.hypot(z.im)
}

macro_rules! complexes {
    ($($ty:ty, $modulus:ident;)*) => { $(
        op2!(Add, Complex<$ty>, |a, b| Complex::new(a.re + b.re, a.im + b.im));
        op2!(Subtract, Complex<$ty>, |a, b| Complex::new(a.re - b.re, a.im - b.im));
        op2!(Multiply, Complex<$ty>, |a, b| Complex::new(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re));
        op1!(Negative, Complex<$ty>, Complex<$ty>, |a| Complex::new(-a.re, -a.im));
        op1!(Positive, Complex<$ty>, Complex<$ty>, |a| a);
        op1!(Conjugate, Complex<$ty>, Complex<$ty>, |a| Complex::new(a.re, -a.im));
        op1!(Square, Complex<$ty>, Complex<$ty>, |a| Complex::new(a.re * a.re - a.im * a.im, a.re * a.im + a.im * a.re));
        impl Op1<Complex<$ty>> for Absolute {
            type R = $ty;
            fn f(a: Complex<$ty>, _: &mut FpFlags) -> $ty {
                $modulus(a)
            }
        }
        impl Op1<Complex<$ty>> for Sign {
            type R = Complex<$ty>;
            fn f(a: Complex<$ty>, _: &mut FpFlags) -> Complex<$ty> {
                let size = $modulus(a);
                if size.is_nan() {
                    return Complex::new(<$ty>::NAN, <$ty>::NAN);
                }
                if size.is_infinite() {
                    return match (a.re.is_infinite(), a.im.is_infinite()) {
                        (true, true) => Complex::new(<$ty>::NAN, <$ty>::NAN),
                        (true, false) => Complex::new(a.re.signum(), 0.0),
                        _ => Complex::new(0.0, a.im.signum()),
                    };
                }
                if size == 0.0 {
                    return Complex::new(0.0, 0.0);
                }
                Complex::new(a.re / size, a.im / size)
            }
        }
        impl Op1<Complex<$ty>> for Reciprocal {
            type R = Complex<$ty>;
            fn f(a: Complex<$ty>, _: &mut FpFlags) -> Complex<$ty> {
                if a.im.abs() <= a.re.abs() {
                    let ratio = a.im / a.re;
                    let scale = a.re + a.im * ratio;
                    Complex::new(1.0 / scale, -ratio / scale)
                } else {
                    let ratio = a.re / a.im;
                    let scale = a.re * ratio + a.im;
                    Complex::new(ratio / scale, -1.0 / scale)
                }
            }
        }
    )* };
}
complexes!(f32, modulus32; f64, modulus64;);
