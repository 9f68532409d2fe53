//! The array object: a typed, strided window onto a [`BufferRef`].
//!
//! # Unsafe contract
//! Every [`Array`] upholds: for each valid index, `data + Σ index·stride` is the first byte of an
//! element that lies inside the buffer. Constructors check it or are `unsafe`. `Array` is a
//! handle: cloning one makes another view of the same elements, and elements are written through
//! `&Array`, as Python code does. Whether it *may* be written is the `writeable` flag, which the
//! checked entry points respect.

use smallvec::{SmallVec, smallvec};

use crate::buffer::BufferRef;
use crate::cast::cast_fn;
use crate::dtype::{Casting, DType, Element, can_cast};
use crate::error::{Error, Result, shape_text};
use crate::fpflags::{self, FpFlags};
use crate::iter::{Shape, Strides, Walk, WalkOrder, broadcast_strides, contiguous_strides, memory_order};
use crate::scalar::Scalar;

/// The most dimensions NumPy allows.
pub const MAX_NDIM: usize = 64;

/// Memory layout asked of a new array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Order {
    /// Last axis fastest.
    #[default]
    C,
    /// First axis fastest.
    F,
    /// `F` if the model is Fortran- but not C-contiguous, else `C`.
    A,
    /// As near to the model's layout as possible.
    K,
}

/// An n-dimensional array or view.
#[derive(Clone)]
pub struct Array {
    buffer: BufferRef,
    data: *mut u8,
    dtype: DType,
    writeable: bool,
    shape: Shape,
    strides: Strides,
}

// SAFETY: the handle itself is immutable data plus an atomic count; see `buffer.rs` about the
// elements.
unsafe impl Send for Array {}
// SAFETY: as above.
unsafe impl Sync for Array {}

/// Number of elements, or the error NumPy gives for shapes that cannot exist.
pub fn element_count(shape: &[usize], itemsize: usize) -> Result<usize> {
    let mut bytes = itemsize as isize;
    let mut empty = false;
    for &n in shape {
        if n == 0 {
            empty = true;
            continue;
        }
        bytes = isize::try_from(n)
            .ok()
            .and_then(|n| bytes.checked_mul(n))
            .ok_or_else(|| {
                Error::value(
                    "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.",
                )
            })?;
    }
    Ok(if empty { 0 } else { bytes as usize / itemsize.max(1) })
}

/// `7.28 TiB`, as NumPy words a size that could not be had.
fn size_text(nbytes: usize) -> String {
    const UNITS: [&str; 6] = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut unit = 0;
    let mut value = nbytes as f64;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{nbytes} bytes")
    } else if value >= 100.0 {
        format!("{value:.0}. {}", UNITS[unit])
    } else if value >= 10.0 {
        format!("{value:.1} {}", UNITS[unit])
    } else {
        format!("{value:.2} {}", UNITS[unit])
    }
}

impl Array {
    // ----- construction -------------------------------------------------------------------

    fn allocate(shape: &[usize], dtype: DType, strides: Strides, zeroed: bool) -> Result<Array> {
        if shape.len() > MAX_NDIM {
            return Err(Error::value(format!(
                "maximum supported dimension for an ndarray is currently {MAX_NDIM}, found {}",
                shape.len()
            )));
        }
        let nbytes = element_count(shape, dtype.itemsize())? * dtype.itemsize();
        let buffer = BufferRef::alloc(nbytes, zeroed).map_err(|_| {
            let dims: Vec<String> = shape.iter().map(usize::to_string).collect();
            let tail = if shape.len() == 1 { "," } else { "" };
            Error::memory(format!(
                "Unable to allocate {} for an array with shape ({}{tail}) and data type {dtype}",
                size_text(nbytes),
                dims.join(", "),
            ))
        })?;
        Ok(Array {
            data: buffer.data(),
            buffer,
            dtype,
            writeable: true,
            shape: SmallVec::from_slice(shape),
            strides,
        })
    }

