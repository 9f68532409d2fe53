//! `RandomState`: the legacy generator, its normal deviates and what is built on them.
//!
//! Normal deviates come in pairs from the polar method (Marsaglia); the second of a pair is kept
//! and is part of the state.
//!
//! `unsafe` room: `getrandom` fills words that are ours, with their size.

use super::distributions;
use super::{BitSource, Mt19937};

/// The legacy generator.
#[derive(Clone)]
pub struct RandomState {
    /// Bits.
    pub bits: Mt19937,
    /// The second normal deviate of a pair, not handed out yet.
    pub gauss: Option<f64>,
}

impl RandomState {
    /// `RandomState(seed)` for an integer.
    pub fn new(seed: u32) -> Self {
        RandomState { bits: Mt19937::new(seed), gauss: None }
    }

    /// `RandomState([…])`.
    pub fn from_words(words: &[u32]) -> Self {
        RandomState { bits: Mt19937::from_words(words), gauss: None }
    }

    /// Seeded by the operating system.
    pub fn from_entropy() -> Self {
        let mut words = [0u32; super::mt19937::STATE_LEN];
        // SAFETY: the buffer is ours and of that size. A short read leaves zeros, which is a
        // poorer seed but a valid one.
        unsafe {
            libc::getrandom(words.as_mut_ptr().cast(), size_of_val(&words), 0);
        }
        Self::from_words(&words)
    }

    /// `random_sample()`
    #[inline]
    pub fn random(&mut self) -> f64 {
        self.bits.next_double()
    }

    /// `standard_normal()`
    pub fn standard_normal(&mut self) -> f64 {
        if let Some(kept) = self.gauss.take() {
            return kept;
        }
        loop {
            let x1 = 2.0 * self.random() - 1.0;
            let x2 = 2.0 * self.random() - 1.0;
            let r2 = x1 * x1 + x2 * x2;
            if r2 < 1.0 && r2 != 0.0 {
                let factor = (-2.0 * r2.ln() / r2).sqrt();
                self.gauss = Some(factor * x1);
                return factor * x2;
            }
        }
    }

    /// `normal(loc, scale)`
    pub fn normal(&mut self, loc: f64, scale: f64) -> f64 {
        loc + scale * self.standard_normal()
    }

    /// `lognormal(mean, sigma)`
    pub fn lognormal(&mut self, mean: f64, sigma: f64) -> f64 {
        self.normal(mean, sigma).exp()
    }

    /// `standard_exponential()`
    pub fn standard_exponential(&mut self) -> f64 {
        -(1.0 - self.random()).ln()
    }

    /// `exponential(scale)`
    pub fn exponential(&mut self, scale: f64) -> f64 {
        scale * self.standard_exponential()
    }

    /// `standard_gamma(shape)` after Marsaglia and Tsang (2000); below shape 1 after Ahrens and
    /// Dieter (1974).
    pub fn standard_gamma(&mut self, shape: f64) -> f64 {
        if shape == 1.0 {
            return self.standard_exponential();
        }
        if shape == 0.0 {
            return 0.0;
        }
        if shape < 1.0 {
            loop {
                let u = self.random();
                let v = self.standard_exponential();
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
                let x = self.standard_normal();
                let v = 1.0 + c * x;
                // NaN, which a NaN shape gives, goes through.
                if v > 0.0 || v.is_nan() {
                    break (x, v);
                }
            };
            let v = v * v * v;
            let u = self.random();
            if u < 1.0 - 0.0331 * (x * x) * (x * x) {
                return b * v;
            }
            if u.ln() < 0.5 * x * x + b * (1.0 - v + v.ln()) {
                return b * v;
            }
        }
    }

    /// `gamma(shape, scale)`
    pub fn gamma(&mut self, shape: f64, scale: f64) -> f64 {
        scale * self.standard_gamma(shape)
    }

