//! What `np.random.Generator` draws: ziggurat normal and exponential deviates (Marsaglia and
//! Tsang, 2000) and the distributions built on them.
//!
//! All functions take the bit source, so that every bit generator serves.

use std::sync::LazyLock;

use super::bounded::multiplied;
use super::distributions::{expm1, log1p, log1pf};
use super::ziggurat_tables as tables;
use super::{BitSource, distributions};

/// Where the tail of the normal layers starts.
const NORMAL_TAIL: f64 = 3.6541528853610087963519472518;
/// Its reciprocal.
const NORMAL_TAIL_INVERSE: f64 = 0.27366123732975827203338247596;
/// Where the tail of the exponential layers starts.
const EXPONENTIAL_TAIL: f64 = 7.6971174701310497140446280481;

/// Densities at the layer edges.
struct Heights {
    normal: [f64; 256],
    exponential: [f64; 256],
}

static HEIGHTS: LazyLock<Heights> = LazyLock::new(|| {
    let edge = |width: u64, scale: f64| f64::from_bits(width) * scale;
    let mut heights = Heights {
        normal: std::array::from_fn(|i| {
            let x = edge(tables::NORMAL_WIDTH[i], 4503599627370496.0);
            (-0.5 * x * x).exp()
        }),
        exponential: std::array::from_fn(|i| {
            (-edge(tables::EXPONENTIAL_WIDTH[i], 9007199254740992.0)).exp()
        }),
    };
    heights.normal[0] = 1.0;
    heights.exponential[0] = 1.0;
    heights
});

/// Single precision in [0, 1).
pub fn next_float(source: &mut (impl BitSource + ?Sized)) -> f32 {
    (source.next_u32() >> 8) as f32 * (1.0 / 16777216.0)
}

/// Standard normal.
pub fn standard_normal(source: &mut (impl BitSource + ?Sized)) -> f64 {
    loop {
        let r = source.next_u64();
        let layer = (r & 0xff) as usize;
        let negative = r & 0x100 != 0;
        let size = (r >> 9) & 0x000f_ffff_ffff_ffff;
        let x = size as f64 * f64::from_bits(tables::NORMAL_WIDTH[layer]);
        let x = if negative { -x } else { x };
        if size < tables::NORMAL_LIMIT[layer] {
            return x;
        }
        if layer == 0 {
            loop {
                let xx = -NORMAL_TAIL_INVERSE * log1p(-source.next_double());
                let yy = -log1p(-source.next_double());
                if yy + yy > xx * xx {
                    let x = NORMAL_TAIL + xx;
                    return if (size >> 8) & 1 != 0 { -x } else { x };
                }
            }
        }
        let heights = &HEIGHTS.normal;
        let u = source.next_double();
        if (heights[layer - 1] - heights[layer]) * u + heights[layer] < (-0.5 * x * x).exp() {
            return x;
        }
    }
}

/// Standard normal in single precision.
pub fn standard_normal_single(source: &mut (impl BitSource + ?Sized)) -> f32 {
    loop {
        let r = source.next_u32();
        let layer = (r & 0xff) as usize;
        let negative = r & 0x100 != 0;
        let size = (r >> 9) & 0x007f_ffff;
        let x = size as f32 * f32::from_bits(tables::NORMAL_WIDTH_SINGLE[layer]);
        let x = if negative { -x } else { x };
        if size < tables::NORMAL_LIMIT_SINGLE[layer] {
            return x;
        }
        if layer == 0 {
            loop {
                let xx = -(NORMAL_TAIL_INVERSE as f32) * log1pf(-next_float(source));
                let yy = -log1pf(-next_float(source));
                if yy + yy > xx * xx {
                    let x = NORMAL_TAIL as f32 + xx;
                    return if (size >> 8) & 1 != 0 { -x } else { x };
                }
            }
        }
        let height = |i: usize| HEIGHTS.normal[i] as f32;
        let u = next_float(source);
        if (((height(layer - 1) - height(layer)) * u + height(layer)) as f64)
            < (-0.5 * x as f64 * x as f64).exp()
        {
            return x;
        }
    }
}

/// Standard exponential.
pub fn standard_exponential(source: &mut (impl BitSource + ?Sized)) -> f64 {
    loop {
        let r = source.next_u64() >> 3;
        let layer = (r & 0xff) as usize;
        let size = r >> 8;
        let x = size as f64 * f64::from_bits(tables::EXPONENTIAL_WIDTH[layer]);
        if size < tables::EXPONENTIAL_LIMIT[layer] {
            return x;
        }
        if layer == 0 {
            return EXPONENTIAL_TAIL - log1p(-source.next_double());
        }
        let heights = &HEIGHTS.exponential;
        let u = source.next_double();
        if (heights[layer - 1] - heights[layer]) * u + heights[layer] < (-x).exp() {
            return x;
        }
    }
}

