//! Powers, roots, `arctan2` and the inverse hyperbolic functions of whole runs.
//!
//! # Unsafe contract
//! The loops are [`InnerLoop`](super::kernel::InnerLoop)s; the versions for wider registers run
//! only after the processor was asked for them.
//!
//! Each function is one formula of additions, multiplications, divisions, roots and fused
//! multiply-adds over a block, without branches, so that the compiler makes vector instructions of
//! it. Values outside a formula's range go to the C library one by one, which also raises the right
//! floating-point conditions; the formula sees a harmless value in their place. Logarithms are sums
//! of two floats of about 64 bits together, so that every function is within 1 ulp. Single precision is
//! computed in double precision and rounded once.
//!
//! Sources: the logarithm is the series of `artanh`; the reduction of `arctan` and its
//! coefficients are those published with Sun's fdlibm; cubic roots start from a third of the
//! exponent bits and go on with Halley's iteration.

use super::kernel::{Op1, Op2, binary, unary};
use super::math;
use crate::dtype::Element;
use crate::fpflags::FpFlags;
use crate::iter::PerOperand;

/// Elements in flight together.
const BLOCK: usize = 16;

const ABS: u64 = !(1 << 63);
/// Adding and subtracting it rounds to an integer, which stands in the low bits of the sum.
const ROUNDER: f64 = 6755399441055744.0;
const LN2_HIGH: f64 = 6.93147180369123816490e-01;
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/// A number as an unevaluated sum.
#[derive(Clone, Copy)]
struct Pair {
    high: f64,
    low: f64,
}

/// `a + b` exactly.
#[inline(always)]
fn two_sum(a: f64, b: f64) -> Pair {
    let high = a + b;
    let part = high - a;
    Pair { high, low: (a - (high - part)) + (b - part) }
}

/// `a * b` exactly.
#[inline(always)]
fn two_product(a: f64, b: f64) -> Pair {
    let high = a * b;
    Pair { high, low: a.mul_add(b, -high) }
}

/// `k` and `m` of a positive normal number `2**k * m`, `m` between the roots of 1/2 and 2.
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    const HALF_ROOT: u64 = 0x3fe6_a09e_667f_3bcd;
    let bits = x.to_bits();
    let k = (bits.wrapping_sub(HALF_ROOT) as i64) >> 52;
    let m = f64::from_bits(bits.wrapping_sub((k as u64) << 52));
    let k = f64::from_bits((k as u64).wrapping_add(ROUNDER.to_bits())) - ROUNDER;
    (k, m)
}

/// Logarithm of a positive normal number.
#[inline(always)]
fn logarithm(x: f64) -> Pair {
    const THIRD_LOW: f64 = 1.850371707708594e-17;
    let (k, m) = split(x);
    // s = (m - 1) / (m + 1), |s| < 0.172
    let f = m - 1.0;
    let below = 2.0 + f;
    let below_low = f - (below - 2.0);
    let inverse = 1.0 / below;
    let s = f * inverse;
    let s_low = ((-s).mul_add(below, f) - s * below_low) * inverse;
    let square = s * s;
    let square_low = s.mul_add(s, -square) + 2.0 * s * s_low;
    // artanh(s) = s + s**3 (1/3 + s**2 (1/5 + …))
    let mut q: f64 = 1.0 / 27.0;
    q = q.mul_add(square, 1.0 / 25.0);
    q = q.mul_add(square, 1.0 / 23.0);
    q = q.mul_add(square, 1.0 / 21.0);
    q = q.mul_add(square, 1.0 / 19.0);
    q = q.mul_add(square, 1.0 / 17.0);
    q = q.mul_add(square, 1.0 / 15.0);
    q = q.mul_add(square, 1.0 / 13.0);
    q = q.mul_add(square, 1.0 / 11.0);
    q = q.mul_add(square, 1.0 / 9.0);
    q = q.mul_add(square, 1.0 / 7.0);
    q = q.mul_add(square, 1.0 / 5.0);
    let third = 1.0 / 3.0;
    let u = square * q;
    let u_low = square.mul_add(q, -u) + square_low * q;
    let t = third + u;
    let t_low = ((third - t) + u) + (THIRD_LOW + u_low);
    let cube = s * square;
    let cube_low = s.mul_add(square, -cube) + s.mul_add(square_low, s_low * square);
    let p = cube * t;
    let p_low = cube.mul_add(t, -p) + cube.mul_add(t_low, cube_low * t);
    let a = s + p;
    let a_low = ((s - a) + p) + (s_low + p_low);
    // log(x) = k ln 2 + 2 artanh(s)
    let base = k * LN2_HIGH;
    let high = base + 2.0 * a;
    let low = ((base - high) + 2.0 * a) + k.mul_add(LN2_LOW, 2.0 * a_low);
    let sum = high + low;
    Pair { high: sum, low: (high - sum) + low }
}

