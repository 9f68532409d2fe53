//! Arrays made from ranges and from other arrays: `arange`, `linspace`, `eye`, `concatenate`,
//! `where`, `take`, `repeat`, `interp`, `bincount`.
//!
//! # Unsafe contract
//! Pointers come from walks over arrays or from index checks, as in `index.rs`.

use num_complex::Complex;
use smallvec::SmallVec;

use crate::array::{Array, Order, normalize_axis};
use crate::cast::cast_fn;
use crate::dtype::{DType, promote_types};
use crate::error::{Error, Result, shape_text};
use crate::iter::{Shape, Strides, Walk, WalkOrder, broadcast_shapes, broadcast_strides};
use crate::scalar::Scalar;
use crate::ufunc::Operand;

/// `np.arange(start, stop, step)` of the given type.
///
/// The length is `ceil((stop - start) / step)`; element `i` is `start + i * delta` with
/// `delta = (start + step) - start` computed in the element type, as NumPy fills it.
///
/// # Errors
/// `ZeroDivisionError` for step 0, `ValueError` for lengths that are too large or undefined.
pub fn arange(start: Scalar, stop: Scalar, step: Scalar, dtype: DType) -> Result<Array> {
    progression(start, add(start, step), arange_len(start, stop, step)?, dtype)
}

/// `n` elements that begin with `start` and `next` and go on at that distance.
///
/// # Errors
/// `TypeError` for more than two booleans, `OverflowError` if `start` or `next` is no value of the
/// type, `MemoryError`.
pub fn progression(start: Scalar, next: Scalar, n: usize, dtype: DType) -> Result<Array> {
    if dtype == DType::Bool && n > 2 {
        return Err(Error::type_error(
            "arange() is only supported for booleans when the result has at most length 2.",
        ));
    }
    let array = Array::empty(&[n], dtype, Order::C)?;
    if n == 0 {
        return Ok(array);
    }
    macro_rules! fill {
        ($ty:ty, |$i:ident, $first:ident, $delta:ident| $value:expr, $delta_of:expr) => {{
            // SAFETY: the array has `n` elements of that type, the first two are stored before
            // they are read.
            unsafe {
                let data = array.data().cast::<$ty>();
                start.store(dtype, data.cast())?;
                if n > 1 {
                    next.store(dtype, data.add(1).cast())?;
                    let $first = *data;
                    let delta_of: fn($ty, $ty) -> $ty = $delta_of;
                    let $delta = delta_of(*data.add(1), $first);
                    for $i in 2..n {
                        data.add($i).write($value);
                    }
                }
            }
        }};
    }
    macro_rules! fill_int {
        ($ty:ty) => {
            fill!($ty, |i, first, delta| first.wrapping_add((i as $ty).wrapping_mul(delta)), |b, a| b.wrapping_sub(a))
        };
    }
    macro_rules! fill_float {
        ($ty:ty) => {
            fill!($ty, |i, first, delta| first + i as $ty * delta, |b, a| b - a)
        };
    }
    macro_rules! fill_complex {
        ($ty:ty) => {
            fill!(Complex<$ty>, |i, first, delta| Complex::new(
                first.re + i as $ty * delta.re,
                first.im + i as $ty * delta.im
            ), |b, a| Complex::new(b.re - a.re, b.im - a.im))
        };
    }
    match dtype {
        DType::Bool => {
            let values = [start.is_true(), next.is_true()];
            for (i, v) in values.into_iter().enumerate().take(n) {
                array.set(&[i], Scalar::Bool(v))?;
            }
        }
        DType::I8 => fill_int!(i8),
        DType::I16 => fill_int!(i16),
        DType::I32 => fill_int!(i32),
        DType::I64 => fill_int!(i64),
        DType::U8 => fill_int!(u8),
        DType::U16 => fill_int!(u16),
        DType::U32 => fill_int!(u32),
        DType::U64 => fill_int!(u64),
        DType::F16 => {
            fill!(
                half::f16,
                |i, first, delta| half::f16::from_f32(first.to_f32() + i as f32 * delta.to_f32()),
                |b, a| half::f16::from_f32(b.to_f32() - a.to_f32())
            )
        }
        DType::F32 => fill_float!(f32),
        DType::F64 => fill_float!(f64),
        DType::C64 => fill_complex!(f32),
        DType::C128 => fill_complex!(f64),
    }
    Ok(array)
}

