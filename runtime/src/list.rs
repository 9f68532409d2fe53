//! Lists of compiled code: growing sequences of items of one type.
//!
//! An item is a fixed number of 8-byte words, one a machine value as compiled code stores it;
//! a mask says which words are references to buffers. The list lives in a foreign [`Buffer`], so
//! that compiled code counts references to it as it does for arrays.
//!
//! A list belongs to one call of a compiled function: arguments are copied in and results out, so
//! other threads see it only as workers of a parallel region that its own thread started and waits
//! for. Accesses take the list's lock while any region runs, and need none otherwise.
//!
//! # Unsafe contract
//! `list` parameters are live buffers that [`taipan_reflected_new`] or another function here made.
//! `item` and `out` point to as many words as an item of that list has. Words that the mask names
//! hold null or a live buffer; lists own one reference for each, and what is stored into `out`
//! carries a reference for the reader.

use crate::buffer::{Buffer, BufferRef, taipan_buffer_release, taipan_buffer_retain};
use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::ptr;
use std::sync::{Mutex, MutexGuard};

/// Word positions that a mask can name.
pub const MAX_WORDS: usize = 64;

/// What [`taipan_reflected_sort`] sorts by: the words as signed, unsigned or float64 numbers.
pub const SIGNED: i64 = 0;
/// See [`SIGNED`].
pub const UNSIGNED: i64 = 1;
/// See [`SIGNED`].
pub const FLOAT: i64 = 2;

struct Items {
    words: Vec<u64>,
    /// Counted on its own: items may have no words.
    length: usize,
    /// Changed since it was made, or since [`clean`].
    dirty: bool,
}

struct List {
    width: usize,
    refs: u64,
    items: UnsafeCell<Items>,
    access: Mutex<()>,
}

// SAFETY: `items` is reached through `List::lock` only.
unsafe impl Send for List {}
// SAFETY: as above.
unsafe impl Sync for List {}

/// The items of a list, for one thread alone.
struct Held<'a> {
    items: &'a mut Items,
    _access: Option<MutexGuard<'a, ()>>,
}

impl Deref for Held<'_> {
    type Target = Items;
    fn deref(&self) -> &Items {
        self.items
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Items {
        self.items
    }
}

impl List {
    #[inline]
    fn lock(&self) -> Held<'_> {
        let shared = crate::workers::region_is_running();
        let access = shared.then(|| self.access.lock().unwrap_or_else(|e| e.into_inner()));
        // SAFETY: the lock, or the file head: without a parallel region the list is this thread's.
        // No function here holds the same list twice.
        Held { items: unsafe { &mut *self.items.get() }, _access: access }
    }

    /// Adds (or gives up) one reference for each that the words hold.
    ///
    /// # Safety
    /// The words are items of this list.
    unsafe fn count(&self, words: &[u64], up: bool) {
        if self.refs == 0 {
            return;
        }
        for item in words.chunks_exact(self.width) {
            for (k, w) in item.iter().enumerate().filter(|(k, _)| self.refs >> k & 1 != 0) {
                debug_assert!(k < MAX_WORDS);
                let b = *w as *mut Buffer;
                // SAFETY: the file head: the mask names references.
                unsafe { if up { taipan_buffer_retain(b) } else { taipan_buffer_release(b) } }
            }
        }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        let words = std::mem::take(&mut self.lock().words);
        // SAFETY: nobody holds the list any more; its references go with it.
        unsafe { self.count(&words, false) }
    }
}

/// # Safety
/// See the file head.
unsafe fn list<'a>(b: *mut Buffer) -> &'a List {
    // SAFETY: the data address of a list's buffer is the list, which lives as long as it.
    unsafe { &*(*ptr::from_ref(&*b).cast::<DataOnly>()).data.cast::<List>() }
}

/// The head of a [`Buffer`] up to its data address.
#[repr(C)]
struct DataOnly {
    _refcount: usize,
    data: *mut u8,
}
const _: () = assert!(std::mem::offset_of!(DataOnly, data) as i64 == crate::buffer::BUFFER_DATA);