    /// Uninitialised elements (any bytes), C or Fortran order (`A` and `K` mean `C`).
    pub fn empty(shape: &[usize], dtype: DType, order: Order) -> Result<Array> {
        let strides = contiguous_strides(shape, dtype.itemsize(), order == Order::F);
        Array::allocate(shape, dtype, strides, false)
    }

    /// All zero; large ones are lazily zeroed by the system.
    pub fn zeros(shape: &[usize], dtype: DType, order: Order) -> Result<Array> {
        let strides = contiguous_strides(shape, dtype.itemsize(), order == Order::F);
        Array::allocate(shape, dtype, strides, true)
    }

    /// All equal to `value`, converted as by assignment.
    pub fn full(shape: &[usize], dtype: DType, order: Order, value: Scalar) -> Result<Array> {
        let array = Array::empty(shape, dtype, order)?;
        array.fill(value)?;
        Ok(array)
    }

    /// Uninitialised, laid out like `self` (`np.empty_like` with another dtype or shape allowed).
    /// With [`Order::K`] and the same number of axes, the axes keep their order in memory.
    pub fn empty_like(&self, shape: &[usize], dtype: DType, order: Order) -> Result<Array> {
        let fortran = match order {
            Order::C => false,
            Order::F => true,
            Order::A => self.is_f_contiguous() && !self.is_c_contiguous(),
            Order::K if shape.len() != self.ndim() || self.is_c_contiguous() => false,
            Order::K if self.is_f_contiguous() => true,
            Order::K => {
                // Unlike in loops over several operands, axes of length 1 count here too.
                let mut permutation: SmallVec<[usize; 4]> = (0..self.ndim()).collect();
                permutation.sort_by_key(|&axis| std::cmp::Reverse(self.strides[axis].unsigned_abs()));
                return Array::empty_permuted(shape, dtype, &permutation);
            }
        };
        Array::empty(shape, dtype, if fortran { Order::F } else { Order::C })
    }

    /// Uninitialised, with axes in memory ordered as `outermost_first` says.
    pub fn empty_permuted(
        shape: &[usize],
        dtype: DType,
        outermost_first: &[usize],
    ) -> Result<Array> {
        let mut strides: Strides = smallvec![0; shape.len()];
        let mut step = dtype.itemsize() as isize;
        for &axis in outermost_first.iter().rev() {
            strides[axis] = step;
            step = step.wrapping_mul(shape[axis].max(1) as isize);
        }
        Array::allocate(shape, dtype, strides, false)
    }

    /// A zero-dimensional array of one value.
    pub fn from_scalar(value: Scalar, dtype: DType) -> Result<Array> {
        let array = Array::empty(&[], dtype, Order::C)?;
        // SAFETY: one element was just allocated.
        unsafe { value.store(dtype, array.data)? };
        Ok(array)
    }

    /// A C-contiguous copy of `values`; its length must be the product of `shape`.
    pub fn from_slice<T: Element>(shape: &[usize], values: &[T]) -> Result<Array> {
        let array = Array::empty(shape, T::DTYPE, Order::C)?;
        if array.size() != values.len() {
            return Err(Error::value(format!(
                "cannot reshape array of size {} into shape {}",
                values.len(),
                shape_text(shape)
            )));
        }
        // SAFETY: the new array has exactly that many elements of that type.
        unsafe {
            std::ptr::copy_nonoverlapping(values.as_ptr(), array.data.cast::<T>(), values.len());
        }
        Ok(array)
    }

    /// A one-dimensional copy of `values`.
    pub fn from_vec<T: Element>(values: &[T]) -> Result<Array> {
        Array::from_slice(&[values.len()], values)
    }

