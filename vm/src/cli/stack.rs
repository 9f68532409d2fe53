//! Room for deep recursion on the main thread.
//!
//! Contract of the one unsafe call here: `getrlimit`/`setrlimit` are given a
//! valid `rlimit` and change nothing but this process's own soft limit.

/// Stack asked for, in bytes. The kernel keeps at least 128 MiB free below the
/// main thread's stack, so this much can be grown into without a new mapping.
const WANTED: libc::rlim_t = 112 << 20;

/// Raises the soft stack limit of the process, as far as the hard limit lets.
///
/// The main thread's stack grows on demand up to the limit in force at that
/// moment, and the interpreter reads the same limit to decide how deep Python
/// may recurse before `RecursionError`: so this must come before it starts.
pub fn grow() {
    // SAFETY: plain system calls on a local struct.
    unsafe {
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        if libc::getrlimit(libc::RLIMIT_STACK, &mut limit) == 0 && limit.rlim_cur != WANTED {
            // Unlimited is lowered too: nobody could tell where the stack ends.
            limit.rlim_cur = WANTED.min(limit.rlim_max);
            libc::setrlimit(libc::RLIMIT_STACK, &limit);
        }
    }
}