fn make(width: usize, refs: u64, words: Vec<u64>, length: usize) -> *mut Buffer {
    let list = Box::new(List { width, refs, items: UnsafeCell::new(Items { words, length, dirty: false }), access: Mutex::new(()) });
    let data = ptr::from_ref(&*list).cast_mut().cast();
    // SAFETY: the box keeps the list in place for as long as the buffer owns it.
    unsafe { BufferRef::foreign(data, size_of::<List>(), list) }.into_raw()
}

/// An empty list; `refs` is the mask of words that are references.
pub extern "C" fn taipan_reflected_new(width: i64, refs: i64) -> *mut Buffer {
    make(width as usize, refs as u64, Vec::new(), 0)
}

/// Number of items.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_length(b: *mut Buffer) -> i64 {
    // SAFETY: the file head.
    unsafe { list(b) }.lock().length as i64
}

/// Python's index as a position: from the end if negative.
fn position(index: i64, length: usize) -> Option<usize> {
    let at = if index < 0 { index.checked_add(length as i64)? } else { index };
    usize::try_from(at).ok().filter(|i| *i < length)
}

/// # Safety
/// See the file head.
unsafe fn item_words<'a>(item: *const u64, width: usize) -> &'a [u64] {
    // SAFETY: the file head.
    if width == 0 { &[] } else { unsafe { std::slice::from_raw_parts(item, width) } }
}

/// Inserts an item before position `index`, clamped as `list.insert` clamps it. 0 = no memory.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_insert(b: *mut Buffer, index: i64, item: *const u64) -> i64 {
    // SAFETY: the file head.
    let (l, words) = unsafe {
        let l = list(b);
        (l, item_words(item, l.width))
    };
    let mut items = l.lock();
    if items.words.try_reserve(l.width).is_err() {
        return 0;
    }
    let length = items.length as i64;
    let at = if index < 0 { index.saturating_add(length).max(0) } else { index.min(length) } as usize;
    // SAFETY: the list takes a reference of its own.
    unsafe { l.count(words, true) };
    let from = at * l.width;
    items.words.splice(from..from, words.iter().copied());
    items.length += 1;
    items.dirty = true;
    1
}

/// Appends an item. 0 = no memory.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_append(b: *mut Buffer, item: *const u64) -> i64 {
    // SAFETY: the file head.
    let (l, words) = unsafe {
        let l = list(b);
        (l, item_words(item, l.width))
    };
    let mut items = l.lock();
    if items.words.try_reserve(l.width).is_err() {
        return 0;
    }
    // SAFETY: the list takes a reference of its own.
    unsafe { l.count(words, true) };
    items.words.extend_from_slice(words);
    items.length += 1;
    items.dirty = true;
    1
}

/// Reads the item at `index` into `out`. 0 = out of range.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_get(b: *mut Buffer, index: i64, out: *mut u64) -> i64 {
    // SAFETY: the file head.
    let l = unsafe { list(b) };
    let items = l.lock();
    let Some(at) = position(index, items.length) else { return 0 };
    if l.width == 1 && l.refs == 0 {
        // SAFETY: the file head.
        unsafe { *out = items.words[at] };
        return 1;
    }
    let words = &items.words[at * l.width..(at + 1) * l.width];
    // SAFETY: the file head; the reader gets a reference of its own.
    unsafe {
        l.count(words, true);
        ptr::copy_nonoverlapping(words.as_ptr(), out, l.width);
    }
    1
}

/// Replaces the item at `index`. 0 = out of range.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_set(b: *mut Buffer, index: i64, item: *const u64) -> i64 {
    // SAFETY: the file head.
    let (l, words) = unsafe {
        let l = list(b);
        (l, item_words(item, l.width))
    };
    let mut items = l.lock();
    let Some(at) = position(index, items.length) else { return 0 };
    items.dirty = true;
    if l.refs == 0 {
        items.words[at * l.width..(at + 1) * l.width].copy_from_slice(words);
        return 1;
    }
    // SAFETY: the list takes a reference of its own, then gives up the old one.
    unsafe { l.count(words, true) };
    let place = at * l.width..(at + 1) * l.width;
    let old = items.words[place.clone()].to_vec();
    items.words[place].copy_from_slice(words);
    drop(items);
    // SAFETY: the old item is not in the list any more. Outside the lock: it may be a list.
    unsafe { l.count(&old, false) };
    1
}