fn add(a: Scalar, b: Scalar) -> Scalar {
    match (a, b) {
        (Scalar::Complex(_), _) | (_, Scalar::Complex(_)) => {
            Scalar::Complex(a.to_complex() + b.to_complex())
        }
        (Scalar::Float(_), _) | (_, Scalar::Float(_)) => Scalar::Float(a.to_f64() + b.to_f64()),
        _ => Scalar::Int(a.to_i128().unwrap_or(0) + b.to_i128().unwrap_or(0)),
    }
}

fn too_large() -> Error {
    Error::value("Maximum allowed size exceeded")
}

/// The length of an `arange` of `steps` steps, whole or not.
///
/// # Errors
/// `ValueError` if that is no number or more than an array may have.
pub fn whole_steps(steps: f64) -> Result<usize> {
    if steps.is_nan() {
        return Err(Error::value("arange: cannot compute length"));
    }
    let steps = steps.ceil();
    if steps >= i64::MAX as f64 || steps < i64::MIN as f64 {
        return Err(too_large());
    }
    Ok(steps.max(0.0) as usize)
}

/// The length of an `arange`.
pub fn arange_len(start: Scalar, stop: Scalar, step: Scalar) -> Result<usize> {
    let inexact = |s: Scalar| matches!(s, Scalar::Float(_) | Scalar::Complex(_));
    if !step.is_true() {
        let float = [start, stop, step].iter().any(|s| matches!(s, Scalar::Float(_)));
        return Err(Error::zero_division(if float { "float division by zero" } else { "division by zero" }));
    }
    if inexact(start) || inexact(stop) || inexact(step) {
        let parts = |part: fn(Complex<f64>) -> f64| {
            let (a, b, s) = (start.to_complex(), stop.to_complex(), step.to_complex());
            (part(b) - part(a)) / part(s)
        };
        let mut length = parts(|c| c.re);
        if [start, stop, step].iter().any(|s| matches!(s, Scalar::Complex(_))) {
            let quotient = (stop.to_complex() - start.to_complex()) / step.to_complex();
            length = quotient.re.min(quotient.im);
        }
        if length == 0.0 && start.to_complex() != stop.to_complex() {
            // The quotient underflowed.
            return Ok(usize::from(!length.is_sign_negative()));
        }
        return whole_steps(length);
    }
    let int = |s: Scalar| s.to_i128().unwrap_or(0);
    let (distance, step) = (int(stop) - int(start), int(step));
    let length = if (distance > 0) == (step > 0) && distance != 0 {
        (distance.abs() - 1) / step.abs() + 1
    } else {
        0
    };
    usize::try_from(length).ok().filter(|&n| n <= isize::MAX as usize).ok_or_else(too_large)
}

/// `np.linspace` between floats: the values in `float64`, and the step (NaN if undefined).
///
/// Element `i` is `start + i * step`, except the last, which is exactly `stop`.
pub fn linspace(start: f64, stop: f64, num: usize, endpoint: bool) -> Result<(Array, f64)> {
    let array = Array::empty(&[num], DType::F64, Order::C)?;
    let intervals = if endpoint { num as f64 - 1.0 } else { num as f64 };
    let delta = stop - start;
    let step = if intervals > 0.0 { delta / intervals } else { f64::NAN };
    // SAFETY: the array has `num` elements of that type and is not shared yet.
    let values = unsafe { std::slice::from_raw_parts_mut(array.data().cast::<f64>(), num) };
    if intervals > 0.0 && step == 0.0 {
        // The step underflowed: divide first.
        for (i, value) in values.iter_mut().enumerate() {
            *value = i as f64 / intervals * delta + start;
        }
    } else {
        let width = if intervals > 0.0 { step } else { delta };
        for (i, value) in values.iter_mut().enumerate() {
            *value = i as f64 * width + start;
        }
    }
    if endpoint && let Some(last) = values[num.min(1)..].last_mut() {
        *last = stop;
    }
    Ok((array, step))
}

