//! Views: the same elements under another shape, and the axis arithmetic that goes with them.
//!
//! `unsafe` room: [`Array::with_layout`] makes a view whose caller vouches that every element lies
//! in the buffer.

use smallvec::{SmallVec, smallvec};

use super::Array;
use crate::array::Order;
use crate::dtype::DType;
use crate::error::{Error, Result, shape_text};
use crate::iter::{Shape, Strides, broadcast_strides, contiguous_strides, memory_order};

impl Array {
    /// The same memory seen with other shape and strides.
    ///
    /// # Safety
    /// The type's invariant (file head) must hold for the result.
    pub unsafe fn with_layout(&self, data: *mut u8, shape: Shape, strides: Strides) -> Array {
        Array {
            buffer: self.buffer.clone(),
            data,
            dtype: self.dtype,
            writeable: self.writeable,
            shape,
            strides,
        }
    }

    /// `lib.stride_tricks.as_strided`, refused where it would leave the buffer.
    pub fn as_strided(&self, shape: &[usize], strides: &[isize]) -> Result<Array> {
        let offset = self.data as usize - self.buffer.data() as usize;
        Array::from_buffer(self.buffer.clone(), offset, self.dtype, shape, strides, self.writeable)
    }

    /// Axes permuted: axis `i` of the result is axis `axes[i]` of this array.
    pub fn permuted(&self, axes: &[usize]) -> Result<Array> {
        if axes.len() != self.ndim() {
            return Err(Error::value("axes don't match array"));
        }
        let mut seen: SmallVec<[bool; 8]> = smallvec![false; axes.len()];
        for &axis in axes {
            if axis >= self.ndim() {
                return Err(Error::axis(axis as isize, self.ndim()));
            }
            if std::mem::replace(&mut seen[axis], true) {
                return Err(Error::value("repeated axis in transpose"));
            }
        }
        let mut result = self.clone();
        result.shape = axes.iter().map(|&a| self.shape[a]).collect();
        result.strides = axes.iter().map(|&a| self.strides[a]).collect();
        Ok(result)
    }

    /// `transpose(axes)` with possibly negative axes; `None` reverses them.
    pub fn transpose(&self, axes: Option<&[isize]>) -> Result<Array> {
        match axes {
            None => {
                let mut result = self.clone();
                result.shape.reverse();
                result.strides.reverse();
                Ok(result)
            }
            Some(axes) => {
                if axes.len() != self.ndim() {
                    return Err(Error::value("axes don't match array"));
                }
                let axes: SmallVec<[usize; 4]> =
                    axes.iter().map(|&a| self.axis(a)).collect::<Result<_>>()?;
                self.permuted(&axes)
            }
        }
    }

    /// Two axes exchanged.
    pub fn swapaxes(&self, a: isize, b: isize) -> Result<Array> {
        let (a, b) = (self.axis(a)?, self.axis(b)?);
        let mut result = self.clone();
        result.shape.swap(a, b);
        result.strides.swap(a, b);
        Ok(result)
    }

    /// A view of another shape without copying, if the strides allow one.
    pub fn reshape_view(&self, shape: &[usize], order: Order) -> Option<Array> {
        if shape.contains(&0) {
            // Unlike a new array, a reshaped one without elements has distances.
            let filled: Shape = shape.iter().map(|&n| n.max(1)).collect();
            let mut result = self.clone();
            result.shape = SmallVec::from_slice(shape);
            result.strides = contiguous_strides(&filled, self.itemsize(), order == Order::F);
            return Some(result);
        }
        let strides = reshape_strides(
            &self.shape,
            &self.strides,
            shape,
            self.itemsize(),
            order == Order::F,
        )?;
        let mut result = self.clone();
        result.shape = SmallVec::from_slice(shape);
        result.strides = strides;
        Some(result)
    }

