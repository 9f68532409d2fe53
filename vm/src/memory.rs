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
    sync::atomic::{AtomicUsize, Ordering},
};

use mimalloc::MiMalloc;

/// Largest request that is tried, in bytes.
static LIMIT: AtomicUsize = AtomicUsize::new(isize::MAX as usize);

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

fn too_large(size: usize) -> bool {
    size > LIMIT.load(Ordering::Relaxed)
}

// SAFETY: see the head of this file.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if too_large(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's contract is mimalloc's.
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if too_large(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's contract is mimalloc's.
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is mimalloc's.
        unsafe { MiMalloc.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if too_large(size) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's contract is mimalloc's.
        unsafe { MiMalloc.realloc(pointer, layout, size) }
    }
}
