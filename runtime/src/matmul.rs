//! Linear products: `matmul`, `dot`, `vdot`, `inner`.
//!
//! # Unsafe contract
//! The pointers and strides given to the blocked product are those of arrays whose shapes were
//! matched before; outputs are new and overlap nothing.
//!
//! Floats and complex numbers go to the `gemm` crate (cache-blocked, vectorised); the order of
//! additions is its own, as it is a BLAS's under NumPy. Integers and booleans are exact loops.

use num_complex::Complex;

use crate::array::{Array, Order};
use crate::dtype::{Bool, Casting, DType, can_cast, promote_types};
use crate::error::{Error, Result, shape_text};
use crate::iter::{Shape, Walk, WalkOrder, broadcast_shapes, broadcast_strides};
use crate::sched;

/// Products with at least this many multiplications use several threads.
const PARALLEL: usize = 1 << 21;

/// Rows of the result that one thread computes at least.
const ROWS: usize = 64;

/// One matrix as the kernels see it: first element and byte strides of rows and columns.
#[derive(Clone, Copy)]
struct Matrix {
    ptr: *mut u8,
    row: isize,
    column: isize,
}

/// `c = a @ b` for one pair of matrices.
///
/// # Safety
/// `a` is m×k, `b` k×n, `c` m×n, all of type `dtype` and aligned; `c` overlaps neither.
unsafe fn product(dtype: DType, m: usize, k: usize, n: usize, a: Matrix, b: Matrix, c: Matrix) {
    macro_rules! blocked {
        ($ty:ty, $zero:expr, $one:expr) => {{
            let size = size_of::<$ty>() as isize;
            let (pa, pb, pc) = (a.ptr as usize, b.ptr as usize, c.ptr as usize);
            let rows = |low: usize, high: usize| {
                let at = |start: usize, step: isize| {
                    (start as *mut u8).wrapping_offset(low as isize * step).cast::<$ty>()
                };
                // SAFETY: by the contract; strides are whole elements because the arrays are
                // aligned (checked by the caller); each call has its own rows of `c`.
                unsafe {
                    gemm::gemm(
                        high - low, n, k,
                        at(pc, c.row), c.column / size, c.row / size,
                        false,
                        at(pa, a.row), a.column / size, a.row / size,
                        pb as *const $ty, b.column / size, b.row / size,
                        $zero, $one, false, false, false, gemm::Parallelism::None,
                    )
                }
            };
            // Sums start at +0.0, so that one product of -0.0 is no -0.0: the kernel leaves that
            // first addition out.
            let settle = || {
                for i in 0..m as isize {
                    for j in 0..n as isize {
                        // SAFETY: elements of `c`, which nobody else writes any more.
                        unsafe {
                            let x = c.ptr.wrapping_offset(i * c.row + j * c.column).cast::<$ty>();
                            *x += $zero;
                        }
                    }
                }
            };
            if m * k * n >= PARALLEL && m >= 2 * ROWS {
                let height = m.div_ceil(sched::active_threads()).max(ROWS);
                sched::parallel_for(m.div_ceil(height), &|low, high| {
                    rows(low * height, (high * height).min(m));
                });
            } else {
                rows(0, m);
            }
            if k == 1 {
                settle();
            }
        }};
    }
    macro_rules! exact {
        ($ty:ty) => {{
            // Row by row, so that the innermost loop runs along rows of `b` and `c`.
            for i in 0..m as isize {
                for j in 0..n as isize {
                    // SAFETY: by the contract.
                    unsafe {
                        *c.ptr.wrapping_offset(i * c.row + j * c.column).cast::<$ty>() = 0;
                    }
                }
                for l in 0..k as isize {
                    // SAFETY: by the contract.
                    unsafe {
                        let x = *a.ptr.wrapping_offset(i * a.row + l * a.column).cast::<$ty>();
                        let from = b.ptr.wrapping_offset(l * b.row);
                        let to = c.ptr.wrapping_offset(i * c.row);
                        if b.column == size_of::<$ty>() as isize && c.column == b.column {
                            let (from, to) = (from.cast::<$ty>(), to.cast::<$ty>());
                            for j in 0..n {
                                *to.add(j) = (*to.add(j)).wrapping_add(x.wrapping_mul(*from.add(j)));
                            }
                        } else {
                            for j in 0..n as isize {
                                let y = *from.wrapping_offset(j * b.column).cast::<$ty>();
                                let slot = to.wrapping_offset(j * c.column).cast::<$ty>();
                                *slot = (*slot).wrapping_add(x.wrapping_mul(y));
                            }
                        }
                    }
                }
            }
        }};
    }
    match dtype {
        DType::F32 => blocked!(f32, 0.0, 1.0),
        DType::F64 => blocked!(f64, 0.0, 1.0),
        DType::C64 => blocked!(Complex<f32>, Complex::new(0.0, 0.0), Complex::new(1.0, 0.0)),
        DType::C128 => blocked!(Complex<f64>, Complex::new(0.0, 0.0), Complex::new(1.0, 0.0)),
        DType::I8 => exact!(i8),
        DType::I16 => exact!(i16),
        DType::I32 => exact!(i32),
        DType::I64 => exact!(i64),
        DType::U8 => exact!(u8),
        DType::U16 => exact!(u16),
        DType::U32 => exact!(u32),
        DType::U64 => exact!(u64),
        DType::Bool | DType::F16 => {
            for i in 0..m as isize {
                for j in 0..n as isize {
                    // SAFETY: by the contract.
                    unsafe {
                        let to = c.ptr.wrapping_offset(i * c.row + j * c.column);
                        let x = |l: isize| a.ptr.wrapping_offset(i * a.row + l * a.column);
                        let y = |l: isize| b.ptr.wrapping_offset(l * b.row + j * b.column);
                        if dtype == DType::Bool {
                            let any = (0..k as isize).any(|l| *x(l) != 0 && *y(l) != 0);
                            *to.cast::<Bool>() = Bool::from(any);
                        } else {
                            // From +0.0; the sum of an iterator would start at -0.0.
                            let sum = (0..k as isize).fold(0.0f32, |sum, l| {
                                let (x, y) = (*x(l).cast::<half::f16>(), *y(l).cast::<half::f16>());
                                sum + x.to_f32() * y.to_f32()
                            });
                            *to.cast::<half::f16>() = half::f16::from_f32(sum);
                        }
                    }
                }
            }
        }
    }
}

