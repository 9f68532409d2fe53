//! One element outside an array: reading, writing and converting single values.
//!
//! `unsafe` room: [`Scalar::load`] and [`Scalar::store`] access one element at
//! an address their caller vouches for.

use num_complex::Complex;

use crate::dtype::{C128, DType, Weak};
use crate::error::{Error, Result};

/// A value of one element, wide enough for every dtype.
///
/// `Int` holds every integer type; Python integers outside `i128` do not fit any dtype and are
/// refused by the caller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// `bool`
    Bool(bool),
    /// any integer type
    Int(i128),
    /// `float16`, `float32`, `float64`
    Float(f64),
    /// `complex64`, `complex128`
    Complex(C128),
}

impl Scalar {
    /// The weakness of a Python scalar of this value; `None` for bool, which is strong.
    pub fn weak(self) -> Option<Weak> {
        match self {
            Scalar::Bool(_) => None,
            Scalar::Int(_) => Some(Weak::Int),
            Scalar::Float(_) => Some(Weak::Float),
            Scalar::Complex(_) => Some(Weak::Complex),
        }
    }

    /// The dtype NumPy gives a Python scalar of this value on its own
    /// (`int` beyond `int64` becomes `uint64`; beyond that nothing here fits).
    pub fn default_dtype(self) -> DType {
        match self {
            Scalar::Bool(_) => DType::Bool,
            Scalar::Int(i) if i > i64::MAX as i128 => DType::U64,
            Scalar::Int(_) => DType::I64,
            Scalar::Float(_) => DType::F64,
            Scalar::Complex(_) => DType::C128,
        }
    }

    /// Truth value.
    pub fn is_true(self) -> bool {
        match self {
            Scalar::Bool(b) => b,
            Scalar::Int(i) => i != 0,
            Scalar::Float(f) => f != 0.0,
            Scalar::Complex(c) => c.re != 0.0 || c.im != 0.0,
        }
    }

    /// As a complex number (rounded if need be).
    pub fn to_complex(self) -> C128 {
        match self {
            Scalar::Complex(c) => c,
            other => Complex::new(other.to_f64(), 0.0),
        }
    }

    /// As a float; of a complex number the real part.
    pub fn to_f64(self) -> f64 {
        match self {
            Scalar::Bool(b) => b as u8 as f64,
            Scalar::Int(i) => i as f64,
            Scalar::Float(f) => f,
            Scalar::Complex(c) => c.re,
        }
    }

    /// As an integer, truncating; `None` if it has no integer value in range.
    pub fn to_i128(self) -> Option<i128> {
        match self {
            Scalar::Bool(b) => Some(b as i128),
            Scalar::Int(i) => Some(i),
            Scalar::Float(f) | Scalar::Complex(Complex { re: f, .. }) => {
                (f.is_finite() && f.abs() < 1e38).then_some(f as i128)
            }
        }
    }

    /// Reads the element at `ptr`.
    ///
    /// # Safety
    /// `ptr` points to an element of type `dtype` (any alignment).
    pub unsafe fn load(dtype: DType, ptr: *const u8) -> Scalar {
        // SAFETY: by the contract.
        unsafe {
            match dtype {
                DType::Bool => Scalar::Bool(ptr.read() != 0),
                DType::I8 => Scalar::Int(ptr.cast::<i8>().read() as i128),
                DType::I16 => Scalar::Int(ptr.cast::<i16>().read_unaligned() as i128),
                DType::I32 => Scalar::Int(ptr.cast::<i32>().read_unaligned() as i128),
                DType::I64 => Scalar::Int(ptr.cast::<i64>().read_unaligned() as i128),
                DType::U8 => Scalar::Int(ptr.read() as i128),
                DType::U16 => Scalar::Int(ptr.cast::<u16>().read_unaligned() as i128),
                DType::U32 => Scalar::Int(ptr.cast::<u32>().read_unaligned() as i128),
                DType::U64 => Scalar::Int(ptr.cast::<u64>().read_unaligned() as i128),
                DType::F16 => Scalar::Float(ptr.cast::<half::f16>().read_unaligned().to_f64()),
                DType::F32 => Scalar::Float(ptr.cast::<f32>().read_unaligned() as f64),
                DType::F64 => Scalar::Float(ptr.cast::<f64>().read_unaligned()),
                DType::C64 => {
                    let c = ptr.cast::<Complex<f32>>().read_unaligned();
                    Scalar::Complex(Complex::new(c.re as f64, c.im as f64))
                }
                DType::C128 => Scalar::Complex(ptr.cast::<C128>().read_unaligned()),
            }
        }
    }

