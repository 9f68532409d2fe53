//! Gaussian elimination: solutions, inverses and determinants of square matrices.
//!
//! # Unsafe contract
//! The blocked product gets pointers into one row-major block of `n * n` elements, at rows and
//! columns below `n`; the parts it reads and the part it writes do not overlap.
//!
//! The factorisation is LU with partial pivoting, right-looking: a panel of [`PANEL`] columns is
//! eliminated at a time and the rest brought up to date by one matrix product (Golub and Van Loan,
//! *Matrix Computations*, 3.4).

use num_complex::Complex;
use num_traits::{One, Zero};

use crate::array::{Array, Order};
use crate::dtype::{DType, Element};
use crate::error::{Error, Result};

/// Columns eliminated before the rest of the matrix is updated.
const PANEL: usize = 32;

/// What elimination needs of a number.
pub trait Field:
    Element
    + Copy
    + Zero
    + One
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
    + std::ops::Neg<Output = Self>
    + 'static
{
    /// The size by which pivots are compared (of complex numbers the sum of both parts' sizes).
    fn weight(self) -> f64;
    /// Modulus.
    fn modulus(self) -> f64;
}

impl Field for f32 {
    fn weight(self) -> f64 {
        f64::from(self.abs())
    }
    fn modulus(self) -> f64 {
        f64::from(self.abs())
    }
}
impl Field for f64 {
    fn weight(self) -> f64 {
        self.abs()
    }
    fn modulus(self) -> f64 {
        self.abs()
    }
}
impl Field for Complex<f32> {
    fn weight(self) -> f64 {
        f64::from(self.re.abs()) + f64::from(self.im.abs())
    }
    fn modulus(self) -> f64 {
        f64::from(self.re).hypot(f64::from(self.im))
    }
}
impl Field for Complex<f64> {
    fn weight(self) -> f64 {
        self.re.abs() + self.im.abs()
    }
    fn modulus(self) -> f64 {
        self.re.hypot(self.im)
    }
}

/// `L` and `U` of one matrix in its place, row-major, and how its rows were exchanged.
struct Factors<'a, T> {
    lu: &'a mut [T],
    n: usize,
    /// Row `k` was exchanged with row `exchanged[k]`, in order.
    exchanged: Vec<usize>,
    /// Whether the number of real exchanges is odd.
    odd: bool,
    /// Whether a pivot is zero.
    singular: bool,
}

/// Factors the row-major `n * n` matrix `a` in place.
fn factor<T: Field>(a: &mut [T], n: usize) -> Factors<'_, T> {
    let mut exchanged = Vec::with_capacity(n);
    let (mut odd, mut singular) = (false, false);
    let mut start = 0;
    while start < n {
        let end = (start + PANEL).min(n);
        for k in start..end {
            let mut pivot = k;
            let mut largest = a[k * n + k].weight();
            for row in k + 1..n {
                let weight = a[row * n + k].weight();
                if weight > largest {
                    (pivot, largest) = (row, weight);
                }
            }
            exchanged.push(pivot);
            if pivot != k {
                odd = !odd;
                let (upper, lower) = a.split_at_mut(pivot * n);
                upper[k * n..(k + 1) * n].swap_with_slice(&mut lower[..n]);
            }
            let diagonal = a[k * n + k];
            if diagonal.is_zero() {
                singular = true;
                continue;
            }
            let inverse = T::one() / diagonal;
            let (upper, lower) = a.split_at_mut((k + 1) * n);
            let pivot_row = &upper[k * n + k + 1..k * n + end];
            for row in lower.chunks_exact_mut(n) {
                let factor = row[k] * inverse;
                row[k] = factor;
                for (x, &p) in row[k + 1..end].iter_mut().zip(pivot_row) {
                    *x = *x - factor * p;
                }
            }
        }
        if end < n {
            // The rows of the panel, right of it.
            for k in start..end {
                let (upper, lower) = a.split_at_mut((k + 1) * n);
                let pivot_row = &upper[k * n + end..(k + 1) * n];
                for row in lower[..(end - k - 1) * n].chunks_exact_mut(n) {
                    let factor = row[k];
                    for (x, &p) in row[end..].iter_mut().zip(pivot_row) {
                        *x = *x - factor * p;
                    }
                }
            }
            update(a, n, start, end);
        }
        start = end;
    }
    Factors { lu: a, n, exchanged, odd, singular }
}

