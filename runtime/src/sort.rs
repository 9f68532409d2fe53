//! Sorting and searching: `sort`, `argsort`, `partition`, `searchsorted`, `unique`.
//!
//! # Unsafe contract
//! Lines are copied between arrays and scratch vectors through checked lengths.
//!
//! The order is NumPy's: NaN last, complex numbers lexicographic. Every sort here is stable where
//! that can be seen (`argsort`), which is a legal outcome for every `kind`.

mod counting;
mod indices;
#[cfg(target_arch = "x86_64")]
mod wide;

pub use indices::argsort;

use std::cmp::Ordering;

use num_complex::Complex;

use crate::array::{Array, Order};
use crate::dtype::{Bool, DType, Element, promote_types};
use crate::error::{Error, Result};
use crate::iter::{Shape, Strides, Walk, WalkOrder};

/// What can be done with integer keys of some width, by the widest registers there are.
trait WideKey: Copy + Ord {
    /// Sorts `keys` if the processor has the registers for it.
    fn sort_wide(keys: &mut [Self]) -> bool;
    /// Puts the key at `k` in its sorted place if the processor has the registers for it.
    fn select_wide(keys: &mut [Self], k: usize) -> bool;
}

macro_rules! wide_keys {
    ($($ty:ty)*) => { $(
        impl WideKey for $ty {
            fn sort_wide(keys: &mut [Self]) -> bool {
                #[cfg(target_arch = "x86_64")]
                if wide::available() {
                    // SAFETY: the instructions are there.
                    unsafe { wide::sort(keys) };
                    return true;
                }
                let _ = keys;
                false
            }
            fn select_wide(keys: &mut [Self], k: usize) -> bool {
                #[cfg(target_arch = "x86_64")]
                if wide::available() {
                    // SAFETY: the instructions are there.
                    unsafe { wide::select(keys, k) };
                    return true;
                }
                let _ = (keys, k);
                false
            }
        }
    )* };
}
wide_keys!(i32 i64);

/// A slice of elements as the integers of the same width that their bits are.
macro_rules! as_bits {
    ($values:expr, $from:ty, $to:ty) => {
        // SAFETY: both types have the same size and alignment, and every bit pattern is a value.
        unsafe { std::slice::from_raw_parts_mut($values.as_mut_ptr().cast::<$to>(), $values.len()) }
    };
}

/// Lines from this length on are worth the wide way.
const WIDE: usize = 16;
/// Shorter lines are sorted instead of partitioned.
const PARTITIONED: usize = 64;

/// Elements with NumPy's total order.
pub trait Sortable: Element {
    /// The order, NaN after everything.
    fn order(&self, other: &Self) -> Ordering;
    /// Sorts in place.
    fn sort(values: &mut [Self]) {
        values.sort_unstable_by(Self::order);
    }
    /// Puts the element at `k` in its sorted place, smaller ones before, larger ones behind it.
    fn select(values: &mut [Self], k: usize) {
        values.select_nth_unstable_by(k, Self::order);
    }
    /// Whether [`Sortable::sort`] has a way of its own that beats sorting by bytes.
    fn sorts_wide() -> bool {
        false
    }
    /// Whether [`counting::sort`] did it.
    fn sort_counting(values: &mut [Self]) -> bool {
        let _ = values;
        false
    }
    /// Whether there are two zeros, which are equal and look different.
    const SIGNED_ZEROS: bool = false;
    /// Bytes of [`Sortable::key`] that can differ; 0 if there is no key.
    const KEY_BYTES: usize = 0;
    /// An integer with the same order (both zeros equal, all NaNs last).
    fn key(&self) -> u64 {
        0
    }
}

