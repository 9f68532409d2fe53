//! Replacing native functions of the interpreter.

use rustpython_vm::{
    Py, PyObjectRef, PyResult, VirtualMachine, builtins::PyModule, function::PyMethodDef,
};

/// Puts `function` in the place of the function of that name in the native
/// `module`; it takes over the text of its documentation. Gives the original.
///
/// # Errors
/// If the module lacks it.
pub fn replace(vm: &VirtualMachine, module: &Py<PyModule>, function: &PyMethodDef) -> PyResult<PyObjectRef> {
    let original = module.get_attr(function.name, vm)?;
    let defined = module.def.and_then(|def| def.methods.iter().find(|m| m.name == function.name));
    let mut definition = function.clone();
    if let Some(defined) = defined {
        definition.doc = defined.doc;
    }
    // Functions refer to their definition for ever.
    let definition: &'static PyMethodDef = Box::leak(Box::new(definition));
    let mut built = definition.to_function();
    if let Some(name) = module.name {
        built = built.with_module(name);
    }
    let built = built.with_module_object(module.to_owned().into()).into_ref(&vm.ctx);
    module.set_attr(function.name, built, vm)?;
    Ok(original)
}
