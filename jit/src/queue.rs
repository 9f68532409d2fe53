//! The compile thread: everything that talks to LLVM runs on it.
//!
//! It starts with the first job, runs at a lower priority than the program,
//! and ends after some idle seconds. A fork waits for the job at hand; the
//! child has no thread and starts its own. When the process ends in the middle
//! of a job, libraries are not torn down under it. If LLVM gives up, the
//! thread is parked for good and compilation goes on without LLVM.
//!
//! `unsafe` room: `pthread_atfork`, `on_exit`, thread priority; the engine is
//! handed from one compile thread to the next (it is not tied to a thread, and
//! the mutex keeps it to one at a time).

use crate::llvm::{self, Engine};
use std::cell::UnsafeCell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, Once, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What to compile first; within a class, first come, first served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Urgency {
    /// A call waits for it in baseline code.
    Running,
    /// The unit has loops.
    Loops,
    Straight,
}

/// Work on the compile thread.
pub type Job = Box<dyn FnOnce(&mut Engine) + Send>;

#[derive(Default)]
struct State {
    jobs: [VecDeque<Job>; 3],
    thread: bool,
    busy: bool,
    stop: bool,
    /// The thread that ends or has ended.
    handle: Option<JoinHandle<()>>,
}

impl State {
    fn is_empty(&self) -> bool {
        self.jobs.iter().all(VecDeque::is_empty)
    }
}

static STATE: Mutex<State> = Mutex::new(State { jobs: [VecDeque::new(), VecDeque::new(), VecDeque::new()], thread: false, busy: false, stop: false, handle: None });
/// Something changed in [`STATE`].
static CHANGED: Condvar = Condvar::new();
/// LLVM gave up: no job runs any more.
static BROKEN: AtomicBool = AtomicBool::new(false);
/// The compile thread's number.
static THREAD: AtomicI32 = AtomicI32::new(0);
static BROKEN_REASON: OnceLock<String> = OnceLock::new();

struct Slot(Option<Result<Engine, String>>);
// SAFETY: an engine's LLVM objects may be used from any one thread at a time.
unsafe impl Send for Slot {}
static ENGINE: Mutex<Slot> = Mutex::new(Slot(None));

fn lock<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|e| e.into_inner())
}

/// Why LLVM is out of use, if it is.
pub fn broken() -> Option<&'static str> {
    if BROKEN.load(Ordering::Acquire) { BROKEN_REASON.get().map(String::as_str) } else { None }
}

/// Compile before going on (tests): `TAIPAN_JIT_SYNC=1`.
pub fn synchronous() -> bool {
    static SYNC: OnceLock<bool> = OnceLock::new();
    *SYNC.get_or_init(|| std::env::var_os("TAIPAN_JIT_SYNC").is_some_and(|v| v == "1"))
}

/// Adds a job and wakes the thread.
pub fn push(urgency: Urgency, job: Job) {
    static HANDLERS: Once = Once::new();
    HANDLERS.call_once(install_process_handlers);
    if BROKEN.load(Ordering::Acquire) {
        return;
    }
    let mut s = lock(&STATE);
    s.jobs[urgency as usize].push_back(job);
    if !s.thread {
        // A thread that cannot be had (limits) leaves everything in baseline.
        s.handle = std::thread::Builder::new().name("taipan-llvm".into()).stack_size(8 << 20).spawn(run).ok();
        s.thread = s.handle.is_some();
        s.stop = false;
    }
    CHANGED.notify_all();
}

/// Waits until no job is left or running.
pub fn wait_idle() {
    wait_idle_unless(|| false);
}

/// The same, but gives up when `interrupted`, which is asked ten times a second.
pub fn wait_idle_unless(interrupted: impl Fn() -> bool) {
    let mut s = lock(&STATE);
    while (!s.is_empty() || s.busy) && s.thread && !BROKEN.load(Ordering::Acquire) && !interrupted() {
        s = CHANGED.wait_timeout(s, Duration::from_millis(100)).unwrap_or_else(|e| e.into_inner()).0;
    }
}

/// Ends the thread after the job at hand; jobs left over wait for the next
/// [`push`] or [`resume`]. For callers that are about to fork.
pub fn pause() {
    let mut s = lock(&STATE);
    s.stop = true;
    CHANGED.notify_all();
    while s.thread && !BROKEN.load(Ordering::Acquire) {
        s = CHANGED.wait_timeout(s, Duration::from_millis(100)).unwrap_or_else(|e| e.into_inner()).0;
    }
    let ended = if s.thread { None } else { s.handle.take() };
    drop(s);
    if let Some(handle) = ended {
        join_fully(handle, &THREAD);
    }
}

/// Waits for a thread to end, and then for the system to have noticed: it
/// counts a thread for a moment after others see its end, and fork would warn.
///
/// `id` is what [`thread_id`] said on that thread.
pub fn join_fully(handle: JoinHandle<()>, id: &AtomicI32) {
    const MOMENT: Duration = Duration::from_millis(100);
    let _ = handle.join();
    let task = format!("/proc/self/task/{}", id.load(Ordering::Relaxed));
    let start = Instant::now();
    while std::fs::exists(&task).unwrap_or(false) && start.elapsed() < MOMENT {
        std::thread::yield_now();
    }
}

/// The system's number of the calling thread.
pub fn thread_id() -> i32 {
    // SAFETY: a plain system call.
    unsafe { libc::gettid() }
}

