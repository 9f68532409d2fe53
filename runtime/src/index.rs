//! Indexing: integers, slices, new axes, ellipsis (views) and integer or boolean arrays (copies).
//!
//! # Unsafe contract
//! [`Places`] holds byte offsets that were checked against the indexed array; adding them to its
//! first element gives addresses inside the buffer.

use smallvec::SmallVec;

use crate::array::{Array, Order};
use crate::cast::cast_fn;
use crate::dtype::DType;
use crate::error::{Error, Result, shape_text};
use crate::fpflags::FpFlags;
use crate::iter::{Shape, Strides, Walk, WalkOrder, broadcast_shapes, broadcast_strides};
use crate::scalar::Scalar;

/// One entry of an index tuple.
#[derive(Clone)]
pub enum Index {
    /// An integer, negative from the end.
    Int(i64),
    /// `start:stop:step`
    Slice {
        /// First position.
        start: Option<i64>,
        /// Position after the last.
        stop: Option<i64>,
        /// Distance.
        step: Option<i64>,
    },
    /// `None`: a new axis of length 1.
    NewAxis,
    /// `...`
    Ellipsis,
    /// An integer or boolean array.
    Array(Array),
    /// `True` or `False`: a new axis of length 1 or 0.
    Bool(bool),
}

impl Index {
    /// `:`
    pub const ALL: Index = Index::Slice { start: None, stop: None, step: None };

    fn is_advanced(&self) -> bool {
        matches!(self, Index::Array(_) | Index::Bool(_))
    }

    /// How many axes of the array the entry takes up.
    fn consumes(&self) -> usize {
        match self {
            Index::Int(_) | Index::Slice { .. } => 1,
            Index::NewAxis | Index::Ellipsis | Index::Bool(_) => 0,
            Index::Array(a) if a.dtype() == DType::Bool => a.ndim(),
            Index::Array(_) => 1,
        }
    }
}

/// Start, length and step of a slice of an axis of length `n`, by Python's rules.
///
/// # Errors
/// `ValueError: slice step cannot be zero`
pub fn slice_bounds(
    n: usize,
    start: Option<i64>,
    stop: Option<i64>,
    step: Option<i64>,
) -> Result<(i64, usize, i64)> {
    let step = step.unwrap_or(1).max(-i64::MAX);
    if step == 0 {
        return Err(Error::value("slice step cannot be zero"));
    }
    let n = n as i64;
    let (low, high) = if step > 0 { (0, n) } else { (-1, n - 1) };
    let place = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(b) if b < 0 => b.saturating_add(n).max(low),
        Some(b) => b.min(high),
    };
    let (start, stop) = if step > 0 {
        (place(start, low), place(stop, high))
    } else {
        (place(start, high), place(stop, low))
    };
    let len = if step > 0 && stop > start {
        (stop - start - 1) / step + 1
    } else if step < 0 && start > stop {
        (start - stop - 1) / -step + 1
    } else {
        0
    };
    Ok((start, len as usize, step))
}

/// A slice of one axis of an array: bytes to its first element, length, bytes from one element to
/// the next. Without elements it keeps the place and the distance of the axis.
#[inline]
fn sliced_axis(
    array: &Array,
    axis: usize,
    start: Option<i64>,
    stop: Option<i64>,
    step: Option<i64>,
) -> Result<(isize, usize, isize)> {
    let (first, len, step) = slice_bounds(array.shape()[axis], start, stop, step)?;
    let stride = array.strides()[axis];
    let (first, step) = if len > 0 { (first as isize, step as isize) } else { (0, 1) };
    Ok((first * stride, len, stride.wrapping_mul(step)))
}

/// An index on one axis as a position.
pub fn position(index: i64, axis: usize, size: usize) -> Result<usize> {
    let at = if index < 0 { index.wrapping_add(size as i64) } else { index };
    if at < 0 || at >= size as i64 {
        return Err(Error::index_bounds(index, axis, size));
    }
    Ok(at as usize)
}

/// An index array applied to one axis: positions, axis stride and size, axis number.
struct Picked {
    index: Array,
    stride: isize,
    size: usize,
    axis: usize,
}

/// The elements an index tuple selects: listed offsets (from index arrays) times a regular rest.
pub struct Places {
    base: Array,
    /// Shape of the broadcast index arrays.
    listed: Shape,
    /// Byte offset of each listed entry, in C order.
    offsets: Offsets,
    rest_shape: Shape,
    rest_strides: Strides,
    /// Where the listed axes stand among the axes of the result.
    position: usize,
    shape: Shape,
}