    /// `beta(a, b)`: Jöhnk's method for small parameters, else two gamma deviates.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        if a <= 1.0 && b <= 1.0 {
            loop {
                let u = self.random();
                let v = self.random();
                let x = u.powf(1.0 / a);
                let y = v.powf(1.0 / b);
                if x + y <= 1.0 {
                    if x + y > 0.0 {
                        return x / (x + y);
                    }
                    // Both underflowed: compare logarithms.
                    let (log_x, log_y) = (u.ln() / a, v.ln() / b);
                    let largest = log_x.max(log_y);
                    let (log_x, log_y) = (log_x - largest, log_y - largest);
                    return (log_x - (log_x.exp() + log_y.exp()).ln()).exp();
                }
            }
        }
        let first = self.standard_gamma(a);
        let second = self.standard_gamma(b);
        first / (first + second)
    }

    /// `chisquare(df)`
    pub fn chisquare(&mut self, df: f64) -> f64 {
        2.0 * self.standard_gamma(df / 2.0)
    }

    /// `noncentral_chisquare(df, nonc)`
    pub fn noncentral_chisquare(&mut self, df: f64, nonc: f64) -> f64 {
        if nonc.is_nan() {
            return f64::NAN;
        }
        if nonc == 0.0 {
            return self.chisquare(df);
        }
        if df > 1.0 {
            let chi = self.chisquare(df - 1.0);
            let n = self.standard_normal() + nonc.sqrt();
            chi + n * n
        } else {
            let i = distributions::poisson(&mut self.bits, nonc / 2.0);
            self.chisquare(df + 2.0 * i as f64)
        }
    }

    /// `f(dfnum, dfden)`
    pub fn f(&mut self, dfnum: f64, dfden: f64) -> f64 {
        let numerator = self.chisquare(dfnum) * dfden;
        let denominator = self.chisquare(dfden) * dfnum;
        numerator / denominator
    }

    /// `noncentral_f(dfnum, dfden, nonc)`
    pub fn noncentral_f(&mut self, dfnum: f64, dfden: f64, nonc: f64) -> f64 {
        let t = self.noncentral_chisquare(dfnum, nonc) * dfden;
        t / (self.chisquare(dfden) * dfnum)
    }

    /// `standard_cauchy()`
    pub fn standard_cauchy(&mut self) -> f64 {
        let numerator = self.standard_normal();
        numerator / self.standard_normal()
    }

    /// `standard_t(df)`
    pub fn standard_t(&mut self, df: f64) -> f64 {
        let numerator = self.standard_normal();
        let denominator = self.standard_gamma(df / 2.0);
        (df / 2.0).sqrt() * numerator / denominator.sqrt()
    }

    /// `pareto(a)`
    pub fn pareto(&mut self, a: f64) -> f64 {
        (self.standard_exponential() / a).exp() - 1.0
    }

    /// `weibull(a)`
    pub fn weibull(&mut self, a: f64) -> f64 {
        if a == 0.0 {
            return 0.0;
        }
        self.standard_exponential().powf(1.0 / a)
    }

    /// `power(a)`
    pub fn power(&mut self, a: f64) -> f64 {
        (1.0 - (-self.standard_exponential()).exp()).powf(1.0 / a)
    }

    /// `rayleigh(scale)`
    pub fn rayleigh(&mut self, scale: f64) -> f64 {
        scale * (-2.0 * (-self.random()).ln_1p()).sqrt()
    }

    /// `wald(mean, scale)` (Michael, Schucany and Haas, 1976)
    pub fn wald(&mut self, mean: f64, scale: f64) -> f64 {
        let ratio = mean / (2.0 * scale);
        let y = self.standard_normal();
        let y = mean * y * y;
        let x = mean + ratio * (y - (4.0 * scale * y + y * y).sqrt());
        if self.random() <= mean / (mean + x) { x } else { mean * mean / x }
    }

    /// `negative_binomial(n, p)`
    pub fn negative_binomial(&mut self, n: f64, p: f64) -> i64 {
        let mean = self.gamma(n, (1.0 - p) / p);
        distributions::poisson(&mut self.bits, mean)
    }

    /// One `dirichlet(alpha)` vector.
    pub fn dirichlet(&mut self, alpha: &[f64], values: &mut [f64]) {
        let mut total = 0.0;
        for (value, &a) in values.iter_mut().zip(alpha) {
            *value = self.standard_gamma(a);
            total += *value;
        }
        let inverse = 1.0 / total;
        for value in values {
            *value *= inverse;
        }
    }
}
