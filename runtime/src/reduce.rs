//! Statistics over axes: `sum`, `mean`, `var`, extrema and their places, truth, counts.
//!
//! Most of them are reductions of the ufunc table; what is here are the rules on types and the
//! two-step formulas. Results come with the floating-point conditions for the caller to report.
//!
//! `unsafe` room: inner loops read elements at `start + i * stride` that the
//! walk over the operand gives them.

use num_complex::Complex;
use smallvec::SmallVec;

use crate::array::{Array, Order, normalize_axes};
use crate::dtype::{Bool, Casting, DType, Element};
use crate::error::{Error, Result};
use crate::fpflags::FpFlags;
use crate::iter::{Walk, WalkOrder};
use crate::scalar::Scalar;
use crate::ufunc::{self, CallOptions, Operand, ReduceOptions, Ufunc, reduced_shape};

/// Keyword arguments common to reductions.
#[derive(Clone, Copy, Default)]
pub struct Reduction<'a> {
    /// Axes, possibly negative; `None` means all.
    pub axes: Option<&'a [isize]>,
    /// Type of computation and result.
    pub dtype: Option<DType>,
    /// Where the result goes.
    pub out: Option<&'a Array>,
    /// Keep reduced axes with length 1.
    pub keepdims: bool,
    /// Start value.
    pub initial: Option<Scalar>,
    /// Elements to include.
    pub where_: Option<&'a Array>,
}

fn table(name: &str) -> Result<&'static Ufunc> {
    ufunc::by_name(name).ok_or_else(|| Error::runtime(format!("no ufunc {name}")))
}

/// Any reduction of the ufunc table by name, with axes that may be negative.
pub fn reduce(name: &str, array: &Array, arguments: &Reduction) -> Result<(Array, FpFlags)> {
    let axes = match arguments.axes {
        Some(axes) => Some(normalize_axes(axes, array.ndim())?),
        None => None,
    };
    table(name)?.reduce(
        array,
        &ReduceOptions {
            axes: axes.as_deref(),
            dtype: arguments.dtype,
            out: arguments.out,
            keepdims: arguments.keepdims,
            without_identity: false,
            initial: arguments.initial,
            where_: arguments.where_,
        },
    )
}

/// `np.sum`
pub fn sum(array: &Array, arguments: &Reduction) -> Result<(Array, FpFlags)> {
    reduce("add", array, arguments)
}

/// `np.prod`
pub fn prod(array: &Array, arguments: &Reduction) -> Result<(Array, FpFlags)> {
    reduce("multiply", array, arguments)
}

/// `np.max`
pub fn max(array: &Array, arguments: &Reduction) -> Result<(Array, FpFlags)> {
    reduce("maximum", array, arguments)
}

/// `np.min`
pub fn min(array: &Array, arguments: &Reduction) -> Result<(Array, FpFlags)> {
    reduce("minimum", array, arguments)
}

/// `np.any`
pub fn any(array: &Array, arguments: &Reduction) -> Result<Array> {
    Ok(reduce("logical_or", array, arguments)?.0)
}

/// `np.all`
pub fn all(array: &Array, arguments: &Reduction) -> Result<Array> {
    Ok(reduce("logical_and", array, arguments)?.0)
}

/// `np.ptp`: maximum minus minimum.
pub fn ptp(array: &Array, arguments: &Reduction) -> Result<(Array, FpFlags)> {
    let (high, _) = max(array, arguments)?;
    let (low, _) = min(array, &Reduction { out: None, ..*arguments })?;
    let out = table("subtract")?.call(
        &[Operand::Array(&high), Operand::Array(&low)],
        &CallOptions::default(),
    )?;
    let flags = out.flags;
    first(out).map(|a| (a, flags))
}

fn first(out: ufunc::Outputs) -> Result<Array> {
    out.arrays.into_iter().next().ok_or_else(|| Error::runtime("ufunc without output"))
}

