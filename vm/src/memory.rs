//! The allocator: mimalloc, which refuses what the machine cannot have.
//!
//! mimalloc reserves address space without asking the kernel whether memory
//! for it exists. A request larger than all memory would then succeed, and the
//! program would be killed while it fills it, instead of seeing MemoryError.
//!
//! Contract: every call is handed on unchanged, or refused with a null
//! pointer, which `GlobalAlloc` allows.

use std::{
    alloc::{GlobalAlloc, Layout},
    cell::Cell,
    sync::atomic::{AtomicUsize, Ordering},
};

use mimalloc::MiMalloc;

/// Largest request that is tried, in bytes.
static LIMIT: AtomicUsize = AtomicUsize::new(isize::MAX as usize);

thread_local! {
    /// Size of the last request of this thread that was refused, in bytes.
    static REFUSED: Cell<usize> = const { Cell::new(0) };
}

/// Size of the last request of this thread that was refused, in bytes; 0 if
/// none was.
pub fn refused_size() -> usize {
    REFUSED.get()
}

/// The answer of the allocator, with a note if it is no.
#[inline(always)]
fn noted(pointer: *mut u8, size: usize) -> *mut u8 {
    if pointer.is_null() {
        note(size);
    }
    pointer
}

#[cold]
fn note(size: usize) {
    REFUSED.set(size);
}

/// mimalloc behind [`limit_to_machine`]'s limit.
pub struct Allocator;

/// Refuses single requests larger than memory and swap together, as the kernel
/// does by default for allocators that ask it.
pub fn limit_to_machine() {
    // SAFETY: the struct is plain data that the call fills.
    let mut info: libc::sysinfo = unsafe { std::mem::zeroed() };
    // SAFETY: given a valid struct.
    if unsafe { libc::sysinfo(&mut info) } == 0 {
        let blocks = info.totalram.saturating_add(info.totalswap);
        let bytes = blocks.saturating_mul(u64::from(info.mem_unit));
        LIMIT.store(usize::try_from(bytes).unwrap_or(usize::MAX), Ordering::Relaxed);
    }
}

/// The largest request that is tried, in bytes.
pub fn limit() -> usize {
    LIMIT.load(Ordering::Relaxed)
}

fn too_large(size: usize) -> bool {
    size > limit()
}

// SAFETY: see the head of this file.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if too_large(layout.size()) {
            return noted(std::ptr::null_mut(), layout.size());
        }
        // SAFETY: the caller's contract is mimalloc's.
        noted(unsafe { MiMalloc.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if too_large(layout.size()) {
            return noted(std::ptr::null_mut(), layout.size());
        }
        // SAFETY: the caller's contract is mimalloc's.
        noted(unsafe { MiMalloc.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is mimalloc's.
        unsafe { MiMalloc.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if too_large(size) {
            return noted(std::ptr::null_mut(), size);
        }
        // SAFETY: the caller's contract is mimalloc's.
        noted(unsafe { MiMalloc.realloc(pointer, layout, size) }, size)
    }
}
