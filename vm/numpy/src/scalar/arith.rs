//! Arithmetic on two scalars without any array: the fast path behind
//! `np.float64(a) + b` and its siblings.

use super::value::{Num, ScalarValue, round_to, wrap_int};
use crate::errstate::flags;
use taipan_runtime::dtype::{DType, Kind};

/// The binary operators of Python that scalars and arrays share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    TrueDivide,
    /// `//`
    FloorDivide,
    /// `%`
    Remainder,
    /// `**`
    Power,
    /// `<<`
    LeftShift,
    /// `>>`
    RightShift,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
}

impl BinaryOp {
    /// Name of the ufunc that does the same on arrays.
    pub fn ufunc_name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Subtract => "subtract",
            Self::Multiply => "multiply",
            Self::TrueDivide => "divide",
            Self::FloorDivide => "floor_divide",
            Self::Remainder => "remainder",
            Self::Power => "power",
            Self::LeftShift => "left_shift",
            Self::RightShift => "right_shift",
            Self::And => "bitwise_and",
            Self::Or => "bitwise_or",
            Self::Xor => "bitwise_xor",
        }
    }

    fn is_bitwise(self) -> bool {
        matches!(
            self,
            Self::LeftShift | Self::RightShift | Self::And | Self::Or | Self::Xor
        )
    }
}

/// Why a scalar operation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArithError {
    /// No loop for this type.
    NotSupported,
    /// `-` between booleans.
    BoolSubtract,
    /// An integer to a negative integer power.
    NegativePower,
}

/// A result and the floating-point flags raised on the way (see [`flags`]).
pub type Flagged = (ScalarValue, u8);

/// `x op y`, both already of the common type `dtype`.
#[inline]
pub fn binary(op: BinaryOp, dtype: DType, x: Num, y: Num) -> Result<Flagged, ArithError> {
    match dtype.kind() {
        Kind::Float => {
            let (a, b) = (x.as_f64(), y.as_f64());
            let (value, raised) = float_binary(op, dtype, a, b)?;
            let num = Num::Float(value);
            Ok((ScalarValue { dtype, num }, raised))
        }
        Kind::Complex => complex_binary(op, dtype, x.as_complex(), y.as_complex()),
        Kind::Signed | Kind::Unsigned => int_binary(op, dtype, x, y),
        Kind::Bool => bool_binary(op, x.is_true(), y.is_true()),
    }
}

fn bool_binary(op: BinaryOp, a: bool, b: bool) -> Result<Flagged, ArithError> {
    let value = match op {
        BinaryOp::Add | BinaryOp::Or => a | b,
        BinaryOp::Multiply | BinaryOp::And => a & b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::Subtract => return Err(ArithError::BoolSubtract),
        _ => return int_binary(op, DType::I8, Num::Int(a.into()), Num::Int(b.into())),
    };
    Ok((ScalarValue::bool(value), 0))
}

fn int_binary(op: BinaryOp, dtype: DType, x: Num, y: Num) -> Result<Flagged, ArithError> {
    if op == BinaryOp::TrueDivide {
        return binary(op, DType::F64, x.cast(DType::F64), y.cast(DType::F64));
    }
    let (a, b) = (x.as_int().unwrap_or(0), y.as_int().unwrap_or(0));
    let (min, max) = dtype.int_bounds().unwrap_or((0, 0));
    let bits = 8 * dtype.itemsize() as u32;
    let mut raised = 0;
    let wide = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        // Two 64-bit unsigned factors overflow i128; their low half is what counts.
        BinaryOp::Multiply => match a.checked_mul(b) {
            Some(product) => product,
            None => {
                raised |= flags::OVERFLOW;
                i128::from((a as u64).wrapping_mul(b as u64))
            }
        },
        BinaryOp::FloorDivide | BinaryOp::Remainder if b == 0 => {
            raised |= flags::DIVIDE;
            0
        }
        BinaryOp::FloorDivide => a.div_euclid(b) - i128::from(b < 0 && a.rem_euclid(b) != 0),
        BinaryOp::Remainder => {
            let r = a % b;
            if r != 0 && (r < 0) != (b < 0) { r + b } else { r }
        }
        BinaryOp::Power => {
            if b < 0 {
                return Err(ArithError::NegativePower);
            }
            let num = wrapping_pow(dtype, a, b as u128);
            return Ok((ScalarValue { dtype, num }, 0));
        }
        BinaryOp::LeftShift => {
            if (0..i128::from(bits)).contains(&b) {
                return Ok((ScalarValue { dtype, num: wrap_int(dtype, a << b) }, 0));
            }
            0
        }
        BinaryOp::RightShift => {
            if (0..i128::from(bits)).contains(&b) {
                a >> b
            } else {
                a >> 127
            }
        }
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::TrueDivide => 0,
    };
    if wide < min || wide > max {
        raised |= flags::OVERFLOW;
    }
    let num = wrap_int(dtype, wide);
    Ok((ScalarValue { dtype, num }, raised))
}