/// Exponential of a sum whose first part is at most 708 in size.
#[inline(always)]
fn exponential(x: Pair) -> f64 {
    let rounded = x.high.mul_add(std::f64::consts::LOG2_E, ROUNDER);
    let k = rounded - ROUNDER;
    let high = (-k).mul_add(LN2_HIGH, x.high);
    let r = (-k).mul_add(LN2_LOW, high);
    let low = (-k).mul_add(LN2_LOW, high - r) + x.low;
    // The second part may be many units of the first; it must be small where it is only added.
    let (r, low) = (r + low, (r - (r + low)) + low);
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
    q = q.mul_add(r, 0.5);
    let value = 1.0 + ((r * r).mul_add(q, low) + r);
    value * f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52)
}

/// Logarithm of a positive normal number, to about 44 bits of its largest term.
#[inline(always)]
fn rough_logarithm(x: f64) -> f64 {
    let (k, m) = split(x);
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let mut q: f64 = 1.0 / 17.0;
    q = q.mul_add(square, 1.0 / 15.0);
    q = q.mul_add(square, 1.0 / 13.0);
    q = q.mul_add(square, 1.0 / 11.0);
    q = q.mul_add(square, 1.0 / 9.0);
    q = q.mul_add(square, 1.0 / 7.0);
    q = q.mul_add(square, 1.0 / 5.0);
    q = q.mul_add(square, 1.0 / 3.0);
    let a = (s * square).mul_add(q, s);
    k.mul_add(LN2_HIGH, k.mul_add(LN2_LOW, 2.0 * a))
}

/// Exponential of a number at most 708 in size, to about 46 bits.
#[inline(always)]
fn rough_exponential(x: f64) -> f64 {
    let rounded = x.mul_add(std::f64::consts::LOG2_E, ROUNDER);
    let k = rounded - ROUNDER;
    let r = (-k).mul_add(LN2_LOW, (-k).mul_add(LN2_HIGH, x));
    let mut q: f64 = 1.0 / 39916800.0;
    q = q.mul_add(r, 1.0 / 3628800.0);
    q = q.mul_add(r, 1.0 / 362880.0);
    q = q.mul_add(r, 1.0 / 40320.0);
    q = q.mul_add(r, 1.0 / 5040.0);
    q = q.mul_add(r, 1.0 / 720.0);
    q = q.mul_add(r, 1.0 / 120.0);
    q = q.mul_add(r, 1.0 / 24.0);
    q = q.mul_add(r, 1.0 / 6.0);
    q = q.mul_add(r, 0.5);
    q = (r * r).mul_add(q, r) + 1.0;
    q * f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52)
}

/// Whether the magnitude is below `2**low` or not below `2**high` (zero, infinity and NaN are
/// outside too).
#[inline(always)]
fn outside(x: f64, low: i32, high: i32) -> bool {
    let least = ((1023 + low) as u64) << 52;
    let most = ((1023 + high) as u64) << 52;
    (x.to_bits() & ABS).wrapping_sub(least) >= most - least
}

/// A function of one number by formula.
trait Formula1 {
    /// A value that the formula takes.
    const SAFE: f64;
    /// Whether the formula does not hold.
    fn special(x: f64) -> bool;
    /// The formula.
    fn value(x: f64) -> f64;
    /// As much of it as single precision needs.
    #[inline(always)]
    fn rough(x: f64) -> f64 {
        Self::value(x)
    }
}

/// A function of two numbers by formula.
trait Formula2 {
    /// Whether the formula does not hold, whatever its value would be.
    fn special(x: f64, y: f64) -> bool;
    /// The formula, and whether it turned out not to hold.
    fn value(x: f64, y: f64) -> (f64, bool);
    /// As much of it as single precision needs.
    #[inline(always)]
    fn rough(x: f64, y: f64) -> (f64, bool) {
        Self::value(x, y)
    }
}

