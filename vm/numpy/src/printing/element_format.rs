//! Turning the visible elements of an array into words of equal width.

use super::digits::{DigitLayout, FloatWidth, Trim, positional, scientific};
use super::options::{FloatMode, PrintOptions};

/// The elements to be shown, in C order, widened to the largest type of their kind.
#[derive(Clone, Debug)]
pub enum Elements {
    /// Booleans.
    Bool(Vec<bool>),
    /// Signed and unsigned integers.
    Int(Vec<i128>),
    /// Real floats and the width they came from.
    Float(Vec<f64>, FloatWidth),
    /// Real and imaginary parts and the width of one part.
    Complex(Vec<(f64, f64)>, FloatWidth),
}

/// Formats every element; `zero_d` leaves out the padding a lone bool does not get.
pub fn format_elements(elements: &Elements, options: &PrintOptions, zero_d: bool) -> Vec<String> {
    match elements {
        Elements::Bool(values) => {
            let true_word = if zero_d { "True" } else { " True" };
            let word = |&v: &bool| String::from(if v { true_word } else { "False" });
            values.iter().map(word).collect()
        }
        Elements::Int(values) => format_integers(values, options.sign),
        Elements::Float(values, width) => {
            let format = FloatColumn::new(values, *width, options, options.sign);
            values.iter().map(|&v| format.word(v)).collect()
        }
        Elements::Complex(values, width) => {
            let (re, im): (Vec<f64>, Vec<f64>) = values.iter().copied().unzip();
            let re_format = FloatColumn::new(&re, *width, options, options.sign);
            let im_format = FloatColumn::new(&im, *width, options, '+');
            values
                .iter()
                .map(|&(r, i)| {
                    let mut word = re_format.word(r);
                    let im_word = im_format.word(i);
                    let trimmed = im_word.trim_end();
                    word.push_str(trimmed);
                    word.push('j');
                    word.push_str(&im_word[trimmed.len()..]);
                    word
                })
                .collect()
        }
    }
}

fn format_integers(values: &[i128], sign: char) -> Vec<String> {
    let (Some(max), Some(min)) = (values.iter().max(), values.iter().min()) else {
        return Vec::new();
    };
    let sign = if sign == ' ' && *min < 0 { '-' } else { sign };
    let word = |v: i128| match sign {
        '+' if v >= 0 => format!("+{v}"),
        ' ' if v >= 0 => format!(" {v}"),
        _ => v.to_string(),
    };
    let width = word(*max).len().max(word(*min).len());
    values
        .iter()
        .map(|&v| format!("{:>width$}", word(v)))
        .collect()
}

/// One column layout shared by all floats of an array.
struct FloatColumn<'a> {
    options: &'a PrintOptions,
    width: FloatWidth,
    sign: char,
    exponent: bool,
    layout: DigitLayout,
    pad_left: usize,
    pad_right: usize,
}

impl<'a> FloatColumn<'a> {
    fn new(values: &[f64], width: FloatWidth, options: &'a PrintOptions, sign: char) -> Self {
        let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        let mut column = Self {
            options,
            width,
            sign,
            exponent: wants_exponent(&finite, width, options),
            layout: DigitLayout {
                plus: sign == '+',
                ..DigitLayout::default()
            },
            pad_left: 0,
            pad_right: 0,
        };
        let fixed = options.floatmode == FloatMode::Fixed;
        let trim = if fixed { Trim::Keep } else { Trim::Point };
        let precision = (options.floatmode != FloatMode::Unique).then_some(options.precision);
        let probe = DigitLayout {
            precision,
            unique: !fixed,
            trim,
            min_digits: if fixed { options.precision } else { 0 },
            ..column.layout
        };
        if finite.is_empty() {
            column.layout.trim = Trim::Point;
        } else if column.exponent {
            column.fit_exponent(&finite, &probe);
        } else {
            column.fit_positional(&finite, &probe);
        }
        if sign == ' ' && !values.iter().any(|v| v.is_sign_negative() && !v.is_nan()) {
            column.pad_left += 1;
        }
        if finite.len() != values.len() {
            let room = column.pad_right + 1;
            let negative_inf =
                sign != '-' || values.iter().any(|v| v.is_infinite() && *v < 0.0);
            let nan_len = options.nanstr.chars().count();
            let inf_len = options.infstr.chars().count() + usize::from(negative_inf);
            column.pad_left = column
                .pad_left
                .max(nan_len.saturating_sub(room))
                .max(inf_len.saturating_sub(room));
        }
        column.layout.pad_left = column.pad_left;
        column.layout.pad_right = column.pad_right;
        column
    }