    /// `reshape`: one entry may be -1. A view if possible, else a copy in `order`.
    pub fn reshape(&self, shape: &[isize], order: Order) -> Result<Array> {
        let shape = resolve_shape(self.size(), shape)?;
        if shape == self.shape {
            return Ok(self.clone());
        }
        let order = match order {
            Order::A if self.is_f_contiguous() && !self.is_c_contiguous() => Order::F,
            Order::F => Order::F,
            _ => Order::C,
        };
        if let Some(view) = self.reshape_view(&shape, order) {
            return Ok(view);
        }
        let copy = self.copy(order)?;
        copy.reshape_view(&shape, order)
            .ok_or_else(|| Error::runtime("a contiguous copy has every shape"))
    }

    /// `reshape` to known lengths in C order.
    pub(crate) fn reshape_to(&self, shape: &[usize]) -> Result<Array> {
        let shape: SmallVec<[isize; 4]> = shape.iter().map(|&n| n as isize).collect();
        self.reshape(&shape, Order::C)
    }

    /// One-dimensional and contiguous, a view if possible.
    pub fn ravel(&self, order: Order) -> Result<Array> {
        let flat = match order {
            Order::K if !self.is_c_contiguous() => {
                let axes = memory_order(&self.shape, &[&self.strides]);
                self.permuted(&axes)?.reshape(&[-1], Order::C)?
            }
            _ => self.reshape(&[-1], order)?,
        };
        if flat.is_c_contiguous() { Ok(flat) } else { flat.copy(Order::C) }
    }

    /// Without the given axes of length 1 (`None`: all such axes).
    pub fn squeeze(&self, axes: Option<&[isize]>) -> Result<Array> {
        let drop: SmallVec<[usize; 4]> = match axes {
            None => (0..self.ndim()).filter(|&a| self.shape[a] == 1).collect(),
            Some(axes) => normalize_axes(axes, self.ndim())?,
        };
        if drop.iter().any(|&a| self.shape[a] != 1) {
            return Err(Error::value(
                "cannot select an axis to squeeze out which has size not equal to one",
            ));
        }
        let keep = |a: &usize| !drop.contains(a);
        let mut result = self.clone();
        result.shape = (0..self.ndim()).filter(keep).map(|a| self.shape[a]).collect();
        result.strides = (0..self.ndim()).filter(keep).map(|a| self.strides[a]).collect();
        Ok(result)
    }

    /// With a new axis of length 1 before position `axis` of the result.
    pub fn expand_dims(&self, axis: isize) -> Result<Array> {
        let axis = normalize_axis(axis, self.ndim() + 1)?;
        let mut result = self.clone();
        result.shape.insert(axis, 1);
        result.strides.insert(axis, 0);
        Ok(result)
    }

    /// Stretched to `shape` without copying; read-only.
    pub fn broadcast_to(&self, shape: &[usize]) -> Result<Array> {
        let fits = self.ndim() <= shape.len()
            && self
                .shape
                .iter()
                .zip(&shape[shape.len() - self.ndim()..])
                .all(|(&a, &b)| a == b || a == 1);
        if !fits {
            if self.ndim() > shape.len() {
                return Err(Error::value(
                    "input operand has more dimensions than allowed by the axis remapping",
                ));
            }
            return Err(Error::value(format!(
                "operands could not be broadcast together with remapped shapes [original->remapped]: {}  and requested shape {}",
                shape_text(&self.shape),
                shape_text(shape)
            )));
        }
        super::check_shape(shape, self.dtype.itemsize())?;
        let mut result = self.clone();
        result.strides = broadcast_strides(&self.shape, &self.strides, shape);
        for (stride, _) in result.strides.iter_mut().zip(shape).filter(|(_, n)| **n == 1) {
            *stride = 0;
        }
        result.shape = SmallVec::from_slice(shape);
        result.writeable = false;
        Ok(result)
    }

