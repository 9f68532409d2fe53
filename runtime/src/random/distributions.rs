//! Distributions that need nothing but uniform draws; both generators share them.
//!
//! Each function states where its method comes from; the order of draws is NumPy's.
//!
//! `unsafe` room: functions of the C math library are declared with their C prototypes; they are
//! safe for every argument.

use std::f64::consts::PI;

use super::BitSource;

#[link(name = "m")]
unsafe extern "C" {
    pub(super) safe fn log1p(x: f64) -> f64;
    pub(super) safe fn expm1(x: f64) -> f64;
    pub(super) safe fn log1pf(x: f32) -> f32;
}

/// Logarithm of the gamma function by Stirling's series, shifted to arguments of at least 7.
pub fn loggam(x: f64) -> f64 {
    const SERIES: [f64; 10] = [
        8.333333333333333e-02,
        -2.777777777777778e-03,
        7.936507936507937e-04,
        -5.952380952380952e-04,
        8.417508417508418e-04,
        -1.917526917526918e-03,
        6.410256410256410e-03,
        -2.955065359477124e-02,
        1.796443723688307e-01,
        -1.39243221690590e+00,
    ];
    if x == 1.0 || x == 2.0 {
        return 0.0;
    }
    let shift = if x < 7.0 { (7.0 - x) as i64 } else { 0 };
    let mut x0 = x + shift as f64;
    let inverse_square = (1.0 / x0) * (1.0 / x0);
    let mut sum = SERIES[9];
    for &term in SERIES[..9].iter().rev() {
        sum = sum * inverse_square + term;
    }
    let half_log_2pi = 0.5 * 1.8378770664093453;
    let mut result = sum / x0 + half_log_2pi + (x0 - 0.5) * x0.ln() - x0;
    if x < 7.0 {
        for _ in 0..shift {
            result -= (x0 - 1.0).ln();
            x0 -= 1.0;
        }
    }
    result
}

/// Uniform in `[low, low + range)`.
pub fn uniform(source: &mut (impl BitSource + ?Sized), low: f64, range: f64) -> f64 {
    low + range * source.next_double()
}

/// Laplace by inversion.
pub fn laplace(source: &mut (impl BitSource + ?Sized), loc: f64, scale: f64) -> f64 {
    loop {
        let u = source.next_double();
        if u >= 0.5 {
            return loc - scale * (2.0 - u - u).ln();
        } else if u > 0.0 {
            return loc + scale * (u + u).ln();
        }
    }
}

/// Gumbel by inversion.
pub fn gumbel(source: &mut (impl BitSource + ?Sized), loc: f64, scale: f64) -> f64 {
    loop {
        let u = 1.0 - source.next_double();
        if u < 1.0 {
            return loc - scale * (-u.ln()).ln();
        }
    }
}

/// Logistic by inversion.
pub fn logistic(source: &mut (impl BitSource + ?Sized), loc: f64, scale: f64) -> f64 {
    loop {
        let u = source.next_double();
        if u > 0.0 {
            return loc + scale * (u / (1.0 - u)).ln();
        }
    }
}

/// Triangular by inversion.
pub fn triangular(source: &mut (impl BitSource + ?Sized), left: f64, mode: f64, right: f64) -> f64 {
    let base = right - left;
    let left_base = mode - left;
    let ratio = left_base / base;
    let left_product = left_base * base;
    let right_product = (right - mode) * base;
    let u = source.next_double();
    if u <= ratio {
        left + (u * left_product).sqrt()
    } else {
        right - ((1.0 - u) * right_product).sqrt()
    }
}

