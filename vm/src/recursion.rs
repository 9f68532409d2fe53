//! Recursion that has no end, in detail: room on threads, and the message.

use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseException, PyStr},
    function::{ItemDoc, PyMethodDef, PyMethodFlags},
};

/// Stack of a thread that the program starts, in bytes: twice what C programs
/// give theirs. It is only reserved, not used, until somebody recurses.
/// Deep structures need it: freeing a million nested tuples takes 2 MiB.
const THREAD_STACK: usize = 16 << 20;

/// How the interpreter's own messages begin. It adds where it happened, often
/// nothing, behind a space; or says nothing at all where the stack ends.
const MESSAGE: &str = "maximum recursion depth exceeded";

static TEXT: &[PyMethodDef] =
    &[PyMethodDef::new_const("__str__", text, PyMethodFlags::METHOD, ItemDoc::NONE)];

/// Sets what `threading.stack_size()` tells and may change, and mends the
/// text of `RecursionError`.
pub fn prepare(vm: &VirtualMachine) {
    vm.state.stacksize.store(THREAD_STACK);
    vm.ctx.exceptions.recursion_error.extend_methods(TEXT, &vm.ctx);
}

/// `str()` of a RecursionError: one space before the place, none without.
fn text(exception: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let base = vm.ctx.exceptions.base_exception_type.get_attr(vm.ctx.intern_str("__str__"));
    let base = base.ok_or_else(|| vm.new_system_error("BaseException has no text"))?;
    let text = base.call((exception.clone(),), vm)?;
    let (Some(original), Some(error)) = (
        text.downcast_ref::<PyStr>().and_then(|text| text.to_str()),
        exception.downcast_ref::<PyBaseException>(),
    ) else {
        return Ok(text);
    };
    let place = original.strip_prefix(MESSAGE).filter(|rest| rest.starts_with(' ')).map(str::trim);
    let empty = original.is_empty() && error.args().len() == 1;
    Ok(match place {
        None if empty => vm.ctx.new_str(MESSAGE).into(),
        None => text,
        Some("") => vm.ctx.new_str(MESSAGE).into(),
        Some(place) => vm.ctx.new_str(format!("{MESSAGE} {place}")).into(),
    })
}