impl Array {
    /// `self[indices]`: a view if no index arrays take part, else a copy.
    ///
    /// # Errors
    /// `IndexError` and `ValueError` with NumPy's texts.
    pub fn index(&self, indices: &[Index]) -> Result<Array> {
        if let Some(mask) = self.full_mask(indices) {
            return self.compress(mask);
        }
        if let [Index::Array(places)] = indices
            && let Some(taken) = self.taken(places)
        {
            return taken;
        }
        if let Some(view) = self.plain_view(indices) {
            return Ok(view);
        }
        let plain = without_scalar_arrays(indices);
        let indices = plain.as_deref().unwrap_or(indices);
        let places = Places::new(self, indices)?;
        if indices.iter().any(Index::is_advanced) {
            places.read()
        } else if plain.is_some() {
            // A zero-dimensional index array makes a copy all the same.
            places.view().copy(Order::K)
        } else {
            Ok(places.view())
        }
    }

    /// Elements of a one-dimensional array at places side by side; `None` if it is not that or a
    /// place is not in the array.
    fn taken(&self, places: &Array) -> Option<Result<Array>> {
        let ([n], [step]) = (self.shape(), self.strides()) else { return None };
        let suited = places.dtype() == DType::I64 && places.ndim() > 0 && places.is_c_contiguous() && places.is_aligned();
        if !suited {
            return None;
        }
        let result = match Array::empty(places.shape(), self.dtype(), Order::C) {
            Ok(result) => result,
            Err(error) => return Some(Err(error)),
        };
        with_dtype!(self.dtype(), T => {
            // SAFETY: `size` integers side by side, as many elements of the result; each place is
            // checked before it is read.
            unsafe {
                let places = std::slice::from_raw_parts(places.data().cast::<i64>(), places.size());
                let (from, to) = (self.data(), result.data().cast::<T>());
                for (k, &place) in places.iter().enumerate() {
                    let place = (if place < 0 { place.wrapping_add(*n as i64) } else { place }) as usize;
                    if place >= *n {
                        return None;
                    }
                    to.add(k).write(from.wrapping_offset(place as isize * step).cast::<T>().read_unaligned());
                }
            }
        });
        Some(Ok(result))
    }

    /// The view of integers, slices, new axes and at most one ellipsis that fit; anything else is
    /// left to [`Places`].
    fn plain_view(&self, indices: &[Index]) -> Option<Array> {
        let mut consumed = 0;
        let mut ellipses = 0;
        for entry in indices {
            match entry {
                Index::Int(_) | Index::Slice { .. } => consumed += 1,
                Index::NewAxis => {}
                Index::Ellipsis => ellipses += 1,
                _ => return None,
            }
        }
        let fill = self.ndim().checked_sub(consumed).filter(|_| ellipses <= 1)?;
        let mut view = BasicView::new(self);
        for entry in indices {
            match entry {
                Index::Int(i) => view.integer(*i).ok()?,
                Index::Slice { start, stop, step } => view.slice(*start, *stop, *step).ok()?,
                Index::NewAxis => view.new_axis(),
                _ => view.keep(fill),
            }
        }
        if ellipses == 0 {
            view.keep(fill);
        }
        if view.shape.len() > crate::array::MAX_NDIM {
            return None;
        }
        // SAFETY: every place is inside the array.
        Some(unsafe { self.with_layout(view.data, view.shape, view.strides) })
    }

    /// `self[indices] = value`.
    ///
    /// # Errors
    /// Those of indexing; `ValueError` if the value does not fit or the array is read-only.
    pub fn assign_index(&self, indices: &[Index], value: &Array) -> Result<FpFlags> {
        self.check_writeable()?;
        if let Some(mask) = self.full_mask(indices)
        {
            if value.ndim() > 1 {
                return Err(Error::type_error(format!(
                    "NumPy boolean array indexing assignment requires a 0 or 1-dimensional input, input has {} dimensions",
                    value.ndim()
                )));
            }
            return self.assign_mask(mask, value);
        }
        let plain = without_scalar_arrays(indices);
        let indices = plain.as_deref().unwrap_or(indices);
        let one_element = indices.len() == self.ndim()
            && indices.iter().all(|i| matches!(i, Index::Int(_)));
        if one_element && value.size() != 1 {
            Places::new(self, indices)?;
            return Err(Error::value("setting an array element with a sequence."));
        }
        let places = Places::new(self, indices)?;
        if indices.iter().any(Index::is_advanced) {
            places.write(value)
        } else {
            places.view().copy_cast(value)
        }
    }

    /// The element at integer positions, one per axis and possibly negative.
    pub fn get_at(&self, indices: &[i64]) -> Result<Scalar> {
        let ptr = self.element(indices)?;
        // SAFETY: `element` checked the index.
        Ok(unsafe { Scalar::load(self.dtype(), ptr) })
    }