impl Formula2 for math::Power {
    #[inline(always)]
    fn special(x: f64, y: f64) -> bool {
        let normal = x.to_bits().wrapping_sub(1 << 52) < (0x7ff << 52) - (1 << 52);
        !normal | ((y.to_bits() & ABS) >= (1023 + 60) << 52)
    }
    #[inline(always)]
    fn value(x: f64, y: f64) -> (f64, bool) {
        let log = logarithm(x);
        let product = y * log.high;
        let low = y.mul_add(log.high, -product) + y * log.low;
        let beyond = product.abs() > 708.0;
        let product = if beyond { 0.0 } else { product };
        let low = if beyond { 0.0 } else { low };
        (exponential(Pair { high: product, low }), beyond)
    }
    #[inline(always)]
    fn rough(x: f64, y: f64) -> (f64, bool) {
        let product = y * rough_logarithm(x);
        let beyond = product.abs() > 708.0;
        (rough_exponential(if beyond { 0.0 } else { product }), beyond)
    }
}

impl Formula2 for math::Hypot {
    #[inline(always)]
    fn special(x: f64, y: f64) -> bool {
        outside(x, -400, 400) | outside(y, -400, 400)
    }
    #[inline(always)]
    fn value(x: f64, y: f64) -> (f64, bool) {
        let (a, b) = (two_product(x, x), two_product(y, y));
        let sum = two_sum(a.high, b.high);
        let low = sum.low + (a.low + b.low);
        let root = sum.high.sqrt();
        let rest = (-root).mul_add(root, sum.high) + low;
        (root + rest / (2.0 * root), false)
    }
}

impl Formula2 for math::Arctan2 {
    #[inline(always)]
    fn special(y: f64, x: f64) -> bool {
        outside(x, -100, 100) | outside(y, -100, 100)
    }
    #[inline(always)]
    fn value(y: f64, x: f64) -> (f64, bool) {
        const HALF_PI: f64 = std::f64::consts::FRAC_PI_2;
        const HALF_PI_LOW: f64 = 6.123233995736766e-17;
        const ARCTAN_HALF: f64 = 4.636476090008060935e-01;
        const ARCTAN_HALF_LOW: f64 = 2.2698777452961687e-17;
        const QUARTER_PI: f64 = std::f64::consts::FRAC_PI_4;
        const QUARTER_PI_LOW: f64 = 3.061616997868383e-17;
        let (a, b) = (y.abs(), x.abs());
        let steep = a > b;
        let (n, d) = if steep { (b, a) } else { (a, b) };
        // arctan(n / d) = arctan(c) + arctan((n - c d) / (d + c n))
        let above_low = n > 0.4375 * d;
        let above_high = n > 0.6875 * d;
        let c: f64 = if above_high { 1.0 } else if above_low { 0.5 } else { 0.0 };
        let base = if above_high { QUARTER_PI } else if above_low { ARCTAN_HALF } else { 0.0 };
        let base_low = if above_high { QUARTER_PI_LOW } else if above_low { ARCTAN_HALF_LOW } else { 0.0 };
        let (above, below) = ((-c).mul_add(d, n), c.mul_add(n, d));
        let inverse = 1.0 / below;
        let u = above * inverse;
        let u_low = (-u).mul_add(below, above) * inverse;
        let z = u * u;
        let mut p: f64 = 1.62858201153657823623e-02;
        p = p.mul_add(z, -3.65315727442169155270e-02);
        p = p.mul_add(z, 4.97687799461593236017e-02);
        p = p.mul_add(z, -5.83357013379057348645e-02);
        p = p.mul_add(z, 6.66107313738753120669e-02);
        p = p.mul_add(z, -7.69187620504482999495e-02);
        p = p.mul_add(z, 9.09088713343650656196e-02);
        p = p.mul_add(z, -1.11111104054623557880e-01);
        p = p.mul_add(z, 1.42857142725034663711e-01);
        p = p.mul_add(z, -1.99999999998764832476e-01);
        p = p.mul_add(z, 3.33333333333329318027e-01);
        let correction = u * (z * p) - u_low;
        // The constant part, then turned by the quadrant: pi/2 - r, pi - r.
        let turned = two_sum(HALF_PI, -base);
        let (base, base_low) = if steep {
            (turned.high, turned.low + (HALF_PI_LOW - base_low))
        } else {
            (base, base_low)
        };
        let sign = if steep { -1.0 } else { 1.0 };
        let turned = two_sum(2.0 * HALF_PI, -base);
        let (base, base_low, sign) = if x < 0.0 {
            (turned.high, turned.low + (2.0 * HALF_PI_LOW - base_low), -sign)
        } else {
            (base, base_low, sign)
        };
        let small = sign * (u - correction);
        let exact = sign * u;
        // Without a constant part the rounding of `small` is the only one; else it is too small.
        let value = if base == 0.0 { small } else { base + ((base_low - sign * correction) + exact) };
        (value.copysign(y), false)
    }
}

