//! The warnings NumPy gives besides floating-point conditions.

use rustpython_vm::{PyResult, VirtualMachine, builtins::PyType, Py};

/// Issues `message` as a warning of class `category` at the caller's line.
pub fn warn(category: &Py<PyType>, message: &str, vm: &VirtualMachine) -> PyResult<()> {
    rustpython_vm::stdlib::_warnings::warn(category, message.to_owned(), 1, vm)
}

/// The `ComplexWarning` of a cast that drops imaginary parts.
pub fn complex_warning(vm: &VirtualMachine) -> PyResult<()> {
    let category = &crate::exceptions::classes().complex_warning;
    warn(category, "Casting complex values to real discards the imaginary part", vm)
}