/// `np.eye(rows, columns, k)`.
pub fn eye(rows: usize, columns: usize, k: i64, dtype: DType, order: Order) -> Result<Array> {
    let array = Array::zeros(&[rows, columns], dtype, order)?;
    let one = Scalar::Int(1);
    for row in 0..rows as i64 {
        let column = row.saturating_add(k);
        if column >= 0 && column < columns as i64 {
            array.set(&[row as usize, column as usize], one)?;
        }
    }
    Ok(array)
}

/// `np.tri(rows, columns, k)`: ones at and below diagonal `k`.
pub fn tri(rows: usize, columns: usize, k: i64, dtype: DType) -> Result<Array> {
    let array = Array::zeros(&[rows, columns], dtype, Order::C)?;
    for row in 0..rows as i64 {
        let n = row.saturating_add(k).saturating_add(1).clamp(0, columns as i64) as usize;
        if n > 0 {
            let line = array.outer(row as usize);
            // SAFETY: the first `n <= columns` elements of the row.
            let part = unsafe {
                line.with_layout(line.data(), Shape::from_slice(&[n]), Strides::from_slice(line.strides()))
            };
            part.fill(Scalar::Int(1))?;
        }
    }
    Ok(array)
}

/// `np.concatenate` along an axis; `dtype` defaults to the promoted type.
///
/// # Errors
/// `ValueError` with NumPy's texts for operands that do not fit together.
pub fn concatenate(arrays: &[Array], axis: isize, dtype: Option<DType>, out: Option<&Array>) -> Result<Array> {
    let Some(first) = arrays.first() else {
        return Err(Error::value("need at least one array to concatenate"));
    };
    if first.ndim() == 0 {
        return Err(Error::value("zero-dimensional arrays cannot be concatenated"));
    }
    let axis = normalize_axis(axis, first.ndim())?;
    let mut shape = Shape::from_slice(first.shape());
    for (k, array) in arrays.iter().enumerate().skip(1) {
        if array.ndim() == 0 {
            return Err(Error::value("zero-dimensional arrays cannot be concatenated"));
        }
        if array.ndim() != first.ndim() {
            return Err(Error::value(format!(
                "all the input arrays must have same number of dimensions, but the array at index 0 has {} dimension(s) and the array at index {k} has {} dimension(s)",
                first.ndim(),
                array.ndim()
            )));
        }
        for d in 0..first.ndim() {
            if d == axis {
                shape[d] += array.shape()[d];
            } else if shape[d] != array.shape()[d] {
                return Err(Error::value(format!(
                    "all the input array dimensions except for the concatenation axis must match exactly, but along dimension {d}, the array at index 0 has size {} and the array at index {k} has size {}",
                    shape[d],
                    array.shape()[d]
                )));
            }
        }
    }
    let common = arrays.iter().map(Array::dtype).reduce(promote_types).unwrap_or(first.dtype());
    let result = match out {
        Some(out) if out.shape() != &shape[..] => {
            return Err(Error::value("Output array is the wrong shape"));
        }
        Some(out) => {
            out.check_writeable()?;
            out.clone()
        }
        None => {
            let fortran = shape.len() > 1
                && arrays.iter().all(Array::is_f_contiguous)
                && !arrays.iter().all(Array::is_c_contiguous);
            let order = if fortran { Order::F } else { Order::C };
            Array::empty(&shape, dtype.unwrap_or(common), order)?
        }
    };
    let mut start = 0;
    for array in arrays {
        let n = array.shape()[axis];
        let data = result.data().wrapping_offset(start as isize * result.strides()[axis]);
        // SAFETY: the parts along the axis add up to the result.
        let part = unsafe {
            result.with_layout(data, Shape::from_slice(array.shape()), Strides::from_slice(result.strides()))
        };
        part.copy_cast(array)?;
        start += n;
    }
    Ok(result)
}

