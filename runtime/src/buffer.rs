//! Reference-counted memory blocks: what every array points into.
//!
//! # Unsafe contract
//! A [`Buffer`] lives at a stable address from its allocation until its count falls to zero.
//! `refcount` counts [`BufferRef`]s plus the references held by compiled code through the C entry
//! points below. `data` is valid for reads and writes of `nbytes` bytes during that time. The
//! bytes themselves are shared and unsynchronised: two threads that write the same element race
//! as they do in NumPy, but only bytes of element types without invalid values are ever read.
//!
//! Small blocks are one allocation (header, then data). Larger ones come from the operating
//! system and go through a small per-thread cache when freed, so that temporaries of one size in
//! a loop do not fault their pages in again each time.

use std::any::Any;
use std::cell::RefCell;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use crate::error::{Error, Result};

/// Alignment of every block in bytes: a cache line and the widest vector register.
pub const ALIGN: usize = 64;
/// Blocks up to this many bytes are one allocation together with their header.
const SMALL: usize = 32 << 10;
/// Blocks up to this many bytes are kept in the cache when freed.
const CACHED: usize = 128 << 20;
/// The most bytes one thread's cache holds.
const CACHE_BYTES: usize = 192 << 20;
/// The most blocks one thread's cache holds.
const CACHE_BLOCKS: usize = 16;
/// From this size on, ask for huge pages.
const HUGE: usize = 4 << 20;

#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
enum Origin {
    /// Data follows the header in one allocation.
    Inline,
    /// Data is a private anonymous mapping of `capacity` bytes.
    Mapped,
    /// Data belongs to `owner`.
    Foreign,
}

/// The header of a block. Compiled code reads `data` and `nbytes` and calls the `taipan_buffer_*`
/// functions for the rest.
#[repr(C)]
pub struct Buffer {
    refcount: AtomicUsize,
    data: *mut u8,
    nbytes: usize,
    capacity: usize,
    origin: Origin,
    owner: Option<Box<dyn Any + Send + Sync>>,
}

/// Byte offset of the data address, for code generators.
pub const BUFFER_DATA: i64 = std::mem::offset_of!(Buffer, data) as i64;

const HEADER: usize = ALIGN;
const _: () = assert!(size_of::<Buffer>() <= HEADER);

/// An owning handle to a [`Buffer`]; cloning retains, dropping releases.
pub struct BufferRef(ptr::NonNull<Buffer>);

// SAFETY: the count is atomic; see the file head for what sharing the bytes means.
unsafe impl Send for BufferRef {}
// SAFETY: as above.
unsafe impl Sync for BufferRef {}

struct Block {
    data: *mut u8,
    capacity: usize,
}

#[derive(Default)]
struct Cache {
    blocks: Vec<Block>,
    bytes: usize,
}

impl Drop for Cache {
    fn drop(&mut self) {
        for block in self.blocks.drain(..) {
            // SAFETY: the cache owns its blocks, each one mapping of `capacity` bytes.
            unsafe { libc::munmap(block.data.cast(), block.capacity) };
        }
    }
}

/// Inline blocks up to this many bytes are kept by size when freed.
const KEPT: usize = 1024;
/// The most kept blocks of one size.
const KEPT_BLOCKS: usize = 32;

/// Freed inline blocks by their capacity in units of [`ALIGN`]: small arrays come and go with each
/// expression.
#[derive(Default)]
struct Kept {
    by_size: [Vec<ptr::NonNull<Buffer>>; KEPT / ALIGN + 1],
}

impl Drop for Kept {
    fn drop(&mut self) {
        for (units, blocks) in self.by_size.iter_mut().enumerate() {
            for block in blocks.drain(..) {
                // SAFETY: a kept block is an unused allocation of that capacity.
                unsafe { std::alloc::dealloc(block.as_ptr().cast(), inline_layout(units * ALIGN)) };
            }
        }
    }
}

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::default();
    static SMALL_BLOCKS: RefCell<Kept> = RefCell::default();
}

