//! Elementary functions of floats: the C library's, which is what NumPy's results agree with.
//!
//! # Unsafe contract
//! The only foreign calls are pure C math functions; they are declared `safe`.

use half::f16;

use super::kernel::{Op1, Op1x2, Op2};
use crate::dtype::{C64, C128, Element};
use crate::fpflags::FpFlags;

/// The C math library.
pub(crate) mod libm {
    use crate::dtype::{C64, C128};
    // `Complex<T>` is `#[repr(C)]` with two fields, which the x86-64 C ABI passes exactly like
    // `_Complex T`.
    #[allow(improper_ctypes, reason = "Complex is repr(C)")]
    #[link(name = "m")]
    unsafe extern "C" {
        pub safe fn exp2(x: f64) -> f64;
        pub safe fn exp2f(x: f32) -> f32;
        pub safe fn expm1(x: f64) -> f64;
        pub safe fn expm1f(x: f32) -> f32;
        pub safe fn log1p(x: f64) -> f64;
        pub safe fn log1pf(x: f32) -> f32;
        pub safe fn cbrt(x: f64) -> f64;
        pub safe fn cbrtf(x: f32) -> f32;
        pub safe fn tan(x: f64) -> f64;
        pub safe fn tanf(x: f32) -> f32;
        pub safe fn asin(x: f64) -> f64;
        pub safe fn asinf(x: f32) -> f32;
        pub safe fn acos(x: f64) -> f64;
        pub safe fn acosf(x: f32) -> f32;
        pub safe fn atan(x: f64) -> f64;
        pub safe fn atanf(x: f32) -> f32;
        pub safe fn atan2(y: f64, x: f64) -> f64;
        pub safe fn atan2f(y: f32, x: f32) -> f32;
        pub safe fn sinh(x: f64) -> f64;
        pub safe fn sinhf(x: f32) -> f32;
        pub safe fn cosh(x: f64) -> f64;
        pub safe fn coshf(x: f32) -> f32;
        pub safe fn tanh(x: f64) -> f64;
        pub safe fn tanhf(x: f32) -> f32;
        pub safe fn asinh(x: f64) -> f64;
        pub safe fn asinhf(x: f32) -> f32;
        pub safe fn acosh(x: f64) -> f64;
        pub safe fn acoshf(x: f32) -> f32;
        pub safe fn atanh(x: f64) -> f64;
        pub safe fn atanhf(x: f32) -> f32;
        pub safe fn hypot(x: f64, y: f64) -> f64;
        pub safe fn hypotf(x: f32, y: f32) -> f32;
        pub safe fn nextafter(x: f64, y: f64) -> f64;
        pub safe fn nextafterf(x: f32, y: f32) -> f32;
        pub safe fn ldexp(x: f64, n: i32) -> f64;
        pub safe fn ldexpf(x: f32, n: i32) -> f32;
        pub fn frexp(x: f64, n: *mut i32) -> f64;
        pub fn frexpf(x: f32, n: *mut i32) -> f32;

        pub safe fn cexp(z: C128) -> C128;
        pub safe fn cexpf(z: C64) -> C64;
        pub safe fn clog(z: C128) -> C128;
        pub safe fn clogf(z: C64) -> C64;
        pub safe fn csqrt(z: C128) -> C128;
        pub safe fn csqrtf(z: C64) -> C64;
        pub safe fn cpow(z: C128, w: C128) -> C128;
        pub safe fn cpowf(z: C64, w: C64) -> C64;
        pub safe fn csin(z: C128) -> C128;
        pub safe fn csinf(z: C64) -> C64;
        pub safe fn ccos(z: C128) -> C128;
        pub safe fn ccosf(z: C64) -> C64;
        pub safe fn ctan(z: C128) -> C128;
        pub safe fn ctanf(z: C64) -> C64;
        pub safe fn casin(z: C128) -> C128;
        pub safe fn casinf(z: C64) -> C64;
        pub safe fn cacos(z: C128) -> C128;
        pub safe fn cacosf(z: C64) -> C64;
        pub safe fn catan(z: C128) -> C128;
        pub safe fn catanf(z: C64) -> C64;
        pub safe fn csinh(z: C128) -> C128;
        pub safe fn csinhf(z: C64) -> C64;
        pub safe fn ccosh(z: C128) -> C128;
        pub safe fn ccoshf(z: C64) -> C64;
        pub safe fn ctanh(z: C128) -> C128;
        pub safe fn ctanhf(z: C64) -> C64;
        pub safe fn casinh(z: C128) -> C128;
        pub safe fn casinhf(z: C64) -> C64;
        pub safe fn cacosh(z: C128) -> C128;
        pub safe fn cacoshf(z: C64) -> C64;
        pub safe fn catanh(z: C128) -> C128;
        pub safe fn catanhf(z: C64) -> C64;
    }
}