    /// Writes the element at integer positions, one per axis and possibly negative.
    pub fn set_at(&self, indices: &[i64], value: Scalar) -> Result<()> {
        self.check_writeable()?;
        let ptr = self.element(indices)?;
        // SAFETY: `element` checked the index.
        unsafe { value.store(self.dtype(), ptr) }
    }

    /// Address of the element at integer positions, one per axis and possibly negative.
    pub fn element(&self, indices: &[i64]) -> Result<*mut u8> {
        if indices.len() != self.ndim() {
            return Err(too_many(self.ndim(), indices.len()));
        }
        let mut ptr = self.data();
        for (axis, &index) in indices.iter().enumerate() {
            let at = position(index, axis, self.shape()[axis])?;
            ptr = ptr.wrapping_offset(at as isize * self.strides()[axis]);
        }
        Ok(ptr)
    }

    /// The sub-array (view) at one position of the first axis.
    pub fn row(&self, index: i64) -> Result<Array> {
        if self.ndim() == 0 {
            return Err(too_many(0, 1));
        }
        Ok(self.outer(position(index, 0, self.shape()[0])?))
    }

    /// The sub-array (view) that a slice selects from the first axis.
    pub fn rows(&self, start: Option<i64>, stop: Option<i64>, step: Option<i64>) -> Result<Array> {
        if self.ndim() == 0 {
            return Err(too_many(0, 1));
        }
        let (offset, len, stride) = sliced_axis(self, 0, start, stop, step)?;
        let data = self.data().wrapping_offset(offset);
        let mut shape = Shape::from_slice(self.shape());
        let mut strides = Strides::from_slice(self.strides());
        shape[0] = len;
        strides[0] = stride;
        // SAFETY: the bounds are inside the axis; a part of the array.
        Ok(unsafe { self.with_layout(data, shape, strides) })
    }

