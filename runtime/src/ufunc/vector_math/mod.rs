//! Elementary functions of whole runs: branch-free formulas that vectorise.
//!
//! # Unsafe contract
//! The loops are [`InnerLoop`](super::kernel::InnerLoop)s; the versions for wider registers run
//! only after the processor was asked for them.
//!
//! Every function is one formula of additions, multiplications and fused multiply-adds, written
//! over [`Lanes`]: one float, or a register of 256 or 512 bits. All paths (contiguous, strided,
//! single values) use the same formula, so that a value does not depend on where in an array it
//! stands. Arguments outside a formula's range (`special`) go to the C library, which also raises
//! the right floating-point conditions. Errors against the exact value, measured on millions of
//! arguments: below 1 ulp, but `sinh` and `cosh` below 1.1 and `expm1` below 1.3. Single precision
//! is computed in double precision and rounded once; its formulas ([`Formula::rough`]) leave out
//! what only the last bits of a double would show.
//!
//! [`entry`] gives the same functions to compiled code, one value or one register at a time.
//!
//! The reductions and polynomials are the classical ones: Cody and Waite (1980) for the argument
//! reductions, the coefficients of `log`, `sin`, `cos` as published with Sun's fdlibm.

mod circular;
pub mod entry;
mod exponential;
mod lanes;
mod logarithm;

use super::kernel::{Op1, unary};
use super::math;
use crate::fpflags::FpFlags;
use crate::iter::PerOperand;
use circular::*;
use exponential::*;
use lanes::*;
use logarithm::*;

/// A function by formula.
trait Formula {
    /// An argument for which the formula holds.
    const SAFE: f64 = 0.5;
    /// Where the formula does not hold; must not raise conditions.
    fn special<V: Lanes>(x: V) -> V::Mask;
    /// The formula.
    fn value<V: Lanes>(x: V) -> V;
    /// As much of it as single precision needs: 36 bits or more.
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        Self::value(x)
    }
    /// The C library's function.
    fn library(x: f64) -> f64;
}

/// A function whose results are rounded to single precision.
struct Rough<F>(std::marker::PhantomData<F>);
impl<F: Formula> Formula for Rough<F> {
    const SAFE: f64 = F::SAFE;
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        F::special(x)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        F::rough(x)
    }
    fn library(x: f64) -> f64 {
        F::library(x)
    }
}

const LN2_HIGH: f64 = 6.93147180369123816490e-01;
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/// Not zero and not between `2**low` and `high` in magnitude.
#[inline(always)]
fn outside<V: Lanes>(x: V, low: i32, high: f64) -> V::Mask {
    let magnitude = x.abs();
    // Above the least pattern and not above 0: the compiler makes one comparison of both, and
    // would build a register of ones for 0 that waits for what the register held before.
    let least = V::splat(f64::from_bits(((1023 + low) as u64) << 52));
    let tiny = V::both(magnitude.lt_bits(least), V::splat(f64::from_bits(1)).lt_bits(magnitude));
    V::either(tiny, V::splat(high).lt_bits(magnitude))
}

/// Whose formula would lose the sign.
#[inline(always)]
fn is_negative_zero<V: Lanes>(x: V) -> V::Mask {
    // Its pattern is the least integer.
    x.lt_bits(V::splat(f64::from_bits((1 << 63) + 1)))
}

/// The quotient of two sums of two floats, as a sum of two.
#[inline(always)]
fn divide<V: Lanes>(above: (V, V), below: (V, V)) -> (V, V) {
    let inverse = V::splat(1.0) / below.0;
    let q = above.0 * inverse;
    let rest = (-q).mul_add(below.0, above.0) + (-q).mul_add(below.1, above.1);
    (q, rest * inverse)
}

/// The same, rounded.
#[inline(always)]
fn quotient<V: Lanes>(above: (V, V), below: (V, V)) -> V {
    let (q, low) = divide(above, below);
    q + low
}

/// The function of one value. The formula must never see a special argument, not even to have its
/// result thrown away, because that could raise conditions; the barrier keeps the compiler from
/// computing both sides.
#[inline(always)]
fn single<F: Formula>(x: f64) -> f64 {
    if F::special(x) { F::library(x) } else { F::value(std::hint::black_box(x)) }
}