impl Formula1 for math::Cbrt {
    const SAFE: f64 = 1.0;
    #[inline(always)]
    fn special(x: f64) -> bool {
        outside(x, -900, 900)
    }
    #[inline(always)]
    fn rough(x: f64) -> f64 {
        let magnitude = x.abs();
        // A third of the exponent: the upper half of the bits divided by 3 as a product.
        let third = (((magnitude.to_bits() >> 32) * 0xaaaa_aaab) >> 33) + 715_094_163;
        let mut t = f64::from_bits(third << 32);
        for _ in 0..2 {
            // Halley: t (t³ + 2x) / (2t³ + x)
            let cube = t * t * t;
            t *= (cube + 2.0 * magnitude) / (cube + (cube + magnitude));
        }
        t.copysign(x)
    }
    #[inline(always)]
    fn value(x: f64) -> f64 {
        let magnitude = x.abs();
        let t = Self::rough(magnitude);
        let square = two_product(t, t);
        let cube = two_product(square.high, t);
        let rest = (magnitude - cube.high) - (cube.low + square.low * t);
        (t + rest / (3.0 * square.high)).copysign(x)
    }
}

/// The logarithm of a sum, its second part small against the first.
#[inline(always)]
fn log_of(x: Pair) -> f64 {
    let log = logarithm(x.high);
    log.high + (log.low + x.low / x.high)
}

impl Formula1 for math::Arcsinh {
    const SAFE: f64 = 1.0;
    #[inline(always)]
    fn special(x: f64) -> bool {
        outside(x, -28, 400)
    }
    #[inline(always)]
    fn value(x: f64) -> f64 {
        let magnitude = x.abs();
        let square = two_product(magnitude, magnitude);
        let sum = two_sum(1.0, square.high);
        let root = sum.high.sqrt();
        let rest = (-root).mul_add(root, sum.high) + (sum.low + square.low);
        let whole = two_sum(magnitude, root);
        log_of(Pair { high: whole.high, low: whole.low + rest / (2.0 * root) }).copysign(x)
    }
}

impl Formula1 for math::Arccosh {
    const SAFE: f64 = 2.0;
    #[inline(always)]
    fn special(x: f64) -> bool {
        (x <= 1.0) | x.is_nan() | outside(x, -1, 400)
    }
    #[inline(always)]
    fn value(x: f64) -> f64 {
        let square = two_product(x, x);
        let sum = two_sum(square.high, -1.0);
        let root = sum.high.sqrt();
        let rest = (-root).mul_add(root, sum.high) + (sum.low + square.low);
        let whole = two_sum(x, root);
        log_of(Pair { high: whole.high, low: whole.low + rest / (2.0 * root) })
    }
}

impl Formula1 for math::Arctanh {
    const SAFE: f64 = 0.5;
    #[inline(always)]
    fn special(x: f64) -> bool {
        outside(x, -28, 0)
    }
    #[inline(always)]
    fn value(x: f64) -> f64 {
        let magnitude = x.abs();
        let (above, below) = (two_sum(1.0, magnitude), two_sum(1.0, -magnitude));
        let quotient = above.high / below.high;
        let rest = (-quotient).mul_add(below.high, above.high) + (above.low - quotient * below.low);
        (0.5 * log_of(Pair { high: quotient, low: rest / below.high })).copysign(x)
    }
}

/// Types that the formulas are applied to.
trait Real: Element {
    /// Whether a formula's rough form is enough.
    const ROUGH: bool;
    fn widen(self) -> f64;
    fn narrow(value: f64) -> Self;
}
impl Real for f64 {
    const ROUGH: bool = false;
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
    const ROUGH: bool = true;
    #[inline(always)]
    fn widen(self) -> f64 {
        self as f64
    }
    #[inline(always)]
    fn narrow(value: f64) -> f32 {
        value as f32
    }
}