/// `np.cumsum` (`name = "add"`) and `np.cumprod` (`"multiply"`); `None` flattens first.
pub fn cumulative(
    name: &str,
    array: &Array,
    axis: Option<isize>,
    dtype: Option<DType>,
    out: Option<&Array>,
) -> Result<(Array, FpFlags)> {
    let (source, axis) = match axis {
        None => (array.ravel(Order::C)?, 0),
        Some(axis) if array.ndim() == 0 => {
            (array.reshape(&[1], Order::C)?, crate::array::normalize_axis(axis, 1)?)
        }
        Some(axis) => (array.clone(), array.axis(axis)?),
    };
    table(name)?.accumulate(&source, axis, dtype, out)
}

/// Number of elements that go into each result.
pub fn reduced_count(array: &Array, axes: Option<&[isize]>) -> Result<usize> {
    Ok(match axes {
        None => array.size(),
        Some(axes) => {
            normalize_axes(axes, array.ndim())?.iter().map(|&a| array.shape()[a]).product()
        }
    })
}

/// The element counts of a masked reduction, or the plain count.
enum Count {
    All(usize),
    Masked(Array),
}

impl Count {
    fn of(array: &Array, arguments: &Reduction) -> Result<Count> {
        let Some(mask) = arguments.where_ else {
            return Ok(Count::All(reduced_count(array, arguments.axes)?));
        };
        let mask = mask.broadcast_to(array.shape())?;
        let plain = Reduction { axes: arguments.axes, keepdims: arguments.keepdims, dtype: Some(DType::I64), ..Default::default() };
        Ok(Count::Masked(sum(&mask, &plain)?.0))
    }
}

/// Divides a sum in place (`less` is subtracted from the count, but not below zero).
fn divide(total: &Array, count: &Count, less: f64) -> Result<FpFlags> {
    let divide = table("divide")?;
    let options = CallOptions { out: &[Some(total)], casting: Casting::Unsafe, ..Default::default() };
    let flags = match count {
        Count::All(n) => {
            // A strong type: `complex64` and `float16` are divided in double precision.
            let divisor = Operand::Typed(Scalar::Float((*n as f64 - less).max(0.0)), DType::F64);
            divide.call(&[Operand::Array(total), divisor], &options)?.flags
        }
        Count::Masked(counts) => {
            let counts = counts.astype(DType::F64, Order::K, Casting::Unsafe)?.0;
            let reduced = first(table("subtract")?.call(
                &[Operand::Array(&counts), Operand::Python(Scalar::Float(less))],
                &CallOptions::default(),
            )?)?;
            let divisor = first(table("maximum")?.call(
                &[Operand::Array(&reduced), Operand::Python(Scalar::Float(0.0))],
                &CallOptions::default(),
            )?)?;
            divide.call(&[Operand::Array(total), Operand::Array(&divisor)], &options)?.flags
        }
    };
    Ok(flags)
}

/// The type sums for means are taken in, and the type of the mean.
fn mean_types(dtype: DType, requested: Option<DType>) -> (DType, DType) {
    match requested {
        Some(dtype) => (dtype, dtype),
        None if !dtype.is_inexact() => (DType::F64, DType::F64),
        None if dtype == DType::F16 => (DType::F32, DType::F16),
        None => (dtype, dtype),
    }
}

/// Puts a result computed in a wider type where it belongs.
fn deliver(total: Array, dtype: DType, out: Option<&Array>) -> Result<Array> {
    match out {
        Some(out) => {
            out.assign(&total)?;
            Ok(out.clone())
        }
        None => total.cast_to(dtype),
    }
}

/// `np.mean`. Whether the slice was empty is for the caller to warn about
/// ([`reduced_count`] is 0).
pub fn mean(array: &Array, arguments: &Reduction) -> Result<(Array, FpFlags)> {
    let (working, result) = mean_types(array.dtype(), arguments.dtype);
    let count = Count::of(array, arguments)?;
    let (total, flags) =
        sum(array, &Reduction { dtype: Some(working), out: None, ..*arguments })?;
    let flags = flags | divide(&total, &count, 0.0)?;
    Ok((deliver(total, result, arguments.out)?, flags))
}