/// Takes the item at `index` out, into `out`. 0 = out of range, -1 = the list is empty.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_pop(b: *mut Buffer, index: i64, out: *mut u64) -> i64 {
    // SAFETY: the file head.
    let l = unsafe { list(b) };
    let mut items = l.lock();
    if items.length == 0 {
        return -1;
    }
    let Some(at) = position(index, items.length) else { return 0 };
    for (k, w) in items.words.drain(at * l.width..(at + 1) * l.width).enumerate() {
        // SAFETY: the file head; the list's reference goes to the reader.
        unsafe { *out.add(k) = w };
    }
    items.length -= 1;
    items.dirty = true;
    1
}

/// Appends the items of another list of the same type (perhaps itself). 0 = no memory.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_extend(b: *mut Buffer, other: *mut Buffer) -> i64 {
    // SAFETY: the file head.
    let (l, other) = unsafe { (list(b), list(other)) };
    let (words, length) = {
        let from = other.lock();
        // SAFETY: items of a list of this type; the copies are counted while they are safe there.
        unsafe { l.count(&from.words, true) };
        (from.words.clone(), from.length)
    };
    let mut items = l.lock();
    if items.words.try_reserve(words.len()).is_err() {
        drop(items);
        // SAFETY: counted above.
        unsafe { l.count(&words, false) };
        return 0;
    }
    items.words.extend_from_slice(&words);
    items.length += length;
    items.dirty = true;
    1
}

/// Removes every item.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_clear(b: *mut Buffer) {
    // SAFETY: the file head.
    let l = unsafe { list(b) };
    let mut items = l.lock();
    items.length = 0;
    items.dirty = true;
    let words = std::mem::take(&mut items.words);
    drop(items);
    // SAFETY: the list's references go with its items.
    unsafe { l.count(&words, false) };
}

/// Turns the order round.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_reverse(b: *mut Buffer) {
    // SAFETY: the file head.
    let l = unsafe { list(b) };
    let mut items = l.lock();
    items.dirty = true;
    if l.width > 0 {
        items.words = items.words.chunks_exact(l.width).rev().flatten().copied().collect();
    }
}

/// Removes `count` items from `start` on, `step` apart; positions outside are left out.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_delete(b: *mut Buffer, start: i64, step: i64, count: i64) {
    // SAFETY: the file head.
    let l = unsafe { list(b) };
    let mut items = l.lock();
    if count <= 0 {
        return;
    }
    // In ascending order, whatever the sign of the step.
    let first = if step < 0 { start + (count - 1) * step } else { start };
    let stride = step.unsigned_abs().max(1) as usize;
    let Ok(first) = usize::try_from(first) else { return };
    let gone = |at: usize| at >= first && (at - first).is_multiple_of(stride) && (at - first) / stride < count as usize;
    let (mut kept, mut removed, mut left) = (Vec::with_capacity(items.words.len()), Vec::new(), 0);
    for at in 0..items.length {
        let words = &items.words[at * l.width..(at + 1) * l.width];
        if gone(at) {
            removed.extend_from_slice(words);
        } else {
            kept.extend_from_slice(words);
            left += 1;
        }
    }
    items.words = kept;
    items.length = left;
    items.dirty = true;
    drop(items);
    // SAFETY: these are not in the list any more. Outside the lock: they may be lists.
    unsafe { l.count(&removed, false) };
}

/// A new list of `count` items from `start` on, `step` apart; those outside are left out.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_pick(b: *mut Buffer, start: i64, step: i64, count: i64) -> *mut Buffer {
    // SAFETY: the file head.
    let l = unsafe { list(b) };
    let items = l.lock();
    let mut words = Vec::new();
    let mut length = 0;
    for k in 0..count {
        if let Ok(at) = usize::try_from(start + k * step)
            && at < items.length
        {
            words.extend_from_slice(&items.words[at * l.width..(at + 1) * l.width]);
            length += 1;
        }
    }
    // SAFETY: items of this type; the new list has references of its own.
    unsafe { l.count(&words, true) };
    make(l.width, l.refs, words, length)
}

