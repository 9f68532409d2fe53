//! Elementary functions of whole runs: branch-free formulas that vectorise.
//!
//! # Unsafe contract
//! The loops are [`InnerLoop`](super::kernel::InnerLoop)s; the versions for wider registers run
//! only after the processor was asked for them.
//!
//! Every function is one scalar formula of additions, multiplications and fused multiply-adds,
//! compiled for 256- and 512-bit registers. All paths (contiguous, strided, single values) use the
//! same formula, so that a value does not depend on where in an array it stands. Arguments outside
//! a formula's range (`special`) go to the C library, which also raises the right floating-point
//! conditions. Errors against the exact value, measured on millions of arguments: `exp`, `exp2`,
//! `tanh`, `log`, `log1p`, `sin`, `cos` below 1 ulp, `expm1` below 1.2 ulp. Single precision is
//! computed in double precision and rounded once.
//!
//! The reductions and polynomials are the classical ones: Cody and Waite (1980) for the argument
//! reductions, the coefficients of `log`, `sin`, `cos` as published with Sun's fdlibm.

use super::kernel::{Op1, unary};
use super::math;
use crate::fpflags::FpFlags;
use crate::iter::PerOperand;

/// Elements in flight together.
const BLOCK: usize = 16;

/// A function by formula.
trait Formula {
    /// Whether the formula does not hold for these bits.
    fn special(bits: u64) -> bool;
    /// The formula.
    fn value(x: f64) -> f64;
    /// The C library's function.
    fn library(x: f64) -> f64;
}

const ABS: u64 = !(1 << 63);
/// Adding and subtracting it rounds to an integer, which stands in the low bits of the sum.
const ROUNDER: f64 = 6755399441055744.0;
const LOG2_E: f64 = std::f64::consts::LOG2_E;
const LN2_HIGH: f64 = 6.93147180369123816490e-01;
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/// Bits of the magnitude: zero, or between the given powers of two.
#[inline(always)]
fn outside(bits: u64, low: i32, high: f64) -> bool {
    let magnitude = bits & ABS;
    // Zero wraps around to the largest value, so one comparison excludes it.
    let tiny = magnitude.wrapping_sub(1) < (((1023 + low) as u64) << 52);
    tiny | (magnitude > high.to_bits())
}

/// `(exp(r) - 1 - r) / r**2` for `|r| <= ln(2) / 2`: the Taylor polynomial of `exp` to `r**13`.
#[inline(always)]
fn expm1_tail(r: f64) -> f64 {
    let mut q: f64 = 1.0 / 6227020800.0;
    q = q.mul_add(r, 1.0 / 479001600.0);
    q = q.mul_add(r, 1.0 / 39916800.0);
    q = q.mul_add(r, 1.0 / 3628800.0);
    q = q.mul_add(r, 1.0 / 362880.0);
    q = q.mul_add(r, 1.0 / 40320.0);
    q = q.mul_add(r, 1.0 / 5040.0);
    q = q.mul_add(r, 1.0 / 720.0);
    q = q.mul_add(r, 1.0 / 120.0);
    q = q.mul_add(r, 1.0 / 24.0);
    q = q.mul_add(r, 1.0 / 6.0);
    q.mul_add(r, 0.5)
}

/// `exp(r + low) - 1` for `|r| <= ln(2) / 2`.
#[inline(always)]
fn expm1_reduced(r: f64, low: f64) -> f64 {
    (r * r).mul_add(expm1_tail(r), low) + r
}

/// `2**k` for `k` given as a float plus [`ROUNDER`].
#[inline(always)]
fn power_of_two(rounded: f64) -> f64 {
    f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52)
}

