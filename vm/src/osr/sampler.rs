//! Finding hot loops: a thread that asks the interpreter, a thousand times a
//! second, which loop it is in, and that ends the time slices of compiled ones.
//!
//! A sample is a *user signal*: a function that the main thread runs before
//! its next instruction. It only counts and arms; code runs elsewhere
//! (`entry`), because Ctrl-C is held back while a signal is handled.

use std::{
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rustpython_vm::{
    VirtualMachine,
    signal::UserSignalSender,
    vm::thread::current_thread_slot,
};
use taipan_jit::queue;
use taipan_runtime::trap::{Ctx, poll};

use super::arm;

/// Time between two samples.
const PERIOD: Duration = Duration::from_millis(1);
/// The same in a program in which nothing was worth compiling for a while.
const CALM_PERIOD: Duration = Duration::from_millis(4);
/// The same while the main thread only waits.
const IDLE_PERIOD: Duration = Duration::from_millis(20);
/// Periods of waiting after which the main thread counts as idle.
const IDLE_AFTER: u32 = 50;
/// Periods in a time slice of compiled code.
const SLICE: u32 = 2;
/// `ThreadSlot::state` of a thread that runs Python code. A signal that waits
/// while the main thread does not would slow all other threads.
const ATTACHED: i32 = 1;

/// Compiled loops running now, on any thread.
static RUNNING: AtomicUsize = AtomicUsize::new(0);
/// A sample is under way: never more than one.
static PENDING: AtomicBool = AtomicBool::new(false);
static STOP: AtomicBool = AtomicBool::new(false);
static THREAD: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);
/// The sampling thread's number.
static SAMPLER: AtomicI32 = AtomicI32::new(0);
static SENDER: OnceLock<UserSignalSender> = OnceLock::new();

/// While it lives, a compiled loop runs and gets its time slices.
pub struct Running(());

impl Running {
    /// Marks the start of a compiled loop.
    pub fn start() -> Self {
        RUNNING.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Starts sampling the calling thread, which must be the main one, and keeps
/// doing so in the children of `os.fork`.
pub fn start(vm: &VirtualMachine, sender: UserSignalSender) {
    if SENDER.set(sender).is_err() {
        return;
    }
    launch();
    // A live thread at fork is a warning to the user and no thread to the child.
    let hook = |name, action: fn()| vm.new_function(name, move |_: &VirtualMachine| action()).into();
    vm.state.before_forkers.lock().push(hook("pause_compilation", pause));
    vm.state.after_forkers_parent.lock().push(hook("resume_compilation", resume));
    vm.state.after_forkers_child.lock().push(hook("resume_compilation", resume));
}

/// Ends the threads that find and compile hot code, for a fork.
fn pause() {
    if let Some(thread) = end() {
        queue::join_fully(thread, &SAMPLER);
    }
    queue::pause();
}

/// Starts them again.
fn resume() {
    launch();
    queue::resume();
}

/// Ends the thread and waits for it.
pub fn stop() {
    if let Some(thread) = end() {
        let _ = thread.join();
    }
}

/// Tells the thread to end.
fn end() -> Option<JoinHandle<()>> {
    STOP.store(true, Ordering::Release);
    let thread = lock().take();
    thread.inspect(|thread| thread.thread().unpark())
}

fn lock() -> std::sync::MutexGuard<'static, Option<JoinHandle<()>>> {
    THREAD.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn launch() {
    STOP.store(false, Ordering::Release);
    PENDING.store(false, Ordering::Release);
    let (Some(main), Some(sender)) = (current_thread_slot(), SENDER.get()) else {
        return;
    };
    let body = move || {
        SAMPLER.store(queue::thread_id(), Ordering::Relaxed);
        let mut waited = 0u32;
        let mut tick = 0u32;
        while !STOP.load(Ordering::Acquire) {
            thread::park_timeout(match (waited < IDLE_AFTER, arm::is_calm()) {
                (false, _) => IDLE_PERIOD,
                (_, true) => CALM_PERIOD,
                _ => PERIOD,
            });
            tick = tick.wrapping_add(1);
            if RUNNING.load(Ordering::Relaxed) > 0 {
                waited = 0;
                if tick.is_multiple_of(SLICE) {
                    Ctx::set_poll_all(poll::SLICE);
                }
                continue;
            }
            if main.state.load(Ordering::Relaxed) != ATTACHED {
                waited = waited.saturating_add(1);
                continue;
            }
            waited = 0;
            if PENDING.swap(true, Ordering::AcqRel) {
                continue;
            }
            let sample = |vm: &VirtualMachine| {
                PENDING.store(false, Ordering::Release);
                arm::sample(vm);
                Ok(())
            };
            if sender.send(Box::new(sample)).is_err() {
                return;
            }
        }
    };
    // Without the thread the program runs as well, only slower.
    *lock() = thread::Builder::new().name("sampler".into()).spawn(body).ok();
}
