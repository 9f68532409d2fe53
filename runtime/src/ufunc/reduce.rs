//! Reductions by a two-operand ufunc: `reduce`, `accumulate`, `reduceat`.
//!
//! # Unsafe contract
//! As in `call.rs`: all pointers come from walks over arrays.
//!
//! The order of operations is NumPy's, because it decides the rounding of sums: axes are visited
//! by memory distance (never reversed); along a reduced innermost axis the fold of the loop runs
//! (pairwise for float addition), other axes accumulate row by row.

use smallvec::{SmallVec, smallvec};

use super::call::check_flags;
use super::kernel::{LoopRow, ReduceLoop};
use super::table::{Identity, Ufunc};
use crate::array::{Array, Order};
use crate::cast::cast_fn;
use crate::dtype::DType;
use crate::error::{Error, Result, shape_text};
use crate::fpflags::{self, FpFlags};
use crate::iter::{MAX_OPERANDS, Shape, Strides, Walk, WalkOrder, broadcast_shapes, memory_order};
use crate::scalar::Scalar;

/// Elements that NumPy converts at a time; part of the rounding of sums with a conversion.
const CHUNK: usize = 8192;

/// Arguments of a reduction besides the array.
#[derive(Clone, Copy, Default)]
pub struct ReduceOptions<'a> {
    /// Axes to reduce (already normalised); `None` means all of them.
    pub axes: Option<&'a [usize]>,
    /// Type of the computation and the result.
    pub dtype: Option<DType>,
    /// Where the result goes.
    pub out: Option<&'a Array>,
    /// Whether reduced axes stay with length 1.
    pub keepdims: bool,
    /// Start value.
    pub initial: Option<Scalar>,
    /// Start from the first element even if the operation has an identity (`initial=None`).
    pub without_identity: bool,
    /// Only elements where this is true take part.
    pub where_: Option<&'a Array>,
}

/// The type in which sums and products of integers are formed: the widest of their kind.
fn widest_sum(dtype: DType) -> DType {
    match dtype {
        DType::Bool | DType::I8 | DType::I16 | DType::I32 => DType::I64,
        DType::U8 | DType::U16 | DType::U32 => DType::U64,
        other => other,
    }
}

/// The shape left after reducing `axes`.
pub fn reduced_shape(shape: &[usize], axes: &[usize], keepdims: bool) -> Shape {
    shape
        .iter()
        .enumerate()
        .filter_map(|(axis, &n)| match (axes.contains(&axis), keepdims) {
            (false, _) => Some(n),
            (true, true) => Some(1),
            (true, false) => None,
        })
        .collect()
}