/// Von Mises by the rejection method of Best and Fisher (1979).
pub fn vonmises(source: &mut (impl BitSource + ?Sized), mu: f64, kappa: f64) -> f64 {
    if kappa.is_nan() {
        return f64::NAN;
    }
    if kappa.is_infinite() {
        // All the probability lies at the mean direction.
        return mu;
    }
    if kappa < 1e-8 {
        return PI * (2.0 * source.next_double() - 1.0);
    }
    let s = if kappa < 1e-5 {
        // Second-order expansion at small kappa.
        1.0 / kappa + kappa
    } else {
        let r = 1.0 + (1.0 + 4.0 * kappa * kappa).sqrt();
        let rho = (r - (2.0 * r).sqrt()) / (2.0 * kappa);
        (1.0 + rho * rho) / (2.0 * rho)
    };
    if !s.is_finite() {
        // A concentration beyond what its square can be: as good as infinite.
        return mu;
    }
    let w = loop {
        let u = source.next_double();
        let z = (PI * u).cos();
        let w = (1.0 + s * z) / (s + z);
        let y = kappa * (s - w);
        let v = source.next_double();
        if y * (2.0 - y) - v >= 0.0 || (y / v).ln() + 1.0 - y >= 0.0 {
            break w;
        }
    };
    let u = source.next_double();
    let mut result = w.acos();
    if u < 0.5 {
        result = -result;
    }
    result += mu;
    let negative = result < 0.0;
    let folded = (result.abs() + PI) % (2.0 * PI) - PI;
    if negative { -folded } else { folded }
}

/// Poisson: multiplication of uniforms below mean 10, else Hörmann's transformed rejection (PTRS,
/// 1993).
pub fn poisson(source: &mut (impl BitSource + ?Sized), lam: f64) -> i64 {
    if lam >= 10.0 {
        let root = lam.sqrt();
        let log_lam = lam.ln();
        let b = 0.931 + 2.53 * root;
        let a = -0.059 + 0.02483 * b;
        let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
        let vr = 0.9277 - 3.6224 / (b - 2.0);
        loop {
            let u = source.next_double() - 0.5;
            let v = source.next_double();
            let us = 0.5 - u.abs();
            let k = ((2.0 * a / us + b) * u + lam + 0.43).floor() as i64;
            if us >= 0.07 && v <= vr {
                return k;
            }
            if k < 0 || (us < 0.013 && v > us) {
                continue;
            }
            let left = v.ln() + inverse_alpha.ln() - (a / (us * us) + b).ln();
            if left <= -lam + k as f64 * log_lam - loggam(k as f64 + 1.0) {
                return k;
            }
        }
    }
    if lam == 0.0 {
        return 0;
    }
    let limit = (-lam).exp();
    let mut product = 1.0;
    let mut count = 0;
    loop {
        product *= source.next_double();
        // Written so that a mean that is no number ends it, too.
        if !matches!(product.partial_cmp(&limit), Some(std::cmp::Ordering::Greater)) {
            return count;
        }
        count += 1;
    }
}

/// Binomial: inversion for a mean up to 30, else BTPE (Kachitvichyanukul and Schmeiser, 1988).
pub fn binomial(source: &mut (impl BitSource + ?Sized), n: i64, p: f64) -> i64 {
    if n == 0 || p == 0.0 {
        return 0;
    }
    let small = |source: &mut _, p: f64| {
        if p * n as f64 <= 30.0 { binomial_inversion(source, n, p) } else { binomial_btpe(source, n, p) }
    };
    if p <= 0.5 { small(source, p) } else { n - small(source, 1.0 - p) }
}

fn binomial_inversion(source: &mut (impl BitSource + ?Sized), n: i64, p: f64) -> i64 {
    let q = 1.0 - p;
    let start = (n as f64 * q.ln()).exp();
    let mean = n as f64 * p;
    let bound = (n as f64).min(mean + 10.0 * (mean * q + 1.0).sqrt()) as i64;
    let mut x = 0i64;
    let mut px = start;
    let mut u = source.next_double();
    while u > px {
        x += 1;
        if x > bound {
            x = 0;
            px = start;
            u = source.next_double();
        } else {
            u -= px;
            px = ((n - x + 1) as f64 * p * px) / (x as f64 * q);
        }
    }
    x
}