/// Standard exponential in single precision.
pub fn standard_exponential_single(source: &mut (impl BitSource + ?Sized)) -> f32 {
    loop {
        let r = source.next_u32() >> 1;
        let layer = (r & 0xff) as usize;
        let size = r >> 8;
        let x = size as f32 * f32::from_bits(tables::EXPONENTIAL_WIDTH_SINGLE[layer]);
        if size < tables::EXPONENTIAL_LIMIT_SINGLE[layer] {
            return x;
        }
        if layer == 0 {
            return EXPONENTIAL_TAIL as f32 - log1pf(-next_float(source));
        }
        let height = |i: usize| HEIGHTS.exponential[i] as f32;
        let u = next_float(source);
        if (height(layer - 1) - height(layer)) * u + height(layer) < (-x).exp() {
            return x;
        }
    }
}

/// Standard gamma after Marsaglia and Tsang (2000); below shape 1 after Ahrens and Dieter (1974).
pub fn standard_gamma(source: &mut (impl BitSource + ?Sized), shape: f64) -> f64 {
    if shape == 1.0 {
        return standard_exponential(source);
    }
    if shape == 0.0 {
        return 0.0;
    }
    if shape < 1.0 {
        loop {
            let u = source.next_double();
            let v = standard_exponential(source);
            if u <= 1.0 - shape {
                let x = u.powf(1.0 / shape);
                if x <= v {
                    return x;
                }
            } else {
                let y = -((1.0 - u) / shape).ln();
                let x = (1.0 - shape + shape * y).powf(1.0 / shape);
                if x <= v + y {
                    return x;
                }
            }
        }
    }
    let b = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * b).sqrt();
    loop {
        let (x, v) = loop {
            let x = standard_normal(source);
            let v = 1.0 + c * x;
            // NaN, which a NaN shape gives, goes through.
            if v > 0.0 || v.is_nan() {
                break (x, v);
            }
        };
        let v = v * v * v;
        let u = source.next_double();
        if u < 1.0 - 0.0331 * (x * x) * (x * x) {
            return b * v;
        }
        if u.ln() < 0.5 * x * x + b * (1.0 - v + v.ln()) {
            return b * v;
        }
    }
}

/// Beta: Jöhnk's method for small parameters, else two gamma deviates.
pub fn beta(source: &mut (impl BitSource + ?Sized), a: f64, b: f64) -> f64 {
    /// Parameters below which only 0 and 1 can be drawn.
    const TINY: f64 = 3e-103;
    if a <= 1.0 && b <= 1.0 {
        if a < TINY && b < TINY {
            let u = source.next_double();
            return if (a + b) * u < a { 1.0 } else { 0.0 };
        }
        loop {
            let u = source.next_double();
            let v = source.next_double();
            let x = u.powf(1.0 / a);
            let y = v.powf(1.0 / b);
            if x + y <= 1.0 && u + v > 0.0 {
                if x + y > 0.0 {
                    return x / (x + y);
                }
                let (log_x, log_y) = (u.ln() / a, v.ln() / b);
                let largest = log_x.max(log_y);
                let (log_x, log_y) = (log_x - largest, log_y - largest);
                return (log_x - (log_x.exp() + log_y.exp()).ln()).exp();
            }
        }
    }
    let first = standard_gamma(source, a);
    let second = standard_gamma(source, b);
    first / (first + second)
}

/// Chi-square.
pub fn chisquare(source: &mut (impl BitSource + ?Sized), df: f64) -> f64 {
    2.0 * standard_gamma(source, df / 2.0)
}

/// Noncentral chi-square.
pub fn noncentral_chisquare(source: &mut (impl BitSource + ?Sized), df: f64, nonc: f64) -> f64 {
    if nonc.is_nan() {
        return f64::NAN;
    }
    if nonc == 0.0 {
        return chisquare(source, df);
    }
    if df > 1.0 {
        let chi = chisquare(source, df - 1.0);
        let n = standard_normal(source) + nonc.sqrt();
        chi + n * n
    } else {
        let i = distributions::poisson(source, nonc / 2.0);
        chisquare(source, df + 2.0 * i as f64)
    }
}

/// Fisher's F.
pub fn f(source: &mut (impl BitSource + ?Sized), dfnum: f64, dfden: f64) -> f64 {
    let numerator = chisquare(source, dfnum) * dfden;
    let denominator = chisquare(source, dfden) * dfnum;
    numerator / denominator
}