/// `np.stack`: joins arrays of one shape along a new axis.
pub fn stack(arrays: &[Array], axis: isize, dtype: Option<DType>, out: Option<&Array>) -> Result<Array> {
    let Some(first) = arrays.first() else {
        return Err(Error::value("need at least one array to stack"));
    };
    if arrays.iter().any(|a| a.shape() != first.shape()) {
        return Err(Error::value("all input arrays must have the same shape"));
    }
    let axis = normalize_axis(axis, first.ndim() + 1)? as isize;
    let expanded: Vec<Array> = arrays.iter().map(|a| a.expand_dims(axis)).collect::<Result<_>>()?;
    concatenate(&expanded, axis, dtype, out)
}

/// `np.where(condition, x, y)`.
pub fn select(condition: &Array, x: &Operand, y: &Operand) -> Result<Array> {
    let maximum = crate::ufunc::by_name("maximum").ok_or_else(|| Error::runtime("no maximum"))?;
    let dtype = maximum.select(&[*x, *y], None)?.types[0];
    let mask = condition.cast_to(DType::Bool)?;
    let as_array = |operand: &Operand| -> Result<Array> {
        match operand {
            Operand::Array(a) => a.cast_to(dtype),
            Operand::Typed(v, _) | Operand::Python(v) => Array::from_scalar(*v, dtype),
        }
    };
    let (x, y) = (as_array(x)?, as_array(y)?);
    let shapes = [mask.shape(), x.shape(), y.shape()];
    let shape = broadcast_shapes(&shapes).ok_or_else(|| Error::broadcast(shapes))?;
    let result = Array::empty(&shape, dtype, Order::C)?;
    let spread = |a: &Array| broadcast_strides(a.shape(), a.strides(), &shape);
    let (ms, xs, ys) = (spread(&mask), spread(&x), spread(&y));
    let walk = Walk::new(
        &shape,
        &[
            (result.data(), result.strides()),
            (mask.data(), &ms),
            (x.data(), &xs),
            (y.data(), &ys),
        ],
        WalkOrder::Memory,
    );
    macro_rules! choose {
        ($ty:ty) => {
            walk.for_each(|p, n, s| {
                let size = size_of::<$ty>() as isize;
                // SAFETY: the walk stays inside all four operands.
                unsafe {
                    if s[0] == size && s[1] == 1 && s[2] == size && s[3] == size {
                        let (r, x, y) = (p[0].cast::<$ty>(), p[2].cast::<$ty>(), p[3].cast::<$ty>());
                        for i in 0..n {
                            let (a, b) = (x.add(i).read_unaligned(), y.add(i).read_unaligned());
                            r.add(i).write_unaligned(if *p[1].add(i) != 0 { a } else { b });
                        }
                    } else {
                        for i in 0..n as isize {
                            let a = p[2].wrapping_offset(i * s[2]).cast::<$ty>().read_unaligned();
                            let b = p[3].wrapping_offset(i * s[3]).cast::<$ty>().read_unaligned();
                            let on = *p[1].wrapping_offset(i * s[1]) != 0;
                            p[0].wrapping_offset(i * s[0])
                                .cast::<$ty>()
                                .write_unaligned(if on { a } else { b });
                        }
                    }
                }
            })
        };
    }
    match dtype.itemsize() {
        1 => choose!(u8),
        2 => choose!(u16),
        4 => choose!(u32),
        8 => choose!(u64),
        _ => choose!(u128),
    }
    Ok(result)
}

/// What `take` and `put` do with an index out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexMode {
    /// An error.
    Raise,
    /// Wrap around.
    Wrap,
    /// Use the nearest valid index.
    Clip,
}