/// Expects `p <= 0.5`.
fn binomial_btpe(source: &mut (impl BitSource + ?Sized), n: i64, p: f64) -> i64 {
    let nf = n as f64;
    let r = p.min(1.0 - p);
    let q = 1.0 - r;
    let fm = nf * r + r;
    let m = fm.floor() as i64;
    let mf = m as f64;
    let p1 = (2.195 * (nf * r * q).sqrt() - 4.6 * q).floor() + 0.5;
    let xm = mf + 0.5;
    let xl = xm - p1;
    let xr = xm + p1;
    let c = 0.134 + 20.5 / (15.3 + mf);
    let tail = |a: f64| a * (1.0 + a / 2.0);
    let left_rate = tail((fm - xl) / (fm - xl * r));
    let right_rate = tail((xr - fm) / (xr * q));
    let p2 = p1 * (1.0 + 2.0 * c);
    let p3 = p2 + c / left_rate;
    let p4 = p3 + c / right_rate;
    let nrq = nf * r * q;
    // Stirling correction of a factorial.
    let correction = |x: f64| {
        let square = x * x;
        (13680.0 - (462.0 - (132.0 - (99.0 - 140.0 / square) / square) / square) / square) / x / 166320.0
    };
    loop {
        let u = source.next_double() * p4;
        let mut v = source.next_double();
        let y;
        if u <= p1 {
            // The triangle: accepted at once.
            return (xm - p1 * v + u).floor() as i64;
        } else if u <= p2 {
            let x = xl + (u - p1) / c;
            v = v * c + 1.0 - (mf - x + 0.5).abs() / p1;
            if v > 1.0 {
                continue;
            }
            y = x.floor() as i64;
        } else if u <= p3 {
            y = (xl + v.ln() / left_rate).floor() as i64;
            if y < 0 || v == 0.0 {
                continue;
            }
            v = v * (u - p2) * left_rate;
        } else {
            y = (xr - v.ln() / right_rate).floor() as i64;
            if y > n || v == 0.0 {
                continue;
            }
            v = v * (u - p3) * right_rate;
        }
        let k = (y - m).abs();
        let kf = k as f64;
        if !(k > 20 && kf < nrq / 2.0 - 1.0) {
            // Evaluate the ratio of probabilities directly.
            let s = r / q;
            let a = s * (nf + 1.0);
            let mut ratio = 1.0;
            if m < y {
                for i in m + 1..=y {
                    ratio *= a / i as f64 - s;
                }
            } else {
                for i in y + 1..=m {
                    ratio /= a / i as f64 - s;
                }
            }
            if v > ratio {
                continue;
            }
            return y;
        }
        // Squeeze, then the full test.
        let rho = (kf / nrq) * ((kf * (kf / 3.0 + 0.625) + 0.16666666666666666) / nrq + 0.5);
        let t = -kf * kf / (2.0 * nrq);
        let log_v = v.ln();
        if log_v < t - rho {
            return y;
        }
        if log_v > t + rho {
            continue;
        }
        let (x1, f1) = ((y + 1) as f64, (m + 1) as f64);
        let (z, w) = (nf + 1.0 - mf, (n - y + 1) as f64);
        let limit = xm * (f1 / x1).ln()
            + (nf - mf + 0.5) * (z / w).ln()
            + (y - m) as f64 * (w * r / (x1 * q)).ln()
            + correction(f1)
            + correction(z)
            + correction(x1)
            + correction(w);
        if log_v > limit {
            continue;
        }
        return y;
    }
}

/// Geometric: search for `p >= 1/3`, else inversion.
pub fn geometric(source: &mut (impl BitSource + ?Sized), p: f64) -> i64 {
    if p >= 0.333333333333333333333333 {
        let mut x = 1;
        let mut product = p;
        let mut sum = p;
        let q = 1.0 - p;
        let u = source.next_double();
        while u > sum {
            product *= q;
            sum += product;
            x += 1;
        }
        x
    } else {
        (log1p(-source.next_double()) / log1p(-p)).ceil() as i64
    }
}

/// Zipf by rejection (Devroye, 1986).
pub fn zipf(source: &mut (impl BitSource + ?Sized), a: f64) -> i64 {
    if a >= 1025.0 {
        return 1;
    }
    let am1 = a - 1.0;
    let b = 2f64.powf(am1);
    loop {
        let u = 1.0 - source.next_double();
        let v = source.next_double();
        let x = u.powf(-1.0 / am1).floor();
        if !(1.0..=i64::MAX as f64).contains(&x) {
            continue;
        }
        let t = (1.0 + 1.0 / x).powf(am1);
        if v * x * (t - 1.0) / (b - 1.0) <= t / b {
            return x as i64;
        }
    }
}