impl Ufunc {
    /// The loop whose accumulator and element types agree, for `ufunc.method`.
    ///
    /// A type that was asked for must have a loop of its own. Otherwise the result (`out`, or the
    /// operand where there is none) and the operand are promoted like two inputs.
    pub(super) fn reduction_row(
        &self,
        method: &str,
        dtype: DType,
        requested: Option<DType>,
        out: Option<&Array>,
    ) -> Result<&'static LoopRow> {
        if self.nin != 2 || self.nout != 1 {
            return Err(Error::value(format!(
                "{method} only supported for {}",
                if self.nin != 2 { "binary functions" } else { "functions returning a single value" }
            )));
        }
        let fits = |row: &LoopRow| row.types[0] == row.types[2] && row.types[1] == row.types[2];
        let row = match requested {
            Some(wanted) => self.loops.iter().find(|row| row.types[0] == wanted && fits(row)),
            None => {
                let accumulator = match out {
                    Some(out) => out.dtype(),
                    None if matches!(self.name, "add" | "multiply") => widest_sum(dtype),
                    None => dtype,
                };
                let operand = if out.is_none() { accumulator } else { dtype };
                let row = self.resolve_types(&[accumulator, operand])?;
                if fits(row) {
                    return Ok(row);
                }
                // Truth functions take anything for true or false, comparisons do not.
                let truth = matches!(self.name, "logical_and" | "logical_or" | "logical_xor");
                let boolean = self.loops.iter().find(|row| row.types[0] == DType::Bool && fits(row));
                if row.types[2] == DType::Bool && truth { boolean } else { None }
            }
        };
        row.ok_or_else(|| self.no_matching_loop())
    }

    /// Whether folding an element twice does no harm.
    fn is_idempotent(&self) -> bool {
        matches!(
            self.name,
            "maximum" | "minimum" | "fmax" | "fmin" | "bitwise_and" | "bitwise_or" | "logical_and"
                | "logical_or" | "gcd" | "lcm"
        )
    }

    fn start_value(&self, dtype: DType) -> Option<Scalar> {
        match self.identity {
            Identity::None => None,
            Identity::Value(Scalar::Int(-1)) if dtype == DType::Bool => Some(Scalar::Bool(true)),
            Identity::Value(Scalar::Int(-1)) => {
                // All bits set, also in unsigned types.
                let (low, high) = dtype.int_bounds()?;
                Some(Scalar::Int(if low == 0 { high } else { -1 }))
            }
            Identity::Value(value) => Some(value),
        }
    }

    /// `ufunc.reduce`.
    ///
    /// # Errors
    /// `ValueError` for an empty reduction without identity, several axes of an operation that is
    /// not reorderable, or an unfit `out`; those of loop resolution.
    pub fn reduce(&self, array: &Array, options: &ReduceOptions) -> Result<(Array, FpFlags)> {
        let row = self.reduction_row("reduce", array.dtype(), options.dtype, options.out)?;
        let dtype = row.types[0];
        let all: SmallVec<[usize; 4]> = (0..array.ndim()).collect();
        let axes = options.axes.unwrap_or(&all);
        let idempotent = self.is_idempotent();
        if axes.len() > 1 && self.identity == Identity::None && !idempotent {
            return Err(Error::value(format!(
                "reduction operation '{}' is not reorderable, so at most one axis may be specified",
                self.name
            )));
        }
        let shape = reduced_shape(array.shape(), axes, options.keepdims);
        let count: usize = axes.iter().map(|&a| array.shape()[a]).product();
        let start = match options.initial {
            Some(value) => Some(value),
            None if options.without_identity => None,
            None => self.start_value(dtype),
        };
        if let Some(mask) = options.where_
            && broadcast_shapes(&[array.shape(), mask.shape()]).is_none_or(|s| *s != *array.shape())
        {
            return Err(Error::value(if mask.ndim() > array.ndim() {
                "input operand has more dimensions than allowed by the axis remapping".to_owned()
            } else if let Some(wider) = broadcast_shapes(&[array.shape(), mask.shape()]) {
                format!(
                    "non-broadcastable operand with shape {} doesn't match the broadcast shape {}",
                    shape_text(array.shape()),
                    shape_text(&wider)
                )
            } else {
                format!(
                    "operands could not be broadcast together with remapped shapes [original->remapped]: {} {} ",
                    shape_text(array.shape()),
                    shape_text(mask.shape())
                )
            }));
        }
        if start.is_none() {
            if options.where_.is_some() {
                return Err(Error::value(format!(
                    "reduction operation '{}' does not have an identity, so to use a where mask one has to specify 'initial'",
                    self.name
                )));
            }
            if count == 0 {
                return Err(Error::value(format!(
                    "zero-size array to reduction operation {} which has no identity",
                    self.name
                )));
            }
        }
        let result = self.result_array(array, options.out, &shape, axes, dtype, options.keepdims)?;
        // The accumulator is the result itself unless `out` needs a conversion or overlaps.
        let direct = result.dtype() == dtype && !result.may_share_memory(array);
        let acc = if direct { result.clone() } else { Array::empty(result.shape(), dtype, Order::C)? };

        let mut sources: SmallVec<[Array; 2]> = smallvec![array.clone()];
        match start {
            Some(value) => {
                acc.fill_unchecked(value)?;
            }
            None if count > 0 => {
                // Without a start value the first element is it.
                let first = first_along(array, axes).reshape_to(acc.shape())?;
                if direct {
                    acc.copy_cast(&first)?;
                } else {
                    // It passes through the result and is changed by its type.
                    result.copy_cast(&first)?;
                    acc.copy_cast(&result)?;
                }
                if !idempotent {
                    // What is left: along each reduced axis all but the first, where the axes
                    // before it are at their first.
                    sources.clear();
                    let mut head = array.clone();
                    for &axis in axes {
                        sources.push(rest_along(&head, axis));
                        head = first_along(&head, &[axis]);
                    }
                }
            }
            None => {}
        }
        let mut flags = FpFlags::NONE;
        for source in sources.iter().filter(|source| source.size() > 0) {
            let acc_strides = spread_strides(&acc, source.ndim(), axes, options.keepdims);
            let (soft, hard) = fpflags::watch(|| {
                fold_all(row, source, acc.data(), &acc_strides, options.where_)
            });
            flags |= if self.watches { check_flags(soft? | hard)? } else { check_flags(soft?)? };
        }
        if !direct {
            flags |= result.copy_cast(&acc)?;
        }
        Ok((result, flags))
    }

    fn result_array(
        &self,
        array: &Array,
        out: Option<&Array>,
        shape: &[usize],
        axes: &[usize],
        dtype: DType,
        keepdims: bool,
    ) -> Result<Array> {
        let Some(out) = out else {
            // Kept axes lie in memory in the order of the operand's.
            let order = memory_order(array.shape(), &[array.strides()]);
            let position = |axis: usize| {
                if keepdims { axis } else { axis - axes.iter().filter(|&&a| a < axis).count() }
            };
            let mut permutation: SmallVec<[usize; 4]> = SmallVec::new();
            for axis in order {
                if keepdims || !axes.contains(&axis) {
                    permutation.push(position(axis));
                }
            }
            return Array::empty_permuted(shape, dtype, &permutation);
        };
        if out.shape() != shape {
            return Err(Error::value(if out.ndim() == shape.len() {
                let remapped: Vec<String> = out.shape().iter().map(usize::to_string).collect();
                format!(
                    "operands could not be broadcast together with remapped shapes [original->remapped]: {}->({}) {} ",
                    shape_text(out.shape()),
                    remapped.join(","),
                    shape_text(array.shape())
                )
            } else {
                format!(
                    "output parameter for reduction operation {} has the wrong number of dimensions: Found {} but expected {}",
                    self.name,
                    out.ndim(),
                    shape.len()
                )
            }));
        }
        if !out.is_writeable() {
            return Err(Error::value("output array is read-only"));
        }
        Ok(out.clone())
    }

    /// `ufunc.accumulate` along one axis.
    pub fn accumulate(
        &self,
        array: &Array,
        axis: usize,
        dtype: Option<DType>,
        out: Option<&Array>,
    ) -> Result<(Array, FpFlags)> {
        if array.ndim() == 0 {
            return Err(Error::type_error("cannot accumulate on a scalar"));
        }
        let row = self.reduction_row("accumulate", array.dtype(), dtype, out)?;
        let dtype = row.types[0];
        let mut source = array.cast_to(dtype)?;
        let result = match out {
            Some(out) if out.shape() != array.shape() => {
                return Err(Error::value(format!(
                    "provided out is the wrong size for the accumulation: {} instead of {}",
                    shape_text(out.shape()),
                    shape_text(array.shape())
                )));
            }
            Some(out) if !out.is_writeable() => {
                return Err(Error::value("output array is read-only"));
            }
            Some(out) => out.clone(),
            None => array.empty_like(array.shape(), dtype, Order::K)?,
        };
        let direct = result.dtype() == dtype;
        let acc = if direct { result.clone() } else { Array::empty(array.shape(), dtype, Order::C)? };
        if acc.may_share_memory(&source) && !acc.same_elements(&source) {
            source = source.copy(Order::K)?;
        }
        let n = array.shape()[axis];
        let mut flags = FpFlags::NONE;
        if array.size() > 0 {
            let lines = without_axis(&source, axis);
            let (step_in, step_out) = (source.strides()[axis], acc.strides()[axis]);
            let targets = without_axis(&acc, axis);
            let copy = cast_fn(dtype, dtype);
            let walk = Walk::new(
                &lines.0,
                &[(source.data(), &lines.1), (acc.data(), &targets.1)],
                WalkOrder::Memory,
            );
            let ((), hard) = fpflags::watch(|| {
                walk.for_each(|p, lines, s| {
                    let (mut from, mut to) = (p[0], p[1]);
                    for _ in 0..lines {
                        // SAFETY: each line has `n` elements in both arrays; the loop reads the
                        // element before the one it writes, in order.
                        unsafe {
                            if scan(self.name, dtype, from, step_in, to, step_out, n) {
                                from = from.wrapping_offset(s[0]);
                                to = to.wrapping_offset(s[1]);
                                continue;
                            }
                            copy(from, 0, to, 0, 1);
                            let mut args = [std::ptr::null_mut(); MAX_OPERANDS];
                            args[0] = to;
                            args[1] = from.wrapping_offset(step_in);
                            args[2] = to.wrapping_offset(step_out);
                            let strides = [step_out, step_in, step_out, 0, 0];
                            flags |= run_in_order(row, &args, n - 1, &strides);
                        }
                        from = from.wrapping_offset(s[0]);
                        to = to.wrapping_offset(s[1]);
                    }
                });
            });
            if self.watches {
                flags |= hard;
            }
        }
        if !direct {
            result.copy_cast(&acc)?;
        }
        Ok((result, check_flags(flags)?))
    }

    /// `ufunc.reduceat` along one axis: a reduction of each stretch that starts at an index.
    pub fn reduceat(
        &self,
        array: &Array,
        indices: &[i64],
        axis: usize,
        dtype: Option<DType>,
        out: Option<&Array>,
    ) -> Result<(Array, FpFlags)> {
        if array.ndim() == 0 {
            return Err(Error::type_error("cannot reduceat on a scalar"));
        }
        let n = array.shape()[axis];
        for &index in indices.iter().filter(|_| self.nin == 2 && self.nout == 1) {
            if index < 0 || index >= n as i64 {
                return Err(Error::index(format!(
                    "index {index} out-of-bounds in {}.reduceat [0, {n})",
                    self.name
                )));
            }
        }
        let row = self.reduction_row("reduceat", array.dtype(), dtype, out)?;
        let dtype = row.types[0];
        let source = array.cast_to(dtype)?;
        let mut shape = Shape::from_slice(array.shape());
        shape[axis] = indices.len();
        let result = match out {
            Some(out) if out.shape() != &shape[..] => {
                return Err(Error::value("provided out is the wrong size for the reduction"));
            }
            Some(out) => out.clone(),
            None => Array::empty(&shape, dtype, Order::C)?,
        };
        let mut flags = FpFlags::NONE;
        for (k, &index) in indices.iter().enumerate() {
            let start = index as usize;
            let end = match indices.get(k + 1) {
                Some(&next) if next as usize > start => next as usize,
                Some(_) => start + 1,
                None => n,
            };
            let target = along(&result, axis, k, 1);
            target.copy_cast(&along(&source, axis, start, 1))?;
            if end > start + 1 {
                let rest = along(&source, axis, start + 1, end - start - 1);
                let acc = if result.dtype() == dtype { target.clone() } else { target.cast_to(dtype)? };
                let strides = spread_strides(&acc, source.ndim(), &[axis], true);
                let (soft, hard) =
                    fpflags::watch(|| fold_all(row, &rest, acc.data(), &strides, None));
                flags |= soft?;
                if self.watches {
                    flags |= hard;
                }
                if result.dtype() != dtype {
                    target.copy_cast(&acc)?;
                }
            }
        }
        Ok((result, check_flags(flags)?))
    }
}