    /// A window onto `buffer` starting `offset` bytes in.
    ///
    /// # Errors
    /// `ValueError` if some element would lie outside the buffer.
    pub fn from_buffer(
        buffer: BufferRef,
        offset: usize,
        dtype: DType,
        shape: &[usize],
        strides: &[isize],
        writeable: bool,
    ) -> Result<Array> {
        let (low, high) = byte_bounds(shape, strides, dtype.itemsize());
        let start = offset as isize + low;
        let end = offset as isize + high;
        if shape.len() != strides.len() || start < 0 || end > buffer.nbytes() as isize {
            return Err(Error::value("strides is incompatible with shape of requested array and size of buffer"));
        }
        Ok(Array {
            data: buffer.data().wrapping_add(offset),
            buffer,
            dtype,
            writeable,
            shape: SmallVec::from_slice(shape),
            strides: SmallVec::from_slice(strides),
        })
    }

    /// A window onto `buffer` at any address.
    ///
    /// # Safety
    /// The type's invariant (file head) must hold.
    pub unsafe fn from_raw_parts(
        buffer: BufferRef,
        data: *mut u8,
        dtype: DType,
        shape: Shape,
        strides: Strides,
        writeable: bool,
    ) -> Array {
        Array { buffer, data, dtype, writeable, shape, strides }
    }

    // ----- facts --------------------------------------------------------------------------

    /// The memory behind.
    pub fn buffer(&self) -> &BufferRef {
        &self.buffer
    }

    /// First element.
    #[inline]
    pub fn data(&self) -> *mut u8 {
        self.data
    }

    /// Element type.
    #[inline]
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Bytes per element.
    #[inline]
    pub fn itemsize(&self) -> usize {
        self.dtype.itemsize()
    }

    /// Axis lengths.
    #[inline]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Byte strides.
    #[inline]
    pub fn strides(&self) -> &[isize] {
        &self.strides
    }

    /// Number of axes.
    #[inline]
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    /// Number of elements.
    #[inline]
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// Bytes of all elements together.
    pub fn nbytes(&self) -> usize {
        self.size() * self.itemsize()
    }

    /// Whether checked writes are allowed.
    #[inline]
    pub fn is_writeable(&self) -> bool {
        self.writeable
    }

    /// Sets the flag of this handle (the caller knows whether the memory allows it).
    pub fn set_writeable(&mut self, writeable: bool) {
        self.writeable = writeable;
    }

    fn is_contiguous(&self, axes: impl Iterator<Item = usize>) -> bool {
        let mut step = self.itemsize() as isize;
        for axis in axes {
            let n = self.shape[axis];
            if n == 0 {
                return true;
            }
            if n != 1 {
                if self.strides[axis] != step {
                    return self.shape.contains(&0);
                }
                step *= n as isize;
            }
        }
        true
    }

    /// Elements in C order without gaps (also any array of at most one element).
    pub fn is_c_contiguous(&self) -> bool {
        self.is_contiguous((0..self.ndim()).rev())
    }

    /// Elements in Fortran order without gaps.
    pub fn is_f_contiguous(&self) -> bool {
        self.is_contiguous(0..self.ndim())
    }

    /// Whether every element is aligned for its type.
    pub fn is_aligned(&self) -> bool {
        let align = match self.dtype {
            DType::C64 => 4,
            DType::C128 => 8,
            other => other.itemsize(),
        };
        self.data as usize % align == 0
            && self
                .shape
                .iter()
                .zip(&self.strides)
                .all(|(&n, &s)| n <= 1 || s.unsigned_abs() % align == 0)
    }

    /// First byte and one past the last byte that elements of the array occupy.
    pub fn byte_range(&self) -> (usize, usize) {
        let (low, high) = byte_bounds(&self.shape, &self.strides, self.itemsize());
        let base = self.data as isize;
        ((base + low) as usize, (base + high) as usize)
    }

    /// Whether the byte ranges of the two arrays overlap (`np.may_share_memory`).
    pub fn may_share_memory(&self, other: &Array) -> bool {
        let (a, b) = self.byte_range();
        let (c, d) = other.byte_range();
        a < b && c < d && a < d && c < b
    }

