//! Exponential and hyperbolic functions by formula.

use super::*;

const LOG2_E: f64 = std::f64::consts::LOG2_E;

/// `(exp(r) - 1 - r) / r**2` for `|r| <= ln(2) / 2`: the Taylor polynomial of `exp` to `r**13`.
#[inline(always)]
fn expm1_tail<V: Lanes>(r: V) -> V {
    r.polynomial(&[
        0.5,
        1.0 / 6.0,
        1.0 / 24.0,
        1.0 / 120.0,
        1.0 / 720.0,
        1.0 / 5040.0,
        1.0 / 40320.0,
        1.0 / 362880.0,
        1.0 / 3628800.0,
        1.0 / 39916800.0,
        1.0 / 479001600.0,
        1.0 / 6227020800.0,
    ])
}

/// `exp(r + low)` for `|r| <= ln(2) / 2`, nearly correctly rounded: what the sums lose comes back
/// at the end.
#[inline(always)]
fn exp_reduced<V: Lanes>(r: V, low: V) -> V {
    let one = V::splat(1.0);
    let rest = (r * r).mul_add(expm1_tail(r), low);
    let e = r + rest;
    let sum = one + e;
    sum + ((one - sum) + e + ((r - e) + rest))
}

/// `x = k ln 2 + r`: returns `k + ROUNDER`, `k`, `r` and its correction.
#[inline(always)]
fn reduce_exp<V: Lanes>(x: V) -> (V, V, V, V) {
    let rounded = x.mul_add(V::splat(LOG2_E), V::splat(ROUNDER));
    let k = rounded - V::splat(ROUNDER);
    let high = (-k).mul_add(V::splat(LN2_HIGH), x);
    let r = (-k).mul_add(V::splat(LN2_LOW), high);
    let low = (-k).mul_add(V::splat(LN2_LOW), high - r);
    (rounded, k, r, low)
}

/// `exp(x) - 1` in two terms, `2**k (exp(r) - 1)` and `2**k - 1`, and `2**k`, to about 42 bits.
#[inline(always)]
fn rough_expm1<V: Lanes>(x: V) -> (V, V, V) {
    let rounded = x.mul_add(V::splat(LOG2_E), V::splat(ROUNDER));
    let k = rounded - V::splat(ROUNDER);
    let r = (-k).mul_add(V::splat(std::f64::consts::LN_2), x);
    let tail = r.polynomial(&[
        0.5,
        1.0 / 6.0,
        1.0 / 24.0,
        1.0 / 120.0,
        1.0 / 720.0,
        1.0 / 5040.0,
        1.0 / 40320.0,
        1.0 / 362880.0,
        1.0 / 3628800.0,
    ]);
    let scale = V::power_of_two(rounded);
    (scale * (r * r).mul_add(tail, r), scale - V::splat(1.0), scale)
}

pub(super) struct Exp;
impl Formula for Exp {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        outside(x, -500, 1e300)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        // Beyond the limits the scaling overflows or gives 0 by itself.
        let (_, k, r, low) = reduce_exp(x.clamp(-746.0, 710.0));
        exp_reduced(r, low).scale(k)
    }
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        let (part, _, scale) = rough_expm1(x.clamp(-200.0, 200.0));
        part + scale
    }
    fn library(x: f64) -> f64 {
        x.exp()
    }
}

pub(super) struct Exp2;
impl Formula for Exp2 {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        outside(x, -500, 1e300)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        const LN2: f64 = std::f64::consts::LN_2;
        const LN2_REST: f64 = 2.3190468138462996e-17;
        let x = x.clamp(-1080.0, 1025.0);
        let k = x + V::splat(ROUNDER) - V::splat(ROUNDER);
        let fraction = x - k;
        let r = fraction * V::splat(LN2);
        let low = fraction.mul_add(V::splat(LN2), -r) + fraction * V::splat(LN2_REST);
        exp_reduced(r, low).scale(k)
    }
    fn library(x: f64) -> f64 {
        math::library::exp2(x)
    }
}

/// `exp(x) - 1` as a sum of two floats, for `-708 <= x <= 708`.
#[inline(always)]
fn expm1_pair<V: Lanes>(x: V) -> (V, V) {
    let (rounded, _, r, low) = reduce_exp(x);
    let rest = (r * r).mul_add(expm1_tail(r), low);
    let e = r + rest;
    let e_low = (r - e) + rest;
    // The larger term is 2**k - 1, or nothing if k is 0.
    let scale = V::power_of_two(rounded);
    let (shift, scaled) = (scale - V::splat(1.0), scale * e);
    let t = shift + scaled;
    (t, ((shift - t) + scaled) + scale * e_low)
}

pub(super) struct Expm1;
impl Formula for Expm1 {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        V::either(outside(x, -500, 708.0), is_negative_zero(x))
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        let (t, low) = expm1_pair(x);
        t + low
    }
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        let (part, rest, _) = rough_expm1(x);
        part + rest
    }
    fn library(x: f64) -> f64 {
        math::library::expm1(x)
    }
}

pub(super) struct Tanh;
impl Formula for Tanh {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        outside(x, -500, 300.0)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        // t / (t + 2) with t = exp(2|x|) - 1; beyond 22 it rounds to 1 by itself.
        let two = V::splat(2.0);
        let (t, low) = expm1_pair(two * x.abs());
        let below = t + two;
        let lost = V::select(two.lt(t), (t - below) + two, (two - below) + t);
        quotient((t, low), (below, lost + low)).copysign(x)
    }
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        let two = V::splat(2.0);
        let (part, rest, _) = rough_expm1(two * x.abs());
        let t = part + rest;
        (t / (t + two)).copysign(x)
    }
    fn library(x: f64) -> f64 {
        math::library::tanh(x)
    }
}

pub(super) struct Sinh;
impl Formula for Sinh {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        outside(x, -300, 708.0)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        // (t + t / (t + 1)) / 2 with t = exp(|x|) - 1.
        let one = V::splat(1.0);
        let (t, low) = expm1_pair(x.abs());
        let u = t + one;
        let u_low = V::select(one.lt(t), (t - u) + one, (one - u) + t) + low;
        let (q, q_low) = divide((t, low), (u, u_low));
        let sum = t + q;
        (((t - sum) + q + (low + q_low) + sum) * V::splat(0.5)).copysign(x)
    }
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        let (part, rest, _) = rough_expm1(x.abs());
        let t = part + rest;
        ((t + t / (t + V::splat(1.0))) * V::splat(0.5)).copysign(x)
    }
    fn library(x: f64) -> f64 {
        x.sinh()
    }
}

pub(super) struct Cosh;
impl Formula for Cosh {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        outside(x, -300, 708.0)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        // (u + 1 / u) / 2 with u = exp(|x|).
        let one = V::splat(1.0);
        let (t, low) = expm1_pair(x.abs());
        let u = t + one;
        let u_low = V::select(one.lt(t), (t - u) + one, (one - u) + t) + low;
        let (q, q_low) = divide((one, V::splat(0.0)), (u, u_low));
        let sum = u + q;
        ((u - sum) + q + (u_low + q_low) + sum) * V::splat(0.5)
    }
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        let (part, _, scale) = rough_expm1(x.abs());
        let u = part + scale;
        (u + V::splat(1.0) / u) * V::splat(0.5)
    }
    fn library(x: f64) -> f64 {
        x.cosh()
    }
}
