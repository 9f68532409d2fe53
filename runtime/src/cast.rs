//! Conversion loops between every pair of element types.
//!
//! # Unsafe contract
//! A [`CastLoop`] reads `n` elements from `src` (`src_stride` bytes apart) and writes as many to
//! `dst`. Both ranges must be valid (of any alignment) and must not overlap unless they are
//! element-wise identical. It returns the floating-point flags that the hardware does not
//! raise by itself.
//!
//! Semantics are those of a C conversion on x86-64, which is what NumPy shows: floats truncate,
//! out-of-range values become the minimum of the 32- or 64-bit register (then wrap into narrower
//! types) and set `invalid`.

use half::f16;
use num_complex::Complex;

use crate::dtype::{Bool, C64, C128, DType};
use crate::fpflags::FpFlags;

/// A conversion loop; see the file head.
pub type CastLoop = unsafe fn(
    src: *const u8,
    src_stride: isize,
    dst: *mut u8,
    dst_stride: isize,
    n: usize,
) -> FpFlags;

/// Conversion of one value to `D`; the flag is set for a value that has no meaning in `D`.
pub trait Cast<D> {
    /// Converts.
    fn cast(self, invalid: &mut bool) -> D;
}

macro_rules! matrix {
    ($how:ident [$($s:ty)*] $d:tt) => { $( matrix!(@row $how $s, $d); )* };
    (@row $how:ident $s:ty, [$($d:ty)*]) => { $( $how!($s, $d); )* };
}

macro_rules! numeric_as {
    ($s:ty, $d:ty) => {
        impl Cast<$d> for $s {
            #[inline(always)]
            fn cast(self, _: &mut bool) -> $d {
                self as $d
            }
        }
    };
}
matrix!(numeric_as [i8 i16 i32 i64 u8 u16 u32 u64] [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64]);
matrix!(numeric_as [f32 f64] [f32 f64]);

/// Through a 32-bit register.
#[inline(always)]
fn to_i32(x: f64, invalid: &mut bool) -> i32 {
    let fits = x > -2147483649.0 && x < 2147483648.0;
    *invalid |= !fits;
    if fits { x as i32 } else { i32::MIN }
}

/// Through a 64-bit register.
#[inline(always)]
fn to_i64(x: f64, invalid: &mut bool) -> i64 {
    let fits = (-9223372036854775808.0..9223372036854775808.0).contains(&x);
    *invalid |= !fits;
    if fits { x as i64 } else { i64::MIN }
}

/// `uint64` takes the upper half of its range through a subtraction, which is why values beyond
/// that range end up at 0 and not at the minimum.
#[inline(always)]
fn to_u64(x: f64, invalid: &mut bool) -> u64 {
    const HALF: f64 = 9223372036854775808.0;
    if x >= HALF {
        return (to_i64(x - HALF, invalid) as u64) ^ (1 << 63);
    }
    to_i64(x, invalid) as u64
}

macro_rules! float_to_int {
    ($s:ty, $d:ty) => {
        impl Cast<$d> for $s {
            #[inline(always)]
            fn cast(self, invalid: &mut bool) -> $d {
                const NARROW: bool = size_of::<$d>() < 4 || (size_of::<$d>() == 4 && <$d>::MIN != 0);
                if NARROW {
                    to_i32(self as f64, invalid) as $d
                } else if size_of::<$d>() == 8 && <$d>::MIN == 0 {
                    to_u64(self as f64, invalid) as $d
                } else {
                    to_i64(self as f64, invalid) as $d
                }
            }
        }
    };
}
matrix!(float_to_int [f32 f64] [i8 i16 i32 i64 u8 u16 u32 u64]);

macro_rules! half_to {
    ($s:ty, $d:ty) => {
        impl Cast<$d> for $s {
            #[inline(always)]
            fn cast(self, invalid: &mut bool) -> $d {
                Cast::<$d>::cast(self.to_f32(), invalid)
            }
        }
    };
}
matrix!(half_to [f16] [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64]);

/// The nearest half, rounded once: the processor converts through `f32`, which
/// rounds twice. What does not fit that is folded into its last bit first, so
/// that the second rounding knows of it (Boldo, Melquiond: "When double
/// rounding is odd").
pub fn half_from_f64(x: f64) -> f16 {
    const BELOW_F32: u64 = (1 << 29) - 1;
    let bits = x.to_bits();
    let odd = u64::from(bits & BELOW_F32 != 0) << 29;
    f16::from_f64(f64::from_bits(bits & !BELOW_F32 | odd))
}

macro_rules! to_half {
    ($s:ty, $d:ty) => {
        impl Cast<f16> for $s {
            #[inline(always)]
            fn cast(self, _: &mut bool) -> f16 {
                half_from_f64(self as f64)
            }
        }
    };
}
matrix!(to_half [i8 i16 i32 i64 u8 u16 u32 u64 f64] [f16]);

