//! Decimal digits of binary floats: shortest round-trip digits (Ryū) and
//! exactly rounded fixed-precision digits, laid out the way NumPy's
//! `format_float_positional` and `format_float_scientific` do.

/// Width of the float whose shortest digits are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatWidth {
    /// IEEE binary16; the value is held in an `f64` exactly.
    F16,
    /// IEEE binary32; the value is held in an `f64` exactly.
    F32,
    /// IEEE binary64.
    F64,
}

impl FloatWidth {
    /// Decimal digits that survive a round trip through this width.
    pub fn decimal_precision(self) -> i32 {
        match self {
            Self::F16 => 3,
            Self::F32 => 6,
            Self::F64 => 15,
        }
    }
}

/// What happens to trailing zeros after the decimal point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trim {
    /// Keep trailing zeros and the point.
    Keep,
    /// Drop trailing zeros, keep the point.
    Point,
    /// Drop trailing zeros, keep one after the point.
    Zero,
    /// Drop trailing zeros and a bare point.
    All,
}

impl Trim {
    /// The mode named by NumPy's one-character spelling.
    pub fn from_char(spelling: &str) -> Option<Self> {
        Some(match spelling {
            "k" => Self::Keep,
            "." => Self::Point,
            "0" => Self::Zero,
            "-" => Self::All,
            _ => return None,
        })
    }
}

/// Layout of one number; `None` fields mean "no demand".
#[derive(Clone, Copy, Debug)]
pub struct DigitLayout {
    /// Most digits after the point.
    pub precision: Option<usize>,
    /// Fewest digits after the point.
    pub min_digits: usize,
    /// Shortest digits that read back as the same value (else exact digits).
    pub unique: bool,
    /// Trailing-zero rule.
    pub trim: Trim,
    /// Write `+` before non-negative values.
    pub plus: bool,
    /// Characters before the point, sign included, filled with spaces.
    pub pad_left: usize,
    /// Characters after the point, filled with spaces (positional only).
    pub pad_right: usize,
    /// Fewest digits of the exponent (scientific only).
    pub exp_digits: usize,
}

impl Default for DigitLayout {
    fn default() -> Self {
        Self {
            precision: None,
            min_digits: 0,
            unique: true,
            trim: Trim::Keep,
            plus: false,
            pad_left: 0,
            pad_right: 0,
            exp_digits: 2,
        }
    }
}

/// Digits `d1 d2 …` standing for `0.d1d2… × 10^point`; zero is `("0", 1)`.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

/// Shortest digits of a finite, non-negative value.
fn shortest(value: f64, width: FloatWidth) -> Decimal {
    if value == 0.0 {
        return Decimal {
            digits: vec![b'0'],
            point: 1,
        };
    }
    if width == FloatWidth::F16 {
        return shortest_half(value);
    }
    let mut buffer = ryu::Buffer::new();
    let text = if width == FloatWidth::F32 {
        buffer.format_finite(value as f32)
    } else {
        buffer.format_finite(value)
    };
    parse_decimal(text)
}

/// binary16 has no Ryū table: try 1 … 5 digits and both neighbours at each length.
fn shortest_half(value: f64) -> Decimal {
    let to_half = |x: f64| f64::from(taipan_runtime::cast::half_from_f64(x));
    for digits in 0..5usize {
        let text = format!("{value:.digits$e}");
        let parsed = parse_decimal(&text);
        let rounded: f64 = text.parse().unwrap_or(value);
        let unit = 10f64.powi(parsed.point - 1 - digits as i32);
        // The digits rounded to nearest (ties to even) are the closest, so they win if they do;
        // beyond them only a neighbour can read back.
        if to_half(rounded) == value {
            return parsed;
        }
        let mut best: Option<(f64, String)> = None;
        for step in [-1.0, 1.0] {
            let candidate_text = format!("{:.digits$e}", rounded + step * unit);
            let candidate: f64 = candidate_text.parse().unwrap_or(value);
            if to_half(candidate) == value {
                let distance = (candidate - value).abs();
                if best.as_ref().is_none_or(|(d, _)| distance < *d) {
                    best = Some((distance, candidate_text));
                }
            }
        }
        if let Some((_, text)) = best {
            return parse_decimal(&text);
        }
    }
    parse_decimal(&format!("{value:e}"))
}

