//! Indices that sort.
//!
//! # Unsafe contract
//! Lines are read and written through checked lengths, as in the parent module.
//!
//! An element's key, as far as it fits, and its index share an integer of 64 bits, so that sorting
//! integers sorts the indices, and stably. If all keys lie close together they fit whole;
//! otherwise elements that agree in what fitted are sorted once more by the rest of their keys.

use super::{Sortable, WideKey, for_lines, line_buffer, radix_pays, radix_sort, read_line, wide_available};
use crate::array::{Array, Order};
use crate::dtype::DType;
use crate::error::Result;

/// Indices that sort each line along an axis (stable), as `int64`; `None` flattens first.
pub fn argsort(array: &Array, axis: Option<isize>) -> Result<Array> {
    let (source, axis) = match axis {
        None => (array.ravel(Order::C)?, 0),
        Some(axis) => (array.clone(), array.axis(axis)?),
    };
    let result = Array::empty(source.shape(), DType::I64, Order::C)?;
    let (n, step, out) = (source.shape()[axis], source.strides()[axis], result.strides()[axis]);
    with_dtype!(source.dtype(), T => {
        let mut values: Vec<T> = line_buffer(n)?;
        let keyed = T::KEY_BYTES != 0 && n <= u32::MAX as usize;
        let radix = keyed && radix_pays(n, T::KEY_BYTES) && !wide_available();
        let spare_length = if radix { n } else { 0 };
        let mut numbered: Vec<(u64, u32)> = line_buffer(spare_length)?;
        let mut spare: Vec<(u64, u32)> = line_buffer(spare_length)?;
        let mut packed = Packed::new(if keyed && !radix { n } else { 0 })?;
        let mut indices: Vec<i64> = line_buffer(n)?;
        for_lines(&source, &result, axis, |line, target| {
            // SAFETY: each line has `n` elements in both arrays.
            unsafe {
                read_line(&mut values, line, step, n);
                indices.clear();
                if radix {
                    numbered.clear();
                    numbered.extend(values.iter().zip(0u32..).map(|(v, i)| (v.key(), i)));
                    radix_sort(&mut numbered, &mut spare, T::KEY_BYTES, |item| item.0);
                    indices.extend(numbered.iter().map(|item| item.1 as i64));
                } else if keyed {
                    packed.sort(values.iter().map(T::key), &mut indices);
                } else {
                    indices.extend(0..n as i64);
                    indices.sort_by(|&a, &b| values[a as usize].order(&values[b as usize]));
                }
                for (i, &index) in indices.iter().enumerate() {
                    target.wrapping_offset(i as isize * out).cast::<i64>().write(index);
                }
            }
        });
    });
    Ok(result)
}

/// Room for the keys of a line and for what is sorted.
struct Packed {
    keys: Vec<u64>,
    items: Vec<i64>,
}

/// Bits that a number needs.
fn width(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

/// Sorts by the widest registers there are.
fn sort_items(items: &mut [i64]) {
    if !i64::sort_wide(items) {
        items.sort_unstable();
    }
}

impl Packed {
    fn new(n: usize) -> Result<Packed> {
        Ok(Packed { keys: line_buffer(n)?, items: line_buffer(n)? })
    }

    /// Appends the indices that sort `keys`.
    fn sort(&mut self, keys: impl Iterator<Item = u64>, indices: &mut Vec<i64>) {
        let Packed { keys: all, items } = self;
        all.clear();
        all.extend(keys);
        let (least, most) = all.iter().fold((u64::MAX, 0), |(a, b), &k| (a.min(k), b.max(k)));
        let Some(last) = all.len().checked_sub(1) else {
            return;
        };
        let place = width(last as u64);
        let lost = (width(most - least) + place).saturating_sub(u64::BITS);
        let mask = (1u64 << place) - 1;
        // A key at the top, its index below it; sorted as numbers with a sign.
        let pack = |key: u64, index: u64| (key << place | index) as i64 ^ i64::MIN;
        items.clear();
        items.extend(all.iter().zip(0u64..).map(|(&key, i)| pack((key - least) >> lost, i)));
        sort_items(items);
        if lost > 0 {
            let top = |item: i64| (item as u64) >> place;
            let mut start = 0;
            while start < items.len() {
                let mut end = start + 1;
                while end < items.len() && top(items[end]) == top(items[start]) {
                    end += 1;
                }
                if end - start > 1 {
                    // `lost` is at most `place`, which is at most 32: this time all of it fits.
                    let run = &mut items[start..end];
                    for item in run.iter_mut() {
                        let index = *item as u64 & mask;
                        let rest = (all[index as usize] - least) & ((1 << lost) - 1);
                        *item = pack(rest, index);
                    }
                    sort_items(run);
                }
                start = end;
            }
        }
        indices.extend(items.iter().map(|&item| (item as u64 & mask) as i64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &[u64]) {
        let mut indices = Vec::new();
        Packed::new(keys.len()).unwrap().sort(keys.iter().copied(), &mut indices);
        let mut expected: Vec<i64> = (0..keys.len() as i64).collect();
        expected.sort_by_key(|&i| keys[i as usize]);
        assert_eq!(indices, expected);
    }

    #[test]
    fn sorts_stably_whatever_the_keys() {
        let mut seed = 1u64;
        let mut next = || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            seed ^ seed >> 29
        };
        check(&[]);
        check(&[u64::MAX]);
        for n in [2, 3, 100, 5000] {
            let random: Vec<u64> = (0..n).map(|_| next()).collect();
            check(&random);
            check(&random.iter().map(|k| k % 7).collect::<Vec<_>>());
            // The same at the top, different at the bottom.
            check(&random.iter().map(|k| ((k % 3) << 62) | (k % 5)).collect::<Vec<_>>());
            check(&random.iter().map(|k| if k % 2 == 0 { 0 } else { u64::MAX }).collect::<Vec<_>>());
        }
    }
}