macro_rules! contiguous_dot {
    ($name:ident, $ty:ty, $fused:ident, $generic:ident) => {
        #[inline(always)]
        fn $generic(x: &[$ty], y: &[$ty], step: impl Fn($ty, $ty, $ty) -> $ty) -> $ty {
            const LANES: usize = 512 / size_of::<$ty>();
            let mut lanes = [0.0 as $ty; LANES];
            let (xs, ys) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
            let tail: $ty = xs.remainder().iter().zip(ys.remainder()).map(|(x, y)| x * y).sum();
            for (x, y) in xs.zip(ys) {
                for k in 0..LANES {
                    lanes[k] = step(x[k], y[k], lanes[k]);
                }
            }
            let mut width = LANES / 2;
            while width > 0 {
                for k in 0..width {
                    lanes[k] += lanes[k + width];
                }
                width /= 2;
            }
            lanes[0] + tail
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        fn $fused(x: &[$ty], y: &[$ty]) -> $ty {
            $generic(x, y, |a, b, c| a.mul_add(b, c))
        }

        fn $name(x: &[$ty], y: &[$ty]) -> $ty {
            #[cfg(target_arch = "x86_64")]
            if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                // SAFETY: the processor has these instructions.
                return unsafe { $fused(x, y) };
            }
            $generic(x, y, |a, b, c| a * b + c)
        }
    };
}
contiguous_dot!(dot64, f64, dot64_fused, dot64_generic);
contiguous_dot!(dot32, f32, dot32_fused, dot32_generic);

