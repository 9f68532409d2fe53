//! Circular functions and their inverses by formula.

use super::*;

const HALF_PI: (f64, f64) = (std::f64::consts::FRAC_PI_2, 6.123233995736766e-17);

/// Quadrant (in the low bits) and the remainder of `x` by `pi / 2` as a sum of two floats.
#[inline(always)]
fn reduce_circle<V: Lanes>(x: V) -> (V, V, V) {
    let (first, second) = (V::splat(HALF_PI.0), V::splat(HALF_PI.1));
    let third = V::splat(-1.4973849048591833e-33);
    let rounded = x.mul_add(V::splat(std::f64::consts::FRAC_2_PI), V::splat(ROUNDER));
    let n = rounded - V::splat(ROUNDER);
    let product = n * first;
    let rest = n.mul_add(first, -product);
    let difference = x - product;
    let a = difference - rest;
    let a_low = (difference - a) - rest;
    let product = n * second;
    let product_rest = n.mul_add(second, -product) + n * third;
    let b = a - product;
    let b_low = ((a - b) - product) + (a_low - product_rest);
    let high = b + b_low;
    (rounded, high, (b - high) + b_low)
}

/// `sin(y + low) - y` and `cos(y + low)` as a sum of two, for `|y| <= pi / 4`.
#[inline(always)]
fn sin_cos_reduced<V: Lanes>(y: V, low: V) -> (V, (V, V)) {
    let z = y * y;
    let v = z * y;
    let s = z.polynomial(&[
        8.33333333332248946124e-03,
        -1.98412698298579493134e-04,
        2.75573137070700676789e-06,
        -2.50507602534068634195e-08,
        1.58969099521155010221e-10,
    ]);
    let half = V::splat(0.5);
    let sine = -((z * (half * low - v * s) - low) - v * V::splat(-1.66666666666666324348e-01));
    let c = z.polynomial(&[
        4.16666666666666019037e-02,
        -1.38888888888741095749e-03,
        2.48015872894767294178e-05,
        -2.75573143513906633035e-07,
        2.08757232129817482790e-09,
        -1.13596475577881948265e-11,
    ]);
    let one = V::splat(1.0);
    let half_square = half * z;
    let w = one - half_square;
    (sine, (w, ((one - w) - half_square) + (z * z).mul_add(c, -(y * low))))
}

/// The sine `turn` quadrants on.
#[inline(always)]
fn circle<V: Lanes>(x: V, turn: u64) -> V {
    let (n, y, low) = reduce_circle(x);
    let n = n.add_bits(turn);
    let (sine, cosine) = sin_cos_reduced(y, low);
    let value = V::select(n.odd_bits(), cosine.0 + cosine.1, y + sine);
    value.xor_bits(n.and_bits(2).shift_left::<62>())
}

/// Quadrant (in the low bits), and sine and cosine of the remainder, to about 36 bits.
#[inline(always)]
fn rough_sin_cos<V: Lanes>(x: V) -> (V, V, V) {
    let rounded = x.mul_add(V::splat(std::f64::consts::FRAC_2_PI), V::splat(ROUNDER));
    let n = rounded - V::splat(ROUNDER);
    let y = (-n).mul_add(V::splat(HALF_PI.1), (-n).mul_add(V::splat(HALF_PI.0), x));
    let z = y * y;
    let s = z.polynomial(&[
        -1.66666666666666324348e-01,
        8.33333333332248946124e-03,
        -1.98412698298579493134e-04,
        2.75573137070700676789e-06,
        -2.50507602534068634195e-08,
    ]);
    let c = z.polynomial(&[
        -0.5,
        4.16666666666666019037e-02,
        -1.38888888888741095749e-03,
        2.48015872894767294178e-05,
        -2.75573143513906633035e-07,
        2.08757232129817482790e-09,
    ]);
    (rounded, (y * z).mul_add(s, y), z.mul_add(c, V::splat(1.0)))
}

