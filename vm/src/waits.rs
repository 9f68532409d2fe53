//! Ctrl-C while the main thread waits for a lock or for another thread.
//!
//! The interpreter's own waits end only when what they wait for happens, and
//! signals are served between instructions. So on the main thread, which alone
//! serves them, a wait is cut into pieces of [`PIECE`] with a look at the
//! signals after each. Every other thread waits as before.
//!
//! The methods of `_thread` that wait are replaced at start by versions that
//! call the original ones; whatever is unusual about the arguments is left to
//! these, so that errors are theirs.
//!
//! Contract of the unsafe call: `pthread_self` asks for the calling thread's
//! own handle; it has no conditions.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyFloat, PyInt, PyModule, PyType},
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
    signal,
    vm::thread::allow_threads,
};

use crate::start::native;

/// How long a wait may go on without a look at the signals.
const PIECE: Duration = Duration::from_millis(10);
/// Timeouts above this many seconds are left to the original, which knows what
/// is too large.
const LONGEST: f64 = 1e9;

/// The methods of the interpreter that are called for the actual work.
struct Originals {
    lock: PyObjectRef,
    rlock: PyObjectRef,
    join: PyObjectRef,
    shutdown: PyObjectRef,
}

static ORIGINALS: OnceLock<Originals> = OnceLock::new();

/// What replaces methods of one type, and under which names.
type Replacements = (&'static str, &'static [PyMethodDef]);

macro_rules! methods {
    ($($name:literal => $function:path),* $(,)?) => {
        &[$(PyMethodDef::new_const($name, $function, PyMethodFlags::METHOD, ItemDoc::NONE)),*]
    };
}

static METHODS: &[Replacements] = &[
    ("lock", methods! {
        "acquire" => lock_acquire, "acquire_lock" => lock_acquire, "__enter__" => lock_acquire,
    }),
    ("RLock", methods! {
        "acquire" => rlock_acquire, "acquire_lock" => rlock_acquire, "__enter__" => rlock_acquire,
    }),
    ("_ThreadHandle", methods! { "join" => join }),
];

static SHUTDOWN: PyMethodDef =
    PyMethodDef::new_const("_shutdown", shutdown, PyMethodFlags::EMPTY, ItemDoc::NONE);

/// Replaces the methods. Before the program imports `threading`, which keeps
/// some of them under names of its own.
///
/// # Errors
/// If the interpreter's `_thread` is not as expected.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let module = vm.import("_thread", 0)?;
    let class = |name: &'static str| -> PyResult<&'static Py<PyType>> {
        let class = module.get_attr(name, vm)?.downcast::<PyType>();
        let class = class.map_err(|_| vm.new_type_error("_thread lacks a type"))?;
        // Methods refer to their type for ever.
        Ok(Box::leak(Box::new(class)))
    };
    let method = |name: &'static str, method: &'static str| class(name)?.as_object().get_attr(method, vm);
    let originals = Originals {
        lock: method("lock", "acquire")?,
        rlock: method("RLock", "acquire")?,
        join: method("_ThreadHandle", "join")?,
        shutdown: module.get_attr(SHUTDOWN.name, vm)?,
    };
    if ORIGINALS.set(originals).is_ok() {
        for &(name, methods) in METHODS {
            class(name)?.extend_methods(methods, &vm.ctx);
        }
        if let Some(module) = module.downcast_ref::<PyModule>() {
            native::replace(vm, module, &SHUTDOWN)?;
        }
    }
    Ok(())
}

/// # Panics
/// Never: what calls this was installed after the originals were kept.
fn originals() -> &'static Originals {
    ORIGINALS.get().expect("kept by install")
}

/// Is this the thread that serves signals?
fn serves_signals(vm: &VirtualMachine) -> bool {
    // SAFETY: asks for this thread's own handle.
    let this = unsafe { libc::pthread_self() } as u64;
    this == vm.state.main_thread_ident.load()
}

