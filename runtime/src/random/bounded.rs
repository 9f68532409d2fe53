//! Integers in a range: the masked rejection of the legacy generator, the multiplication of
//! Lemire (2019) that `Generator.integers` uses, and the small-type chunking of both.
//!
//! `unsafe` room: elements are written to an array that was just made with
//! that many elements.

use super::BitSource;
use crate::array::{Array, Order};
use crate::dtype::DType;
use crate::error::{Error, Result};

/// A uniform integer in `0..=max` by masking and rejection.
#[inline]
pub fn interval(source: &mut (impl BitSource + ?Sized), max: u64) -> u64 {
    if max == 0 {
        return 0;
    }
    let mask = u64::MAX >> max.leading_zeros();
    loop {
        let value = if max <= u32::MAX as u64 { source.next_u32() as u64 } else { source.next_u64() };
        if value & mask <= max {
            return value & mask;
        }
    }
}

/// A uniform integer in `0..=max` by multiplication, from 32-bit draws if they suffice.
#[inline]
pub fn multiplied(source: &mut (impl BitSource + ?Sized), max: u64) -> u64 {
    if max == 0 {
        return 0;
    }
    if max <= u32::MAX as u64 {
        if max == u32::MAX as u64 {
            return source.next_u32() as u64;
        }
        let range = max + 1;
        let mut product = source.next_u32() as u64 * range;
        if (product as u32 as u64) < range {
            let threshold = (u32::MAX as u64 - max) % range;
            while (product as u32 as u64) < threshold {
                product = source.next_u32() as u64 * range;
            }
        }
        return product >> 32;
    }
    if max == u64::MAX {
        return source.next_u64();
    }
    let range = max + 1;
    let mut product = source.next_u64() as u128 * range as u128;
    if (product as u64) < range {
        let threshold = (u64::MAX - max) % range;
        while (product as u64) < threshold {
            product = source.next_u64() as u128 * range as u128;
        }
    }
    (product >> 64) as u64
}

/// Successive `bits`-wide pieces of 32-bit draws.
struct Pieces {
    bits: u32,
    buffer: u32,
    left: u32,
}

impl Pieces {
    fn new(bits: u32) -> Self {
        Pieces { bits, buffer: 0, left: 0 }
    }

    #[inline]
    fn next(&mut self, source: &mut (impl BitSource + ?Sized)) -> u64 {
        if self.left == 0 {
            self.buffer = source.next_u32();
            self.left = 32 / self.bits - 1;
        } else {
            self.buffer >>= self.bits;
            self.left -= 1;
        }
        (self.buffer & (u32::MAX >> (32 - self.bits))) as u64
    }
}

/// Integers below bounds that may change from one to the next, for elements of one type.
struct Draws {
    /// For types of one or two bytes, which share draws of 32 bits.
    pieces: Option<Pieces>,
    masked: bool,
}

impl Draws {
    fn new(dtype: DType, masked: bool) -> Draws {
        let bits = match (dtype, dtype.itemsize()) {
            (DType::Bool, _) => Some(1),
            (_, size @ (1 | 2)) => Some(size as u32 * 8),
            _ => None,
        };
        Draws { pieces: bits.map(Pieces::new), masked }
    }

    /// A uniform integer in `0..=max`.
    #[inline]
    fn next(&mut self, source: &mut (impl BitSource + ?Sized), max: u64) -> u64 {
        if max == 0 {
            return 0;
        }
        let Some(pieces) = &mut self.pieces else {
            return if self.masked { interval(source, max) } else { multiplied(source, max) };
        };
        let full = u64::MAX >> (64 - pieces.bits);
        if self.masked || max == full {
            let mask = u64::MAX >> max.leading_zeros();
            loop {
                let value = pieces.next(source) & mask;
                if value <= max {
                    return value;
                }
            }
        }
        let range = max + 1;
        let mut product = pieces.next(source) * range;
        if product & full < range {
            let threshold = (full - max) % range;
            while product & full < threshold {
                product = pieces.next(source) * range;
            }
        }
        product >> pieces.bits
    }
}