/// As [`circle`].
#[inline(always)]
fn rough_circle<V: Lanes>(x: V, turn: u64) -> V {
    let (n, sine, cosine) = rough_sin_cos(x);
    let n = n.add_bits(turn);
    V::select(n.odd_bits(), cosine, sine).xor_bits(n.and_bits(2).shift_left::<62>())
}

pub(super) struct Sin;
impl Formula for Sin {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        V::either(outside(x, -300, 1e6), is_negative_zero(x))
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        circle(x, 0)
    }
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        rough_circle(x, 0)
    }
    fn library(x: f64) -> f64 {
        x.sin()
    }
}

pub(super) struct Cos;
impl Formula for Cos {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        outside(x, -300, 1e6)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        circle(x, 1)
    }
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        rough_circle(x, 1)
    }
    fn library(x: f64) -> f64 {
        x.cos()
    }
}

pub(super) struct Tan;
impl Formula for Tan {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        V::either(outside(x, -300, 1e6), is_negative_zero(x))
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        let (n, y, low) = reduce_circle(x);
        let (sine, cosine) = sin_cos_reduced(y, low);
        let s = y + sine;
        let s_low = (y - s) + sine;
        let c = cosine.0 + cosine.1;
        let c_low = (cosine.0 - c) + cosine.1;
        // Odd quadrants: minus the inverse.
        let odd = n.odd_bits();
        let above = (V::select(odd, c, s), V::select(odd, c_low, s_low));
        let below = (V::select(odd, s, c), V::select(odd, s_low, c_low));
        quotient(above, below).xor_bits(n.and_bits(1).shift_left::<63>())
    }
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        let (n, sine, cosine) = rough_sin_cos(x);
        let odd = n.odd_bits();
        let quotient = V::select(odd, cosine, sine) / V::select(odd, sine, cosine);
        quotient.xor_bits(n.and_bits(1).shift_left::<63>())
    }
    fn library(x: f64) -> f64 {
        x.tan()
    }
}

/// `(t - atan(t)) / t**3` for `|t| <= tan(pi / 8)`, `z = t * t`.
#[inline(always)]
fn arctan_tail<V: Lanes>(z: V) -> V {
    z.polynomial(&[
        3.33333333333329318027e-01,
        -1.99999999998764832476e-01,
        1.42857142725034663711e-01,
        -1.11111104054623557880e-01,
        9.09088713343650656196e-02,
        -7.69187620504482999495e-02,
        6.66107313738753120669e-02,
        -5.83357013379057348645e-02,
        4.97687799461593236017e-02,
        -3.65315727442169155270e-02,
        1.62858201153657823623e-02,
    ])
}

pub(super) struct Arctan;
impl Formula for Arctan {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        outside(x, -300, 1e300)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        // atan(a) = turn + atan(t): t is a below tan(pi/8), -1/a above tan(3 pi/8), and
        // (a - 1) / (a + 1) between.
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let a = x.abs();
        let small = a.lt(V::splat(0.41421356237309503));
        let large = V::splat(2.414213562373095).lt(a);
        let pick = |s: V, m: V, l: V| V::select(small, s, V::select(large, l, m));
        let above = pick(a, a - one, -one);
        let sum = a + one;
        let sum_low = V::select(one.lt(a), (a - sum) + one, (one - sum) + a);
        let (t, t_low) = divide((above, zero), (pick(one, sum, a), pick(zero, sum_low, zero)));
        let turn = pick(zero, V::splat(HALF_PI.0 / 2.0), V::splat(HALF_PI.0));
        let turn_low = pick(zero, V::splat(HALF_PI.1 / 2.0), V::splat(HALF_PI.1));
        let z = t * t;
        let p = arctan_tail(z);
        let rest = (t * z).mul_add(-p, turn_low + t_low);
        let sum = turn + t;
        let sum_low = V::select(small, zero, (turn - sum) + t);
        (sum + (sum_low + rest)).copysign(x)
    }
    #[inline(always)]
    fn rough<V: Lanes>(x: V) -> V {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let a = x.abs();
        let small = a.lt(V::splat(0.41421356237309503));
        let large = V::splat(2.414213562373095).lt(a);
        let pick = |s: V, m: V, l: V| V::select(small, s, V::select(large, l, m));
        let t = pick(a, a - one, -one) / pick(one, a + one, a);
        let turn = pick(zero, V::splat(HALF_PI.0 / 2.0), V::splat(HALF_PI.0));
        let z = t * t;
        let p = arctan_tail(z);
        (turn + (t * z).mul_add(-p, t)).copysign(x)
    }
    fn library(x: f64) -> f64 {
        x.atan()
    }
}