/// `len` elements from `src` on, which goes behind them. A block without gaps is read at once:
/// single stores would have to leave the processor before a register could be filled from them.
///
/// # Safety
/// `len` elements, at most [`BLOCK`], `stride` bytes apart.
#[inline(always)]
unsafe fn take<T: Real>(src: &mut *mut u8, stride: isize, len: usize, default: T) -> [T; BLOCK] {
    let mut block = [default; BLOCK];
    // SAFETY: by the contract.
    unsafe {
        if len == BLOCK && stride == size_of::<T>() as isize {
            block = src.cast::<[T; BLOCK]>().read_unaligned();
            *src = src.wrapping_add(size_of_val(&block));
        } else {
            for slot in &mut block[..len] {
                *slot = src.cast::<T>().read_unaligned();
                *src = src.wrapping_offset(stride);
            }
        }
    }
    block
}

/// Writes the first `len` elements of a block to `dst`, which goes behind them.
///
/// # Safety
/// Room for `len` elements, at most [`BLOCK`], `stride` bytes apart.
#[inline(always)]
unsafe fn put<T: Real>(dst: &mut *mut u8, stride: isize, len: usize, block: &[T; BLOCK]) {
    // SAFETY: by the contract.
    unsafe {
        if len == BLOCK && stride == size_of::<T>() as isize {
            dst.cast::<[T; BLOCK]>().write_unaligned(*block);
            *dst = dst.wrapping_add(size_of_val(block));
        } else {
            for value in &block[..len] {
                dst.cast::<T>().write_unaligned(*value);
                *dst = dst.wrapping_offset(stride);
            }
        }
    }
}

/// # Safety
/// `n` elements of each operand.
#[inline(always)]
unsafe fn run1<F: Formula1 + Op1<T, R = T>, T: Real>(args: &PerOperand<*mut u8>, n: usize, strides: &PerOperand<isize>) {
    let (mut src, mut dst) = (args[0], args[1]);
    let mut left = n;
    while left > 0 {
        let len = left.min(BLOCK);
        // SAFETY: by the contract.
        let given = unsafe { take::<T>(&mut src, strides[0], len, T::narrow(F::SAFE)) };
        let mut special = [false; BLOCK];
        let mut output = [T::default(); BLOCK];
        for k in 0..BLOCK {
            let x = given[k].widen();
            special[k] = F::special(x);
            let x = if special[k] { F::SAFE } else { x };
            output[k] = T::narrow(if T::ROUGH { F::rough(x) } else { F::value(x) });
        }
        if special.contains(&true) {
            for k in 0..len {
                if special[k] {
                    output[k] = F::f(given[k], &mut { FpFlags::NONE });
                }
            }
        }
        // SAFETY: by the contract.
        unsafe { put(&mut dst, strides[1], len, &output) };
        left -= len;
    }
}

/// # Safety
/// `n` elements of each operand.
#[inline(always)]
unsafe fn run2<F: Formula2 + Op2<T, T, R = T>, T: Real>(args: &PerOperand<*mut u8>, n: usize, strides: &PerOperand<isize>) {
    let (mut first, mut second, mut dst) = (args[0], args[1], args[2]);
    let mut left = n;
    let one = T::narrow(1.0);
    while left > 0 {
        let len = left.min(BLOCK);
        // SAFETY: by the contract.
        let (a, b) = unsafe { (take::<T>(&mut first, strides[0], len, one), take::<T>(&mut second, strides[1], len, one)) };
        let mut special = [false; BLOCK];
        let mut output = [T::default(); BLOCK];
        for k in 0..BLOCK {
            let (x, y) = (a[k].widen(), b[k].widen());
            let wild = F::special(x, y);
            let (x, y) = if wild { (1.0, 1.0) } else { (x, y) };
            let (value, failed) = if T::ROUGH { F::rough(x, y) } else { F::value(x, y) };
            output[k] = T::narrow(value);
            special[k] = wild | failed;
        }
        if special.contains(&true) {
            for k in 0..len {
                if special[k] {
                    output[k] = F::f(a[k], b[k], &mut { FpFlags::NONE });
                }
            }
        }
        // SAFETY: by the contract.
        unsafe { put(&mut dst, strides[2], len, &output) };
        left -= len;
    }
}

/// Largest exponent that is done by multiplication.
const MOST_FACTORS: f64 = 8.0;