/// `a[end.., end..] -= a[end.., start..end] @ a[start..end, end..]`
fn update<T: Field>(a: &mut [T], n: usize, start: usize, end: usize) {
    let (rest, inner) = (n - end, end - start);
    let base = a.as_mut_ptr();
    // SAFETY: three blocks of the matrix that do not overlap (file head); strides in elements.
    unsafe {
        gemm::gemm(
            rest, rest, inner,
            base.add(end * n + end), 1, n as isize,
            true,
            base.add(end * n + start), 1, n as isize,
            base.add(start * n + end), 1, n as isize,
            T::one(), -T::one(), false, false, false, gemm::Parallelism::None,
        );
    }
}

impl<T: Field> Factors<'_, T> {
    /// Replaces the row-major `n * columns` right-hand side by the solution.
    fn solve(&self, b: &mut [T], columns: usize) {
        let n = self.n;
        for (k, &other) in self.exchanged.iter().enumerate() {
            if other != k {
                let (upper, lower) = b.split_at_mut(other * columns);
                upper[k * columns..(k + 1) * columns].swap_with_slice(&mut lower[..columns]);
            }
        }
        for i in 1..n {
            let (done, rest) = b.split_at_mut(i * columns);
            let row = &mut rest[..columns];
            for (k, &factor) in self.lu[i * n..i * n + i].iter().enumerate() {
                for (x, &y) in row.iter_mut().zip(&done[k * columns..(k + 1) * columns]) {
                    *x = *x - factor * y;
                }
            }
        }
        for i in (0..n).rev() {
            let (head, done) = b.split_at_mut((i + 1) * columns);
            let row = &mut head[i * columns..];
            for (k, &factor) in self.lu[i * n + i + 1..(i + 1) * n].iter().enumerate() {
                for (x, &y) in row.iter_mut().zip(&done[k * columns..(k + 1) * columns]) {
                    *x = *x - factor * y;
                }
            }
            let diagonal = self.lu[i * n + i];
            for x in row.iter_mut() {
                *x = *x / diagonal;
            }
        }
    }

    /// Sign (of modulus 1) and logarithm of the determinant's modulus.
    fn determinant(&self) -> (T, f64) {
        if self.singular {
            return (T::zero(), f64::NEG_INFINITY);
        }
        let mut sign = if self.odd { -T::one() } else { T::one() };
        let mut log = 0.0;
        for k in 0..self.n {
            let diagonal = self.lu[k * self.n + k];
            let modulus = diagonal.modulus();
            sign = sign * unit(diagonal, modulus);
            log += modulus.ln();
        }
        (sign, log)
    }
}

/// `value / modulus` without a conversion between types.
fn unit<T: Field>(value: T, modulus: f64) -> T {
    let mut scale = T::zero();
    // SAFETY: `scale` is one element of its own type.
    let stored = unsafe {
        crate::scalar::Scalar::Float(modulus).store(T::DTYPE, (&raw mut scale).cast())
    };
    match stored {
        Ok(()) => value / scale,
        Err(_) => value,
    }
}

/// Runs `$body` with `$T` the type of numbers of `$dtype`.
macro_rules! with_field {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            DType::F32 => { type $T = f32; $body }
            DType::F64 => { type $T = f64; $body }
            DType::C64 => { type $T = Complex<f32>; $body }
            DType::C128 => { type $T = Complex<f64>; $body }
            other => Err(Error::type_error(format!("array type {other} is unsupported in linalg"))),
        }
    };
}