/// `np.var`: mean squared distance from the mean, computed in two passes; the divisor is
/// `count - ddof`, not below zero.
pub fn var(array: &Array, arguments: &Reduction, ddof: f64) -> Result<(Array, FpFlags)> {
    // Unlike the mean, the variance of `float16` stays in that type throughout.
    let plain = if array.dtype().is_inexact() { array.dtype() } else { DType::F64 };
    let (working, result) = (arguments.dtype.unwrap_or(plain), arguments.dtype.unwrap_or(plain));
    let count = Count::of(array, &Reduction { keepdims: true, ..*arguments })?;
    let keep = Reduction {
        dtype: Some(working),
        out: None,
        keepdims: true,
        initial: None,
        ..*arguments
    };
    let (center, mut flags) = sum(array, &keep)?;
    flags |= divide(&center, &count, 0.0)?;
    let distance = table("subtract")?.call(
        &[Operand::Array(array), Operand::Array(&center)],
        &CallOptions::default(),
    )?;
    flags |= distance.flags;
    let distance = first(distance)?;
    let squares = if distance.dtype().is_complex() {
        squared_modulus(&distance)?
    } else {
        let out = [Some(&distance)];
        let call = table("multiply")?.call(
            &[Operand::Array(&distance), Operand::Array(&distance)],
            &CallOptions { out: &out, casting: Casting::Unsafe, ..Default::default() },
        )?;
        flags |= call.flags;
        distance.clone()
    };
    let (working, result) = (working.real_part(), result.real_part());
    let (total, more) = sum(
        &squares,
        &Reduction { dtype: Some(working), out: None, initial: None, ..*arguments },
    )?;
    flags |= more;
    let count = match count {
        Count::Masked(counts) if !arguments.keepdims => Count::Masked(counts.reshape_to(total.shape())?),
        other => other,
    };
    flags |= divide(&total, &count, ddof)?;
    Ok((deliver(total, result, arguments.out)?, flags))
}

/// `np.std`: the square root of [`var`].
pub fn std(array: &Array, arguments: &Reduction, ddof: f64) -> Result<(Array, FpFlags)> {
    let (variance, flags) = var(array, arguments, ddof)?;
    let out = [Some(&variance)];
    let root = table("sqrt")?.call(
        &[Operand::Array(&variance)],
        &CallOptions { out: &out, casting: Casting::Unsafe, ..Default::default() },
    )?;
    Ok((variance, flags | root.flags))
}

/// `re² + im²` of a complex array.
fn squared_modulus(array: &Array) -> Result<Array> {
    let part = |imaginary| {
        array.complex_part(imaginary).ok_or_else(|| Error::runtime("complex array expected"))
    };
    let (re, im) = (part(false)?, part(true)?);
    let square = |a: &Array| {
        first(table("multiply")?.call(&[Operand::Array(a), Operand::Array(a)], &CallOptions::default())?)
    };
    let (a, b) = (square(&re)?, square(&im)?);
    first(table("add")?.call(&[Operand::Array(&a), Operand::Array(&b)], &CallOptions::default())?)
}

/// `np.count_nonzero` along axes.
pub fn count_nonzero(array: &Array, axes: Option<&[isize]>, keepdims: bool) -> Result<Array> {
    let mask = array.cast_to(DType::Bool)?;
    if axes.is_none() && !keepdims {
        return Array::from_scalar(Scalar::from(crate::index::count_true(&mask)), DType::I64);
    }
    Ok(sum(&mask, &Reduction { axes, keepdims, dtype: Some(DType::I64), ..Default::default() })?.0)
}

/// Elements that `argmax` and `argmin` compare.
trait Extreme: Element {
    /// Strictly better than `other` for the search, a NaN being best.
    fn beats(self, other: Self, maximum: bool) -> bool;
    /// Nothing can beat it.
    fn is_final(self, maximum: bool) -> bool;
    /// Whether it is what the search for `wanted` looks for (a NaN for a NaN).
    fn matches(self, wanted: Self) -> bool;
}

impl Extreme for Bool {
    #[inline(always)]
    fn beats(self, other: Self, maximum: bool) -> bool {
        if maximum { self.get() & !other.get() } else { !self.get() & other.get() }
    }
    #[inline(always)]
    fn is_final(self, maximum: bool) -> bool {
        self.get() == maximum
    }
    #[inline(always)]
    fn matches(self, wanted: Self) -> bool {
        self.get() == wanted.get()
    }
}

