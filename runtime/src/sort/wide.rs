//! Quicksort and quickselect of integer keys with 512-bit registers.
//!
//! # Unsafe contract
//! The functions with `target_feature` run only where [`available`] said yes. Partitions read and
//! write inside the slice they are given: two registers taken from its ends before the loop leave
//! room for 16 (or 32) keys, and each step frees as many places as it fills.
//!
//! A partition compresses the keys below the pivot to the left and the others to the right (Bramas,
//! *A novel hybrid quicksort algorithm vectorized using AVX-512*, 2017). Short stretches are sorted
//! inside registers by Batcher's bitonic network: each register first, then runs of registers are
//! merged in pairs, the second one read backwards. Stretches that split badly too often go to the
//! standard library's sort.

#![cfg(target_arch = "x86_64")]

use std::arch::x86_64::*;

/// Registers that a short stretch may fill.
const REGISTERS: usize = 16;

/// Whether the processor has the instructions.
pub fn available() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512dq")
        && std::arch::is_x86_feature_detected!("avx512vl")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("popcnt")
        && std::arch::is_x86_feature_detected!("bmi2")
        && std::arch::is_x86_feature_detected!("lzcnt")
}

/// Integers that fill a register's lanes.
pub trait Key: Copy + Ord {
    /// The largest key.
    const LAST: Self;
    /// Keys in a register.
    const LANES: usize;
    /// The key after a smaller one.
    fn next(self) -> Self;
    /// Moves keys below `pivot` to the front; returns how many there are.
    ///
    /// # Safety
    /// [`available`]
    unsafe fn partition(keys: &mut [Self], pivot: Self) -> usize;
    /// Sorts at most `REGISTERS * LANES` keys.
    ///
    /// # Safety
    /// [`available`]
    unsafe fn sort_short(keys: &mut [Self]);
}

/// The register with its lanes exchanged `bytes` apart.
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
#[inline]
fn exchanged<const BYTES: usize>(keys: __m512i) -> __m512i {
    match BYTES {
        32 => _mm512_shuffle_i64x2::<0x4e>(keys, keys),
        16 => _mm512_permutex_epi64::<0x4e>(keys),
        8 => _mm512_shuffle_epi32::<0x4e>(keys),
        _ => _mm512_shuffle_epi32::<0xb1>(keys),
    }
}

/// The lanes of `count` whose number has the bit `distance` set.
const fn upper_lanes(count: usize, distance: usize) -> u64 {
    let mut mask = 0;
    let mut lane = 0;
    while lane < count {
        if lane & distance != 0 {
            mask |= 1 << lane;
        }
        lane += 1;
    }
    mask
}