    /// The diagonal of two axes as the last axis of a read-only view (`np.diagonal`).
    pub fn diagonal(&self, offset: isize, axis1: isize, axis2: isize) -> Result<Array> {
        if self.ndim() < 2 {
            return Err(Error::value("diag requires an array of at least two dimensions"));
        }
        let (a, b) = (self.axis(axis1)?, self.axis(axis2)?);
        if a == b {
            return Err(Error::value("axis1 and axis2 cannot be the same"));
        }
        let (mut rows, mut columns) = (self.shape[a] as isize, self.shape[b] as isize);
        let mut result = self.clone();
        if offset >= 0 {
            columns -= offset;
        } else {
            rows += offset;
        }
        let n = rows.min(columns).max(0);
        if n > 0 {
            let step = if offset >= 0 { self.strides[b] * offset } else { -self.strides[a] * offset };
            result.data = self.data.wrapping_offset(step);
        }
        let keep = |axis: &usize| *axis != a && *axis != b;
        result.shape = (0..self.ndim()).filter(keep).map(|i| self.shape[i]).collect();
        result.strides = (0..self.ndim()).filter(keep).map(|i| self.strides[i]).collect();
        result.shape.push(n as usize);
        result.strides.push(self.strides[a] + self.strides[b]);
        result.writeable = false;
        Ok(result)
    }

    /// The real (`false`) or imaginary (`true`) parts of a complex array as a view.
    pub fn complex_part(&self, imaginary: bool) -> Option<Array> {
        if !self.dtype.is_complex() {
            return None;
        }
        let mut result = self.clone();
        result.dtype = self.dtype.real_part();
        if imaginary {
            result.data = self.data.wrapping_add(result.dtype.itemsize());
        }
        Some(result)
    }

    /// `view(dtype)`: the same bytes as another element type.
    ///
    /// # Errors
    /// NumPy's, if the last axis cannot be regrouped.
    pub fn view_as(&self, dtype: DType) -> Result<Array> {
        let (old, new) = (self.itemsize(), dtype.itemsize());
        let mut result = self.clone();
        result.dtype = dtype;
        if old == new {
            return Ok(result);
        }
        let Some(last) = self.ndim().checked_sub(1) else {
            return Err(Error::value(
                "Changing the dtype of a 0d array is only supported if the itemsize is unchanged",
            ));
        };
        if self.strides[last] != old as isize && self.shape[last] != 1 && self.size() != 0 {
            return Err(Error::value(
                "To change to a dtype of a different size, the last axis must be contiguous",
            ));
        }
        if new < old {
            if old % new != 0 {
                return Err(Error::value(
                    "When changing to a smaller dtype, its size must be a divisor of the size of original dtype",
                ));
            }
            result.shape[last] = self.shape[last] * (old / new);
        } else {
            let bytes = self.shape[last] * old;
            if !bytes.is_multiple_of(new) {
                return Err(Error::value(
                    "When changing to a larger dtype, its size must be a divisor of the total size in bytes of the last axis of the array.",
                ));
            }
            result.shape[last] = bytes / new;
        }
        result.strides[last] = new as isize;
        Ok(result)
    }

    /// The sub-array at position `i` of the first axis.
    pub(crate) fn outer(&self, i: usize) -> Array {
        let mut result = self.clone();
        result.data = self.data.wrapping_offset(self.strides[0] * i as isize);
        result.shape.remove(0);
        result.strides.remove(0);
        result
    }
}

/// An axis number in `-ndim..ndim` as an index.
pub fn normalize_axis(axis: isize, ndim: usize) -> Result<usize> {
    let index = if axis < 0 { axis + ndim as isize } else { axis };
    if index < 0 || index >= ndim as isize {
        return Err(Error::axis(axis, ndim));
    }
    Ok(index as usize)
}

/// Several axes, none twice.
pub fn normalize_axes(axes: &[isize], ndim: usize) -> Result<SmallVec<[usize; 4]>> {
    let mut result: SmallVec<[usize; 4]> = SmallVec::new();
    for &axis in axes {
        let axis = normalize_axis(axis, ndim)?;
        if result.contains(&axis) {
            return Err(Error::value("duplicate value in 'axis'"));
        }
        result.push(axis);
    }
    Ok(result)
}