/// A timeout as users give it: `Some(None)` for ever (absent, None, or the
/// number that `forever` accepts), `None` for what the original shall judge.
fn timeout(given: Option<&PyObjectRef>, forever: fn(f64) -> bool, vm: &VirtualMachine) -> Option<Option<Duration>> {
    let Some(given) = given.filter(|given| !vm.is_none(given)) else {
        return Some(None);
    };
    let seconds = match (given.downcast_ref::<PyFloat>(), given.downcast_ref::<PyInt>()) {
        (Some(float), _) => float.to_f64(),
        (_, Some(int)) => i32::try_from(int.as_bigint()).ok()?.into(),
        _ => return None,
    };
    if forever(seconds) {
        return Some(None);
    }
    (seconds > 0.0 && seconds <= LONGEST).then(|| Some(Duration::from_secs_f64(seconds)))
}

/// Waits in pieces until `attempt`, given the length of a piece, says true.
/// False when the time is over.
fn in_pieces(
    vm: &VirtualMachine,
    time: Option<Duration>,
    mut attempt: impl FnMut(Duration) -> PyResult<bool>,
) -> PyResult<bool> {
    let end = time.and_then(|time| Instant::now().checked_add(time));
    loop {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        if attempt(left.map_or(PIECE, |left| left.min(PIECE)))? {
            return Ok(true);
        }
        signal::check_signals(vm)?;
        if left.is_some_and(|left| left <= PIECE) {
            return Ok(false);
        }
    }
}

fn lock_acquire(lock: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    acquire(&originals().lock, lock, args, vm)
}

fn rlock_acquire(lock: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    acquire(&originals().rlock, lock, args, vm)
}

/// `acquire(blocking=True, timeout=-1)` of both kinds of locks.
fn acquire(original: &PyObject, lock: PyObjectRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = |position: usize, name: &str| args.args.get(position).or_else(|| args.kwargs.get(name));
    let (blocking, limit) = (given(0, "blocking"), given(1, "timeout"));
    let understood = blocking.is_some() as usize + limit.is_some() as usize == args.args.len() + args.kwargs.len();
    let blocks = blocking.is_none_or(|blocking| blocking.is(&vm.ctx.true_value));
    let none = limit.is_some_and(|limit| vm.is_none(limit));
    let time = timeout(limit, |seconds| seconds == -1.0, vm);
    match time {
        Some(time) if understood && blocks && !none && serves_signals(vm) => {
            let free = original.call((lock.clone(), false), vm)?;
            if free.is(&vm.ctx.true_value) {
                return Ok(free);
            }
            let acquired = in_pieces(vm, time, |piece| {
                original.call((lock.clone(), true, piece.as_secs_f64()), vm)?.try_to_bool(vm)
            })?;
            Ok(vm.ctx.new_bool(acquired).into())
        }
        _ => {
            args.prepend_arg(lock);
            original.call(args, vm)
        }
    }
}

/// `join(timeout=None)` of a thread's handle; a negative timeout is none.
fn join(handle: PyObjectRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let original = &originals().join;
    let understood = args.kwargs.is_empty() && args.args.len() <= 1;
    match timeout(args.args.first(), |seconds| seconds < 0.0, vm) {
        Some(time) if understood && serves_signals(vm) => {
            in_pieces(vm, time, |piece| {
                original.call((handle.clone(), piece.as_secs_f64()), vm)?;
                vm.call_method(&handle, "is_done", ())?.try_to_bool(vm)
            })?;
            Ok(vm.ctx.none())
        }
        _ => {
            args.prepend_arg(handle);
            original.call(args, vm)
        }
    }
}

/// Waits for all threads that are no daemons, at the end of the program.
fn shutdown(vm: &VirtualMachine) -> PyResult {
    if serves_signals(vm) {
        in_pieces(vm, None, |piece| {
            let threads = vm.state.shutdown_handles.lock();
            let running = threads.iter().filter_map(|(_, done)| done.upgrade());
            let running: Vec<_> = running.collect();
            drop(threads);
            Ok(allow_threads(vm, || {
                for event in running {
                    let mut done = event.0.lock();
                    if !*done {
                        event.1.wait_for(&mut done, piece);
                        return false;
                    }
                }
                true
            }))
        })?;
    }
    // Nothing is left to wait for now but the threads' very last steps.
    originals().shutdown.call((), vm)
}