/// Logarithmic series (Kemp, 1981).
pub fn logseries(source: &mut (impl BitSource + ?Sized), p: f64) -> i64 {
    let r = log1p(-p);
    loop {
        let v = source.next_double();
        if v >= p {
            return 1;
        }
        let u = source.next_double();
        let q = 1.0 - (r * u).exp();
        if v <= q * q {
            let result = (1.0 + v.ln() / q.ln()).floor() as i64;
            if result < 1 || v == 0.0 {
                continue;
            }
            return result;
        }
        if v >= q {
            return 1;
        }
        return 2;
    }
}

/// Hypergeometric: counting for small samples, else the ratio of uniforms of Stadlober (HRUA).
pub fn hypergeometric(source: &mut (impl BitSource + ?Sized), good: i64, bad: i64, sample: i64) -> i64 {
    if sample > 10 {
        hypergeometric_ratio(source, good, bad, sample)
    } else if sample > 0 {
        let d1 = (bad + good - sample) as f64;
        let d2 = bad.min(good) as f64;
        let mut y = d2;
        let mut k = sample;
        while y > 0.0 {
            let u = source.next_double();
            y -= (u + y / (d1 + k as f64)).floor();
            k -= 1;
            if k == 0 {
                break;
            }
        }
        let z = (d2 - y) as i64;
        if good > bad { sample - z } else { z }
    } else {
        0
    }
}

fn hypergeometric_ratio(source: &mut (impl BitSource + ?Sized), good: i64, bad: i64, sample: i64) -> i64 {
    const D1: f64 = 1.7155277699214135;
    const D2: f64 = 0.8989161620588988;
    let least = good.min(bad);
    let population = good + bad;
    let most = good.max(bad);
    let m = sample.min(population - sample);
    let d4 = least as f64 / population as f64;
    let d5 = 1.0 - d4;
    let d6 = m as f64 * d4 + 0.5;
    let d7 = ((population - m) as f64 * sample as f64 * d4 * d5 / (population - 1) as f64 + 0.5).sqrt();
    let d8 = D1 * d7 + D2;
    let d9 = ((m + 1) as f64 * (least + 1) as f64 / (population + 2) as f64).floor() as i64;
    let logs = |z: i64| {
        loggam((z + 1) as f64)
            + loggam((least - z + 1) as f64)
            + loggam((m - z + 1) as f64)
            + loggam((most - m + z + 1) as f64)
    };
    let d10 = logs(d9);
    let d11 = ((m.min(least) + 1) as f64).min((d6 + 16.0 * d7).floor());
    let mut z = loop {
        let x = source.next_double();
        let y = source.next_double();
        let w = d6 + d8 * (y - 0.5) / x;
        if w < 0.0 || w >= d11 {
            continue;
        }
        let z = w.floor() as i64;
        let t = d10 - logs(z);
        if x * (4.0 - x) - 3.0 <= t {
            break z;
        }
        if x * (x - t) >= 1.0 {
            continue;
        }
        if 2.0 * x.ln() <= t {
            break z;
        }
    };
    if good > bad {
        z = m - z;
    }
    if m < sample {
        z = good - z;
    }
    z
}

/// Counts of `n` trials over categories of the given probabilities (the last one takes the rest).
pub fn multinomial(source: &mut (impl BitSource + ?Sized), n: i64, probabilities: &[f64], counts: &mut [i64]) {
    counts.fill(0);
    let Some(last) = probabilities.len().checked_sub(1) else { return };
    let mut left = n;
    let mut remaining = 1.0;
    for (count, &p) in counts.iter_mut().zip(&probabilities[..last]) {
        *count = binomial(source, left, p / remaining);
        left -= *count;
        if left <= 0 {
            return;
        }
        remaining -= p;
    }
    counts[last] = left;
}
