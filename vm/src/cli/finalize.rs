//! Leaving: flush, join, exit functions, finalizers, status.
//!
//! Contract of the unsafe calls: `fflush(NULL)`, `signal`, `raise` and `_exit`
//! are called on the main thread, last, when no Python code runs any more.

use std::io::Write;

use rustpython_vm::{
    AsObject, Interpreter, PyObjectRef, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyInt},
    stdlib::atexit,
};

use crate::osr;

/// Exit status when standard output could not be flushed.
const FLUSH_FAILED: u32 = 120;

/// What the process ends with.
#[derive(Clone, Copy)]
enum Ending {
    Status(u32),
    /// Die of SIGINT, so that a shell sees why (status 130).
    Interrupted,
}

/// Ends the interpreter after the program, and the process with it.
///
/// Does what users rely on and CPython does: reports the exception, joins
/// threads, runs exit functions, clears the modules so that finalizers run and
/// open files are written.
pub fn finish(interpreter: Interpreter, exception: Option<PyBaseExceptionRef>) -> ! {
    let mut flushed = true;
    let ending = interpreter.enter(|vm| {
        flushed &= flush(vm);
        let ending = exception.map_or(Ending::Status(0), |e| ending_of(vm, e));
        shut_threads_down(vm);
        osr::stop(vm);
        atexit::_run_exitfuncs(vm);
        forbid_threading(vm);
        ending
    });
    let status = interpreter.finalize(None);
    if taipan_jit::options::get().stats {
        taipan_jit::dump::write(&(taipan_jit::stats::report() + &osr::report()));
    }
    let flushed = flushed && status == 0;
    match ending {
        Ending::Status(0) if !flushed => leave(FLUSH_FAILED),
        Ending::Status(status) => leave(status),
        Ending::Interrupted => {
            // SAFETY: see the head of this file.
            unsafe {
                libc::signal(libc::SIGINT, libc::SIG_DFL);
                libc::raise(libc::SIGINT);
            }
            leave(128 + libc::SIGINT as u32)
        }
    }
}

#[cfg(taipan_profile)]
unsafe extern "C" {
    /// Of the profile runtime: an ordinary end of the process would call it.
    fn __llvm_profile_write_file() -> std::ffi::c_int;
}

/// Ends the process at once. Output buffered by Rust and C is written; the
/// destructors of the libraries inside are skipped, because threads of the
/// compiler may still be using them.
pub fn leave(status: u32) -> ! {
    let _ = std::io::stdout().flush();
    // SAFETY: see the head of this file.
    unsafe {
        libc::fflush(std::ptr::null_mut());
        #[cfg(taipan_profile)]
        __llvm_profile_write_file();
        libc::_exit((status & 0xff) as i32)
    }
}

/// Reports an exception that left the program and says how to end.
fn ending_of(vm: &VirtualMachine, exception: PyBaseExceptionRef) -> Ending {
    if exception.fast_isinstance(vm.ctx.exceptions.system_exit) {
        return Ending::Status(exit_status(vm, exception.as_object().to_owned()));
    }
    vm.print_exception(&exception);
    if exception.fast_isinstance(vm.ctx.exceptions.keyboard_interrupt) {
        Ending::Interrupted
    } else {
        Ending::Status(1)
    }
}

/// `SystemExit`: an int is the status, None is 0, anything else is printed.
fn exit_status(vm: &VirtualMachine, exception: PyObjectRef) -> u32 {
    let code = exception.get_attr("code", vm).unwrap_or(exception);
    if vm.is_none(&code) {
        return 0;
    }
    if let Some(int) = code.downcast_ref::<PyInt>() {
        // As C's conversion: what does not fit ends as -1.
        return i64::try_from(int.as_bigint()).unwrap_or(-1) as u32;
    }
    if let Ok(text) = code.str(vm)
        && let Ok(stderr) = vm.sys_module.get_attr("stderr", vm)
    {
        let _ = vm.call_method(&stderr, "write", (text,));
        let _ = vm.call_method(&stderr, "write", ("\n",));
    }
    1
}

/// Waits for the threads that are no daemons, if there ever was one.
fn shut_threads_down(vm: &VirtualMachine) {
    let module = vm
        .sys_module
        .get_attr("modules", vm)
        .and_then(|modules| modules.get_item("threading", vm));
    if let Ok(threading) = module
        && let Ok(shutdown) = threading.get_attr("_shutdown", vm)
        && let Err(exception) = shutdown.call((), vm)
    {
        let message = "Exception ignored on threading shutdown".to_owned();
        vm.run_unraisable(exception, Some(message), threading);
    }
}

/// Keeps the interpreter's own end from importing `threading` (a third of the
/// time of an empty script) only to find that no thread was ever started.
fn forbid_threading(vm: &VirtualMachine) {
    if let Ok(modules) = vm.sys_module.get_attr("modules", vm)
        && modules.get_item("threading", vm).is_err()
    {
        // As in CPython: None in sys.modules stops the import.
        let _ = modules.set_item("threading", vm.ctx.none(), vm);
    }
}

/// Flushes `sys.stdout` and `sys.stderr`; false if output was lost.
fn flush(vm: &VirtualMachine) -> bool {
    let mut kept = true;
    for name in ["stdout", "stderr"] {
        let Ok(stream) = vm.sys_module.get_attr(name, vm) else {
            continue;
        };
        let closed = stream
            .get_attr("closed", vm)
            .is_ok_and(|c| c.try_to_bool(vm).unwrap_or(false));
        if vm.is_none(&stream) || closed {
            continue;
        }
        if let Err(exception) = vm.call_method(&stream, "flush", ())
            && name == "stdout"
        {
            vm.run_unraisable(exception, None, stream);
            kept = false;
        }
    }
    kept
}