macro_rules! sortable_integers {
    ($($ty:ty, $unsigned:ty;)*) => { $(
        impl Sortable for $ty {
            #[inline(always)]
            fn order(&self, other: &Self) -> Ordering { self.cmp(other) }
            fn sort(values: &mut [Self]) {
                if Self::sort_counting(values) || values.len() >= WIDE && wide_integers::<$ty>(values, None) {
                    return;
                }
                values.sort_unstable();
            }
            fn sort_counting(values: &mut [Self]) -> bool {
                counting::sort(
                    values,
                    |value, least| value.wrapping_sub(least) as $unsigned as usize,
                    |least, distance| least.wrapping_add(distance as $ty),
                )
            }
            fn select(values: &mut [Self], k: usize) {
                if values.len() >= WIDE && wide_integers::<$ty>(values, Some(k)) {
                    return;
                }
                values.select_nth_unstable(k);
            }
            fn sorts_wide() -> bool {
                size_of::<$ty>() >= 4 && wide_available()
            }
            const KEY_BYTES: usize = size_of::<$ty>();
            #[inline(always)]
            fn key(&self) -> u64 {
                // Shifts the least value to zero.
                self.wrapping_sub(<$ty>::MIN) as $unsigned as u64
            }
        }
    )* };
}
sortable_integers!(i8, u8; i16, u16; i32, u32; i64, u64; u8, u8; u16, u16; u32, u32; u64, u64;);

