//! Pairwise summation with NumPy's exact splitting, so that sums have NumPy's bits.
//!
//! # Unsafe contract
//! That of a [`ReduceLoop`](super::kernel::ReduceLoop).
//!
//! The order of additions: fewer than 8 terms go one after the other starting from -0.0; up to
//! 128 terms go to eight running sums that are combined as `((0+1)+(2+3))+((4+5)+(6+7))`, then the
//! remainder is added in order; more terms are split in two at half the count rounded down to a
//! multiple of 8. Complex numbers do this on real and imaginary parts, counting both parts as
//! terms. `float16` is summed in single precision and rounded once.

use half::f16;
use num_complex::Complex;

use super::kernel::has_avx2;
use crate::fpflags::FpFlags;

const BLOCK: usize = 128;

/// Real types that are summed pairwise.
pub trait Real: Copy + std::ops::Add<Output = Self> {
    /// The neutral element of addition, keeping the sign of zero.
    const NEGATIVE_ZERO: Self;
}
impl Real for f32 {
    const NEGATIVE_ZERO: f32 = -0.0;
}
impl Real for f64 {
    const NEGATIVE_ZERO: f64 = -0.0;
}

/// At most [`BLOCK`] contiguous terms.
#[inline(always)]
unsafe fn block_contiguous<T: Real>(src: *const T, n: usize) -> T {
    // SAFETY: `src` has `n` elements.
    unsafe {
        if n < 8 {
            let mut sum = T::NEGATIVE_ZERO;
            for i in 0..n {
                sum = sum + src.add(i).read_unaligned();
            }
            return sum;
        }
        let mut r = src.cast::<[T; 8]>().read_unaligned();
        let mut i = 8;
        while i + 8 <= n {
            let x = src.add(i).cast::<[T; 8]>().read_unaligned();
            for k in 0..8 {
                r[k] = r[k] + x[k];
            }
            i += 8;
        }
        let mut sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
        while i < n {
            sum = sum + src.add(i).read_unaligned();
            i += 1;
        }
        sum
    }
}

