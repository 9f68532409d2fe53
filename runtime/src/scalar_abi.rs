//! Scalar operations that compiled code calls instead of inlining: integer
//! and complex powers, complex functions, ufunc loops on single values, the
//! pieces of `print`.
//!
//! # Unsafe contract
//! Pointers come from compiled code: results of `out` parameters have room
//! for what the function documents; `taipan_ufunc_scalar` gets one address an
//! operand of the loop's types.

use crate::ufunc::UFUNCS;
use crate::ufunc::libm;
use num_complex::Complex64;
use pymath::cmath;

/// `a ** b` on int64, wrapping. Negative `b`: 1 for base 1, ±1 for -1, else 0.
pub extern "C" fn taipan_pow_i64(a: i64, b: i64) -> i64 {
    if b < 0 {
        return match a {
            1 => 1,
            -1 if b & 1 != 0 => -1,
            -1 => 1,
            _ => 0,
        };
    }
    taipan_pow_u64(a as u64, b as u64) as i64
}

/// `a ** b` on uint64, wrapping.
pub extern "C" fn taipan_pow_u64(a: u64, b: u64) -> u64 {
    let (mut r, mut a, mut b) = (1u64, a, b);
    while b != 0 {
        if b & 1 != 0 {
            r = r.wrapping_mul(a);
        }
        a = a.wrapping_mul(a);
        b >>= 1;
    }
    r
}

/// `a ** b` with a non-negative exponent and a result in int64 goes to `out`
/// (8 bytes) and gives 0; anything else gives 1.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_pow_checked(a: i64, b: i64, out: *mut i64) -> i32 {
    let power = u32::try_from(b).ok().and_then(|b| a.checked_pow(b));
    match power {
        Some(r) => {
            // SAFETY: contract of this function.
            unsafe { *out = r };
            0
        }
        None => 1,
    }
}

/// `a ** n` by repeated squaring; exponents beyond 2^16 go to the C library.
pub extern "C" fn taipan_pow_f64_i64(a: f64, n: i64) -> f64 {
    let mut e = n.unsigned_abs();
    if e > 0x10000 {
        return a.powf(n as f64);
    }
    let (mut r, mut a) = (1.0, a);
    while e != 0 {
        if e & 1 != 0 {
            r *= a;
        }
        e >>= 1;
        a *= a;
    }
    if n < 0 { 1.0 / r } else { r }
}

/// float16 bits to float32.
pub extern "C" fn taipan_f16_to_f32(bits: u16) -> f32 {
    half::f16::from_bits(bits).to_f32()
}

/// float64 to float16 bits, one rounding.
pub extern "C" fn taipan_f64_to_f16(x: f64) -> u16 {
    crate::cast::half_from_f64(x).to_bits()
}

/// Greatest common divisor, never negative (wraps for MIN).
pub extern "C" fn taipan_gcd_i64(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a as i64
}

/// `round(x, n)` of a float: correctly rounded in decimal, ties to even.
pub extern "C" fn taipan_round_digits(x: f64, digits: i64) -> f64 {
    if !x.is_finite() || digits > 323 || x == 0.0 {
        return x;
    }
    if digits < -308 {
        return 0.0f64.copysign(x);
    }
    if digits >= 0 {
        // The decimal expansion is exact before it is rounded.
        return format!("{x:.*}", digits as usize).parse().unwrap_or(x);
    }
    let scale = 10f64.powi((-digits) as i32);
    let scaled = x / scale;
    let mut r = scaled.round_ties_even();
    // The quotient may have rounded onto or off a tie: compare exactly.
    if (scaled - scaled.trunc()).abs() == 0.5 {
        let low = scaled.trunc() * scale;
        let rest = (x - low).abs();
        if rest * 2.0 > scale {
            r = scaled.trunc() + scaled.signum();
        } else if rest * 2.0 < scale {
            r = scaled.trunc();
        }
    }
    r * scale
}

/// Complex power: a square is a product, the rest goes through polar form.
///
/// # Safety
/// `out` has room for two float64.
pub unsafe extern "C" fn taipan_complex_pow(ar: f64, ai: f64, br: f64, bi: f64, out: *mut f64) {
    let a = Complex64::new(ar, ai);
    let r = if (br, bi) == (2.0, 0.0) {
        a * a
    } else if (br, bi) == (0.0, 0.0) {
        Complex64::new(1.0, 0.0)
    } else if (ar, ai) == (0.0, 0.0) {
        Complex64::new(0.0, 0.0)
    } else {
        let (size, angle) = (ar.hypot(ai), ai.atan2(ar));
        let mut length = size.powf(br);
        let mut phase = angle * br;
        if bi != 0.0 {
            length /= (angle * bi).exp();
            phase += bi * size.ln();
        }
        Complex64::new(length * phase.cos(), length * phase.sin())
    };
    // SAFETY: contract of this function.
    unsafe {
        *out = r.re;
        *out.add(1) = r.im;
    }
}

