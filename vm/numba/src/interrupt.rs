//! Ctrl-C and other signals while compiled code runs.
//!
//! The interpreter's own handler only sets a flag that its bytecode loop reads.
//! Here a handler put in front of it wakes a watcher thread, which sets the
//! poll bit of every context; the next poll of compiled code comes to [`poll`],
//! where the main thread runs the Python-level handlers as any instruction of
//! the interpreter would. What they raise leaves the compiled code as a trap.
//! Threads of the pool have no interpreter: they stop when SIGINT arrived and
//! the main thread, which may be waiting for them, has not dealt with it within
//! [`GRACE`].
//!
//! While compiled code is running, the watcher also looks every [`TICK`]: it
//! puts the handler back in front if the program installed one of its own, and
//! gives other signals and stop requests their turn.
//!
//! # Unsafe contract
//! The signal handler touches atomics and calls `write`, nothing else, then
//! the handler it replaced.

use rustpython_vm::{
    VirtualMachine,
    builtins::PyBaseExceptionRef,
    vm::thread::{allow_threads, current_vm_is_set, with_current_vm},
};
use std::cell::RefCell;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;
use taipan_runtime::trap::{Ctx, poll};

/// How often running compiled code is looked after.
const TICK: Duration = Duration::from_millis(50);
/// How long pool threads leave SIGINT to the main thread.
const GRACE: Duration = Duration::from_millis(3);
/// Ticks without compiled code after which the watcher sleeps until woken.
const IDLE_TICKS: u32 = 20;

/// Bits of [`STATE`].
mod state {
    /// Compiled code ran since the last tick.
    pub const ACTIVE: u32 = 1;
    /// SIGINT arrived and no thread has dealt with it.
    pub const SIGINT: u32 = 2;
    /// SIGINT has waited for [`super::GRACE`].
    pub const LATE: u32 = 8;
    /// The watcher sleeps without timeout, or does not exist.
    pub const ASLEEP: u32 = 4;
}

static STATE: AtomicU32 = AtomicU32::new(state::ASLEEP);
static WATCHER: AtomicBool = AtomicBool::new(false);
static EVENT: AtomicI32 = AtomicI32::new(-1);
static PREVIOUS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// What a Python signal handler or a callback raised below compiled code.
    static STORED: RefCell<Option<PyBaseExceptionRef>> = const { RefCell::new(None) };
}

/// Prepares for the first compiled function.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        taipan_jit::poll::set_interrupt_hook(hook);
        // SAFETY: registers a function that only stores to atomics.
        unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    });
}

/// Called before compiled code runs.
///
/// # Errors
/// The exception of a signal handler that was due.
#[inline(always)]
pub fn enter(vm: &VirtualMachine) -> Result<(), PyBaseExceptionRef> {
    if STATE.load(Ordering::Relaxed) == state::ACTIVE { Ok(()) } else { enter_slowly(vm) }
}

#[cold]
fn enter_slowly(vm: &VirtualMachine) -> Result<(), PyBaseExceptionRef> {
    if !WATCHER.swap(true, Ordering::AcqRel) {
        start_watcher();
    }
    let before = STATE.swap(state::ACTIVE, Ordering::AcqRel);
    if before & state::ASLEEP != 0 {
        wake();
    }
    if before & state::SIGINT != 0 {
        rustpython_vm::signal::check_signals(vm)?;
    }
    Ok(())
}

/// The child of a fork has no watcher thread.
extern "C" fn in_child() {
    WATCHER.store(false, Ordering::Relaxed);
    STATE.store(state::ASLEEP, Ordering::Relaxed);
    EVENT.store(-1, Ordering::Relaxed);
}

fn wake() {
    let fd = EVENT.load(Ordering::Acquire);
    if fd >= 0 {
        let one = 1u64;
        // SAFETY: writes 8 bytes to an eventfd; async-signal-safe.
        unsafe { libc::write(fd, (&raw const one).cast(), 8) };
    }
}

extern "C" fn on_sigint(signal: libc::c_int) {
    STATE.fetch_or(state::SIGINT, Ordering::AcqRel);
    let previous = PREVIOUS.load(Ordering::Acquire);
    if previous != 0 {
        // SAFETY: the handler that was installed before ours, which
        // `put_in_front` checked to be a plain function.
        let previous: extern "C" fn(libc::c_int) = unsafe { std::mem::transmute(previous) };
        previous(signal);
    }
    wake();
}

