//! Reading the names of all frozen modules without making their code resident.
//!
//! The frozen standard library is 14 MB of the binary. The interpreter walks
//! over it at start to learn the names; the kernel, which brings in 64 KB
//! around each page that is touched, would make all of it resident.
//!
//! Contract of the unsafe call: `madvise` is given pages of this binary's own
//! read-only data and changes only how they are read ahead.

/// Runs `action` while pages of `bytes` come in one by one.
pub fn one_by_one<R>(bytes: &[u8], action: impl FnOnce() -> R) -> R {
    advise(bytes, libc::MADV_RANDOM);
    let result = action();
    advise(bytes, libc::MADV_NORMAL);
    result
}

fn advise(bytes: &[u8], advice: libc::c_int) {
    const PAGE: usize = 4096;
    let start = (bytes.as_ptr() as usize).next_multiple_of(PAGE);
    let end = (bytes.as_ptr() as usize + bytes.len()) & !(PAGE - 1);
    if start < end {
        // SAFETY: see the head of this file; failure changes nothing.
        unsafe { libc::madvise(start as *mut libc::c_void, end - start, advice) };
    }
}