    /// The boolean array of the common form `a[mask]` with matching shapes.
    fn full_mask<'a>(&self, indices: &'a [Index]) -> Option<&'a Array> {
        match indices {
            [Index::Array(mask)]
                if mask.dtype() == DType::Bool
                    && mask.ndim() > 0
                    && mask.shape() == self.shape() =>
            {
                Some(mask)
            }
            _ => None,
        }
    }

    /// Elements where a mask of the same shape is true.
    fn compress(&self, mask: &Array) -> Result<Array> {
        let n = count_true(mask);
        let result = Array::empty(&[n], self.dtype(), Order::C)?;
        let size = self.itemsize();
        let copy = cast_fn(self.dtype(), self.dtype());
        let mut out = result.data();
        let end = out.wrapping_add(n * size);
        Walk::new(
            self.shape(),
            &[(self.data(), self.strides()), (mask.data(), mask.strides())],
            WalkOrder::C,
        )
        .for_each(|p, n, s| {
            let mut i = 0;
            while i < n {
                // SAFETY: the walk stays inside both arrays; `end` bounds the result even if
                // another thread changes the mask meanwhile.
                unsafe {
                    let on = |i: usize| *p[1].wrapping_offset(i as isize * s[1]) != 0;
                    let start = i;
                    while i < n && on(i) {
                        i += 1;
                    }
                    let room = (end as usize - out as usize) / size;
                    let len = (i - start).min(room);
                    copy(p[0].wrapping_offset(start as isize * s[0]), s[0], out, size as isize, len);
                    out = out.wrapping_add(len * size);
                    while i < n && !on(i) {
                        i += 1;
                    }
                }
            }
        });
        Ok(result)
    }

    fn assign_mask(&self, mask: &Array, value: &Array) -> Result<FpFlags> {
        let n = count_true(mask);
        let single = value.size() == 1;
        if !single && value.size() != n {
            return Err(Error::value(format!(
                "NumPy boolean array indexing assignment cannot assign {} input values to the {n} output values where the mask is true",
                value.size()
            )));
        }
        let (value, flags) = value.astype(self.dtype(), Order::C, crate::dtype::Casting::Unsafe)?;
        let mask = if mask.may_share_memory(self) { mask.copy(Order::K)? } else { mask.clone() };
        let size = self.itemsize();
        let copy = cast_fn(self.dtype(), self.dtype());
        let step = if single { 0 } else { size as isize };
        let mut from = value.data();
        let end = from.wrapping_add(value.size() * size);
        Walk::new(
            self.shape(),
            &[(self.data(), self.strides()), (mask.data(), mask.strides())],
            WalkOrder::C,
        )
        .for_each(|p, n, s| {
            if single && s[0] == size as isize && s[1] == 1 && size <= 8 {
                // SAFETY: `n` elements and mask bytes side by side, one value.
                unsafe { fill_where(p[0], p[1], value.data(), n, size) };
                return;
            }
            let mut i = 0;
            while i < n {
                // SAFETY: as in `compress`.
                unsafe {
                    let on = |i: usize| *p[1].wrapping_offset(i as isize * s[1]) != 0;
                    let start = i;
                    while i < n && on(i) {
                        i += 1;
                    }
                    let left = (end as usize - from as usize) / size;
                    let len = if single { i - start } else { (i - start).min(left) };
                    copy(from, step, p[0].wrapping_offset(start as isize * s[0]), s[0], len);
                    from = from.wrapping_offset(len as isize * step);
                    while i < n && !on(i) {
                        i += 1;
                    }
                }
            }
        });
        Ok(flags)
    }

    /// Positions of the true elements, one array per axis (`np.nonzero`).
    pub fn nonzero(&self) -> Result<Vec<Array>> {
        let mask = self.cast_to(DType::Bool)?;
        let n = count_true(&mask);
        let ndim = self.ndim();
        let result: Vec<Array> =
            (0..ndim).map(|_| Array::empty(&[n], DType::I64, Order::C)).collect::<Result<_>>()?;
        let mut index: SmallVec<[i64; 4]> = SmallVec::from_elem(0, ndim);
        let mut found = 0;
        let total = mask.size();
        let walk_last = mask.strides().last().copied().unwrap_or(0);
        let last = mask.shape().last().copied().unwrap_or(1);
        let mut visited = 0;
        while visited < total {
            let at: SmallVec<[usize; 4]> = index.iter().map(|&i| i as usize).collect();
            let mut ptr = mask.address(&at);
            if walk_last == 1 && ndim > 0 {
                // SAFETY: `last` bytes of the mask lie side by side.
                let line = unsafe { std::slice::from_raw_parts(ptr, last) };
                let before = found;
                // SAFETY: the arrays have `n` elements.
                let places = unsafe {
                    std::slice::from_raw_parts_mut(result[ndim - 1].data().cast::<i64>(), n)
                };
                found = true_places(line, places, found);
                for (axis, array) in result[..ndim - 1].iter().enumerate() {
                    // SAFETY: `found` is at most `n`.
                    let places = unsafe { std::slice::from_raw_parts_mut(array.data().cast::<i64>(), n) };
                    places[before..found].fill(index[axis]);
                }
                ptr = std::ptr::null_mut();
            }
            for j in 0..if ptr.is_null() { 0 } else { last } {
                // SAFETY: index in bounds; `found` is bounded by the arrays' length.
                unsafe {
                    if *ptr != 0 && found < n {
                        for (axis, array) in result.iter().enumerate() {
                            let value = if axis + 1 == ndim { j as i64 } else { index[axis] };
                            array.data().cast::<i64>().add(found).write(value);
                        }
                        found += 1;
                    }
                }
                ptr = ptr.wrapping_offset(walk_last);
            }
            visited += last;
            // Next position of the leading axes.
            for axis in (0..ndim.saturating_sub(1)).rev() {
                index[axis] += 1;
                if index[axis] < mask.shape()[axis] as i64 {
                    break;
                }
                index[axis] = 0;
            }
        }
        Ok(result)
    }
}

/// Writes the positions of the true bytes of a line from `places[found]` on; returns how many are
/// filled then. Every position is written and the next one moves on only behind a true byte, so
/// that nothing depends on a branch.
fn true_places(line: &[u8], places: &mut [i64], mut found: usize) -> usize {
    let mut start = 0;
    for chunk in line.chunks(8) {
        let word = chunk.iter().fold(0u8, |all, &b| all | b);
        if word != 0 {
            for (k, &byte) in chunk.iter().enumerate() {
                if let Some(place) = places.get_mut(found) {
                    *place = (start + k) as i64;
                    found += (byte != 0) as usize;
                }
            }
        }
        start += chunk.len();
    }
    found
}

/// Number of true elements of a boolean array.
pub fn count_true(mask: &Array) -> usize {
    let mut count = 0usize;
    Walk::new(mask.shape(), &[(mask.data(), mask.strides())], WalkOrder::Memory).for_each(
        |p, n, s| {
            // SAFETY: the walk stays inside the array.
            unsafe {
                if s[0] == 1 {
                    let bytes = std::slice::from_raw_parts(p[0], n);
                    // Blocks short enough for byte counters.
                    for chunk in bytes.chunks(128) {
                        count += chunk.iter().map(|&b| (b != 0) as u8).sum::<u8>() as usize;
                    }
                } else {
                    for i in 0..n {
                        count += (*p[0].wrapping_offset(i as isize * s[0]) != 0) as usize;
                    }
                }
            }
        },
    );
    count
}