/// The shape meant by a reshape request with at most one -1.
pub fn resolve_shape(size: usize, shape: &[isize]) -> Result<Shape> {
    let unknown = shape.iter().filter(|&&n| n < 0).count();
    if unknown > 1 {
        return Err(Error::value("can only specify one unknown dimension"));
    }
    let known = shape
        .iter()
        .filter(|&&n| n >= 0)
        .try_fold(1usize, |p, &n| p.checked_mul(n as usize));
    let mismatch = || {
        // NumPy drops leading unknown dimensions and calls others `newaxis`.
        let known = shape.iter().skip_while(|&&n| n < 0);
        let dims: SmallVec<[String; 4]> = known
            .map(|&n| if n < 0 { "newaxis".to_owned() } else { n.to_string() })
            .collect();
        let comma = if shape.len() == 1 && dims.len() == 1 { "," } else { "" };
        let text = format!("({}{comma})", dims.join(","));
        Error::value(format!("cannot reshape array of size {size} into shape {text}"))
    };
    let known = known.ok_or_else(mismatch)?;
    let inferred = if unknown == 1 {
        if known == 0 || !size.is_multiple_of(known) {
            return Err(mismatch());
        }
        size / known
    } else {
        if known != size {
            return Err(mismatch());
        }
        0
    };
    Ok(shape
        .iter()
        .map(|&n| if n < 0 { inferred } else { n as usize })
        .collect())
}

/// Strides that give the same elements in the new shape, if there are any.
///
/// Old and new axes are matched in groups of equal element count; within a group the old axes
/// must be contiguous with respect to each other.
fn reshape_strides(
    shape: &[usize],
    strides: &[isize],
    new_shape: &[usize],
    itemsize: usize,
    fortran: bool,
) -> Option<Strides> {
    if shape.contains(&0) {
        return Some(contiguous_strides(new_shape, itemsize, fortran));
    }
    let old: SmallVec<[(usize, isize); 4]> = shape
        .iter()
        .zip(strides)
        .filter(|(n, _)| **n != 1)
        .map(|(&n, &s)| (n, s))
        .collect();
    let mut result: Strides = smallvec![0; new_shape.len()];
    let (mut oi, mut ni) = (0, 0);
    while oi < old.len() && ni < new_shape.len() {
        let (old_start, new_start) = (oi, ni);
        let (mut old_count, mut new_count) = (old[oi].0, new_shape[ni]);
        while old_count != new_count {
            if new_count < old_count {
                ni += 1;
                new_count *= *new_shape.get(ni)?;
            } else {
                oi += 1;
                old_count *= old.get(oi)?.0;
            }
        }
        for k in old_start..oi {
            let fits = if fortran {
                old[k + 1].1 == old[k].0 as isize * old[k].1
            } else {
                old[k].1 == old[k + 1].0 as isize * old[k + 1].1
            };
            if !fits {
                return None;
            }
        }
        if fortran {
            let mut step = old[old_start].1;
            for k in new_start..=ni {
                result[k] = step;
                step *= new_shape[k] as isize;
            }
        } else {
            let mut step = old[oi].1;
            for k in (new_start..=ni).rev() {
                result[k] = step;
                step *= new_shape[k] as isize;
            }
        }
        oi += 1;
        ni += 1;
    }
    // Only axes of length 1 are left; any stride will do, NumPy continues the pattern.
    let tail = if fortran {
        ni.checked_sub(1).map_or(itemsize as isize, |k| result[k] * new_shape[k] as isize)
    } else {
        ni.checked_sub(1).map_or(itemsize as isize, |k| result[k])
    };
    for slot in &mut result[ni..] {
        *slot = tail;
    }
    Some(result)
}