macro_rules! keys {
    ($ty:ty, $lanes:literal, $splat:ident, $load:ident, $store:ident, $less:ident, $compress:ident, $masked:ident, $mask:ty,
     $partly:ident, $min:ident, $max:ident, $choose:ident, $permute:ident, [$($backwards:literal)*]) => {
        impl Key for $ty {
            const LAST: Self = <$ty>::MAX;
            const LANES: usize = $lanes;

            #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,popcnt,bmi1,bmi2,lzcnt")]
            unsafe fn sort_short(keys: &mut [Self]) {
                /// One step of the network inside a register: lanes `DISTANCE` apart are put in
                /// order, the larger one where `UPPER` has a bit.
                #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
                #[inline]
                fn step<const DISTANCE: usize, const UPPER: u64>(keys: __m512i) -> __m512i {
                    let others = match DISTANCE * size_of::<$ty>() {
                        32 => exchanged::<32>(keys),
                        16 => exchanged::<16>(keys),
                        8 => exchanged::<8>(keys),
                        _ => exchanged::<4>(keys),
                    };
                    $choose($min(keys, others), UPPER as $mask, keys, others)
                }
                /// A register whose lanes rise and then fall, in order.
                #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
                #[inline]
                fn settle(mut keys: __m512i) -> __m512i {
                    if $lanes > 8 {
                        keys = step::<8, { upper_lanes($lanes, 8) }>(keys);
                    }
                    keys = step::<4, { upper_lanes($lanes, 4) }>(keys);
                    keys = step::<2, { upper_lanes($lanes, 2) }>(keys);
                    step::<1, { upper_lanes($lanes, 1) }>(keys)
                }
                /// A register in order.
                #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
                #[inline]
                fn ordered(mut keys: __m512i) -> __m512i {
                    keys = step::<1, { upper_lanes($lanes, 1) ^ upper_lanes($lanes, 2) }>(keys);
                    keys = step::<2, { upper_lanes($lanes, 2) ^ upper_lanes($lanes, 4) }>(keys);
                    keys = step::<1, { upper_lanes($lanes, 1) ^ upper_lanes($lanes, 4) }>(keys);
                    if $lanes > 8 {
                        keys = step::<4, { upper_lanes($lanes, 4) ^ upper_lanes($lanes, 8) }>(keys);
                        keys = step::<2, { upper_lanes($lanes, 2) ^ upper_lanes($lanes, 8) }>(keys);
                        keys = step::<1, { upper_lanes($lanes, 1) ^ upper_lanes($lanes, 8) }>(keys);
                    }
                    settle(keys)
                }
                /// Sorts up to `R` registers full of keys.
                ///
                /// # Safety
                /// No more keys than that.
                #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
                unsafe fn network<const R: usize>(keys: &mut [$ty]) {
                    static BACKWARDS: [$ty; $lanes] = [$($backwards),*];
                    let lanes = |k: usize| {
                        let count = keys.len().saturating_sub(k * $lanes).min($lanes);
                        ((1u64 << count) - 1) as $mask
                    };
                    let masks: [$mask; R] = std::array::from_fn(lanes);
                    let base = keys.as_mut_ptr();
                    let mut all = [$splat(<$ty>::MAX); R];
                    // SAFETY: only lanes that are in the slice are read and written; the others
                    // are filled with the largest key, which stays behind.
                    unsafe {
                        let backwards = $load(BACKWARDS.as_ptr().cast());
                        for k in 0..R {
                            all[k] = ordered($partly(all[k], masks[k], base.wrapping_add(k * $lanes)));
                        }
                        let mut run = 1;
                        while run < R {
                            let mut start = 0;
                            while start < R {
                                // Two runs, the second one backwards, rise and then fall.
                                for k in 0..run {
                                    let (a, b) = (start + k, start + 2 * run - 1 - k);
                                    if a < R && b < R {
                                        let turned = $permute(backwards, all[b]);
                                        let first = all[a];
                                        all[a] = $min(first, turned);
                                        all[b] = $max(first, turned);
                                    }
                                }
                                // The second half is backwards still, which its own steps mend.
                                let mut apart = run / 2;
                                while apart > 0 {
                                    for k in 0..2 * run {
                                        if k & apart == 0 && start + k + apart < R {
                                            let (a, b) = (all[start + k], all[start + k + apart]);
                                            all[start + k] = $min(a, b);
                                            all[start + k + apart] = $max(a, b);
                                        }
                                    }
                                    apart /= 2;
                                }
                                start += 2 * run;
                            }
                            for k in 0..R {
                                all[k] = settle(all[k]);
                            }
                            run *= 2;
                        }
                        for k in 0..R {
                            $masked(base.wrapping_add(k * $lanes).cast(), masks[k], all[k]);
                        }
                    }
                }
                // SAFETY: by the caller's contract.
                unsafe {
                    match keys.len().div_ceil($lanes) {
                        0 | 1 => network::<1>(keys),
                        2 => network::<2>(keys),
                        3 | 4 => network::<4>(keys),
                        5..=8 => network::<8>(keys),
                        _ => network::<REGISTERS>(keys),
                    }
                }
            }

            fn next(self) -> Self {
                self + 1
            }

            #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,popcnt,bmi1,bmi2,lzcnt")]
            unsafe fn partition(keys: &mut [Self], pivot: Self) -> usize {
                /// `U` registers at a time: which end they come from is a branch that cannot be
                /// foreseen, and it is taken once for all of them.
                #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,popcnt,bmi1,bmi2,lzcnt")]
                unsafe fn split<const U: usize>(keys: &mut [$ty], pivot: $ty) -> usize {
                    let step = U * $lanes;
                    // What does not fill the registers is split first, one by one.
                    let mut end = keys.len();
                    let mut start = 0;
                    let whole = if end < 2 * step { 0 } else { end - end % step };
                    while end - start > whole {
                        if keys[start] < pivot {
                            start += 1;
                        } else {
                            end -= 1;
                            keys.swap(start, end);
                        }
                    }
                    if whole == 0 {
                        return start;
                    }
                    let base = keys.as_mut_ptr();
                    let wanted = $splat(pivot);
                    let ones = |n: usize| (((1u64 << n) - 1) & ((1u64 << $lanes) - 1)) as $mask;
                    // SAFETY: all places lie between `start` and `end`; see the file head.
                    unsafe {
                        let mut first = [$splat(0); U];
                        let mut last = [$splat(0); U];
                        for k in 0..U {
                            first[k] = $load(base.add(start + k * $lanes).cast());
                            last[k] = $load(base.add(end - step + k * $lanes).cast());
                        }
                        let (mut left, mut right) = (start + step, end - step);
                        // Places from `low` on and below `high` are free at the ends.
                        let (mut low, mut high) = (start, end);
                        macro_rules! place {
                            ($keys:expr) => {{
                                let below: $mask = $less($keys, wanted);
                                let count = below.count_ones() as usize;
                                let others = $lanes - count;
                                $store(base.add(low).cast(), $compress(below, $keys));
                                low += count;
                                $masked(base.add(high - others).cast(), ones(others), $compress(!below, $keys));
                                high -= others;
                            }};
                        }
                        while left < right {
                            // From the side with less room, so that both keep enough.
                            let from = if left - low <= high - right {
                                left += step;
                                left - step
                            } else {
                                right -= step;
                                right
                            };
                            let mut taken = [$splat(0); U];
                            for k in 0..U {
                                taken[k] = $load(base.add(from + k * $lanes).cast());
                            }
                            for k in 0..U {
                                place!(taken[k]);
                            }
                        }
                        for k in 0..U {
                            place!(first[k]);
                        }
                        for k in 0..U - 1 {
                            place!(last[k]);
                        }
                        // The last register fills exactly what is left: no store may pass it.
                        let keys = last[U - 1];
                        let below: $mask = $less(keys, wanted);
                        let count = below.count_ones() as usize;
                        let others = $lanes - count;
                        $masked(base.add(low).cast(), ones(count), $compress(below, keys));
                        $masked(base.add(high - others).cast(), ones(others), $compress(!below, keys));
                        low + count
                    }
                }
                // SAFETY: the caller's contract.
                unsafe {
                    if keys.len() >= 64 * $lanes {
                        split::<4>(keys, pivot)
                    } else {
                        split::<1>(keys, pivot)
                    }
                }
            }
        }
    };
}