/// Complex functions of one argument by number; see [`COMPLEX_FUNCTIONS`].
///
/// # Safety
/// `out` has room for two float64.
pub unsafe extern "C" fn taipan_complex_function(number: i64, re: f64, im: f64, out: *mut f64) {
    let z = Complex64::new(re, im);
    let r = COMPLEX_FUNCTIONS.get(number as usize).map_or(z, |f| (f.1)(z));
    // SAFETY: contract of this function.
    unsafe {
        *out = r.re;
        *out.add(1) = r.im;
    }
}

/// Name and function; the position is the number. The functions are the
/// interpreter's; where these raise, C's value is the result.
pub static COMPLEX_FUNCTIONS: &[(&str, fn(Complex64) -> Complex64)] = &[
    ("sqrt", |z| cmath::sqrt(z).unwrap_or_else(|_| libm::csqrt(z))),
    ("exp", |z| cmath::exp(z).unwrap_or_else(|_| libm::cexp(z))),
    ("log", |z| cmath::log(z, None).unwrap_or_else(|_| libm::clog(z))),
    ("log10", |z| cmath::log10(z).unwrap_or_else(|_| libm::clog(z) * std::f64::consts::LOG10_E)),
    ("sin", |z| cmath::sin(z).unwrap_or_else(|_| libm::csin(z))),
    ("cos", |z| cmath::cos(z).unwrap_or_else(|_| libm::ccos(z))),
    ("tan", |z| cmath::tan(z).unwrap_or_else(|_| libm::ctan(z))),
    ("asin", |z| cmath::asin(z).unwrap_or_else(|_| libm::casin(z))),
    ("acos", |z| cmath::acos(z).unwrap_or_else(|_| libm::cacos(z))),
    ("atan", |z| cmath::atan(z).unwrap_or_else(|_| libm::catan(z))),
    ("sinh", |z| cmath::sinh(z).unwrap_or_else(|_| libm::csinh(z))),
    ("cosh", |z| cmath::cosh(z).unwrap_or_else(|_| libm::ccosh(z))),
    ("tanh", |z| cmath::tanh(z).unwrap_or_else(|_| libm::ctanh(z))),
    ("asinh", |z| cmath::asinh(z).unwrap_or_else(|_| libm::casinh(z))),
    ("acosh", |z| cmath::acosh(z).unwrap_or_else(|_| libm::cacosh(z))),
    ("atanh", |z| cmath::atanh(z).unwrap_or_else(|_| libm::catanh(z))),
];

/// Loop number `row` of ufunc number `ufunc` on single values: one address an
/// operand, inputs first.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_ufunc_scalar(ufunc: i64, row: i64, operands: *const *mut u8) {
    let Some(u) = UFUNCS.get(ufunc as usize) else { return };
    let Some(row) = u.loops.get(row as usize) else { return };
    let mut args: crate::iter::PerOperand<*mut u8> = [std::ptr::null_mut(); crate::iter::MAX_OPERANDS];
    let strides: crate::iter::PerOperand<isize> = [0; crate::iter::MAX_OPERANDS];
    for (i, a) in args.iter_mut().enumerate().take(u.nin + u.nout) {
        // SAFETY: the caller gives one address an operand.
        *a = unsafe { *operands.add(i) };
    }
    // SAFETY: one element each, of the loop's types; outputs are apart.
    let _ = unsafe { (row.run)(&args, 1, &strides) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_powers_wrap_and_negative_exponents_truncate() {
        assert_eq!(taipan_pow_i64(3, 41), -420_491_770_248_316_829);
        assert_eq!(taipan_pow_i64(-1, -3), -1);
        assert_eq!(taipan_pow_i64(2, -1), 0);
        let mut out = 0;
        // SAFETY: `out` is live.
        assert_eq!(unsafe { taipan_pow_checked(10, 19, &mut out) }, 1);
        // SAFETY: as above.
        assert_eq!((unsafe { taipan_pow_checked(-7, 5, &mut out) }, out), (0, -16807));
    }

    #[test]
    fn decimal_rounding_is_correct() {
        assert_eq!(taipan_round_digits(2.675, 2), 2.67);
        assert_eq!(taipan_round_digits(2.25, 1), 2.2);
        assert_eq!(taipan_round_digits(25.0, -1), 20.0);
        assert_eq!(taipan_round_digits(15.0, -1), 20.0);
    }
}
