//! Sizes that a program names outright where the interpreter does not ask the
//! allocator: a width in a format, a count of random bytes.
//!
//! The built-in operation is replaced at start by one that raises `MemoryError`
//! for what is larger than the machine, and otherwise calls the original.

use std::sync::OnceLock;

use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyInt, PyModule, PyStr, PyType},
    Py,
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
};

use crate::{memory, start::native};

/// The slot of an operator with two operands.
type Binary = fn(&PyObject, &PyObject, &VirtualMachine) -> PyResult;

static STR_FORMAT: OnceLock<Binary> = OnceLock::new();
static BYTES_FORMAT: OnceLock<Binary> = OnceLock::new();
static URANDOM: OnceLock<PyObjectRef> = OnceLock::new();

static URANDOM_CHECKED: PyMethodDef =
    PyMethodDef::new_const("urandom", urandom, PyMethodFlags::EMPTY, ItemDoc::NONE);

/// Replaces the operations. Before `os` is imported, which copies one of them.
///
/// # Errors
/// If the interpreter lacks what is replaced.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let replace = |class: &Py<PyType>, original: &OnceLock<Binary>, checked: Binary| {
        let slot = &class.slots.as_number.remainder;
        if let Some(found) = slot.load()
            && original.set(found).is_ok()
        {
            slot.store(Some(checked));
        }
    };
    replace(vm.ctx.types.str_type, &STR_FORMAT, format_str);
    replace(vm.ctx.types.bytes_type, &BYTES_FORMAT, format_bytes);
    let posix = vm.import("posix", 0)?;
    if let Some(posix) = posix.downcast_ref::<PyModule>() {
        let _ = URANDOM.set(native::replace(vm, posix, &URANDOM_CHECKED)?);
    }
    Ok(())
}

/// Does a width or precision in a `%` format ask for more than there is?
fn asks_too_much(format: &[u8]) -> bool {
    let limit = memory::limit();
    let mut number = 0usize;
    // Inside a conversion, and inside the brackets of its key.
    let (mut inside, mut key) = (false, false);
    for &byte in format {
        match byte {
            _ if key => key = byte != b')',
            b'(' if inside => key = true,
            b'0'..=b'9' if inside => {
                number = number.saturating_mul(10).saturating_add(usize::from(byte - b'0'));
                // Even larger numbers have an error of their own.
                if number > limit && number <= isize::MAX as usize {
                    return true;
                }
            }
            b'%' => (inside, number) = (!inside, 0),
            b'.' | b'-' | b'+' | b' ' | b'#' | b'*' => number = 0,
            b'a'..=b'z' | b'A'..=b'Z' => inside = false,
            _ => {}
        }
    }
    false
}

fn format_with(
    original: &OnceLock<Binary>,
    format: Option<&[u8]>,
    (left, right): (&PyObject, &PyObject),
    vm: &VirtualMachine,
) -> PyResult {
    if format.is_some_and(asks_too_much) {
        return Err(vm.new_memory_error(""));
    }
    match original.get() {
        Some(original) => original(left, right, vm),
        None => Ok(vm.ctx.not_implemented()),
    }
}

fn format_str(left: &PyObject, right: &PyObject, vm: &VirtualMachine) -> PyResult {
    let text = left.downcast_ref::<PyStr>().map(|text| text.as_bytes());
    format_with(&STR_FORMAT, text, (left, right), vm)
}

fn format_bytes(left: &PyObject, right: &PyObject, vm: &VirtualMachine) -> PyResult {
    let text = left.downcast_ref::<PyBytes>().map(|text| text.as_bytes());
    format_with(&BYTES_FORMAT, text, (left, right), vm)
}

/// `os.urandom`.
fn urandom(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let count = args.args.first().or_else(|| args.kwargs.get("size"));
    if let Some(count) = count.and_then(|count| count.downcast_ref::<PyInt>())
        && i64::try_from(count.as_bigint()).is_ok_and(|count| usize::try_from(count).is_ok_and(|n| n > memory::limit()))
    {
        return Err(vm.new_memory_error(""));
    }
    URANDOM.get().ok_or_else(|| vm.new_runtime_error("posix has no urandom"))?.call(args, vm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_widths_count() {
        memory::limit_to_machine();
        for (format, too_much) in [
            ("%10000000000000d", true),
            ("a %-10000000000000.3f", true),
            ("%.10000000000000d", true),
            ("%d 10000000000000", false),
            ("%% 10000000000000", false),
            ("%(a)10000000000000s", true),
            ("%10d%5.3f 99999999999999", false),
        ] {
            assert_eq!(asks_too_much(format.as_bytes()), too_much, "{format}");
        }
    }
}