/// Whether bounds (`high` exclusive) enclose values of the type.
fn check_bounds(lows: &[i128], highs: &[i128], dtype: DType) -> Result<()> {
    let Some((least, most)) = dtype.int_bounds() else {
        return Err(Error::type_error(format!("Unsupported dtype dtype('{dtype}') for randint")));
    };
    if lows.iter().any(|&low| low < least) {
        return Err(Error::value(format!("low is out of bounds for {dtype}")));
    }
    if highs.iter().any(|&high| high - 1 > most) {
        return Err(Error::value(format!("high is out of bounds for {dtype}")));
    }
    if lows.iter().zip(highs).any(|(low, high)| low >= high) {
        return Err(Error::value("low >= high"));
    }
    Ok(())
}

/// A new array of an integer type or bool with `value(i)` in place `i`.
fn fill_integers(
    shape: &[usize],
    dtype: DType,
    mut value: impl FnMut(usize) -> i128,
) -> Result<Array> {
    let array = Array::empty(shape, dtype, Order::C)?;
    let n = array.size();
    macro_rules! store {
        ($ty:ty) => {{
            let data = array.data().cast::<$ty>();
            for i in 0..n {
                // SAFETY: the array has `n` elements of that size and is not shared yet.
                unsafe { data.add(i).write(value(i) as $ty) };
            }
        }};
    }
    match dtype.itemsize() {
        1 => store!(u8),
        2 => store!(u16),
        4 => store!(u32),
        _ => store!(u64),
    }
    Ok(array)
}

/// An array of integers in `low..high` (`high` exclusive), of an integer type or bool.
///
/// `masked` selects the legacy method (`RandomState.randint`), else Lemire's
/// (`Generator.integers`).
///
/// # Errors
/// `ValueError: low >= high` and the bounds texts.
pub fn integers(
    source: &mut (impl BitSource + ?Sized),
    low: i128,
    high: i128,
    shape: &[usize],
    dtype: DType,
    masked: bool,
) -> Result<Array> {
    check_bounds(&[low], &[high], dtype)?;
    let max = (high - 1 - low) as u64;
    let mut draws = Draws::new(dtype, masked);
    fill_integers(shape, dtype, |_| low + i128::from(draws.next(source, max)))
}

/// As [`integers`], element `i` in `lows[i]..highs[i]`; as many bounds as `shape` has elements.
///
/// # Errors
/// Those of [`integers`].
pub fn integers_each(
    source: &mut (impl BitSource + ?Sized),
    lows: &[i128],
    highs: &[i128],
    shape: &[usize],
    dtype: DType,
    masked: bool,
) -> Result<Array> {
    check_bounds(lows, highs, dtype)?;
    let mut draws = Draws::new(dtype, masked);
    fill_integers(shape, dtype, |i| {
        lows[i] + i128::from(draws.next(source, (highs[i] - 1 - lows[i]) as u64))
    })
}

/// An integer in `0..=i64::MAX`: the upper bits of a draw.
pub fn non_negative(source: &mut (impl BitSource + ?Sized)) -> i64 {
    (source.next_u64() >> 1) as i64
}

/// An array of [`non_negative`] integers.
///
/// # Errors
/// `MemoryError`.
pub fn non_negatives(source: &mut (impl BitSource + ?Sized), shape: &[usize]) -> Result<Array> {
    fill_integers(shape, DType::I64, |_| i128::from(non_negative(source)))
}

/// Shuffles positions `0..n` (Fisher and Yates from the end) through `swap(i, j)`.
pub fn shuffle(source: &mut (impl BitSource + ?Sized), n: usize, mut swap: impl FnMut(usize, usize)) {
    for i in (1..n).rev() {
        let j = interval(source, i as u64) as usize;
        swap(i, j);
    }
}
