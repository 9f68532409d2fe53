//! Exception classes as compile-time constants.
//!
//! Compiled code carries a number for a class; the numbers are positions in a
//! table that only grows.

use rustpython_vm::{AsObject, Py, PyObject, VirtualMachine, builtins::{PyType, PyTypeRef}};
use std::sync::Mutex;
use taipan_jit::hir::value::Global;

static CLASSES: Mutex<Vec<PyTypeRef>> = Mutex::new(Vec::new());

fn table() -> std::sync::MutexGuard<'static, Vec<PyTypeRef>> {
    CLASSES.lock().unwrap_or_else(|e| e.into_inner())
}

/// The constant for an exception class; `None` for other classes.
pub fn class_constant(class: &Py<PyType>, vm: &VirtualMachine) -> Option<Global> {
    if !class.fast_issubclass(vm.ctx.exceptions.base_exception_type) {
        return None;
    }
    let mut t = table();
    let id = t.iter().position(|c| c.is(class)).unwrap_or_else(|| {
        t.push(class.to_owned());
        t.len() - 1
    });
    Some(Global::ExceptionClass { name: class.name().to_string().into(), id: id as u64 })
}

/// The number of a class that already has one.
pub fn class_id(obj: &PyObject) -> Option<u64> {
    table().iter().position(|c| c.is(obj)).map(|i| i as u64)
}

/// The class with this number.
pub fn class(id: u64) -> Option<PyTypeRef> {
    table().get(id as usize).cloned()
}