fn wrapping_pow(dtype: DType, base: i128, mut exponent: u128) -> Num {
    let mut result = 1u64;
    let mut square = base as u64;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.wrapping_mul(square);
        }
        square = square.wrapping_mul(square);
        exponent >>= 1;
    }
    // Low bits are the same whatever the sign.
    wrap_int(dtype, i128::from(result as i64))
}

/// Flags of a basic operation judged from operands and (rounded) result.
#[inline]
fn classify(result: f64, a: f64, b: f64) -> u8 {
    if result.is_finite() {
        return 0;
    }
    if result.is_nan() {
        if a.is_nan() || b.is_nan() {
            0
        } else {
            flags::INVALID
        }
    } else if a.is_finite() && b.is_finite() {
        flags::OVERFLOW
    } else {
        0
    }
}

fn underflow(result: f64, exact_zero: bool, dtype: DType) -> u8 {
    let tiny = match dtype {
        DType::F16 => 6.103_515_625e-05,
        DType::F32 | DType::C64 => f64::from(f32::MIN_POSITIVE),
        _ => f64::MIN_POSITIVE,
    };
    if result.abs() < tiny && !exact_zero {
        flags::UNDERFLOW
    } else {
        0
    }
}

/// `a op b` for a real float type; operands are exact in `dtype`.
#[inline]
pub fn float_binary(op: BinaryOp, dtype: DType, a: f64, b: f64) -> Result<(f64, u8), ArithError> {
    if op.is_bitwise() {
        return Err(ArithError::NotSupported);
    }
    Ok(match op {
        BinaryOp::Add => {
            let r = round_to(dtype, a + b);
            (r, classify(r, a, b))
        }
        BinaryOp::Subtract => {
            let r = round_to(dtype, a - b);
            (r, classify(r, a, b))
        }
        BinaryOp::Multiply => {
            let r = round_to(dtype, a * b);
            (r, classify(r, a, b) | underflow(r, a == 0.0 || b == 0.0, dtype))
        }
        BinaryOp::TrueDivide => divide(dtype, a, b),
        BinaryOp::FloorDivide => floor_divide(dtype, a, b),
        BinaryOp::Remainder => remainder(dtype, a, b),
        _ => power(dtype, a, b),
    })
}

fn divide(dtype: DType, a: f64, b: f64) -> (f64, u8) {
    let r = round_to(dtype, a / b);
    if b == 0.0 && a != 0.0 && a.is_finite() {
        return (r, flags::DIVIDE);
    }
    (r, classify(r, a, b) | underflow(r, a == 0.0 || b.is_infinite(), dtype))
}

/// Floor division and remainder of Python's `divmod`, with C's special cases.
fn floor_and_mod(dtype: DType, a: f64, b: f64) -> (f64, f64) {
    // fmod is exact, so the f64 routine serves the narrower types too.
    let mut modulus = a % b;
    let mut quotient = round_to(dtype, round_to(dtype, a - modulus) / b);
    if modulus != 0.0 {
        if (b < 0.0) != (modulus < 0.0) {
            modulus = round_to(dtype, modulus + b);
            quotient -= 1.0;
        }
    } else {
        modulus = 0f64.copysign(b);
    }
    let floor = if quotient != 0.0 {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0f64.copysign(a / b)
    };
    (round_to(dtype, floor), modulus)
}

fn floor_divide(dtype: DType, a: f64, b: f64) -> (f64, u8) {
    if b == 0.0 {
        return divide(dtype, a, b);
    }
    let (floor, _) = floor_and_mod(dtype, a, b);
    let raised = if a.is_infinite() && !b.is_nan() {
        flags::INVALID
    } else {
        classify(floor, a, b)
    };
    (floor, raised)
}

fn remainder(dtype: DType, a: f64, b: f64) -> (f64, u8) {
    if b == 0.0 {
        let raised = match dtype {
            _ if a.is_nan() => 0,
            DType::F16 => flags::DIVIDE | flags::INVALID,
            _ => flags::INVALID,
        };
        return (f64::NAN, raised);
    }
    let (_, modulus) = floor_and_mod(dtype, a, b);
    (modulus, classify(modulus, a, b))
}

fn power(dtype: DType, a: f64, b: f64) -> (f64, u8) {
    let r = if dtype == DType::F32 {
        f64::from((a as f32).powf(b as f32))
    } else {
        round_to(dtype, a.powf(b))
    };
    if r.is_infinite() && a == 0.0 && b.is_finite() {
        return (r, flags::DIVIDE);
    }
    let exact_zero = a == 0.0 || a.is_infinite() || b.is_infinite() || r.is_nan();
    (r, classify(r, a, b) | underflow(r, exact_zero, dtype))
}

