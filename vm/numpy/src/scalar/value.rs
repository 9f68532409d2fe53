//! One number with its dtype, held in registers, and casts between dtypes.

use half::f16;
use taipan_runtime::dtype::{DType, Kind};

/// A number in the widest type of its kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Num {
    /// `bool`
    Bool(bool),
    /// Signed integers.
    Int(i64),
    /// Unsigned integers.
    UInt(u64),
    /// Real floats, exactly representable in the dtype's width.
    Float(f64),
    /// Complex numbers, both parts exactly representable in the dtype's width.
    Complex(f64, f64),
}

/// A number of a definite dtype. The variant of `num` is the one of `dtype`'s kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalarValue {
    /// The dtype.
    pub dtype: DType,
    /// The number.
    pub num: Num,
}

/// Rounds `value` to the width of `dtype` (a real or complex float type).
pub fn round_to(dtype: DType, value: f64) -> f64 {
    match dtype {
        DType::F16 => f64_to_f16(value).to_f64(),
        DType::F32 | DType::C64 => f64::from(value as f32),
        _ => value,
    }
}

/// Correctly rounded `f64` to binary16 (ties to even), in one step.
pub fn f64_to_f16(value: f64) -> f16 {
    let single = value as f32;
    if f64::from(single) == value || !single.is_finite() {
        return f16::from_f32(single);
    }
    // Round to odd in binary32 so that the second rounding is exact.
    let bits = single.to_bits();
    let toward_zero = if f64::from(single).abs() > value.abs() {
        bits - 1
    } else {
        bits
    };
    f16::from_f32(f32::from_bits(toward_zero | 1))
}

/// Wraps an integer to the width of `dtype`.
pub fn wrap_int(dtype: DType, value: i128) -> Num {
    match dtype {
        DType::Bool => Num::Bool(value != 0),
        DType::I8 => Num::Int(i64::from(value as i8)),
        DType::I16 => Num::Int(i64::from(value as i16)),
        DType::I32 => Num::Int(i64::from(value as i32)),
        DType::I64 => Num::Int(value as i64),
        DType::U8 => Num::UInt(u64::from(value as u8)),
        DType::U16 => Num::UInt(u64::from(value as u16)),
        DType::U32 => Num::UInt(u64::from(value as u32)),
        _ => Num::UInt(value as u64),
    }
}

impl Num {
    /// The integer value of a boolean or integer; `None` for inexact numbers.
    pub fn as_int(self) -> Option<i128> {
        match self {
            Num::Bool(b) => Some(i128::from(b)),
            Num::Int(i) => Some(i128::from(i)),
            Num::UInt(u) => Some(i128::from(u)),
            Num::Float(_) | Num::Complex(..) => None,
        }
    }

    /// The real part as `f64`.
    pub fn as_f64(self) -> f64 {
        match self {
            Num::Bool(b) => f64::from(u8::from(b)),
            Num::Int(i) => i as f64,
            Num::UInt(u) => u as f64,
            Num::Float(f) | Num::Complex(f, _) => f,
        }
    }

    /// Both parts as `f64`.
    pub fn as_complex(self) -> (f64, f64) {
        match self {
            Num::Complex(re, im) => (re, im),
            other => (other.as_f64(), 0.0),
        }
    }

    /// Python truth.
    pub fn is_true(self) -> bool {
        match self {
            Num::Bool(b) => b,
            Num::Int(i) => i != 0,
            Num::UInt(u) => u != 0,
            Num::Float(f) => f != 0.0,
            Num::Complex(re, im) => re != 0.0 || im != 0.0,
        }
    }

    /// The number as `dtype` sees it: wraps integers, rounds floats, drops
    /// imaginary parts; out-of-range floats become the minimum of the integer type.
    pub fn cast(self, dtype: DType) -> Num {
        match dtype.kind() {
            Kind::Bool => Num::Bool(self.is_true()),
            Kind::Signed | Kind::Unsigned => match self.as_int() {
                Some(i) => wrap_int(dtype, i),
                None => float_to_int(dtype, self.as_f64()),
            },
            Kind::Float => Num::Float(match self {
                // One rounding from the integer, not two.
                Num::Int(i) if dtype == DType::F32 => f64::from(i as f32),
                Num::UInt(u) if dtype == DType::F32 => f64::from(u as f32),
                other => round_to(dtype, other.as_f64()),
            }),
            Kind::Complex => {
                let (re, im) = self.as_complex();
                Num::Complex(round_to(dtype, re), round_to(dtype, im))
            }
        }
    }
}

fn float_to_int(dtype: DType, value: f64) -> Num {
    // Widths below 32 bits go through a 32-bit conversion and wrap, as the
    // hardware instruction sequence does.
    match dtype {
        DType::U64 => Num::UInt(if value < 0.0 {
            hardware_i64(value) as u64
        } else if value >= 9_223_372_036_854_775_808.0 {
            if value < 18_446_744_073_709_551_616.0 {
                value as u64
            } else {
                1 << 63
            }
        } else if value.is_nan() {
            1 << 63
        } else {
            value as u64
        }),
        DType::I64 => Num::Int(hardware_i64(value)),
        DType::U32 => wrap_int(dtype, i128::from(hardware_i64(value))),
        _ => {
            let narrow = if value > -2_147_483_649.0 && value < 2_147_483_648.0 {
                value as i32
            } else {
                i32::MIN
            };
            wrap_int(dtype, i128::from(narrow))
        }
    }
}

fn hardware_i64(value: f64) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}

impl ScalarValue {
    /// A number of dtype `dtype`, cast from `num`.
    pub fn new(dtype: DType, num: Num) -> Self {
        Self {
            dtype,
            num: num.cast(dtype),
        }
    }