/// Puts the library's values where the formula does not hold.
#[cold]
#[inline(never)]
fn repair<F: Formula>(x: &[f64], y: &mut [f64]) {
    for (x, y) in x.iter().zip(y) {
        if F::special(*x) {
            *y = F::library(*x);
        }
    }
}

/// The function of a register of values. Special arguments are replaced by [`Formula::SAFE`], so
/// that they raise no conditions in the formula, and done by the library afterwards.
#[inline(always)]
fn register<F: Formula, V: Register>(x: V) -> V {
    let special = F::special(x);
    let y = F::value(V::select(special, V::splat(F::SAFE), x));
    if !V::any(special) {
        return y;
    }
    let (mut from, mut to) = ([0.0; WIDEST], [0.0; WIDEST]);
    // SAFETY: the arrays hold the widest register.
    unsafe {
        x.store(from.as_mut_ptr());
        y.store(to.as_mut_ptr());
        repair::<F>(&from[..V::LANES], &mut to[..V::LANES]);
        V::load(to.as_ptr())
    }
}

/// Most lanes of a register.
const WIDEST: usize = 8;

/// Types that the formulas are applied to.
trait Real: Copy {
    fn widen(self) -> f64;
    fn narrow(value: f64) -> Self;
    /// # Safety
    /// As [`Register::load`].
    unsafe fn load<V: Register>(from: *const Self) -> V;
    /// # Safety
    /// As [`Register::store`].
    unsafe fn store<V: Register>(value: V, to: *mut Self);
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
    #[inline(always)]
    unsafe fn load<V: Register>(from: *const f64) -> V {
        // SAFETY: the caller's contract.
        unsafe { V::load(from) }
    }
    #[inline(always)]
    unsafe fn store<V: Register>(value: V, to: *mut f64) {
        // SAFETY: the caller's contract.
        unsafe { value.store(to) }
    }
}
impl Real for f32 {
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn narrow(value: f64) -> f32 {
        value as f32
    }
    #[inline(always)]
    unsafe fn load<V: Register>(from: *const f32) -> V {
        // SAFETY: the caller's contract.
        unsafe { V::load_single(from) }
    }
    #[inline(always)]
    unsafe fn store<V: Register>(value: V, to: *mut f32) {
        // SAFETY: the caller's contract.
        unsafe { value.store_single(to) }
    }
}

/// # Safety
/// `n` elements on both sides; inlined into a function that has the register's instructions.
#[inline(always)]
unsafe fn run<F: Formula, T: Real, V: Register>(mut src: *const u8, mut dst: *mut u8, n: usize, steps: (isize, isize)) {
    let size = size_of::<T>() as isize;
    let mut left = n;
    // SAFETY: by the contract.
    unsafe {
        if steps == (size, size) {
            while left >= V::LANES {
                T::store(register::<F, V>(T::load(src.cast::<T>())), dst.cast::<T>());
                src = src.add(V::LANES * size_of::<T>());
                dst = dst.add(V::LANES * size_of::<T>());
                left -= V::LANES;
            }
        }
        if left == 1 {
            let x = src.cast::<T>().read_unaligned().widen();
            dst.cast::<T>().write_unaligned(T::narrow(single::<F>(x)));
            return;
        }
        // The rest (or all, if strided) goes through a register filled up.
        while left > 0 {
            let len = left.min(V::LANES);
            let mut wide = [F::SAFE; WIDEST];
            for slot in &mut wide[..len] {
                *slot = src.cast::<T>().read_unaligned().widen();
                src = src.wrapping_offset(steps.0);
            }
            register::<F, V>(V::load(wide.as_ptr())).store(wide.as_mut_ptr());
            for value in &wide[..len] {
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
    unsafe { run::<F, T, Eight>(src, dst, n, steps) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn run_256<F: Formula, T: Real>(src: *const u8, dst: *mut u8, n: usize, steps: (isize, isize)) {
    // SAFETY: the caller's contract.
    unsafe { run::<F, T, Four>(src, dst, n, steps) }
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
            unsafe { formula::<Rough<$op>, f32, math::$op>(args, n, strides) }
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
    tan_f32, tan_f64, Tan;
    arcsin_f32, arcsin_f64, Arcsin;
    arccos_f32, arccos_f64, Arccos;
    arctan_f32, arctan_f64, Arctan;
    sinh_f32, sinh_f64, Sinh;
    cosh_f32, cosh_f64, Cosh;
    log2_f32, log2_f64, Log2;
    log10_f32, log10_f64, Log10;
}