/// Noncentral F.
pub fn noncentral_f(source: &mut (impl BitSource + ?Sized), dfnum: f64, dfden: f64, nonc: f64) -> f64 {
    let t = noncentral_chisquare(source, dfnum, nonc) * dfden;
    t / (chisquare(source, dfden) * dfnum)
}

/// Cauchy.
pub fn standard_cauchy(source: &mut (impl BitSource + ?Sized)) -> f64 {
    let numerator = standard_normal(source);
    numerator / standard_normal(source)
}

/// Student's t.
pub fn standard_t(source: &mut (impl BitSource + ?Sized), df: f64) -> f64 {
    let numerator = standard_normal(source);
    let denominator = standard_gamma(source, df / 2.0);
    (df / 2.0).sqrt() * numerator / denominator.sqrt()
}

/// Pareto.
pub fn pareto(source: &mut (impl BitSource + ?Sized), a: f64) -> f64 {
    expm1(standard_exponential(source) / a)
}

/// Weibull.
pub fn weibull(source: &mut (impl BitSource + ?Sized), a: f64) -> f64 {
    if a == 0.0 {
        return 0.0;
    }
    standard_exponential(source).powf(1.0 / a)
}

/// Power function.
pub fn power(source: &mut (impl BitSource + ?Sized), a: f64) -> f64 {
    (-expm1(-standard_exponential(source))).powf(1.0 / a)
}

/// Rayleigh.
pub fn rayleigh(source: &mut (impl BitSource + ?Sized), scale: f64) -> f64 {
    scale * (2.0 * standard_exponential(source)).sqrt()
}

/// Wald (Michael, Schucany and Haas, 1976).
pub fn wald(source: &mut (impl BitSource + ?Sized), mean: f64, scale: f64) -> f64 {
    let y = standard_normal(source);
    let y = mean * y * y;
    let d = 1.0 + (1.0 + 4.0 * scale / y).sqrt();
    let x = mean * (1.0 - 2.0 / d);
    let u = source.next_double();
    if u <= mean / (mean + x) { x } else { mean * mean / x }
}

/// Von Mises; nearly normal for large `kappa`.
pub fn vonmises(source: &mut (impl BitSource + ?Sized), mu: f64, kappa: f64) -> f64 {
    use std::f64::consts::PI;
    if kappa > 1e6 {
        let mut result = mu + (1.0 / kappa).sqrt() * standard_normal(source);
        if result < -PI {
            result += 2.0 * PI;
        }
        if result > PI {
            result -= 2.0 * PI;
        }
        return result;
    }
    distributions::vonmises(source, mu, kappa)
}

/// Negative binomial.
pub fn negative_binomial(source: &mut (impl BitSource + ?Sized), n: f64, p: f64) -> i64 {
    let mean = (1.0 - p) / p * standard_gamma(source, n);
    distributions::poisson(source, mean)
}

/// Geometric: search for `p >= 1/3`, else inversion of an exponential.
pub fn geometric(source: &mut (impl BitSource + ?Sized), p: f64) -> i64 {
    if p >= 0.333333333333333333333333 {
        return distributions::geometric(source, p);
    }
    let z = (-standard_exponential(source) / log1p(-p)).ceil();
    if z >= 9.223372036854776e18 { i64::MAX } else { z as i64 }
}

/// Shuffles positions `first..n` from the end (each may go anywhere below it) through `swap`.
pub fn shuffle_tail(
    source: &mut (impl BitSource + ?Sized),
    n: usize,
    first: usize,
    mut swap: impl FnMut(usize, usize),
) {
    for i in (first.max(1)..n).rev() {
        let j = multiplied(source, i as u64) as usize;
        swap(i, j);
    }
}

/// `size` different integers below `population`, as `Generator.choice(replace=False)` picks them:
/// the tail of a partial shuffle for large shares, else Floyd's method (Bentley, 1987).
///
/// The caller has checked `size <= population`.
pub fn choose_distinct(
    source: &mut (impl BitSource + ?Sized),
    population: usize,
    size: usize,
    shuffle: bool,
) -> Vec<i64> {
    if population > 10000 && size > population / 50 {
        let mut all: Vec<i64> = (0..population as i64).collect();
        shuffle_tail(source, population, (population - size).max(1), |i, j| all.swap(i, j));
        return all.split_off(population - size);
    }
    let mut seen = std::collections::HashSet::with_capacity(size);
    let mut chosen: Vec<i64> = Vec::with_capacity(size);
    for j in population - size..population {
        let value = multiplied(source, j as u64) as i64;
        let value = if seen.insert(value) {
            value
        } else {
            seen.insert(j as i64);
            j as i64
        };
        chosen.push(value);
    }
    if shuffle {
        shuffle_tail(source, size, 1, |i, j| chosen.swap(i, j));
    }
    chosen
}