/// `x = k ln 2 + r`: returns `k + ROUNDER`, `r` and its correction.
#[inline(always)]
fn reduce_exp(x: f64) -> (f64, f64, f64) {
    let rounded = x.mul_add(LOG2_E, ROUNDER);
    let k = rounded - ROUNDER;
    let high = (-k).mul_add(LN2_HIGH, x);
    let r = (-k).mul_add(LN2_LOW, high);
    let low = (-k).mul_add(LN2_LOW, high - r);
    (rounded, r, low)
}

struct Exp;
impl Formula for Exp {
    #[inline(always)]
    fn special(bits: u64) -> bool {
        outside(bits, -500, 708.0)
    }
    #[inline(always)]
    fn value(x: f64) -> f64 {
        let (rounded, r, low) = reduce_exp(x);
        (1.0 + expm1_reduced(r, low)) * power_of_two(rounded)
    }
    fn library(x: f64) -> f64 {
        x.exp()
    }
}

struct Exp2;
impl Formula for Exp2 {
    #[inline(always)]
    fn special(bits: u64) -> bool {
        outside(bits, -500, 1021.0)
    }
    #[inline(always)]
    fn value(x: f64) -> f64 {
        const LN2: f64 = std::f64::consts::LN_2;
        const LN2_REST: f64 = 2.3190468138462996e-17;
        let rounded = x + ROUNDER;
        let fraction = x - (rounded - ROUNDER);
        let r = fraction * LN2;
        let low = fraction.mul_add(LN2, -r) + fraction * LN2_REST;
        (1.0 + expm1_reduced(r, low)) * power_of_two(rounded)
    }
    fn library(x: f64) -> f64 {
        math::library::exp2(x)
    }
}

/// `exp(x) - 1` as a sum of two floats.
#[inline(always)]
fn expm1_pair(x: f64) -> (f64, f64) {
    let (rounded, r, low) = reduce_exp(x);
    let rest = (r * r).mul_add(expm1_tail(r), low);
    let e = r + rest;
    let e_low = (r - e) + rest;
    // The larger term is 2**k - 1, or nothing if k is 0.
    let scale = power_of_two(rounded);
    let (shift, scaled) = (scale - 1.0, scale * e);
    let t = shift + scaled;
    (t, ((shift - t) + scaled) + scale * e_low)
}

struct Expm1;
impl Formula for Expm1 {
    #[inline(always)]
    fn special(bits: u64) -> bool {
        outside(bits, -500, 708.0) | (bits == 1 << 63)
    }
    #[inline(always)]
    fn value(x: f64) -> f64 {
        let (t, low) = expm1_pair(x);
        t + low
    }
    fn library(x: f64) -> f64 {
        math::library::expm1(x)
    }
}

struct Tanh;
impl Formula for Tanh {
    #[inline(always)]
    fn special(bits: u64) -> bool {
        outside(bits, -500, 300.0)
    }
    #[inline(always)]
    fn value(x: f64) -> f64 {
        // t / (t + 2) with t = exp(2|x|) - 1; beyond 22 it rounds to 1 by itself.
        let (t, low) = expm1_pair(2.0 * x.abs());
        let below = t + 2.0;
        let lost = if t > 2.0 { (t - below) + 2.0 } else { (2.0 - below) + t };
        let below_low = lost + low;
        let inverse = 1.0 / below;
        let quotient = t * inverse;
        let rest = (-quotient).mul_add(below, t) + (-quotient).mul_add(below_low, low);
        rest.mul_add(inverse, quotient).copysign(x)
    }
    fn library(x: f64) -> f64 {
        math::library::tanh(x)
    }
}

/// `log(m) + k ln 2 + correction` for `m = 1 + f` in `[sqrt(1/2), sqrt(2)]`.
#[inline(always)]
fn log_assemble(f: f64, k: f64, correction: f64) -> f64 {
    let s = f / (2.0 + f);
    let z = s * s;
    let mut p: f64 = 1.479819860511658591e-01;
    p = p.mul_add(z, 1.531383769920937332e-01);
    p = p.mul_add(z, 1.818357216161805012e-01);
    p = p.mul_add(z, 2.222219843214978396e-01);
    p = p.mul_add(z, 2.857142874366239149e-01);
    p = p.mul_add(z, 3.999999999940941908e-01);
    p = p.mul_add(z, 6.666666666666735130e-01);
    let half_square = 0.5 * f * f;
    let inner = s.mul_add(p.mul_add(z, half_square), k.mul_add(LN2_LOW, correction));
    k.mul_add(LN2_HIGH, -((half_square - inner) - f))
}

