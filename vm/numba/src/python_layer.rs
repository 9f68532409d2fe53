//! Calls from the native side into the frozen Python layer.

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// `from module import name`.
pub fn attribute(module: &str, name: &str, vm: &VirtualMachine) -> PyResult {
    let names = vm.ctx.new_tuple(vec![vm.ctx.new_str(name).into()]);
    let module: PyObjectRef = vm.import_from(vm.ctx.intern_str(module), names, 0)?;
    module.get_attr(vm.ctx.intern_str(name), vm)
}