/// `asin(t) / t - 1` for `z = t * t <= 1/4`.
#[inline(always)]
fn arcsine_tail<V: Lanes>(z: V) -> V {
    let above = z.polynomial(&[
        1.66666666666666657415e-01,
        -3.25565818622400915405e-01,
        2.01212532134862925881e-01,
        -4.00555345006794114027e-02,
        7.91534994289814532176e-04,
        3.47933107596021167570e-05,
    ]);
    let below = z.polynomial(&[
        1.0,
        -2.40339491173441421878e+00,
        2.02094576023350569471e+00,
        -6.88283971605453293030e-01,
        7.70381505559019352791e-02,
    ]);
    z * above / below
}

/// For `a = |x| <= 1`: whether `a` is below 1/2; then `t = a`, else `t = sqrt((1 - a) / 2)`, its
/// correction, and `asin(t) / t - 1`.
#[inline(always)]
fn arcsine_reduced<V: Lanes>(a: V) -> (V::Mask, V, V, V) {
    let half = V::splat(0.5);
    let small = a.lt(half);
    let z = V::select(small, a * a, (V::splat(1.0) - a) * half);
    let root = z.sqrt();
    // At a = 1 the root is 0 and has no correction.
    let safe = V::select(root.le(V::splat(0.0)), V::splat(1.0), root);
    let root_low = (-root).mul_add(root, z) / (safe + safe);
    (small, V::select(small, a, root), V::select(small, V::splat(0.0), root_low), arcsine_tail(z))
}

pub(super) struct Arcsin;
impl Formula for Arcsin {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        outside(x, -300, 1.0)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        let (small, t, t_low, tail) = arcsine_reduced(x.abs());
        let direct = t.mul_add(tail, t);
        // pi/2 - 2 asin(t).
        let two = V::splat(2.0);
        let high = V::splat(HALF_PI.0) - two * t;
        let high_low = (V::splat(HALF_PI.0) - high) - two * t;
        let rest = t.mul_add(tail, t_low);
        let turned = high + (high_low + (V::splat(HALF_PI.1) - two * rest));
        V::select(small, direct, turned).copysign(x)
    }
    fn library(x: f64) -> f64 {
        x.asin()
    }
}

pub(super) struct Arccos;
impl Formula for Arccos {
    #[inline(always)]
    fn special<V: Lanes>(x: V) -> V::Mask {
        outside(x, -300, 1.0)
    }
    #[inline(always)]
    fn value<V: Lanes>(x: V) -> V {
        let (small, t, t_low, tail) = arcsine_reduced(x.abs());
        let rest = t.mul_add(tail, t_low);
        // Below 1/2: pi/2 - asin(x). Above: 2 asin(t), or pi minus that for a negative x.
        let (t, rest) = (t.copysign(x), rest.xor_bits(x.and_bits(1 << 63)));
        let (scale, zero) = (V::splat(2.0), V::splat(0.0));
        let negative = x.lt(zero);
        let turn = V::select(small, V::splat(HALF_PI.0), V::select(negative, V::splat(2.0 * HALF_PI.0), zero));
        let turn_low = V::select(small, V::splat(HALF_PI.1), V::select(negative, V::splat(2.0 * HALF_PI.1), zero));
        let (u, u_rest) = (V::select(small, -t, scale * t), V::select(small, -rest, scale * rest));
        let sum = turn + u;
        let sum_low = (turn - sum) + u;
        sum + (sum_low + (turn_low + u_rest))
    }
    fn library(x: f64) -> f64 {
        x.acos()
    }
}