keys!(i64, 8, _mm512_set1_epi64, _mm512_loadu_si512, _mm512_storeu_si512, _mm512_cmplt_epi64_mask,
    _mm512_maskz_compress_epi64, _mm512_mask_storeu_epi64, __mmask8,
    _mm512_mask_loadu_epi64, _mm512_min_epi64, _mm512_max_epi64, _mm512_mask_max_epi64, _mm512_permutexvar_epi64,
    [7 6 5 4 3 2 1 0]);
keys!(i32, 16, _mm512_set1_epi32, _mm512_loadu_si512, _mm512_storeu_si512, _mm512_cmplt_epi32_mask,
    _mm512_maskz_compress_epi32, _mm512_mask_storeu_epi32, __mmask16,
    _mm512_mask_loadu_epi32, _mm512_min_epi32, _mm512_max_epi32, _mm512_mask_max_epi32, _mm512_permutexvar_epi32,
    [15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0]);

/// A key with about as many smaller as larger ones.
fn middle<K: Key>(keys: &[K]) -> K {
    let n = keys.len();
    let of_three = |a: K, b: K, c: K| a.min(b).max(a.max(b).min(c));
    let step = n / 9;
    if step < 16 {
        return of_three(keys[n / 4], keys[n / 2], keys[n - 1 - n / 4]);
    }
    let group = |k: usize| of_three(keys[k * step], keys[(k + 1) * step], keys[(k + 2) * step]);
    of_three(group(0), group(3), group(6))
}