    /// Writes the value as an element of type `dtype`, as `a[i] = value` does with a Python scalar.
    ///
    /// # Errors
    /// `OverflowError` for an integer out of range, `ValueError`/`OverflowError` for NaN and
    /// infinity into integers, `TypeError` for complex into real.
    ///
    /// # Safety
    /// `ptr` points to a writeable element of type `dtype` (any alignment).
    pub unsafe fn store(self, dtype: DType, ptr: *mut u8) -> Result<()> {
        macro_rules! put {
            ($ty:ty, $value:expr) => {
                // SAFETY: by the contract of `store`.
                unsafe { ptr.cast::<$ty>().write_unaligned($value) }
            };
        }
        if let Scalar::Complex(_) = self
            && !dtype.is_complex()
            && dtype != DType::Bool
        {
            return Err(Error::type_error(if dtype.is_float() {
                "float() argument must be a string or a real number, not 'complex'"
            } else {
                "int() argument must be a string, a bytes-like object or a real number, not 'complex'"
            }));
        }
        match dtype {
            DType::Bool => put!(u8, self.is_true() as u8),
            DType::F16 => put!(half::f16, crate::cast::half_from_f64(self.to_f64())),
            DType::F32 => put!(f32, self.to_f64() as f32),
            DType::F64 => put!(f64, self.to_f64()),
            DType::C64 => {
                let c = self.to_complex();
                put!(Complex<f32>, Complex::new(c.re as f32, c.im as f32))
            }
            DType::C128 => put!(C128, self.to_complex()),
            _ => {
                let value = self.to_int_for(dtype)?;
                match dtype {
                    DType::I8 => put!(i8, value as i8),
                    DType::I16 => put!(i16, value as i16),
                    DType::I32 => put!(i32, value as i32),
                    DType::I64 => put!(i64, value as i64),
                    DType::U8 => put!(u8, value as u8),
                    DType::U16 => put!(u16, value as u16),
                    DType::U32 => put!(u32, value as u32),
                    _ => put!(u64, value as u64),
                }
            }
        }
        Ok(())
    }

    /// The integer value for an integer dtype.
    ///
    /// # Errors
    /// As [`Scalar::store`].
    pub fn to_int_for(self, dtype: DType) -> Result<i128> {
        let value = match self {
            Scalar::Float(f) | Scalar::Complex(Complex { re: f, .. }) => {
                if f.is_nan() {
                    return Err(Error::value("cannot convert float NaN to integer"));
                }
                if f.is_infinite() {
                    return Err(Error::overflow("cannot convert float infinity to integer"));
                }
                match self.to_i128() {
                    Some(v) => v,
                    None => return Err(Error::overflow("Python int too large to convert to C long")),
                }
            }
            Scalar::Bool(b) => b as i128,
            Scalar::Int(i) => i,
        };
        let (low, high) = dtype.int_bounds().unwrap_or((i128::MIN, i128::MAX));
        if value < low || value > high {
            return Err(integer_out_of_bounds(value, &value.to_string(), dtype));
        }
        Ok(value)
    }
}

/// The `OverflowError` of a Python integer that does not fit `dtype`. NumPy takes integers through
/// a C `long` first, so what does not fit that has another text; `uint32` and `uint64` read an
/// unsigned one. `value` may be saturated, `text` is what the message shows.
pub fn integer_out_of_bounds(value: i128, text: &str, dtype: DType) -> Error {
    let high = match dtype {
        DType::U32 | DType::U64 => u64::MAX as i128,
        _ => i64::MAX as i128,
    };
    if value > high || value < i64::MIN as i128 {
        return Error::overflow("Python int too large to convert to C long");
    }
    Error::overflow(format!("Python integer {text} out of bounds for {dtype}"))
}

macro_rules! from_int {
    ($($ty:ty)*) => { $( impl From<$ty> for Scalar { fn from(v: $ty) -> Self { Scalar::Int(v as i128) } } )* };
}
from_int!(i8 i16 i32 i64 u8 u16 u32 u64 usize isize);

impl From<bool> for Scalar {
    fn from(v: bool) -> Self {
        Scalar::Bool(v)
    }
}

impl From<f64> for Scalar {
    fn from(v: f64) -> Self {
        Scalar::Float(v)
    }
}

impl From<C128> for Scalar {
    fn from(v: C128) -> Self {
        Scalar::Complex(v)
    }
}
