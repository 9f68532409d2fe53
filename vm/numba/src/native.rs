//! The native module `_numba`.

pub(crate) use _numba::module_def;

#[rustpython_vm::pymodule]
mod _numba {
    use crate::{dispatcher, types};
    use rustpython_vm::{
        Py, PyObjectRef, PyResult, VirtualMachine,
        builtins::{PyDictRef, PyModule, PyStrRef},
        class::PyClassImpl,
        compiler::Mode,
        scope::Scope,
    };

    /// The Numba release whose behaviour this package follows.
    #[pyattr]
    const VERSION: &str = "0.68.1";

    /// The Numba type of a Python value.
    #[pyfunction(name = "typeof")]
    fn typeof_value(value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        match types::type_of::type_of(&value, vm) {
            Ok(t) => Ok(types::object_of(&t)),
            Err(why) => Err(vm.new_value_error(why)),
        }
    }

    /// Every name that a signature string may use.
    #[pyfunction]
    fn type_namespace(vm: &VirtualMachine) -> PyResult<PyDictRef> {
        let dict = vm.ctx.new_dict();
        for (name, object) in types::named_types() {
            dict.set_item(name, object, vm)?;
        }
        for (name, class) in types::classes() {
            dict.set_item(name, class.clone().into(), vm)?;
            if name == "Optional" {
                dict.set_item("optional", class.into(), vm)?;
            }
        }
        Ok(dict)
    }

    /// The type whose `repr` is `text` (unpickling).
    #[pyfunction]
    fn type_from_text(text: PyStrRef, vm: &VirtualMachine) -> PyResult {
        let code = vm
            .compile(text.as_ref(), Mode::Eval, "<type>".to_owned())
            .map_err(|e| e.into_pyexception(vm, None))?;
        let names = type_namespace(vm)?;
        vm.run_code_obj(code, Scope::with_builtins(None, names, vm))
    }

    /// Is the environment variable set to something but 0?
    #[pyfunction]
    fn environment_flag(name: PyStrRef) -> bool {
        std::env::var(name.to_string()).is_ok_and(|v| !matches!(v.trim(), "" | "0"))
    }

    /// Threads that parallel regions may use.
    #[pyfunction]
    fn get_num_threads() -> usize {
        taipan_runtime::sched::active_threads()
    }

    /// Limits the threads of parallel regions.
    #[pyfunction]
    fn set_num_threads(n: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Ok(n) = n.try_index(vm) else {
            return Err(vm.new_type_error("The number of threads specified must be an integer"));
        };
        let n = n.try_to_primitive::<i64>(vm).unwrap_or(0);
        // Negative numbers are as wrong as 0.
        let n = usize::try_from(n).unwrap_or(0);
        taipan_runtime::sched::set_active_threads(n).map_err(|e| vm.new_value_error(e))
    }

    /// Processors this process may use.
    #[pyfunction]
    fn processor_count() -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    /// Number of the calling thread within a parallel region; 0 outside.
    #[pyfunction]
    fn get_thread_id() -> usize {
        0
    }

    /// Name of the scheduler.
    #[pyfunction]
    fn threading_layer() -> &'static str {
        "workqueue"
    }

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        crate::print::install();
        let mut exported: Vec<PyObjectRef> = Vec::new();
        let mut add = |name: &str, object: PyObjectRef| -> PyResult<()> {
            exported.push(vm.ctx.new_str(name).into());
            module.set_attr(vm.ctx.intern_str(name), object, vm)
        };
        for (name, object) in types::named_types() {
            add(name, object)?;
        }
        for (name, class) in types::classes() {
            add(name, class.into())?;
        }
        module.set_attr("__all__", vm.ctx.new_list(exported), vm)?;
        let signature = types::signature::Signature::make_static_type();
        module.set_attr("Signature", signature, vm)?;
        module.set_attr("CPUDispatcher", dispatcher::class(), vm)
    }
}