/// Powers; one small whole exponent for all bases is done by multiplication of sums of two floats,
/// which stays as exact as the formula and takes negative bases.
///
/// # Safety
/// `n` elements of each operand.
#[inline(always)]
unsafe fn run_power<F: Formula2 + Op2<T, T, R = T>, T: Real>(
    args: &PerOperand<*mut u8>,
    n: usize,
    strides: &PerOperand<isize>,
) {
    // SAFETY: by the contract; without elements there is nothing to read.
    let exponent = if n > 0 && strides[1] == 0 { unsafe { args[1].cast::<T>().read_unaligned() } } else { T::default() };
    let y = exponent.widen();
    if !((3.0..=MOST_FACTORS).contains(&y) && y.fract() == 0.0) {
        // SAFETY: by the contract.
        unsafe { run2::<F, T>(args, n, strides) };
        return;
    }
    let factors = y as u32;
    let (mut src, mut dst) = (args[0], args[2]);
    let mut left = n;
    while left > 0 {
        let len = left.min(BLOCK);
        // SAFETY: by the contract.
        let given = unsafe { take::<T>(&mut src, strides[0], len, T::narrow(1.0)) };
        let mut special = [false; BLOCK];
        let mut bases = [0.0f64; BLOCK];
        for k in 0..BLOCK {
            let x = given[k].widen();
            // No product of so many leaves the range in which the rests are exact.
            special[k] = outside(x, -100, 100);
            bases[k] = if special[k] { 1.0 } else { x };
        }
        let (mut high, mut low) = (bases, [0.0f64; BLOCK]);
        for _ in 1..factors {
            for k in 0..BLOCK {
                let product = two_product(high[k], bases[k]);
                high[k] = product.high;
                low[k] = low[k].mul_add(bases[k], product.low);
            }
        }
        let mut output = [T::default(); BLOCK];
        for k in 0..BLOCK {
            output[k] = T::narrow(high[k] + low[k]);
        }
        if special.contains(&true) {
            for k in 0..len {
                if special[k] {
                    output[k] = F::f(given[k], exponent, &mut { FpFlags::NONE });
                }
            }
        }
        // SAFETY: by the contract.
        unsafe { put(&mut dst, strides[2], len, &output) };
        left -= len;
    }
}

macro_rules! loops {
    ($($arity:ident $op:ident: $single:ident $double:ident, $plain:ident;)*) => { $(
        loops!(@type $arity $op f32 $single $plain);
        loops!(@type $arity $op f64 $double $plain);
    )* };
    (@type $arity:ident $op:ident $ty:ident $name:ident $plain:ident) => {
        #[doc = concat!("`", stringify!($op), "` of `", stringify!($ty), "`.")]
        ///
        /// # Safety
        /// See the file head.
        pub unsafe fn $name(args: &PerOperand<*mut u8>, n: usize, strides: &PerOperand<isize>) -> FpFlags {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512dq,avx512bw,avx512vl")]
                unsafe fn wide(args: &PerOperand<*mut u8>, n: usize, strides: &PerOperand<isize>) {
                    // SAFETY: the caller's contract.
                    unsafe { $arity::<math::$op, $ty>(args, n, strides) }
                }
                #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
                unsafe fn middle(args: &PerOperand<*mut u8>, n: usize, strides: &PerOperand<isize>) {
                    // SAFETY: the caller's contract.
                    unsafe { $arity::<math::$op, $ty>(args, n, strides) }
                }
                use std::arch::is_x86_feature_detected;
                if is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                {
                    // SAFETY: the instructions are there.
                    unsafe { wide(args, n, strides) };
                    return FpFlags::NONE;
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: the instructions are there.
                    unsafe { middle(args, n, strides) };
                    return FpFlags::NONE;
                }
            }
            // SAFETY: the caller's contract.
            unsafe { loops!(@plain $plain $op $ty)(args, n, strides) }
        }
    };
    (@plain unary $op:ident $ty:ident) => { unary::<math::$op, $ty> };
    (@plain binary $op:ident $ty:ident) => { binary::<math::$op, $ty, $ty> };
}
loops! {
    run1 Cbrt: cbrt_f32 cbrt_f64, unary;
    run1 Arcsinh: arcsinh_f32 arcsinh_f64, unary;
    run1 Arccosh: arccosh_f32 arccosh_f64, unary;
    run1 Arctanh: arctanh_f32 arctanh_f64, unary;
    run_power Power: power_f32 power_f64, binary;
    run2 Arctan2: arctan2_f32 arctan2_f64, binary;
    run2 Hypot: hypot_f32 hypot_f64, binary;
}
