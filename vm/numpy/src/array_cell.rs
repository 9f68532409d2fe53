//! A slot for an [`Array`] handle that can be read without a lock and replaced.
//!
//! # Unsafe contract
//! `current` points either to `first` or to a box owned by `retired`; boxes are
//! only freed when the cell itself is dropped. A reference handed out by
//! [`ArrayCell::get`] therefore stays valid as long as the cell lives, also
//! across a later [`ArrayCell::replace`] (the reader keeps seeing the old handle).

use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, Ordering};
use taipan_runtime::Array;

/// See the file head.
pub struct ArrayCell {
    first: Array,
    replaced: AtomicPtr<Array>,
    retired: Mutex<Vec<*mut Array>>,
}

// SAFETY: the raw pointers are owned boxes of `Array`, which is Send and Sync.
unsafe impl Send for ArrayCell {}
// SAFETY: as above; the list is behind a mutex.
unsafe impl Sync for ArrayCell {}

impl ArrayCell {
    /// A cell holding `array`.
    pub fn new(array: Array) -> Self {
        Self {
            first: array,
            replaced: AtomicPtr::new(std::ptr::null_mut()),
            retired: Mutex::new(Vec::new()),
        }
    }

    /// The array held now.
    #[inline(always)]
    pub fn get(&self) -> &Array {
        let replaced = self.replaced.load(Ordering::Acquire);
        if replaced.is_null() {
            return &self.first;
        }
        // SAFETY: the box lives as long as the cell (file head).
        unsafe { &*replaced }
    }

    /// Puts `array` in place of the one held now.
    pub fn replace(&self, array: Array) {
        let fresh = Box::into_raw(Box::new(array));
        let mut retired = self.retired.lock().unwrap_or_else(|e| e.into_inner());
        retired.push(fresh);
        self.replaced.store(fresh, Ordering::Release);
    }
}

impl Drop for ArrayCell {
    fn drop(&mut self) {
        let retired = self.retired.get_mut().unwrap_or_else(|e| e.into_inner());
        for version in retired.drain(..) {
            // SAFETY: made by `Box::into_raw` in `replace`, freed only here.
            drop(unsafe { Box::from_raw(version) });
        }
    }
}
