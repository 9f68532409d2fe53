//! The program's own functions that compiled loops do in place.

use std::{collections::HashMap, sync::{Arc, LazyLock, Mutex}};

use rustpython_vm::{
    AsObject, PyObject, PyRef, VirtualMachine,
    builtins::{PyCode, PyFunction, PyStrInterned},
};
use taipan_jit::{bytecode::Code, hir::value::Closure, ordinary::inlinable};

use super::frame_access::FrameView;

/// A function, its code, and its version now, which changes with its code and
/// defaults.
pub type Known = (PyRef<PyFunction>, PyRef<PyCode>, u32);

/// Functions seen so far by the address of their code, which is kept: one
/// object for each, so that equal functions are equal to the compiler.
type Table = HashMap<usize, (PyRef<PyCode>, Option<Arc<Code>>)>;
static TABLE: LazyLock<Mutex<Table>> = LazyLock::new(Mutex::default);

fn decoded(code: &PyRef<PyCode>) -> Option<Arc<Code>> {
    let mut table = TABLE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let entry = table.entry(code.as_object().get_id());
    let found = entry.or_insert_with(|| (code.clone(), Code::from_object(&code.code).ok().map(Arc::new)));
    found.1.clone()
}

/// What the compiler needs of `object` if it is a function that can be done in
/// place in this frame: it must have the frame's globals and builtins. With
/// the globals that it reads.
pub fn in_place(
    object: &PyObject,
    view: &FrameView,
    vm: &VirtualMachine,
) -> Option<(Arc<Closure>, Known, Vec<&'static PyStrInterned>)> {
    let function = object.downcast_ref_if_exact::<PyFunction>(vm)?;
    let same = |name: &'static str, expected: &PyObject| object.get_attr(name, vm).is_ok_and(|found| found.is(expected));
    if !same("__globals__", view.globals().as_object()) || !same("__builtins__", view.builtins()) {
        return None;
    }
    let object_code = object.get_attr("__code__", vm).ok()?.downcast::<PyCode>().ok()?;
    let code = decoded(&object_code)?;
    let names = inlinable(&code)?.iter().map(|name| vm.ctx.intern_str(&**name)).collect();
    let version = function.get_version_for_current_state();
    if version == 0 {
        return None;
    }
    let closure = Arc::new(Closure { code, defaults: vec![] });
    Some((closure, (function.to_owned(), object_code, version), names))
}
