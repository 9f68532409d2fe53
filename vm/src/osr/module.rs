//! The module `_taipan`: looking at the acceleration of ordinary code, and
//! forcing it, for tests and debugging.

pub(crate) use _taipan::module_def;

#[rustpython_vm::pymodule]
mod _taipan {
    use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyCode};

    use crate::osr::{arm, loops};

    /// Treats every loop of a function or code object, not of those inside it,
    /// as hot from now on. Gives their number.
    #[pyfunction]
    fn arm(function: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        let code = match function.downcast::<PyCode>() {
            Ok(code) => code,
            Err(function) => function
                .get_attr("__code__", vm)?
                .downcast::<PyCode>()
                .map_err(|_| vm.new_type_error("expected a function or a code object"))?,
        };
        Ok(arm::arm_all(vm, &code))
    }

    /// What was compiled, entered and left, as `--jit-stats` prints it.
    #[pyfunction]
    fn loop_report() -> String {
        loops::report()
    }

    /// How often compiled loops were entered so far.
    #[pyfunction]
    fn loop_entries() -> u64 {
        loops::entries()
    }
}