/// Running sums and products with the accumulator in a register; `false` if the operation or the
/// type is another one.
///
/// # Safety
/// `n > 0` elements of the type at `from` and at `to`, that many bytes apart.
unsafe fn scan(
    name: &str,
    dtype: DType,
    from: *mut u8,
    step_in: isize,
    to: *mut u8,
    step_out: isize,
    n: usize,
) -> bool {
    macro_rules! run {
        ($ty:ty, $op:expr) => {{
            let op = $op;
            let (mut from, mut to) = (from, to);
            // SAFETY: by the contract.
            unsafe {
                let mut total = from.cast::<$ty>().read_unaligned();
                to.cast::<$ty>().write_unaligned(total);
                for _ in 1..n {
                    from = from.wrapping_offset(step_in);
                    to = to.wrapping_offset(step_out);
                    total = op(total, from.cast::<$ty>().read_unaligned());
                    to.cast::<$ty>().write_unaligned(total);
                }
            }
            true
        }};
    }
    match (name, dtype) {
        ("add", DType::F64) => run!(f64, |a: f64, b: f64| a + b),
        ("add", DType::F32) => run!(f32, |a: f32, b: f32| a + b),
        ("add", DType::I64 | DType::U64) => run!(i64, i64::wrapping_add),
        ("multiply", DType::F64) => run!(f64, |a: f64, b: f64| a * b),
        ("multiply", DType::F32) => run!(f32, |a: f32, b: f32| a * b),
        ("multiply", DType::I64 | DType::U64) => run!(i64, i64::wrapping_mul),
        _ => false,
    }
}