/// Zero-dimensional integer arrays count as integers; `None` if there are none.
fn without_scalar_arrays(indices: &[Index]) -> Option<Vec<Index>> {
    let scalar = |index: &Index| match index {
        Index::Array(a) if a.ndim() == 0 && a.dtype().is_integer() => {
            a.first().and_then(Scalar::to_i128).map(|v| v.clamp(i64::MIN.into(), i64::MAX.into()))
        }
        _ => None,
    };
    if !indices.iter().any(|i| scalar(i).is_some()) {
        return None;
    }
    let plain = indices.iter().map(|i| match scalar(i) {
        Some(value) => Index::Int(value as i64),
        None => i.clone(),
    });
    Some(plain.collect())
}

fn too_many(ndim: usize, given: usize) -> Error {
    Error::index(format!(
        "too many indices for array: array is {ndim}-dimensional, but {given} were indexed"
    ))
}

/// An index tuple on its way over an array's axes: where the result starts and its layout so far,
/// index arrays left out.
struct BasicView<'a> {
    array: &'a Array,
    /// The next axis of the array.
    axis: usize,
    data: *mut u8,
    shape: Shape,
    strides: Strides,
}

impl<'a> BasicView<'a> {
    fn new(array: &'a Array) -> BasicView<'a> {
        BasicView { array, axis: 0, data: array.data(), shape: Shape::new(), strides: Strides::new() }
    }

    fn integer(&mut self, i: i64) -> Result<()> {
        let at = position(i, self.axis, self.array.shape()[self.axis])?;
        self.data = self.data.wrapping_offset(at as isize * self.array.strides()[self.axis]);
        self.axis += 1;
        Ok(())
    }

    fn slice(&mut self, start: Option<i64>, stop: Option<i64>, step: Option<i64>) -> Result<()> {
        let (offset, len, stride) = sliced_axis(self.array, self.axis, start, stop, step)?;
        self.data = self.data.wrapping_offset(offset);
        self.shape.push(len);
        self.strides.push(stride);
        self.axis += 1;
        Ok(())
    }

    fn new_axis(&mut self) {
        self.shape.push(1);
        self.strides.push(0);
    }

    /// Takes `n` axes as they are.
    fn keep(&mut self, n: usize) {
        let axes = self.axis..self.axis + n;
        self.shape.extend_from_slice(&self.array.shape()[axes.clone()]);
        self.strides.extend_from_slice(&self.array.strides()[axes]);
        self.axis += n;
    }
}

impl Places {
    /// Checks an index tuple against an array.
    ///
    /// # Errors
    /// `IndexError`, `ValueError` with NumPy's texts.
    pub fn new(array: &Array, indices: &[Index]) -> Result<Places> {
        let consumed: usize = indices.iter().map(Index::consumes).sum();
        if indices.iter().filter(|i| matches!(i, Index::Ellipsis)).count() > 1 {
            return Err(Error::index("an index can only have a single ellipsis ('...')"));
        }
        if consumed > array.ndim() {
            return Err(too_many(array.ndim(), consumed));
        }
        let fill = array.ndim() - consumed;
        let advanced = indices.iter().any(Index::is_advanced);

        let mut view = BasicView::new(array);
        let mut picked: Vec<Picked> = Vec::new();
        let mut index_shapes: Vec<Shape> = Vec::new();
        // Where the block of index arrays starts among the result's regular axes, and whether it
        // is one block.
        let mut block_at = None;
        let mut block_ended = false;
        let mut separated = false;
        let mut had_ellipsis = false;
        for entry in indices {
            let joins_block =
                entry.is_advanced() || (advanced && matches!(entry, Index::Int(_)));
            if joins_block {
                if block_ended {
                    separated = true;
                }
                block_at.get_or_insert(view.shape.len());
            } else if block_at.is_some() {
                block_ended = true;
            }
            match entry {
                Index::Int(i) => {
                    view.integer(*i)?;
                    if advanced {
                        index_shapes.push(Shape::new());
                    }
                }
                Index::Slice { start, stop, step } => view.slice(*start, *stop, *step)?,
                Index::NewAxis => view.new_axis(),
                Index::Ellipsis => {
                    had_ellipsis = true;
                    view.keep(fill);
                }
                Index::Bool(value) => {
                    let index = Array::zeros(&[*value as usize], DType::I64, Order::C)?;
                    index_shapes.push(Shape::from_slice(index.shape()));
                    picked.push(Picked { index, stride: 0, size: 1, axis: view.axis });
                }
                Index::Array(index) if index.dtype() == DType::Bool => {
                    for (k, &n) in index.shape().iter().enumerate() {
                        let size = array.shape()[view.axis + k];
                        if n != size {
                            return Err(Error::index(format!(
                                "boolean index did not match indexed array along axis {}; size of axis is {size} but size of corresponding boolean axis is {n}",
                                view.axis + k
                            )));
                        }
                    }
                    if index.ndim() == 0 {
                        let on = index.first().is_some_and(Scalar::is_true);
                        let zero = Array::zeros(&[on as usize], DType::I64, Order::C)?;
                        index_shapes.push(Shape::from_slice(zero.shape()));
                        picked.push(Picked { index: zero, stride: 0, size: 1, axis: view.axis });
                    }
                    for index in index.nonzero()? {
                        index_shapes.push(Shape::from_slice(index.shape()));
                        picked.push(Picked {
                            index,
                            stride: array.strides()[view.axis],
                            size: array.shape()[view.axis],
                            axis: view.axis,
                        });
                        view.axis += 1;
                    }
                }
                Index::Array(index) => {
                    if !index.dtype().is_integer() {
                        return Err(Error::index(
                            "arrays used as indices must be of integer (or boolean) type",
                        ));
                    }
                    index_shapes.push(Shape::from_slice(index.shape()));
                    picked.push(Picked {
                        index: index.cast_to(DType::I64)?,
                        stride: array.strides()[view.axis],
                        size: array.shape()[view.axis],
                        axis: view.axis,
                    });
                    view.axis += 1;
                }
            }
        }
        if !had_ellipsis {
            view.keep(fill);
        }
        let BasicView { data, shape: rest_shape, strides: rest_strides, .. } = view;

        let views: Vec<&[usize]> = index_shapes.iter().map(|s| &s[..]).collect();
        let listed = broadcast_shapes(&views).ok_or_else(|| {
            let mut text = String::from(
                "shape mismatch: indexing arrays could not be broadcast together with shapes ",
            );
            for shape in picked.iter().map(|p| p.index.shape()) {
                text.push_str(&shape_text(shape));
                text.push(' ');
            }
            Error::index(text)
        })?;
        let offsets = offsets(&picked, &listed)?;
        let position = if separated { 0 } else { block_at.unwrap_or(0) };
        let mut shape = Shape::from_slice(&rest_shape[..position]);
        shape.extend_from_slice(&listed);
        shape.extend_from_slice(&rest_shape[position..]);
        // SAFETY: only integers and slices have moved the start and changed the layout so far,
        // all checked; without elements nothing is ever read.
        let base = unsafe {
            array.with_layout(data, rest_shape.clone(), rest_strides.clone())
        };
        Ok(Places { base, listed, offsets, rest_shape, rest_strides, position, shape })
    }