/// The memory of an inline block.
fn inline_block(capacity: usize) -> *mut u8 {
    if capacity <= KEPT {
        let hit = SMALL_BLOCKS.try_with(|kept| kept.try_borrow_mut().ok()?.by_size[capacity / ALIGN].pop());
        if let Ok(Some(block)) = hit {
            return block.as_ptr().cast();
        }
    }
    // SAFETY: the layout has non-zero size.
    unsafe { std::alloc::alloc(inline_layout(capacity)) }
}

/// Gives an inline block back.
///
/// # Safety
/// The block was made by [`inline_block`] with that capacity and is not used any more.
unsafe fn free_inline(block: ptr::NonNull<Buffer>, capacity: usize) {
    if capacity <= KEPT {
        let kept = SMALL_BLOCKS.try_with(|kept| {
            let Ok(mut kept) = kept.try_borrow_mut() else { return false };
            let blocks = &mut kept.by_size[capacity / ALIGN];
            let room = blocks.len() < KEPT_BLOCKS;
            if room {
                blocks.push(block);
            }
            room
        });
        if kept == Ok(true) {
            return;
        }
    }
    // SAFETY: by the contract.
    unsafe { std::alloc::dealloc(block.as_ptr().cast(), inline_layout(capacity)) };
}

/// Mapping sizes come in four steps per power of two, so that a block fits the next request of
/// about the same size.
fn size_class(nbytes: usize) -> Option<usize> {
    let nbytes = nbytes.max(SMALL);
    let step = (1usize << nbytes.ilog2()) / 4;
    let step = step.max(4096);
    nbytes.checked_next_multiple_of(step)
}