/// Runs the elementwise loop one element at a time, so that each step sees the one before.
///
/// # Safety
/// As the loop's own contract, except that outputs may be inputs of later elements.
unsafe fn run_in_order(
    row: &LoopRow,
    args: &crate::iter::PerOperand<*mut u8>,
    n: usize,
    strides: &crate::iter::PerOperand<isize>,
) -> FpFlags {
    let mut at = *args;
    let mut flags = FpFlags::NONE;
    for _ in 0..n {
        // SAFETY: one element of each operand.
        flags |= unsafe { (row.run)(&at, 1, strides) };
        for k in 0..3 {
            at[k] = at[k].wrapping_offset(strides[k]);
        }
    }
    flags
}

/// Shape and strides without one axis.
fn without_axis(array: &Array, axis: usize) -> (Shape, Strides) {
    let mut shape = Shape::from_slice(array.shape());
    let mut strides = Strides::from_slice(array.strides());
    shape.remove(axis);
    strides.remove(axis);
    (shape, strides)
}

/// `n` elements from `start` along an axis.
fn along(array: &Array, axis: usize, start: usize, n: usize) -> Array {
    let data = array.data().wrapping_offset(start as isize * array.strides()[axis]);
    let mut shape = Shape::from_slice(array.shape());
    shape[axis] = n;
    // SAFETY: a part of the array.
    unsafe { array.with_layout(data, shape, Strides::from_slice(array.strides())) }
}