type Parts = (f64, f64);

fn complex_binary(op: BinaryOp, dtype: DType, x: Parts, y: Parts) -> Result<Flagged, ArithError> {
    let part = dtype.real_part();
    let rnd = |v: f64| round_to(part, v);
    let mut raised = 0;
    let (re, im) = match op {
        BinaryOp::Add => (rnd(x.0 + y.0), rnd(x.1 + y.1)),
        BinaryOp::Subtract => (rnd(x.0 - y.0), rnd(x.1 - y.1)),
        BinaryOp::Multiply => (
            rnd(rnd(x.0 * y.0) - rnd(x.1 * y.1)),
            rnd(rnd(x.0 * y.1) + rnd(x.1 * y.0)),
        ),
        BinaryOp::TrueDivide => {
            if y == (0.0, 0.0) {
                if x.0 == 0.0 && x.1 == 0.0 {
                    raised |= flags::INVALID;
                } else {
                    raised |= flags::DIVIDE | if x.0 == 0.0 || x.1 == 0.0 { flags::INVALID } else { 0 };
                }
            }
            complex_divide(part, x, y)
        }
        BinaryOp::Power => complex_power(part, x, y),
        _ => return Err(ArithError::NotSupported),
    };
    if raised == 0 {
        let finite = |p: Parts| p.0.is_finite() && p.1.is_finite();
        let nan = |p: Parts| p.0.is_nan() || p.1.is_nan();
        if finite(x) && finite(y) && (re.is_infinite() || im.is_infinite()) {
            raised |= flags::OVERFLOW;
        }
        if (re.is_nan() || im.is_nan()) && !nan(x) && !nan(y) {
            raised |= flags::INVALID;
        }
    }
    let num = Num::Complex(re, im);
    Ok((ScalarValue { dtype, num }, raised))
}

/// Smith's method: scale by the larger part of the divisor.
fn complex_divide(part: DType, x: Parts, y: Parts) -> Parts {
    let rnd = |v: f64| round_to(part, v);
    if y.0.abs() >= y.1.abs() {
        if y.0 == 0.0 && y.1 == 0.0 {
            return (x.0 / y.0.abs(), x.1 / y.0.abs());
        }
        let ratio = rnd(y.1 / y.0);
        let scale = rnd(1.0 / rnd(y.0 + rnd(y.1 * ratio)));
        (
            rnd(rnd(x.0 + rnd(x.1 * ratio)) * scale),
            rnd(rnd(x.1 - rnd(x.0 * ratio)) * scale),
        )
    } else {
        let ratio = rnd(y.0 / y.1);
        let scale = rnd(1.0 / rnd(y.1 + rnd(y.0 * ratio)));
        (
            rnd(rnd(rnd(x.0 * ratio) + x.1) * scale),
            rnd(rnd(rnd(x.1 * ratio) - x.0) * scale),
        )
    }
}

/// Small integer exponents by repeated products, the rest through logarithms.
fn complex_power(part: DType, x: Parts, y: Parts) -> Parts {
    if y == (0.0, 0.0) {
        return (1.0, 0.0);
    }
    if x == (0.0, 0.0) {
        return if y.0 > 0.0 && y.1 == 0.0 {
            (0.0, 0.0)
        } else {
            (f64::NAN, f64::NAN)
        };
    }
    let rnd = |v: f64| round_to(part, v);
    let mul = |a: Parts, b: Parts| (rnd(a.0 * b.0 - a.1 * b.1), rnd(a.0 * b.1 + a.1 * b.0));
    if y.1 == 0.0 && y.0.fract() == 0.0 && y.0.abs() < 100.0 {
        let n = y.0 as i32;
        if n == 1 {
            return x;
        }
        if n == 2 {
            return mul(x, x);
        }
        if n == 3 {
            return mul(x, mul(x, x));
        }
        let mut result = (1.0, 0.0);
        let (mut square, mut left) = (x, n.unsigned_abs());
        while left > 0 {
            if left & 1 == 1 {
                result = mul(result, square);
            }
            square = mul(square, square);
            left >>= 1;
        }
        return if n < 0 {
            complex_divide(part, (1.0, 0.0), result)
        } else {
            result
        };
    }
    let (log_abs, angle) = (x.0.hypot(x.1).ln(), x.1.atan2(x.0));
    let magnitude = (y.0 * log_abs - y.1 * angle).exp();
    let phase = y.1 * log_abs + y.0 * angle;
    (rnd(magnitude * phase.cos()), rnd(magnitude * phase.sin()))
}
