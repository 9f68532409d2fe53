//! Text of compiled code: immutable runs of code points, one `u32` each.
//!
//! A text is an owner (a [`Buffer`] or nothing), the address of its first code point and its
//! length; slices share their owner. Lone surrogates are kept, as Python's `str` keeps them.
//!
//! # Unsafe contract
//! Every `extern "C"` function takes texts as address and length: `n` code points are readable
//! there for the duration of the call. Functions that make a text return the buffer that holds
//! it (its size says the length), or null when there is no memory.

use crate::buffer::{Buffer, BufferRef};
use crate::print::{complex_repr, float_repr};
use crate::trap::intern;
use std::ptr;

/// The code points at `a`; a null address is no text.
///
/// # Safety
/// See the file head.
unsafe fn view<'a>(a: *const u32, n: i64) -> &'a [u32] {
    match usize::try_from(n) {
        // SAFETY: the file head.
        Ok(n) if n > 0 && !a.is_null() => unsafe { std::slice::from_raw_parts(a, n) },
        _ => &[],
    }
}

/// A new buffer with these code points.
pub fn buffer(points: &[u32]) -> Option<BufferRef> {
    let b = BufferRef::alloc(points.len().checked_mul(4)?, false).ok()?;
    // SAFETY: the block is new and has room for all of them.
    unsafe { ptr::copy_nonoverlapping(points.as_ptr(), b.data().cast(), points.len()) };
    Some(b)
}

fn handed_over(points: &[u32]) -> *mut Buffer {
    buffer(points).map_or(ptr::null_mut(), BufferRef::into_raw)
}

fn of_str(s: &str) -> *mut Buffer {
    handed_over(&s.chars().map(u32::from).collect::<Vec<_>>())
}

/// A Rust string; lone surrogates become replacement characters.
pub fn to_string(points: &[u32]) -> String {
    points.iter().map(|c| char::from_u32(*c).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The code points of a text that compiled code handed out.
///
/// # Safety
/// See the file head.
pub unsafe fn points(a: *const u32, n: i64) -> Vec<u32> {
    // SAFETY: passed on.
    unsafe { view(a, n) }.to_vec()
}

/// Number of code points of the text that a buffer holds.
///
/// # Safety
/// `b` is a live buffer that one of the functions here made.
pub unsafe extern "C" fn taipan_text_length(b: *mut Buffer) -> i64 {
    // SAFETY: by the contract; the new handle is given back at the end.
    unsafe { BufferRef::retained(b) }.map_or(0, |b| (b.nbytes() / 4) as i64)
}

/// Below, equal, above: -1, 0, 1.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_text_compare(a: *const u32, n: i64, b: *const u32, m: i64) -> i64 {
    // SAFETY: the file head.
    let (a, b) = unsafe { (view(a, n), view(b, m)) };
    a.cmp(b) as i64
}

/// Are they equal? 1 or 0.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_text_equal(a: *const u32, n: i64, b: *const u32, m: i64) -> i64 {
    // SAFETY: the file head.
    i64::from(n == m && unsafe { view(a, n) == view(b, m) })
}

/// Position of the first `b` in `a`, else -1.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_text_find(a: *const u32, n: i64, b: *const u32, m: i64) -> i64 {
    // SAFETY: the file head.
    let (a, b) = unsafe { (view(a, n), view(b, m)) };
    if b.is_empty() {
        return 0;
    }
    a.windows(b.len()).position(|w| w == b).map_or(-1, |i| i as i64)
}

/// `a + b`.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_text_concat(a: *const u32, n: i64, b: *const u32, m: i64) -> *mut Buffer {
    // SAFETY: the file head.
    handed_over(&unsafe { [view(a, n), view(b, m)] }.concat())
}

/// `a * count`.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_text_repeat(a: *const u32, n: i64, count: i64) -> *mut Buffer {
    // SAFETY: the file head.
    let a = unsafe { view(a, n) };
    let count = usize::try_from(count).unwrap_or(0);
    let Some(bytes) = a.len().checked_mul(count).and_then(|n| n.checked_mul(4)) else { return ptr::null_mut() };
    let Ok(b) = BufferRef::alloc(bytes, false) else { return ptr::null_mut() };
    for i in 0..count {
        // SAFETY: the block is new and has room for `count` copies.
        unsafe { ptr::copy_nonoverlapping(a.as_ptr(), b.data().cast::<u32>().add(i * a.len()), a.len()) };
    }
    b.into_raw()
}