macro_rules! extreme_integers {
    ($($ty:ty)*) => { $(
        impl Extreme for $ty {
            #[inline(always)]
            fn beats(self, other: Self, maximum: bool) -> bool {
                if maximum { self > other } else { self < other }
            }
            #[inline(always)]
            fn is_final(self, _: bool) -> bool { false }
            #[inline(always)]
            fn matches(self, wanted: Self) -> bool { self == wanted }
        }
    )* };
}
extreme_integers!(i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! extreme_floats {
    ($($ty:ty)*) => { $(
        impl Extreme for $ty {
            #[inline(always)]
            fn beats(self, other: Self, maximum: bool) -> bool {
                (if maximum { self > other } else { self < other }) | (self.is_nan() & !other.is_nan())
            }
            #[inline(always)]
            fn is_final(self, _: bool) -> bool { self.is_nan() }
            #[inline(always)]
            fn matches(self, wanted: Self) -> bool {
                (self == wanted) | (self.is_nan() & wanted.is_nan())
            }
        }
    )* };
}
extreme_floats!(half::f16 f32 f64);

macro_rules! extreme_complex {
    ($($ty:ty)*) => { $(
        impl Extreme for Complex<$ty> {
            fn beats(self, other: Self, maximum: bool) -> bool {
                let (a, b) = if maximum { (other, self) } else { (self, other) };
                a.re < b.re || (a.re == b.re && a.im < b.im) || (self.is_final(maximum) && !other.is_final(maximum))
            }
            fn is_final(self, _: bool) -> bool { self.re.is_nan() || self.im.is_nan() }
            fn matches(self, wanted: Self) -> bool { self == wanted }
        }
    )* };
}
extreme_complex!(f32 f64);

/// Position of the first element that matches; there is one.
///
/// # Safety
/// `n` elements of type `T` from `src`, `stride` bytes apart.
unsafe fn first_match<T: Extreme>(src: *const u8, stride: isize, n: usize, wanted: T) -> usize {
    // SAFETY: by the contract.
    let get = |i: usize| unsafe {
        src.wrapping_offset(i as isize * stride).cast::<T>().read_unaligned()
    };
    // A group is asked as a whole, which vectorises.
    const GROUP: usize = 32;
    let mut i = 0;
    if stride == size_of::<T>() as isize {
        while i + GROUP <= n {
            let mut any = false;
            for k in 0..GROUP {
                any |= get(i + k).matches(wanted);
            }
            if any {
                break;
            }
            i += GROUP;
        }
    }
    (i..n).find(|&k| get(k).matches(wanted)).unwrap_or(0)
}

/// Columns searched together by [`search_columns`].
const COLUMNS: usize = 64;

/// The search along `n` rows, `step` bytes apart, for `count` columns side by side.
///
/// # Safety
/// `n > 0` rows of `count` elements of type `T`; `count` results at `out`.
unsafe fn search_columns<T: Extreme>(
    src: *const u8,
    step: isize,
    n: usize,
    count: usize,
    maximum: bool,
    out: *mut i64,
) {
    let mut column = 0;
    while column < count {
        let width = (count - column).min(COLUMNS);
        let mut best = [T::default(); COLUMNS];
        let mut place = [0i64; COLUMNS];
        let line = src.wrapping_add(column * size_of::<T>());
        // SAFETY: by the contract, `width` elements in each row.
        let get = |row: usize, k: usize| unsafe {
            line.wrapping_offset(row as isize * step).cast::<T>().wrapping_add(k).read_unaligned()
        };
        for (k, slot) in best[..width].iter_mut().enumerate() {
            *slot = get(0, k);
        }
        for row in 1..n {
            for k in 0..width {
                let value = get(row, k);
                let better = value.beats(best[k], maximum);
                best[k] = if better { value } else { best[k] };
                place[k] = if better { row as i64 } else { place[k] };
            }
        }
        for (k, place) in place[..width].iter().enumerate() {
            // SAFETY: by the contract.
            unsafe { out.add(column + k).write(*place) };
        }
        column += width;
    }
}

/// # Safety
/// `n > 0` elements of type `T` from `src`, `stride` bytes apart.
unsafe fn search<T: Extreme>(
    src: *const u8,
    stride: isize,
    n: usize,
    maximum: bool,
    fold: Option<ufunc::kernel::ReduceLoop>,
) -> usize {
    // SAFETY: by the contract.
    let get = |i: usize| unsafe {
        src.wrapping_offset(i as isize * stride).cast::<T>().read_unaligned()
    };
    let mut best = get(0);
    let mut place = 0;
    if best.is_final(maximum) {
        return 0;
    }
    // Blocks first ask for their extremum, which vectorises, and are searched only if it is better.
    const BLOCK: usize = 1024;
    let mut i = 1;
    while i < n {
        let end = (i + BLOCK).min(n);
        let start = src.wrapping_offset(i as isize * stride);
        match fold {
            Some(fold) => {
                let mut extremum = best;
                // SAFETY: `end - i` elements from there.
                unsafe { fold((&raw mut extremum).cast(), start, stride, end - i) };
                if extremum.beats(best, maximum) {
                    // SAFETY: as above.
                    place = i + unsafe { first_match::<T>(start, stride, end - i, extremum) };
                    best = extremum;
                    if best.is_final(maximum) {
                        return place;
                    }
                }
            }
            None => {
                for k in i..end {
                    let value = get(k);
                    if value.beats(best, maximum) {
                        (best, place) = (value, k);
                        if best.is_final(maximum) {
                            return place;
                        }
                    }
                }
            }
        }
        i = end;
    }
    place
}

/// `np.argmax` or `np.argmin`: position of the first extremum (the first NaN, if any) as `int64`.
///
/// # Errors
/// `ValueError: attempt to get argmax of an empty sequence`
pub fn arg_extremum(
    array: &Array,
    axis: Option<isize>,
    keepdims: bool,
    maximum: bool,
) -> Result<Array> {
    let flat = axis.is_none();
    let (source, axis) = match axis {
        None => (array.ravel(Order::C)?, 0),
        Some(axis) if array.ndim() == 0 => {
            (array.reshape(&[1], Order::C)?, crate::array::normalize_axis(axis, 1)?)
        }
        Some(axis) => (array.clone(), array.axis(axis)?),
    };
    let n = source.shape()[axis];
    let shape = if flat {
        if keepdims { SmallVec::from_elem(1, array.ndim()) } else { SmallVec::new() }
    } else {
        reduced_shape(array.shape(), &[axis], keepdims)
    };
    if n == 0 {
        let name = if maximum { "argmax" } else { "argmin" };
        return Err(Error::value(format!("attempt to get {name} of an empty sequence")));
    }
    let result = Array::empty(&shape, DType::I64, Order::C)?;
    if result.size() == 0 {
        return Ok(result);
    }
    // The fold of `maximum` or `minimum`, where it is vectorised.
    let fold = table(if maximum { "maximum" } else { "minimum" })?
        .resolve_types(&[source.dtype(); 2])?
        .fold
        .filter(|_| source.dtype() != DType::F16 && !source.dtype().is_complex());
    let lines = source.size() / n;
    let flat_result = result.reshape_to(&[lines])?;
    let mut lines_shape = crate::iter::Shape::from_slice(source.shape());
    let mut lines_strides = crate::iter::Strides::from_slice(source.strides());
    lines_shape.remove(axis);
    let step = lines_strides.remove(axis);
    let mut out = flat_result.data().cast::<i64>();
    Walk::new(&lines_shape, &[(source.data(), &lines_strides)], WalkOrder::C).for_each(|p, count, s| {
        let size = source.itemsize() as isize;
        if s[0] == size && step != size && count >= 8 {
            // SAFETY: each line has `n` elements; there is one result per line.
            unsafe {
                with_dtype!(source.dtype(), T => search_columns::<T>(p[0], step, n, count, maximum, out));
            }
            out = out.wrapping_add(count);
            return;
        }
        for i in 0..count as isize {
            let line = p[0].wrapping_offset(i * s[0]);
            // SAFETY: each line has `n` elements; there is one result per line.
            unsafe {
                let place = with_dtype!(source.dtype(), T => search::<T>(line, step, n, maximum, fold));
                out.write(place as i64);
            }
            out = out.wrapping_add(1);
        }
    });
    Ok(result)
}