impl Cast<f16> for f32 {
    #[inline(always)]
    fn cast(self, _: &mut bool) -> f16 {
        f16::from_f32(self)
    }
}
impl Cast<f16> for f16 {
    #[inline(always)]
    fn cast(self, _: &mut bool) -> f16 {
        self
    }
}

macro_rules! from_bool {
    ($s:ty, $d:ty) => {
        impl Cast<$d> for Bool {
            #[inline(always)]
            fn cast(self, invalid: &mut bool) -> $d {
                Cast::<$d>::cast(self.get() as u8, invalid)
            }
        }
    };
}
matrix!(from_bool [Bool] [i8 i16 i32 i64 u8 u16 u32 u64 f16 f32 f64 C64 C128]);

macro_rules! to_bool {
    ($s:ty, $d:ty) => {
        impl Cast<Bool> for $s {
            #[inline(always)]
            fn cast(self, _: &mut bool) -> Bool {
                Bool::from(self != <$s>::default())
            }
        }
    };
}
matrix!(to_bool [i8 i16 i32 i64 u8 u16 u32 u64 f16 f32 f64 C64 C128] [Bool]);

impl Cast<Bool> for Bool {
    #[inline(always)]
    fn cast(self, _: &mut bool) -> Bool {
        Bool::from(self.get())
    }
}

macro_rules! real_to_complex {
    ($s:ty, $d:ty) => {
        impl Cast<Complex<$d>> for $s {
            #[inline(always)]
            fn cast(self, invalid: &mut bool) -> Complex<$d> {
                Complex::new(Cast::<$d>::cast(self, invalid), 0.0)
            }
        }
    };
}
matrix!(real_to_complex [i8 i16 i32 i64 u8 u16 u32 u64 f16 f32 f64] [f32 f64]);

macro_rules! complex_to_real {
    ($s:ty, $d:ty) => {
        impl Cast<$d> for Complex<$s> {
            #[inline(always)]
            fn cast(self, invalid: &mut bool) -> $d {
                Cast::<$d>::cast(self.re, invalid)
            }
        }
    };
}
matrix!(complex_to_real [f32 f64] [i8 i16 i32 i64 u8 u16 u32 u64 f16 f32 f64]);

macro_rules! complex_to_complex {
    ($s:ty, $d:ty) => {
        impl Cast<Complex<$d>> for Complex<$s> {
            #[inline(always)]
            fn cast(self, _: &mut bool) -> Complex<$d> {
                Complex::new(self.re as $d, self.im as $d)
            }
        }
    };
}
matrix!(complex_to_complex [f32 f64] [f32 f64]);

/// # Safety
/// See the file head.
unsafe fn cast_loop<S: Copy + Cast<D>, D>(
    src: *const u8,
    src_stride: isize,
    dst: *mut u8,
    dst_stride: isize,
    n: usize,
) -> FpFlags {
    let mut invalid = false;
    // SAFETY: by the contract all `n` elements of both sides are valid.
    unsafe {
        if src_stride == size_of::<S>() as isize && dst_stride == size_of::<D>() as isize {
            let (src, dst) = (src.cast::<S>(), dst.cast::<D>());
            for i in 0..n {
                dst.add(i).write_unaligned(src.add(i).read_unaligned().cast(&mut invalid));
            }
        } else {
            let (mut src, mut dst) = (src, dst);
            for _ in 0..n {
                dst.cast::<D>().write_unaligned(src.cast::<S>().read_unaligned().cast(&mut invalid));
                src = src.wrapping_offset(src_stride);
                dst = dst.wrapping_offset(dst_stride);
            }
        }
    }
    if invalid { FpFlags::INVALID } else { FpFlags::NONE }
}

/// A plain copy: no conversion, so bytes are moved as they are.
///
/// # Safety
/// See the file head.
unsafe fn copy_loop<T: Copy>(
    src: *const u8,
    src_stride: isize,
    dst: *mut u8,
    dst_stride: isize,
    n: usize,
) -> FpFlags {
    let size = size_of::<T>() as isize;
    // SAFETY: by the contract all `n` elements of both sides are valid; `ptr::copy` and the
    // element loop both allow identical ranges.
    unsafe {
        if src_stride == size && dst_stride == size {
            std::ptr::copy(src, dst, n * size_of::<T>());
        } else if src_stride == 0 && dst_stride == size {
            let value = src.cast::<T>().read_unaligned();
            let dst = dst.cast::<T>();
            for i in 0..n {
                dst.add(i).write_unaligned(value);
            }
        } else {
            let (mut src, mut dst) = (src, dst);
            for _ in 0..n {
                dst.cast::<T>().write_unaligned(src.cast::<T>().read_unaligned());
                src = src.wrapping_offset(src_stride);
                dst = dst.wrapping_offset(dst_stride);
            }
        }
    }
    FpFlags::NONE
}

/// The loop that converts `from` to `to`.
pub fn cast_fn(from: DType, to: DType) -> CastLoop {
    if from == to {
        return with_dtype!(from, T => copy_loop::<T>);
    }
    with_dtype!(from, S => with_dtype!(to, D => cast_loop::<S, D>))
}