fn first_along(array: &Array, axes: &[usize]) -> Array {
    axes.iter().fold(array.clone(), |a, &axis| along(&a, axis, 0, 1))
}

fn rest_along(array: &Array, axis: usize) -> Array {
    along(array, axis, 1, array.shape()[axis] - 1)
}

/// Strides of the accumulator over the axes of the operand: 0 along reduced ones.
fn spread_strides(acc: &Array, ndim: usize, axes: &[usize], keepdims: bool) -> Strides {
    let mut kept = acc.strides().iter();
    (0..ndim)
        .map(|axis| match (axes.contains(&axis), keepdims) {
            (true, true) => {
                kept.next();
                0
            }
            (true, false) => 0,
            (false, _) => kept.next().copied().unwrap_or(0),
        })
        .collect()
}

/// Folds every element of `source` into the accumulator.
fn fold_all(
    row: &LoopRow,
    source: &Array,
    acc: *mut u8,
    acc_strides: &[isize],
    mask: Option<&Array>,
) -> Result<FpFlags> {
    if source.size() == 0 {
        return Ok(FpFlags::NONE);
    }
    let dtype = row.types[0];
    let mask = match mask {
        Some(mask) => Some(mask.broadcast_to(source.shape())?),
        None => None,
    };
    let mut operands: SmallVec<[(*mut u8, &[isize]); 3]> =
        smallvec![(source.data(), source.strides()), (acc, acc_strides)];
    if let Some(mask) = &mask {
        operands.push((mask.data(), mask.strides()));
    }
    // The operand alone decides the order of axes, as in NumPy, where the result is made to fit.
    let permutation = memory_order(source.shape(), &[source.strides()]);
    let shape: Shape = permutation.iter().map(|&a| source.shape()[a]).collect();
    let permuted: SmallVec<[Strides; 3]> =
        operands.iter().map(|(_, s)| permutation.iter().map(|&a| s[a]).collect()).collect();
    let operands: SmallVec<[(*mut u8, &[isize]); 3]> =
        operands.iter().zip(&permuted).map(|((p, _), s)| (*p, &s[..])).collect();
    let walk = Walk::new(&shape, &operands, WalkOrder::C);

    let mut flags = FpFlags::NONE;
    let folder = Folder { row, fold: row.fold };
    let needs_cast = source.dtype() != dtype;
    // Reduced axes that end up innermost but do not merge are gathered, because that is how NumPy
    // sums them: in chunks of whole rows.
    let group = walk.strides_of(1).collect::<SmallVec<[isize; 4]>>().iter().rev().take_while(|&&s| s == 0).count();
    let gathers =
        mask.is_none() && row.fold.is_some() && (needs_cast || (dtype.is_inexact() && group > 1));
    if !(needs_cast || gathers && group > 0) {
        walk.for_each(|p, n, s| {
            // SAFETY: the walk stays inside all operands.
            unsafe {
                if mask.is_some() {
                    flags |= folder.masked(p[1], s[1], p[0], s[0], p[2], s[2], n);
                } else {
                    flags |= folder.run(p[1], s[1], p[0], s[0], n);
                }
            }
        });
        return Ok(flags);
    }
    let cast = cast_fn(source.dtype(), dtype);
    let size = dtype.itemsize();
    let scratch = Array::empty(&[CHUNK], dtype, Order::C)?;
    let block = scratch.data();
    if gathers && group > 0 {
        let (outer, inner) = walk.split(group);
        let row_len = inner.inner_len();
        let capacity = if group == 1 || row_len > CHUNK { CHUNK } else { CHUNK / row_len * row_len };
        outer.for_each(|p, n, s| {
            for i in 0..n as isize {
                let start = p[0].wrapping_offset(i * s[0]);
                let acc = p[1].wrapping_offset(i * s[1]);
                let mut filled = 0;
                inner.for_each_from(&[start, acc], |p, n, s| {
                    let mut done = 0;
                    while done < n {
                        let len = (n - done).min(capacity - filled);
                        let from = p[0].wrapping_offset(done as isize * s[0]);
                        let to = block.wrapping_add(filled * size);
                        // SAFETY: `len` elements remain in the run and in the block; the
                        // accumulator is one element.
                        unsafe {
                            flags |= cast(from, s[0], to, size as isize, len);
                            filled += len;
                            if filled == capacity {
                                flags |= folder.run(acc, 0, block, size as isize, filled);
                                filled = 0;
                            }
                        }
                        done += len;
                    }
                });
                if filled > 0 {
                    // SAFETY: as above.
                    flags |= unsafe { folder.run(acc, 0, block, size as isize, filled) };
                }
            }
        });
        return Ok(flags);
    }
    walk.for_each(|p, n, s| {
        let mut done = 0;
        while done < n {
            let len = (n - done).min(CHUNK);
            let at = |k: usize| p[k].wrapping_offset(done as isize * s[k]);
            // SAFETY: `len` elements remain in the run and fit the block.
            unsafe {
                flags |= cast(at(0), s[0], block, size as isize, len);
                if mask.is_some() {
                    flags |= folder.masked(at(1), s[1], block, size as isize, at(2), s[2], len);
                } else {
                    flags |= folder.run(at(1), s[1], block, size as isize, len);
                }
            }
            done += len;
        }
    });
    Ok(flags)
}