impl IndexMode {
    /// The mode of that name.
    pub fn by_name(name: &str) -> Option<IndexMode> {
        match name {
            "raise" => Some(IndexMode::Raise),
            "wrap" => Some(IndexMode::Wrap),
            "clip" => Some(IndexMode::Clip),
            _ => None,
        }
    }

    fn resolve(self, index: i64, axis: usize, size: usize) -> Result<usize> {
        match self {
            IndexMode::Raise => crate::index::position(index, axis, size),
            IndexMode::Wrap => Ok(index.rem_euclid(size as i64) as usize),
            IndexMode::Clip => Ok(index.clamp(0, size as i64 - 1) as usize),
        }
    }
}

/// Integer indices as a C-ordered vector.
fn index_vector(indices: &Array) -> Result<Vec<i64>> {
    if indices.dtype().is_inexact() {
        return Err(Error::type_error(format!(
            "Cannot cast array data from dtype('{}') to dtype('int64') according to the rule 'safe'",
            indices.dtype()
        )));
    }
    indices.to_vec::<i64>()
}

/// `np.take(array, indices, axis, mode)`; `axis` of `None` means the flattened array.
pub fn take(array: &Array, indices: &Array, axis: Option<isize>, mode: IndexMode) -> Result<Array> {
    let (source, axis) = match axis {
        None => (array.ravel(Order::C)?, 0),
        Some(axis) if array.ndim() == 0 => (array.reshape(&[1], Order::C)?, normalize_axis(axis, 1)?),
        Some(axis) => (array.clone(), array.axis(axis)?),
    };
    let n = source.shape()[axis];
    if source.ndim() == 1
        && mode == IndexMode::Raise
        && indices.dtype() == DType::I64
        && indices.is_c_contiguous()
        && indices.is_aligned()
        && n > 0
    {
        // The common case in one pass over the indices.
        let count = indices.size();
        let mut offsets = crate::index::Offsets::zeroed(count)?;
        let result = Array::empty(indices.shape(), source.dtype(), Order::C)?;
        // SAFETY: contiguous int64 indices; `fill_offsets` checks them before the copy.
        unsafe {
            let indices = std::slice::from_raw_parts(indices.data().cast::<i64>(), count);
            crate::index::fill_offsets(&mut offsets, indices, 0, n, source.strides()[0])?;
            crate::index::gather(source.data(), &offsets, result.data(), source.itemsize());
        }
        return Ok(result);
    }
    let wanted = index_vector(indices)?;
    if n == 0 && !wanted.is_empty() {
        return Err(Error::index("cannot do a non-empty take from an empty axes."));
    }
    let mut shape = Shape::from_slice(&source.shape()[..axis]);
    shape.extend_from_slice(indices.shape());
    shape.extend_from_slice(&source.shape()[axis + 1..]);
    let mut flat = Shape::from_slice(source.shape());
    flat[axis] = wanted.len();
    let result = Array::empty(&flat, source.dtype(), Order::C)?;
    let positions: Vec<usize> =
        wanted.iter().map(|&i| mode.resolve(i, axis, n)).collect::<Result<_>>()?;
    copy_along(&source, &result, axis, &positions)?;
    result.reshape_to(&shape)
}

