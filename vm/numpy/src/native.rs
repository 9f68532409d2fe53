//! The native module `_numpy`: everything of `numpy` that is written in Rust.

pub(crate) use _numpy::module_def;

#[rustpython_vm::pymodule]
mod _numpy {
    use rustpython_vm::{Py, PyResult, VirtualMachine, builtins::PyModule};

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        crate::registry::fill(module, vm)
    }
}
