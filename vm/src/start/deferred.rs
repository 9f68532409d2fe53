//! Modules that are present from the start and run at their first use.
//!
//! Such a module is in `sys.modules` with nothing in it but `__getattr__`
//! (PEP 562). The first attribute that is asked for runs the frozen code in
//! the module's own namespace, and from then on it is like any other.

use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyModule, PyStrRef},
};

const GETATTR: &str = "__getattr__";

/// Puts the frozen module `name` into `sys.modules`, to be run by `run`, which
/// is given the module and calls [`execute`] when all is ready for it.
pub fn install(
    vm: &VirtualMachine,
    name: &'static str,
    run: fn(&VirtualMachine, &'static str, &PyObject) -> PyResult<()>,
) -> PyResult<()> {
    let namespace = vm.ctx.new_dict();
    let load = move |attribute: PyStrRef, vm: &VirtualMachine| -> PyResult {
        let modules = vm.sys_module.get_attr("modules", vm)?;
        if let Ok(module) = modules.get_item(name, vm)
            && take_getattr(&module, vm)
        {
            run(vm, name, &module)?;
            return module.get_attr(&attribute, vm);
        }
        // Somebody took the module out, or asks while it runs.
        Err(vm.new_attribute_error(format!("module '{name}' has no attribute '{attribute}'")))
    };
    namespace.set_item(GETATTR, vm.new_function(GETATTR, load).into(), vm)?;
    let module = vm.new_module(name, namespace.clone(), None);
    // What is None in a module made by hand is known once the code has run.
    for unknown in ["__doc__", "__loader__", "__package__", "__spec__"] {
        namespace.del_item(unknown, vm)?;
    }
    vm.sys_module.get_attr("modules", vm)?.set_item(name, module.into(), vm)
}

/// Removes what marks a module as not yet run; false if it is not marked.
fn take_getattr(module: &PyObject, vm: &VirtualMachine) -> bool {
    let Some(namespace) = module.downcast_ref::<PyModule>().and(module.dict()) else {
        return false;
    };
    namespace.contains_key(GETATTR, vm) && namespace.del_item(GETATTR, vm).is_ok()
}

/// Runs the frozen code of `name` in `module`.
///
/// # Errors
/// What the code raises.
pub fn execute(vm: &VirtualMachine, name: &'static str, module: &PyObject) -> PyResult<()> {
    let bootstrap = vm.import("_frozen_importlib", 0)?;
    let importer: PyObjectRef = bootstrap.get_attr("FrozenImporter", vm)?;
    let spec = vm.call_method(&importer, "find_spec", (name,))?;
    let set_attributes = bootstrap.get_attr("_init_module_attrs", vm)?;
    set_attributes.call((spec, module.to_owned()), vm)?;
    vm.call_method(&importer, "exec_module", (module.to_owned(),))?;
    Ok(())
}