/// `count` code points from `start` on, `step` apart; all lie inside.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_text_pick(a: *const u32, n: i64, start: i64, step: i64, count: i64) -> *mut Buffer {
    // SAFETY: the file head.
    let a = unsafe { view(a, n) };
    let at = |k: i64| usize::try_from(start + k * step).ok().and_then(|i| a.get(i)).copied();
    handed_over(&(0..count).filter_map(at).collect::<Vec<_>>())
}

/// `str(v)` of a signed integer.
pub extern "C" fn taipan_text_i64(v: i64) -> *mut Buffer {
    of_str(&v.to_string())
}

/// `str(v)` of an unsigned integer.
pub extern "C" fn taipan_text_u64(v: i64) -> *mut Buffer {
    of_str(&(v as u64).to_string())
}

/// `str(v)` of a bool.
pub extern "C" fn taipan_text_bool(v: i64) -> *mut Buffer {
    of_str(if v != 0 { "True" } else { "False" })
}

/// `str(v)` of a float.
pub extern "C" fn taipan_text_f64(v: f64) -> *mut Buffer {
    of_str(&float_repr(v))
}

/// `str(v)` of a complex number.
pub extern "C" fn taipan_text_complex(re: f64, im: f64) -> *mut Buffer {
    of_str(&complex_repr(re, im))
}

/// `chr(v)` for a code point.
pub extern "C" fn taipan_text_chr(v: i64) -> *mut Buffer {
    handed_over(&[v as u32])
}

/// A change of a whole text.
type Change = fn(&str) -> String;

/// What [`taipan_text_change`] can do, by number.
pub const CHANGES: &[(&str, Change)] = &[
    ("upper", |s| s.to_uppercase()),
    ("lower", |s| s.to_lowercase()),
    ("strip", |s| s.trim_matches(is_space).to_owned()),
    ("lstrip", |s| s.trim_start_matches(is_space).to_owned()),
    ("rstrip", |s| s.trim_end_matches(is_space).to_owned()),
];

/// What Python's `str.strip` takes for white space: Unicode's and the four separators.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// The text changed in way number `which`.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_text_change(a: *const u32, n: i64, which: i64) -> *mut Buffer {
    // SAFETY: the file head.
    let text = to_string(unsafe { view(a, n) });
    let change = usize::try_from(which).ok().and_then(|w| CHANGES.get(w));
    change.map_or(ptr::null_mut(), |c| of_str(&(c.1)(&text)))
}

/// Appends the text to the line that is being printed.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_text_print(a: *const u32, n: i64) {
    // SAFETY: the file head.
    crate::print::push(&to_string(unsafe { view(a, n) }));
}

/// Number of the text for the arguments of an exception.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_text_intern(a: *const u32, n: i64) -> i64 {
    // SAFETY: the file head.
    intern(&to_string(unsafe { view(a, n) })) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points_of(s: &str) -> Vec<u32> {
        s.chars().map(u32::from).collect()
    }

    fn made(b: *mut Buffer) -> String {
        // SAFETY: a buffer just made, its reference taken over.
        let b = unsafe { BufferRef::from_raw(b) }.unwrap();
        // SAFETY: it holds code points.
        to_string(unsafe { view(b.data().cast(), (b.nbytes() / 4) as i64) })
    }

    #[test]
    fn texts_join_repeat_and_compare() {
        let (a, b) = (points_of("añ"), points_of("z"));
        let (pa, pb) = (a.as_ptr(), b.as_ptr());
        // SAFETY: both vectors live on.
        unsafe {
            assert_eq!(made(taipan_text_concat(pa, 2, pb, 1)), "añz");
            assert_eq!(made(taipan_text_repeat(pa, 2, 2)), "añañ");
            assert_eq!(made(taipan_text_repeat(pa, 2, -1)), "");
            assert!(taipan_text_repeat(pa, 2, i64::MAX).is_null());
            assert_eq!(made(taipan_text_pick(pa, 2, 1, -1, 2)), "ña");
            assert_eq!(taipan_text_compare(pa, 2, pb, 1), -1);
            assert_eq!(taipan_text_find(pa, 2, pb, 1), -1);
            assert_eq!(taipan_text_find(pa, 2, pb, 0), 0);
        }
    }
}