    /// Whether both arrays are the same elements in the same places.
    pub fn same_elements(&self, other: &Array) -> bool {
        self.data == other.data
            && self.dtype == other.dtype
            && self.shape == other.shape
            && self.strides == other.strides
    }

    /// An axis number that may be negative, as an index.
    pub fn axis(&self, axis: isize) -> Result<usize> {
        normalize_axis(axis, self.ndim())
    }

    // ----- elements -----------------------------------------------------------------------

    /// Address of the element at a full index, without a check.
    #[inline]
    pub(crate) fn address(&self, index: &[usize]) -> *mut u8 {
        index
            .iter()
            .zip(&self.strides)
            .fold(self.data, |p, (&i, &s)| p.wrapping_offset(i as isize * s))
    }

    fn checked_address(&self, index: &[usize]) -> Result<*mut u8> {
        if index.len() != self.ndim() {
            return Err(Error::index(format!(
                "too many indices for array: array is {}-dimensional, but {} were indexed",
                self.ndim(),
                index.len()
            )));
        }
        for (axis, (&i, &n)) in index.iter().zip(&self.shape).enumerate() {
            if i >= n {
                return Err(Error::index_bounds(i as i64, axis, n));
            }
        }
        Ok(self.address(index))
    }

    /// The element at a full index.
    pub fn get(&self, index: &[usize]) -> Result<Scalar> {
        let ptr = self.checked_address(index)?;
        // SAFETY: the index is in bounds.
        Ok(unsafe { Scalar::load(self.dtype, ptr) })
    }

    /// Writes the element at a full index.
    pub fn set(&self, index: &[usize], value: Scalar) -> Result<()> {
        self.check_writeable()?;
        let ptr = self.checked_address(index)?;
        // SAFETY: the index is in bounds.
        unsafe { value.store(self.dtype, ptr) }
    }

    /// The first element in C order, of an array that has one.
    pub fn first(&self) -> Option<Scalar> {
        // SAFETY: there is an element at `data`.
        (self.size() > 0).then(|| unsafe { Scalar::load(self.dtype, self.data) })
    }

    /// `ValueError: assignment destination is read-only`
    pub fn check_writeable(&self) -> Result<()> {
        if self.writeable {
            Ok(())
        } else {
            Err(Error::value("assignment destination is read-only"))
        }
    }

    /// Sets every element.
    pub fn fill(&self, value: Scalar) -> Result<()> {
        self.check_writeable()?;
        self.fill_unchecked(value)
    }

    /// Sets every element, writeable or not.
    pub(crate) fn fill_unchecked(&self, value: Scalar) -> Result<()> {
        let mut item = [0u64; 2];
        let item = item.as_mut_ptr().cast::<u8>();
        // SAFETY: 16 bytes hold one element of any type; stride 0 reads only that one, and the
        // walk stays inside the array.
        unsafe {
            value.store(self.dtype, item)?;
            let copy = cast_fn(self.dtype, self.dtype);
            Walk::new(&self.shape, &[(self.data, &self.strides)], WalkOrder::Memory)
                .for_each(|p, n, s| {
                    copy(item, 0, p[0], s[0], n);
                });
        }
        Ok(())
    }

    /// The elements as a slice, if they are contiguous in C order and of type `T`.
    ///
    /// # Safety
    /// Nothing writes the elements while the slice lives.
    pub unsafe fn as_slice<T: Element>(&self) -> Option<&[T]> {
        if T::DTYPE != self.dtype || !self.is_c_contiguous() || !self.is_aligned() {
            return None;
        }
        // SAFETY: contiguous, aligned, of that type; the rest is the caller's promise.
        Some(unsafe { std::slice::from_raw_parts(self.data.cast::<T>(), self.size()) })
    }