/// A block of at least `nbytes` and whether its bytes are known to be zero.
fn map(nbytes: usize) -> Option<(Block, bool)> {
    let capacity = size_class(nbytes)?;
    if capacity <= CACHED {
        let hit = CACHE.try_with(|cache| {
            let mut cache = cache.try_borrow_mut().ok()?;
            let at = cache.blocks.iter().rposition(|b| b.capacity == capacity)?;
            cache.bytes -= capacity;
            Some(cache.blocks.remove(at))
        });
        if let Ok(Some(block)) = hit {
            return Some((block, false));
        }
    }
    // SAFETY: a fresh anonymous mapping touches no existing memory.
    let data = unsafe {
        libc::mmap(
            ptr::null_mut(),
            capacity,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if data == libc::MAP_FAILED {
        return None;
    }
    if capacity >= HUGE {
        // SAFETY: advice on the mapping just made; failure is harmless.
        unsafe { libc::madvise(data, capacity, libc::MADV_HUGEPAGE) };
    }
    Some((Block { data: data.cast(), capacity }, true))
}

fn unmap(block: Block) {
    let mut block = Some(block);
    if block.as_ref().is_some_and(|b| b.capacity <= CACHED) {
        let _ = CACHE.try_with(|cache| {
            let Ok(mut cache) = cache.try_borrow_mut() else {
                return;
            };
            let Some(new) = block.take() else { return };
            cache.bytes += new.capacity;
            cache.blocks.push(new);
            while cache.bytes > CACHE_BYTES || cache.blocks.len() > CACHE_BLOCKS {
                let old = cache.blocks.remove(0);
                cache.bytes -= old.capacity;
                // SAFETY: the cache owned this mapping.
                unsafe { libc::munmap(old.data.cast(), old.capacity) };
            }
        });
    }
    if let Some(block) = block {
        // SAFETY: the caller gave up its mapping of `capacity` bytes.
        unsafe { libc::munmap(block.data.cast(), block.capacity) };
    }
}

fn inline_layout(nbytes: usize) -> std::alloc::Layout {
    // Cannot fail: nbytes <= SMALL and ALIGN is a power of two.
    std::alloc::Layout::from_size_align(HEADER + nbytes, ALIGN).expect("small layout")
}

fn allocate(nbytes: usize, zeroed: bool) -> Option<ptr::NonNull<Buffer>> {
    if nbytes <= SMALL {
        let capacity = nbytes.next_multiple_of(ALIGN);
        // SAFETY: header and data lie inside the block.
        unsafe {
            let base = inline_block(capacity);
            let header = ptr::NonNull::new(base.cast::<Buffer>())?;
            let data = base.add(HEADER);
            if zeroed {
                ptr::write_bytes(data, 0, nbytes);
            }
            header.write(Buffer {
                refcount: AtomicUsize::new(1),
                data,
                nbytes,
                capacity,
                origin: Origin::Inline,
                owner: None,
            });
            return Some(header);
        }
    }
    let (block, clean) = map(nbytes)?;
    if zeroed && !clean {
        // SAFETY: the block has at least `nbytes` bytes and is not shared yet.
        unsafe { ptr::write_bytes(block.data, 0, nbytes) };
    }
    let header = Box::new(Buffer {
        refcount: AtomicUsize::new(1),
        data: block.data,
        nbytes,
        capacity: block.capacity,
        origin: Origin::Mapped,
        owner: None,
    });
    Some(ptr::NonNull::from(Box::leak(header)))
}

/// # Safety
/// The count of `buffer` has fallen to zero and nobody else looks at it any more.
unsafe fn free(buffer: ptr::NonNull<Buffer>) {
    // SAFETY: by the contract this is the only access; each origin frees as it was allocated.
    unsafe {
        let (origin, capacity, data) = {
            let b = buffer.as_ref();
            (b.origin, b.capacity, b.data)
        };
        match origin {
            Origin::Inline => {
                free_inline(buffer, capacity);
            }
            Origin::Mapped => {
                drop(Box::from_raw(buffer.as_ptr()));
                unmap(Block { data, capacity });
            }
            Origin::Foreign => drop(Box::from_raw(buffer.as_ptr())),
        }
    }
}

impl BufferRef {
    /// A new block of `nbytes` bytes, zeroed or with arbitrary contents.
    ///
    /// # Errors
    /// [`Error::memory`] if the system has no such block; the caller adds shape and dtype.
    pub fn alloc(nbytes: usize, zeroed: bool) -> Result<BufferRef> {
        allocate(nbytes, zeroed)
            .map(BufferRef)
            .ok_or_else(|| Error::memory(format!("Unable to allocate {nbytes} bytes")))
    }

    /// A block over memory that `owner` keeps alive and in place.
    ///
    /// # Safety
    /// `data` must be valid for `nbytes` bytes (writes too, if arrays over it are writeable) as
    /// long as `owner` is not dropped.
    pub unsafe fn foreign(
        data: *mut u8,
        nbytes: usize,
        owner: Box<dyn Any + Send + Sync>,
    ) -> BufferRef {
        let header = Box::new(Buffer {
            refcount: AtomicUsize::new(1),
            data,
            nbytes,
            capacity: nbytes,
            origin: Origin::Foreign,
            owner: Some(owner),
        });
        BufferRef(ptr::NonNull::from(Box::leak(header)))
    }

    /// First byte.
    #[inline]
    pub fn data(&self) -> *mut u8 {
        // SAFETY: a handle keeps its buffer alive.
        unsafe { self.0.as_ref().data }
    }

    /// Size in bytes.
    #[inline]
    pub fn nbytes(&self) -> usize {
        // SAFETY: as above.
        unsafe { self.0.as_ref().nbytes }
    }

    /// How many references exist right now (a snapshot).
    pub fn refcount(&self) -> usize {
        // SAFETY: as above.
        unsafe { self.0.as_ref().refcount.load(Ordering::Relaxed) }
    }

    /// Whether both handles name the same block.
    #[inline]
    pub fn same(&self, other: &BufferRef) -> bool {
        self.0 == other.0
    }

    /// Whether the memory belongs to somebody else.
    pub fn is_foreign(&self) -> bool {
        // SAFETY: a handle keeps its buffer alive.
        unsafe { self.0.as_ref().owner.is_some() }
    }

    /// The owner of a foreign block, if it is one of type `T`.
    pub fn owner<T: 'static>(&self) -> Option<&T> {
        // SAFETY: as above; `owner` never changes.
        unsafe { self.0.as_ref().owner.as_ref()?.downcast_ref() }
    }

    /// The header's address without giving up the reference (for compiled code to borrow).
    #[inline]
    pub fn as_ptr(&self) -> *mut Buffer {
        self.0.as_ptr()
    }

    /// Hands the reference to compiled code.
    pub fn into_raw(self) -> *mut Buffer {
        let raw = self.0.as_ptr();
        std::mem::forget(self);
        raw
    }

    /// Takes over a reference from compiled code.
    ///
    /// # Safety
    /// `raw` came from [`BufferRef::into_raw`] or `taipan_buffer_alloc` and its reference is not
    /// used again.
    pub unsafe fn from_raw(raw: *mut Buffer) -> Option<BufferRef> {
        ptr::NonNull::new(raw).map(BufferRef)
    }

    /// A new reference to a buffer that compiled code still owns.
    ///
    /// # Safety
    /// `raw` is null or a live buffer.
    pub unsafe fn retained(raw: *mut Buffer) -> Option<BufferRef> {
        // SAFETY: by the contract.
        unsafe {
            taipan_buffer_retain(raw);
            BufferRef::from_raw(raw)
        }
    }
}

impl Clone for BufferRef {
    #[inline]
    fn clone(&self) -> Self {
        // SAFETY: a handle keeps its buffer alive.
        unsafe { self.0.as_ref().refcount.fetch_add(1, Ordering::Relaxed) };
        BufferRef(self.0)
    }
}

impl Drop for BufferRef {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the handle owns one reference and gives it up here.
        unsafe { release(self.0) }
    }
}