/// Starts the thread again if there is work.
pub fn resume() {
    let work = !lock(&STATE).is_empty();
    if work {
        push(Urgency::Straight, Box::new(|_| {}));
    }
}

/// Runs a job and waits for its result; `Err` when LLVM is out of use.
pub fn call<R: Send + 'static>(job: impl FnOnce(&mut Engine) -> R + Send + 'static) -> Result<R, String> {
    let (send, receive) = std::sync::mpsc::channel();
    push(Urgency::Running, Box::new(move |engine| drop(send.send(job(engine)))));
    loop {
        match receive.recv_timeout(Duration::from_millis(50)) {
            Ok(r) => return Ok(r),
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) if broken().is_none() => {}
            Err(_) => return Err(broken().unwrap_or("the optimising compiler could not run").to_owned()),
        }
    }
}

fn give_up(reason: &str) -> ! {
    let _ = BROKEN_REASON.set(format!("LLVM failed: {reason}"));
    BROKEN.store(true, Ordering::Release);
    CHANGED.notify_all();
    // Not even the engine's mutex is released: nobody may use LLVM again.
    loop {
        std::thread::park();
    }
}

fn lower_priority() {
    // SAFETY: plain system calls on this thread.
    unsafe {
        let id = thread_id() as libc::id_t;
        libc::setpriority(libc::PRIO_PROCESS, id, 5);
        // Signals belong to the interpreter's threads.
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, std::ptr::null_mut());
    }
}

fn run() {
    const IDLE: Duration = Duration::from_secs(5);
    THREAD.store(thread_id(), Ordering::Relaxed);
    lower_priority();
    llvm::on_fatal_error(give_up);
    let mut s = lock(&STATE);
    loop {
        let job = if s.stop { None } else { s.jobs.iter_mut().find_map(VecDeque::pop_front) };
        if let Some(job) = job {
            s.busy = true;
            drop(s);
            perform(job);
            s = lock(&STATE);
            s.busy = false;
            CHANGED.notify_all();
            continue;
        }
        if !s.stop {
            let (now, timeout) = CHANGED.wait_timeout(s, IDLE).unwrap_or_else(|e| e.into_inner());
            s = now;
            if !(timeout.timed_out() && s.is_empty()) {
                continue;
            }
        }
        s.thread = false;
        CHANGED.notify_all();
        return;
    }
}

fn perform(job: Job) {
    let mut slot = lock(&ENGINE);
    let engine = slot.0.get_or_insert_with(|| Engine::new().map_err(|e| e.to_string()));
    match engine {
        Ok(engine) => {
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(engine)));
            if done.is_err() {
                slot.0 = Some(Err("the optimising compiler panicked".into()));
            }
        }
        Err(e) => {
            let _ = BROKEN_REASON.set(e.clone());
            BROKEN.store(true, Ordering::Release);
        }
    }
}

/// Guards held from before a fork until after it, by the forking thread.
type ForkGuards = (MutexGuard<'static, State>, Option<MutexGuard<'static, Slot>>);
struct ForkCell(UnsafeCell<Option<ForkGuards>>);
// SAFETY: only touched by the forking thread while it holds STATE.
unsafe impl Sync for ForkCell {}
static FORK: ForkCell = ForkCell(UnsafeCell::new(None));

extern "C" fn before_fork() {
    // The engine first: its job may need STATE to finish.
    let engine = loop {
        match ENGINE.try_lock() {
            Ok(g) => break Some(g),
            Err(std::sync::TryLockError::Poisoned(e)) => break Some(e.into_inner()),
            Err(std::sync::TryLockError::WouldBlock) if BROKEN.load(Ordering::Acquire) => break None,
            Err(std::sync::TryLockError::WouldBlock) => std::thread::sleep(Duration::from_micros(200)),
        }
    };
    let state = lock(&STATE);
    // SAFETY: this thread holds STATE.
    unsafe { *FORK.0.get() = Some((state, engine)) };
}

extern "C" fn after_fork_parent() {
    // SAFETY: this thread holds STATE, through the guards dropped here.
    drop(unsafe { (*FORK.0.get()).take() });
}

extern "C" fn after_fork_child() {
    // SAFETY: as in the parent; the child's only thread is the copy of the
    // one that took the guards.
    if let Some((mut state, engine)) = unsafe { (*FORK.0.get()).take() } {
        state.thread = false;
        state.busy = false;
        drop((state, engine));
    }
}

extern "C" fn at_exit(status: libc::c_int, _: *mut libc::c_void) {
    let busy = match STATE.try_lock() {
        Ok(mut s) => {
            s.stop = true;
            s.busy
        }
        Err(_) => true,
    };
    if busy {
        // LLVM's destructors must not run under a running compilation.
        // SAFETY: flushes C streams and ends the process.
        unsafe {
            libc::fflush(std::ptr::null_mut());
            libc::_exit(status);
        }
    }
}

unsafe extern "C" {
    fn on_exit(function: extern "C" fn(libc::c_int, *mut libc::c_void), argument: *mut libc::c_void) -> libc::c_int;
}

fn install_process_handlers() {
    // SAFETY: the handlers are plain functions that live for ever.
    unsafe {
        libc::pthread_atfork(Some(before_fork), Some(after_fork_parent), Some(after_fork_child));
    }
}

/// Called once LLVM's constructors have run, so that this handler runs before
/// the destructors they registered.
pub(crate) fn watch_exit() {
    // SAFETY: as above.
    unsafe { on_exit(at_exit, std::ptr::null_mut()) };
}