/// Sum of products of two runs, into a new zero-dimensional array.
fn inner_run(dtype: DType, n: usize, a: Matrix, b: Matrix) -> Result<Array> {
    let result = Array::zeros(&[], dtype, Order::C)?;
    macro_rules! float {
        ($ty:ty, $contiguous:ident) => {{
            let size = size_of::<$ty>() as isize;
            // SAFETY: `n` elements each.
            unsafe {
                let sum = if a.column == size && b.column == size {
                    let x = std::slice::from_raw_parts(a.ptr.cast::<$ty>(), n);
                    let y = std::slice::from_raw_parts(b.ptr.cast::<$ty>(), n);
                    $contiguous(x, y)
                } else {
                    (0..n as isize).fold(0.0, |sum, i| {
                        sum + *a.ptr.wrapping_offset(i * a.column).cast::<$ty>()
                            * *b.ptr.wrapping_offset(i * b.column).cast::<$ty>()
                    })
                };
                *result.data().cast::<$ty>() = sum;
            }
        }};
    }
    match dtype {
        DType::F64 => float!(f64, dot64),
        DType::F32 => float!(f32, dot32),
        _ => {
            let c = Matrix { ptr: result.data(), row: 0, column: 0 };
            let b = Matrix { ptr: b.ptr, row: b.column, column: 0 };
            // SAFETY: a 1×n by n×1 product into one element.
            unsafe { product(dtype, 1, n, 1, a, b, c) };
        }
    }
    Ok(result)
}

/// `a` with elements aligned to whole strides, as the kernels need.
fn ready(a: &Array, dtype: DType) -> Result<Array> {
    let a = a.cast_to(dtype)?;
    let size = dtype.itemsize() as isize;
    if a.strides().iter().all(|s| s % size == 0) { Ok(a) } else { a.copy(Order::C) }
}

fn dims(a: &Array) -> (Matrix, usize, usize) {
    let n = a.ndim();
    let (shape, strides) = (a.shape(), a.strides());
    (
        Matrix { ptr: a.data(), row: strides[n - 2], column: strides[n - 1] },
        shape[n - 2],
        shape[n - 1],
    )
}