/// `list * count`; null = no memory.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_repeat(b: *mut Buffer, count: i64) -> *mut Buffer {
    // SAFETY: the file head.
    let l = unsafe { list(b) };
    let items = l.lock();
    let count = usize::try_from(count).unwrap_or(0);
    let Some(total) = items.words.len().checked_mul(count) else { return ptr::null_mut() };
    let mut words = Vec::new();
    if words.try_reserve_exact(total).is_err() {
        return ptr::null_mut();
    }
    (0..count).for_each(|_| words.extend_from_slice(&items.words));
    // SAFETY: as in `taipan_reflected_pick`.
    unsafe { l.count(&words, true) };
    make(l.width, l.refs, words, items.length.saturating_mul(count))
}

/// Sorts numbers of one word each in place, stably; NaNs keep to the end of an ascending order.
///
/// # Safety
/// See the file head.
pub unsafe extern "C" fn taipan_reflected_sort(b: *mut Buffer, kind: i64, descending: i64) {
    // SAFETY: the file head.
    let l = unsafe { list(b) };
    let mut items = l.lock();
    items.dirty = true;
    let words = &mut items.words;
    let float = |w: &u64| f64::from_bits(*w);
    let order = |x: &u64, y: &u64| match kind {
        SIGNED => (*x as i64).cmp(&(*y as i64)),
        UNSIGNED => x.cmp(y),
        _ => float(x).partial_cmp(&float(y)).unwrap_or_else(|| float(x).is_nan().cmp(&float(y).is_nan())),
    };
    if descending != 0 {
        words.sort_by(|x, y| order(y, x));
    } else {
        words.sort_by(order);
    }
}

/// Words of every item, each reference in them counted for the caller.
///
/// # Safety
/// See the file head.
pub unsafe fn counted_words(b: *mut Buffer) -> (Vec<u64>, usize) {
    // SAFETY: the file head.
    let l = unsafe { list(b) };
    let items = l.lock();
    // SAFETY: items of this list.
    unsafe { l.count(&items.words, true) };
    (items.words.clone(), items.length)
}

/// Was the list changed since the last [`clean`]?
///
/// # Safety
/// See the file head.
pub unsafe fn is_dirty(b: *mut Buffer) -> bool {
    // SAFETY: the file head.
    unsafe { list(b) }.lock().dirty
}

/// Takes the list's present items for unchanged.
///
/// # Safety
/// See the file head.
pub unsafe fn clean(b: *mut Buffer) {
    // SAFETY: the file head.
    unsafe { list(b) }.lock().dirty = false;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(b: *mut Buffer) -> Vec<u64> {
        // SAFETY: a list of plain numbers.
        unsafe { counted_words(b) }.0
    }

    #[test]
    fn items_come_and_go() {
        let b = taipan_reflected_new(1, 0);
        let mut out = 0u64;
        // SAFETY: `b` is a list of one-word items.
        unsafe {
            for v in [3u64, 1, 2] {
                assert_eq!(taipan_reflected_append(b, &v), 1);
            }
            assert_eq!(taipan_reflected_insert(b, -100, &9), 1);
            assert_eq!(numbers(b), [9, 3, 1, 2]);
            assert_eq!(taipan_reflected_get(b, -1, &mut out), 1);
            assert_eq!(out, 2);
            assert_eq!(taipan_reflected_get(b, 4, &mut out), 0);
            assert_eq!(taipan_reflected_extend(b, b), 1);
            taipan_reflected_sort(b, SIGNED, 1);
            assert_eq!(numbers(b), [9, 9, 3, 3, 2, 2, 1, 1]);
            assert_eq!(taipan_reflected_pop(b, 0, &mut out), 1);
            assert_eq!((out, taipan_reflected_length(b)), (9, 7));
            taipan_reflected_clear(b);
            assert_eq!(taipan_reflected_pop(b, 0, &mut out), -1);
            taipan_buffer_release(b);
        }
    }

    #[test]
    fn references_are_counted() {
        let inner = taipan_reflected_new(1, 0);
        let outer = taipan_reflected_new(1, 1);
        let word = inner as u64;
        // SAFETY: `outer` holds references to lists.
        unsafe {
            taipan_reflected_append(outer, &word);
            taipan_buffer_release(inner);
            let mut out = 0u64;
            taipan_reflected_get(outer, 0, &mut out);
            taipan_buffer_release(outer);
            // The reader's reference still holds it.
            assert_eq!(taipan_reflected_length(out as *mut Buffer), 0);
            taipan_buffer_release(out as *mut Buffer);
        }
    }
}