/// Copies the entries of `source` at `positions` along `axis` to the entries of `target` in order.
fn copy_along(source: &Array, target: &Array, axis: usize, positions: &[usize]) -> Result<()> {
    let step = source.strides()[axis];
    if source.ndim() == 1 {
        let offsets: Vec<isize> = positions.iter().map(|&p| p as isize * step).collect();
        // SAFETY: positions are in range; the target is contiguous with one element each.
        unsafe { crate::index::gather(source.data(), &offsets, target.data(), source.itemsize()) };
        return Ok(());
    }
    let drop_axis = |a: &Array| {
        let mut shape = Shape::from_slice(a.shape());
        let mut strides = Strides::from_slice(a.strides());
        shape.remove(axis);
        strides.remove(axis);
        (shape, strides)
    };
    let (shape, from) = drop_axis(source);
    let (_, to) = drop_axis(target);
    let copy = cast_fn(source.dtype(), source.dtype());
    let walk = Walk::new(
        &shape,
        &[(std::ptr::null_mut(), &from), (std::ptr::null_mut(), &to)],
        WalkOrder::C,
    );
    let out_step = target.strides()[axis];
    for (k, &p) in positions.iter().enumerate() {
        let a = source.data().wrapping_offset(p as isize * step);
        let b = target.data().wrapping_offset(k as isize * out_step);
        walk.for_each_from(&[a, b], |p, n, s| {
            // SAFETY: the walk stays inside both arrays.
            unsafe { copy(p[0], s[0], p[1], s[1], n) };
        });
    }
    Ok(())
}

/// `np.put(array, indices, values, mode)` on the flattened array.
pub fn put(array: &Array, indices: &Array, values: &Array, mode: IndexMode) -> Result<()> {
    array.check_writeable()?;
    let wanted = index_vector(indices)?;
    if wanted.is_empty() || values.size() == 0 {
        return Ok(());
    }
    let values = values.cast_to(array.dtype())?.copy(Order::C)?;
    let n = array.size();
    let copy = cast_fn(array.dtype(), array.dtype());
    let size = array.itemsize();
    for (k, &index) in wanted.iter().enumerate() {
        if n == 0 {
            return Err(Error::index_bounds(index, 0, 0));
        }
        let mut at = mode.resolve(index, 0, n)?;
        let mut place = array.data();
        for axis in (0..array.ndim()).rev() {
            let len = array.shape()[axis];
            place = place.wrapping_offset((at % len) as isize * array.strides()[axis]);
            at /= len;
        }
        // SAFETY: the position is in range; values repeat.
        unsafe { copy(values.data().wrapping_add(k % values.size() * size), 0, place, 0, 1) };
    }
    Ok(())
}

/// `np.repeat(array, counts, axis)`.
pub fn repeat(array: &Array, counts: &[i64], axis: Option<isize>) -> Result<Array> {
    let (source, axis) = match axis {
        None => (array.ravel(Order::C)?, 0),
        Some(axis) => (array.clone(), array.axis(axis)?),
    };
    let n = source.shape()[axis];
    if counts.len() != 1 && counts.len() != n {
        return Err(Error::value(format!(
            "operands could not be broadcast together with shape {} {}",
            shape_text(&[n]),
            shape_text(&[counts.len()])
        )));
    }
    if counts.iter().any(|&c| c < 0) {
        return Err(Error::value("repeats may not contain negative values."));
    }
    let count = |i: usize| counts[if counts.len() == 1 { 0 } else { i }] as usize;
    let total = (0..n).try_fold(0usize, |t, i| t.checked_add(count(i)));
    let total = total.ok_or_else(|| Error::memory("Unable to allocate the repeated array"))?;
    let mut shape = Shape::from_slice(source.shape());
    shape[axis] = total;
    let result = Array::empty(&shape, source.dtype(), Order::C)?;
    if source.ndim() == 1 && counts.len() == 1 {
        let (from, step, times) = (source.data(), source.strides()[0], count(0));
        with_dtype!(source.dtype(), T => {
            let mut to = result.data().cast::<T>();
            for i in 0..n as isize {
                // SAFETY: `n` elements are read, and each is written `times` times: `total` in all.
                unsafe {
                    let value = from.wrapping_offset(i * step).cast::<T>().read_unaligned();
                    for _ in 0..times {
                        to.write(value);
                        to = to.add(1);
                    }
                }
            }
        });
        return Ok(result);
    }
    let mut positions = Vec::new();
    positions
        .try_reserve_exact(total)
        .map_err(|_| Error::memory("Unable to allocate the repeated array"))?;
    for i in 0..n {
        positions.extend(std::iter::repeat_n(i, count(i)));
    }
    copy_along(&source, &result, axis, &positions)?;
    Ok(result)
}