/// Reads `123.45`, `1.5e-7` … into digits without leading or trailing zeros.
fn parse_decimal(text: &str) -> Decimal {
    let (mantissa, exponent) = match text.split_once('e') {
        Some((m, e)) => (m, e.parse::<i32>().unwrap_or(0)),
        None => (text, 0),
    };
    let (int_part, frac_part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits: Vec<u8> = int_part.bytes().chain(frac_part.bytes()).collect();
    let mut point = int_part.len() as i32 + exponent;
    let leading = digits.iter().take_while(|&&d| d == b'0').count();
    if leading == digits.len() {
        return Decimal {
            digits: vec![b'0'],
            point: 1,
        };
    }
    digits.drain(..leading);
    point -= leading as i32;
    while digits.len() > 1 && digits.last() == Some(&b'0') {
        digits.pop();
    }
    Decimal { digits, point }
}

/// Applies `trim` and `min_digits` to the digits after the point.
fn finish_fraction(mut frac: String, layout: &DigitLayout) -> (String, bool) {
    if layout.trim == Trim::Keep {
        // In unique mode "keep" fills up to the precision asked for.
        let wanted = if layout.unique {
            layout.min_digits.max(layout.precision.unwrap_or(0))
        } else {
            layout.min_digits
        };
        while frac.len() < wanted {
            frac.push('0');
        }
        return (frac, true);
    }
    while frac.len() > layout.min_digits && frac.ends_with('0') {
        frac.pop();
    }
    while frac.len() < layout.min_digits {
        frac.push('0');
    }
    match layout.trim {
        Trim::Zero if frac.is_empty() => (String::from("0"), true),
        Trim::All if frac.is_empty() => (frac, false),
        _ => (frac, true),
    }
}

fn sign_of(value: f64, plus: bool) -> &'static str {
    if value.is_sign_negative() {
        "-"
    } else if plus {
        "+"
    } else {
        ""
    }
}

fn pad(sign: &str, int_part: &str, pad_left: usize) -> String {
    let used = sign.len() + int_part.len();
    let mut out = " ".repeat(pad_left.saturating_sub(used));
    out.push_str(sign);
    out.push_str(int_part);
    out
}

/// `value` (finite) without an exponent.
pub fn positional(value: f64, width: FloatWidth, layout: &DigitLayout) -> String {
    positional_digits(value, width, layout, true)
}

/// As [`positional`]; with `fractional` unset the precision counts significant digits.
pub fn positional_digits(
    value: f64,
    width: FloatWidth,
    layout: &DigitLayout,
    fractional: bool,
) -> String {
    let magnitude = value.abs();
    let decimal = shortest(magnitude, width);
    let frac_len = decimal.digits.len() as i32 - decimal.point;
    let precision = layout.precision.map(|p| {
        if fractional || magnitude == 0.0 {
            p as i32
        } else {
            p as i32 - decimal.point
        }
    });
    let (int_part, frac_part) = match precision {
        Some(p) if !layout.unique || frac_len > p => {
            let text = if p >= 0 {
                format!("{magnitude:.p$}", p = p as usize)
            } else {
                // Fewer significant digits than the integer part has.
                let significant = layout.precision.unwrap_or(1).max(1) - 1;
                let rounded = parse_decimal(&format!("{magnitude:.significant$e}"));
                let mut digits = rounded.digits;
                while (digits.len() as i32) < rounded.point {
                    digits.push(b'0');
                }
                String::from_utf8_lossy(&digits).into_owned()
            };
            let (i, f) = text.split_once('.').unwrap_or((text.as_str(), ""));
            (i.to_owned(), f.to_owned())
        }
        _ => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            if magnitude == 0.0 {
                (String::from("0"), String::new())
            } else if decimal.point <= 0 {
                let zeros = "0".repeat(-decimal.point as usize);
                (String::from("0"), zeros + &text(&decimal.digits))
            } else if decimal.point as usize >= decimal.digits.len() {
                let zeros = "0".repeat(decimal.point as usize - decimal.digits.len());
                (text(&decimal.digits) + &zeros, String::new())
            } else {
                let (i, f) = decimal.digits.split_at(decimal.point as usize);
                (text(i), text(f))
            }
        }
    };
    // Counted from the first digit, the ones before the point are digits already.
    let before = if fractional { 0 } else { decimal.point };
    let least = (layout.min_digits as i32 - before).max(0) as usize;
    let (frac, with_point) = finish_fraction(frac_part, &DigitLayout { min_digits: least, ..*layout });
    let mut out = pad(sign_of(value, layout.plus), &int_part, layout.pad_left);
    if with_point {
        out.push('.');
        out.push_str(&frac);
    }
    let used = if with_point { frac.len() } else { 0 };
    for _ in used..layout.pad_right {
        out.push(' ');
    }
    if !with_point && layout.pad_right > 0 {
        out.push(' ');
    }
    out
}