/// Solves `a x = b` for stacks of matrices: `a` is (stack, n, n), `b` (stack, n, columns), both of
/// one type. `None` if some matrix is singular.
///
/// # Errors
/// `TypeError` for types without elimination, `MemoryError`.
pub fn solve(a: &Array, b: &Array) -> Result<Option<Array>> {
    let (n, columns) = (a.shape()[1], b.shape()[2]);
    with_field!(a.dtype(), T => {
        let mut matrices = a.to_vec::<T>()?;
        let mut values = b.to_vec::<T>()?;
        if n == 0 || values.is_empty() {
            return Ok(Some(Array::empty(b.shape(), b.dtype(), Order::C)?));
        }
        for (matrix, value) in matrices.chunks_exact_mut(n * n).zip(values.chunks_exact_mut(n * columns)) {
            let factors = factor(matrix, n);
            if factors.singular {
                return Ok(None);
            }
            factors.solve(value, columns);
        }
        Array::from_slice(b.shape(), &values).map(Some)
    })
}

/// Inverses of a (stack, n, n) array; `None` if some matrix is singular.
///
/// # Errors
/// As [`solve`].
pub fn inverse(a: &Array) -> Result<Option<Array>> {
    let (stack, n) = (a.shape()[0], a.shape()[1]);
    let identity = Array::zeros(&[stack, n, n], a.dtype(), Order::C)?;
    for k in 0..stack {
        for i in 0..n {
            identity.set(&[k, i, i], crate::scalar::Scalar::Int(1))?;
        }
    }
    solve(a, &identity)
}

/// Sign and logarithm of the modulus of the determinants of a (stack, n, n) array, in its type and
/// its type's real part.
///
/// # Errors
/// As [`solve`].
pub fn determinant(a: &Array) -> Result<(Array, Array)> {
    let (stack, n) = (a.shape()[0], a.shape()[1]);
    with_field!(a.dtype(), T => {
        let mut matrices = a.to_vec::<T>()?;
        let mut signs: Vec<T> = Vec::with_capacity(stack);
        let mut logs: Vec<f64> = Vec::with_capacity(stack);
        for k in 0..stack {
            let (sign, log) = factor(&mut matrices[k * n * n..(k + 1) * n * n], n).determinant();
            signs.push(sign);
            logs.push(log);
        }
        let logs = Array::from_vec(&logs)?.cast_to(a.dtype().real_part())?;
        Ok((Array::from_vec(&signs)?, logs))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_single_columns_agree() {
        let n = 3 * PANEL + 5;
        let mut seed = 12345u64;
        let mut next = || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let values: Vec<f64> = (0..n * n).map(|_| next()).collect();
        let x: Vec<f64> = (0..n).map(|_| next()).collect();
        let b: Vec<f64> = (0..n).map(|i| (0..n).map(|j| values[i * n + j] * x[j]).sum()).collect();
        let a = Array::from_slice(&[1, n, n], &values).unwrap();
        let b = Array::from_slice(&[1, n, 1], &b).unwrap();
        let found = solve(&a, &b).unwrap().unwrap().to_vec::<f64>().unwrap();
        for (f, x) in found.iter().zip(&x) {
            assert!((f - x).abs() < 1e-9, "{f} {x}");
        }
    }

    #[test]
    fn singular_matrices_are_found() {
        let a = Array::from_slice(&[1, 2, 2], &[1.0, 2.0, 2.0, 4.0]).unwrap();
        assert!(inverse(&a).unwrap().is_none());
        let (sign, log) = determinant(&a).unwrap();
        assert_eq!(sign.to_vec::<f64>().unwrap(), [0.0]);
        assert_eq!(log.to_vec::<f64>().unwrap(), [f64::NEG_INFINITY]);
    }
}
