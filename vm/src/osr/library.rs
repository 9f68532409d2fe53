//! Names of library objects that the compiler knows, by canonical path, and
//! the way back from a path to the object.

use std::sync::Arc;

use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, VirtualMachine,
    builtins::{PyModule, PyStr},
};

/// Modules whose members compiled ordinary code may use.
const MODULES: &[&str] = &["builtins", "math"];

fn module(name: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let modules = vm.sys_module.get_attr("modules", vm).ok()?;
    modules.get_item(name, vm).ok()
}

fn text(object: PyObjectRef) -> Option<String> {
    Some(object.downcast_ref::<PyStr>()?.to_str()?.to_owned())
}

/// The canonical path of `object` if it is a library object: `builtins.range`,
/// `math`, `math.sqrt`.
pub fn path_of(object: &PyObject, vm: &VirtualMachine) -> Option<Arc<str>> {
    let types = &vm.ctx.types;
    let class = object.class();
    let known = [types.type_type, types.module_type, types.builtin_function_or_method_type];
    // Asking others for attributes could run code of the program.
    if !known.iter().any(|known| class.is(*known)) {
        return None;
    }
    let name = text(object.get_attr("__name__", vm).ok()?)?;
    if object.downcast_ref::<PyModule>().is_some() {
        return MODULES.contains(&&*name).then(|| name.into());
    }
    let owner = text(object.get_attr("__module__", vm).ok()?)?;
    if !MODULES.contains(&&*owner) {
        return None;
    }
    let path: Arc<str> = format!("{owner}.{name}").into();
    // Anything may call itself so: it must also be what is found there.
    object_at(&path, vm).filter(|found| found.is(object)).map(|_| path)
}

/// The object at `path`, if its module is loaded.
pub fn object_at(path: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
    match path.split_once('.') {
        None => module(path, vm),
        Some((owner, name)) => {
            let name = vm.ctx.new_str(name);
            module(owner, vm)?.get_attr(&name, vm).ok()
        }
    }
}