macro_rules! contiguous_recursion {
    ($name:ident, $ty:ty, $($attr:meta),*) => {
        $(#[$attr])*
        unsafe fn $name(src: *const $ty, n: usize) -> $ty {
            // SAFETY: `src` has `n` elements; both halves lie inside.
            unsafe {
                if n <= BLOCK {
                    return block_contiguous(src, n);
                }
                let half = n / 2;
                let half = half - half % 8;
                $name(src, half) + $name(src.add(half), n - half)
            }
        }
    };
}
#[cfg(target_arch = "x86_64")]
contiguous_recursion!(f64_avx2, f64, target_feature(enable = "avx2"));
#[cfg(target_arch = "x86_64")]
contiguous_recursion!(f32_avx2, f32, target_feature(enable = "avx2"));
contiguous_recursion!(f64_base, f64,);
contiguous_recursion!(f32_base, f32,);

/// `n` terms given by index, any stride or conversion.
fn indexed<T: Real>(get: &impl Fn(usize) -> T, start: usize, n: usize) -> T {
    if n < 8 {
        let mut sum = T::NEGATIVE_ZERO;
        for i in 0..n {
            sum = sum + get(start + i);
        }
        return sum;
    }
    if n <= BLOCK {
        let mut r: [T; 8] = std::array::from_fn(|k| get(start + k));
        let mut i = 8;
        while i + 8 <= n {
            for (k, slot) in r.iter_mut().enumerate() {
                *slot = *slot + get(start + i + k);
            }
            i += 8;
        }
        let mut sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
        while i < n {
            sum = sum + get(start + i);
            i += 1;
        }
        return sum;
    }
    let half = n / 2;
    let half = half - half % 8;
    indexed(get, start, half) + indexed(get, start + half, n - half)
}

/// Complex sums: like [`indexed`] with `n` counting parts, four complex accumulators.
fn indexed_complex<T: Real>(get: &impl Fn(usize) -> Complex<T>, start: usize, parts: usize) -> Complex<T> {
    let add = |a: Complex<T>, b: Complex<T>| Complex { re: a.re + b.re, im: a.im + b.im };
    if parts < 8 {
        let mut sum = Complex { re: T::NEGATIVE_ZERO, im: T::NEGATIVE_ZERO };
        for i in 0..parts / 2 {
            sum = add(sum, get(start + i));
        }
        return sum;
    }
    if parts <= BLOCK {
        let mut r: [Complex<T>; 4] = std::array::from_fn(|k| get(start + k));
        let mut i = 8;
        while i + 8 <= parts {
            for (k, slot) in r.iter_mut().enumerate() {
                *slot = add(*slot, get(start + i / 2 + k));
            }
            i += 8;
        }
        let mut sum = add(add(r[0], r[1]), add(r[2], r[3]));
        while i < parts {
            sum = add(sum, get(start + i / 2));
            i += 2;
        }
        return sum;
    }
    let half = parts / 2;
    let half = half - half % 8;
    add(
        indexed_complex(get, start, half),
        indexed_complex(get, start + half / 2, parts - half),
    )
}

macro_rules! real_fold {
    ($name:ident, $ty:ty, $avx2:ident, $base:ident) => {
        /// Adds the pairwise sum of a run to `acc`.
        ///
        /// # Safety
        /// See the file head.
        pub unsafe fn $name(acc: *mut u8, src: *const u8, stride: isize, n: usize) -> FpFlags {
            // SAFETY: by the contract all elements are valid.
            unsafe {
                let sum = if stride == size_of::<$ty>() as isize {
                    if has_avx2() { $avx2(src.cast(), n) } else { $base(src.cast(), n) }
                } else {
                    let get = |i: usize| {
                        src.wrapping_offset(i as isize * stride).cast::<$ty>().read_unaligned()
                    };
                    indexed(&get, 0, n)
                };
                let acc = acc.cast::<$ty>();
                acc.write_unaligned(acc.read_unaligned() + sum);
            }
            FpFlags::NONE
        }
    };
}
#[cfg(not(target_arch = "x86_64"))]
use {f32_base as f32_avx2, f64_base as f64_avx2};
real_fold!(fold_f64, f64, f64_avx2, f64_base);
real_fold!(fold_f32, f32, f32_avx2, f32_base);

/// Adds the pairwise sum of a run of `float16` to `acc`.
///
/// # Safety
/// See the file head.
pub unsafe fn fold_f16(acc: *mut u8, src: *const u8, stride: isize, n: usize) -> FpFlags {
    // SAFETY: by the contract all elements are valid.
    unsafe {
        let get = |i: usize| {
            src.wrapping_offset(i as isize * stride).cast::<f16>().read_unaligned().to_f32()
        };
        let sum = indexed(&get, 0, n);
        let acc = acc.cast::<f16>();
        acc.write_unaligned(f16::from_f32(acc.read_unaligned().to_f32() + sum));
    }
    FpFlags::NONE
}

macro_rules! complex_fold {
    ($name:ident, $ty:ty) => {
        /// Adds the pairwise sum of a run to `acc`.
        ///
        /// # Safety
        /// See the file head.
        pub unsafe fn $name(acc: *mut u8, src: *const u8, stride: isize, n: usize) -> FpFlags {
            // SAFETY: by the contract all elements are valid.
            unsafe {
                let get = |i: usize| {
                    src.wrapping_offset(i as isize * stride).cast::<Complex<$ty>>().read_unaligned()
                };
                let sum = indexed_complex(&get, 0, 2 * n);
                let acc = acc.cast::<Complex<$ty>>();
                acc.write_unaligned(acc.read_unaligned() + sum);
            }
            FpFlags::NONE
        }
    };
}
complex_fold!(fold_c64, f32);
complex_fold!(fold_c128, f64);