/// Whether there are registers for [`WideKey`].
fn wide_available() -> bool {
    #[cfg(target_arch = "x86_64")]
    return wide::available();
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Sorts integers of 32 or 64 bits, or selects one, with wide registers; `false` if that is not to
/// be had.
fn wide_integers<T: Sortable>(values: &mut [T], select: Option<usize>) -> bool {
    macro_rules! run {
        ($ty:ty, $unsigned:expr) => {{
            if !wide_available() {
                return false;
            }
            let keys = as_bits!(values, T, $ty);
            // Unsigned numbers order as signed ones with the first bit turned.
            let flip = |keys: &mut [$ty]| {
                if $unsigned {
                    keys.iter_mut().for_each(|key| *key ^= <$ty>::MIN);
                }
            };
            flip(keys);
            match select {
                None => <$ty>::sort_wide(keys),
                Some(k) => <$ty>::select_wide(keys, k),
            };
            flip(keys);
            true
        }};
    }
    match T::DTYPE {
        DType::I64 => run!(i64, false),
        DType::U64 => run!(i64, true),
        DType::I32 => run!(i32, false),
        DType::U32 => run!(i32, true),
        _ => false,
    }
}

/// As [`wide_integers`] for floats of 32 or 64 bits without NaN.
fn wide_floats<T: Sortable>(values: &mut [T], select: Option<usize>) -> bool {
    macro_rules! run {
        ($ty:ty) => {{
            if !wide_available() {
                return false;
            }
            let keys = as_bits!(values, T, $ty);
            // Negative numbers order backwards; doing it twice undoes it.
            let turn = |keys: &mut [$ty]| {
                keys.iter_mut().for_each(|key| *key ^= (*key >> (<$ty>::BITS - 1)) & <$ty>::MAX);
            };
            turn(keys);
            match select {
                None => <$ty>::sort_wide(keys),
                Some(k) => <$ty>::select_wide(keys, k),
            };
            turn(keys);
            true
        }};
    }
    match T::DTYPE {
        DType::F64 => run!(i64),
        DType::F32 => run!(i32),
        _ => false,
    }
}

impl Sortable for Bool {
    fn order(&self, other: &Self) -> Ordering {
        self.get().cmp(&other.get())
    }
    fn sort(values: &mut [Self]) {
        let no = values.iter().filter(|v| !v.get()).count();
        values[..no].fill(Bool::from(false));
        values[no..].fill(Bool::from(true));
    }
    fn sorts_wide() -> bool {
        true
    }
    const KEY_BYTES: usize = 1;
    fn key(&self) -> u64 {
        self.get() as u64
    }
}

macro_rules! sortable_floats {
    ($($ty:ty, $bits:ty, $unsigned:ty;)*) => { $(
        impl Sortable for $ty {
            #[inline(always)]
            fn order(&self, other: &Self) -> Ordering {
                self.partial_cmp(other).unwrap_or_else(|| self.is_nan().cmp(&other.is_nan()))
            }
            fn sort(values: &mut [Self]) {
                // NaNs go last; the rest sorts as integers with the same order.
                let mut end = values.len();
                let any = values.iter().fold(false, |any, v| any | v.is_nan());
                let mut i = if any { 0 } else { end };
                while i < end {
                    if values[i].is_nan() {
                        end -= 1;
                        values.swap(i, end);
                    } else {
                        i += 1;
                    }
                }
                if end >= WIDE && wide_floats::<$ty>(&mut values[..end], None) {
                    return;
                }
                values[..end].sort_unstable_by_key(|v| {
                    let bits = v.to_bits() as $bits;
                    bits ^ (((bits >> (<$bits>::BITS - 1)) as $bits) & <$bits>::MAX)
                });
            }
            fn select(values: &mut [Self], k: usize) {
                if values.iter().any(|v| v.is_nan()) {
                    values.select_nth_unstable_by(k, Self::order);
                } else if values.len() < WIDE || !wide_floats::<$ty>(values, Some(k)) {
                    // Without NaN the bits order as integers, which needs no branches.
                    values.select_nth_unstable_by_key(k, |v| {
                        let bits = v.to_bits() as $bits;
                        bits ^ (((bits >> (<$bits>::BITS - 1)) as $bits) & <$bits>::MAX)
                    });
                }
            }
            fn sorts_wide() -> bool {
                size_of::<$ty>() >= 4 && wide_available()
            }
            const SIGNED_ZEROS: bool = true;
            const KEY_BYTES: usize = size_of::<$ty>();
            #[inline(always)]
            fn key(&self) -> u64 {
                const SIGN: $unsigned = 1 << (<$unsigned>::BITS - 1);
                let bits = self.to_bits();
                let key = if self.is_nan() {
                    <$unsigned>::MAX
                } else if bits == SIGN {
                    SIGN
                } else if bits & SIGN != 0 {
                    !bits
                } else {
                    bits | SIGN
                };
                key as u64
            }
        }
    )* };
}
sortable_floats!(half::f16, i16, u16; f32, i32, u32; f64, i64, u64;);

macro_rules! sortable_complex {
    ($($ty:ty)*) => { $(
        impl Sortable for Complex<$ty> {
            fn order(&self, other: &Self) -> Ordering {
                // Numbers first, then those with a NaN part, ordered by their other part.
                let rank = |c: &Self| (c.re.is_nan() as u8) * 2 + c.im.is_nan() as u8;
                let (a, b) = (rank(self), rank(other));
                if a == 0 && b == 0 {
                    return self.re.order(&other.re).then(self.im.order(&other.im));
                }
                a.cmp(&b).then_with(|| match a {
                    1 => self.re.order(&other.re),
                    2 => self.im.order(&other.im),
                    _ => Ordering::Equal,
                })
            }
        }
    )* };
}
sortable_complex!(f32 f64);

/// Whether a line of `n` elements is worth a pass per byte of its keys.
fn radix_pays(n: usize, bytes: usize) -> bool {
    n >= 256 * bytes && n <= u32::MAX as usize
}

/// Stable sort by least significant bytes first; bytes that are all the same are skipped.
/// `spare` needs the same length; the result is in `items`.
fn radix_sort<T: Copy>(items: &mut Vec<T>, spare: &mut Vec<T>, bytes: usize, key: impl Fn(&T) -> u64) {
    let mut counts = [[0u32; 256]; 8];
    for item in items.iter() {
        let key = key(item);
        for (byte, count) in counts[..bytes].iter_mut().enumerate() {
            count[(key >> (8 * byte)) as usize & 0xff] += 1;
        }
    }
    spare.clear();
    spare.extend_from_slice(items);
    for (byte, count) in counts[..bytes].iter().enumerate() {
        if count.iter().any(|&c| c as usize == items.len()) {
            continue;
        }
        let mut starts = [0u32; 256];
        let mut total = 0;
        for (start, &c) in starts.iter_mut().zip(count) {
            *start = total;
            total += c;
        }
        for item in items.iter() {
            let slot = &mut starts[(key(item) >> (8 * byte)) as usize & 0xff];
            spare[*slot as usize] = *item;
            *slot += 1;
        }
        std::mem::swap(items, spare);
    }
}

/// Calls `each(source line, target line)` (pointers) for all lines along an axis.
fn for_lines(source: &Array, target: &Array, axis: usize, mut each: impl FnMut(*mut u8, *mut u8)) {
    let drop_axis = |a: &Array| {
        let mut shape = Shape::from_slice(a.shape());
        let mut strides = Strides::from_slice(a.strides());
        shape.remove(axis);
        strides.remove(axis);
        (shape, strides)
    };
    let (shape, from) = drop_axis(source);
    let (_, to) = drop_axis(target);
    Walk::new(&shape, &[(source.data(), &from), (target.data(), &to)], WalkOrder::Memory).for_each(
        |p, n, s| {
            for i in 0..n as isize {
                each(p[0].wrapping_offset(i * s[0]), p[1].wrapping_offset(i * s[1]));
            }
        },
    );
}

/// Reads a line into a vector.
///
/// # Safety
/// `n` elements of type `T` from `src`, `stride` bytes apart.
unsafe fn read_line<T: Element>(values: &mut Vec<T>, src: *const u8, stride: isize, n: usize) {
    values.clear();
    values.extend((0..n as isize).map(|i| {
        // SAFETY: by the contract.
        unsafe { src.wrapping_offset(i * stride).cast::<T>().read_unaligned() }
    }));
}

fn line_buffer<T>(n: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(n)
        .map_err(|_| Error::memory("Unable to allocate memory for sorting"))?;
    Ok(values)
}

/// As [`sort_in_place`]; equal elements keep their order. Only zeros can tell.
pub fn sort_stable_in_place(array: &Array, axis: usize) -> Result<()> {
    array.check_writeable()?;
    let (n, step) = (array.shape()[axis], array.strides()[axis]);
    with_dtype!(array.dtype(), T => {
        if T::SIGNED_ZEROS {
            let is_zero = |v: &T| v.order(&T::default()) == Ordering::Equal;
            let mut values: Vec<T> = line_buffer(n)?;
            let before = array.copy(Order::C)?;
            sort_in_place(array, axis)?;
            let from = before.strides()[axis];
            for_lines(&before, array, axis, |old, new| {
                // SAFETY: each line has `n` elements in both arrays; the writes stay in the stretch
                // of zeros, of which there are as many as before.
                unsafe {
                    read_line(&mut values, old, from, n);
                    let mut start = None;
                    for (at, zero) in values.iter().filter(|v| is_zero(v)).enumerate() {
                        let start = *start.get_or_insert_with(|| {
                            let place = |i: isize| new.wrapping_offset(i * step).cast::<T>().read_unaligned();
                            (0..n as isize).find(|&i| is_zero(&place(i))).unwrap_or(0)
                        });
                        new.wrapping_offset((start + at as isize) * step).cast::<T>().write_unaligned(*zero);
                    }
                }
            });
            return Ok(());
        }
    });
    sort_in_place(array, axis)
}

/// Sorts each line along an axis in place.
pub fn sort_in_place(array: &Array, axis: usize) -> Result<()> {
    array.check_writeable()?;
    let (n, step) = (array.shape()[axis], array.strides()[axis]);
    with_dtype!(array.dtype(), T => {
        let radix = T::KEY_BYTES != 0 && radix_pays(n, T::KEY_BYTES) && !T::sorts_wide();
        let mut values: Vec<T> = line_buffer(n)?;
        let mut spare: Vec<T> = line_buffer(if radix { n } else { 0 })?;
        for_lines(array, array, axis, |line, _| {
            // SAFETY: each line has `n` elements; nothing else refers to them during the sort.
            unsafe {
                if radix {
                    read_line(&mut values, line, step, n);
                    if !T::sort_counting(&mut values) {
                        radix_sort(&mut values, &mut spare, T::KEY_BYTES, T::key);
                    }
                    for (i, v) in values.iter().enumerate() {
                        line.wrapping_offset(i as isize * step).cast::<T>().write_unaligned(*v);
                    }
                } else if step == size_of::<T>() as isize && (line as usize).is_multiple_of(align_of::<T>()) {
                    T::sort(std::slice::from_raw_parts_mut(line.cast::<T>(), n));
                } else {
                    read_line(&mut values, line, step, n);
                    T::sort(&mut values);
                    for (i, v) in values.iter().enumerate() {
                        line.wrapping_offset(i as isize * step).cast::<T>().write_unaligned(*v);
                    }
                }
            }
        });
    });
    Ok(())
}

/// A sorted copy along an axis; `None` flattens first.
pub fn sort(array: &Array, axis: Option<isize>) -> Result<Array> {
    let (copy, axis) = match axis {
        None => (array.ravel(Order::C)?.copy(Order::C)?, 0),
        Some(axis) => (array.copy(Order::K)?, array.axis(axis)?),
    };
    sort_in_place(&copy, axis)?;
    Ok(copy)
}

/// `np.partition`: a copy whose element `kth` along the axis is in sorted place.
pub fn partition(array: &Array, kth: &[i64], axis: Option<isize>) -> Result<Array> {
    let (copy, axis) = match axis {
        None => (array.ravel(Order::C)?.copy(Order::C)?, 0),
        Some(axis) => (array.copy(Order::C)?, array.axis(axis)?),
    };
    partition_in_place(&copy, kth, axis)?;
    Ok(copy)
}

/// Puts the elements `kth` of each line along an axis in sorted place, smaller ones before, larger
/// ones behind them. Short lines are sorted.
pub fn partition_in_place(copy: &Array, kth: &[i64], axis: usize) -> Result<()> {
    copy.check_writeable()?;
    if copy.shape()[axis] < PARTITIONED {
        kth_places(kth, copy.shape()[axis])?;
        return sort_in_place(copy, axis);
    }
    let (n, step) = (copy.shape()[axis], copy.strides()[axis]);
    let mut places = kth_places(kth, n)?;
    places.sort_unstable();
    with_dtype!(copy.dtype(), T => {
        let mut values: Vec<T> = line_buffer(n)?;
        for_lines(copy, copy, axis, |line, _| {
            // SAFETY: each line has `n` elements.
            unsafe {
                read_line(&mut values, line, step, n);
                let mut start = 0;
                for &k in &places {
                    // What is in place stays out of the next search; a place may be named twice.
                    if k >= start {
                        T::select(&mut values[start..], k - start);
                        start = k + 1;
                    }
                }
                for (i, v) in values.iter().enumerate() {
                    line.wrapping_offset(i as isize * step).cast::<T>().write_unaligned(*v);
                }
            }
        });
    });
    Ok(())
}

/// `np.argpartition`; a full sort is a legal partition.
pub fn argpartition(array: &Array, kth: &[i64], axis: Option<isize>) -> Result<Array> {
    let n = match axis {
        None => array.size(),
        Some(axis) => array.shape()[array.axis(axis)?],
    };
    kth_places(kth, n)?;
    argsort(array, axis)
}

fn kth_places(kth: &[i64], n: usize) -> Result<Vec<usize>> {
    kth.iter()
        .map(|&k| {
            let place = if k < 0 { k + n as i64 } else { k };
            usize::try_from(place).ok().filter(|&p| p < n).ok_or_else(|| {
                Error::value(format!("kth(={k}) out of bounds ({n})"))
            })
        })
        .collect()
}

/// `np.searchsorted`: insertion points of `values` in the sorted one-dimensional `sorted`.
pub fn searchsorted(sorted: &Array, values: &Array, right: bool, sorter: Option<&Array>) -> Result<Array> {
    if sorted.ndim() != 1 {
        return Err(Error::value("object too deep for desired array"));
    }
    let dtype = promote_types(sorted.dtype(), values.dtype());
    let sorted = match sorter {
        None => sorted.clone(),
        Some(sorter) => {
            if sorter.ndim() != 1 || sorter.size() != sorted.size() {
                return Err(Error::value("sorter.size must equal a.size"));
            }
            crate::creation::take(sorted, sorter, None, crate::creation::IndexMode::Raise)?
        }
    };
    let (sorted, values) = (sorted.cast_to(dtype)?, values.cast_to(dtype)?);
    let result = Array::empty(values.shape(), DType::I64, Order::C)?;
    with_dtype!(dtype, T => {
        // A line without gaps is searched where it lies.
        let copied;
        let line: &[T] = if sorted.is_c_contiguous() && sorted.is_aligned() {
            // SAFETY: `size` elements of that type side by side; `sorted` keeps them alive.
            unsafe { std::slice::from_raw_parts(sorted.data().cast::<T>(), sorted.size()) }
        } else {
            copied = sorted.to_vec::<T>()?;
            &copied
        };
        let wanted = values.to_vec::<T>()?;
        for (i, v) in wanted.iter().enumerate() {
            let place = if right {
                line.partition_point(|x| x.order(v) != Ordering::Greater)
            } else {
                line.partition_point(|x| x.order(v) == Ordering::Less)
            };
            // SAFETY: one result per value.
            unsafe { result.data().cast::<i64>().add(i).write(place as i64) };
        }
    });
    Ok(result)
}

/// Results of [`unique`]; all one-dimensional.
pub struct Unique {
    /// Sorted distinct values.
    pub values: Array,
    /// Position of the first occurrence of each.
    pub index: Array,
    /// For each element of the flattened input, the position of its value.
    pub inverse: Array,
    /// Occurrences of each.
    pub counts: Array,
}

/// `np.unique` of the flattened array; NaNs count as equal if `equal_nan`.
pub fn unique(array: &Array, equal_nan: bool) -> Result<Unique> {
    let flat = array.ravel(Order::C)?;
    let order = argsort(&flat, Some(0))?.to_vec::<i64>()?;
    let n = order.len();
    let (mut first, mut counts, mut inverse) = (Vec::new(), Vec::new(), vec![0i64; n]);
    with_dtype!(array.dtype(), T => {
        let values = flat.to_vec::<T>()?;
        for (k, &i) in order.iter().enumerate() {
            let same = k > 0 && {
                let (a, b) = (&values[order[k - 1] as usize], &values[i as usize]);
                let is_nan = |v: &T| v.is_not_a_number();
                if is_nan(a) || is_nan(b) { equal_nan && is_nan(a) && is_nan(b) } else { a == b }
            };
            if !same {
                first.push(i);
                counts.push(0i64);
            }
            let last = counts.len() - 1;
            counts[last] += 1;
            inverse[i as usize] = last as i64;
        }
    });
    let index = Array::from_vec(&first)?;
    Ok(Unique {
        values: crate::creation::take(&flat, &index, None, crate::creation::IndexMode::Raise)?,
        index,
        inverse: Array::from_vec(&inverse)?,
        counts: Array::from_vec(&counts)?,
    })
}

/// Whether a value differs from itself.
trait NotANumber {
    fn is_not_a_number(&self) -> bool;
}

impl<T: PartialEq> NotANumber for T {
    #[allow(clippy::eq_op, reason = "that is what makes a NaN")]
    fn is_not_a_number(&self) -> bool {
        self != self
    }
}