/// `np.bincount(x, weights, minlength)` with `x` of non-negative integers.
pub fn bincount(x: &Array, weights: Option<&Array>, minlength: usize) -> Result<Array> {
    if x.ndim() != 1 {
        return Err(Error::value("object too deep for desired array"));
    }
    let x = index_vector(x)?;
    if x.iter().any(|&v| v < 0) {
        return Err(Error::value("'list' argument must have no negative elements"));
    }
    let n = x.iter().max().map_or(0, |&m| m as usize + 1).max(minlength);
    match weights {
        None => {
            let array = Array::zeros(&[n], DType::I64, Order::C)?;
            for &v in &x {
                // SAFETY: every value is below the length.
                unsafe { *array.data().cast::<i64>().add(v as usize) += 1 };
            }
            Ok(array)
        }
        Some(weights) => {
            let weights = weights.to_vec::<f64>()?;
            if weights.len() != x.len() {
                return Err(Error::value("The weights and list don't have the same length."));
            }
            let array = Array::zeros(&[n], DType::F64, Order::C)?;
            for (&v, w) in x.iter().zip(weights) {
                // SAFETY: every value is below the length.
                unsafe { *array.data().cast::<f64>().add(v as usize) += w };
            }
            Ok(array)
        }
    }
}

/// `np.interp` of real data: piecewise linear through `(xp, fp)` with `xp` increasing.
pub fn interp(x: &Array, xp: &Array, fp: &Array, left: Option<f64>, right: Option<f64>) -> Result<Array> {
    let (xs, ys) = (xp.to_vec::<f64>()?, fp.to_vec::<f64>()?);
    if xs.is_empty() {
        return Err(Error::value("array of sample points is empty"));
    }
    if xs.len() != ys.len() {
        return Err(Error::value("fp and xp are not of the same length."));
    }
    let last = xs.len() - 1;
    let (left, right) = (left.unwrap_or(ys[0]), right.unwrap_or(ys[last]));
    let values: Vec<f64> = x
        .to_vec::<f64>()?
        .into_iter()
        .map(|v| {
            if v.is_nan() {
                return v;
            }
            if v > xs[last] {
                return right;
            }
            if v < xs[0] {
                return left;
            }
            // The last sample not above `v`.
            let j = xs.partition_point(|&s| s <= v).saturating_sub(1);
            if j == last || xs[j] == v {
                return ys[j];
            }
            let slope = (ys[j + 1] - ys[j]) / (xs[j + 1] - xs[j]);
            let mut y = slope * (v - xs[j]) + ys[j];
            if y.is_nan() {
                // An infinity on one side: try from the other.
                y = slope * (v - xs[j + 1]) + ys[j + 1];
                if y.is_nan() && ys[j] == ys[j + 1] {
                    y = ys[j];
                }
            }
            y
        })
        .collect();
    Array::from_slice(x.shape(), &values)
}

/// Axes of a `moveaxis` or `rollaxis` are permutations; this is the one for `moveaxis`.
pub fn moveaxis_order(ndim: usize, source: &[isize], destination: &[isize]) -> Result<SmallVec<[usize; 4]>> {
    if source.len() != destination.len() {
        return Err(Error::value(
            "`source` and `destination` arguments must have the same number of elements",
        ));
    }
    let from = crate::array::normalize_axes(source, ndim)?;
    let to = crate::array::normalize_axes(destination, ndim)?;
    let mut order: SmallVec<[usize; 4]> = (0..ndim).filter(|a| !from.contains(a)).collect();
    let mut pairs: SmallVec<[(usize, usize); 4]> = to.into_iter().zip(from).collect();
    pairs.sort_unstable();
    for (place, axis) in pairs {
        order.insert(place.min(order.len()), axis);
    }
    Ok(order)
}