/// # Safety
/// The caller owns one reference and gives it up.
#[inline]
unsafe fn release(buffer: ptr::NonNull<Buffer>) {
    // SAFETY: by the contract the buffer is alive; whoever takes the count to zero frees it after
    // all earlier releases have happened.
    unsafe {
        if buffer.as_ref().refcount.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            free(buffer);
        }
    }
}

/// Allocates a block for compiled code; null if there is no memory (or `nbytes` is negative).
#[unsafe(no_mangle)]
pub extern "C" fn taipan_buffer_alloc(nbytes: i64, zeroed: i32) -> *mut Buffer {
    usize::try_from(nbytes)
        .ok()
        .and_then(|n| allocate(n, zeroed != 0))
        .map_or(ptr::null_mut(), ptr::NonNull::as_ptr)
}

/// Adds a reference; null is ignored.
///
/// # Safety
/// `buffer` is null or a live buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn taipan_buffer_retain(buffer: *mut Buffer) {
    // SAFETY: by the contract.
    if let Some(buffer) = unsafe { buffer.as_ref() } {
        buffer.refcount.fetch_add(1, Ordering::Relaxed);
    }
}

/// Gives up a reference; null is ignored.
///
/// # Safety
/// `buffer` is null or a live buffer of which the caller owns one reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn taipan_buffer_release(buffer: *mut Buffer) {
    if let Some(buffer) = ptr::NonNull::new(buffer) {
        // SAFETY: by the contract.
        unsafe { release(buffer) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn freed_blocks_come_back_and_zeroed_ones_are_zero() {
        let a = BufferRef::alloc(800_000, false).unwrap();
        let address = a.data();
        // SAFETY: 800,000 bytes are ours.
        unsafe { ptr::write_bytes(address, 7, 800_000) };
        drop(a);
        let b = BufferRef::alloc(800_000, true).unwrap();
        assert_eq!(b.data(), address);
        // SAFETY: as above.
        let bytes = unsafe { std::slice::from_raw_parts(b.data(), 800_000) };
        assert!(bytes.iter().all(|&x| x == 0));
    }

    #[test]
    fn impossible_sizes_are_errors() {
        assert!(BufferRef::alloc(usize::MAX, false).is_err());
        assert!(BufferRef::alloc(1 << 60, true).is_err());
        assert!(taipan_buffer_alloc(-1, 0).is_null());
    }

    #[test]
    fn foreign_owner_lives_as_long_as_the_last_reference() {
        let owner = Arc::new(vec![1u8, 2, 3]);
        let data = owner.as_ptr().cast_mut();
        // SAFETY: the Arc inside the box keeps the vector in place.
        let a = unsafe { BufferRef::foreign(data, 3, Box::new(owner.clone())) };
        let b = a.clone();
        drop(a);
        assert_eq!(Arc::strong_count(&owner), 2);
        drop(b);
        assert_eq!(Arc::strong_count(&owner), 1);
    }
}
