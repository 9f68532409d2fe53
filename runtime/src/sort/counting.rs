//! Sorting of integers that lie close together, by counting how often each occurs.

/// Values that are counted at most.
const RANGE: usize = 1 << 16;
/// Shorter lines are left to other ways.
const SHORTEST: usize = 64;
/// Elements looked at before the whole line is.
const SAMPLE: usize = 32;

/// Sorts if the values lie so close together that counting them is the quickest way; `false` if
/// not, and then nothing has changed.
///
/// `distance(value, least)` is how far a value is from the least one, `place(least, distance)` the
/// value so far from it.
pub(super) fn sort<T: Copy + Ord>(
    values: &mut [T],
    distance: impl Fn(T, T) -> usize,
    place: impl Fn(T, usize) -> T,
) -> bool {
    let n = values.len();
    if n < SHORTEST {
        return false;
    }
    let widest = RANGE.min(n / 8).max(1);
    let ends = |values: &mut dyn Iterator<Item = T>, first: T| {
        values.fold((first, first), |(least, most), v| (least.min(v), most.max(v)))
    };
    // Values far apart show soon.
    let (least, most) = ends(&mut values.iter().step_by(n / SAMPLE).copied(), values[0]);
    if distance(most, least) >= widest {
        return false;
    }
    let (least, most) = values.iter().fold((least, most), |(least, most), &v| (least.min(v), most.max(v)));
    let span = distance(most, least);
    if span >= widest {
        return false;
    }
    // Two counters a value: equal neighbours need not wait for each other.
    let mut counts = vec![[0usize; 2]; span + 1];
    let mut pairs = values.chunks_exact(2);
    for pair in &mut pairs {
        counts[distance(pair[0], least)][0] += 1;
        counts[distance(pair[1], least)][1] += 1;
    }
    for &value in pairs.remainder() {
        counts[distance(value, least)][0] += 1;
    }
    let mut start = 0;
    for (step, count) in counts.iter().enumerate() {
        let end = start + count[0] + count[1];
        values[start..end].fill(place(least, step));
        start = end;
    }
    true
}

#[cfg(test)]
mod tests {
    #[test]
    fn sorts_what_lies_close() {
        let distance = |value: i8, least: i8| value.wrapping_sub(least) as u8 as usize;
        let place = |least: i8, distance: usize| least.wrapping_add(distance as i8);
        let mut values: Vec<i8> = (0..4097).map(|k: i32| (k * 7919) as i8).collect();
        let mut expected = values.clone();
        expected.sort_unstable();
        assert!(super::sort(&mut values, distance, place));
        assert_eq!(values, expected);
        assert!(!super::sort(&mut [1, 0], distance, place));
        let mut far: Vec<i8> = (0..100).map(|k: i32| (k * 5) as i8).collect();
        assert!(!super::sort(&mut far, distance, place));
    }
}