    /// All elements in C order, converted to `T`.
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        let n = self.size();
        let mut values = Vec::new();
        values
            .try_reserve_exact(n)
            .map_err(|_| Error::memory(format!("Unable to allocate {}", size_text(n * size_of::<T>()))))?;
        values.resize(n, T::default());
        let cast = cast_fn(self.dtype, T::DTYPE);
        let mut out = values.as_mut_ptr().cast::<u8>();
        Walk::new(&self.shape, &[(self.data, &self.strides)], WalkOrder::C).for_each(|p, n, s| {
            // SAFETY: the walk visits exactly `size` elements, which `values` has room for.
            unsafe { cast(p[0], s[0], out, size_of::<T>() as isize, n) };
            out = out.wrapping_add(n * size_of::<T>());
        });
        Ok(values)
    }

    /// The bytes of all elements in C order.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let n = self.nbytes();
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(n)
            .map_err(|_| Error::memory(format!("Unable to allocate {}", size_text(n))))?;
        bytes.resize(n, 0u8);
        let copy = cast_fn(self.dtype, self.dtype);
        let size = self.itemsize();
        let mut out = bytes.as_mut_ptr();
        Walk::new(&self.shape, &[(self.data, &self.strides)], WalkOrder::C).for_each(|p, n, s| {
            // SAFETY: as in `to_vec`.
            unsafe { copy(p[0], s[0], out, size as isize, n) };
            out = out.wrapping_add(n * size);
        });
        Ok(bytes)
    }

    // ----- copying ------------------------------------------------------------------------

    /// A copy with its own memory.
    pub fn copy(&self, order: Order) -> Result<Array> {
        Ok(self.astype(self.dtype, order, Casting::Unsafe)?.0)
    }

    /// A converted copy, and the floating-point conditions met on the way.
    ///
    /// # Errors
    /// `TypeError` if `casting` forbids it; `ValueError` if a value would change under
    /// [`Casting::SameValue`].
    pub fn astype(&self, dtype: DType, order: Order, casting: Casting) -> Result<(Array, FpFlags)> {
        if !can_cast(self.dtype, dtype, casting) {
            return Err(Error::type_error(format!(
                "Cannot cast array data from dtype('{}') to dtype('{dtype}') according to the rule '{}'",
                self.dtype,
                casting.name()
            )));
        }
        let result = self.empty_like(&self.shape, dtype, order)?;
        let flags = result.copy_cast(self)?;
        if casting == Casting::SameValue && !same_values(self, &result) {
            return Err(Error::value("could not cast 'same_value'"));
        }
        Ok((result, flags))
    }

    /// `self` if it already has that dtype (and is aligned), else a converted copy.
    pub fn cast_to(&self, dtype: DType) -> Result<Array> {
        if self.dtype == dtype && self.is_aligned() {
            Ok(self.clone())
        } else {
            Ok(self.astype(dtype, Order::K, Casting::Unsafe)?.0)
        }
    }

    /// Copies converted elements of `source` (broadcast to this shape) into this array, which
    /// need not be writeable. Overlapping memory behaves as if `source` were copied first.
    ///
    /// # Errors
    /// `ValueError: could not broadcast input array from shape … into shape …`
    pub fn copy_cast(&self, source: &Array) -> Result<FpFlags> {
        // NumPy lets leading axes of length 1 of the source go.
        let mut from = source.clone();
        while from.ndim() > self.ndim() && from.shape[0] == 1 {
            from.shape.remove(0);
            from.strides.remove(0);
        }
        let fits = from.ndim() <= self.ndim() && {
            let lead = self.ndim() - from.ndim();
            from.shape
                .iter()
                .zip(&self.shape[lead..])
                .all(|(&a, &b)| a == b || a == 1)
        };
        if !fits {
            return Err(Error::value(format!(
                "could not broadcast input array from shape {} into shape {}",
                shape_text(&source.shape),
                shape_text(&self.shape)
            )));
        }
        if self.may_share_memory(&from) && !self.same_elements(&from) {
            from = from.copy(Order::K)?;
        }
        let strides = broadcast_strides(&from.shape, &from.strides, &self.shape);
        let cast = cast_fn(from.dtype, self.dtype);
        let walk = Walk::new(
            &self.shape,
            &[(self.data, &self.strides), (from.data, &strides)],
            WalkOrder::Memory,
        );
        let mut soft = FpFlags::NONE;
        let ((), hard) = fpflags::watch(|| {
            // SAFETY: the walk stays inside both arrays, which do not overlap by now.
            walk.for_each(|p, n, s| soft |= unsafe { cast(p[1], s[1], p[0], s[0], n) });
        });
        let exact_pair = self.dtype == from.dtype;
        Ok(if exact_pair { FpFlags::NONE } else { soft | hard_cast_flags(from.dtype, self.dtype, hard) })
    }

    /// `self[...] = source`: as [`Array::copy_cast`] with the write check.
    pub fn assign(&self, source: &Array) -> Result<FpFlags> {
        self.check_writeable()?;
        self.copy_cast(source)
    }

    // ----- views --------------------------------------------------------------------------

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

    /// One-dimensional, a view if possible.
    pub fn ravel(&self, order: Order) -> Result<Array> {
        match order {
            Order::K if !self.is_c_contiguous() => {
                let axes = memory_order(&self.shape, &[&self.strides]);
                self.permuted(&axes)?.reshape(&[-1], Order::C)
            }
            _ => self.reshape(&[-1], order),
        }
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
        let mut result = self.clone();
        result.strides = broadcast_strides(&self.shape, &self.strides, shape);
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
            if bytes % new != 0 {
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

/// Which hardware flags a conversion may raise: narrowing floats overflow and underflow.
fn hard_cast_flags(from: DType, to: DType, hard: FpFlags) -> FpFlags {
    if from.is_inexact() && to.is_inexact() || to == DType::F16 {
        FpFlags(hard.0 & (FpFlags::OVERFLOW.0 | FpFlags::UNDERFLOW.0))
    } else {
        FpFlags::NONE
    }
}

/// Whether converting back gives every original value (NaN counts as kept).
fn same_values(original: &Array, converted: &Array) -> bool {
    let mut equal = true;
    let (from, to) = (original.dtype, converted.dtype);
    Walk::new(
        &original.shape,
        &[(original.data, &original.strides), (converted.data, &converted.strides)],
        WalkOrder::Memory,
    )
    .for_each(|p, n, s| {
        let (mut a, mut b) = (p[0], p[1]);
        for _ in 0..n {
            // SAFETY: the walk stays inside both arrays.
            let (x, y) = unsafe { (Scalar::load(from, a), Scalar::load(to, b)) };
            let (cx, cy) = (x.to_complex(), y.to_complex());
            let both_nan = (cx.re.is_nan() || cx.im.is_nan()) && (cy.re.is_nan() || cy.im.is_nan());
            let ints = match (x, y) {
                (Scalar::Int(i), Scalar::Int(j)) => i == j,
                _ => true,
            };
            equal &= ints && (cx == cy || both_nan);
            a = a.wrapping_offset(s[0]);
            b = b.wrapping_offset(s[1]);
        }
    });
    equal
}

/// Lowest and highest byte offset (exclusive) from the first element.
fn byte_bounds(shape: &[usize], strides: &[isize], itemsize: usize) -> (isize, isize) {
    if shape.contains(&0) {
        return (0, 0);
    }
    let (mut low, mut high) = (0isize, itemsize as isize);
    for (&n, &s) in shape.iter().zip(strides) {
        let span = s.saturating_mul(n as isize - 1);
        if span < 0 {
            low = low.saturating_add(span);
        } else {
            high = high.saturating_add(span);
        }
    }
    (low, high)
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
        if known == 0 || size % known != 0 {
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