/// `np.matmul(a, b)`.
///
/// # Errors
/// `ValueError` with NumPy's texts for scalars and mismatched core dimensions.
pub fn matmul(a: &Array, b: &Array, out: Option<&Array>) -> Result<Array> {
    const SIGNATURE: &str = "(n?,k),(k,m?)->(n?,m?)";
    for (k, operand) in [a, b].into_iter().enumerate() {
        if operand.ndim() == 0 {
            return Err(Error::value(format!(
                "matmul: Input operand {k} does not have enough dimensions (has 0, gufunc core with signature {SIGNATURE} requires 1)"
            )));
        }
    }
    let dtype = promote_types(a.dtype(), b.dtype());
    if let Some(out) = out
        && !can_cast(dtype, out.dtype(), Casting::SameKind)
    {
        return Err(Error::ufunc_type(format!(
            "Cannot cast ufunc 'matmul' output from dtype('{dtype}') to dtype('{}') with casting rule 'same_kind'",
            out.dtype()
        )));
    }
    let (x, y) = (ready(a, dtype)?, ready(b, dtype)?);
    let (row_vector, column_vector) = (x.ndim() == 1, y.ndim() == 1);
    let x = if row_vector { x.expand_dims(0)? } else { x };
    let y = if column_vector { y.expand_dims(1)? } else { y };
    let (ma, m, k) = dims(&x);
    let (mb, k2, n) = dims(&y);
    if k != k2 {
        return Err(Error::value(format!(
            "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature {SIGNATURE} (size {k2} is different from {k})"
        )));
    }
    let (batch_a, batch_b) = (&x.shape()[..x.ndim() - 2], &y.shape()[..y.ndim() - 2]);
    let batch = broadcast_shapes(&[batch_a, batch_b]).ok_or_else(|| {
        Error::value(format!(
            "operands could not be broadcast together with remapped shapes [original->remapped]: {}->({}) {}->({})  and requested shape {}",
            shape_text(a.shape()),
            remapped(batch_a, "newaxis,newaxis"),
            shape_text(b.shape()),
            remapped(batch_b, "newaxis,newaxis"),
            shape_text(&[m, n]),
        ))
    })?;
    let mut shape = batch.clone();
    shape.extend_from_slice(&[m, n]);
    let result = if row_vector && column_vector && batch.is_empty() && out.is_none() {
        let b = Matrix { ptr: mb.ptr, row: 0, column: mb.row };
        return inner_run(dtype, k, ma, b);
    } else {
        Array::empty(&shape, dtype, Order::C)?
    };
    let (mc, ..) = dims(&result);
    let strides_a = broadcast_strides(batch_a, &x.strides()[..batch_a.len()], &batch);
    let strides_b = broadcast_strides(batch_b, &y.strides()[..batch_b.len()], &batch);
    let strides_c = &result.strides()[..batch.len()];
    Walk::new(
        &batch,
        &[(ma.ptr, &strides_a), (mb.ptr, &strides_b), (mc.ptr, strides_c)],
        WalkOrder::C,
    )
    .for_each(|p, count, s| {
        for i in 0..count as isize {
            let at = |k: usize| p[k].wrapping_offset(i * s[k]);
            // SAFETY: shapes were matched, the result is new.
            unsafe {
                product(
                    dtype,
                    m,
                    k,
                    n,
                    Matrix { ptr: at(0), ..ma },
                    Matrix { ptr: at(1), ..mb },
                    Matrix { ptr: at(2), ..mc },
                );
            }
        }
    });
    // Vectors lose the axis they were given.
    let mut shape = Shape::from_slice(&batch);
    if !row_vector {
        shape.push(m);
    }
    if !column_vector {
        shape.push(n);
    }
    let result = if result.size() == 0 { Array::empty(&shape, dtype, Order::C)? } else { result.reshape_to(&shape)? };
    match out {
        None => Ok(result),
        Some(out) => {
            if out.shape() != result.shape() {
                return Err(Error::value(format!(
                    "matmul: Output operand 0 has a mismatch in its core dimension 0, with gufunc signature {SIGNATURE} (size {} is different from {})",
                    out.shape().first().copied().unwrap_or(1),
                    result.shape().first().copied().unwrap_or(1)
                )));
            }
            out.check_writeable()?;
            out.copy_cast(&result)?;
            Ok(out.clone())
        }
    }
}

fn remapped(batch: &[usize], tail: &str) -> String {
    let mut text: String = batch.iter().map(|n| format!("{n},")).collect();
    text.push_str(tail);
    text
}

/// `np.dot(a, b)`: last axis of `a` with the second to last (or only) axis of `b`.
///
/// # Errors
/// `ValueError: shapes (2,3) and (2,3) not aligned: 3 (dim 1) != 2 (dim 0)`
pub fn dot(a: &Array, b: &Array, out: Option<&Array>) -> Result<Array> {
    let result = if a.ndim() == 0 || b.ndim() == 0 {
        let multiply = crate::ufunc::by_name("multiply").ok_or_else(|| Error::runtime("no multiply"))?;
        let operands = [crate::ufunc::Operand::Array(a), crate::ufunc::Operand::Array(b)];
        let mut out = multiply.call(&operands, &Default::default())?;
        out.arrays.pop().ok_or_else(|| Error::runtime("ufunc without output"))?
    } else {
        let last = a.ndim() - 1;
        let along = b.ndim().saturating_sub(2);
        if a.shape()[last] != b.shape()[along] {
            return Err(Error::value(format!(
                "shapes {} and {} not aligned: {} (dim {last}) != {} (dim {along})",
                shape_text(a.shape()),
                shape_text(b.shape()),
                a.shape()[last],
                b.shape()[along]
            )));
        }
        if a.ndim() <= 2 && b.ndim() <= 2 {
            matmul(a, b, None)?
        } else {
            tensor_product(a, b, last, along)?
        }
    };
    match out {
        None => Ok(result),
        Some(out) => {
            if out.shape() != result.shape() || out.dtype() != result.dtype() || !out.is_c_contiguous() {
                return Err(Error::value(
                    "output array is not acceptable (must have the right datatype, number of dimensions, and be a C-Array)",
                ));
            }
            out.check_writeable()?;
            out.copy_cast(&result)?;
            Ok(out.clone())
        }
    }
}

