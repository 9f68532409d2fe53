//! `print` in compiled code writes to the program's `sys.stdout`.
//!
//! # Unsafe contract
//! [`text`] boxes slots that compiled code filled for a value of the type it names.

use rustpython_vm::vm::thread::{current_vm_is_set, with_current_vm};
use rustpython_vm::{PyResult, VirtualMachine};
use std::sync::Mutex;
use taipan_jit::hir::types::Type;
use std::sync::atomic::{AtomicBool, Ordering};

/// Lines of threads that belong to no interpreter, in the order they came.
static WAITING: Mutex<String> = Mutex::new(String::new());
/// Is anything waiting? Looked at after each call.
static ANY: AtomicBool = AtomicBool::new(false);

/// Sends compiled code's lines to Python.
pub fn install() {
    taipan_runtime::print::set_print_hook(line);
    taipan_jit::library::print::set_object_hook(text);
}

/// The text of the object that a value becomes.
fn text(t: &Type, slots: &[u64]) -> Result<String, ()> {
    if !current_vm_is_set() {
        return Ok(format!("<{t}>"));
    }
    with_current_vm(|vm| {
        // SAFETY: compiled code passes the slots of a value of this type.
        let object = unsafe { crate::result::box_borrowed(t, slots, vm) }?;
        Ok(object.str(vm)?.to_string())
    })
    .map_err(crate::interrupt::store)
}

/// Prints a line, its end included. The workers of a parallel region belong
/// to no interpreter: what they print waits for the thread that called them.
fn line(text: &str) -> Result<(), ()> {
    if !current_vm_is_set() {
        WAITING.lock().unwrap_or_else(|e| e.into_inner()).push_str(text);
        ANY.store(true, Ordering::Release);
        return Ok(());
    }
    with_current_vm(|vm| flush(vm).and_then(|()| write(text, vm))).map_err(crate::interrupt::store)
}

/// Prints what worker threads left.
///
/// # Errors
/// What `sys.stdout.write` raises.
#[inline]
pub fn flush(vm: &VirtualMachine) -> PyResult<()> {
    if !ANY.load(Ordering::Acquire) {
        return Ok(());
    }
    ANY.store(false, Ordering::Release);
    let text = std::mem::take(&mut *WAITING.lock().unwrap_or_else(|e| e.into_inner()));
    write(&text, vm)
}

fn write(text: &str, vm: &VirtualMachine) -> PyResult<()> {
    let out = vm.sys_module.get_attr("stdout", vm)?;
    if vm.is_none(&out) {
        return Ok(());
    }
    vm.call_method(&out, "write", (text.to_owned(),)).map(|_| ())
}