/// Sorts in place.
///
/// # Safety
/// [`available`]
pub unsafe fn sort<K: Key>(keys: &mut [K]) {
    let depth = 2 * (usize::BITS - keys.len().leading_zeros());
    // SAFETY: by the contract.
    unsafe { descend(keys, depth) }
}

unsafe fn descend<K: Key>(mut keys: &mut [K], mut depth: u32) {
    loop {
        if keys.len() <= REGISTERS * K::LANES {
            // SAFETY: by the caller's contract.
            unsafe { K::sort_short(keys) };
            return;
        }
        if depth == 0 {
            keys.sort_unstable();
            return;
        }
        depth -= 1;
        let pivot = middle(keys);
        // SAFETY: by the caller's contract.
        let split = unsafe { K::partition(keys, pivot) };
        if split == 0 {
            // Nothing is smaller: what equals the pivot is in place once it is in front.
            if pivot == K::LAST {
                return;
            }
            // SAFETY: as above.
            let equal = unsafe { K::partition(keys, pivot.next()) };
            keys = &mut keys[equal..];
            continue;
        }
        let (left, right) = keys.split_at_mut(split);
        // SAFETY: as above. The shorter side by recursion keeps the stack short.
        unsafe {
            if left.len() < right.len() {
                descend(left, depth);
                keys = right;
            } else {
                descend(right, depth);
                keys = left;
            }
        }
    }
}

/// Puts the key at `k` in its sorted place, smaller ones before, larger ones behind it.
///
/// # Safety
/// [`available`]
pub unsafe fn select<K: Key>(mut keys: &mut [K], mut k: usize) {
    for _ in 0..2 * usize::BITS {
        if keys.len() <= REGISTERS * K::LANES {
            // SAFETY: by the contract.
            unsafe { K::sort_short(keys) };
            return;
        }
        let pivot = middle(keys);
        // SAFETY: by the contract.
        let split = unsafe { K::partition(keys, pivot) };
        if split == 0 {
            if pivot == K::LAST {
                return;
            }
            // SAFETY: as above.
            let equal = unsafe { K::partition(keys, pivot.next()) };
            if k < equal {
                return;
            }
            keys = &mut keys[equal..];
            k -= equal;
        } else if k < split {
            keys = &mut keys[..split];
        } else {
            keys = &mut keys[split..];
            k -= split;
        }
    }
    keys.select_nth_unstable(k);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys<K: Key>(n: usize, make: impl Fn(u64) -> K) -> Vec<K> {
        let mut seed = n as u64 + 1;
        (0..n)
            .map(|_| {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                make(seed >> 20)
            })
            .collect()
    }

    fn check<K: Key + std::fmt::Debug>(make: impl Fn(u64) -> K + Copy) {
        for n in (0..300).chain([511, 1000, 4097]) {
            let original = keys(n, make);
            let mut expected = original.clone();
            expected.sort_unstable();
            let mut sorted = original.clone();
            // SAFETY: the caller asked for the instructions.
            unsafe { sort(&mut sorted) };
            assert_eq!(sorted, expected);
            for k in [0, n / 3, n.saturating_sub(1)] {
                if k < n {
                    let mut selected = original.clone();
                    // SAFETY: as above.
                    unsafe { select(&mut selected, k) };
                    assert_eq!(selected[k], expected[k]);
                    assert!(selected[..k].iter().all(|v| *v <= expected[k]));
                    assert!(selected[k..].iter().all(|v| *v >= expected[k]));
                }
            }
        }
    }

    #[test]
    fn sorts_and_selects() {
        if !available() {
            return;
        }
        check(|r| r as i64 - (1 << 42));
        check(|r| (r % 3) as i64);
        check(|r| if r % 2 == 0 { i64::MAX } else { i64::MIN });
        check(|_| i64::MAX);
        check(|r| r as i32);
        check(|r| (r % 5) as i32 - 2);
    }
}