/// Contracts one axis of each operand; the others follow in order.
fn tensor_product(a: &Array, b: &Array, axis_a: usize, axis_b: usize) -> Result<Array> {
    let rest = |x: &Array, axis: usize| -> (Vec<usize>, Shape) {
        let axes: Vec<usize> = (0..x.ndim()).filter(|&i| i != axis).collect();
        let shape = axes.iter().map(|&i| x.shape()[i]).collect();
        (axes, shape)
    };
    let k = a.shape()[axis_a];
    let (mut axes_a, shape_a) = rest(a, axis_a);
    axes_a.push(axis_a);
    let (mut axes_b, shape_b) = rest(b, axis_b);
    axes_b.insert(0, axis_b);
    let rows: usize = shape_a.iter().product();
    let columns: usize = shape_b.iter().product();
    let left = a.permuted(&axes_a)?.reshape_to(&[rows, k])?;
    let right = b.permuted(&axes_b)?.reshape_to(&[k, columns])?;
    let mut shape = shape_a;
    shape.extend_from_slice(&shape_b);
    if shape.contains(&0) {
        return Array::empty(&shape, promote_types(a.dtype(), b.dtype()), Order::C);
    }
    matmul(&left, &right, None)?.reshape_to(&shape)
}

/// `np.inner(a, b)`: last axes of both.
pub fn inner(a: &Array, b: &Array) -> Result<Array> {
    if a.ndim() == 0 || b.ndim() == 0 {
        return dot(a, b, None);
    }
    let (last_a, last_b) = (a.ndim() - 1, b.ndim() - 1);
    if a.shape()[last_a] != b.shape()[last_b] {
        // The text speaks of the second operand as transposed.
        let mut shape = Shape::from_slice(b.shape());
        let along = last_b.saturating_sub(1);
        shape.swap(along, last_b);
        return Err(Error::value(format!(
            "shapes {} and {} not aligned: {} (dim {last_a}) != {} (dim {along})",
            shape_text(a.shape()),
            shape_text(&shape),
            a.shape()[last_a],
            shape[along]
        )));
    }
    if a.ndim() == 1 && b.ndim() == 1 {
        return matmul(a, b, None);
    }
    tensor_product(a, b, last_a, last_b)
}

/// `np.vdot(a, b)`: flattened, the first operand conjugated.
pub fn vdot(a: &Array, b: &Array) -> Result<Array> {
    let (a, b) = (a.ravel(Order::C)?, b.ravel(Order::C)?);
    if a.size() != b.size() {
        return Err(Error::value(format!(
            "cannot reshape array of size {} into shape {}",
            b.size(),
            shape_text(a.shape())
        )));
    }
    if !a.dtype().is_complex() {
        return matmul(&a, &b, None);
    }
    let conjugate = crate::ufunc::by_name("conjugate").ok_or_else(|| Error::runtime("no conjugate"))?;
    let mut out = conjugate.call(&[crate::ufunc::Operand::Array(&a)], &Default::default())?;
    let conjugated = out.arrays.pop().ok_or_else(|| Error::runtime("ufunc without output"))?;
    matmul(&conjugated, &b, None)
}