    /// The same number in another dtype.
    pub fn cast(self, dtype: DType) -> Self {
        Self::new(dtype, self.num)
    }

    /// A `bool` scalar.
    pub fn bool(value: bool) -> Self {
        Self {
            dtype: DType::Bool,
            num: Num::Bool(value),
        }
    }

    /// A `float64` scalar.
    pub fn float(value: f64) -> Self {
        Self {
            dtype: DType::F64,
            num: Num::Float(value),
        }
    }

    /// An `int64` scalar.
    pub fn int(value: i64) -> Self {
        Self {
            dtype: DType::I64,
            num: Num::Int(value),
        }
    }

    /// Little-endian bytes as they lie in an array; the item is the first
    /// `dtype.itemsize()` bytes.
    pub fn to_bytes(self) -> [u8; 16] {
        let mut out = [0u8; 16];
        match (self.dtype, self.num) {
            (DType::F16, Num::Float(f)) => {
                out[..2].copy_from_slice(&f64_to_f16(f).to_bits().to_le_bytes());
            }
            (DType::F32, Num::Float(f)) => out[..4].copy_from_slice(&(f as f32).to_le_bytes()),
            (_, Num::Float(f)) => out[..8].copy_from_slice(&f.to_le_bytes()),
            (DType::C64, Num::Complex(re, im)) => {
                out[..4].copy_from_slice(&(re as f32).to_le_bytes());
                out[4..8].copy_from_slice(&(im as f32).to_le_bytes());
            }
            (_, Num::Complex(re, im)) => {
                out[..8].copy_from_slice(&re.to_le_bytes());
                out[8..].copy_from_slice(&im.to_le_bytes());
            }
            (_, Num::Bool(b)) => out[0] = u8::from(b),
            // Two's complement: the low bytes are the narrower value.
            (_, Num::Int(i)) => out[..8].copy_from_slice(&i.to_le_bytes()),
            (_, Num::UInt(u)) => out[..8].copy_from_slice(&u.to_le_bytes()),
        }
        out
    }

    /// Reads an item of `dtype` from the first `dtype.itemsize()` bytes.
    pub fn from_bytes(dtype: DType, bytes: &[u8]) -> Self {
        fn take<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
            let mut out = [0u8; N];
            out.copy_from_slice(&bytes[at..at + N]);
            out
        }
        let num = match dtype {
            DType::Bool => Num::Bool(bytes[0] != 0),
            DType::I8 => Num::Int(i64::from(bytes[0] as i8)),
            DType::I16 => Num::Int(i64::from(i16::from_le_bytes(take(bytes, 0)))),
            DType::I32 => Num::Int(i64::from(i32::from_le_bytes(take(bytes, 0)))),
            DType::I64 => Num::Int(i64::from_le_bytes(take(bytes, 0))),
            DType::U8 => Num::UInt(u64::from(bytes[0])),
            DType::U16 => Num::UInt(u64::from(u16::from_le_bytes(take(bytes, 0)))),
            DType::U32 => Num::UInt(u64::from(u32::from_le_bytes(take(bytes, 0)))),
            DType::U64 => Num::UInt(u64::from_le_bytes(take(bytes, 0))),
            DType::F16 => {
                Num::Float(f16::from_bits(u16::from_le_bytes(take(bytes, 0))).to_f64())
            }
            DType::F32 => Num::Float(f64::from(f32::from_le_bytes(take(bytes, 0)))),
            DType::F64 => Num::Float(f64::from_le_bytes(take(bytes, 0))),
            DType::C64 => Num::Complex(
                f64::from(f32::from_le_bytes(take(bytes, 0))),
                f64::from(f32::from_le_bytes(take(bytes, 4))),
            ),
            DType::C128 => Num::Complex(
                f64::from_le_bytes(take(bytes, 0)),
                f64::from_le_bytes(take(bytes, 8)),
            ),
        };
        Self { dtype, num }
    }
}

/// Element types that a [`Num`] can be stored as.
pub trait FromNum: taipan_runtime::dtype::Element {
    /// The number in this element type (already cast to its dtype).
    fn from_num(num: Num) -> Self;
}

macro_rules! from_num_int {
    ($($ty:ty),*) => {$(
        impl FromNum for $ty {
            #[inline]
            fn from_num(num: Num) -> Self {
                match num {
                    Num::Int(i) => i as $ty,
                    Num::UInt(u) => u as $ty,
                    Num::Bool(b) => b as $ty,
                    Num::Float(f) | Num::Complex(f, _) => f as $ty,
                }
            }
        }
    )*};
}
from_num_int!(i8, i16, i32, i64, u8, u16, u32, u64);

macro_rules! from_num_float {
    ($($ty:ty),*) => {$(
        impl FromNum for $ty {
            #[inline]
            fn from_num(num: Num) -> Self {
                num.as_f64() as $ty
            }
        }
    )*};
}
from_num_float!(f32, f64);

impl FromNum for f16 {
    fn from_num(num: Num) -> Self {
        f64_to_f16(num.as_f64())
    }
}

impl FromNum for taipan_runtime::dtype::Bool {
    fn from_num(num: Num) -> Self {
        num.is_true().into()
    }
}

impl FromNum for num_complex::Complex<f32> {
    fn from_num(num: Num) -> Self {
        let (re, im) = num.as_complex();
        Self::new(re as f32, im as f32)
    }
}

impl FromNum for num_complex::Complex<f64> {
    fn from_num(num: Num) -> Self {
        let (re, im) = num.as_complex();
        Self::new(re, im)
    }
}