/// Exponent (as a float) and the number scaled into `[sqrt(1/2), sqrt(2)]`.
#[inline(always)]
fn log_reduce(x: f64) -> (f64, f64) {
    const HALF_ROOT: u64 = 0x3fe6_a09e_667f_3bcd;
    let bits = x.to_bits();
    let k = (bits.wrapping_sub(HALF_ROOT) as i64) >> 52;
    let m = f64::from_bits(bits.wrapping_sub((k as u64) << 52));
    // An integer of few bits becomes a float through the rounder.
    let k = f64::from_bits((k as u64).wrapping_add(ROUNDER.to_bits())) - ROUNDER;
    (k, m)
}

struct Log;
impl Formula for Log {
    #[inline(always)]
    fn special(bits: u64) -> bool {
        // Everything but positive normal numbers.
        bits.wrapping_sub(1 << 52) >= (0x7ff << 52) - (1 << 52)
    }
    #[inline(always)]
    fn value(x: f64) -> f64 {
        let (k, m) = log_reduce(x);
        log_assemble(m - 1.0, k, 0.0)
    }
    fn library(x: f64) -> f64 {
        x.ln()
    }
}

struct Log1p;
impl Formula for Log1p {
    #[inline(always)]
    fn special(bits: u64) -> bool {
        // Above -1 with room, and not huge.
        outside(bits, -500, 1e300) | (bits == 1 << 63) | ((bits >> 63 != 0) & (bits & ABS > 0.999f64.to_bits()))
    }
    #[inline(always)]
    fn value(x: f64) -> f64 {
        let u = 1.0 + x;
        let (k, m) = log_reduce(u);
        // What rounding took from 1 + x.
        let lost = if x > 1.0 { 1.0 - (u - x) } else { x - (u - 1.0) };
        let (f, correction) = if k == 0.0 { (x, 0.0) } else { (m - 1.0, lost / u) };
        log_assemble(f, k, correction)
    }
    fn library(x: f64) -> f64 {
        math::library::log1p(x)
    }
}

/// Quadrant (in the low bits) and the remainder of `x` by `pi / 2` as a sum of two floats.
#[inline(always)]
fn reduce_circle(x: f64) -> (u64, f64, f64) {
    const FIRST: f64 = std::f64::consts::FRAC_PI_2;
    const SECOND: f64 = 6.123233995736766e-17;
    const THIRD: f64 = -1.4973849048591833e-33;
    let rounded = x.mul_add(std::f64::consts::FRAC_2_PI, ROUNDER);
    let n = rounded - ROUNDER;
    let product = n * FIRST;
    let rest = n.mul_add(FIRST, -product);
    let difference = x - product;
    let a = difference - rest;
    let a_low = (difference - a) - rest;
    let second = n * SECOND;
    let second_rest = n.mul_add(SECOND, -second) + n * THIRD;
    let b = a - second;
    let b_low = ((a - b) - second) + (a_low - second_rest);
    let high = b + b_low;
    (rounded.to_bits(), high, (b - high) + b_low)
}

