//! The end of a program that is out of memory where nothing can be raised.
//!
//! The interpreter asks before most large allocations and raises `MemoryError`
//! if they are refused. Growing a container is not among them: there Rust
//! prints the size and aborts the process. The abort is caught here, and the
//! program ends as if `MemoryError` had been raised and nobody had caught it:
//! with the lines that it was at, its output written, and status 1. Handlers
//! and `finally` of the program are not run.
//!
//! # Contract
//! The handler of SIGABRT acts only if this very thread raised the signal and
//! was refused memory before; all else dies of the signal as usual. So it runs
//! where Rust's `handle_alloc_error` was called, which never returns, on the
//! thread that called it, not in the middle of a function of C. It reads the
//! thread's chain of frames, which are alive and at rest, and then flushes
//! `sys.stdout`. The latter may find a lock that the interrupted operation
//! holds: an alarm ends the process then, without the rest of the output.

use std::{
    ffi::{c_int, c_void},
    fmt::Write,
    ptr,
    sync::atomic::{AtomicBool, AtomicPtr, Ordering},
};

use rustpython_vm::{
    VirtualMachine, frame,
    vm::thread::{current_vm_is_set, with_current_vm},
};

use crate::{cli, memory};

/// Address space given back when memory is out, for the last steps.
const RESERVE: usize = 64 << 20;
/// Seconds that the last steps may take.
const PATIENCE: u32 = 3;
/// Frames shown at either end of a long chain.
const SHOWN: usize = 10;
/// Exit status after an exception that nobody caught.
const UNCAUGHT: u32 = 1;

static RESERVED: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());
static ENDING: AtomicBool = AtomicBool::new(false);

/// Gets ready. After the interpreter is made, which looks at the handlers that
/// are set when it starts.
pub fn install() {
    // SAFETY: reserves addresses, which cost nothing until used, and sets a
    // handler with a valid structure.
    unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let reserve = libc::mmap(ptr::null_mut(), RESERVE, libc::PROT_NONE, flags, -1, 0);
        if reserve != libc::MAP_FAILED {
            RESERVED.store(reserve, Ordering::Release);
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_abort as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO;
        libc::sigaction(libc::SIGABRT, &action, ptr::null_mut());
    }
}

extern "C" fn on_abort(signal: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    // SAFETY: the kernel gives a valid structure.
    let own = unsafe { (*info).si_code == libc::SI_TKILL && (*info).si_pid() == libc::getpid() };
    let size = if own { memory::refused_size() } else { 0 };
    if size == 0 {
        // SAFETY: plain system calls; the signal comes when the handler returns.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
        return;
    }
    if ENDING.swap(true, Ordering::AcqRel) {
        // Again, or on two threads: then without any more words.
        leave_at_once(0);
    }
    // SAFETY: plain system calls; the reserve belongs to nobody else.
    unsafe {
        let mut signals: libc::sigset_t = std::mem::zeroed();
        libc::sigaddset(&mut signals, libc::SIGALRM);
        libc::signal(libc::SIGALRM, leave_at_once as *const () as usize);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &signals, ptr::null_mut());
        libc::alarm(PATIENCE);
        let reserve = RESERVED.swap(ptr::null_mut(), Ordering::AcqRel);
        if !reserve.is_null() {
            libc::munmap(reserve, RESERVE);
        }
    }
    say(&report(size));
    if current_vm_is_set() {
        with_current_vm(flush);
    }
    cli::leave(UNCAUGHT)
}

extern "C" fn leave_at_once(_: c_int) {
    // SAFETY: ends the process.
    unsafe { libc::_exit(UNCAUGHT as c_int) }
}

/// Writes to standard error without any buffer or lock.
fn say(text: &str) {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        // SAFETY: the slice is valid.
        let written = unsafe { libc::write(libc::STDERR_FILENO, rest.as_ptr().cast(), rest.len()) };
        match usize::try_from(written) {
            Ok(count) if count > 0 => rest = &rest[count..],
            _ => return,
        }
    }
}

fn flush(vm: &VirtualMachine) {
    if let Ok(stdout) = vm.sys_module.get_attr("stdout", vm) {
        // Output that cannot be written is lost, as at any other end.
        let _ = vm.call_method(&stdout, "flush", ());
    }
}

/// A traceback of the running frames, and the error.
fn report(size: usize) -> String {
    let mut lines = Vec::new();
    let mut next = frame::current_thread_iframe();
    // SAFETY: frames of the running chain are alive.
    while let Some(frame) = unsafe { next.as_ref() } {
        let code = &frame.code().code;
        let place = code.locations.get((frame.get_lasti() as usize).saturating_sub(1));
        let line = place.map_or(0, |place| place.0.line.get());
        lines.push(format!("  File \"{}\", line {line}, in {}\n", code.source_path, code.obj_name));
        next = frame.previous();
    }
    lines.reverse();
    let mut text = String::new();
    if !lines.is_empty() {
        text += "Traceback (most recent call last):\n";
    }
    if lines.len() > 2 * SHOWN {
        let hidden = lines.len() - 2 * SHOWN;
        lines.splice(SHOWN..SHOWN + hidden, [format!("  [{hidden} more frames]\n")]);
    }
    text.extend(lines);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "MemoryError: cannot allocate {size} bytes");
    text
}