/// Folding of one run into one or several accumulators.
struct Folder<'a> {
    row: &'a LoopRow,
    fold: Option<ReduceLoop>,
}

impl Folder<'_> {
    /// # Safety
    /// `n` valid elements at `src`; one accumulator (stride 0) or `n` of them at `acc`.
    unsafe fn run(&self, acc: *mut u8, acc_stride: isize, src: *mut u8, stride: isize, n: usize) -> FpFlags {
        let args = [acc, src, acc, std::ptr::null_mut(), std::ptr::null_mut()];
        // SAFETY: by the contract.
        unsafe {
            match self.fold {
                Some(fold) if acc_stride == 0 => fold(acc, src, stride, n),
                None if acc_stride == 0 => {
                    run_in_order(self.row, &args, n, &[0, stride, 0, 0, 0])
                }
                _ => (self.row.run)(&args, n, &[acc_stride, stride, acc_stride, 0, 0]),
            }
        }
    }

    /// # Safety
    /// As [`Folder::run`], with `n` mask bytes.
    #[allow(clippy::too_many_arguments, reason = "three strided operands")]
    unsafe fn masked(
        &self,
        acc: *mut u8,
        acc_stride: isize,
        src: *mut u8,
        stride: isize,
        mask: *mut u8,
        mask_stride: isize,
        n: usize,
    ) -> FpFlags {
        let mut flags = FpFlags::NONE;
        let mut i = 0;
        while i < n {
            // SAFETY: by the contract.
            let on = |i: usize| unsafe { *mask.wrapping_offset(i as isize * mask_stride) != 0 };
            let start = i;
            while i < n && on(i) {
                i += 1;
            }
            if i > start {
                let shift = start as isize;
                // SAFETY: a part of the run.
                flags |= unsafe {
                    self.run(
                        acc.wrapping_offset(shift * acc_stride),
                        acc_stride,
                        src.wrapping_offset(shift * stride),
                        stride,
                        i - start,
                    )
                };
            }
            while i < n && !on(i) {
                i += 1;
            }
        }
        flags
    }
}