/// Sine and cosine of `y + low` for `|y| <= pi / 4`.
#[inline(always)]
fn sin_cos_reduced(y: f64, low: f64) -> (f64, f64) {
    let z = y * y;
    let v = z * y;
    let mut s: f64 = 1.58969099521155010221e-10;
    s = s.mul_add(z, -2.50507602534068634195e-08);
    s = s.mul_add(z, 2.75573137070700676789e-06);
    s = s.mul_add(z, -1.98412698298579493134e-04);
    s = s.mul_add(z, 8.33333333332248946124e-03);
    let sine = y - ((z * (0.5 * low - v * s) - low) - v * -1.66666666666666324348e-01);
    let mut c: f64 = -1.13596475577881948265e-11;
    c = c.mul_add(z, 2.08757232129817482790e-09);
    c = c.mul_add(z, -2.75573143513906633035e-07);
    c = c.mul_add(z, 2.48015872894767294178e-05);
    c = c.mul_add(z, -1.38888888888741095749e-03);
    c = c.mul_add(z, 4.16666666666666019037e-02);
    let half = 0.5 * z;
    let w = 1.0 - half;
    let cosine = w + (((1.0 - w) - half) + (z * z).mul_add(c, -(y * low)));
    (sine, cosine)
}

/// The sine of quadrant `n` on.
#[inline(always)]
fn circle(x: f64, turn: u64) -> f64 {
    let (n, y, low) = reduce_circle(x);
    let n = n.wrapping_add(turn);
    let (sine, cosine) = sin_cos_reduced(y, low);
    let value = if n & 1 != 0 { cosine } else { sine };
    f64::from_bits(value.to_bits() ^ ((n & 2) << 62))
}

struct Sin;
impl Formula for Sin {
    #[inline(always)]
    fn special(bits: u64) -> bool {
        outside(bits, -300, 1e6) | (bits == 1 << 63)
    }
    #[inline(always)]
    fn value(x: f64) -> f64 {
        circle(x, 0)
    }
    fn library(x: f64) -> f64 {
        x.sin()
    }
}

struct Cos;
impl Formula for Cos {
    #[inline(always)]
    fn special(bits: u64) -> bool {
        outside(bits, -300, 1e6)
    }
    #[inline(always)]
    fn value(x: f64) -> f64 {
        circle(x, 1)
    }
    fn library(x: f64) -> f64 {
        x.cos()
    }
}

/// The function of one value. The formula must never see a special argument, not even to have its
/// result thrown away, because that could raise conditions; the barrier keeps the compiler from
/// computing both sides.
#[inline(always)]
fn single<F: Formula>(x: f64) -> f64 {
    if F::special(x.to_bits()) { F::library(x) } else { F::value(std::hint::black_box(x)) }
}

/// Applies the formula to a block, or the library where the formula does not hold.
#[inline(always)]
fn block<F: Formula>(x: &[f64; BLOCK]) -> [f64; BLOCK] {
    let mut special = false;
    for v in x {
        special |= F::special(v.to_bits());
    }
    let mut result = [0.0; BLOCK];
    if special {
        for k in 0..BLOCK {
            result[k] = single::<F>(x[k]);
        }
    } else {
        for k in 0..BLOCK {
            result[k] = F::value(x[k]);
        }
    }
    result
}

/// Types that the formulas are applied to.
trait Real: Copy {
    fn widen(self) -> f64;
    fn narrow(value: f64) -> Self;
}
impl Real for f64 {
    #[inline(always)]
    fn widen(self) -> f64 {
        self
    }
    #[inline(always)]
    fn narrow(value: f64) -> f64 {
        value
    }
}
impl Real for f32 {
    #[inline(always)]
    fn widen(self) -> f64 {
        self as f64
    }
    #[inline(always)]
    fn narrow(value: f64) -> f32 {
        value as f32
    }
}