    /// Shape of the selection.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The selection as a view, where there were no index arrays.
    fn view(self) -> Array {
        self.base
    }

    /// Axes of the result in the order listed axes first.
    fn listed_first(&self) -> SmallVec<[usize; 4]> {
        let (at, n) = (self.position, self.listed.len());
        (at..at + n).chain(0..at).chain(at + n..self.shape.len()).collect()
    }

    /// Copies the selected elements out.
    fn read(&self) -> Result<Array> {
        let dtype = self.base.dtype();
        let mut raw_shape = self.listed.clone();
        raw_shape.extend_from_slice(&self.rest_shape);
        let raw = Array::empty(&raw_shape, dtype, Order::C)?;
        let size = dtype.itemsize();
        let base = self.base.data();
        let copy = cast_fn(dtype, dtype);
        let block: usize = self.rest_shape.iter().product();
        // SAFETY: the offsets were checked, the result has `block` elements per offset.
        unsafe {
            if block == 1 {
                gather(base, &self.offsets, raw.data(), size);
            } else if block > 0 {
                let inner = crate::iter::contiguous_strides(&self.rest_shape, size, false);
                let walk = Walk::new(
                    &self.rest_shape,
                    &[(std::ptr::null_mut(), &self.rest_strides), (std::ptr::null_mut(), &inner)],
                    WalkOrder::C,
                );
                let mut out = raw.data();
                for &offset in self.offsets.iter() {
                    walk.for_each_from(&[base.wrapping_offset(offset), out], |p, n, s| {
                        copy(p[0], s[0], p[1], s[1], n);
                    });
                    out = out.wrapping_add(block * size);
                }
            }
        }
        // Put the listed axes where they belong.
        let order = self.listed_first();
        let mut inverse: SmallVec<[usize; 4]> = SmallVec::from_elem(0, order.len());
        for (k, &axis) in order.iter().enumerate() {
            inverse[axis] = k;
        }
        raw.permuted(&inverse)
    }

