//! The array object: a typed, strided window onto a [`BufferRef`].
//!
//! # Unsafe contract
//! Every [`Array`] upholds: for each valid index, `data + Σ index·stride` is the first byte of an
//! element that lies inside the buffer. Constructors check it or are `unsafe`. `Array` is a
//! handle: cloning one makes another view of the same elements, and elements are written through
//! `&Array`, as Python code does. Whether it *may* be written is the `writeable` flag, which the
//! checked entry points respect.

mod views;

pub use views::{normalize_axes, normalize_axis, resolve_shape};

use smallvec::{SmallVec, smallvec};

use crate::buffer::BufferRef;
use crate::cast::cast_fn;
use crate::dtype::{Casting, DType, Element, can_cast};
use crate::error::{Error, Result, shape_text};
use crate::fpflags::{self, FpFlags};
use crate::iter::{Shape, Strides, Walk, WalkOrder, broadcast_strides, contiguous_strides};
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

/// Refuses shapes that no array may have, views included: nothing else looks
/// whether their sizes fit a machine word.
pub(crate) fn check_shape(shape: &[usize], itemsize: usize) -> Result<()> {
    if shape.len() > MAX_NDIM {
        return Err(Error::value(format!(
            "maximum supported dimension for an ndarray is currently {MAX_NDIM}, found {}",
            shape.len()
        )));
    }
    element_count(shape, itemsize).map(drop)
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
        check_shape(shape, dtype.itemsize())?;
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
        if shape.contains(&0) {
            return Array::allocate(shape, dtype, strides, false);
        }
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
        check_shape(shape, dtype.itemsize())?;
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
        (self.data as usize).is_multiple_of(align)
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
                "Cannot cast {} from dtype('{}') to dtype('{dtype}') according to the rule '{}'",
                if self.ndim() == 0 { "scalar" } else { "array data" },
                self.dtype,
                casting.name()
            )));
        }
        let result = self.empty_like(&self.shape, dtype, order)?;
        if dtype == self.dtype && result.strides == self.strides {
            // The result has no gaps, hence this array has none either.
            // SAFETY: both hold `nbytes` bytes; the result is new memory.
            unsafe { std::ptr::copy_nonoverlapping(self.data, result.data, result.nbytes()) };
            return Ok((result, FpFlags::NONE));
        }
        let flags = result.copy_cast(self)?;
        if casting == Casting::SameValue && dtype != DType::Bool && !same_values(self, &result) {
            return Err(Error::value(format!(
                "could not cast 'same_value' {} to {}",
                self.dtype.c_name(),
                dtype.c_name()
            )));
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
        if let ([n], [step], [length], [from]) = (&*self.shape, &*self.strides, &*source.shape, &*source.strides)
            && n == length
            && self.dtype == source.dtype
            && !self.may_share_memory(source)
        {
            let copy = cast_fn(source.dtype, self.dtype);
            // SAFETY: `n` elements on both sides, which do not overlap.
            unsafe { copy(source.data, *from, self.data, *step, *n) };
            return Ok(FpFlags::NONE);
        }
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
                shape_text(&from.shape),
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