/// # Safety
/// `n` elements on both sides.
#[inline(always)]
unsafe fn run<F: Formula, T: Real>(
    mut src: *const u8,
    mut dst: *mut u8,
    n: usize,
    steps: (isize, isize),
) {
    let size = size_of::<T>() as isize;
    let mut left = n;
    // SAFETY: by the contract.
    unsafe {
        if steps == (size, size) {
            while left >= BLOCK {
                let x = src.cast::<[T; BLOCK]>().read_unaligned();
                let mut wide = [0.0; BLOCK];
                for k in 0..BLOCK {
                    wide[k] = x[k].widen();
                }
                let y = block::<F>(&wide);
                let mut narrow = x;
                for k in 0..BLOCK {
                    narrow[k] = T::narrow(y[k]);
                }
                dst.cast::<[T; BLOCK]>().write_unaligned(narrow);
                src = src.add(BLOCK * size_of::<T>());
                dst = dst.add(BLOCK * size_of::<T>());
                left -= BLOCK;
            }
        }
        if left == 1 {
            let x = src.cast::<T>().read_unaligned().widen();
            dst.cast::<T>().write_unaligned(T::narrow(single::<F>(x)));
            return;
        }
        // The rest (or all, if strided) goes through a block filled up with ones.
        while left > 0 {
            let len = left.min(BLOCK);
            let mut wide = [1.0; BLOCK];
            for slot in &mut wide[..len] {
                *slot = src.cast::<T>().read_unaligned().widen();
                src = src.wrapping_offset(steps.0);
            }
            let y = block::<F>(&wide);
            for value in &y[..len] {
                dst.cast::<T>().write_unaligned(T::narrow(*value));
                dst = dst.wrapping_offset(steps.1);
            }
            left -= len;
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512dq,avx512bw,avx512vl")]
unsafe fn run_512<F: Formula, T: Real>(src: *const u8, dst: *mut u8, n: usize, steps: (isize, isize)) {
    // SAFETY: the caller's contract.
    unsafe { run::<F, T>(src, dst, n, steps) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn run_256<F: Formula, T: Real>(src: *const u8, dst: *mut u8, n: usize, steps: (isize, isize)) {
    // SAFETY: the caller's contract.
    unsafe { run::<F, T>(src, dst, n, steps) }
}

/// The loop of a formula; without fused multiply-add the library's function runs instead.
///
/// # Safety
/// See the file head.
unsafe fn formula<F: Formula, T: Real + crate::dtype::Element, Op: Op1<T, R = T>>(
    args: &PerOperand<*mut u8>,
    n: usize,
    strides: &PerOperand<isize>,
) -> FpFlags {
    // SAFETY: by the contract; the instructions are there.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected;
            let steps = (strides[0], strides[1]);
            if is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw")
            {
                run_512::<F, T>(args[0], args[1], n, steps);
                return FpFlags::NONE;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                run_256::<F, T>(args[0], args[1], n, steps);
                return FpFlags::NONE;
            }
        }
        unary::<Op, T>(args, n, strides)
    }
}

macro_rules! loops {
    ($($single:ident, $double:ident, $op:ident;)*) => { $(
        #[doc = concat!("`", stringify!($op), "` in single precision.")]
        ///
        /// # Safety
        /// See the file head.
        pub unsafe fn $single(args: &PerOperand<*mut u8>, n: usize, strides: &PerOperand<isize>) -> FpFlags {
            // SAFETY: as the caller's contract.
            unsafe { formula::<$op, f32, math::$op>(args, n, strides) }
        }
        #[doc = concat!("`", stringify!($op), "` in double precision.")]
        ///
        /// # Safety
        /// See the file head.
        pub unsafe fn $double(args: &PerOperand<*mut u8>, n: usize, strides: &PerOperand<isize>) -> FpFlags {
            // SAFETY: as the caller's contract.
            unsafe { formula::<$op, f64, math::$op>(args, n, strides) }
        }
    )* };
}
loops! {
    exp_f32, exp_f64, Exp;
    exp2_f32, exp2_f64, Exp2;
    expm1_f32, expm1_f64, Expm1;
    tanh_f32, tanh_f64, Tanh;
    log_f32, log_f64, Log;
    log1p_f32, log1p_f64, Log1p;
    sin_f32, sin_f64, Sin;
    cos_f32, cos_f64, Cos;
}