    fn fit_exponent(&mut self, finite: &[f64], probe: &DigitLayout) {
        let (mut int_len, mut frac_len, mut exp_len) = (0, 0, 0);
        for &value in finite {
            let text = scientific(value, self.width, probe);
            let (mantissa, exp) = text.split_once('e').unwrap_or((text.as_str(), "+0"));
            let (int_part, frac) = mantissa.split_once('.').unwrap_or((mantissa, ""));
            int_len = int_len.max(int_part.len());
            frac_len = frac_len.max(frac.len());
            exp_len = exp_len.max(exp.len() - 1);
        }
        self.layout.unique = probe.unique;
        self.layout.trim = Trim::Keep;
        self.layout.precision = Some(frac_len);
        self.layout.min_digits = frac_len;
        self.layout.exp_digits = exp_len;
        self.pad_left = int_len;
        self.pad_right = exp_len + 2 + frac_len;
    }

    fn fit_positional(&mut self, finite: &[f64], probe: &DigitLayout) {
        let (mut int_len, mut frac_len) = (0, 0);
        for &value in finite {
            let text = positional(value, self.width, probe);
            let (int_part, frac) = text.split_once('.').unwrap_or((text.as_str(), ""));
            int_len = int_len.max(int_part.len());
            frac_len = frac_len.max(frac.len());
        }
        self.layout.unique = probe.unique;
        self.pad_left = int_len;
        self.pad_right = frac_len;
        match self.options.floatmode {
            FloatMode::Fixed | FloatMode::MaxprecEqual => {
                self.layout.precision = Some(frac_len);
                self.layout.min_digits = frac_len;
                self.layout.trim = Trim::Keep;
            }
            FloatMode::Unique | FloatMode::Maxprec => {
                self.layout.precision = probe.precision;
                self.layout.min_digits = 0;
                self.layout.trim = Trim::Point;
            }
        }
    }

    fn word(&self, value: f64) -> String {
        if !value.is_finite() {
            let sign = match (value.is_nan(), value < 0.0, self.sign) {
                (false, true, _) => "-",
                (_, _, '+') => "+",
                _ => "",
            };
            let name = if value.is_nan() {
                &self.options.nanstr
            } else {
                &self.options.infstr
            };
            let text = format!("{sign}{name}");
            let total = self.pad_left + self.pad_right + 1;
            return format!("{text:>total$}");
        }
        if self.exponent {
            scientific(value, self.width, &self.layout)
        } else {
            positional(value, self.width, &self.layout)
        }
    }
}

/// Whether the range of the finite non-zero values asks for exponents.
fn wants_exponent(finite: &[f64], width: FloatWidth, options: &PrintOptions) -> bool {
    let magnitudes = finite.iter().map(|v| v.abs()).filter(|v| *v != 0.0);
    let (mut max, mut min) = (0.0f64, f64::INFINITY);
    for m in magnitudes {
        max = max.max(m);
        min = min.min(m);
    }
    if max == 0.0 {
        return false;
    }
    let cutoff = 10f64.powi(width.decimal_precision().min(8));
    let ratio = match width {
        FloatWidth::F64 => max / min,
        FloatWidth::F32 => f64::from(max as f32 / min as f32),
        FloatWidth::F16 => f64::from(half::f16::from_f64(max / min)),
    };
    let smallest = match width {
        FloatWidth::F64 => 1e-4,
        FloatWidth::F32 => f64::from(1e-4f32),
        FloatWidth::F16 => f64::from(half::f16::from_f64(1e-4)),
    };
    max >= cutoff || (!options.suppress && (min < smallest || ratio > 1000.0))
}