/// Library functions that have no method on floats.
pub(super) mod library {
    pub use super::libm::{exp2, expm1, log1p, tanh};
}

/// `float16` functions compute in single precision and round once.
macro_rules! half1 {
    ($op:ident) => {
        impl Op1<f16> for $op {
            type R = f16;
            fn f(a: f16, flags: &mut FpFlags) -> f16 {
                f16::from_f32(<$op as Op1<f32>>::f(a.to_f32(), flags))
            }
        }
    };
}

macro_rules! functions1 {
    ($($(#[$doc:meta])* $op:ident, $simd:literal, $single:expr, $double:expr;)*) => { $(
        $(#[$doc])*
        pub struct $op;
        impl Op1<f32> for $op {
            type R = f32;
            const SIMD: bool = $simd;
            #[inline(always)]
            fn f(a: f32, _: &mut FpFlags) -> f32 {
                let function: fn(f32) -> f32 = $single;
                function(a)
            }
        }
        impl Op1<f64> for $op {
            type R = f64;
            const SIMD: bool = $simd;
            #[inline(always)]
            fn f(a: f64, _: &mut FpFlags) -> f64 {
                let function: fn(f64) -> f64 = $double;
                function(a)
            }
        }
        half1!($op);
    )* };
}

functions1! {
    /// Square root
    Sqrt, true, f32::sqrt, f64::sqrt;
    /// Cube root
    Cbrt, false, |x| libm::cbrtf(x), |x| libm::cbrt(x);
    /// e to the power
    Exp, false, f32::exp, f64::exp;
    /// 2 to the power
    Exp2, false, |x| libm::exp2f(x), |x| libm::exp2(x);
    /// `exp(x) - 1`
    Expm1, false, |x| libm::expm1f(x), |x| libm::expm1(x);
    /// Natural logarithm
    Log, false, f32::ln, f64::ln;
    /// Logarithm to base 2
    Log2, false, f32::log2, f64::log2;
    /// Logarithm to base 10
    Log10, false, f32::log10, f64::log10;
    /// `log(1 + x)`
    Log1p, false, |x| libm::log1pf(x), |x| libm::log1p(x);
    /// Sine
    Sin, false, f32::sin, f64::sin;
    /// Cosine
    Cos, false, f32::cos, f64::cos;
    /// Tangent
    Tan, false, |x| libm::tanf(x), |x| libm::tan(x);
    /// Inverse sine
    Arcsin, false, |x| libm::asinf(x), |x| libm::asin(x);
    /// Inverse cosine
    Arccos, false, |x| libm::acosf(x), |x| libm::acos(x);
    /// Inverse tangent
    Arctan, false, |x| libm::atanf(x), |x| libm::atan(x);
    /// Hyperbolic sine
    Sinh, false, |x| libm::sinhf(x), |x| libm::sinh(x);
    /// Hyperbolic cosine
    Cosh, false, |x| libm::coshf(x), |x| libm::cosh(x);
    /// Hyperbolic tangent
    Tanh, false, |x| libm::tanhf(x), |x| libm::tanh(x);
    /// Inverse hyperbolic sine
    Arcsinh, false, |x| libm::asinhf(x), |x| libm::asinh(x);
    /// Inverse hyperbolic cosine
    Arccosh, false, |x| libm::acoshf(x), |x| libm::acosh(x);
    /// Inverse hyperbolic tangent
    Arctanh, false, |x| libm::atanhf(x), |x| libm::atanh(x);
    /// Round down
    Floor, true, f32::floor, f64::floor;
    /// Round up
    Ceil, true, f32::ceil, f64::ceil;
    /// Round towards zero
    Trunc, true, f32::trunc, f64::trunc;
    /// Round to nearest, ties to even
    Rint, true, f32::round_ties_even, f64::round_ties_even;
    /// Radians to degrees
    Degrees, true, |x| x * (180.0 / std::f32::consts::PI), |x| x * (180.0 / std::f64::consts::PI);
    /// Degrees to radians
    Radians, true, |x| x * (std::f32::consts::PI / 180.0), |x| x * (std::f64::consts::PI / 180.0);
}

/// Distance to the next number of larger magnitude (of `float16` always positive).
pub struct Spacing;
impl Op1<f32> for Spacing {
    type R = f32;
    fn f(a: f32, _: &mut FpFlags) -> f32 {
        spacing32(a)
    }
}
impl Op1<f64> for Spacing {
    type R = f64;
    fn f(a: f64, _: &mut FpFlags) -> f64 {
        spacing64(a)
    }
}
impl Op1<f16> for Spacing {
    type R = f16;
    fn f(a: f16, _: &mut FpFlags) -> f16 {
        if !a.is_finite() {
            return f16::NAN;
        }
        // The neighbour towards positive infinity.
        let bits = a.to_bits();
        let next = if a == f16::ZERO { 1 } else if bits & 0x8000 == 0 { bits + 1 } else { bits - 1 };
        f16::from_f32(f16::from_bits(next).to_f32() - a.to_f32())
    }
}

macro_rules! spacing {
    ($name:ident, $ty:ty, $next:path) => {
        fn $name(x: $ty) -> $ty {
            if !x.is_finite() {
                return <$ty>::NAN;
            }
            let away = if x < 0.0 { <$ty>::NEG_INFINITY } else { <$ty>::INFINITY };
            $next(x, away) - x
        }
    };
}
spacing!(spacing32, f32, libm::nextafterf);
spacing!(spacing64, f64, libm::nextafter);

/// Rounding of values that are whole already.
macro_rules! identity {
    ($($ty:ty)*) => { $(
        identity!(@one $ty, Floor Ceil Trunc);
    )* };
    (@one $ty:ty, $($op:ident)*) => { $(
        impl Op1<$ty> for $op {
            type R = $ty;
            #[inline(always)]
            fn f(a: $ty, _: &mut FpFlags) -> $ty {
                a
            }
        }
    )* };
}
identity!(crate::dtype::Bool i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! functions2 {
    ($($(#[$doc:meta])* $op:ident, $simd:literal, $single:expr, $double:expr;)*) => { $(
        $(#[$doc])*
        pub struct $op;
        impl Op2<f32> for $op {
            type R = f32;
            const SIMD: bool = $simd;
            #[inline(always)]
            fn f(a: f32, b: f32, _: &mut FpFlags) -> f32 {
                let function: fn(f32, f32) -> f32 = $single;
                function(a, b)
            }
        }
        impl Op2<f64> for $op {
            type R = f64;
            const SIMD: bool = $simd;
            #[inline(always)]
            fn f(a: f64, b: f64, _: &mut FpFlags) -> f64 {
                let function: fn(f64, f64) -> f64 = $double;
                function(a, b)
            }
        }
        impl Op2<f16> for $op {
            type R = f16;
            fn f(a: f16, b: f16, flags: &mut FpFlags) -> f16 {
                f16::from_f32(<$op as Op2<f32>>::f(a.to_f32(), b.to_f32(), flags))
            }
        }
    )* };
}

functions2! {
    /// Power of floats; squaring, the commonest case, skips the library
    Power, false, |a, b| if b == 2.0 { a * a } else { a.powf(b) }, |a, b| if b == 2.0 { a * a } else { a.powf(b) };
    /// Angle of the point (b, a)
    Arctan2, false, |a, b| libm::atan2f(a, b), |a, b| libm::atan2(a, b);
    /// Length of the hypotenuse
    Hypot, false, |a, b| libm::hypotf(a, b), |a, b| libm::hypot(a, b);
    /// Magnitude of the first, sign of the second
    CopySign, true, f32::copysign, f64::copysign;
    /// Step function with the second operand as its value at zero
    Heaviside, false, heaviside32, heaviside64;
    /// `log(exp(a) + exp(b))`
    LogAddExp, false, logaddexp32, logaddexp64;
    /// `log2(2**a + 2**b)`
    LogAddExp2, false, logaddexp2_32, logaddexp2_64;
}

macro_rules! composite {
    ($ty:ident, $heaviside:ident, $logaddexp:ident, $logaddexp2:ident, $log1p:path, $exp2:path) => {
        fn $heaviside(x: $ty, at_zero: $ty) -> $ty {
            if x.is_nan() {
                x
            } else if x == 0.0 {
                at_zero
            } else if x < 0.0 {
                0.0
            } else {
                1.0
            }
        }
        fn $logaddexp(a: $ty, b: $ty) -> $ty {
            if a == b {
                // Also equal infinities.
                return a + std::$ty::consts::LN_2;
            }
            let difference = a - b;
            if difference > 0.0 {
                a + $log1p((-difference).exp())
            } else if difference <= 0.0 {
                b + $log1p(difference.exp())
            } else {
                difference
            }
        }
        fn $logaddexp2(a: $ty, b: $ty) -> $ty {
            if a == b {
                return a + 1.0;
            }
            let log2_1p = |x: $ty| std::$ty::consts::LOG2_E * $log1p(x);
            let difference = a - b;
            if difference > 0.0 {
                a + log2_1p($exp2(-difference))
            } else if difference <= 0.0 {
                b + log2_1p($exp2(difference))
            } else {
                difference
            }
        }
    };
}
composite!(f32, heaviside32, logaddexp32, logaddexp2_32, libm::log1pf, libm::exp2f);
composite!(f64, heaviside64, logaddexp64, logaddexp2_64, libm::log1p, libm::exp2);

/// The next float after the first operand towards the second.
pub struct NextAfter;
impl Op2<f32> for NextAfter {
    type R = f32;
    fn f(a: f32, b: f32, _: &mut FpFlags) -> f32 {
        libm::nextafterf(a, b)
    }
}
impl Op2<f64> for NextAfter {
    type R = f64;
    fn f(a: f64, b: f64, _: &mut FpFlags) -> f64 {
        libm::nextafter(a, b)
    }
}
impl Op2<f16> for NextAfter {
    type R = f16;
    fn f(a: f16, b: f16, _: &mut FpFlags) -> f16 {
        if a.is_nan() || b.is_nan() {
            return f16::NAN;
        }
        if a == b {
            return b;
        }
        if a == f16::ZERO {
            return if b > a { f16::from_bits(1) } else { f16::from_bits(0x8001) };
        }
        let grows = (b > a) == (a > f16::ZERO);
        f16::from_bits(if grows { a.to_bits() + 1 } else { a.to_bits() - 1 })
    }
}

/// `a * 2**b`
pub struct Ldexp;
macro_rules! ldexp {
    ($($int:ty)*) => { $(
        impl Op2<f32, $int> for Ldexp {
            type R = f32;
            fn f(a: f32, b: $int, _: &mut FpFlags) -> f32 {
                libm::ldexpf(a, i64::from(b).clamp(i32::MIN as i64, i32::MAX as i64) as i32)
            }
        }
        impl Op2<f64, $int> for Ldexp {
            type R = f64;
            fn f(a: f64, b: $int, _: &mut FpFlags) -> f64 {
                libm::ldexp(a, i64::from(b).clamp(i32::MIN as i64, i32::MAX as i64) as i32)
            }
        }
        impl Op2<f16, $int> for Ldexp {
            type R = f16;
            fn f(a: f16, b: $int, flags: &mut FpFlags) -> f16 {
                f16::from_f32(<Ldexp as Op2<f32, $int>>::f(a.to_f32(), b, flags))
            }
        }
    )* };
}
ldexp!(i32 i64);

/// Fraction in [0.5, 1) and exponent of two.
pub struct Frexp;
impl Op1x2<f64> for Frexp {
    type R = f64;
    type S = i32;
    fn f(a: f64, _: &mut FpFlags) -> (f64, i32) {
        let mut exponent = 0;
        // SAFETY: the pointer is to a local.
        let fraction = unsafe { libm::frexp(a, &mut exponent) };
        (fraction, exponent)
    }
}
impl Op1x2<f32> for Frexp {
    type R = f32;
    type S = i32;
    fn f(a: f32, _: &mut FpFlags) -> (f32, i32) {
        let mut exponent = 0;
        // SAFETY: the pointer is to a local.
        let fraction = unsafe { libm::frexpf(a, &mut exponent) };
        (fraction, exponent)
    }
}
impl Op1x2<f16> for Frexp {
    type R = f16;
    type S = i32;
    fn f(a: f16, flags: &mut FpFlags) -> (f16, i32) {
        let (fraction, exponent) = <Frexp as Op1x2<f32>>::f(a.to_f32(), flags);
        (f16::from_f32(fraction), exponent)
    }
}

/// Fractional and whole part, both with the sign of the operand.
pub struct Modf;
macro_rules! modf {
    ($($ty:ty)*) => { $(
        impl Op1x2<$ty> for Modf {
            type R = $ty;
            type S = $ty;
            fn f(a: $ty, _: &mut FpFlags) -> ($ty, $ty) {
                let whole = a.trunc();
                let fraction = if a.is_infinite() { 0.0 } else { a - whole };
                (fraction.copysign(a), whole)
            }
        }
    )* };
}
modf!(f32 f64);
impl Op1x2<f16> for Modf {
    type R = f16;
    type S = f16;
    fn f(a: f16, flags: &mut FpFlags) -> (f16, f16) {
        let (fraction, whole) = <Modf as Op1x2<f32>>::f(a.to_f32(), flags);
        (f16::from_f32(fraction), f16::from_f32(whole))
    }
}

// ----- complex --------------------------------------------------------------------------------

macro_rules! complex1 {
    ($($op:ident, $single:path, $double:path;)*) => { $(
        impl Op1<C64> for $op {
            type R = C64;
            fn f(a: C64, _: &mut FpFlags) -> C64 {
                $single(a)
            }
        }
        impl Op1<C128> for $op {
            type R = C128;
            fn f(a: C128, _: &mut FpFlags) -> C128 {
                $double(a)
            }
        }
    )* };
}
complex1! {
    Sqrt, libm::csqrtf, libm::csqrt;
    Exp, libm::cexpf, libm::cexp;
    Log, libm::clogf, libm::clog;
    Sin, libm::csinf, libm::csin;
    Cos, libm::ccosf, libm::ccos;
    Tan, libm::ctanf, libm::ctan;
    Arcsin, libm::casinf, libm::casin;
    Arccos, libm::cacosf, libm::cacos;
    Arctan, libm::catanf, libm::catan;
    Sinh, libm::csinhf, libm::csinh;
    Cosh, libm::ccoshf, libm::ccosh;
    Tanh, libm::ctanhf, libm::ctanh;
    Arcsinh, libm::casinhf, libm::casinh;
    Arccosh, libm::cacoshf, libm::cacosh;
    Arctanh, libm::catanhf, libm::catanh;
}

macro_rules! complex_composites {
    ($($ty:ident, $complex:ty, $pow:path, $exp:path, $log:path, $expm1:path, $log1p:path;)*) => { $(
        impl Op1<$complex> for Exp2 {
            type R = $complex;
            fn f(a: $complex, _: &mut FpFlags) -> $complex {
                $exp(<$complex>::new(a.re * std::$ty::consts::LN_2, a.im * std::$ty::consts::LN_2))
            }
        }
        impl Op1<$complex> for Expm1 {
            type R = $complex;
            fn f(a: $complex, _: &mut FpFlags) -> $complex {
                // exp(x)cos(y) - 1 = expm1(x)cos(y) - 2 sin²(y/2)
                let half = (a.im / 2.0).sin();
                <$complex>::new($expm1(a.re) * a.im.cos() - 2.0 * half * half, a.re.exp() * a.im.sin())
            }
        }
        impl Op1<$complex> for Log1p {
            type R = $complex;
            fn f(a: $complex, _: &mut FpFlags) -> $complex {
                let size = (a.re + 1.0).hypot(a.im);
                <$complex>::new(size.ln(), a.im.atan2(a.re + 1.0))
            }
        }
        impl Op1<$complex> for Log2 {
            type R = $complex;
            fn f(a: $complex, _: &mut FpFlags) -> $complex {
                let log = $log(a);
                <$complex>::new(log.re * std::$ty::consts::LOG2_E, log.im * std::$ty::consts::LOG2_E)
            }
        }
        impl Op1<$complex> for Log10 {
            type R = $complex;
            fn f(a: $complex, _: &mut FpFlags) -> $complex {
                let log = $log(a);
                <$complex>::new(log.re * std::$ty::consts::LOG10_E, log.im * std::$ty::consts::LOG10_E)
            }
        }
        impl Op1<$complex> for Rint {
            type R = $complex;
            fn f(a: $complex, _: &mut FpFlags) -> $complex {
                <$complex>::new(a.re.round_ties_even(), a.im.round_ties_even())
            }
        }
        impl Op2<$complex> for Power {
            type R = $complex;
            fn f(a: $complex, b: $complex, _: &mut FpFlags) -> $complex {
                let (zero, one) = (<$complex>::new(0.0, 0.0), <$complex>::new(1.0, 0.0));
                if b == zero {
                    return one;
                }
                if a == zero {
                    return if b.re > 0.0 {
                        zero
                    } else {
                        // Raises `invalid`, as 0 to such a power has no value.
                        let nan = std::hint::black_box(<$ty>::INFINITY) - <$ty>::INFINITY;
                        <$complex>::new(nan, nan)
                    };
                }
                if b.im == 0.0 && b.re.fract() == 0.0 && b.re.abs() < 100.0 && a.is_finite() {
                    return integer_power(a, b.re as i32, one);
                }
                $pow(a, b)
            }
        }
    )* };
}
complex_composites! {
    f32, C64, libm::cpowf, libm::cexpf, libm::clogf, libm::expm1f, libm::log1pf;
    f64, C128, libm::cpow, libm::cexp, libm::clog, libm::expm1, libm::log1p;
}

/// Small whole powers by repeated multiplication, so that `(1+2j)**2` is exact.
fn integer_power<C>(base: C, exponent: i32, one: C) -> C
where
    C: Element + std::ops::Mul<Output = C> + std::ops::Div<Output = C>,
    super::division::Divide: Op2<C, R = C>,
{
    let mut result = one;
    let mut square = base;
    let mut rest = exponent.unsigned_abs();
    while rest != 0 {
        if rest & 1 != 0 {
            result = result * square;
        }
        rest >>= 1;
        if rest != 0 {
            square = square * square;
        }
    }
    if exponent < 0 {
        <super::division::Divide as Op2<C>>::f(one, result, &mut FpFlags::NONE.clone())
    } else {
        result
    }
}