    /// Calls `f(place, value)` for every selected element; `values` has the selection's shape.
    pub(crate) fn for_each_with(&self, values: Option<&Array>, mut f: impl FnMut(*mut u8, *mut u8)) {
        let order = self.listed_first();
        let zero: Strides = Strides::from_elem(0, self.shape.len());
        let (value, strides) = match values {
            Some(v) => (v.data(), v.strides()),
            None => (std::ptr::null_mut(), &zero[..]),
        };
        let strides: Strides = order.iter().map(|&a| strides[a]).collect();
        let (outer, inner) = strides.split_at(self.listed.len());
        let walk = Walk::new(
            &self.rest_shape,
            &[(std::ptr::null_mut(), &self.rest_strides), (std::ptr::null_mut(), inner)],
            WalkOrder::C,
        );
        let base = self.base.data();
        let mut counter: SmallVec<[usize; 4]> = SmallVec::from_elem(0, self.listed.len());
        for &offset in self.offsets.iter() {
            let start = counter
                .iter()
                .zip(outer)
                .fold(value, |p, (&i, &s)| p.wrapping_offset(i as isize * s));
            walk.for_each_from(&[base.wrapping_offset(offset), start], |p, n, s| {
                for i in 0..n as isize {
                    f(p[0].wrapping_offset(i * s[0]), p[1].wrapping_offset(i * s[1]));
                }
            });
            for axis in (0..counter.len()).rev() {
                counter[axis] += 1;
                if counter[axis] < self.listed[axis] {
                    break;
                }
                counter[axis] = 0;
            }
        }
    }

    /// Writes a value (broadcast) to the selected elements.
    fn write(&self, value: &Array) -> Result<FpFlags> {
        let mut source = value.clone();
        while source.ndim() > self.shape.len() && source.shape()[0] == 1 {
            source = source.outer(0);
        }
        let dtype = self.base.dtype();
        let (source, flags) = source.astype(dtype, Order::K, crate::dtype::Casting::Unsafe)?;
        let source = source.broadcast_to(&self.shape).map_err(|_| {
            Error::value(format!(
                "shape mismatch: value array of shape {} could not be broadcast to indexing result of shape {}",
                shape_text(value.shape()),
                shape_text(&self.shape)
            ))
        })?;
        let copy = cast_fn(dtype, dtype);
        if self.rest_shape.iter().all(|&n| n == 1) && (source.strides().iter().all(|&s| s == 0) || self.listed.len() == 1) {
            // One element per offset, from one value or from values in a row.
            let step = match self.listed.len() {
                1 => source.strides()[self.position],
                _ => 0,
            };
            // SAFETY: the offsets were checked; the source has an element for each of them.
            unsafe { scatter(self.base.data(), &self.offsets, source.data(), step, dtype.itemsize()) };
            return Ok(flags);
        }
        self.for_each_with(Some(&source), |place, value| {
            // SAFETY: one element each.
            unsafe {
                copy(value, 0, place, 0, 1);
            }
        });
        Ok(flags)
    }
}

/// A list of byte offsets in a block from the array allocator, which keeps large blocks at hand.
pub(crate) struct Offsets(Array);

impl Offsets {
    /// `count` offsets of zero.
    pub(crate) fn zeroed(count: usize) -> Result<Offsets> {
        Ok(Offsets(Array::zeros(&[count], DType::I64, Order::C)?))
    }

    /// `count` offsets that are to be overwritten.
    fn unset(count: usize) -> Result<Offsets> {
        Ok(Offsets(Array::empty(&[count], DType::I64, Order::C)?))
    }
}

impl std::ops::Deref for Offsets {
    type Target = [isize];
    fn deref(&self) -> &[isize] {
        // SAFETY: a contiguous int64 array that only this value refers to.
        unsafe { std::slice::from_raw_parts(self.0.data().cast(), self.0.size()) }
    }
}

impl std::ops::DerefMut for Offsets {
    fn deref_mut(&mut self) -> &mut [isize] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.0.data().cast(), self.0.size()) }
    }
}

/// Byte offsets of all combinations of index arrays, in C order of their common shape.
fn offsets(picked: &[Picked], listed: &[usize]) -> Result<Offsets> {
    let count: usize = listed.iter().product();
    if let [p] = picked
        && p.index.is_c_contiguous()
        && p.index.shape() == listed
    {
        // One contiguous index array: a single pass.
        let mut offsets = Offsets::unset(count)?;
        // SAFETY: `count` contiguous elements of type int64; nobody writes them meanwhile.
        let indices = unsafe { std::slice::from_raw_parts(p.index.data().cast::<i64>(), count) };
        fill_offsets(&mut offsets, indices, p.axis, p.size, p.stride)?;
        return Ok(offsets);
    }
    let mut offsets = Offsets::zeroed(count)?;
    for p in picked {
        let strides = broadcast_strides(p.index.shape(), p.index.strides(), listed);
        let mut k = 0;
        Walk::new(listed, &[(p.index.data(), &strides)], WalkOrder::C).try_for_each(
            |at, n, s| {
                for i in 0..n {
                    // SAFETY: the walk stays inside the index array, which is int64.
                    let index = unsafe {
                        at[0].wrapping_offset(i as isize * s[0]).cast::<i64>().read_unaligned()
                    };
                    offsets[k] += position(index, p.axis, p.size)? as isize * p.stride;
                    k += 1;
                }
                Ok::<(), Error>(())
            },
        )?;
    }
    Ok(offsets)
}