/// `value` (finite) as `d.ddde±dd`.
pub fn scientific(value: f64, width: FloatWidth, layout: &DigitLayout) -> String {
    let magnitude = value.abs();
    let mut decimal = shortest(magnitude, width);
    // Digits that are asked for beyond the shortest ones are those of the exact value.
    let too_few = magnitude != 0.0 && decimal.digits.len() < layout.min_digits + 1;
    if too_few && layout.unique {
        decimal = parse_decimal(&format!("{magnitude:.digits$e}", digits = layout.min_digits));
    } else if let Some(p) = layout.precision
        && (!layout.unique || decimal.digits.len() > p + 1)
    {
        let text = format!("{magnitude:.p$e}");
        decimal = parse_decimal(&text);
        if !layout.unique {
            while decimal.digits.len() < p + 1 {
                decimal.digits.push(b'0');
            }
        }
    }
    let exponent = if magnitude == 0.0 { 0 } else { decimal.point - 1 };
    let int_part = String::from_utf8_lossy(&decimal.digits[..1]).into_owned();
    let frac_part = String::from_utf8_lossy(&decimal.digits[1..]).into_owned();
    let (frac, with_point) = finish_fraction(frac_part, layout);
    let mut out = pad(sign_of(value, layout.plus), &int_part, layout.pad_left);
    if with_point {
        out.push('.');
        out.push_str(&frac);
    }
    out.push('e');
    out.push(if exponent < 0 { '-' } else { '+' });
    let digits = if exponent == 0 { String::new() } else { exponent.unsigned_abs().to_string() };
    for _ in digits.len()..layout.exp_digits {
        out.push('0');
    }
    out.push_str(&digits);
    out
}

/// Scalar form of a float: positional for `1e-4 <= |x| < 1e16` (narrower
/// types switch earlier), else scientific. `trim` is [`Trim::Zero`] for a
/// float and [`Trim::All`] for a part of a complex number.
pub fn scalar_text(value: f64, width: FloatWidth, trim: Trim, plus: bool) -> String {
    if value.is_nan() {
        return String::from(if plus { "+nan" } else { "nan" });
    }
    if value.is_infinite() {
        return format!("{}inf", sign_of(value, plus));
    }
    let magnitude = value.abs();
    let limit = match width {
        FloatWidth::F16 => 1e3,
        FloatWidth::F32 => 1e6,
        FloatWidth::F64 => 1e16,
    };
    let layout = DigitLayout {
        trim,
        plus,
        ..DigitLayout::default()
    };
    if magnitude == 0.0 || (1e-4..limit).contains(&magnitude) {
        positional(value, width, &layout)
    } else {
        scientific(
            value,
            width,
            &DigitLayout {
                trim: Trim::All,
                ..layout
            },
        )
    }
}