/// Makes our handler the first for SIGINT, unless the program ignores the
/// signal or lets it kill.
fn put_in_front() {
    // SAFETY: plain sigaction calls on zeroed structures.
    unsafe {
        let mut current: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGINT, std::ptr::null(), &mut current) != 0 {
            return;
        }
        let ours = on_sigint as *const () as usize;
        let plain = current.sa_flags & libc::SA_SIGINFO == 0;
        if !plain || [libc::SIG_DFL, libc::SIG_IGN, ours].contains(&current.sa_sigaction) {
            return;
        }
        PREVIOUS.store(current.sa_sigaction, Ordering::Release);
        current.sa_sigaction = ours;
        libc::sigaction(libc::SIGINT, &current, std::ptr::null_mut());
    }
}

fn start_watcher() {
    // SAFETY: makes a file descriptor.
    let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
    EVENT.store(fd, Ordering::Release);
    put_in_front();
    let _ = std::thread::Builder::new().name("taipan-signals".into()).stack_size(64 * 1024).spawn(move || watch(fd));
}

fn watch(fd: i32) {
    // Signals are for the other threads.
    // SAFETY: masks signals of this thread only.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, std::ptr::null_mut());
    }
    let mut idle = 0;
    let mut waiting = false;
    loop {
        let asleep = idle > IDLE_TICKS
            && STATE.fetch_or(state::ASLEEP, Ordering::AcqRel) & state::ACTIVE == 0;
        let timeout = match (asleep, waiting) {
            (true, _) => -1,
            (_, true) => GRACE.as_millis() as libc::c_int,
            _ => TICK.as_millis() as libc::c_int,
        };
        let mut request = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        // SAFETY: one pollfd, and 8 bytes to read into.
        unsafe {
            libc::poll(&mut request, 1, timeout);
            let mut count = 0u64;
            libc::read(fd, (&raw mut count).cast(), 8);
        }
        let before = STATE.fetch_and(!(state::ACTIVE | state::ASLEEP), Ordering::AcqRel);
        let sigint = before & state::SIGINT != 0 && before & state::LATE == 0;
        if sigint && waiting {
            STATE.fetch_or(state::LATE, Ordering::AcqRel);
        }
        waiting = sigint && !waiting;
        if before & state::ACTIVE != 0 || sigint {
            idle = 0;
            put_in_front();
            Ctx::set_poll_all(poll::INTERRUPT);
        } else {
            idle += 1;
        }
    }
}

/// Serves the poll bit on the thread that runs compiled code; true = leave.
fn hook() -> bool {
    STATE.fetch_or(state::ACTIVE, Ordering::AcqRel);
    if !current_vm_is_set() {
        return STATE.load(Ordering::Acquire) & state::LATE != 0;
    }
    with_current_vm(|vm| {
        // A stop-the-world request gets through while this thread is detached.
        allow_threads(vm, || ());
        // SAFETY: asks for this thread's own handle.
        let this = unsafe { libc::pthread_self() } as u64;
        if this == vm.state.main_thread_ident.load() {
            STATE.fetch_and(!(state::SIGINT | state::LATE), Ordering::AcqRel);
        }
        match rustpython_vm::signal::check_signals(vm) {
            Ok(()) => false,
            Err(e) => {
                store(e);
                // In a parallel region chunks before this one would run to
                // their end: pool threads stop too, until `take_pending`.
                STATE.fetch_or(state::LATE, Ordering::AcqRel);
                Ctx::set_poll_all(poll::INTERRUPT);
                true
            }
        }
    })
}

/// Keeps an exception until the call of compiled code has returned.
pub fn store(e: PyBaseExceptionRef) {
    STORED.with(|s| *s.borrow_mut() = Some(e));
}

/// The exception kept on this thread.
pub fn take_stored() -> Option<PyBaseExceptionRef> {
    STORED.with(|s| s.borrow_mut().take())
}

/// The exception after compiled code was interrupted. A parallel region that
/// pool threads left cannot go on, so a handler that raises nothing is followed
/// by KeyboardInterrupt.
pub fn take_pending(vm: &VirtualMachine) -> PyBaseExceptionRef {
    STATE.fetch_and(!(state::SIGINT | state::LATE), Ordering::AcqRel);
    take_stored().unwrap_or_else(|| match rustpython_vm::signal::check_signals(vm) {
        Err(e) => e,
        Ok(()) => vm.new_exception_empty(vm.ctx.exceptions.keyboard_interrupt.to_owned()),
    })
}