/// Offsets of checked indices along one axis.
pub(crate) fn fill_offsets(
    offsets: &mut [isize],
    indices: &[i64],
    axis: usize,
    size: usize,
    stride: isize,
) -> Result<()> {
    let n = size as i64;
    let mut good = true;
    for (offset, &index) in offsets.iter_mut().zip(indices) {
        let at = if index < 0 { index.wrapping_add(n) } else { index };
        good &= (at as u64) < n as u64;
        *offset = (at as isize).wrapping_mul(stride);
    }
    if !good {
        for &index in indices {
            position(index, axis, size)?;
        }
    }
    Ok(())
}

/// Writes one value to the elements whose mask byte is set. Other elements are not touched: with
/// masked stores where there are some, so that no branch has to be foreseen.
///
/// # Safety
/// `n` elements of `size` (1, 2, 4 or 8) bytes at `to`, `n` bytes at `mask`, one element at `value`.
unsafe fn fill_where(to: *mut u8, mask: *const u8, value: *const u8, n: usize, size: usize) {
    #[inline(always)]
    unsafe fn run<T: Copy>(to: *mut u8, mask: *const u8, value: *const u8, n: usize) {
        // SAFETY: by the contract.
        unsafe {
            let value = value.cast::<T>().read_unaligned();
            for i in 0..n {
                if *mask.add(i) != 0 {
                    to.cast::<T>().add(i).write_unaligned(value);
                }
            }
        }
    }
    #[inline(always)]
    unsafe fn by_size(to: *mut u8, mask: *const u8, value: *const u8, n: usize, size: usize) {
        // SAFETY: by the contract.
        unsafe {
            match size {
                1 => run::<u8>(to, mask, value, n),
                2 => run::<u16>(to, mask, value, n),
                4 => run::<u32>(to, mask, value, n),
                _ => run::<u64>(to, mask, value, n),
            }
        }
    }
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,avx512f,avx512dq,avx512bw,avx512vl")]
        unsafe fn wide(to: *mut u8, mask: *const u8, value: *const u8, n: usize, size: usize) {
            // SAFETY: by the contract.
            unsafe { by_size(to, mask, value, n, size) }
        }
        use std::arch::is_x86_feature_detected;
        if is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
        {
            // SAFETY: the instructions are there.
            return unsafe { wide(to, mask, value, n, size) };
        }
    }
    // SAFETY: by the contract.
    unsafe { by_size(to, mask, value, n, size) }
}

/// Writes elements, `step` bytes apart, to the offsets from `base`, in order.
///
/// # Safety
/// Every offset from `base` is an element of `size` bytes; there is a value for each.
unsafe fn scatter(base: *mut u8, offsets: &[isize], values: *const u8, step: isize, size: usize) {
    macro_rules! by_size {
        ($ty:ty) => {{
            let mut from = values;
            for &offset in offsets {
                // SAFETY: by the contract.
                unsafe {
                    let value = from.cast::<$ty>().read_unaligned();
                    base.wrapping_offset(offset).cast::<$ty>().write_unaligned(value);
                }
                from = from.wrapping_offset(step);
            }
        }};
    }
    match size {
        1 => by_size!(u8),
        2 => by_size!(u16),
        4 => by_size!(u32),
        8 => by_size!(u64),
        _ => by_size!(u128),
    }
}

/// # Safety
/// Every offset from `base` is an element of `size` bytes, as is each of `out`'s.
pub(crate) unsafe fn gather(base: *mut u8, offsets: &[isize], out: *mut u8, size: usize) {
    macro_rules! by_size {
        ($ty:ty) => {{
            let out = out.cast::<$ty>();
            for (i, &offset) in offsets.iter().enumerate() {
                // SAFETY: by the contract.
                unsafe {
                    let value = base.wrapping_offset(offset).cast::<$ty>().read_unaligned();
                    out.add(i).write_unaligned(value);
                }
            }
        }};
    }
    match size {
        1 => by_size!(u8),
        2 => by_size!(u16),
        4 => by_size!(u32),
        8 => by_size!(u64),
        _ => by_size!(u128),
    }
}
