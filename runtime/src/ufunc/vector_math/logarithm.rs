//! Logarithms by formula.

use super::*;

/// `x = 2**k (1 + f)` with `1 + f` in `[sqrt(1/2), sqrt(2)]`, for positive normal numbers:
/// returns `k` and `1 + f`.
#[inline(always)]
fn log_reduce<V: Lanes>(x: V) -> (V, V) {
    const HALF_ROOT: u64 = 0x3fe6_a09e_667f_3bcd;
    // The exponent of x over that of sqrt(1/2), biased by 2048 so that it is not negative.
    let over = x.add_bits((1u64 << 63).wrapping_sub(HALF_ROOT));
    let m = x.sub_bits(over.add_bits(1 << 63).and_bits(0xfff << 52));
    // An integer of few bits becomes a float under the exponent of 2**52.
    const INTEGER: u64 = 0x433 << 52;
    let k = over.shift_right::<52>().or_bits(INTEGER) - V::splat(4503599627370496.0 + 2048.0);
    (k, m)
}

/// `log(1 + f) = f - half_square + rest`: the square halved, and the rest.
#[inline(always)]
fn log_parts<V: Lanes>(f: V) -> (V, V) {
    let s = f / (V::splat(2.0) + f);
    let z = s * s;
    let p = z.polynomial(&[
        6.666666666666735130e-01,
        3.999999999940941908e-01,
        2.857142874366239149e-01,
        2.222219843214978396e-01,
        1.818357216161805012e-01,
        1.531383769920937332e-01,
        1.479819860511658591e-01,
    ]);
    let half_square = V::splat(0.5) * f * f;
    (half_square, s * p.mul_add(z, half_square))
}

/// `log(1 + f) + k ln 2 + correction`.
#[inline(always)]
fn log_assemble<V: Lanes>(f: V, k: V, correction: V) -> V {
    let (half_square, rest) = log_parts(f);
    let inner = rest + k.mul_add(V::splat(LN2_LOW), correction);
    k.mul_add(V::splat(LN2_HIGH), -((half_square - inner) - f))
}

/// `k` and `log(1 + f)` of [`log_reduce`], to about 39 bits: the series of `artanh`.
#[inline(always)]
fn rough_log_parts<V: Lanes>(x: V) -> (V, V) {
    let (k, m) = log_reduce(x);
    let f = m - V::splat(1.0);
    let s = f / (V::splat(2.0) + f);
    let z = s * s;
    let p = z.polynomial(&[2.0 / 3.0, 2.0 / 5.0, 2.0 / 7.0, 2.0 / 9.0, 2.0 / 11.0, 2.0 / 13.0]);
    (k, (s * z).mul_add(p, s + s))
}

/// Everything but positive normal numbers.
#[inline(always)]
fn not_positive_normal<V: Lanes>(x: V) -> V::Mask {
    V::either(x.lt_bits(V::splat(f64::MIN_POSITIVE)), V::splat(f64::MAX).lt_bits(x))
}

pub(super) struct Log;
impl Formula for Log {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        not_positive_normal(x)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        let (k, m) = log_reduce(x);
        log_assemble(m - V::splat(1.0), k, V::splat(0.0))
    }
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        let (k, part) = rough_log_parts(x);
        k.mul_add(V::splat(std::f64::consts::LN_2), part)
    }
    fn library(x: f64) -> f64 {
        x.ln()
    }
}

/// `log(x) / log(base)`: `unit` is one over the base's logarithm, `step` the logarithm of 2 to the
/// base, each as a sum of two; `step.0` times an exponent is exact.
#[inline(always)]
fn log_to_base<V: Lanes>(x: V, unit: (f64, f64), step: (f64, f64)) -> V {
    let (k, m) = log_reduce(x);
    let f = m - V::splat(1.0);
    let (half_square, rest) = log_parts(f);
    let square_low = (V::splat(0.5) * f).mul_add(f, -half_square);
    let high = f - half_square;
    let low = ((f - high) - half_square) + (rest - square_low);
    let product = high * V::splat(unit.0);
    let product_low = high.mul_add(V::splat(unit.0), -product) + high.mul_add(V::splat(unit.1), low * V::splat(unit.0));
    let whole = k * V::splat(step.0);
    // Either whole is 0 or it is the larger one, near enough.
    let sum = whole + product;
    let sum_low = (whole - sum) + product;
    sum + (sum_low + k.mul_add(V::splat(step.1), product_low))
}

pub(super) struct Log2;
impl Formula for Log2 {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        not_positive_normal(x)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        log_to_base(x, (std::f64::consts::LOG2_E, 2.0355273740931033e-17), (1.0, 0.0))
    }
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        let (k, part) = rough_log_parts(x);
        part.mul_add(V::splat(std::f64::consts::LOG2_E), k)
    }
    fn library(x: f64) -> f64 {
        x.log2()
    }
}

pub(super) struct Log10;
impl Formula for Log10 {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        not_positive_normal(x)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        // The first part of log10(2) has 40 bits.
        const STEP: (f64, f64) = (0.30102999566361177, 3.694239077158931e-13);
        log_to_base(x, (std::f64::consts::LOG10_E, 1.098319650216765e-17), STEP)
    }
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        let (k, part) = rough_log_parts(x);
        part.mul_add(V::splat(std::f64::consts::LOG10_E), k * V::splat(std::f64::consts::LOG10_2))
    }
    fn library(x: f64) -> f64 {
        x.log10()
    }
}

pub(super) struct Log1p;
impl Formula for Log1p {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        // Above -1 with room, and not huge.
        let low = V::both(x.lt_bits(V::splat(0.0)), V::splat(0.999).lt_bits(x.abs()));
        V::either(outside(x, -500, 1e300), V::either(is_negative_zero(x), low))
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let u = one + x;
        let (k, m) = log_reduce(u);
        // What rounding took from 1 + x.
        let lost = V::select(one.lt(x), one - (u - x), x - (u - one));
        let same = V::both(k.le(zero), zero.le(k));
        let f = V::select(same, x, m - one);
        log_assemble(f, k, V::select(same, zero, lost / u))
    }
    fn library(x: f64) -> f64 {
        math::library::log1p(x)
    }
}
